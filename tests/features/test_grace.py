"""The calendar of grace is what counting business days tells, however long the grace is."""

from datetime import date, timedelta

import pytest

from arrears.clock import add_business_days
from arrears.settings import default_settings
from features.terms import promise_days
from tests.book import settings

FIRST, LAST = date(2026, 1, 25), date(2026, 2, 25)
"""Around a week of holidays in Taiwan."""


@pytest.mark.parametrize("country", ["", "TW"])
@pytest.mark.parametrize("grace", [0, 1, 28, 29, 40, 260])
def test_the_last_day_of_grace_is_that_of_counting(grace, country):
    chosen = settings(country=country)
    chosen = chosen.model_copy(
        update={"promises": chosen.promises.model_copy(update={"grace_business_days": grace}), "clients": {"bank": {}}}
    )
    days = [FIRST + timedelta(days=ahead) for ahead in range((LAST - FIRST).days + 1)]
    counted = [(day, add_business_days(day, grace, country or None)) for day in days]
    told = promise_days(chosen, FIRST, LAST).to_pylist()
    assert [(row["due_on"], row["grace_ends_on"]) for row in told] == counted * 2


def test_a_clients_long_grace_lengthens_the_calendar_of_the_portfolio():
    chosen = default_settings().model_copy(update={"clients": {"bank": {"promises": {"grace_business_days": 90}}}})
    told = {row["terms_client"]: row["grace_ends_on"] for row in promise_days(chosen, LAST, LAST).to_pylist()}
    assert told == {"": add_business_days(LAST, 3, None), "bank": add_business_days(LAST, 90, None)}
