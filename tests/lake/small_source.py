"""Small sources written by hand: one book of two debtors, and what a test changes in it."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from arrears.intake.report import Problem, Report
from arrears.lake import Lake
from arrears.loading import check

Row = dict[str, str]
Tables = Mapping[str, Sequence[Mapping[str, str]]]

NOON = datetime(2026, 3, 31, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Standing:
    """A clock that stands."""

    at: datetime = NOON

    def now(self) -> datetime:
        return self.at


def small_book() -> dict[str, list[Row]]:
    """Two debtors, an account each, a due and a payment: all that a load needs and nothing wrong with it."""
    return {
        "debtors": [{"debtor_id": "D1", "kind": "person"}, {"debtor_id": "D2", "kind": "business"}],
        "accounts": [account("A1", "D1"), account("A2", "D2")],
        "dues": [due("U1", "A1", "100.00"), due("U2", "A2", "50.00")],
        "payments": [payment("P1", "A1", "40.00")],
    }


def account(account_id: str, debtor_id: str, **changes: str) -> Row:
    plain = {"opened_on": "2025-01-01", "currency": "EUR", "role": "first_party"}
    return {"account_id": account_id, "debtor_id": debtor_id} | plain | changes


def due(due_id: str, account_id: str, amount: str, **changes: str) -> Row:
    return {
        "due_id": due_id,
        "account_id": account_id,
        "due_on": "2025-02-01",
        "amount": amount,
        "kind": "invoice",
    } | changes


def payment(payment_id: str, account_id: str, amount: str, **changes: str) -> Row:
    row = {"payment_id": payment_id, "line": "1", "account_id": account_id, "paid_on": "2025-02-10", "amount": amount}
    return row | changes


def write_csv(folder: Path, tables: Tables, settings: str | None = None) -> Path:
    """The tables as CSV files; a column that some row has is in every row."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        columns = list(dict.fromkeys(column for row in rows for column in row))
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    if settings is not None:
        (folder / "portfolio.toml").write_text(settings, encoding="utf-8")
    return folder


def check_tables(folder: Path, tables: Tables, *, lake: Path | None = None, settings: str | None = None) -> Report:
    """What a check says of these tables, as CSV."""
    return check(write_csv(folder, tables, settings), Lake(lake or folder / "no-lake"), Standing())


def only(report: Report, rule: str) -> Problem:
    """The one problem of that rule."""
    (problem,) = (problem for problem in report.problems if problem.rule == rule)
    return problem


def bytes_of(root: Path) -> dict[str, str]:
    """Every file beneath a folder and the digest of its bytes."""
    files = (file for file in sorted(root.rglob("*")) if file.is_file())
    return {str(file.relative_to(root)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def write_parquet(folder: Path, table: str, select: str) -> None:
    """One table as Parquet, with the types that the SELECT gives its columns."""
    with duckdb.connect() as con:
        con.execute("SET TimeZone = 'UTC'")
        con.execute(f"COPY ({select}) TO '{folder / table}.parquet' (FORMAT parquet)")


def rows_of(root: Path, select: str) -> list[tuple[Any, ...]]:
    """What a statement over the lake gives; moments as text."""
    with Lake(root).connect() as con:
        return con.execute(select).fetchall()
