"""What came after a day: its first and last days count, those beside them do not, and money must have settled."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from features.after import came_after
from tests.night.desk_book import account, lake_of, people

DAY, LAST, SETTLED = date(2026, 6, 15), date(2026, 6, 24), date(2026, 6, 29)


def paid(name, of, day, amount, **own):
    told = {"payment_id": name, "line": 1, "account_id": of, "paid_on": day, "amount": amount, "source": "voluntary"}
    return told | {"status": "posted", "recorded_at": f"{day}T18:00:00+00:00"} | own


def spoke(name, who, at, disposition="no_answer", **own):
    told = {"contact_id": name, "debtor_id": who, "at": at, "channel": "call", "direction": "out"}
    return told | {"disposition": disposition, "recorded_at": at} | own


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    rows = people("D1", "D2", "D3", "D4")
    rows["accounts"] += [account("A1b", "D1"), account("A2y", "D2", currency="JPY")]
    rows["payments"] = [
        paid("P0", "A1", date(2026, 6, 14), 1),
        paid("P1", "A1", DAY, 10),
        paid("P2", "A1b", LAST, 100),
        paid("P3", "A1", date(2026, 6, 25), 1000),
        paid("P4", "A2", DAY, 7, source="garnishment"),
        paid("P9", "A2y", DAY, 30_000),
        paid("P5", "A3", LAST, 50),
        paid("P6", "A3", date(2026, 6, 29), -50, reverses="P5"),
        paid("P7", "A4", LAST, 20),
        paid("P8", "A4", date(2026, 6, 30), -20, reverses="P7"),
    ]
    rows["contacts"] = [
        spoke("C0", "D1", datetime(2026, 6, 15, 3, 59, tzinfo=UTC)),  # 14 June in Albany
        spoke("C1", "D1", datetime(2026, 6, 15, 4, 0, tzinfo=UTC)),
        spoke("C2", "D1", datetime(2026, 6, 25, 3, 59, tzinfo=UTC), "complaint"),
        spoke("C3", "D1", datetime(2026, 6, 25, 4, 0, tzinfo=UTC)),
        spoke(
            "C6", "D4", datetime(2026, 6, 24, 14, 0, tzinfo=UTC), "complaint", recorded_at="2026-06-29T12:00:00+00:00"
        ),
        spoke(
            "C7", "D4", datetime(2026, 6, 23, 14, 0, tzinfo=UTC), "complaint", recorded_at="2026-06-30T12:00:00+00:00"
        ),
        spoke("C4", "D2", datetime(2026, 6, 16, 14, 0, tzinfo=UTC), "complaint", direction="in"),
        spoke("C5", "D2", datetime(2026, 6, 16, 15, 0, tzinfo=UTC), account_id="A2"),
    ]
    rows["holds"] = [
        {"hold_id": "H1", "debtor_id": "D2", "kind": "complaint", "starts_on": date(2026, 6, 16)},
        {"hold_id": "H2", "account_id": "A3", "kind": "complaint", "starts_on": DAY},
        {"hold_id": "H3", "account_id": "A4", "kind": "hardship", "starts_on": DAY},
    ]
    made = {"recorded_at": "2026-06-15T18:00:00+00:00", "amount": 30}
    rows["promises"] = [
        {"promise_id": "X1", "account_id": "A4", "made_on": DAY, "due_on": date(2026, 6, 16)} | made,
        {"promise_id": "X2", "account_id": "A1", "made_on": DAY, "due_on": DAY, **made, "amount": 10},
    ]
    return lake_of(tmp_path_factory.mktemp("after"), rows)


def after(lake, *debtors, **own):
    usual: dict[str, Any] = {"currency": "USD", "horizon_days": 10, "settled_on": SETTLED}
    return came_after(lake, debtors, DAY, **usual | own)


def test_voluntary_money_of_all_accounts_counts_from_the_first_day_to_the_last(lake):
    assert after(lake, "D1", "D2")["net_cash_minor"] == [110_00, 0]


def test_what_was_taken_back_until_it_had_settled_does_not_count_and_later_changes_nothing(lake):
    assert after(lake, "D3", "D4")["net_cash_minor"] == [0, 20_00]


def test_money_in_another_currency_is_not_added(lake):
    assert after(lake, "D2", currency="JPY")["net_cash_minor"] == [30_000]
    assert after(lake, "D1", currency="JPY")["net_cash_minor"] == [0]


def test_a_shorter_horizon_ends_on_its_own_last_day(lake):
    assert after(lake, "D1", horizon_days=9)["net_cash_minor"] == [10_00]


def test_attempts_count_by_the_days_of_the_house(lake):
    assert after(lake, "D1", "D2")["contacts"] == [2, 1]


def test_a_complaint_counts_once_a_day_whether_a_talk_or_a_hold_tells_of_it(lake):
    assert after(lake, "D1", "D2", "D3")["complaints"] == [1, 1, 1]


def test_a_complaint_that_is_written_down_late_counts_until_all_has_settled(lake):
    assert after(lake, "D4", settled_on=date(2026, 6, 28))["complaints"] == [0]
    assert after(lake, "D4")["complaints"] == [1]
    assert after(lake, "D4", settled_on=date(2026, 6, 30))["complaints"] == [2]


def test_a_broken_promise_counts_once_its_grace_is_over_and_a_kept_one_does_not(lake):
    assert after(lake, "D1", "D4", horizon_days=8)["broken_promises"] == [0, 0]
    late = after(lake, "D1", "D4", horizon_days=9)
    assert late["broken_promises"] == [0, 1]


def test_nobody_is_answered_with_nothing(lake):
    assert all(column == [] for column in after(lake).values())


def test_a_debtor_whom_nothing_is_known_of_has_zeros_in_the_order_asked(lake):
    assert after(lake, "nobody", "D1")["net_cash_minor"] == [0, 110_00]
