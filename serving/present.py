"""The portfolio as it stands now: its lake, its settings and its clock, read anew when a load has changed them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, text

from arrears.clock import Clock, ShiftedClock, SystemClock
from arrears.lake import Lake
from arrears.manifest import FILE as MANIFEST
from arrears.settings import Settings
from arrears.state.reading import reading

_LAST_RECORDED = """
    SELECT greatest(
        (SELECT max(at) FROM work_item_events WHERE at >= :since AND at < :before),
        (SELECT max(at) FROM decisions WHERE at >= :since AND at < :before)
    )
"""


@dataclass
class Present:
    """What a running service knows of its portfolio.

    Parameters
    ----------
    root : the lake's folder; before the first load the defaults hold.
    engine : the database, whose newest record a portfolio's own clock does not stand before; None: there is none.

    Examples
    --------
    >>> Present(Path("nowhere")).settings.portfolio.zone
    'UTC'
    """

    root: Path
    engine: Engine | None = None
    _lake: tuple[int, Lake] | None = None
    _clock: tuple[datetime | None, Clock] | None = None

    @property
    def lake(self) -> Lake:
        """The lake as it stands; opened anew when a load has changed it."""
        changed, held = manifest_changed_at(self.root), self._lake
        if held is None or held[0] != changed:
            held = self._lake = (changed, Lake(self.root))
        return held[1]

    @property
    def settings(self) -> Settings:
        """The settings that the last load left."""
        return self.lake.settings

    @property
    def clock(self) -> Clock:
        """The portfolio's clock; it runs on until a load says that the portfolio stands elsewhere."""
        stands_at, held = self.settings.portfolio.stands_at, self._clock
        if held is None or held[0] != stands_at:
            held = self._clock = (stands_at, clock_of(stands_at, self.engine))
        return held[1]

    @property
    def day(self) -> date:
        """The portfolio's day."""
        return in_zone(self.clock.now(), self.settings.portfolio.zone).date()


def manifest_changed_at(root: Path) -> int:
    """When a lake's manifest was last replaced, in nanoseconds; 0 without one."""
    try:
        return (root / MANIFEST).stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def clock_of(stands_at: datetime | None, engine: Engine | None = None) -> Clock:
    """The portfolio's clock: the machine's, or one that stands at a moment now and runs on from there.

    Parameters
    ----------
    stands_at : the moment; None is the machine's.
    engine : where the day at that moment was worked before, the clock goes on from the last thing recorded: a command
        must not look at a moment before what a service did a minute ago.

    Examples
    --------
    >>> from datetime import UTC
    >>> clock_of(datetime(2005, 10, 3, 2, tzinfo=UTC)).now().date()
    datetime.date(2005, 10, 3)
    """
    if stands_at is None:
        return SystemClock()
    recorded = None if engine is None else _last_recorded(engine, stands_at)
    return ShiftedClock(stands_at=recorded or stands_at, when=SystemClock().now())


def _last_recorded(engine: Engine, since: datetime) -> datetime | None:
    with reading(engine) as connection:
        found = connection.execute(text(_LAST_RECORDED), {"since": since, "before": since + timedelta(days=1)})
        last: datetime | None = found.scalar_one()
    return last


def in_zone(moment: datetime, zone: str) -> datetime:
    """The moment as the portfolio's people read it on their wall."""
    return moment.astimezone(ZoneInfo(zone))
