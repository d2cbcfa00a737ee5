"""One running service: its database, lake, clock and champions, opened once and closed in order.

The environment says where everything is (`arrears.places`), so a process that BentoML starts finds the same deployment
as the command that started it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from time import monotonic
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, func, select

from arrears.clock import Clock, ShiftedClock, SystemClock
from arrears.lake import Lake
from arrears.manifest import FILE as MANIFEST
from arrears.places import Places, find_places
from arrears.queues import store
from arrears.queues.item import Night
from arrears.settings import Settings, default_settings
from arrears.state.schema import nights
from arrears.state.server import opened
from models.registry import Loaded, Registry
from serving.champion import ASKED_EVERY_SECONDS, Champions
from serving.console.story import warm_questions
from serving.kept import Kept
from serving.live import Live

_log = logging.getLogger("arrears.service")


Forecaster = Callable[[Lake, date, int, str, Loaded | None], dict[str, Any]]
"""Works out the months ahead: lake, day, months, currency, roll-rate champion -> the document of `arrears forecast`.

Training knows how, and serving must not know training: whoever starts the service hands it in.
"""

MONTHS_AHEAD = 12
Made = TypeVar("Made")


@dataclass
class Deployment:
    """What the service's pages and calls read from.

    `clock` is the portfolio's: the demo stands in October 2005. Sign-in never asks it.
    """

    places: Places
    engine: Engine
    registry: Registry
    champions: Champions
    clock: Clock
    settings: Settings
    live: Live = field(default_factory=Live)
    _closing: ExitStack = field(default_factory=ExitStack)
    forecaster: Forecaster | None = None
    _portfolio: Kept[Any] | None = None
    _forecast: Kept[Any] | None = None
    _models: Kept[Any] | None = None
    _night: Night | None = None
    _of_night: dict[str, Any] = field(default_factory=dict)
    _lake: tuple[int, Lake] | None = None

    def night(self, connection: Connection) -> Night | None:
        """The night that serves; a night never changes, so it is read once."""
        newest = connection.execute(select(func.max(nights.c.night_id)).where(nights.c.state == "served")).scalar()
        if newest is None:
            return None
        if self._night is None or self._night.night_id != newest:
            self._night, self._of_night = store.night(connection, newest), {}
        return self._night

    def of_night(self, name: str, make: Callable[[], Made]) -> Made:
        """Something that follows from the serving night alone, kept as long as it serves."""
        if name not in self._of_night:
            self._of_night[name] = make()
        return self._of_night[name]  # type: ignore[no-any-return] # what was put in under that name

    @property
    def lake(self) -> Lake:
        """The lake as it stands; opened anew when a load has changed it."""
        changed = manifest_changed_at(self.places.lake)
        if self._lake is None or self._lake[0] != changed:
            self._lake = (changed, Lake(self.places.lake))
        return self._lake[1]

    @property
    def day(self) -> date:
        """The portfolio's day."""
        return in_zone(self.clock.now(), self.settings.portfolio.zone).date()

    @property
    def portfolio(self) -> Kept[Any]:
        """The book's months and moves, worked out once a lake and day."""
        if self._portfolio is None:
            from serving.console.portfolio import facts_of

            self._portfolio = Kept(
                "portfolio",
                key=lambda: f"{self.lake.fingerprint} {self.day}",
                make=lambda: facts_of(self.lake, self.settings, self.day),
            )
        return self._portfolio

    @property
    def models(self) -> Kept[Any]:
        """The registry as a page shows it, asked again every quarter of a minute."""
        if self._models is None:
            from serving.console.registry import models_of

            self._models = Kept("models", key=self._models_key, make=lambda: models_of(self))
        return self._models

    def _models_key(self) -> str:
        return f"{self.champions.labels} {int(monotonic() // ASKED_EVERY_SECONDS)}"

    @property
    def forecast(self) -> Kept[Any] | None:
        """The months ahead, worked out once a lake, day and champion; None where nobody handed in how, or too early."""
        if not self.champions.asked:
            return None  # without its champion it would be worked out twice
        if self._forecast is None and self.forecaster is not None:
            self._forecast = Kept("forecast", key=self._forecast_key, make=self._make_forecast)
        return self._forecast

    def _forecast_key(self) -> str:
        champion = self.champions.of("roll_rate")
        return f"{self.lake.fingerprint} {self.day} {champion.label if champion else None}"

    def _make_forecast(self) -> dict[str, Any] | None:
        facts = self.portfolio.now()
        if self.forecaster is None or facts is None:
            return None
        return self.forecaster(self.lake, self.day, MONTHS_AHEAD, facts.currency, self.champions.of("roll_rate"))

    def close(self) -> None:
        """Stop watching and leave the database; the last to leave stops an embedded one."""
        self.champions.stop()
        self.live.close()
        self._closing.close()


