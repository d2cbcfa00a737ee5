"""Seasons that a test lives through: by the book's country, on the days that count, over the year's end too."""

from datetime import date, timedelta

import pytest

from arrears.clock import countries_with_holidays
from arrears.experiments.design import read_design
from arrears.experiments.example import EXAMPLE
from arrears.experiments.observed import Observed
from arrears.experiments.readout import readout
from arrears.experiments.seasons import SEASONS, seasons_between, seasons_of
from tests.experiments.designs import changed

ONE = timedelta(days=1)


def names(first, last, country="US"):
    return [each.name for each in seasons_between(first, last, country)]


def test_a_season_is_flagged_from_its_first_day_to_its_last():
    begins, ends = date(2026, 2, 1), date(2026, 4, 30)
    assert names(begins - ONE, begins - ONE) == []
    assert names(begins - ONE, begins) == ["tax refunds"]
    assert names(ends, ends + ONE) == ["tax refunds"]
    assert names(ends + ONE, ends + ONE) == []


def test_the_days_told_are_those_of_the_test():
    (found,) = seasons_between(date(2026, 1, 10), date(2026, 2, 3), "US")
    assert (found.first, found.last) == (date(2026, 2, 1), date(2026, 2, 3))


def test_a_season_over_the_years_end_is_one_and_a_long_test_meets_it_twice():
    (found,) = seasons_between(date(2026, 12, 1), date(2027, 1, 31), "US")
    assert (found.name, found.first, found.last) == ("year-end holidays", date(2026, 12, 1), date(2027, 1, 6))
    assert names(date(2027, 1, 6), date(2027, 1, 7)) == ["year-end holidays"]
    assert names(date(2026, 12, 31), date(2027, 12, 31)).count("year-end holidays") == 2


def test_a_countrys_own_season_replaces_the_general_one():
    days = date(2026, 12, 1), date(2026, 12, 14)
    assert names(*days, "US") == ["year-end holidays"]
    assert names(*days, "DE") == names(*days, "") == []
    assert names(*days, "BR") == ["thirteenth salary"]


@pytest.mark.parametrize(
    ("starts", "found"), [("2026-01-01", ["tax refunds", "year-end holidays"]), ("2026-06-01", [])]
)
def test_a_design_is_flagged_from_enrolment_to_the_last_day_that_counts(starts, found):
    design = read_design(EXAMPLE.replace("2026-06-01", starts))
    assert sorted(each.name for each in seasons_of(design, "US")) == found


def test_the_last_day_that_counts_is_flagged_and_the_next_is_not():
    design = read_design(EXAMPLE.replace("2026-06-01", "2026-08-27"))
    assert design.watch.closes(design.enrolment.last_day) == date(2026, 11, 19)
    assert seasons_of(design, "US") == ()
    (found,) = seasons_of(read_design(EXAMPLE.replace("2026-06-01", "2026-08-28")), "US")
    assert found.first == found.last == date(2026, 11, 20)


def test_the_days_of_a_guardrail_that_is_watched_longer_are_flagged_too():
    guarded = {"metric": "contacts", "margin": 0.1, "horizon_days": 120}
    design = changed(guardrails=[guarded])
    assert seasons_of(changed(), "US") == ()
    assert [each.name for each in seasons_of(design, "US")] == ["year-end holidays"]


def test_a_reading_tells_its_seasons_as_plain_text():
    design = read_design(EXAMPLE)
    seasons = seasons_between(date(2026, 2, 1), date(2026, 2, 2), "US")
    (told,) = readout(design, Observed({}), as_of=date(2026, 6, 1), seasons=seasons).document()["seasons"]
    assert (told["name"], told["from"], told["to"]) == ("tax refunds", "2026-02-01", "2026-02-02")
    assert told["why"]
    assert told["source"]


def test_every_season_is_of_countries_there_are_and_says_why():
    known = countries_with_holidays()
    for each in SEASONS:
        assert set(each.countries) <= set(known)
        assert each.why
        assert each.source
