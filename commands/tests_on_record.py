"""What the commands about tests share: the deployment that they act in, a test by its name, and who acts."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from commands.context import places

if TYPE_CHECKING:
    from datetime import date, datetime
    from pathlib import Path

    from sqlalchemy import Connection, Engine

    from arrears.experiments.records import Experiment
    from arrears.lake import Lake
    from models.under_test import UnderTest

Name = Annotated[
    str,
    typer.Argument(help="The test's name/version; the name will do where one version has not ended.", metavar="NAME"),
]
Because = Annotated[str, typer.Option("--because", help="Why: it stands in the history.", metavar="REASON")]
Who = Annotated[str | None, typer.Option("--by", help="Who does it; by default the user at this machine.")]


@contextmanager
def state(lake: Path | None, database: str | None) -> Iterator[tuple[Engine, Lake, datetime]]:
    """The database, the lake, and the moment at which the portfolio stands."""
    from arrears.lake import Lake
    from arrears.state import opened
    from serving.present import Present

    where = places(lake=lake, database=database)
    with opened(where) as engine:
        yield engine, Lake(where.lake), Present(where.lake, engine).clock.now()


def named(connection: Connection, name: str) -> Experiment:
    """The test of name/version, or of a name: the one version that has not ended, or the newest where all have.

    A plan that was withdrawn is answered only where nothing else has the name and version.

    Raises
    ------
    WrongUse : there is none, with those there are; or several versions of the name have not ended.
    """
    from arrears.errors import WrongUse
    from arrears.experiments import records
    from arrears.experiments.label import parted

    told = parted(name)
    test = None if told is None else records.find(connection, *told, even_withdrawn=True)
    if told is None or test is None:
        known = ", ".join(each.label for each in records.every(connection)) or "none"
        raise WrongUse(
            asked=f"the test {name}",
            found=f"no such test; on record: {known}",
            do="Put one on record: arrears experiment plan DESIGN --keep",
        )
    if told[1] is not None:
        return test
    open_ = records.not_ended(connection, told[0])
    if len(open_) > 1:
        raise WrongUse(
            asked=f"the test {name}",
            found=", ".join(f"{each.label} ({each.state})" for each in open_),
            do="Name the version, too.",
        )
    return open_[0] if open_ else test


def registered(engine: Engine, lake: Lake, tracking: str | None) -> UnderTest:
    """What tells of the models whose versions a test's arms are, and moves their alias."""
    from models.registry import Registry
    from models.under_test import UnderTest

    return UnderTest(Registry(places(tracking=tracking).tracking_uri, engine), lake)


def today(lake: Lake, now: datetime) -> date:
    """The portfolio's day."""
    from arrears.clock import day_of

    return day_of(now, lake.settings.portfolio.zone)


def who() -> str:
    """The user at this machine."""
    return os.environ.get("USER") or os.environ.get("LOGNAME") or "command line"
