"""How values are read: money of every kind to whole minor units, moments only with an offset, dates, flags, lists."""

from __future__ import annotations

from pathlib import Path

import pytest

from arrears.intake.report import Report
from arrears.lake import Lake
from arrears.loading import check, load
from tests.lake.small_source import (
    Standing,
    account,
    check_tables,
    due,
    only,
    rows_of,
    small_book,
    write_csv,
    write_parquet,
)


def amounts(tmp_path: Path, currency: str, column: str) -> tuple[Report, list[int]]:
    """Dues of one account whose amounts a Parquet column holds: what a load says, and what the lake has."""
    book = small_book()
    del book["dues"], book["payments"]
    book["accounts"] = [account("A1", "D1", currency=currency), account("A2", "D2")]
    folder = write_csv(tmp_path / "source", book)
    rows = f"""SELECT 'U' || place AS due_id, 'A1' AS account_id, DATE '2025-02-01' AS due_on, 'invoice' AS kind,
        list_extract({column}, place) AS amount FROM range(1, len({column}) + 1) AS places(place)"""
    write_parquet(folder, "dues", rows)
    report = check(folder, Lake(tmp_path / "lake"), Standing())
    if report.errors:
        return report, []
    load(folder, tmp_path / "lake", Standing())
    return report, [minor for (minor,) in rows_of(tmp_path / "lake", "SELECT amount_minor FROM dues ORDER BY due_id")]


@pytest.mark.parametrize(
    ("currency", "column", "minor"),
    [
        ("EUR", "['12.3', '12.30', '12.3000', '-0.01', '+7']", [1230, 1230, 1230, -1, 700]),
        ("JPY", "['12', '12.0']", [12, 12]),
        ("KWD", "['12.345']", [12345]),
        ("EUR", "[12.30::DECIMAL(9, 2), 0.10::DECIMAL(9, 2)]", [1230, 10]),
        ("EUR", "[12.3000::DECIMAL(20, 12)]", [1230]),
        ("EUR", "[12, 7]", [1200, 700]),
        ("EUR", "[0.1::DOUBLE + 0.2::DOUBLE, 12.3000009::DOUBLE, 123456789.01::DOUBLE]", [30, 1230, 12345678901]),
        ("EUR", "['99999999999999.99']", [9999999999999999]),
    ],
)
def test_money_becomes_whole_minor_units(tmp_path: Path, currency: str, column: str, minor: list[int]):
    assert amounts(tmp_path, currency, column)[1] == minor


@pytest.mark.parametrize(
    ("currency", "column"),
    [
        ("EUR", "['12.345']"),
        ("EUR", "['12.300000001']"),
        ("JPY", "['12.5']"),
        ("KWD", "['12.3456']"),
        ("EUR", "[12.345::DECIMAL(9, 3)]"),
        ("EUR", "[12.300002::DOUBLE]"),
        ("JPY", "[0.5::DOUBLE]"),
    ],
)
def test_more_decimals_than_the_currency_has_are_an_error(tmp_path: Path, currency: str, column: str):
    assert only(amounts(tmp_path, currency, column)[0], "too_many_decimals").count == 1


@pytest.mark.parametrize("column", ["['1e3']", "['1,5']", "['12 EUR']", "['nan'::DOUBLE]", "['inf'::DOUBLE]", "[true]"])
def test_what_is_no_amount_is_an_error(tmp_path: Path, column: str):
    assert only(amounts(tmp_path, "EUR", column)[0], "wrong_type").count == 1


def test_each_account_has_the_decimals_of_its_own_currency(tmp_path: Path, lake_root: Path):
    book = small_book()
    book["accounts"] = [account("A1", "D1", currency="JPY"), account("A2", "D2", currency="KWD")]
    book["dues"] = [due("U1", "A1", "5"), due("U2", "A2", "5.001")]
    del book["payments"]
    load(write_csv(tmp_path, book), lake_root, Standing())
    assert rows_of(lake_root, "SELECT amount_minor FROM dues ORDER BY due_id") == [(5,), (5001,)]


def test_a_later_load_finds_the_currency_in_the_lake(tmp_path: Path, lake_root: Path):
    book = small_book()
    book["accounts"] = [account("A1", "D1", currency="KWD"), account("A2", "D2", currency="JPY")]
    book["dues"] = [due("U1", "A1", "5")]
    del book["payments"]
    load(write_csv(tmp_path / "first", book), lake_root, Standing())
    load(write_csv(tmp_path / "second", {"dues": [due("U2", "A1", "5.001")]}), lake_root, Standing())
    assert rows_of(lake_root, "SELECT amount_minor FROM dues ORDER BY due_id") == [(5000,), (5001,)]


def recorded(tmp_path: Path, moment: str) -> Report:
    book = small_book()
    book["dues"] = [due("U1", "A1", "1.00", recorded_at=moment)]
    return check_tables(tmp_path, book)


@pytest.mark.parametrize(
    "moment",
    [
        "2025-02-01T10:00:00Z",
        "2025-02-01 10:00:00+02",
        "2025-02-01T10:00Z",
        "2025-02-01T10:00+0530",
        "2025-02-01T10:00:00.123456-08:00",
    ],
)
def test_a_moment_with_an_offset_is_read(tmp_path: Path, moment: str):
    assert recorded(tmp_path, moment).errors == ()


@pytest.mark.parametrize("moment", ["2025-02-01T10:00:00", "2025-02-01 10:00"])
def test_a_moment_without_an_offset_is_an_error(tmp_path: Path, moment: str):
    problem = only(recorded(tmp_path, moment), "no_offset")
    assert (problem.column, problem.count, problem.keys) == ("recorded_at", 1, ("U1",))


