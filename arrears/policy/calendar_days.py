"""Calendar arithmetic over columns of days: business days after one, and anniversaries."""

from __future__ import annotations

from functools import cache

import holidays
import numpy as np

from arrears.policy.zonetime import Days

_YEARS = range(1990, 2061)
_MONTHS = 12


def business_days_after(days: Days, count: int) -> Days:
    """The day that lies `count` business days after each: Saturdays, Sundays and federal holidays are skipped.

    Parameters
    ----------
    days : (n,) days; NaT stays NaT.
    count : at least 1.

    Examples
    --------
    >>> business_days_after(np.array(["2026-07-02", "NaT"], "M8[D]"), 5).astype(str).tolist()  # 3 July is observed
    ['2026-07-10', 'NaT']
    """
    return np.asarray(np.busday_offset(days, count, roll="backward", busdaycal=_federal_calendar()))


def years_after(days: Days, years: int) -> Days:
    """The same day of a later year; 28 February for a leap day where that year has none.

    Examples
    --------
    >>> years_after(np.array(["2019-09-11", "2020-02-29", "NaT"], "M8[D]"), 7).astype(str).tolist()
    ['2026-09-11', '2027-02-28', 'NaT']
    """
    months = days.astype("M8[M]")
    later = months + np.timedelta64(_MONTHS * years, "M")
    last = (later + np.timedelta64(1, "M")).astype("M8[D]") - np.timedelta64(1, "D")
    return np.asarray(np.minimum(later.astype("M8[D]") + (days - months.astype("M8[D]")), last))


@cache
def _federal_calendar() -> np.busdaycalendar:
    """Legal public holidays of the United States (5 USC 6103), on the days on which they are observed too."""
    return np.busdaycalendar(holidays=np.array(sorted(holidays.country_holidays("US", years=_YEARS)), "M8[D]"))
