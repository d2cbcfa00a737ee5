"""Money of a month: the load's payments and those that came in since, once each."""

import json
from datetime import date

import pytest

from arrears.clock import SystemClock
from arrears.lake import Lake
from arrears.loading import load
from arrears.queues.supervise.month import elapsed, month_to_date
from arrears.queues.supervise.promised import falling_due
from tests.queues.supervise.made_day import TODAY, event

ACCOUNTS = "account_id,debtor_id,opened_on,currency,role\n"
DUES = "due_id,account_id,due_on,amount,kind\nU1,D1-1,2026-04-01,900.00,invoice\n"


@pytest.fixture
def lake(tmp_path):
    """Three accounts of two debtors and their payments around the first days of June."""
    source = tmp_path / "source"
    source.mkdir()
    accounts = [f"{name},{name[:2]},2026-01-01,{currency},first_party" for name, currency in OWED]
    (source / "debtors.csv").write_text("debtor_id,kind\nD1,person\nD2,person\n")
    (source / "accounts.csv").write_text(ACCOUNTS + "\n".join(accounts) + "\n")
    (source / "dues.csv").write_text(DUES)
    (source / "payments.csv").write_text(
        "payment_id,line,account_id,debtor_id,paid_on,amount,status,source\n"
        "P1,1,D1-1,,2026-06-01,100.00,posted,voluntary\n"
        "P2,1,D1-1,,2026-06-01,40.00,returned,voluntary\n"
        "P3,1,D1-2,,2026-06-01,7.00,,\n"
        "P4,1,D1-1,,2026-05-31,99.00,,\n"
        "P5,1,,D2,2026-06-01,5.00,,\n"
        "P7,1,D1-1,,2026-06-01,13.00,,refund\n"
        "P8,1,D1-1,,2026-06-01,17.00,pending,\n"
    )
    (source / "promises.csv").write_text(
        "promise_id,account_id,debtor_id,made_on,due_on,amount,cancelled_on\n"
        "S1,D1-1,,2026-05-30,2026-06-02,20.00,\n"
        "S2,D1-1,,2026-05-30,2026-06-03,30.00,2026-06-01\n"
        "S3,,D2,2026-05-30,2026-06-03,40.00,\n"
        "S4,D1-1,,2026-05-30,2026-06-04,50.00,\n"
    )
    load(source, tmp_path / "lake", SystemClock())
    return Lake(tmp_path / "lake")


OWED = [("D1-1", "USD"), ("D1-2", "EUR"), ("D2-1", "USD")]


def collected(database, lake, goals=None):
    with database.begin() as connection:
        found = month_to_date(connection, lake, TODAY, goals=goals or {}, country=None)
    return {row.currency: row for row in found}


def test_only_money_that_stands_counts_by_its_day_and_currency(database, lake):
    found = collected(database, lake)
    assert {name: row.by_day for name, row in found.items()} == {"EUR": (700, 0), "USD": (10_500, 0)}
    assert found["USD"].since_load == 0


def test_a_payment_since_the_load_counts_once_however_often_it_is_told(database, lake):
    told = {"payment_id": "N1", "line": 1, "account_id": "D2-1", "paid_on": "2026-06-02", "amount": "30.00"}
    with database.begin() as connection:
        event(connection, "payments", "N1\n1", told)
        event(connection, "payments", "N1\n1", told | {"amount": "20.00"})
        event(connection, "payments", "N2\n1", told | {"payment_id": "N2", "status": "pending"})
        event(connection, "payments", "N3\n1", told | {"payment_id": "N3", "account_id": "unknown"})
    usd = collected(database, lake)["USD"]
    assert (usd.by_day, usd.since_load) == ((10_500, 2_000), 2_000)


def test_a_payment_told_anew_takes_the_loads_place(database, lake):
    with database.begin() as connection:
        row = {"payment_id": "P1", "line": 1, "account_id": "D1-1", "paid_on": "2026-06-01", "amount": "100.00"}
        event(connection, "payments", "P1\n1", row | {"status": "returned"})
    assert collected(database, lake)["USD"].by_day == (500, 0)


def test_a_payment_that_was_removed_counts_no_more(database, lake):
    with database.begin() as connection:
        event(connection, "payments", "P1\n1", {"payment_id": "P1", "line": 1, "deleted": True})
    assert collected(database, lake)["USD"].by_day == (500, 0)


def test_a_goal_is_told_even_before_any_money(database, lake):
    found = collected(database, lake, {"USD": 1_000.0, "GBP": 5.0})
    assert found["USD"].share == pytest.approx(0.105)
    assert (found["GBP"].collected_minor, found["GBP"].share) == (0, 0)
    assert found["EUR"].share is None


@pytest.mark.parametrize(
    ("today", "share"), [(date(2026, 6, 1), 1 / 22), (date(2026, 6, 30), 1), (date(2026, 6, 7), 5 / 22)]
)
def test_a_month_elapses_by_business_days(today, share):
    assert elapsed(today, None) == pytest.approx(share)


def test_an_empty_lake_has_collected_nothing(database, tmp_path):
    assert collected(database, Lake(tmp_path / "none")) == {}


def test_promises_of_the_load_fall_due_unless_called_off_since(database, lake):
    with database.begin() as connection:
        found = falling_due(connection, lake, TODAY)
        assert [(due.day.day, due.promises, due.amount_minor) for due in found] == [(2, 1, 2_000), (3, 1, 4_000)]
        row = {"promise_id": "S1", "account_id": "D1-1", "due_on": "2026-06-02", "amount": "20.00"}
        event(connection, "promises", "S1", json.loads(json.dumps(row | {"cancelled_on": "2026-06-02"})))
        found = falling_due(connection, lake, TODAY)
        assert [(due.day.day, due.promises) for due in found] == [(3, 1)]
