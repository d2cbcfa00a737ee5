"""Promote or refuse, and why: the written rule that a model must pass before it may serve.

Three questions, each answered with its numbers: was there enough to learn and to judge from, does the model beat its
best baseline by an interval, and can its probabilities be taken at their word, by an interval again?
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from training.evaluate import Interval

LEAST_ROWS_OF_EACH_CLASS = 50
"""Fewer paid (or unpaid) accounts in the test and no verdict rests on anything."""

SLOPE_RANGE = (0.8, 1.25)
"""Calibration slopes that are as they should be: margins at most a fifth too wide or too narrow."""

LEVEL_RANGE = (0.9, 1.1)
"""Ratios of what happened to what was expected that are as they should be."""

COVERAGE_RANGE = (0.88, 0.92)
"""Shares of truths inside bands of 90 % that are as they should be."""

COVERAGE_TOLERANCE = (0.80, 0.98)
"""What every tenth's share must be shown to keep within: at most twice as many misses as said, at least a fifth."""

TOLERANCE = (3 / 4, 4 / 3)
"""What slope and level must be shown to keep within, with their whole intervals: our own judgement of what a queue can
bear, one step either way on the scale of ratios."""


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


def enough(rows_of_class: Mapping[str, int], *, least: int = LEAST_ROWS_OF_EACH_CLASS, each: str = "accounts") -> Check:
    """Enough rows of every class in the test.

    Parameters
    ----------
    each : what the rows are.

    Examples
    --------
    >>> enough({"paid": 50, "unpaid": 49}).passed
    False
    """
    rarest = min(rows_of_class, key=lambda name: rows_of_class[name])
    count = rows_of_class[rarest]
    passed = count >= least
    sentence = f"The test holds {count} {rarest} {each}; {least} are needed."
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
    """Probabilities mean what they say: shown by the test, and not merely left possible by it.

    Both intervals must lie wholly within `TOLERANCE`, so that a test too small to tell refuses the model; and neither
    may lie wholly outside its range, so that a large test does not let a small but certain error pass.

    Parameters
    ----------
    slope : calibration slope with its 95 % interval.
    level : happened to expected of the rarer outcome with its 95 % interval; of the commoner one it is near 1 even
        where the rarer is far out.

    Notes
    -----
    Slope and level together are the weak calibration of Van Calster et al. (2016), "A calibration hierarchy for risk
    models was defined", Journal of Clinical Epidemiology 74. That an interval must lie within limits is a test of
    equivalence: Schuirmann (1987), Journal of Pharmacokinetics and Biopharmaceutics 15. The limits are ours.

    Examples
    --------
    >>> calibrated(Interval(1.0, 0.9, 1.1), Interval(1.0, 0.9, 1.1)).passed
    True
    >>> calibrated(Interval(1.0, 0.7, 1.3), Interval(1.0, 0.9, 1.1)).passed
    False
    """
    certain = all(TOLERANCE[0] <= each.low and each.high <= TOLERANCE[1] for each in (slope, level))
    passed = certain and _touches(slope, SLOPE_RANGE) and _touches(level, LEVEL_RANGE)
    found = "can" if passed else "cannot"
    sentence = (
        f"Its probabilities {found} be taken at their word: calibration slope {slope.estimate:.2f} "
        f"({slope.low:.2f} to {slope.high:.2f}), happened to expected of the rarer outcome {level.estimate:.2f} "
        f"({level.low:.2f} to {level.high:.2f}). Both must surely lie within {_said(TOLERANCE)}, and may not "
        f"surely lie outside {_said(SLOPE_RANGE)} and {_said(LEVEL_RANGE)}."
    )
    numbers = {
        f"{name}{part}": value for name, told in (("slope", slope), ("level", level)) for part, value in _told(told)
    }
    return Check("calibrated", passed, sentence, numbers)


def on_level(level: Interval) -> Check:
    """What is expected comes, taken together; the interval is judged as by `calibrated`.

    Examples
    --------
    >>> on_level(Interval(1.0, 0.95, 1.05)).passed, on_level(Interval(1.2, 1.15, 1.25)).passed
    (True, False)
    """
    passed = TOLERANCE[0] <= level.low and level.high <= TOLERANCE[1] and _touches(level, LEVEL_RANGE)
    sentence = (
        f"What it expects {'comes' if passed else 'does not come'}: happened to expected {level.estimate:.2f} "
        f"({level.low:.2f} to {level.high:.2f}). It must surely lie within {_said(TOLERANCE)}, and may not surely lie "
        f"outside {_said(LEVEL_RANGE)}."
    )
    return Check("on_level", passed, sentence, {f"level{part}": value for part, value in _told(level)})


def covers(tenths: Sequence[Mapping[str, Any]], *, asked: tuple[float, float] = COVERAGE_RANGE) -> Check:
    """Bands hold as often as they say in every tenth of the balances.

    As with `calibrated`, a test too small to tell refuses: every interval must lie within `COVERAGE_TOLERANCE` and may
    not lie wholly outside `asked`.

    Parameters
    ----------
    tenths : each with `share` of the truths that lay in their bands and its 95 % interval, `low` and `high`.

    Examples
    --------
    >>> covers([{"share": 0.9, "low": 0.87, "high": 0.93}]).passed
    True
    >>> covers([{"share": 0.9, "low": 0.87, "high": 0.93}, {"share": 0.85, "low": 0.83, "high": 0.87}]).passed
    False
    >>> covers([]).passed
    False
    """
    each = [Interval(one["share"], one["low"], one["high"]) for one in tenths]
    passed = bool(each) and all(
        COVERAGE_TOLERANCE[0] <= one.low and one.high <= COVERAGE_TOLERANCE[1] and _touches(one, asked) for one in each
    )
    least, most = (min(one.estimate for one in each), max(one.estimate for one in each)) if each else (0.0, 0.0)
    sentence = (
        f"Its bands {'hold' if passed else 'do not hold'} as often as they say: in {len(each)} tenths of the balances "
        f"{least:.1%} to {most:.1%} of the truths lay in their band. None may surely lie outside {asked[0]:.0%} to "
        f"{asked[1]:.0%}, and all must surely lie within {COVERAGE_TOLERANCE[0]:.0%} to {COVERAGE_TOLERANCE[1]:.0%}."
    )
    return Check("bands_hold", passed, sentence, {"least": least, "most": most, "tenths": float(len(each))})


def _touches(interval: Interval, accepted: tuple[float, float]) -> bool:
    return interval.low <= accepted[1] and interval.high >= accepted[0]


def _said(accepted: tuple[float, float]) -> str:
    return f"{accepted[0]:.2f} to {accepted[1]:.2f}"


def _told(interval: Interval) -> tuple[tuple[str, float], ...]:
    return ("", interval.estimate), ("_low", interval.low), ("_high", interval.high)
