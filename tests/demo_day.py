"""The demo's scoring day, and a clock that stands at the morning it is worked."""

from datetime import UTC, date, datetime

SCORING_DAY = date(2005, 9, 30)


class DemoClock:
    """Stands at Monday 3 October 2005, 10:00 in Taipei."""

    def now(self) -> datetime:
        return datetime(2005, 10, 3, 2, tzinfo=UTC)
