"""`arrears forecast`: expected bucket totals and losses of the months ahead, model beside Markov, with intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich.console import Console
from rich.table import Table

from commands.context import AsJson, Day, LakeDir, Tracking, emit, places, progress_console

if TYPE_CHECKING:
    from datetime import date

    from arrears.lake import Lake
    from models.registry import Loaded

app = typer.Typer(add_completion=False)
HORIZONS = (1, 3, 6, 12)
"""Months that are drawn; the JSON has all."""


@app.command()
def command(
    as_of: Day,
    *,
    months: Annotated[int, typer.Option(help="How far ahead.", min=1, max=36)] = 12,
    currency: Annotated[str | None, typer.Option(help="Only accounts in this currency.", metavar="CODE")] = None,
    lake: LakeDir = None,
    tracking: Tracking = None,
    json: AsJson = False,
) -> None:
    """Expected accounts and balances by bucket, and what will be lost, by the model and by the Markov matrix."""
    from arrears.lake import Lake
    from models.lawful import approvals_of, refuse_unlawful
    from models.registry import Registry
    from models.roll_rate import ROLL_RATE

    where = places(lake=lake, tracking=tracking)
    opened = Lake(where.lake)
    code = _currency(opened, currency)
    champion = Registry(where.tracking_uri).champion(ROLL_RATE.name)
    if champion is not None:
        refuse_unlawful(f"forecast by {champion.label}", champion.artifact.features, approvals_of(opened))
    with progress_console().status("Forecasting"):
        document = forecast_document(opened, as_of.date(), months, code, champion)
    emit(document, as_json=json, human=lambda console: _draw(document, console))


def _currency(lake: Lake, asked: str | None) -> str:
    from arrears.errors import WrongUse

    if not lake.exists():
        raise WrongUse(asked=f"forecast from {lake.root}", found="nothing loaded", do="Run: arrears load demo")
    with lake.connect() as con:
        codes = [code for (code,) in con.execute("SELECT DISTINCT currency FROM accounts ORDER BY 1").fetchall()]
    if asked in codes or (asked is None and len(codes) == 1):
        return asked or str(codes[0])
    raise WrongUse(
        asked=f"forecast in {asked or 'one currency'}",
        found=f"accounts in {', '.join(codes)}, and money of several currencies cannot be added",
        do="Choose one with --currency.",
    )


def forecast_document(lake: Lake, as_of: date, months: int, currency: str, champion: Loaded | None) -> dict[str, Any]:
    """The forecast as JSON: by model and Markov, in accounts and money; the console draws the same."""
    from dataclasses import replace

    from arrears.roll_matrix import STATES, loss_state, smoothed
    from arrears.roll_rates import pooled
    from training.forecast import facts, forecast
    from training.forecast_start import standing_on

    standing = standing_on(lake, as_of, currency, champion.artifact if champion else None)
    starts = {"Markov matrix": replace(standing.start, answer=None)}
    if champion:
        starts = {champion.label: standing.start, **starts}
    by: tuple[Literal["count", "balance"], ...] = ("count", "balance")
    forecasts = {
        name: {one: facts(forecast(start, standing.months, months, by=one)) for one in by}
        for name, start in starts.items()
    }
    return {
        "as_of": as_of,
        "months": months,
        "currency": currency,
        "accounts": len(standing.start.rank),
        "settled_on": standing.settled_on,
        "moves": [{"from": month.month_from, "to": month.month_to} for month in standing.months],
        "lost_at": STATES[loss_state(smoothed(pooled(standing.months).accounts))].value,
        "model": champion.label if champion else None,
        "said": _said(champion, standing.settled_on),
        "forecasts": forecasts,
    }


def _said(champion: Loaded | None, settled_on: object) -> list[str]:
    model = (
        f"{champion.label} says where each account goes in month 1; later months follow the pooled matrix."
        if champion
        else "No roll-rate model is champion: the Markov matrix stands alone."
    )
    return [
        f"Month 1 is the month after the last settled statuses, of {settled_on}.",
        model,
        "Balances stay as they are; nine in ten futures lie in the brackets.",
    ]


def _draw(document: dict[str, Any], console: Console) -> None:
    for name, by in document["forecasts"].items():
        for unit, aheads in by.items():
            console.print(_table(document, f"{name}: {unit}", aheads, in_millions=unit == "balance"))
    for line in document["said"]:
        console.print(line)
    console.print(f"Balances are in millions of minor units of {document['currency']}.")


def _table(document: dict[str, Any], title: str, aheads: list[dict[str, Any]], *, in_millions: bool) -> Table:
    shown = [ahead for ahead in aheads if ahead["month"] in (*HORIZONS, document["months"])]
    headers = [f"in {ahead['month']} month{'s' if ahead['month'] > 1 else ''}" for ahead in shown]
    table = Table("bucket", *headers, title=title, box=None, padding=(0, 2, 0, 0))
    for state in dict.fromkeys(state for ahead in aheads for state in ahead["totals"]):
        table.add_row(state, *(_band(ahead["totals"].get(state), in_millions=in_millions) for ahead in shown))
    lost = [_band(ahead["lost"], in_millions=in_millions) for ahead in shown]
    table.add_row(f"lost ({document['lost_at']}) by then", *lost, style="bold")
    for column in table.columns[1:]:
        column.justify = "right"
    return table


def _band(cell: dict[str, float] | None, *, in_millions: bool) -> str:
    if cell is None:
        return ""
    expected, low, high = (f"{value / 1e6 if in_millions else value:,.0f}" for value in cell.values())
    return f"{expected} [dim]({low}-{high})[/dim]"
