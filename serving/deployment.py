"""One running service: its database and champions, opened once and closed in order, and the portfolio it reads.

The environment says where everything is (`arrears.places`), so a process that BentoML starts finds the same deployment
as the command that started it.
"""

from __future__ import annotations

import gc
import logging
import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Connection, Engine, func, select

from arrears.clock import Clock
from arrears.lake import Lake
from arrears.places import Places, find_places
from arrears.policy.lawless import refuse_lawless
from arrears.queues import store
from arrears.queues.item import Night
from arrears.settings import Settings
from arrears.state.schema import nights
from arrears.state.server import opened
from models.lawful import approvals_of
from models.registry import Loaded, Registry
from serving.champion import ASKED_EVERY_SECONDS, Champions
from serving.console.story import warm_questions
from serving.desk_memory import DeskMemory
from serving.kept import Kept
from serving.live import Live
from serving.may_we import lawless_of
from serving.present import Present

if TYPE_CHECKING:
    from serving.sweep import Sweep

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

    `clock` is the portfolio's: the demo stands in October 2005. Sign-in never asks it. Lake, settings and clock are
    asked anew each time, as a load may change them while the service runs.
    """

    places: Places
    engine: Engine
    registry: Registry
    champions: Champions
    present: Present
    live: Live = field(default_factory=Live)
    desk: DeskMemory = field(default_factory=DeskMemory)
    sweep: Sweep | None = None
    _closing: ExitStack = field(default_factory=ExitStack)
    forecaster: Forecaster | None = None
    _portfolio: Kept[Any] | None = None
    _forecast: Kept[Any] | None = None
    _models: Kept[Any] | None = None
    _night: Night | None = None
    _of_night: dict[str, Any] = field(default_factory=dict)

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
        """The lake as it stands."""
        return self.present.lake

    @property
    def settings(self) -> Settings:
        """The portfolio's settings as the last load left them."""
        return self.present.settings

    @property
    def clock(self) -> Clock:
        """The portfolio's clock."""
        return self.present.clock

    @property
    def day(self) -> date:
        """The portfolio's day."""
        return self.present.day

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
        if self.sweep is not None:
            self.sweep.stop()
        self.champions.stop()
        self.live.close()
        self._closing.close()


def open_deployment(environ: Mapping[str, str], *, forecaster: Forecaster | None = None) -> Deployment:
    """Open the deployment that the environment names, and begin to watch its champions.

    Raises
    ------
    BadInput : somebody lives in a country whose law nobody has switched on.
    """
    places = find_places(environ)
    closing = ExitStack()
    try:
        engine = closing.enter_context(opened(places))
        present = Present(places.lake)
        if present.lake.exists():
            refuse_lawless("serve this portfolio", lawless_of(present.lake))
        _log.info("service.opened lake=%s day=%s", "present" if present.lake.exists() else "absent", present.day)
        registry = Registry(places.tracking_uri, engine)
        champions = Champions(registry, day=lambda: present.day, approvals=lambda: approvals_of(present.lake))
    except BaseException:
        closing.close()
        raise
    from serving.sweep import Sweep  # it reads a deployment

    deployment = Deployment(
        places=places,
        engine=engine,
        registry=registry,
        champions=champions,
        present=present,
        forecaster=forecaster,
        _closing=closing,
    )
    champions.start()
    deployment.sweep = Sweep(deployment)
    deployment.sweep.start()
    threading.Thread(target=_settle_aliases, args=[champions], name="aliases", daemon=True).start()
    threading.Thread(target=_warm, args=[deployment], name="warm", daemon=True).start()
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
        _set_aside_what_stays,
    )
    for step in steps:
        try:
            step()
        except Exception as problem:  # noqa: BLE001 - warming is a comfort: whoever asks later meets the problem itself
            _log.warning("service.not_warmed error=%s", type(problem).__name__)


def _set_aside_what_stays() -> None:
    """Spare the garbage collector the models and libraries: walking through them cost a quarter of each request."""
    gc.collect()
    gc.freeze()
