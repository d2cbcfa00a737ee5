"""A night that is only worked out: by the strategy in force and the tests that run, where a database knows of any."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Engine, text

from arrears.lake import Lake
from arrears.queues.in_force import in_force
from arrears.queues.strategy import DEFAULT, Strategy
from arrears.queues.strategy import strategy as named
from models.registry import Registry
from serving.night.built import Built
from serving.night.nightly import Progress, build_by_champions, quiet
from serving.present import Present


def trial(
    engine: Engine | None,
    lake: Lake,
    registry: Registry,
    as_of: date,
    strategy: Strategy | None = None,
    *,
    served_on: date | None = None,
    progress: Progress = quiet,
) -> Built:
    """Every step of a night but those that write.

    Parameters
    ----------
    engine : the database; None: there is none, so the house's own strategy orders, nobody is away, and no test runs.
    strategy : None: the one in force.
    served_on : as in `run_night`.
    """
    if engine is None:
        return build_by_champions(
            lake, registry, as_of, strategy or named(DEFAULT), served_on=served_on, progress=progress
        )
    with engine.connect() as connection:
        connection.execute(text("SET TRANSACTION READ ONLY"))
        return build_by_champions(
            lake,
            registry,
            as_of,
            strategy or in_force(connection),
            served_on=served_on,
            connection=connection,
            now=Present(lake.root, engine).clock.now(),
            progress=progress,
        )
