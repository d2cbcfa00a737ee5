"""`arrears experiment plan` and `successor`: what a design can find, and the same test with other shares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from commands.context import AsJson, Database, LakeDir, Tracking, emit, json_text, places, progress_console
from commands.tests_on_record import Name, Who, named, registered, state, today, who

if TYPE_CHECKING:
    from arrears.experiments.design import Design
    from arrears.experiments.held import Held
    from arrears.lake import Lake
    from arrears.places import Places
    from serving.planned import Prepared

_UNSTARTED = {
    "planned": ("it has not started", "Change its own plan."),
    "withdrawn": ("it is withdrawn", "Plan it anew."),
}
Keep = Annotated[bool, typer.Option("--keep", help="Put it on record, so that it can be started.")]


def plan(
    design: Annotated[Path, typer.Argument(help="The test's design, a TOML file.", metavar="DESIGN")],
    *,
    keep: Keep = False,
    log: Annotated[
        bool, typer.Option("--log/--no-log", help="Ask the logged past, too, as `arrears evaluate-policy` does.")
    ] = True,
    by: Who = None,
    lake: LakeDir = None,
    database: Database = None,
    tracking: Tracking = None,
    json: AsJson = False,
) -> None:
    """What a design can find: debtors, weeks, looks and the smallest effect in money, from the book's own spread."""
    from arrears.experiments.design import read_design_file
    from arrears.lake import Lake
    from serving.planned import prepare

    where, read = places(lake=lake, database=database, tracking=tracking), read_design_file(design)
    opened = Lake(where.lake)
    prepared = prepare(read, opened, _held(where, lake, database, read))
    further = {"logged": logged(where, opened, read)} if log else {}
    document = prepared.document | further | {"kept": keep}
    if keep:
        document["hindrances"] = _keep(prepared, further, lake, database, tracking, by)
    emit(document, as_json=json, human=lambda console: _draw(document, console))


def successor(
    name: Name,
    *,
    share: Annotated[
        list[str],
        typer.Option("--share", help="An arm's new share; the champion has the rest.", metavar="ARM=SHARE"),
    ],
    starts: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Its first day; by default the next Monday.", metavar="DAY"),
    ] = None,
    weeks: Annotated[int | None, typer.Option(help="Weeks of enrolment; by default as before.", min=1)] = None,
    debtors: Annotated[int | None, typer.Option(help="Debtors, all arms; by default as before.", min=2)] = None,
    keep: Keep = False,
    by: Who = None,
    lake: LakeDir = None,
    database: Database = None,
    json: AsJson = False,
) -> None:
    """The same test with other shares, as a design of its own: earlier debtors keep their arm."""
    from arrears.errors import Refused
    from arrears.experiments.as_toml import as_toml
    from arrears.experiments.succession import successor as following
    from serving.planned import first_day_after

    with state(lake, database) as (engine, lake_, now), engine.connect() as connection:
        test = named(connection, name)
        if test.started_on is None:
            found, do = _UNSTARTED[test.state]
            raise Refused(asked=f"a successor of {test.label}", found=found, do=do)
        own = test.design.enrolment
        first = starts.date() if starts else first_day_after(test.design, today(lake_, now))
    design = following(
        test.design,
        shares=_shares(test.design, share),
        starts=first,
        weeks=weeks or own.weeks,
        debtors=debtors or own.debtors,
    )
    if keep:
        from arrears.experiments.held import held
        from serving.planned import prepare

        with state(lake, database) as (engine, _, _now), engine.connect() as connection:
            whose = held(connection, design)
        hindrances = _keep(prepare(design, lake_, whose), {}, lake, database, None, by)
    document = {"test": design.label, "follows": test.label, "kept": keep, "toml": as_toml(design)}
    document |= {"hindrances": hindrances} if keep else {}
    emit(document, as_json=json, human=lambda console: _draw_successor(document, console))


def _held(where: Places, lake: Path | None, database: str | None, design: Design) -> Held:
    """Whom other versions hold; nobody where there is no database."""
    from arrears.experiments.held import NOBODY, held

    if where.database_url is None and not where.state.exists():
        return NOBODY
    with state(lake, database) as (engine, _, _now), engine.connect() as connection:
        return held(connection, design)


def logged(where: Places, lake: Lake, design: Design) -> list[dict[str, Any]]:
    """What the logged past says of each challenger, or why it says nothing, a sentence each."""
    from arrears.errors import ArrearsError

    told: list[dict[str, Any]] = []
    for arm in design.challengers:
        if arm.strategy is None:
            continue
        document = {"arm": arm.name, "strategy": arm.strategy, "against": design.champion.strategy}
        try:
            told.append(document | _valued(where, lake, design, arm.strategy))
        except ArrearsError as problem:
            told.append(document | {"said": f"The log does not tell what {arm.strategy} brings: {problem.found}."})
    return told


def _valued(where: Places, lake: Lake, design: Design, label: str) -> dict[str, Any]:
    from datetime import date

    from arrears.errors import Refused
    from arrears.queues.in_force import of_label
    from commands.evaluate_policy import evaluation_document

    if where.database_url is None and not where.state.exists():
        raise Refused(asked=f"value {label}", found="no night is on record", do="Run one: arrears night")
    with progress_console().status(f"Asking the log about {label}") as status:
        found = evaluation_document(
            where,
            lake,
            of_label(label),
            design.cohort.currency,
            design.primary.horizon_days,
            date.min.replace(year=1900),
            progress=status.update,
        )
    apart = found["per_day"]["doubly_robust"]["difference"]
    kept = {name: found[name] for name in ("said", "ran", "days", "first_day", "last_day", "rows", "debtors")}
    ends = {f"{name}_minor": apart[name] for name in ("estimate", "low", "high")}
    return dict(_plain(kept | ends | {"warning": found["overlap"]["warning"]}))


