"""Since when a debtor has been past due: a first day that stays where it is as long as the episode lasts."""

from datetime import UTC, date, datetime
from functools import cache

import pytest

from features import snapshots
from features.episodes import began_on, episodes_plan
from tests.book import account, opened, settings, supplied, whole_book

JAN, FEB, MAR, APR, MAY = (date(2026, month, 5) for month in range(1, 6))


@cache
def _plan(tables, source):
    return episodes_plan(supplied({name: [] for name in tables}), settings(source=source))


def since(as_of, *, accounts=None, source="auto", who=("D",), **tables):
    """The first days of the debtors' episodes, by debtor."""
    book = whole_book({"accounts": accounts or [account()], **tables})
    con = opened(book)
    snapshots.on_days(con, settings(source=source), [as_of])
    return began_on(con, _plan(tuple(book), source), who)


def stated(cycle_end, late, account_id="A", **own):
    return {"account_id": account_id, "cycle_end": cycle_end, "days_past_due": late} | own


def due(due_on, due_id="U1", account_id="A", amount=10_000):
    own = {"due_id": due_id, "account_id": account_id, "due_on": due_on, "kind": "invoice"}
    return own | {"amount_minor": amount}


def paid(paid_on, amount, payment_id="P1", **own):
    return {"payment_id": payment_id, "line": 1, "account_id": "A", "paid_on": paid_on, "amount_minor": amount} | own


# --- by statements -------------------------------------------------------------------------------------------------


def test_an_episode_begins_with_the_first_status_that_says_so():
    late = [stated(JAN, 0), stated(FEB, 10), stated(MAR, 38)]
    assert since(date(2026, 3, 20), statements=late) == {"D": FEB}


@pytest.mark.parametrize("days", [5, 10, 38, 60])
def test_a_part_payment_that_betters_the_bucket_moves_no_first_day(days):
    late = [stated(JAN, 0), stated(FEB, 40), stated(MAR, days)]
    assert since(date(2026, 3, 20), statements=late) == {"D": FEB}


def test_a_status_without_arrears_ends_it_and_the_next_one_begins_another():
    told = [stated(JAN, 40), stated(FEB, 0), stated(MAR, 12), stated(APR, 40)]
    assert since(date(2026, 4, 20), statements=told) == {"D": MAR}


def test_whoever_is_cured_has_no_episode():
    assert since(date(2026, 2, 20), statements=[stated(JAN, 40), stated(FEB, 0)]) == {}


def test_a_status_of_cycles_counts_like_one_of_days():
    told = [stated(JAN, None, cycles_past_due=0), stated(FEB, None, cycles_past_due=2)]
    assert since(date(2026, 2, 20), statements=told) == {"D": FEB}


def test_a_statement_without_a_status_makes_no_gap():
    told = [stated(JAN, 0), stated(FEB, 10), stated(MAR, None, balance_minor=100), stated(APR, 70)]
    assert since(date(2026, 4, 20), statements=told) == {"D": FEB}


def test_a_lake_that_begins_in_an_episode_knows_it_from_its_own_first_status():
    assert since(date(2026, 2, 20), statements=[stated(JAN, 95), stated(FEB, 126)]) == {"D": JAN}


def test_what_was_recorded_later_is_not_known_yet():
    told = [stated(JAN, 10), stated(FEB, 0, recorded_at=datetime(2026, 2, 21, tzinfo=UTC))]
    assert since(date(2026, 2, 20), statements=told) == {"D": JAN}
    assert since(date(2026, 2, 21), statements=told) == {}


# --- two accounts, one person --------------------------------------------------------------------------------------

TWO = [account("A"), account("B")]


def test_the_second_account_goes_on_with_the_episode_of_the_first():
    told = [stated(JAN, 10), stated(FEB, 38), stated(MAR, 0), stated(FEB, 5, "B"), stated(MAR, 33, "B")]
    assert since(date(2026, 3, 20), accounts=TWO, statements=told) == {"D": JAN}


