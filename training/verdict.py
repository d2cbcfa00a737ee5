"""Promote or refuse, and why: the written rule that a model must pass before it may serve.

Three questions, each answered with its numbers: was there enough to learn and to judge from, does the model beat its
best baseline by an interval, and can its probabilities be taken at their word?
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from training.evaluate import Interval

LEAST_ROWS_OF_EACH_CLASS = 50
"""Fewer paid (or unpaid) accounts in the test and no verdict rests on anything."""

SLOPE_RANGE = (0.8, 1.25)
"""Calibration slopes that can be taken at their word: margins at most a fifth too wide or too narrow."""

LEVEL_RANGE = (0.9, 1.1)
"""Ratios of what happened to what was expected that can be taken at their word."""


@dataclass(frozen=True)
class Check:
    """One question of the rule, with its answer as a sentence and the numbers it rests on."""

    name: str
    passed: bool
    sentence: str
    numbers: Mapping[str, float]


@dataclass(frozen=True)
class Verdict:
    """The answer to all questions: promote only if every one passed."""

    checks: tuple[Check, ...]

    @property
    def word(self) -> Literal["promote", "refuse"]:
        """What the gate reads."""
        return "promote" if all(check.passed for check in self.checks) else "refuse"

    @property
    def because(self) -> str:
        """One sentence: what failed, or what carried it."""
        said = [check.sentence for check in self.checks if not check.passed]
        return " ".join(said or [check.sentence for check in self.checks])

    def document(self) -> dict[str, Any]:
        """The verdict as JSON."""
        return {"verdict": self.word, "because": self.because, "checks": [asdict(check) for check in self.checks]}


def verdict(checks: Sequence[Check]) -> Verdict:
    """The verdict that these checks make."""
    return Verdict(tuple(checks))


def enough(rows_of_class: Mapping[str, int], *, least: int = LEAST_ROWS_OF_EACH_CLASS) -> Check:
    """Enough rows of every class in the test.

    Examples
    --------
    >>> enough({"paid": 50, "unpaid": 49}).passed
    False
    """
    rarest = min(rows_of_class, key=lambda name: rows_of_class[name])
    count = rows_of_class[rarest]
    passed = count >= least
    sentence = f"The test holds {count} {rarest} accounts; {least} are needed."
    return Check("enough_to_judge", passed, sentence, {f"test_{name}": float(n) for name, n in rows_of_class.items()})


def beats(metric: str, baseline: str, difference: Interval) -> Check:
    """The model is better than its best baseline beyond chance.

    Parameters
    ----------
    metric : a loss: smaller is better.
    difference : the model's loss less the baseline's, with its 95 % interval.

    Examples
    --------
    >>> beats("log loss", "scorecard", Interval(-0.02, -0.03, -0.01)).passed
    True
    >>> beats("log loss", "scorecard", Interval(-0.02, -0.05, 0.0)).passed
    False
    """
    passed = difference.high < 0
    found = "beats" if passed else "does not beat"
    sentence = (
        f"Out of time it {found} the best baseline, {baseline}: {metric} {difference.estimate:+.4f} "
        f"({difference.low:+.4f} to {difference.high:+.4f})."
    )
    numbers = {"difference": difference.estimate, "low": difference.low, "high": difference.high}
    return Check("beats_baseline", passed, sentence, numbers)


def calibrated(slope: Interval, level: Interval) -> Check:
    """Probabilities mean what they say: slope and level of the test touch the accepted ranges.

    A small test has wide intervals and is not failed for being small: only an interval wholly outside fails.

    Examples
    --------
    >>> calibrated(Interval(1.0, 0.9, 1.1), Interval(1.0, 0.95, 1.05)).passed
    True
    >>> calibrated(Interval(0.5, 0.4, 0.6), Interval(1.0, 0.95, 1.05)).passed
    False
    """
    passed = _touches(slope, SLOPE_RANGE) and _touches(level, LEVEL_RANGE)
    found = "can" if passed else "cannot"
    sentence = (
        f"Its probabilities {found} be taken at their word: calibration slope {slope.estimate:.2f} "
        f"({slope.low:.2f} to {slope.high:.2f}), happened to expected {level.estimate:.2f} "
        f"({level.low:.2f} to {level.high:.2f})."
    )
    return Check("calibrated", passed, sentence, {"slope": slope.estimate, "level": level.estimate})


def _touches(interval: Interval, accepted: tuple[float, float]) -> bool:
    return interval.low <= accepted[1] and interval.high >= accepted[0]
