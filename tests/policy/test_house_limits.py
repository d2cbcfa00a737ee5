"""A house may keep a limit tighter than law or its own file, never looser."""

from datetime import date

import pytest

from arrears.errors import BadInput
from arrears.policy.tightened import limits_of_house
from arrears.settings import settings_of

DAY = date(2026, 6, 1)


def house(**own):
    conduct = {"limits": [own]} if own else {}
    return limits_of_house(settings_of({"conduct": conduct}, where="a test").conduct)


def test_a_house_without_changes_keeps_the_files():
    assert house().value_on(DAY, "RF-01", "calls", "US") == 7


def test_a_tighter_cap_takes_the_place_of_the_files():
    assert house(rule="RF-01", name="calls", value=5).value_on(DAY, "RF-01", "calls", "US") == 5


def test_the_files_own_value_is_not_looser_than_itself():
    assert house(rule="RF-01", name="calls", value=7).value_on(DAY, "RF-01", "calls", "US") == 7


@pytest.mark.parametrize(
    "own",
    [
        {"rule": "RF-01", "name": "calls", "value": 8},
        {"rule": "RF-01", "name": "on", "value": False},
        {"rule": "RF-99", "name": "calls", "value": 1},
        {"rule": "RF-01", "name": "no_such", "value": 1},
    ],
)
def test_looser_unknown_or_switched_off_is_refused(own):
    with pytest.raises(BadInput):
        house(**own)


def test_a_load_refuses_a_source_that_loosens_a_limit(tmp_path):
    from arrears.clock import SystemClock
    from arrears.lake import Lake
    from arrears.loading import check
    from tests.lake.small_source import small_book, write_csv

    loose = '[[conduct.limits]]\nrule = "RF-01"\nname = "calls"\nvalue = 9\n'
    report = check(write_csv(tmp_path / "source", small_book(), loose), Lake(tmp_path / "lake"), SystemClock())
    assert [problem.rule for problem in report.errors] == ["bad_setting"]
