"""A posted row meets the rules that a check of files has, under the same names, and a correction what it corrects."""

import csv
from datetime import timedelta
from typing import Any

import pytest

from arrears.clock import SystemClock
from arrears.events.check import check
from arrears.events.keep import keep
from arrears.events.overlay import overlay_of
from arrears.loading import check as check_files
from tests.night.any_book import COLUMNS, loaded
from tests.serving.desk_day import MONDAY, book

PAID = {"payment_id": "Y0", "line": 1, "account_id": "A1", "paid_on": "2026-06-01", "amount": "50"}
NEW = {"payment_id": "Y1", "line": 1, "account_id": "A1", "paid_on": "2026-06-15", "amount": "10"}
HOLD = {"hold_id": "H1", "debtor_id": "D1", "kind": "cease", "starts_on": "2026-06-15"}


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(COLUMNS, "payments", "payment_id line account_id paid_on amount")
        return loaded(tmp_path_factory.mktemp("checked"), "TW", book(payments=[PAID]))


@pytest.fixture
def post(database, lake):
    def posted(table, *rows, at=MONDAY):
        with database.begin() as connection:
            told = check(connection, lake, table, list(rows), now=at)
            keep(connection, [new for _, new in told.news], by="test")
        return told

    return posted


def rules(told):
    return sorted((fault.column, fault.rule) for fault in told.faults)


WRONG: dict[str, tuple[str, dict[str, Any], str]] = {
    "too_many_decimals": ("payments", NEW | {"amount": "1.234"}, "amount"),
    "wrong_type": ("payments", NEW | {"line": "one"}, "line"),
    "not_positive": ("payments", NEW | {"amount": "0"}, "amount"),
    "orphan": ("payments", NEW | {"account_id": "A9"}, "account_id"),
    "missing_payment": ("payments", NEW | {"reverses": "Y9", "amount": "-10"}, "reverses"),
    "other_debtor": ("payments", NEW | {"account_id": "A2", "reverses": "Y0", "amount": "-10"}, "reverses"),
    "reversed_too_much": ("payments", NEW | {"reverses": "Y0", "amount": "-50.01"}, "amount"),
    "unknown_value": ("holds", HOLD | {"kind": "pause"}, "kind"),
    "missing_value": ("holds", {name: HOLD[name] for name in ("hold_id", "kind", "starts_on")}, None),
    "no_offset": ("holds", HOLD | {"received_at": "2026-06-15T10:00:00"}, "received_at"),
}


@pytest.mark.parametrize("rule", WRONG)
def test_a_wrong_row_breaks_the_rule_that_the_same_row_in_a_file_breaks(post, lake, tmp_path, rule):
    table, row, column = WRONG[rule]
    assert rules(post(table, row)) == [(column, rule)]
    with (tmp_path / f"{table}.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, row)
        writer.writeheader()
        writer.writerow(row)
    report = check_files(tmp_path, lake, SystemClock())
    assert (column, rule) in {(problem.column, problem.rule) for problem in report.errors}


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("payments", NEW | {"amount": 10.1}),
        ("payments", NEW | {"reverses": "Y0", "amount": "-50.00"}),
        ("payments", {name: value for name, value in NEW.items() if name != "account_id"} | {"debtor_id": "D1"}),
        ("holds", HOLD | {"starts_on": "2026-07-01", "received_at": "2026-06-15 10:00+08:00"}),
    ],
)
def test_a_row_just_inside_its_rules_is_news(post, table, row):
    told = post(table, row)
    assert (rules(told), len(told.news)) == ([], 1)


@pytest.mark.parametrize(("minutes", "expected"), [(5, []), (6, [("at", "in_future")])])
def test_a_contact_may_be_as_far_ahead_as_clocks_differ(post, minutes, expected):
    at = (MONDAY + timedelta(minutes=minutes)).isoformat()
    row = {
        "contact_id": "C1",
        "debtor_id": "D1",
        "at": at,
        "channel": "call",
        "direction": "out",
        "disposition": "busy",
    }
    assert rules(post("contacts", row)) == expected


def test_a_row_may_be_recorded_now_but_not_later(post):
    assert rules(post("holds", HOLD | {"recorded_at": MONDAY.isoformat()})) == []
    later = (MONDAY + timedelta(seconds=1)).isoformat()
    assert rules(post("holds", HOLD | {"recorded_at": later})) == [("recorded_at", "recorded_in_future")]


def test_a_version_of_a_moment_is_known_or_contradicted_and_a_later_one_corrects(post):
    at = (MONDAY - timedelta(hours=1)).isoformat()
    assert len(post("holds", HOLD | {"recorded_at": at}).news) == 1
    assert post("holds", HOLD | {"recorded_at": at}).same == [0]
    changed = HOLD | {"kind": "attorney"}
    assert rules(post("holds", changed | {"recorded_at": at})) == [("recorded_at", "duplicate_key")]
    assert len(post("holds", changed).news) == 1
    assert len(post("holds", HOLD, at=MONDAY + timedelta(minutes=1)).news) == 1, "back to what it said first"


def test_what_the_lake_says_word_for_word_is_known(post):
    assert post("payments", PAID | {"amount": 50.0}).same == [0]
    assert len(post("payments", PAID | {"amount": "51"}).news) == 1


def test_a_row_that_moves_to_somebody_else_leaves_whom_it_was_of(post, database, lake):
    told = post("payments", PAID | {"account_id": "A2"})
    assert [(new.debtor_id, bool(new.row.get("deleted"))) for _, new in told.news] == [("D1", True), ("D2", False)]
    with database.connect() as connection:
        left = overlay_of(connection, lake, ["D1"], ["A1"]).tables["payments"].to_pylist()
        came = overlay_of(connection, lake, ["D2"], ["A2"]).tables["payments"].to_pylist()
    assert [(row["account_id"], row["deleted"]) for row in left + came] == [(None, True), ("A2", False)]


def test_a_row_that_nobody_knows_cannot_be_taken_away(post):
    assert rules(post("holds", {"hold_id": "H9", "deleted": True})) == [(None, "orphan")]


def test_rows_that_name_one_another_come_together(post):
    back = NEW | {"line": 2, "amount": "-10", "reverses": "Y1"}
    assert rules(post("payments", NEW, back)) == []


def test_a_contact_counts_in_the_ledger_until_it_is_taken_away(post, database):
    row = {"contact_id": "C1", "debtor_id": "D1", "at": MONDAY.isoformat(), "channel": "call", "direction": "out"}
    post("contacts", row | {"disposition": "busy"})
    with database.connect() as connection:
        assert connection.exec_driver_sql("SELECT contact_id FROM contact_ledger").scalars().all() == ["C1"]
    post("contacts", {"contact_id": "C1", "deleted": True}, at=MONDAY + timedelta(minutes=1))
    with database.connect() as connection:
        assert connection.exec_driver_sql("SELECT contact_id FROM contact_ledger").scalars().all() == []


def test_a_fault_names_columns_and_never_a_value(post):
    secret = "Mr. Canary"
    told = post("payments", dict.fromkeys(NEW, secret) | {secret: secret})
    assert told.faults
    assert not [fault for fault in told.faults if secret in fault.sentence]
