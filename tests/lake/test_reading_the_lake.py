"""Reading a lake: its tables and columns, one debtor's rows, its settings, and what it says when it is empty."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from arrears.errors import ArrearsError, WrongUse
from arrears.lake import Lake
from arrears.loading import load
from arrears.tables import TABLES
from tests.lake.small_source import Standing, account, due, payment, small_book, write_csv


@pytest.fixture
def shared_accounts(tmp_path: Path, lake_root: Path) -> Lake:
    """D1 owes A1 and guarantees A2; D2 owes A2 and A3; one payment of each debtor is not applied."""
    book = small_book()
    book["accounts"].append(account("A3", "D2"))
    book["dues"].append(due("U3", "A3", "5.00"))
    book["parties"] = [{"account_id": "A2", "debtor_id": "D1", "role": "guarantor", "liable": "true"}]
    book["payments"] = [
        payment("P1", "A1", "1.00", debtor_id=""),
        payment("P2", "", "2.00", debtor_id="D1"),
        payment("P3", "A3", "3.00", debtor_id="D1"),
        payment("P4", "", "4.00", debtor_id="D2"),
    ]
    collector = {"collector_id": "C1", "name": "Ada", "team": "t", "languages": "en", "licences": "NY"}
    book["collectors"] = [collector | {"minutes_per_day": "400"}]
    load(write_csv(tmp_path, book), lake_root, Standing())
    return Lake(lake_root)


def keys(lake: Lake, table: str, only_debtor: str | None = None) -> list[str]:
    key = TABLES[table].key[0]
    with lake.connect(only_debtor=only_debtor) as con:
        return [value for (value,) in con.execute(f"SELECT {key} FROM {table} ORDER BY 1").fetchall()]


@pytest.mark.parametrize(
    ("table", "rows"),
    [
        ("debtors", ["D1"]),
        ("accounts", ["A1", "A2"]),
        ("dues", ["U1", "U2"]),
        ("parties", ["A2"]),
        ("payments", ["P1", "P2", "P3"]),
        ("collectors", ["C1"]),
    ],
)
def test_one_debtors_lake_has_that_debtors_rows(shared_accounts: Lake, table: str, rows: list[str]):
    assert keys(shared_accounts, table, "D1") == rows


def test_a_debtor_nobody_knows_has_no_rows(shared_accounts: Lake):
    assert keys(shared_accounts, "accounts", "D9") == keys(shared_accounts, "payments", "D9") == []


def test_an_id_with_a_quote_is_only_an_id(shared_accounts: Lake):
    assert keys(shared_accounts, "accounts", "D1' OR '1'='1") == []


def test_one_debtors_lake_has_the_same_columns(shared_accounts: Lake):
    with shared_accounts.connect() as whole, shared_accounts.connect(only_debtor="D1") as one:
        for table in shared_accounts.tables:
            described = f'DESCRIBE "{table}"'
            assert one.execute(described).fetchall() == whole.execute(described).fetchall()


def test_every_view_has_exactly_the_contracts_columns(shared_accounts: Lake):
    with shared_accounts.connect() as con:
        for table in shared_accounts.tables:
            rows = con.execute(f'DESCRIBE "{table}"').fetchall()
            spelled = {name: kind.replace("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ") for name, kind, *_ in rows}
            assert list(spelled.items()) == list(TABLES[table].lake_schema().items())


def test_a_table_that_was_never_loaded_has_no_view(shared_accounts: Lake):
    assert "promises" not in shared_accounts.tables
    with pytest.raises(WrongUse, match="Load a source that has promises"):
        shared_accounts.rows("promises")


def test_a_column_without_a_value_is_not_supplied(tmp_path: Path, lake_root: Path):
    book = small_book()
    book["payments"] = [payment("P1", "A1", "1.00", method="", source="voluntary")]
    load(write_csv(tmp_path, book), lake_root, Standing())
    assert Lake(lake_root).columns("payments") == {"payment_id", "line", "account_id", "paid_on", "amount", "source"}


def test_a_later_load_adds_its_columns(tmp_path: Path, lake_root: Path):
    load(write_csv(tmp_path / "1", small_book()), lake_root, Standing())
    load(write_csv(tmp_path / "2", {"payments": [payment("P2", "A1", "1.00", method="card")]}), lake_root, Standing())
    assert "method" in Lake(lake_root).columns("payments")


def test_the_lake_keeps_the_portfolios_settings(tmp_path: Path, lake_root: Path):
    load(write_csv(tmp_path / "1", small_book(), '[portfolio]\nzone = "Europe/Rome"'), lake_root, Standing())
    load(write_csv(tmp_path / "2", {"payments": [payment("P2", "A1", "1.00")]}), lake_root, Standing())
    assert Lake(lake_root).settings.portfolio.zone == "Europe/Rome"


def test_the_lakes_days_are_those_of_its_facts(demo_lake: Lake):
    assert (demo_lake.first_day, demo_lake.last_day) == (date(2005, 4, 1), date(2005, 9, 30))


def test_an_empty_lake_says_so(lake_root: Path):
    lake = Lake(lake_root)
    assert (lake.exists(), lake.tables, lake.warnings, lake.last_day) == (False, (), (), None)


def test_a_manifest_of_a_newer_arrears_is_not_guessed_at(lake_root: Path):
    lake_root.mkdir()
    (lake_root / "manifest.json").write_text('{"format": 2}')
    with pytest.raises(ArrearsError, match="has format 2, this Arrears reads 1"):
        Lake(lake_root)


def test_connections_speak_utc(demo_lake: Lake):
    with demo_lake.connect() as con:
        assert con.execute("SELECT current_setting('TimeZone')").fetchall() == [("UTC",)]
