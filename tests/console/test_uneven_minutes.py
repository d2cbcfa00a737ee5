"""Arms that were not worked alike are told on the page of a test, with the minutes of both."""

import pytest

from serving.console.experiments_funnel import ArmSoFar
from serving.console.experiments_minutes import uneven_minutes


def arms(minutes, *, served=30):
    return [
        ArmSoFar("champion", 100, served=30, minutes=200.0),
        ArmSoFar("new_one", 50, served=served, minutes=minutes),
    ]


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(90.0, None), (89.0, "1.78"), (110.0, None), (111.0, "2.22"), (0.0, "0.00")],
)
def test_minutes_a_debtor_are_told_where_they_lie_apart_by_more_than_a_tenth(minutes, said):
    found = uneven_minutes(arms(minutes), "champion")
    assert len(found) == (said is not None)
    if said is not None:
        assert f"new one had {said} minutes each and those of champion 2.00" in found[0]


@pytest.mark.parametrize(("served", "told"), [(29, 0), (30, 1)])
def test_of_a_few_debtors_nothing_is_said(served, told):
    assert len(uneven_minutes(arms(20.0, served=served), "champion")) == told


def test_an_arm_with_minutes_where_the_champion_had_none_is_told():
    found = uneven_minutes([ArmSoFar("a", 50, served=30), ArmSoFar("b", 50, served=30, minutes=5.0)], "a")
    assert len(found) == 1
