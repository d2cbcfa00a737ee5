"""How well a version in the shadow said what came, beside what served: kept with the version in the registry.

Whoever can measure outcomes writes it, and pages read it: the registry is where the two meet.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from models.registry import Registry, Version

NOTE = "shadow"
_AGAIN_AFTER = timedelta(days=7)


@dataclass(frozen=True)
class Judged:
    """Both models' log losses, once outcomes are known.

    Attributes
    ----------
    accounts, days, debtors : whose label has matured; an account on two days counts twice, a debtor once.
    happened : the share of them that paid, or rolled.
    log_loss, champion_log_loss : None where no label has matured yet.
    difference, low, high : the model's less the champion's, with a 95 % interval in which a debtor's rows go together;
        below 0 the model was better.
    """

    accounts: int
    days: int
    debtors: int = 0
    happened: float | None = None
    log_loss: float | None = None
    champion_log_loss: float | None = None
    difference: float | None = None
    low: float | None = None
    high: float | None = None

    def document(self) -> dict[str, Any]:
        """As a command tells it."""
        return asdict(self)


@dataclass(frozen=True)
class Kept:
    """What was measured, and the last day that was known then."""

    judged: Judged
    known_on: date


def keep(registry: Registry, name: str, version: str, judged: Judged, *, known_on: date) -> None:
    """Write the newest measurement beside the version, over the one before.

    Raises
    ------
    WrongUse : no such version.
    """
    told = {"known_on": known_on.isoformat(), **judged.document()}
    registry.note(name, version, NOTE, json.dumps(told))


def kept_of(version: Version) -> Kept | None:
    """What was last measured of a version; None where nothing ever was."""
    told = version.notes.get(NOTE)
    if told is None:
        return None
    found: Mapping[str, Any] = json.loads(told)
    numbers = {name: value for name, value in found.items() if name != "known_on"}
    return Kept(Judged(**numbers), date.fromisoformat(found["known_on"]))


def is_due(kept: Kept | None, today: date) -> bool:
    """Whether a night measures again: a week's outcomes came since, or nothing was ever measured.

    Examples
    --------
    >>> told = Kept(Judged(0, 0), date(2026, 6, 1))
    >>> is_due(None, date(2026, 6, 1)), is_due(told, date(2026, 6, 7)), is_due(told, date(2026, 6, 8))
    (True, False, True)
    """
    return kept is None or today - kept.known_on >= _AGAIN_AFTER
