"""`arrears queue export`: lists that leave the house, each judged anew: what a rule holds by now is in none."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from commands.context import AsJson, Database, LakeDir, emit, places

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from arrears.lake import Lake
    from arrears.queues.files.listing import Listing
    from serving.exports.of_book import House


class Format(StrEnum):
    """What can be exported."""

    CSV = "csv"
    DIALER = "dialer"
    CRM = "crm"
    PAID = "paid"
    PLACEMENT = "placement"
    RECALL = "recall"


def export_command(
    *,
    form: Annotated[
        Format,
        typer.Option(
            "--format",
            help="csv for a spreadsheet; dialer; crm tasks; paid: who has paid; placement, recall: agency candidates.",
        ),
    ] = Format.CSV,
    out: Annotated[Path | None, typer.Option("--out", help="The file to write; stdout by default.")] = None,
    lane: Annotated[str | None, typer.Option(help="Only items of this lane.")] = None,
    bucket: Annotated[str | None, typer.Option(help="Only items of this bucket, as 60-89.")] = None,
    collector: Annotated[str | None, typer.Option(help="Only this collector's list.")] = None,
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Of paid: the first day; by default the month's.")
    ] = None,
    after_days: Annotated[int, typer.Option(min=1, help="Of recall: placed for so long without a payment.")] = 180,
    lake: LakeDir = None,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """A list as a file, judged anew at this moment; what a rule holds by now is not in it."""
    from arrears.errors import WrongUse
    from arrears.lake import Lake
    from arrears.queues.supervise.chosen import Filter
    from arrears.state import opened
    from serving.exports.lists import export, record_export

    if as_json and out is None:
        raise WrongUse(
            asked="export a list with --json",
            found="the file would go to stdout, where only the JSON document may be",
            do="Name the file: --out queue.csv.",
        )
    where = places(lake=lake, database=database)
    fits = Filter(lane=lane, bucket=bucket, collector=collector)
    with opened(where) as engine, engine.begin() as connection:
        house = _house(Lake(where.lake), connection)
        made = export(
            house, form.value, fits=fits, since=since.date() if since else None, after_days=after_days
        )  # fmt: skip
        record_export(house, made, who="arrears queue export")
        files = _named(out, made.files)
        if out is not None:
            for file, listing in zip(files, made.files, strict=True):
                _write(file, listing.lines)  # before the record is final: what cannot be written was never exported
    if out is None:
        sys.stdout.write("".join(line for listing in made.files for line in listing.lines))
        return
    document = made.document()
    for file, told in zip(files, document["files"], strict=True):
        told["file"] = file
    emit(document, as_json=as_json, human=lambda console: _draw(console, document))


def _house(lake: Lake, connection: Connection) -> House:
    from arrears.errors import WrongUse
    from serving.exports.of_book import House
    from serving.gate.book import questions
    from serving.gate.second_look import limits_today
    from serving.present import clock_of

    if not lake.exists():
        raise WrongUse(asked="export a list", found="an empty lake", do="Load a source first: arrears load demo.")
    portfolio = lake.settings.portfolio
    asked = questions(lake.present, lake.settings)
    return House(
        lake, asked, connection, clock_of(portfolio.stands_at, connection.engine).now(), limits_today(portfolio.zone)
    )


def _named(out: Path | None, files: Sequence[Listing]) -> list[Path]:
    """A list that is longer than a file may be has its part's number in each file's name."""
    if out is None:
        return []
    if len(files) == 1:
        return [out]
    return [out.with_name(f"{out.stem}-{file.part}{out.suffix}") for file in files]


def _draw(console: Console, document: dict[str, Any]) -> None:
    noun = "items" if document["kind"] in ("csv", "dialer", "crm") else "accounts"
    for told in document["files"]:
        console.print(f"{told['rows']:,} {noun} in {told['file']}")
        console.print(f"[dim]sha256 {told['sha256']}[/dim]", soft_wrap=True)
    if document["held"]:
        console.print(f"[yellow]{document['held']:,} {noun} left out: a rule holds them by now[/yellow]")
        for code, count in sorted(document["because"].items(), key=lambda each: -each[1]):
            console.print(f"  {count:,} {code}")
    for why, count in document["left_out"].items():
        console.print(f"[yellow]{count:,} left out: {why}[/yellow]")


def _write(out: Path, lines: Sequence[str]) -> None:
    """The whole file or none: half a list under its name would pass for the list."""
    if out.exists() and not out.is_file():  # a pipe or a device is written to, never replaced
        out.write_text("".join(lines), encoding="utf-8", newline="")
        return
    whole = out.resolve()
    fresh = whole.with_name(f".{whole.name}.new")
    try:
        fresh.write_text("".join(lines), encoding="utf-8", newline="")
        fresh.replace(whole)
    finally:
        fresh.unlink(missing_ok=True)
