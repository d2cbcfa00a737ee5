"""The cash that followed a list: inside its days, voluntary, and not taken back until it settled."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.night.desk_book import lake_of, people
from training.policy_value.cash import cash_after, matures_on

WORKED_ON = date(2026, 6, 15)
STANDS = [("A1", "D1", "bank", "USD"), ("A2", "D2", "bank", "USD")]


def paid(number, on, amount, account="A1", **own):
    row = {"payment_id": f"P{number}", "line": 1, "account_id": account, "paid_on": on, "amount": amount}
    return row | {"source": None, "reverses": None, "recorded_at": f"{on}T20:00:00+00:00"} | own


@pytest.fixture
def cash(tmp_path):
    """Minor units of A1 within three days from the 15th, of a book with these payments."""

    def told(*payments):
        lake = lake_of(tmp_path, people("D1", "D2") | {"payments": payments})
        found = cash_after(lake, {WORKED_ON: STANDS}, 3)
        assert (WORKED_ON, "A2") not in found
        return found.get((WORKED_ON, "A1"), 0)

    return told


@pytest.mark.parametrize(("ahead", "counts"), [(-1, 0), (0, 1_000), (2, 1_000), (3, 0)])
def test_three_days_begin_with_the_lists_own(cash, ahead, counts):
    assert cash(paid(1, WORKED_ON + timedelta(days=ahead), 10)) == counts


def test_payments_of_the_days_are_added_up(cash):
    assert cash(paid(1, WORKED_ON, 10), paid(2, WORKED_ON + timedelta(days=1), 2.5)) == 1_250


def test_money_that_nobody_gave_freely_is_not_the_lists_doing(cash):
    assert cash(paid(1, WORKED_ON, 10, source="garnishment"), paid(2, WORKED_ON, 5, source="voluntary")) == 500


def test_the_days_settle_five_business_days_after_their_last(tmp_path):
    lake = lake_of(tmp_path, people("D1"))
    assert matures_on(WORKED_ON, 3, lake.settings) == date(2026, 6, 25), "Juneteenth is a holiday"


@pytest.mark.parametrize(("known_on", "counts"), [(date(2026, 6, 25), 0), (date(2026, 6, 26), 1_000)])
def test_what_is_taken_back_until_it_settles_did_not_come_in(cash, known_on, counts):
    bounced = paid(2, known_on, -10, reverses="P1")
    assert cash(paid(1, WORKED_ON, 10), bounced) == counts


def test_two_lists_of_one_account_are_told_apart(tmp_path):
    lake = lake_of(tmp_path, people("D1") | {"payments": [paid(1, WORKED_ON + timedelta(days=3), 10)]})
    second = WORKED_ON + timedelta(days=1)
    assert cash_after(lake, {WORKED_ON: STANDS[:1], second: STANDS[:1]}, 3) == {(second, "A1"): 1_000}
