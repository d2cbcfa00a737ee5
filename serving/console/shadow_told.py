"""What the page Models says of a version in the shadow, once it is known what came: who was right, in words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from models.registry import Version
from models.shadow_judged import FEWEST_DEBTORS, Judged, kept_of

_WHAT = {"propensity": "paid", "roll_rate": "rolled on"}


@dataclass(frozen=True)
class Right:
    """Who was right.

    Attributes
    ----------
    judged : the numbers; no account while no outcome is known, and no interval where debtors are too few.
    known_on : the last day that was known when it was measured.
    beside : the version that served on the nights that it was measured on, and serves now; the rules where none does.
    verdict : in words, with `chip`, the class of its mark; both "" while no outcome is known.
    happened : what the share tells of them, as paid.
    fewest : how many debtors an interval takes.
    """

    judged: Judged
    known_on: date
    beside: str
    verdict: str
    chip: str
    happened: str
    fewest: int = FEWEST_DEBTORS


def right_of(version: Version, serves: str) -> Right | None:
    """Who was right as it was last measured; None where nobody has measured yet beside what serves now.

    Parameters
    ----------
    serves : the version of the model that is champion, or the rules, as nights record it.
    """
    kept = kept_of(version)
    if kept is None or kept.champion != serves:
        return None
    judged = kept.judged
    if judged.debtors < FEWEST_DEBTORS:
        judged = replace(judged, low=None, high=None)
    verdict, chip = _verdict(judged)
    return Right(judged, kept.known_on, serves, verdict, chip, _WHAT[version.name])


def _verdict(judged: Judged) -> tuple[str, str]:
    if not judged.accounts:
        return "", ""
    if judged.low is None or judged.high is None:
        return "Too few debtors yet", "held"
    if judged.high < 0:
        return "It said better what came than what serves", "good"
    if judged.low > 0:
        return "It said worse what came than what serves", "bad"
    return "Neither is surely better: the interval holds 0", "going"
