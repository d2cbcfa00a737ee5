"""Which version of each model serves: asked once for a night, watched for a running service.

Champions of a service are opened once, and exchanged within a minute when their alias moves: a thread asks the registry
every fifteen seconds. While it does not answer, the last champions go on serving; where none was ever opened, or one is
too old, the rules score serves, and says so.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from arrears.errors import ArrearsError
from arrears.policy.forbidden import NO_APPROVALS, Approvals
from models.lawful import unlawful
from models.registry import Loaded, Registry
from serving.scores.scoring import PROPENSITY, ROLL_RATE, Champion

_log = logging.getLogger("arrears.champion")

ASKED_EVERY_SECONDS = 15.0
FIRST_LOOK_SECONDS = 30.0
STALE_AFTER_DAYS = 400
"""A champion whose newest training day lies further back than this no longer speaks for the book."""

MODELS = (PROPENSITY, ROLL_RATE)
"""The models that a night and the service answer with."""

FURTHER = ("contact", "uplift")
"""Models that make an answer better and that none needs: how likely a contact is, and what a call adds."""

Answer = TypeVar("Answer")


def champions_on(registry: Registry, as_of: date, approvals: Approvals = NO_APPROVALS) -> tuple[Champion, Champion]:
    """What scores paying and what scores rolling on a day."""
    return champion_on(registry, PROPENSITY, as_of, approvals), champion_on(registry, ROLL_RATE, as_of, approvals)


def champion_on(registry: Registry, name: str, as_of: date, approvals: Approvals = NO_APPROVALS) -> Champion:
    """What serves for a model on a day: its champion, or the rules and why.

    A champion does not serve where it reads what no model may, is stale or cannot be reached.
    """
    loaded, trouble = _answered(lambda: registry.champion(name))
    if loaded is None:
        return Champion(name, None, trouble or f"No champion of {name} is registered.")
    return _if_fit(loaded, as_of, approvals)


def version_on(
    registry: Registry, name: str, version: str, as_of: date, approvals: Approvals = NO_APPROVALS
) -> Champion:
    """A version that answers beside the champion, as an arm of a test or in the shadow, or why it does not."""
    loaded, trouble = _answered(lambda: registry.load(name, version))
    if loaded is None:
        return Champion(name, None, f"{name}/{version} cannot be opened. {trouble}")
    return _if_fit(loaded, as_of, approvals)


def _if_fit(loaded: Loaded, as_of: date, approvals: Approvals) -> Champion:
    because = unlawfulness(loaded, approvals) or staleness(loaded, as_of)
    return Champion(loaded.name, None if because else loaded, because)


def unlawfulness(loaded: Loaded, approvals: Approvals = NO_APPROVALS) -> str | None:
    """Why a version may not serve: an input that is forbidden, or that nobody knows; None where it may."""
    found = list(unlawful(loaded.artifact.features, approvals).values())
    if not found:
        return None
    more = f", and {len(found) - 1} more inputs may not be read" if len(found) > 1 else ""
    return f"Version {loaded.version} of {loaded.name} may not serve: {found[0]}{more}."


def staleness(loaded: Loaded, as_of: date) -> str | None:
    """Why a version no longer speaks for the book, None while it does."""
    days = loaded.artifact.document.get("training", {}).get("trained_on") or []
    newest = max((date.fromisoformat(str(day)[:10]) for day in days), default=None)
    age = (as_of - newest).days if newest else 0
    if age <= STALE_AFTER_DAYS:
        return None
    return (
        f"Version {loaded.version} of {loaded.name} learned from days at least {age} back; {STALE_AFTER_DAYS} may pass."
    )


def _answered(ask: Callable[[], Answer]) -> tuple[Answer | None, str | None]:
    """What the registry answers, and the sentence that says why it does not."""
    try:
        return ask(), None
    except ArrearsError as problem:
        _log.warning("champion.unreachable error=%s", type(problem).__name__)
        return None, f"The model registry does not answer ({problem.found})."
    except Exception as problem:  # noqa: BLE001 - a registry may break in any way; the queue goes on
        _log.warning("champion.unreachable error=%s", type(problem).__name__)
        return None, "The model registry does not answer."


@dataclass
class Champions:
    """The champions of one deployment, as far as they could be opened.

    Parameters
    ----------
    registry : where aliases stand.
    day : the portfolio's day, by which a version is too old to speak for the book; None never asks.
    approvals : what the deployment's people approved.
    """

    registry: Registry
    day: Callable[[], date] | None = None
    approvals: Callable[[], Approvals] = Approvals
    _loaded: dict[str, Loaded] = field(default_factory=dict)
    _before: dict[str, Loaded] = field(default_factory=dict)
    _stale: dict[str, str] = field(default_factory=dict)
    _refused: dict[str, tuple[str, str]] = field(default_factory=dict)
    _trouble: str | None = None
    _first_look: threading.Event = field(default_factory=threading.Event)
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def of(self, name: str) -> Loaded | None:
        """The champion of a model, or None where rules have to serve."""
        return None if name in self._stale else self._loaded.get(name)

    def held(self, name: str, version: str) -> Loaded | None:
        """A version that serves, or served until a moment ago: a request may have begun before a promotion."""
        for loaded in (self._loaded.get(name), self._before.get(name)):
            if loaded is not None and loaded.version == version:
                return loaded
        return None

    @property
    def labels(self) -> tuple[str, ...]:
        """The champions that serve, as `propensity/14`."""
        return tuple(loaded.label for loaded in self._loaded.values())

    @property
    def asked(self) -> bool:
        """True once the registry has been asked: before, nobody can say whether there is a model."""
        return self._first_look.is_set()

    def wait(self, seconds: float = FIRST_LOOK_SECONDS) -> None:
        """Wait until the registry has been asked once: opening it takes seconds after a start."""
        if self._thread is not None:
            self._first_look.wait(seconds)

    @property
    def trouble(self) -> str | None:
        """Why models are missing or may be old, as a sentence; None when all is well."""
        if self._trouble is not None:
            return self._trouble
        if told := self._unfit(MODELS):
            return " ".join([*told, "The rules score answers instead."])
        missing = [name for name in MODELS if name not in self._loaded]
        if self.asked and missing:
            return f"No champion of {' and '.join(missing)} is registered: the rules score answers instead."
        return None

    def _unfit(self, names: Sequence[str]) -> list[str]:
        """Why champions of these models may not serve: what is too old, then what reads what it may not."""
        stale = [self._stale[name] for name in names if name in self._stale]
        return [*stale, *(self._refused[name][1] for name in names if name in self._refused)]

    def look(self) -> None:
        """Ask the registry once, and open what is new."""
        _, self._trouble = _answered(lambda: self._look_at_all(MODELS))
        if self._trouble is None:  # without the further models a night values as it always did
            _answered(lambda: self._look_at_all(FURTHER))
        self._stale = self._too_old()
        self._first_look.set()

    def start(self) -> None:
        """Begin to watch, in a thread of its own: opening the registry takes seconds that no page should wait for."""
        self._thread = threading.Thread(target=self._watch, name="champions", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the watch."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=ASKED_EVERY_SECONDS)

    def _watch(self) -> None:
        while not self._stop.is_set():
            self.look()
            self._stop.wait(ASKED_EVERY_SECONDS)

    def _look_at_all(self, names: Sequence[str]) -> None:
        for name in names:
            self._look_at(name)

    def _look_at(self, name: str) -> None:
        version = self.registry.champion_version(name)
        held = self._loaded.get(name)
        refused, _ = self._refused.get(name, (None, ""))
        if version is None:
            self._loaded.pop(name, None)
            self._refused.pop(name, None)
        elif version not in (held.version if held else None, refused):
            self._open(name, version, held)

    def _open(self, name: str, version: str, held: Loaded | None) -> None:
        loaded = self.registry.load(name, version)
        because = unlawfulness(loaded, self.approvals())
        if because is not None:
            self._loaded.pop(name, None)
            self._refused[name] = (version, because)
            _log.warning("champion.refused model=%s version=%s", name, version)
            return
        self._refused.pop(name, None)
        if held is not None:
            self._before[name] = held
        self._loaded[name] = loaded
        _log.info("champion.opened model=%s version=%s", name, version)

    def _too_old(self) -> dict[str, str]:
        if self.day is None:
            return {}
        today = self.day()
        told = {name: staleness(loaded, today) for name, loaded in self._loaded.items()}
        return {name: why for name, why in told.items() if why is not None}