def _keep(
    prepared: Prepared,
    further: Mapping[str, Any],
    lake: Path | None,
    database: str | None,
    tracking: str | None,
    by: str | None,
) -> list[str]:
    """Put a plan on record; what would keep it from being started as things stand."""
    from serving.planned import hindrances, keep

    with state(lake, database) as (engine, lake_, now):
        with engine.begin() as connection:
            keep(connection, prepared, lake_, at=now, by=by or who(), further=further)
        with engine.connect() as connection:
            models, day = registered(engine, lake_, tracking), today(lake_, now)
            return hindrances(connection, prepared.design, lake_, today=day, registered=models)


def _shares(design: Design, told: Sequence[str]) -> dict[str, float]:
    """The share of each arm: as told, the champion the rest where nobody tells its own."""
    from arrears.errors import WrongUse

    shares = {}
    for each in told:
        name, _, share = each.partition("=")
        try:
            shares[name.strip()] = float(share)
        except ValueError as problem:
            raise WrongUse(
                asked=f"a successor of {design.label}",
                found=f"{share or 'no number'} for the arm {name}",
                do="Write --share challenger=0.3",
            ) from problem
    if set(shares) == {arm.name for arm in design.challengers}:
        shares[design.champion.name] = round(1 - sum(shares.values()), 9)
    return shares


def _plain(document: Mapping[str, Any]) -> dict[str, Any]:
    import json

    told: dict[str, Any] = json.loads(json_text(document))
    return told


def _draw_successor(document: Mapping[str, Any], console: Console) -> None:
    console.print(document["toml"], markup=False, end="")
    if document["kept"]:
        _draw_kept(document["test"], document["hindrances"], console, before="# ")


def _takes(found: Mapping[str, Any]) -> str:
    if found["debtors"] is None:
        return "cannot be found, however many debtors come in: so few collectors of each arm's own differ by more"
    weeks = f" and {found['weeks']} weeks" if found["weeks"] else ", more than ever come in"
    once = "" if found["fixed_debtors"] is None else f" (one look at the end: {found['fixed_debtors']:,})"
    return f"takes {found['debtors']:,} debtors{weeks}{once}"


def _draw(document: Mapping[str, Any], console: Console) -> None:
    _draw_plan(document, console)
    for each in document.get("seasons", ()):
        console.print(f"{each['name'].capitalize()}, {each['from']} to {each['to']}: {each['why']}")
    for each in document.get("logged", ()):
        console.print(f"[bold]Is it worth a test?[/bold] {each['said']}")
    if document["kept"]:
        _draw_kept(document["design"], document["hindrances"], console)


def _draw_kept(label: str, hindrances: Sequence[str], console: Console, before: str = "") -> None:
    told = [f"{label} is on record. Start it: arrears experiment start {label} --because REASON"]
    told += [f"As things stand it cannot be started: {each}" for each in hindrances]
    for each in told:
        console.print(before + each, markup=False, soft_wrap=True)


def _left(document: Mapping[str, Any]) -> str:
    """Who comes into a version of a test that has others."""
    if document["spread"]["free_stock"] is None:
        return ""
    held, comes = document["spread"]["held"], document["will_come"]
    return f" Other versions hold {held:,} of them, who keep their arm: {comes:,} come in."


def _draw_plan(document: Mapping[str, Any], console: Console) -> None:
    from arrears.money import say_money

    def money(minor: float) -> str:
        return say_money(round(minor), document["currency"])

    found, spread = document["plan"], document["spread"]
    cv = "many" if spread["cv"] is None else f"{spread['cv']:.2f}"
    part = "" if found["finds_share"] is None else f" ({found['finds_share']:.1%})"
    console.print(f"[bold]{document['design']}[/bold], by what came in after {document['learned_on']}")
    console.print(
        f"A debtor brings {money(spread['mean'])} on average (spread {cv} times that; what is known before "
        f"explains {spread['explained']:.0%} of how debtors differ); the cohort has "
        f"{spread['stock']:,} debtors and {spread['per_week']:,.0f} more a week.{_left(document)}"
    )
    console.print(f"{money(document['worth_finding_minor'])} more per debtor {_takes(found)}.")
    console.print(
        f"The design enrols {document['enrols']:,}: its power is {found['power']:.2f}, and it finds "
        f"{money(found['finds_minor'])} per debtor{part}, {money(found['finds_total_minor'])} a "
        f"month. It ends at {found['mean_stop']:.0%} of its debtors on average, after {found['days']} days at most."
    )
    if document["will_come"] < document["enrols"]:
        weeks = len(document["looks"])
        told = f"Only about {document['will_come']:,} debtors will come in {weeks} weeks: plan for these."
        console.print(f"[bold]{told}[/bold]")
    if not document["enough"]:
        few = "debtors" if found["debtors"] else "collectors"
        console.print(f"[bold]Too few {few} for the effect that it looks for.[/bold]")
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
