"""`arrears evaluate-policy`: what a strategy would have collected a day, learned from the log of decisions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from commands.context import AsJson, Database, LakeDir, Tracking, emit, places, progress_console

if TYPE_CHECKING:
    from collections.abc import Callable

    from arrears.lake import Lake
    from arrears.places import Places
    from arrears.queues.strategy import Strategy
    from models.artifact import Artifact

app = typer.Typer(add_completion=False)
_FIRST = date(1900, 1, 1)
_SAME = 1e-6
"""Mean difference of chances below which two strategies choose alike."""

_METHODS = {"doubly_robust": "doubly robust", "snips": "weighted log alone (SNIPS)"}


@app.command()
def command(
    *,
    strategy: Annotated[str, typer.Option(help="Whose order of the list is to be valued.", metavar="NAME")],
    horizon: Annotated[
        int, typer.Option(help="Cash counts within so many days, the day of the list included.", min=1, max=365)
    ] = 30,
    since: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Only lists worked from this day on.", metavar="DAY"),
    ] = None,
    currency: Annotated[str | None, typer.Option(help="Only items in this currency.", metavar="CODE")] = None,
    lake: LakeDir = None,
    database: Database = None,
    tracking: Tracking = None,
    json: AsJson = False,
) -> None:
    """What a strategy would have collected a working day beside the one that ran, from the log of decisions."""
    from arrears.lake import Lake
    from arrears.queues.strategy import strategy as named

    where, chosen = places(lake=lake, database=database, tracking=tracking), named(strategy)
    opened = Lake(where.lake)
    code = _currency(opened, currency)
    with progress_console().status("Starting") as status:
        document = evaluation_document(
            where, opened, chosen, code, horizon, since.date() if since else _FIRST, progress=status.update
        )
    emit(document, as_json=json, human=lambda console: _draw(document, console))


def _currency(lake: Lake, asked: str | None) -> str:
    from arrears.errors import WrongUse

    if not lake.exists():
        raise WrongUse(asked=f"value a strategy on {lake.root}", found="nothing loaded", do="Run: arrears load demo")
    with lake.connect() as con:
        codes = [str(code) for (code,) in con.execute("SELECT DISTINCT currency FROM accounts ORDER BY 1").fetchall()]
    if asked in codes or (asked is None and len(codes) == 1):
        return asked or codes[0]
    raise WrongUse(
        asked=f"value a strategy in {asked or 'one currency'}",
        found=f"accounts in {', '.join(codes)}, and money of several currencies cannot be added",
        do="Choose one with --currency.",
    )


def evaluation_document(
    where: Places,
    lake: Lake,
    strategy: Strategy,
    currency: str,
    horizon_days: int,
    since: date,
    *,
    progress: Callable[[str], None],
) -> dict[str, Any]:
    """The evaluation as JSON, with what it means in a sentence.

    Raises
    ------
    Refused : the log has too little, with the reason.
    """
    from arrears.clock import SystemClock
    from arrears.state import opened
    from training.policy_value.evaluation import evaluated
    from training.policy_value.learning import learned
    from training.policy_value.nights import recorded_nights

    today = SystemClock().now().date()
    with opened(where) as engine, engine.connect() as connection:
        progress("Reading the nights")
        found = learned(
            recorded_nights(connection, since=since),
            lake,
            strategy,
            currency=currency,
            horizon_days=horizon_days,
            known_through=min(today, lake.last_day or today),
            uplift=_uplift(where) if strategy.reads_effect else None,
        )
    progress(f"Valuing {len(found.choices):,} choices")
    document = evaluated(found, strategy=f"{strategy.name}/{strategy.version}", horizon_days=horizon_days).document()
    return document | {"said": _said(document)}


def _uplift(where: Places) -> Artifact | None:
    """The champion that tells what a call adds, for nights that did not ask one themselves."""
    from models.registry import Registry

    loaded = Registry(where.tracking_uri).champion("uplift")
    return loaded.artifact if loaded else None


def _said(document: Mapping[str, Any]) -> str:
    """What the difference means, in one sentence."""
    apart, strategy = document["per_day"]["doubly_robust"]["difference"], document["strategy"]
    if document["overlap"]["differs"] < _SAME:
        return f"{strategy} puts the same people on the list as what ran: there is no difference to tell."
    low, high = (_money(apart[end], document) for end in ("low", "high"))
    days = document["horizon_days"]
    told = (
        f"Had {strategy} ordered the list of one of these days, with every other day as it was, "
        f"{_money(abs(apart['estimate']), document)} {'more' if apart['estimate'] >= 0 else 'less'} would have come in "
        f"within {days} day{'' if days == 1 else 's'}; in nineteen cases of twenty the difference lies between "
        f"{low} and {high}"
    )
    sure = apart["low"] > 0 or apart["high"] < 0
    return f"{told}." if sure else f"{told}: the log does not tell which list is better."


def _money(minor: float, document: Mapping[str, Any]) -> str:
    from arrears.money import say_money

    return say_money(round(minor), document["currency"])


def _draw(document: Mapping[str, Any], console: Console) -> None:
    ran = ", ".join(f"{name} on {days} days" for name, days in document["ran"].items())
    console.print(f"[bold]{document['strategy']}[/bold] against what ran: {ran}")
    console.print(
        f"{document['days']} days from {document['first_day']} to {document['last_day']}, {document['rows']:,} choices "
        f"about {document['debtors']:,} debtors; net cash of a day's list within {document['horizon_days']} days"
    )
    table = Table("a working day", "this strategy", "what ran", "difference", "19 in 20 between", box=None)
    for method, name in _METHODS.items():
        compared = document["per_day"][method]
        cells = [_money(compared[side]["estimate"], document) for side in ("strategy", "ran", "difference")]
        low, high = (_money(compared["difference"][end], document) for end in ("low", "high"))
        table.add_row(name, *cells, f"{low} and {high}")
    for column in table.columns[1:]:
        column.justify = "right"
    console.print(table)
    _draw_trust(document, console)
    console.print(document["said"])


def _draw_trust(document: Mapping[str, Any], console: Console) -> None:
    """How far the numbers can be trusted: what the log saw, whether it was followed, and what was left out."""
    seen, followed = document["overlap"], document["followed"]
    console.print(
        f"The choices tell as much as {seen['effective_rows']:,.0f} of equal weight, "
        f"{seen['effective_rows_apart']:,.0f} where the two part."
    )
    if seen["warning"]:
        console.print(f"[yellow]Warning: {seen['warning']}[/yellow]")
    if None not in followed.values():
        console.print(
            f"Of those whom the lot put on the list {followed['on_the_list']:.0%} were served, of those whom it left "
            f"off {followed['off_the_list']:.0%}."
        )
    for what, count in document["left_out"].items():
        console.print(f"Left out: {count:,} {what}.")
