"""One running service: its database, lake, clock and champions, opened once and closed in order.

The environment says where everything is (`arrears.places`), so a process that BentoML starts finds the same deployment
as the command that started it.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from arrears.clock import Clock, ShiftedClock, SystemClock
from arrears.lake import Lake
from arrears.places import Places, find_places
from arrears.settings import Settings, default_settings
from arrears.state.server import opened
from models.registry import Registry
from serving.champion import Champions

_log = logging.getLogger("arrears.service")


@dataclass
class Deployment:
    """What the service's pages and calls read from.

    `clock` is the portfolio's: the demo stands in October 2005. Sign-in never asks it.
    """

    places: Places
    engine: Engine
    lake: Lake
    registry: Registry
    champions: Champions
    clock: Clock
    settings: Settings
    _closing: ExitStack = field(default_factory=ExitStack)

    def close(self) -> None:
        """Stop watching and leave the database; the last to leave stops an embedded one."""
        self.champions.stop()
        self._closing.close()


def open_deployment(environ: Mapping[str, str]) -> Deployment:
    """Open the deployment that the environment names, and begin to watch its champions."""
    places = find_places(environ)
    closing = ExitStack()
    try:
        engine = closing.enter_context(opened(places))
        lake = Lake(places.lake)
        settings = lake.settings if lake.exists() else default_settings()
        registry = Registry(places.tracking_uri, engine)
        clock = clock_of(settings.portfolio.stands_at)
        champions = Champions(registry)
    except BaseException:
        closing.close()
        raise
    champions.start()
    _log.info("service.opened lake=%s", "present" if lake.exists() else "absent")
    return Deployment(
        places=places,
        engine=engine,
        lake=lake,
        registry=registry,
        champions=champions,
        clock=clock,
        settings=settings,
        _closing=closing,
    )


def clock_of(stands_at: datetime | None) -> Clock:
    """The portfolio's clock: the machine's, or one that stands at a moment now and runs on from there.

    Examples
    --------
    >>> clock_of(datetime(2005, 10, 3, 2, tzinfo=UTC)).now().date()
    datetime.date(2005, 10, 3)
    """
    return SystemClock() if stands_at is None else ShiftedClock(stands_at=stands_at, when=datetime.now(UTC))


def in_zone(moment: datetime, zone: str) -> datetime:
    """The moment as the portfolio's people read it on their wall."""
    return moment.astimezone(ZoneInfo(zone))
