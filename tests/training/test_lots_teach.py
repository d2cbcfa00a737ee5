"""Rows of the holdout and of the edge teach with their own chances; where no lot decided, the log says so."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pytest

from arrears.errors import Refused
from arrears.queues.strategy import strategy
from tests.training.logged_nights import DEBTORS, REACHED, KnownBook, known_book, known_lake, working_days, write_nights
from training.policy_value.choices import weights
from training.policy_value.evaluation import evaluated
from training.policy_value.learning import learned
from training.policy_value.nights import recorded_nights
from training.policy_value.overlap import overlap
from training.policy_value.reranked import chances_under
from training.policy_value.snips import snips
from training.policy_value.value import effective_rows
from training.uplift.logged import BY_RULE, logged

PROPENSITY, SEVERITY = strategy("propensity"), strategy("severity")
HELD = frozenset(range(0, DEBTORS, 9))
DAYS = 25


@dataclass(frozen=True)
class MixedBook(KnownBook):
    """A twentieth by lot each day, a ninth held out, and an edge as wide as half of what is reached."""

    share = 0.05
    edge = 0.5
    held_out = HELD


@dataclass(frozen=True)
class HardBook(KnownBook):
    """Nobody is drawn each day: only the edge and the holdout are left to chance."""

    share = 0.0
    edge = 0.2
    held_out = frozenset({1, 2})


def of(kind):
    plain = known_book()
    return kind(plain.balance, plain.propensity, plain.adds)


@pytest.fixture(scope="module")
def book():
    return of(MixedBook)


@pytest.fixture(scope="module")
def past(module_database, book, tmp_path_factory):
    chosen = write_nights(module_database, book, working_days(DAYS))
    lake = known_lake(tmp_path_factory.mktemp("mixed"), book, chosen)
    with module_database.connect() as connection:
        return list(recorded_nights(connection, since=date(2000, 1, 1))), lake, chosen


def learn(nights, lake, about=PROPENSITY):
    return learned(nights, lake, about, currency="USD", horizon_days=1, known_through=lake.last_day)


def test_every_row_teaches_with_its_logged_chance(past):
    nights, lake, chosen = past
    found = learn(nights, lake)
    assert found.left_out == {}
    assert len(found.choices) == DEBTORS * DAYS
    assert found.choices.acted.sum() == sum(on.sum() for on in chosen.values())
    evenly = np.isclose(found.choices.chance, REACHED / DEBTORS)
    assert evenly.sum() == len(HELD) * DAYS
    edge = found.drawn & ~evenly
    assert len(np.unique(found.choices.chance[edge].round(9))) > 10


def test_chances_under_any_strategy_are_those_of_a_night_without_a_holdout(past, book):
    nights, _, _ = past
    for about, by in ((PROPENSITY, book.propensity), (SEVERITY, book.balance)):
        told = dict(zip(nights[0].items.debtor_id.tolist(), chances_under(nights[0], about).tolist(), strict=True))
        expected = book.chances(by, nights[0].served_on)
        assert [told[name] for name in book.names.tolist()] == pytest.approx(expected.tolist())


def test_what_a_strategy_adds_lies_in_both_intervals(past, book):
    nights, lake, _ = past
    found = evaluated(learn(nights, lake), strategy="propensity/1", horizon_days=1)
    truth = book.added_a_day(book.propensity, working_days(DAYS))
    for method in ("doubly_robust", "snips"):
        apart = found.per_day[method].difference
        assert apart.low <= truth <= apart.high
    assert found.per_day["doubly_robust"].difference.low > 0
    assert (found.followed.on_the_list, found.followed.off_the_list) == (1.0, 0.0)


def test_the_strategy_that_ran_adds_nothing_though_somebody_was_held_out(past):
    nights, lake, _ = past
    found = evaluated(learn(nights, lake, SEVERITY), strategy="severity/1", horizon_days=1)
    assert found.overlap.differs == 0
    assert found.per_day["doubly_robust"].difference.estimate == 0


def test_a_row_of_the_holdout_tells_many_times_as_much_as_one_by_rank(past):
    """Of one in three on the list by lot a strategy that is sure of everybody keeps the worth of every second row."""
    nights, lake, _ = past
    found = learn(nights, lake)
    weight, evenly = weights(found.choices, found.target), np.isclose(found.choices.chance, REACHED / DEBTORS)
    held, others = (effective_rows(weight[rows]) / rows.sum() for rows in (evenly, ~evenly))
    assert held == pytest.approx(0.5, abs=0.1)
    assert others < 0.2


def test_where_cash_of_the_next_lists_counts_too_the_lower_edge_and_the_holdout_teach(past):
    nights, lake, _ = past
    found = logged(nights, lake, horizon_days=2, known_through=date.max)
    assert found.chance.max() <= 0.5
    assert np.isclose(found.chance, REACHED / DEBTORS).sum() == len(HELD) * DAYS
    assert len(np.unique(found.chance.round(9))) > 6
    assert found.left_out[BY_RULE] == DEBTORS * DAYS - len(found)


def test_without_a_slice_far_from_the_edge_the_log_says_that_it_knows_nothing(database, tmp_path):
    book = of(HardBook)
    chosen = write_nights(database, book, working_days(5))
    lake = known_lake(tmp_path, book, chosen)
    with database.connect() as connection:
        found = learn(list(recorded_nights(connection, since=date(2000, 1, 1))), lake)
    assert overlap(found.choices, found.target, ran=found.ran_target).unseen > 0.5
    with pytest.raises(Refused, match="had no chance in the log"):
        snips(found.choices, found.target)
    with pytest.raises(Refused, match="the lot chose only"):
        evaluated(found, strategy="propensity/1", horizon_days=1)
