"""`arrears experiment`: tests of a strategy against the one in force, from plan to promotion."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from commands.context import AsJson, Database, LakeDir, emit, places, progress_console

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection, Engine

    from arrears.experiments.records import Experiment
    from arrears.lake import Lake

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Tests against the strategy in force.")

Name = Annotated[str, typer.Argument(help="The test's name, or name/version.", metavar="NAME")]
Because = Annotated[str, typer.Option("--because", help="Why: it stands in the history.", metavar="REASON")]
Who = Annotated[str | None, typer.Option("--by", help="Who does it; by default the user at this machine.")]


@app.callback()
def _root() -> None:
    """Tests against the strategy in force."""


@app.command()
def plan(
    design: Annotated[Path, typer.Argument(help="The test's design, a TOML file.", metavar="DESIGN")],
    *,
    keep: Annotated[bool, typer.Option("--keep", help="Put it on record, so that it can be started.")] = False,
    by: Who = None,
    lake: LakeDir = None,
    database: Database = None,
    json: AsJson = False,
) -> None:
    """What a design can find: debtors, weeks, looks and the smallest effect in money, from the book's own spread."""
    from arrears.experiments import records
    from arrears.experiments.design import read_design_file
    from arrears.experiments.power import refuse_small
    from arrears.lake import Lake
    from training.experiments.daily import refuse_unmeasured
    from training.experiments.planned import past_spread, plan_document

    read = read_design_file(design)
    day, spread = past_spread(read, Lake(places(lake=lake).lake))
    document = plan_document(read, day, spread)
    if keep:
        refuse_unmeasured(read)
        refuse_small(read, spread)
        with _state(lake, database) as (engine, _, now), engine.begin() as connection:
            records.plan(connection, read, at=now, by=by or _who(), evidence=_plain(document))
    emit(document, as_json=json, human=lambda console: _draw(document, console))


@app.command()
def start(
    name: Name,
    *,
    because: Because,
    by: Who = None,
    lake: LakeDir = None,
    database: Database = None,
    json: AsJson = False,
) -> None:
    """Let nights enrol debtors from the design's first day on; after this the design never changes."""
    from arrears.experiments import records
    from training.experiments.daily import refuse_unmeasured

    with _state(lake, database) as (engine, lake_, now), engine.begin() as connection:
        test = _found(connection, name)
        refuse_unmeasured(test.design)
        records.start(connection, test, at=now, by=by or _who(), because=because, today=_today(lake_, now))
        document = {"test": test.label, "state": "running", "starts": test.design.enrolment.starts}
    emit(
        document,
        as_json=json,
        human=lambda console: console.print(f"{test.label} enrols from {document['starts']} on."),
    )


@app.command("list")
def list_(*, lake: LakeDir = None, database: Database = None, json: AsJson = False) -> None:
    """Every test on record, and the strategy in force."""
    from arrears.experiments import records
    from arrears.queues.in_force import in_force

    with _state(lake, database) as (engine, _, _now), engine.connect() as connection:
        chosen, debtors = in_force(connection), records.counts(connection)
        rows = [
            {
                "test": each.label,
                "state": each.state,
                "starts": each.design.enrolment.starts,
                "ended_on": each.ended_on,
                "ended_by": each.ended_by,
                "debtors": sum(debtors.get(each.experiment_id, {}).values()),
            }
            for each in records.every(connection)
        ]
    document = {"in_force": f"{chosen.name}/{chosen.version}", "tests": rows}
    emit(document, as_json=json, human=lambda console: _draw_list(document, console))


@app.command()
def read(name: Name, *, lake: LakeDir = None, database: Database = None, json: AsJson = False) -> None:
    """Measure what has matured, and ask the written rule; a test that does harm ends by itself."""
    from training.experiments.reading import read_test

    with _state(lake, database) as (engine, lake_, now):
        with engine.connect() as connection:
            test = _found(connection, name)
        with progress_console().status("Measuring the debtors that have matured"):
            found = read_test(engine, lake_, test, at=now)
    document = found.readout.document() | {"days_measured": found.days, "ended": found.ended}
    emit(document, as_json=json, human=lambda console: _draw_readout(document, console))


@app.command()
def promote(
    name: Name,
    *,
    because: Because,
    arm: Annotated[str | None, typer.Option("--arm", help="The challenger, where there are several.")] = None,
    by: Who = None,
    lake: LakeDir = None,
    database: Database = None,
    json: AsJson = False,
) -> None:
    """End a test and bring its challenger into force; only where the newest reading's verdict says so."""
    from arrears.experiments import acting

    with _state(lake, database) as (engine, lake_, now), engine.begin() as connection:
        test = _found(connection, name)
        on = _today(lake_, now)
        label = acting.promote(connection, test, arm, on=on, at=now, by=by or _who(), because=because)
    emit({"in_force": label}, as_json=json, human=lambda console: console.print(f"{label} is in force."))


@app.command()
def stop(
    name: Name,
    *,
    because: Because,
    by: Who = None,
    lake: LakeDir = None,
    database: Database = None,
    json: AsJson = False,
) -> None:
    """End a test; nothing is promoted, and from the next night on everybody is worked by the strategy in force."""
    from arrears.experiments import acting

    with _state(lake, database) as (engine, lake_, now), engine.begin() as connection:
        test = _found(connection, name)
        acting.stop(connection, test, on=_today(lake_, now), at=now, by=by or _who(), because=because)
    emit(
        {"test": test.label, "state": "ended"},
        as_json=json,
        human=lambda console: console.print(f"{test.label} ended."),
    )


