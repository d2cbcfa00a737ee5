"""Folds walk forward, and no label of a training day is over after its test begins."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arrears.errors import Refused
from training.splits import LabelOverlap, check_gap, walk_forward

MONTH_ENDS = [date(2005, 4, 30), date(2005, 5, 31), date(2005, 6, 30), date(2005, 7, 31), date(2005, 8, 31)]
days = st.lists(st.dates(date(2020, 1, 1), date(2022, 12, 31)), min_size=5, max_size=60, unique=True)


def test_a_gap_of_exactly_the_horizon_is_enough():
    check_gap([date(2026, 3, 2)], [date(2026, 4, 1)], horizon_days=30)


def test_a_gap_one_day_shorter_is_an_overlap():
    with pytest.raises(LabelOverlap):
        check_gap([date(2026, 3, 3)], [date(2026, 4, 1)], horizon_days=30)


def test_an_overlap_says_how_far_labels_look_and_what_gap_it_takes():
    with pytest.raises(LabelOverlap) as told:
        check_gap([date(2026, 3, 20)], [date(2026, 4, 1)], horizon_days=30)
    assert "training as_of 2026-03-20 sees payments up to 2026-04-19" in told.value.found
    assert told.value.do == "Leave a gap of at least 30 days (gap_days=30; it is 12)."


def test_a_gap_asked_for_that_is_shorter_than_the_horizon_is_refused():
    with pytest.raises(LabelOverlap):
        walk_forward([date(2026, 3, 20), date(2026, 4, 1)], horizon_days=30, gap_days=12, folds=1)


def test_the_newest_month_is_tested_last_and_earlier_months_train():
    folds = walk_forward(MONTH_ENDS, horizon_days=30)
    assert [(len(fold.train), fold.test) for fold in folds] == [
        (2, (MONTH_ENDS[2],)),
        (3, (MONTH_ENDS[3],)),
        (4, (MONTH_ENDS[4],)),
    ]


def test_a_test_asked_for_from_a_day_holds_every_later_day():
    folds = walk_forward(MONTH_ENDS, horizon_days=30, test_from=date(2005, 7, 1))
    assert folds[-1].test == tuple(MONTH_ENDS[3:])
    assert folds[-1].starts_on == date(2005, 7, 31)
    assert folds[-1].train == tuple(MONTH_ENDS[:3])


def test_a_test_day_after_all_days_leaves_the_usual_folds():
    assert walk_forward(MONTH_ENDS, horizon_days=30, test_from=date(2006, 1, 1)) == walk_forward(
        MONTH_ENDS, horizon_days=30
    )


def test_one_month_alone_cannot_be_split():
    with pytest.raises(Refused, match="1 labelled days"):
        walk_forward(MONTH_ENDS[:1], horizon_days=30)


def test_a_refusal_names_the_day_that_was_asked_for():
    with pytest.raises(Refused, match="around 2005-04-01"):
        walk_forward(MONTH_ENDS, horizon_days=30, test_from=date(2005, 4, 1), folds=1)


@given(days, st.integers(1, 90), st.integers(1, 4))
def test_every_training_label_is_over_when_its_test_begins(days, horizon, folds):
    try:
        made = walk_forward(days, horizon_days=horizon, folds=folds)
    except Refused:
        return
    for fold in made:
        assert max(fold.train) + timedelta(days=horizon) <= fold.starts_on


@given(days, st.integers(1, 90), st.integers(1, 4))
def test_no_day_is_tested_twice(days, horizon, folds):
    try:
        made = walk_forward(days, horizon_days=horizon, folds=folds)
    except Refused:
        return
    tested = [day for fold in made for day in fold.test]
    assert len(tested) == len(set(tested))
