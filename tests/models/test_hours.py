"""Hours multiply a chance by what was seen over what was expected, drawn towards 1 where little was seen."""

from __future__ import annotations

import numpy as np
import pytest

from models.hours import FIRST_HOUR, LAST_HOUR, MOST_CHANCE, PRIOR_REACHED, Hours, estimated


def attempts(by_hour, *, expected=0.1):
    """Attempts of consumers: hour -> (calls, reached)."""
    hours = np.concatenate([np.full(calls, hour) for hour, (calls, _) in by_hour.items()])
    reached = np.concatenate([np.arange(calls) < came for calls, came in by_hour.values()]).astype(float)
    return reached, np.full(len(hours), expected), hours, ["consumer"] * len(hours)


def at(hours, *which, customer="consumer"):
    return hours.multiplier(np.array(which), [customer] * len(which))


def test_an_hour_with_as_many_expected_as_the_prior_goes_half_the_way():
    calls = round(PRIOR_REACHED / 0.1)
    found = estimated(*attempts({9: (calls, round(1.5 * PRIOR_REACHED)), 18: (calls, round(0.5 * PRIOR_REACHED))}))
    assert at(found, 9, 18) == pytest.approx([1.25, 0.75])


def test_an_hour_that_nobody_called_at_says_nothing():
    assert at(estimated(*attempts({9: (500, 60), 10: (500, 40)})), 14).tolist() == [1.0]


def test_a_model_that_is_off_at_every_hour_alike_has_no_hours():
    found = estimated(*attempts({9: (4000, 800), 18: (4000, 800)}))
    assert at(found, 9, 18) == pytest.approx([1.0, 1.0], abs=0.02)


def test_classes_have_hours_of_their_own():
    reached, expected, hours, _ = attempts({9: (4000, 200), 18: (4000, 600)})
    both = estimated(
        np.r_[reached, 1 - reached], np.r_[expected, expected], np.r_[hours, hours],
        ["consumer"] * len(hours) + ["commercial"] * len(hours),
    )  # fmt: skip
    assert at(both, 9)[0] < 1 < at(both, 9, customer="commercial")[0]


def test_hours_outside_the_table_count_as_the_nearest():
    hours = Hours({"call/consumer": (0.5, *[1.0] * (LAST_HOUR - FIRST_HOUR - 1), 2.0)})
    assert at(hours, FIRST_HOUR - 1, FIRST_HOUR, LAST_HOUR, LAST_HOUR + 1).tolist() == [0.5, 0.5, 2.0, 2.0]


@pytest.mark.parametrize(("p", "expected"), [(0.4, 0.8), (0.6, MOST_CHANCE), (0.99, 0.99)])
def test_no_hour_makes_a_chance_certain(p, expected):
    hours = Hours({"call/consumer": [2.0] * (LAST_HOUR - FIRST_HOUR + 1)})
    assert hours.chance(np.array([p]), np.array([9]), ["consumer"]).tolist() == [expected]


def test_a_document_holds_them_whole():
    hours = estimated(*attempts({9: (500, 60)}))
    assert Hours.of(hours.document()).tables == hours.tables
