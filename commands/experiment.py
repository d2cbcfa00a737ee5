"""`arrears experiment`: tests of a strategy against the one in force, from plan to promotion."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from commands.context import AsJson, Database, LakeDir, Tracking, emit, progress_console
from commands.experiment_plan import plan, successor
from commands.tests_on_record import Because, Name, Who, named, registered, state, today, who

_ENDS = {
    "harm": "It did harm",
    "no_difference": "No difference is worth having",
    "promoted": "A promotion that had been cut short is written down",
}
app = typer.Typer(add_completion=False, no_args_is_help=True, help="Tests against the strategy in force.")


@app.callback()
def _root() -> None:
    """Tests against the strategy in force."""


app.command()(plan)
app.command()(successor)


@app.command()
def start(
    name: Name,
    *,
    because: Because,
    by: Who = None,
    lake: LakeDir = None,
    database: Database = None,
    tracking: Tracking = None,
    json: AsJson = False,
) -> None:
    """Let nights enrol debtors from the design's first day on; after this the design never changes."""
    from serving import planned

    with state(lake, database) as (engine, lake_, now), engine.begin() as connection:
        test = named(connection, name)
        models, day = registered(engine, lake_, tracking), today(lake_, now)
        planned.start(connection, test, lake_, at=now, by=by or who(), because=because, today=day, registered=models)
        document = {"test": test.label, "state": "running", "starts": test.design.enrolment.starts}
    emit(
        document,
        as_json=json,
        human=lambda console: console.print(f"{test.label} enrols from {document['starts']} on."),
    )


@app.command()
def withdraw(
    name: Name,
    *,
    because: Because,
    by: Who = None,
    lake: LakeDir = None,
    database: Database = None,
    json: AsJson = False,
) -> None:
    """Throw a plan away that has not started: it stays in the history, and its name and version may be planned anew."""
    from arrears.experiments import life

    with state(lake, database) as (engine, _, now), engine.begin() as connection:
        test = named(connection, name)
        life.withdraw(connection, test, at=now, by=by or who(), because=because)
    emit(
        {"test": test.label, "state": "withdrawn"},
        as_json=json,
        human=lambda console: console.print(f"{test.label} is withdrawn."),
    )


@app.command("list")
def list_(
    *,
    withdrawn: Annotated[bool, typer.Option("--withdrawn", help="Plans that were withdrawn, too.")] = False,
    lake: LakeDir = None,
    database: Database = None,
    json: AsJson = False,
) -> None:
    """Every test on record, and the strategy in force."""
    from arrears.experiments import enrolments, records
    from arrears.queues.in_force import in_force

    with state(lake, database) as (engine, _, _now), engine.connect() as connection:
        chosen, debtors = in_force(connection), enrolments.counts(connection)
        rows = [
            {
                "test": each.label,
                "state": each.state,
                "starts": each.design.enrolment.starts,
                "ended_on": each.ended_on,
                "ended_by": each.ended_by,
                "closed_on": each.closed_on,
                "arms_ended": dict(each.arms_ended),
                "debtors": sum(debtors.get(each.experiment_id, {}).values()),
            }
            for each in records.every(connection, even_withdrawn=withdrawn)
        ]
    document = {"in_force": f"{chosen.name}/{chosen.version}", "tests": rows}
    emit(document, as_json=json, human=lambda console: _draw_list(document, console))


@app.command()
def read(
    name: Name, *, lake: LakeDir = None, database: Database = None, tracking: Tracking = None, json: AsJson = False
) -> None:
    """Measure what has matured, and ask the written rule; a test ends by itself by harm or no difference."""
    from training.experiments.reading import read_test

    with state(lake, database) as (engine, lake_, now):
        with engine.connect() as connection:
            test = named(connection, name)
        with progress_console().status("Measuring the debtors that have matured"):
            found = read_test(engine, lake_, test, at=now, registered=registered(engine, lake_, tracking))
    document = found.readout.document() | {"days_measured": found.days, "ended_by": found.ended_by}
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
    tracking: Tracking = None,
    json: AsJson = False,
) -> None:
    """End a test and bring its challenger into force; only where the newest reading's verdict says so."""
    from arrears.experiments import acting

    with state(lake, database) as (engine, lake_, now), engine.begin() as connection:
        test = named(connection, name)
        on = today(lake_, now)
        models, named_by = registered(engine, lake_, tracking), by or who()
        label = acting.promote(connection, test, arm, on=on, at=now, by=named_by, because=because, registered=models)
    emit({"in_force": label}, as_json=json, human=lambda console: console.print(f"{label} is in force."))


@app.command()
def stop(
    name: Name,
    *,
    because: Because,
    by: Who = None,
    lake: LakeDir = None,
    database: Database = None,
    tracking: Tracking = None,
    json: AsJson = False,
) -> None:
    """End a test; nothing is promoted, and from the next night on everybody is worked by the strategy in force."""
    from arrears.experiments import acting

    with state(lake, database) as (engine, lake_, now), engine.begin() as connection:
        test = named(connection, name)
        models = registered(engine, lake_, tracking)
        acting.stop(connection, test, on=today(lake_, now), at=now, by=by or who(), because=because, registered=models)
    emit(
        {"test": test.label, "state": "ended"},
        as_json=json,
        human=lambda console: console.print(f"{test.label} ended."),
    )


@app.command("roll-back")
def roll_back(
    *,
    because: Because,
    by: Who = None,
    lake: LakeDir = None,
    database: Database = None,
    tracking: Tracking = None,
    json: AsJson = False,
) -> None:
    """Take the newest promotion back, of a strategy or of a model by a test, in one step."""
    from arrears.experiments import acting

    with state(lake, database) as (engine, lake_, now), engine.begin() as connection:
        models = registered(engine, lake_, tracking)
        label = acting.roll_back(connection, at=now, by=by or who(), because=because, registered=models)
    emit({"in_force": label}, as_json=json, human=lambda console: console.print(f"{label} is in force again."))


def _draw_list(document: Mapping[str, Any], console: Console) -> None:
    console.print(f"In force: {document['in_force']}")
    if not document["tests"]:
        console.print("No test is on record. `arrears experiment plan DESIGN --keep` puts one there.")
        return
    table = Table("test", "state", "starts", "ended", "debtors")
    for each in document["tests"]:
        ended = f"{each['ended_on']}, {each['ended_by'].replace('_', ' ')}" if each["ended_by"] else ""
        closed = ["closed to newcomers"] if each["closed_on"] and each["state"] == "running" else []
        state = ", ".join([each["state"], *(f"{arm} ended" for arm in each["arms_ended"]), *closed])
        table.add_row(each["test"], state, str(each["starts"]), ended, f"{each['debtors']:,}")
    console.print(table)


def _draw_readout(document: Mapping[str, Any], console: Console) -> None:
    from arrears.experiments.acting import said

    console.print(f"[bold]{document['design']}[/bold] as of {document['as_of']}, by {document['metric']}")
    if document["mismatch"]["found"]:
        console.print("[red]The arms do not hold their shares: believe nothing below until it is known why.[/red]")
    for each in document["unanswered"]:
        told = f"{each['arm']} was not worked by its version on {each['nights']} nights, the last for {each['last']}:"
        console.print(f"[red]{told} {each['because']}[/red]")
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
    for each in document["seasons"]:
        console.print(f"{each['name'].capitalize()}, {each['from']} to {each['to']}: {each['why']}")
    if document["ended_by"]:
        found = _ENDS[document["ended_by"]]
        console.print(
            f"[red]{found}: it has ended, and the strategy in force works everybody from the next night.[/red]"
        )
