"""`arrears night`: score, hold, value, rank and serve the past-due book of a day."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from commands.allocation_report import draw_allocation
from commands.context import AsJson, Database, Day, LakeDir, Tracking, emit, places, progress_console, warned

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from arrears.experiments.readout import Readout
    from serving.night.arms import Part
    from serving.night.built import Built

app = typer.Typer(add_completion=False)


@app.command()
def command(
    as_of: Day,
    *,
    strategy: Annotated[
        str | None,
        typer.Option(
            help="How the queue is ordered: incremental_value, propensity, severity or value_at_risk; by default by "
            "the strategy in force.",
            metavar="NAME",
        ),
    ] = None,
    for_: Annotated[
        datetime | None,
        typer.Option(
            "--for",
            formats=["%Y-%m-%d"],
            help="The day on which the queue is worked; by default the next business day.",
            metavar="DAY",
        ),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Serve it even where a night of a later day is served.")
    ] = False,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run",
            help="Do everything but write: by the strategy in force and the tests that run, where a database was made.",
        ),
    ] = False,
    lake: LakeDir = None,
    database: Database = None,
    tracking: Tracking = None,
    as_json: AsJson = False,
) -> None:
    """Score, hold, value, rank and serve the past-due book of a day."""
    from arrears.events.drain import drained
    from arrears.lake import Lake
    from arrears.queues.in_force import in_force
    from arrears.queues.strategy import strategy as named
    from arrears.state import opened, opened_where_made
    from commands.shadow import measure_all
    from models.registry import Registry
    from models.under_test import UnderTest
    from serving.night.nightly import run_night
    from serving.night.trial import trial
    from serving.present import Present
    from training.experiments.reading import read_all

    served_on = for_.date() if for_ else None
    where = places(lake=lake, database=database, tracking=tracking)
    asked = named(strategy) if strategy else None
    with progress_console().status("Starting") as status:
        if dry_run:
            with opened_where_made(where, warned) as engine:
                built = trial(
                    engine,
                    Lake(where.lake),
                    Registry(where.tracking_uri),
                    as_of.date(),
                    asked,
                    served_on=served_on,
                    progress=status.update,
                )
            document = summary(built, night_id=None)
        else:
            with opened(where) as engine:
                registry, clock = Registry(where.tracking_uri, engine), Present(where.lake, engine).clock
                known = drained(engine, Lake(where.lake), clock)
                # First, so that what does harm is not worked for one more day.
                status.update("Reading the tests that run")
                reads = replace or not serves_later(engine, as_of.date())
                models = UnderTest(registry, known)
                told = read_all(engine, known, at=clock.now(), registered=models) if reads else []
                with engine.connect() as connection:
                    chosen = asked or in_force(connection)
                ran = run_night(
                    engine,
                    known,
                    registry,
                    as_of.date(),
                    chosen,
                    clock=clock,
                    served_on=served_on,
                    replace=replace,
                    progress=status.update,
                )
                if reads:
                    status.update("Measuring what is in the shadow")
                    measure_all(engine, registry, known)
            document = summary(ran.built, night_id=ran.night_id, kept_back_by=ran.kept_back_by)
            document["shadows"] = ran.shadows
            document["tests"] = [
                {"test": each.experiment.label, "ended_by": each.ended_by} | _verdicts(each.readout) for each in told
            ]
    emit(document, as_json=as_json, human=lambda console: _draw(console, document))


def serves_later(engine: Engine, as_of: date) -> bool:
    """Whether a night of a later day is served, so that one of this day is only kept on record."""
    from arrears.queues.store import latest_night
    from arrears.state.reading import reading

    with reading(engine) as connection:
        served = latest_night(connection)
    return served is not None and served.as_of > as_of


def _verdicts(readout: Readout) -> dict[str, Any]:
    from arrears.experiments.acting import said

    return {"verdicts": {each["arm"]: said(each["verdict"]) for each in readout.document()["challengers"]}}


def summary(built: Built, *, night_id: int | None, kept_back_by: int | None = None) -> dict[str, Any]:
    """What a night did, as one document; `night_id` None where nothing was written.

    `kept_back_by` is the night of a later day that goes on serving; None where this one is served.
    """
    from arrears.queues.currencies import way
    from serving.scores.further import recorded

    rates = built.book.settings.value.rates
    lanes, lists = built.lanes.lane[built.ranking.lead].tolist(), built.lists
    return {
        "night_id": night_id,
        "kept_back_by": kept_back_by,
        "as_of": built.book.as_of,
        "served_on": built.served_on,
        "limits_on": built.limits_on,
        "strategy": f"{built.strategy.name}/{built.strategy.version}",
        "scored_by": built.scores.scored_by,
        "degraded_because": built.scores.degraded_because,
        "propensity": f"{built.scores.propensity_by.name}/{built.scores.propensity_by.version}",
        "roll_rate": f"{built.scores.roll_rate_by.name}/{built.scores.roll_rate_by.version}",
        "further_models": recorded(built.further),
        "past_due": len(built.book),
        "held": built.held,
        "served": len(built.ranking),
        "held_by_reason": built.judgement.counts(len(built.book)),
        "tests": [],
        "arms": [_arm(part) for part in (built.arms.parts if built.arms else ()) if part.test],
        "tests_not_reached": list(built.arms.not_reached) if built.arms else [],
        "arms_failed": [part.document() for part in _failed(built)],
        "shadows": [],
        "lanes": dict(Counter(lanes).most_common()),
        "by_lot": {"items": int(lists.lot.explores.sum()), "held_out": int(lists.held_out.sum())},
        "allocation": built.lists.allocation.report,
        "currencies_by": way(built.book.currency[built.ranking.lead], rates.worth),
        "rates_on": rates.on,
        "seconds": round(built.seconds, 2),
    }


def _arm(part: Part) -> dict[str, Any]:
    told = part.document()
    return told | {"strategy": f"{told['strategy']['name']}/{told['strategy']['version']}"}


def _failed(built: Built) -> list[Part]:
    """Arms whose version of a model did not answer, so that the night's own did."""
    return [part for part in (built.arms.parts if built.arms else ()) if part.model and not part.answers]


