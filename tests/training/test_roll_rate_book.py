"""A roll-rate book of a day holds what was known on it: no origin and no label sees a correction that came later."""

from datetime import date

import numpy as np
import pytest

from arrears.clock import end_of_day
from tests.training.statement_book import MONTHS, statement, statement_lake
from training.roll_rate_book import read_book
from training.trained import TrainRequest

ACCOUNTS = 320
MARCH, APRIL, MAY = MONTHS[2:5]
CORRECTED_ON = date(2026, 5, 15)
FIRST = "A0"


def statements(*more):
    """Even accounts are late from February on, odd ones never."""
    told = [
        statement(f"A{number}", end, 0 if number % 2 or end == MONTHS[0] else 15)
        for end in MONTHS[:5]
        for number in range(ACCOUNTS)
    ]
    return [*told, *more]


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    return statement_lake(tmp_path_factory.mktemp("plain"), ACCOUNTS, statements())


@pytest.fixture(scope="module")
def corrected(tmp_path_factory):
    """The same, but on 15 May it turns out that the first account was 70 days late in April."""
    told = statement(FIRST, APRIL, 70, recorded_on=CORRECTED_ON)
    return statement_lake(tmp_path_factory.mktemp("corrected"), ACCOUNTS, statements(told))


@pytest.fixture(scope="module")
def in_may(corrected):
    return read(corrected, MAY)


def read(lake, training_day):
    return read_book(lake, TrainRequest(training_day=training_day, from_=MONTHS[0], to=MAY))


def of_first(book):
    """(origin, next) by day of the first account."""
    own = book.panel.column("account_id")[book.rows] == FIRST
    days = book.panel.as_of[book.rows][own].astype(object)
    return dict(zip(days, zip(book.origin_rank[own], book.next_rank[own], strict=True), strict=True))


def test_a_correction_recorded_after_the_training_day_changes_nothing(plain, corrected):
    one, other = read(plain, date(2026, 5, 14)), read(corrected, date(2026, 5, 14))
    assert np.array_equal(one.origin_rank, other.origin_rank)
    assert np.array_equal(one.next_rank, other.next_rank)
    assert of_first(other)[MARCH] == (1, 1)


def test_a_label_is_the_one_known_on_the_training_day(corrected):
    assert of_first(read(corrected, CORRECTED_ON))[MARCH] == (1, 3)


def test_an_origin_stays_what_it_was_known_as_on_its_own_day(in_may):
    assert of_first(in_may)[APRIL] == (1, 1)


@pytest.mark.parametrize(("day", "march"), [(14, (1, 1)), (15, (1, 3))])
def test_looked_at_from_an_earlier_day_labels_are_those_known_then(in_may, day, march):
    assert of_first(in_may.known_by(end_of_day(date(2026, 5, day), "UTC")))[MARCH] == march


def test_looked_at_from_an_earlier_day_a_later_label_is_missing(in_may):
    then = in_may.known_by(end_of_day(date(2026, 4, 29), "UTC"))
    assert of_first(then)[MARCH] == (1, -1)
    assert not then.on([MARCH, APRIL]).any()
