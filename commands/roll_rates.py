"""`arrears roll-rates`: how accounts moved between buckets, month by month or pooled, by accounts or by money."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich.console import Console
from rich.table import Table

from commands.context import AsJson, LakeDir, emit, places

if TYPE_CHECKING:
    import pyarrow as pa

    from arrears.lake import Lake
    from arrears.roll_matrix import Matrix
    from arrears.roll_rates import RollRates

app = typer.Typer(add_completion=False)
_DAY = {"formats": ["%Y-%m-%d"], "metavar": "DAY"}


@app.command()
def command(
    *,
    from_: Annotated[
        datetime | None, typer.Option("--from", help="First day (default: the lake's first).", **_DAY)
    ] = None,
    to: Annotated[datetime | None, typer.Option(help="Last day (default: the lake's last).", **_DAY)] = None,
    every: Annotated[
        Literal["month"] | None, typer.Option(help="Each month's matrix too, not the pooled one alone.")
    ] = None,
    by: Annotated[Literal["count", "balance"], typer.Option(help="Shares of accounts, or of money owed.")] = "count",
    currency: Annotated[str | None, typer.Option(help="Only accounts in this currency.", metavar="CODE")] = None,
    lake: LakeDir = None,
    json: AsJson = False,
) -> None:
    """Show the share of each bucket that ended the month in each bucket, with the counts it rests on."""
    from arrears.lake import Lake

    opened = Lake(places(lake=lake).lake)
    statuses, code = statuses_in(opened, currency, by)
    first = from_.date() if from_ else opened.first_day
    last = to.date() if to else opened.last_day
    document = _document(statuses, first or date.min, last or date.max, by, code)
    if every is None:
        document["months"] = []
    emit(document, as_json=json, human=lambda console: _draw(document, console))


def statuses_in(lake: Lake, currency: str | None, by: str) -> tuple[pa.Table, str]:
    """Every account's status at every month's end, and the currency their balances are in.

    Raises
    ------
    WrongUse : nothing is loaded, or money of several currencies would have to be added.
    """
    from arrears.errors import WrongUse
    from features.delinquency import cycle_statuses

    if not lake.exists():
        raise WrongUse(asked=f"read roll rates from {lake.root}", found="nothing loaded", do="Run: arrears load demo")
    with lake.connect() as con:
        codes = [code for (code,) in con.execute("SELECT DISTINCT currency FROM accounts ORDER BY 1").fetchall()]
        if (currency is None and by == "balance" and len(codes) > 1) or (
            currency is not None and currency not in codes
        ):
            raise WrongUse(
                asked=f"roll rates by {by}" + (f" in {currency}" if currency else ""),
                found=f"accounts in {', '.join(codes)}, and money of several currencies cannot be added",
                do="Choose one with --currency.",
            )
        statuses = cycle_statuses(lake.present, lake.settings).run(con)
        if currency is None:
            return statuses, " and ".join(codes)
        con.register("statuses", statuses)
        chosen = (
            "SELECT statuses.* FROM statuses WHERE account_id IN (SELECT account_id FROM accounts WHERE currency = ?)"
        )
        return con.execute(chosen, [currency]).to_arrow_table(), currency


def _document(
    statuses: pa.Table, first: date, last: date, by: Literal["count", "balance"], currency: str
) -> dict[str, Any]:
    from arrears.roll_rates import between, bucket_counts, monthly, moves, pooled

    months = between(monthly(moves(statuses)), first, last)
    return {
        "by": by,
        "unit": "accounts" if by == "count" else f"minor units of {currency}",
        "buckets": {
            str(day): {bucket.value: count for bucket, count in counts.items() if count}
            for day, counts in bucket_counts(statuses).items()
            if first <= day <= last
        },
        "pooled": _matrix(pooled(months), by),
        "months": [_matrix(month, by) for month in months],
    }


def _matrix(rates: RollRates, by: Literal["count", "balance"]) -> dict[str, Any]:
    counts = rates.counts(by)
    return {
        "from": rates.month_from,
        "to": rates.month_to,
        "counts": _cells(counts, whole=True),
        "shares": _cells(rates.shares(by), whole=False),
    }


def _cells(matrix: Matrix, *, whole: bool) -> dict[str, dict[str, int | float]]:
    """Rows that hold something, with their cells that do; a bucket nobody was in has no row."""
    from arrears.roll_matrix import STATES

    return {
        row.value: {
            column.value: int(value) if whole else round(float(value), 6)
            for column, value in zip(STATES, values, strict=True)
            if value > 0
        }
        for row, values in zip(STATES, matrix, strict=True)
        if values.sum() > 0
    }


def _draw(document: dict[str, Any], console: Console) -> None:
    for matrix in [*document["months"], document["pooled"]]:
        console.print(_table(matrix, document["unit"], in_millions=document["by"] == "balance"))
    if document["by"] == "balance":
        console.print(f"Under each share: millions of {document['unit']}.")


def _table(matrix: dict[str, Any], unit: str, *, in_millions: bool) -> Table:
    from arrears.roll_matrix import STATES

    reached = {bucket for row in matrix["counts"].values() for bucket in row}
    columns: Sequence[str] = [state.value for state in STATES if state.value in reached]
    title = f"{matrix['from']} to {matrix['to']}, {unit}"
    table = Table("from", "all", *columns, title=title, box=None, padding=(0, 1, 0, 0))
    for name, counts in matrix["counts"].items():
        shares = matrix["shares"][name]
        cells = [_cell(shares[column], counts[column], in_millions) if column in counts else "" for column in columns]
        table.add_row(name, _size(sum(counts.values()), in_millions), *cells)
    for column in table.columns:
        column.no_wrap = True
        column.justify = "left" if column.header == "from" else "right"
    return table


def _cell(share: float, count: int, in_millions: bool) -> str:  # noqa: FBT001 - told by position in one line of drawing
    return f"{share:.1%}\n[dim]{_size(count, in_millions)}[/dim]"


def _size(count: int, in_millions: bool) -> str:  # noqa: FBT001 - as above
    return f"{count / 1e6:,.0f}" if in_millions else f"{count:,}"