def test_an_account_that_is_late_from_the_day_on_which_the_other_is_not_leaves_no_gap():
    told = [stated(JAN, 10), stated(MAR, 0), stated(FEB, 0, "B"), stated(MAR, 3, "B")]
    assert since(date(2026, 3, 20), accounts=TWO, statements=told) == {"D": JAN}


def test_a_day_between_the_two_begins_another():
    told = [stated(JAN, 10), stated(date(2026, 3, 4), 0), stated(FEB, 0, "B"), stated(MAR, 3, "B")]
    assert since(date(2026, 3, 20), accounts=TWO, statements=told) == {"D": MAR}


def test_another_debtors_account_is_another_episode():
    accounts = [account("A"), account("B", "E")]
    told = [stated(JAN, 10), stated(FEB, 38), stated(FEB, 5, "B")]
    assert since(date(2026, 2, 20), accounts=accounts, who=("D", "E"), statements=told) == {"D": JAN, "E": FEB}
    assert since(date(2026, 2, 20), accounts=accounts, who=("E",), statements=told) == {"E": FEB}


@pytest.mark.parametrize(("closed_on", "began"), [(MAR, JAN), (date(2026, 3, 4), MAR)])
def test_an_account_that_left_is_late_until_then(closed_on, began):
    gone = [account("A", status="sold", closed_on=closed_on), account("B")]
    told = [stated(JAN, 10), stated(FEB, 38), stated(FEB, 0, "B"), stated(MAR, 3, "B")]
    assert since(date(2026, 3, 20), accounts=gone, statements=told) == {"D": began}


@pytest.mark.parametrize(("charged_off_on", "found"), [(MAR, {"D": MAR}), (APR, {}), (None, {})])
def test_a_charged_off_account_is_late_for_good_whatever_statements_say(charged_off_on, found):
    lost = [account("A", charged_off_on=charged_off_on)]
    assert since(date(2026, 3, 20), accounts=lost, statements=[stated(FEB, 0), stated(MAR, 0)]) == found


# --- by a ledger ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("as_of", "found"), [(date(2026, 2, 5), {}), (date(2026, 2, 6), {"D": date(2026, 2, 6)})])
def test_a_due_is_late_from_its_next_day_on(as_of, found):
    assert since(as_of, dues=[due(FEB)], payments=[]) == found


@pytest.mark.parametrize("amount", [1, 5_000, 8_999])
def test_a_part_payment_moves_no_first_day(amount):
    dues = [due(JAN), due(FEB, "U2")]
    assert since(date(2026, 3, 1), dues=dues, payments=[paid(date(2026, 2, 10), amount)]) == {"D": date(2026, 1, 6)}


@pytest.mark.parametrize(
    ("paid_on", "began"), [(date(2026, 2, 6), date(2026, 1, 6)), (date(2026, 2, 5), date(2026, 2, 6))]
)
def test_the_oldest_due_paid_the_day_on_which_the_next_is_late_leaves_no_gap(paid_on, began):
    """The next due is late from 6 February on; on the day of payment nothing of the first is left."""
    dues = [due(JAN), due(FEB, "U2")]
    assert since(date(2026, 3, 1), dues=dues, payments=[paid(paid_on, 10_000)]) == {"D": began}


def test_paying_all_ends_it():
    assert since(date(2026, 3, 1), dues=[due(JAN)], payments=[paid(FEB, 10_000)]) == {}


@pytest.mark.parametrize(("source", "began"), [("ledger", date(2026, 1, 6)), ("statement", FEB), ("auto", FEB)])
def test_of_two_tellers_the_one_counts_by_which_the_account_goes(source, began):
    told = {"dues": [due(JAN)], "payments": [], "statements": [stated(JAN, 0), stated(FEB, 10)]}
    assert since(date(2026, 3, 1), source=source, **told) == {"D": began}


def test_a_ledger_tells_where_no_statement_has_a_status():
    told = {"dues": [due(JAN)], "payments": [], "statements": [stated(JAN, None, balance_minor=100)]}
    assert since(date(2026, 3, 1), **told) == {"D": date(2026, 1, 6)}