def open_deployment(environ: Mapping[str, str], *, forecaster: Forecaster | None = None) -> Deployment:
    """Open the deployment that the environment names, and begin to watch its champions."""
    places = find_places(environ)
    closing = ExitStack()
    try:
        engine = closing.enter_context(opened(places))
        lake = Lake(places.lake)
        settings = lake.settings if lake.exists() else default_settings()
        registry = Registry(places.tracking_uri, engine)
        clock = clock_of(settings.portfolio.stands_at)
        champions = Champions(registry, day=lambda: in_zone(clock.now(), settings.portfolio.zone).date())
    except BaseException:
        closing.close()
        raise
    deployment = Deployment(
        places=places,
        engine=engine,
        registry=registry,
        champions=champions,
        clock=clock,
        settings=settings,
        forecaster=forecaster,
        _closing=closing,
    )
    champions.start()
    threading.Thread(target=_settle_aliases, args=[champions], name="aliases", daemon=True).start()
    threading.Thread(target=_warm, args=[deployment], name="warm", daemon=True).start()
    _log.info("service.opened lake=%s", "present" if lake.exists() else "absent")
    return deployment


def _settle_aliases(champions: Champions) -> None:
    """Finish what a process left open that died while it moved an alias; the models that serve come first."""
    champions.wait()
    try:
        settled = champions.registry.reconcile()
    except Exception as problem:  # noqa: BLE001 - the next start, or the next promotion, settles it
        _log.warning("aliases.not_settled error=%s", type(problem).__name__)
    else:
        _log.info("aliases.settled moves=%d", len(settled))


def _warm(deployment: Deployment) -> None:
    """Work out early what the first page or call would have to wait for; without a lake there is nothing to do."""
    if not deployment.lake.exists():
        return
    steps: tuple[Callable[[], object], ...] = (
        deployment.portfolio.now,
        warm_questions,
        lambda: deployment.live.warm(deployment.lake),
        deployment.models.latest,
        deployment.champions.wait,
        lambda: deployment.forecast and deployment.forecast.ask(),
    )
    for step in steps:
        try:
            step()
        except Exception as problem:  # noqa: BLE001 - warming is a comfort: whoever asks later meets the problem itself
            _log.warning("service.not_warmed error=%s", type(problem).__name__)


def manifest_changed_at(root: Path) -> int:
    """When a lake's manifest was last replaced, in nanoseconds; 0 without one."""
    try:
        return (root / MANIFEST).stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def clock_of(stands_at: datetime | None) -> Clock:
    """The portfolio's clock: the machine's, or one that stands at a moment now and runs on from there.

    Examples
    --------
    >>> from datetime import UTC
    >>> clock_of(datetime(2005, 10, 3, 2, tzinfo=UTC)).now().date()
    datetime.date(2005, 10, 3)
    """
    return SystemClock() if stands_at is None else ShiftedClock(stands_at=stands_at, when=SystemClock().now())


def in_zone(moment: datetime, zone: str) -> datetime:
    """The moment as the portfolio's people read it on their wall."""
    return moment.astimezone(ZoneInfo(zone))
