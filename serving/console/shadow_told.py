"""What the page Models says of a version in the shadow, once it is known what came: who was right, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from models.registry import Version
from models.shadow_judged import Judged, kept_of

_WHAT = {"propensity": "paid", "roll_rate": "rolled on"}


@dataclass(frozen=True)
class Right:
    """Who was right.

    Attributes
    ----------
    judged : the numbers; no account while no outcome is known.
    known_on : the last day that was known when it was measured.
    verdict : in words, with `chip`, the class of its mark; both "" while no outcome is known.
    happened : what the share tells of them, as paid.
    """

    judged: Judged
    known_on: date
    verdict: str
    chip: str
    happened: str


def right_of(version: Version) -> Right | None:
    """Who was right as it was last measured; None where nobody has measured yet."""
    kept = kept_of(version)
    if kept is None:
        return None
    verdict, chip = _verdict(kept.judged)
    return Right(kept.judged, kept.known_on, verdict, chip, _WHAT[version.name])


def _verdict(judged: Judged) -> tuple[str, str]:
    if judged.low is None or judged.high is None:
        return "", ""
    if judged.high < 0:
        return "It said better what came than what serves", "good"
    if judged.low > 0:
        return "It said worse what came than what serves", "bad"
    return "Neither is surely better: the interval holds 0", "going"
