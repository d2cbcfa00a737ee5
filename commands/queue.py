"""`arrears queue`: what the latest night serves, as a list, as items, as a file."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich.console import Console
from rich.table import Column, Table

from commands.context import AsJson, Database, emit, places
from commands.queue_export import export_command

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from arrears.queues.item import Night, WorkItem

app = typer.Typer(add_completion=False, no_args_is_help=True)

NightId = Annotated[int | None, typer.Option("--night", help="A night's number; the one that serves now by default.")]


app.command("export")(export_command)


@app.callback()
def _queue() -> None:
    """Queues, items, files."""


@app.command("list")
def list_command(*, database: Database = None, as_json: AsJson = False) -> None:
    """The queues that are served now, and the nights behind them."""
    from arrears.queues import store
    from arrears.state import opened

    with opened(places(database=database)) as engine, engine.connect() as connection:
        serving = store.latest_night(connection)
        queues = [asdict(queue) for queue in store.queues(connection, serving.night_id)] if serving else []
        nights = [_said(night) for night in store.nights(connection, limit=20)]
    document = {"queues": queues, "nights": nights}
    emit(document, as_json=as_json, human=lambda console: _draw_list(console, document))


@app.command("show")
def show_command(
    *,
    night: NightId = None,
    bucket: Annotated[str | None, typer.Option(help="Only this bucket, as 60-89.")] = None,
    search: Annotated[str | None, typer.Option(help="Beginning of an account's or a debtor's id.")] = None,
    sort: Annotated[str, typer.Option(help="rank, priority, value, balance, rolls_on, propensity, …")] = "rank",
    descending: Annotated[bool, typer.Option("--descending", help="Largest first.")] = False,
    after: Annotated[str | None, typer.Option(help="The cursor that the page before ended with.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Items on a page.")] = 20,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Items of a night, best first."""
    from arrears.queues import store
    from arrears.state import opened

    with opened(places(database=database)) as engine, engine.connect() as connection:
        of = _night(connection, night)
        page = store.items(
            connection,
            of.night_id,
            bucket=bucket,
            search=search,
            sort=sort,
            descending=descending,
            after=after,
            limit=limit,
        )
    document = {
        "night": _said(of),
        "total": page.total,
        "after": page.after,
        "items": [asdict(item) for item in page.rows],
    }
    emit(document, as_json=as_json, human=lambda console: _draw_items(console, of, page.rows, page.total, page.after))


def _night(connection: Connection, night_id: int | None) -> Night:
    from arrears.errors import WrongUse
    from arrears.queues import store

    found = store.latest_night(connection) if night_id is None else store.night(connection, night_id)
    if found is None:
        asked = "the queue" if night_id is None else f"the queue of night {night_id}"
        raise WrongUse(asked=f"show {asked}", found="no such night", do="Run one: arrears night --as-of DAY.")
    return found


def _said(night: Night) -> dict[str, Any]:
    return {
        "night_id": night.night_id,
        "as_of": night.as_of,
        "state": night.state,
        "strategy": f"{night.strategy_name}/{night.strategy_version}",
        "scored_by": night.scored_by,
        "past_due": night.past_due,
        "held": night.held,
        "served": night.served,
    }


def _draw_list(console: Console, document: dict[str, Any]) -> None:
    if not document["nights"]:
        console.print("No night yet. Run one: arrears night --as-of DAY.")
        return
    if not document["queues"]:
        console.print("No item is ready in any queue: all that the last night served is done, or it held everybody.")
    else:
        console.print(_queues(document["queues"]))
    console.print(_nights(document["nights"]))


def _queues(queues: list[dict[str, Any]]) -> Table:
    from arrears.money import say_money

    table = _slim("queue", ready="right", balance="right", hours="right", next_roll="left")
    for queue in queues:
        table.add_row(
            queue["lane"],
            f"{queue['ready']:,}",
            say_money(queue["balance_minor"], queue["currency"]),
            f"{queue['expected_minutes'] / 60:,.0f}",
            str(queue["next_roll"] or ""),
        )
    return table


def _nights(nights: list[dict[str, Any]]) -> Table:
    table = _slim(
        "night", as_of="left", state="left", strategy="left", by="left", past_due="right", held="right", served="right"
    )
    for night in nights:
        table.add_row(*(f"{value:,}" if isinstance(value, int) else str(value) for value in night.values()))
    return table


def _slim(first: str, **others: Literal["left", "right"]) -> Table:
    """A table without lines: eight columns fit a terminal of 80."""
    columns = [Column(name.replace("_", " "), justify=justify, no_wrap=True) for name, justify in others.items()]
    return Table(Column(first, no_wrap=True), *columns, box=None, padding=(0, 1, 0, 0), pad_edge=False)


def _draw_items(console: Console, night: Night, items: list[WorkItem], total: int, after: str | None) -> None:
    from arrears.money import say_money
    from arrears.queues.files.spreadsheet import sentences

    console.print(f"Night {night.night_id} as of {night.as_of}, {night.strategy['sentence']} {total:,} items")
    if not items:
        console.print("No item of this night is of that kind." if night.served else "This night served nobody.")
        return
    table = Table(
        *(Column(name, no_wrap=True) for name in ("rank", "account", "bucket", "balance", "rolls on")), "because"
    )
    for item in items:
        table.add_row(
            f"{item.rank:,}",
            " ".join(item.accounts),
            item.bucket,
            "" if item.balance_minor is None else say_money(item.balance_minor, item.currency),
            str(item.rolls_on or ""),
            "; ".join(sentences(item)[:1]),
        )
    console.print(table)
    if after:
        console.print(f"More: --after {after}")