def _draw(console: Console, document: dict[str, Any]) -> None:
    name = f"Night {document['night_id']}" if document["night_id"] else "A trial night, nothing written"
    console.print(f"{name} as of {document['as_of']} for {document['served_on']}, {document['strategy']}")
    if document["kept_back_by"]:
        told = f"On record, not served: night {document['kept_back_by']} is of a later day. --replace serves this one."
        console.print(f"[yellow]{told}[/yellow]")
    _draw_models(console, document)
    if document["currencies_by"] == "rates":
        console.print(f"Currencies compared by the house's rates of {document['rates_on']}")
    elif document["currencies_by"] == "shares":
        console.print(
            "[yellow]Currencies not compared, for want of a rate for each (value.rates): each by itself[/yellow]"
        )
    _draw_tests(console, document)
    table = Table(show_header=False, box=None)
    table.add_row("past due", f"{document['past_due']:,}")
    table.add_row("held", f"{document['held']:,}")
    for code, count in document["held_by_reason"].items():
        table.add_row(f"  {code}", f"{count:,}")
    table.add_row("kept on record" if document["kept_back_by"] else "served", f"{document['served']:,}")
    for lane, count in document["lanes"].items():
        table.add_row(f"  {lane}", f"{count:,}")
    table.add_row("  of them by lot", f"{document['by_lot']['items']:,}")
    table.add_row("  in the holdout", f"{document['by_lot']['held_out']:,}")
    if document["allocation"]:
        draw_allocation(table, document["allocation"])
    console.print(table)


def _draw_tests(console: Console, document: dict[str, Any]) -> None:
    for test in document["tests_not_reached"]:
        told = f"Test {test}: the strategy in force reaches none of its debtors within the team's minutes."
        console.print(f"[yellow]{told} Nobody works them, and the test can find nothing.[/yellow]")
    for arm in document["arms"]:
        console.print(
            f"Test {arm['test']}, {arm['arm']}: {arm['debtors']:,} debtors in {arm['share']:.1%} of the minutes"
        )
    for each in document["tests"]:
        for arm, verdict in each["verdicts"].items():
            console.print(f"Test {each['test']}, {arm}: {verdict}")


def _draw_models(console: Console, document: dict[str, Any]) -> None:
    if document["degraded_because"]:
        console.print(f"[yellow]Scored by rules: {document['degraded_because']}[/yellow]")
    else:
        console.print(f"Scored by {document['propensity']} and {document['roll_rate']}")
    for arm in document["arms_failed"]:
        told = f"{arm['test']}, {arm['arm']}: {arm['model_because']} The night's own model scored this arm."
        console.print(f"[yellow]{told}[/yellow]")
    for label in document["shadows"]:
        console.print(f"Scored {label} in the shadow")
    for name, told in document["further_models"].items():
        if told["version"]:
            console.print(f"Asked {name}/{told['version']}, too")
        elif name == "uplift":
            console.print(f"[yellow]By value at risk throughout: {told['because']}[/yellow]")
