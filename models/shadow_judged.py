"""How well a version in the shadow said what came, beside what served: kept with the version in the registry.

Whoever can measure outcomes writes it, and pages read it: the registry is where the two meet.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from pydantic import ConfigDict, TypeAdapter, ValidationError

from models.registry import Registry, Version

NOTE = "shadow"
FEWEST_DEBTORS = 30
"""With fewer, nobody is told who was right: the spread between so few debtors says too little."""

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
        below 0 the model was better. No interval with fewer than `FEWEST_DEBTORS` debtors.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

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
    """What was measured, the last day that was known then, and the version, or the rules, that stood beside it."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    judged: Judged
    known_on: date
    champion: str


_NOTES = TypeAdapter(Kept)


def keep(registry: Registry, name: str, version: str, judged: Judged, *, known_on: date, champion: str) -> None:
    """Write the newest measurement beside the version, over the one before.

    Raises
    ------
    WrongUse : no such version.
    """
    registry.note(name, version, NOTE, _NOTES.dump_json(Kept(judged, known_on, champion)).decode())


def kept_of(version: Version) -> Kept | None:
    """What was last measured of a version; None where nothing ever was, or what was written cannot be read."""
    told = version.notes.get(NOTE)
    if told is None:
        return None
    try:
        kept = _NOTES.validate_json(told)
    except ValidationError:
        return None
    found = kept.judged
    needed = (found.happened, found.log_loss, found.champion_log_loss, found.difference)
    return None if found.accounts and None in needed else kept


def is_due(kept: Kept | None, today: date, *, champion: str) -> bool:
    """Whether a night measures again.

    It does where nothing was measured that can be read, a week's outcomes came since, another version serves by now, or
    the book stands on an earlier day than it did.

    Examples
    --------
    >>> told = Kept(Judged(0, 0), date(2026, 6, 1), "1")
    >>> is_due(told, date(2026, 6, 7), champion="1"), is_due(told, date(2026, 6, 8), champion="1")
    (False, True)
    >>> is_due(told, date(2026, 6, 1), champion="1"), is_due(told, date(2005, 10, 3), champion="1")
    (False, True)
    >>> is_due(None, date(2026, 6, 1), champion="1"), is_due(told, date(2026, 6, 1), champion="2")
    (True, True)
    """
    if kept is None or kept.champion != champion:
        return True
    return not kept.known_on <= today < kept.known_on + _AGAIN_AFTER
