"""Days of notices, against slow readings in plain Python, and what one more notice may do."""

from datetime import date, timedelta

import holidays
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arrears.policy.calendar_days import business_days_after, years_after
from arrears.policy.verdict import moment
from tests.policy.case import TALK, at, facts_of, judged
from tests.policy.cases.notices import notice

FEDERAL = holidays.country_holidays("US", years=range(2000, 2051))
A_DAY = timedelta(days=1)
days = st.dates(date(2001, 1, 1), date(2049, 12, 1))
spring = st.dates(date(2026, 3, 1), date(2026, 9, 30))
notices = st.lists(
    st.tuples(spring, st.none() | st.integers(1, 20)), min_size=1, max_size=4, unique_by=lambda one: one[0]
)


def counted_by_hand(day: date, count: int) -> date:
    while count:
        day += A_DAY
        count -= day.weekday() < 5 and day not in FEDERAL
    return day


@given(st.lists(days, min_size=1, max_size=20), st.integers(1, 10))
def test_business_days_are_those_that_one_counts_by_hand(sent, count):
    found = business_days_after(np.array(sent, "M8[D]"), count)
    assert found.tolist() == [counted_by_hand(day, count) for day in sent]


@given(days, st.integers(0, 10))
def test_an_anniversary_is_the_same_day_or_the_last_of_a_shorter_february(day, years):
    (found,) = years_after(np.array([day], "M8[D]"), years).tolist()
    assert (found.year, found.month) == (day.year + years, day.month)
    assert found.day == day.day or (day.month, day.day, found.day) == (2, 29, 28)


@pytest.mark.parametrize(
    ("sent", "received"), [(date(2021, 12, 23), date(2022, 1, 3)), (date(2022, 12, 23), date(2023, 1, 3))]
)
def test_a_holiday_on_a_weekend_is_skipped_on_the_day_it_is_observed(sent, received):
    assert business_days_after(np.array([sent], "M8[D]"), 5).tolist() == [received]


def _rows(told):
    return [notice(sent, returned_on=None if after is None else sent + after * A_DAY) for sent, after in told]


def _opens(told):
    """When suit may be thought of on 1 October, by the validation notice alone; None: only a fact can tell."""
    facts = facts_of("2026-10-01 12:00", notices=_rows(told), contacts=[TALK | {"at": at("2026-03-01 10:00")}])
    judgement = judged(facts, "us_federal", lane="legal_review")
    held = [reason for reason in judgement.reasons if reason.rule.code == "validation_period"]
    return moment(held[0].until[0]) if held else at("2026-10-01 12:00")


@given(notices)
def test_a_lane_opens_no_earlier_than_the_last_notices_own_period(told):
    sent, after = max(told)
    ends = counted_by_hand(sent, 5) + 30 * A_DAY
    opens = _opens(told)
    if after is not None:
        assert opens is None
    else:
        assert opens == max(at("2026-10-01 12:00"), at(f"{ends + A_DAY} 00:00"))


@given(notices, st.tuples(spring, st.none() | st.integers(1, 20)))
def test_one_more_notice_opens_no_lane_before_its_own_period_is_over(told, more):
    before, after = _opens(told), _opens([*[one for one in told if one[0] != more[0]], more])
    own = at(f"{counted_by_hand(more[0], 5) + 31 * A_DAY} 00:00")
    if after is not None:
        assert after >= own or (before is not None and after >= before)
