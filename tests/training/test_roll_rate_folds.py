"""A fold's chain is corrected by nothing that was still unknown when its test began."""

from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace

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


def book(late=DAYS[-1] + timedelta(days=60)):
    """Accounts that end late the oftener the larger their first column; every other label of May comes in `late`."""
    random = np.random.default_rng(0)
    rows = ACCOUNTS * len(DAYS)
    x = random.normal(size=(rows, 2))
    days = np.repeat(np.array(DAYS, dtype="datetime64[D]"), ACCOUNTS)
    is_late = random.random(rows) < 1 / (1 + np.exp(-3 * x[:, 0]))
    known_at = (days + 30).astype("datetime64[us]")
    known_at[comes_late(days)] = np.datetime64(late, "us")
    panel = SimpleNamespace(x=x, as_of=days, debtors=np.arange(rows), features=("one", "two"), fingerprint="")
    return Book(
        panel=panel,
        rows=np.arange(rows),
        origin_rank=np.zeros(rows, dtype=np.int64),
        next_rank=is_late.astype(np.int64),
        known_at=known_at,
        balance_minor=np.full(rows, 100),
        training_day=date(2026, 12, 31),
    )


def comes_late(days):
    return (days == np.datetime64(DAYS[4])) & (np.arange(len(days)) % 2 == 0)


def calibrations(of):
    parts = judge_fold(of, FOLD, THREE_STATES, zone="UTC").chain.parts
    return [dict(part.calibration) for part in parts]


def turned(of):
    """The same book with those labels of May the other way round."""
    other = comes_late(of.panel.as_of)
    return replace(of, next_rank=np.where(other, 1 - of.next_rank, of.next_rank))


@pytest.fixture(scope="module")
def corrected():
    return calibrations(book())


def test_a_label_known_only_after_the_test_began_corrects_nothing(corrected):
    assert corrected[0]["method"] != "identity"
    assert calibrations(turned(book())) == corrected


def test_a_label_known_when_the_test_began_does(corrected):
    assert calibrations(book(late=DAYS[-1])) != corrected


def test_days_too_young_to_learn_from_correct_nothing():
    young = book()
    young.known_at[young.panel.as_of <= np.datetime64(DAYS[2])] = np.datetime64(DAYS[5], "us")
    assert calibrations(young) == [{"method": "identity"}]
