"""A fold's chain is corrected by nothing that was still unknown when its test began."""

from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from training.roll_rate_book import Book
from training.roll_rate_folds import judge_fold
from training.roll_rate_scores import THREE_STATES
from training.splits import Fold

DAYS = [
    date(2026, 1, 31),
    date(2026, 2, 28),
    date(2026, 3, 31),
    date(2026, 4, 30),
    date(2026, 5, 31),
    date(2026, 6, 30),
]
FOLD = Fold(train=tuple(DAYS[:5]), test=(DAYS[5],))
ACCOUNTS = 800
CORRECTED = (None, DAYS[-1] + timedelta(days=1), DAYS[-1])


def book(late=DAYS[-1] + timedelta(days=60), young=(), turned_on=None):
    """Accounts that end late the oftener the larger their first column; every other label of May comes in `late`.

    Labels of `young` days are known when the test begins; on `turned_on` those of the training days are turned round.
    """
    random = np.random.default_rng(0)
    rows = ACCOUNTS * len(DAYS)
    x = random.normal(size=(rows, 2))
    days = np.repeat(np.array(DAYS, dtype="datetime64[D]"), ACCOUNTS)
    is_late = random.random(rows) < 1 / (1 + np.exp(-3 * x[:, 0]))
    known_on = days + 30
    known_on[comes_late(days)] = late
    known_on[np.isin(days, np.array(young, dtype=days.dtype))] = DAYS[-1]

    def next_rank_by(moment):
        turned = turned_on is not None and moment.date() >= turned_on
        label = np.where(days < FOLD.test[0], ~is_late, is_late) if turned else is_late
        return np.where(known_on <= np.datetime64(moment.date()), label, -1).astype(np.int64)

    panel: Any = SimpleNamespace(x=x, as_of=days, debtors=np.arange(rows), features=("one", "two"), fingerprint="")
    return Book(
        panel=panel,
        rows=np.arange(rows),
        origin_rank=np.zeros(rows, dtype=np.int64),
        next_rank=is_late.astype(np.int64),
        balance_minor=np.full(rows, 100),
        training_day=date(2026, 12, 31),
        next_rank_by=next_rank_by,
    )


def comes_late(days):
    return (days == np.datetime64(DAYS[4])) & (np.arange(len(days)) % 2 == 0)


def calibrations(of):
    parts = judge_fold(of, FOLD, THREE_STATES, zone="UTC").chain.parts
    return [dict(part.calibration) for part in parts]


@pytest.fixture(scope="module")
def corrected():
    return calibrations(book())


def test_a_label_known_only_after_the_test_began_corrects_nothing(corrected):
    assert corrected[0]["method"] != "identity"
    other = book()
    assert calibrations(replace(other, next_rank=1 - other.next_rank)) == corrected


def test_a_label_known_when_the_test_began_does(corrected):
    assert calibrations(book(late=DAYS[-1])) != corrected


def test_days_too_young_to_learn_from_correct_nothing():
    assert calibrations(book(young=DAYS[:3])) == [{"method": "identity"}]


def test_a_label_corrected_after_the_test_began_teaches_as_it_was_known():
    first, *parts = (judge_fold(book(turned_on=day), FOLD, THREE_STATES, zone="UTC").answer for day in CORRECTED)
    assert np.array_equal(parts[0], first)
    assert not np.allclose(parts[1], first)