@pytest.mark.parametrize("moment", ["2025-02-01", "yesterday", "2025-02-30T10:00:00Z", "2025-02-01T10:00:00 Rome"])
def test_what_is_no_moment_is_an_error(tmp_path: Path, moment: str):
    assert only(recorded(tmp_path, moment), "wrong_type").column == "recorded_at"


@pytest.mark.parametrize(("kind", "rule"), [("TIMESTAMP", "no_offset"), ("DATE", "wrong_type")])
def test_a_parquet_moment_without_a_zone_is_an_error(tmp_path: Path, kind: str, rule: str):
    folder = write_csv(tmp_path, small_book())
    rows = "SELECT 'C1' contact_id, 'A1' account_id, 'call' channel, 'out' direction, 'no_answer' disposition"
    write_parquet(folder, "contacts", f"{rows}, {kind} '2025-02-03' AS \"at\"")
    assert only(check(folder, Lake(tmp_path / "lake"), Standing()), rule).column == "at"


def test_dates_stored_as_midnight_are_dates(tmp_path: Path, lake_root: Path):
    book = small_book()
    del book["debtors"]
    folder = write_csv(
        tmp_path, book | {"parties": [{"account_id": "A1", "debtor_id": "D1", "role": "primary", "liable": "true"}]}
    )
    write_parquet(folder, "debtors", "SELECT unnest(['D1', 'D2']) AS debtor_id, 'person' AS kind")
    rows = "SELECT 'H1' hold_id, 'D1' debtor_id, 'cease' kind, TIMESTAMP '2025-02-03' starts_on"
    write_parquet(folder, "holds", rows)
    load(folder, lake_root, Standing())
    assert rows_of(lake_root, "SELECT starts_on::VARCHAR FROM holds") == [("2025-02-03",)]


def test_a_time_of_day_is_no_date(tmp_path: Path):
    folder = write_csv(tmp_path, small_book())
    rows = "SELECT 'H1' hold_id, 'D1' debtor_id, 'cease' kind, TIMESTAMP '2025-02-03 00:00:01' starts_on"
    write_parquet(folder, "holds", rows)
    assert only(check(folder, Lake(tmp_path / "lake"), Standing()), "wrong_type").column == "starts_on"


def test_flags_numbers_and_lists_are_read_from_text(tmp_path: Path, lake_root: Path):
    collector = {
        "collector_id": "C1",
        "name": "Ada",
        "team": "north",
        "languages": "en; de",
        "licences": "NY",
        "minutes_per_day": "7.5",
    }
    party = {"account_id": "A1", "debtor_id": "D2", "role": "guarantor", "liable": "yes"}
    load(write_csv(tmp_path, small_book() | {"collectors": [collector], "parties": [party]}), lake_root, Standing())
    assert rows_of(lake_root, "SELECT languages, licences, minutes_per_day FROM collectors") == [
        (["en", "de"], ["NY"], 7.5)
    ]
    assert rows_of(lake_root, "SELECT liable FROM parties") == [(True,)]


def test_whole_floats_are_whole_numbers(tmp_path: Path, lake_root: Path):
    book = small_book()
    del book["payments"]
    folder = write_csv(tmp_path, book)
    rows = "SELECT 'P1' payment_id, 1.0::DOUBLE line, 'A1' account_id, DATE '2025-02-10' paid_on, 1 amount"
    write_parquet(folder, "payments", rows)
    load(folder, lake_root, Standing())
    assert rows_of(lake_root, "SELECT line, amount_minor FROM payments") == [(1, 100)]


def test_ids_stored_as_numbers_are_text(tmp_path: Path, lake_root: Path):
    folder = tmp_path / "source"
    folder.mkdir()
    write_parquet(folder, "debtors", "SELECT 7 AS debtor_id, 'person' AS kind")
    opened = "DATE '2025-01-01' opened_on, 'EUR' currency, 'first_party' \"role\""
    write_parquet(folder, "accounts", f"SELECT 9::BIGINT account_id, '7' debtor_id, {opened}")
    write_parquet(folder, "dues", "SELECT 'U' due_id, 9 account_id, DATE '2025-02-01' due_on, 1 amount, 'fee' kind")
    load(folder, lake_root, Standing())
    assert rows_of(lake_root, "SELECT account_id, debtor_id FROM accounts") == [("9", "7")]


def test_a_folder_of_parquet_files_is_one_table(tmp_path: Path, lake_root: Path):
    book = small_book()
    del book["dues"]
    folder = write_csv(tmp_path, book)
    (folder / "dues").mkdir()
    for at in (1, 2):
        rows = f"SELECT 'U{at}' due_id, 'A{at}' account_id, DATE '2025-02-01' due_on, 1 amount, 'fee' kind"
        write_parquet(folder / "dues", f"part{at}", rows)
    load(folder, lake_root, Standing())
    assert rows_of(lake_root, "SELECT due_id FROM dues ORDER BY 1") == [("U1",), ("U2",)]


def test_a_row_that_takes_another_away_needs_only_its_key(tmp_path: Path, lake_root: Path):
    load(write_csv(tmp_path / "first", small_book()), lake_root, Standing())
    gone = {"due_id": "U2", "deleted": "true", "account_id": "", "due_on": "", "amount": "", "kind": ""}
    load(write_csv(tmp_path / "second", {"dues": [gone]}), lake_root, Standing())
    versions = "SELECT deleted, known_until IS NULL FROM dues WHERE due_id = 'U2' ORDER BY recorded_at"
    assert rows_of(lake_root, versions) == [(False, False), (True, True)]
