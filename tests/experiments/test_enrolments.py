"""Who came in is read by day, and a household counts once: on the day of its first debtor."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from arrears.experiments import enrolments, kept_sums, life, records
from arrears.experiments.design import read_design
from arrears.experiments.example import EXAMPLE
from arrears.experiments.measure import measured
from arrears.experiments.moments import Column
from tests.experiments.smallest_night import smallest_night

NOW = datetime(2026, 5, 30, 8, tzinfo=UTC)
BY: dict[str, Any] = {"at": NOW, "by": "strategist"}
MONDAY = date(2026, 6, 1)
TUESDAY, WEDNESDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)
CAME = {
    MONDAY: [("D1", "h:Smith", "champion"), ("D2", "D2", "challenger")],
    TUESDAY: [("D3", "h:Smith", "champion"), ("D4", "h:Lee", "challenger"), ("D5", "h:Lee", "challenger")],
    WEDNESDAY: [("D0", "h:Lee", "challenger")],
}


@pytest.fixture(scope="module")
def connection(module_database):
    with module_database.begin() as connection:
        night = smallest_night(connection)
        for text in (EXAMPLE, one_by_one()):
            design = read_design(text)
            life.plan(connection, design, evidence={}, **BY)
            test = records.find(connection, design.name)
            for day, who in CAME.items():
                rows = [enrolments.Enrolled(test.experiment_id, *place, "", {}) for place in map(placed, who)]
                enrolments.enrol(connection, night, day, rows)
        yield connection


def placed(told) -> tuple[str, str, str]:
    debtor, household, arm = told
    return debtor, arm, household


def one_by_one():
    text = EXAMPLE.replace("household_together = true", "household_together = false")
    return text.replace('name = "earlier_calls"', 'name = "one_by_one"')


def test_a_household_is_drawn_once_on_its_first_day(connection):
    found = enrolments.drawn(connection, records.find(connection, "earlier_calls"))
    assert found == {MONDAY: {"champion": 1, "challenger": 1}, TUESDAY: {"challenger": 1}}


def test_where_debtors_are_drawn_one_by_one_each_of_them_counts(connection):
    found = enrolments.drawn(connection, records.find(connection, "one_by_one"))
    assert found == {
        MONDAY: {"champion": 1, "challenger": 1},
        TUESDAY: {"champion": 1, "challenger": 2},
        WEDNESDAY: {"challenger": 1},
    }


def test_days_are_read_one_by_one_with_whoever_came_in_on_them(connection):
    test = records.find(connection, "earlier_calls")
    assert enrolments.days_of(connection, test) == [MONDAY, TUESDAY, WEDNESDAY]
    found = enrolments.enrolled(connection, test.experiment_id, on=TUESDAY)
    assert [(each.debtor_id, each.household, each.arm) for each in found] == CAME[TUESDAY]
    assert {each.enrolled_on for each in found} == {TUESDAY}
    assert enrolments.enrolled(connection, test.experiment_id, on=WEDNESDAY + timedelta(days=1)) == []


def test_a_measured_day_is_told_for_its_own_measure(connection):
    test = records.find(connection, "earlier_calls")
    moments = measured([Column("contacts")], ["champion"], {"contacts": [1]})
    kept_sums.keep(connection, test.experiment_id, TUESDAY, "contacts", moments, on=WEDNESDAY, at=NOW)
    assert kept_sums.measured_days(connection, test, "contacts") == [TUESDAY]
    assert kept_sums.measured_days(connection, test, "primary") == []