@app.command("roll-back")
def roll_back(
    *, because: Because, by: Who = None, lake: LakeDir = None, database: Database = None, json: AsJson = False
) -> None:
    """Take the newest promotion of a strategy back, in one step."""
    from arrears.experiments import acting

    with _state(lake, database) as (engine, _, now), engine.begin() as connection:
        label = acting.roll_back(connection, at=now, by=by or _who(), because=because)
    emit({"in_force": label}, as_json=json, human=lambda console: console.print(f"{label} is in force again."))


@contextmanager
def _state(lake: Path | None, database: str | None) -> Iterator[tuple[Engine, Lake, datetime]]:
    from arrears.lake import Lake
    from arrears.state import opened
    from serving.present import Present

    where = places(lake=lake, database=database)
    with opened(where) as engine:
        yield engine, Lake(where.lake), Present(where.lake, engine).clock.now()


def _found(connection: Connection, name: str) -> Experiment:
    from arrears.errors import WrongUse
    from arrears.experiments import records

    own, _, version = name.partition("/")
    found = records.find(connection, own, int(version) if version.isdigit() else None)
    if found is None or (version and not version.isdigit()):
        known = ", ".join(each.label for each in records.every(connection)) or "none"
        raise WrongUse(
            asked=f"the test {name}",
            found=f"no such test; on record: {known}",
            do="Put one on record: arrears experiment plan DESIGN --keep",
        )
    return found


def _today(lake: Lake, now: datetime) -> Any:  # noqa: ANN401 - a date, whose module is not imported for a type alone
    from arrears.clock import day_of

    return day_of(now, lake.settings.portfolio.zone)


def _who() -> str:
    return os.environ.get("USER") or os.environ.get("LOGNAME") or "command line"


def _plain(document: Mapping[str, Any]) -> dict[str, Any]:
    import json

    from commands.context import json_text

    told: dict[str, Any] = json.loads(json_text(document))
    return told


def _draw_list(document: Mapping[str, Any], console: Console) -> None:
    console.print(f"In force: {document['in_force']}")
    if not document["tests"]:
        console.print("No test is on record. `arrears experiment plan DESIGN --keep` puts one there.")
        return
    table = Table("test", "state", "starts", "ended", "debtors")
    for each in document["tests"]:
        ended = f"{each['ended_on']}, {each['ended_by'].replace('_', ' ')}" if each["ended_by"] else ""
        table.add_row(each["test"], each["state"], str(each["starts"]), ended, f"{each['debtors']:,}")
    console.print(table)


def _draw_readout(document: Mapping[str, Any], console: Console) -> None:
    from arrears.experiments.acting import said

    console.print(f"[bold]{document['design']}[/bold] as of {document['as_of']}, by {document['metric']}")
    if document["mismatch"]["found"]:
        console.print("[red]The arms do not hold their shares: believe nothing below until it is known why.[/red]")
    for each in document["challengers"]:
        console.print(f"{each['arm']}: [bold]{said(each['verdict'])}[/bold]")
        table = Table("look", "debtors", "difference", "in standard errors", "bounds")
        for look in each["looks"]:
            told, bounds = look["found"], (look["low"], look["high"])
            shown = " to ".join("none" if bound is None else f"{bound:.2f}" for bound in bounds)
            table.add_row(
                str(look["on"]), f"{sum(look['debtors']):,}", f"{told['effect']:,.2f}", f"{told['z']:.2f}", shown
            )
        if each["looks"]:
            console.print(table)
        elif each["to_come"]:
            console.print(f"The first look is due on {each['to_come'][0]['on']}.")
    if document["ended"]:
        console.print(
            "[red]It did harm and has ended: from the next night on the strategy in force works everybody.[/red]"
        )


def _draw(document: Mapping[str, Any], console: Console) -> None:
    from arrears.money import say_money

    def money(minor: float) -> str:
        return say_money(round(minor), document["currency"])

    found, spread = document["plan"], document["spread"]
    console.print(f"[bold]{document['design']}[/bold], by what came in after {document['learned_on']}")
    console.print(
        f"A debtor pays {money(spread['mean'])} on average (spread {spread['cv']:.2f} times that); the cohort has "
        f"{spread['stock']:,} debtors and {spread['per_week']:,.0f} more a week."
    )
    console.print(
        f"{money(document['worth_finding_minor'])} more per debtor takes {found['debtors']:,} debtors"
        + (f" and {found['weeks']} weeks" if found["weeks"] else ", more than ever come in")
        + f" (one look at the end: {found['fixed_debtors']:,})."
    )
    console.print(
        f"The design enrols {document['enrols']:,}: its power is {found['power']:.2f}, and it finds "
        f"{money(found['finds_minor'])} per debtor ({found['finds_share']:.1%}), {money(found['finds_total_minor'])} a "
        f"month. It ends at {found['mean_stop']:.0%} of its debtors on average, after {found['days']} days at most."
    )
    if document["will_come"] < document["enrols"]:
        weeks = len(document["looks"])
        told = f"Only about {document['will_come']:,} debtors will come in {weeks} weeks: plan for these."
        console.print(f"[bold]{told}[/bold]")
    if not document["enough"]:
        console.print("[bold]Too few debtors for the effect that it looks for.[/bold]")
    table = Table("more per debtor", "power", "ends at", title="Power")
    for effect, power, stop in found["curve"][::4]:
        table.add_row(money(effect), f"{power:.2f}", f"{stop:.0%}")
    console.print(table)
    looks = document["looks"]
    promotes = next((look for look in looks if look["may_promote"]), looks[-1])
    console.print(
        f"{len(looks)} looks, weekly from {looks[0]['on']} to {looks[-1]['on']}; "
        f"from {promotes['on']} they may promote."
    )
