"""What a running service reads from: its database and champions, its portfolio, and what it worked out from them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, func, select

from arrears.clock import Clock
from arrears.lake import Lake
from arrears.places import Places
from arrears.policy.verdict import ChannelVerdict
from arrears.queues import store
from arrears.queues.item import Night
from arrears.settings import Settings
from arrears.state.schema import nights
from models.registry import Loaded, Registry
from serving.desk.memory import DeskMemory
from serving.gate.second_look import limits_today, verdicts_now
from serving.kept import Kept
from serving.live import Live
from serving.present import Present
from serving.problems import Problem
from serving.scores.champion import Champions

Forecaster = Callable[[Lake, date, int, str, Loaded | None], dict[str, Any]]
"""Works out the months ahead: lake, day, months, currency, roll-rate champion -> the document of `arrears forecast`.

Training knows how, and serving must not know training: whoever starts the service hands it in.
"""

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
    forecaster: Forecaster | None = None
    closing: ExitStack = field(default_factory=ExitStack)
    _kept: dict[str, Kept[Any]] = field(default_factory=dict)
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

    def served_night(self, connection: Connection) -> Night:
        """The same, where nothing can be told without one.

        Raises
        ------
        Problem : none has run.
        """
        night = self.night(connection)
        if night is None:
            raise Problem("no-night", "No night has run yet. Load a portfolio, then run `arrears night --as-of DAY`.")
        return night

    def verdicts_of(self, connection: Connection, debtor_id: str) -> dict[str, tuple[ChannelVerdict, ...]]:
        """The verdicts of this moment on a debtor's accounts; none where there is no lake to ask."""
        lake = self.lake
        if not lake.exists():
            return {}
        limits_on = limits_today(self.settings.portfolio.zone)
        asked, bench = self.live.asked(lake), self.live.bench(lake)
        return verdicts_now(lake, asked, connection, debtor_id, self.clock.now(), limits_on=limits_on, bench=bench)

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

    def keeps(self, name: str, key: Callable[[], str], make: Callable[[], Made]) -> Kept[Made]:
        """Something that takes seconds to work out, kept under a name for whoever asks next."""
        return self._kept.setdefault(name, Kept(name, key=key, make=make))

    def close(self) -> None:
        """Undo what opening it did, last first."""
        self.closing.close()
