"""`arrears describe`: what the lake holds, how late its accounts are, and what its loads warned of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console
from rich.table import Table

from commands.context import AsJson, LakeDir, emit, places

if TYPE_CHECKING:
    from arrears.lake import Lake

app = typer.Typer(add_completion=False)


@app.command()
def command(*, lake: LakeDir = None, json: AsJson = False) -> None:
    """Tables, rows, dates, aging by bucket and open balance on the last day, and the loads' warnings."""
    from arrears.errors import WrongUse
    from arrears.lake import Lake

    root = places(lake=lake).lake
    held = Lake(root)
    if not held.exists():
        raise WrongUse(asked=f"describe the lake {root}", found="nothing loaded", do="Run: arrears load demo")
    document = _document(held)
    locale = held.settings.portfolio.locale
    emit(document, as_json=json, human=lambda console: _draw(document, console, locale))


def _document(lake: Lake) -> dict[str, Any]:
    entries = lake.manifest.tables
    return {
        "lake": lake.root,
        "fingerprint": lake.fingerprint,
        "first_day": lake.first_day,
        "last_day": lake.last_day,
        "zone": lake.settings.portfolio.zone,
        "tables": {
            name: {
                "rows": lake.rows(name),
                "first_day": entries[name].first_day,
                "last_day": entries[name].last_day,
                "columns": list(entries[name].columns),
            }
            for name in lake.tables
        },
        "aging": _aging(lake),
        "loads": [{"id": load.id, "source": load.source, "loaded_at": load.loaded_at} for load in lake.manifest.loads],
        "warnings": list(lake.warnings),
    }


def _aging(lake: Lake) -> list[dict[str, Any]]:
    from features.delinquency import positions_plan
    from features.snapshots import on_days

    with lake.connect() as con:
        on_days(con, lake.settings, [lake.last_day] if lake.last_day else [])
        con.register("positions", positions_plan(lake.present, lake.settings).run(con))
        rows = con.execute(
            """SELECT currency, bucket, count(*), sum(coalesce(balance_minor, 0))::BIGINT,
                      count(*) FILTER (WHERE coalesce(balance_minor, past_due_minor, 1) > 0)
            FROM positions GROUP BY currency, bucket"""
        ).fetchall()
    return [_bucket_row(*row) for row in sorted(rows, key=lambda row: (row[0], _place(row[1])))]


def _place(bucket: str) -> int:
    from arrears.buckets import Bucket

    return list(Bucket).index(Bucket(bucket))


def _bucket_row(currency: str, bucket: str, accounts: int, balance: int, owing: int) -> dict[str, Any]:
    return {
        "currency": currency,
        "bucket": bucket,
        "accounts": accounts,
        "owing": owing,
        "balance_minor": balance,
    }


def _draw(document: dict[str, Any], console: Console, locale: str) -> None:
    from arrears.money import say_money

    console.print(f"Lake {document['lake']}: {document['first_day']} to {document['last_day']} ({document['zone']})\n")
    tables = _table("table", "rows", "first day", "last day")
    for name, entry in document["tables"].items():
        tables.add_row(name, f"{entry['rows']:,}", str(entry["first_day"] or ""), str(entry["last_day"] or ""))
    console.print(tables)
    console.print(f"\nAging at the end of {document['last_day']}")
    aging = _table("bucket", "accounts", "of them owing", "open balance")
    for row in document["aging"]:
        money = say_money(row["balance_minor"], row["currency"], locale=locale)
        aging.add_row(row["bucket"], f"{row['accounts']:,}", f"{row['owing']:,}", money)
    console.print(aging)
    console.print()
    _draw_warnings(document["warnings"], console)


def _draw_warnings(warnings: list[dict[str, Any]], console: Console) -> None:
    from arrears.intake.report import Problem
    from commands.source_report import draw_warnings

    draw_warnings(tuple(Problem(**warning) for warning in warnings), console)


def _table(first: str, *numbers: str) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column(first)
    for name in numbers:
        table.add_column(name, justify="right")
    return table
