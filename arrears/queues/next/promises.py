"""What the desk does with promises and plans as their days pass: a message, a call once grace and law allow."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import numpy as np

from arrears.clock import add_business_days, is_business_day
from arrears.policy.limits import read_limits
from arrears.policy.zonetime import Days
from arrears.settings import Settings


def talk_days(settings: Settings) -> int:
    """Days from a talk on, its own included, on which nobody calls again without consent; 0 where no limit says so."""
    found = [
        limit.value
        for _, limit in read_limits(settings.conduct.profiles).all
        if (limit.rule, limit.name) == ("RF-02", "cooldown_days") and limit.on
    ]
    tighter = [each.value for each in settings.conduct.limits if (each.rule, each.name) == ("RF-02", "cooldown_days")]
    return max((int(each) for each in (*found, *tighter) if isinstance(each, int)), default=0)


def called_from(grace_ends_on: Days, last_talk_on: Days, country: str | None, settings: Settings) -> Days:
    """(n,) the first business day on which a promise that was not kept may be spoken of: past grace, and past the talk.

    Parameters
    ----------
    grace_ends_on : (n,) the last day of each promise's grace.
    last_talk_on : (n,) the last day on which the debtor was spoken with; NaT: never.
    """
    past_grace = grace_ends_on + np.timedelta64(1, "D")
    past_talk = last_talk_on + np.timedelta64(talk_days(settings), "D")
    return business_day_from(np.fmax(past_grace, past_talk), country)


def business_day_from(days: Days, country: str | None) -> Days:
    """(n,) each day itself, or the next business day where it is none; NaT stays NaT."""
    told, which = np.unique(days, return_inverse=True)
    found = [each if each is None else _business_day_from(each, country) for each in told.tolist()]
    return np.array(found, "M8[D]")[which]


@lru_cache(maxsize=65_536)
def _business_day_from(day: date, country: str | None) -> date:
    return day if is_business_day(day, country) else add_business_days(day, 1, country)
