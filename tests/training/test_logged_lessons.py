"""What recorded nights teach of each account: its chance, whether it was on the list, and the share that came."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pytest

from tests.night.desk_book import statement
from tests.training.logged_nights import known_lake, working_days, write_nights
from tests.training.planted_nights import REACHED, SHARE, STOPS_MINOR, PlantedBook
from training.policy_value.nights import recorded_nights
from training.uplift.logged import BY_RULE, NO_STAKE, logged

ROWS = 120
JUST_SHORT, JUST_ENOUGH, A_QUARTER, TOO_MUCH, NOTHING_OWED = range(5)
CANNOT_ROLL = (A_QUARTER, TOO_MUCH, NOTHING_OWED)


@dataclass(frozen=True)
class EdgesBook(PlantedBook):
    """A few accounts at the edges of what counts; nobody else pays."""

    def own(self, row):
        told = super().own(row)
        return told | {"p_roll": None} if row in CANNOT_ROLL else told

    def pays(self, _random, _on):
        paid = np.zeros(len(self))
        paid[[JUST_SHORT, JUST_ENOUGH]] = STOPS_MINOR - 1, STOPS_MINOR
        paid[[A_QUARTER, TOO_MUCH]] = self.balance[A_QUARTER] / 4, self.balance[TOO_MUCH] * 2
        return paid


@pytest.fixture(scope="module")
def book():
    balance = np.linspace(4e5, 8e5, ROWS).round(-2)
    balance[NOTHING_OWED] = 0
    return EdgesBook(balance, np.full(ROWS, 0.3), np.zeros(ROWS), days_past_due=np.full(ROWS, 40))


@pytest.fixture(scope="module")
def found(module_database, book, tmp_path_factory):
    chosen = write_nights(module_database, book, working_days(2))
    statements = [statement(f"A{row + 1}", balance=balance / 100) for row, balance in enumerate(book.balance)]
    lake = known_lake(tmp_path_factory.mktemp("edges"), book, chosen, statements=statements)
    with module_database.connect() as connection:
        nights = list(recorded_nights(connection, since=date(2000, 1, 1)))
    longer = logged(nights, lake, horizon_days=2, known_through=date.max)
    return logged(nights, lake, horizon_days=1, known_through=lake.last_day), chosen, longer


@pytest.fixture(scope="module")
def first_day(found):
    """The first night's rows by account, in the order of the book."""
    log, *_ = found
    half = len(log) // 2
    order = np.argsort(log.debtor[:half])  # codes are in the order of names
    names = sorted(f"D{row + 1}" for row in range(ROWS) if row != NOTHING_OWED)
    return {int(name[1:]) - 1: place for name, place in zip(names, order.tolist(), strict=True)}


@pytest.mark.parametrize(
    ("row", "share"), [(JUST_SHORT, 0.0), (JUST_ENOUGH, 1.0), (A_QUARTER, 0.25), (TOO_MUCH, 1.0), (9, 0.0)]
)
def test_before_charge_off_only_what_stops_the_roll_counts_and_elsewhere_the_share_of_what_is_owed(
    found, first_day, row, share
):
    log, *_ = found
    assert log.share[first_day[row]] == pytest.approx(share, abs=1e-4)
    assert bool(log.can_roll[first_day[row]]) is (row not in CANNOT_ROLL)


def test_whoever_has_nothing_at_stake_teaches_nothing_and_is_counted(found):
    log, *_ = found
    assert len(log) == 2 * (ROWS - 1)
    assert log.left_out == {NO_STAKE: 2}


def test_what_was_done_and_its_chance_are_the_nights(found, first_day, book):
    log, chosen, _ = found
    on = chosen[working_days(1)[0]]
    assert [bool(log.acted[first_day[row]]) for row in (JUST_SHORT, 50, 119)] == on[[JUST_SHORT, 50, 119]].tolist()
    reached = 1 - SHARE + SHARE * REACHED / ROWS
    assert log.chance[first_day[119]] == pytest.approx(reached), "the largest balance is reached by its rank"
    assert log.chance[first_day[JUST_SHORT]] == pytest.approx(SHARE * REACHED / ROWS)


def test_a_fee_is_earned_on_all_that_is_owed(found, first_day, book):
    log, *_ = found
    assert log.stake_minor[first_day[A_QUARTER]] == pytest.approx(0.25 * book.balance[A_QUARTER])


def test_what_not_rolling_saves_follows_from_what_the_night_kept_of_value_at_risk(found, first_day, book):
    """Five minutes are an attempt of 1.5 and 0.58333 talks of 6, at 0.60 each; half of such accounts roll."""
    log, *_ = found
    at_risk = book.balance[50] / 100 + 5 * 60
    assert log.at_risk_minor[first_day[50]] == pytest.approx(at_risk)
    assert log.stake_minor[first_day[50]] == pytest.approx(at_risk / (0.5 * (5 - 1.5) / 6))


def test_where_cash_of_the_next_list_counts_too_only_those_teach_whom_the_rule_leaves_out(found):
    """Who is left out of one list by lot is on the next: the difference is a day and no call."""
    log, _, longer = found
    by_lot = SHARE * REACHED / ROWS
    assert longer.chance == pytest.approx(by_lot)
    assert longer.left_out[BY_RULE] == len(log) - len(longer) == 2 * REACHED
    assert longer.capacity == log.capacity == pytest.approx(REACHED / ROWS)
