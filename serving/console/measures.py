"""A version's test as the page Models shows it: the model beside its baselines, every measure with what it means.

Numbers come from the validation record; a version without one shows the metrics that were registered with it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from serving.console.words import count, share


@dataclass(frozen=True)
class Measure:
    """One measure: its name in the record, its name on the page, and one sentence that says what it means."""

    name: str
    label: str
    meant: str


@dataclass(frozen=True)
class Band:
    """A number and its 95 % interval, where one was worked out."""

    estimate: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Row:
    """What one opponent reached.

    `difference` is the model's log loss less this one's; `meant` says who a baseline is.
    """

    name: str
    meant: str | None
    cells: tuple[Band | None, ...]
    difference: Band | None
    is_best_baseline: bool


@dataclass(frozen=True)
class Measured:
    """The table, what only the model was measured by, and what the difference to the best baseline says."""

    measures: tuple[Measure, ...]
    rows: tuple[Row, ...]
    single: tuple[tuple[Measure, Band], ...]
    verdict: str | None

    @property
    def legend(self) -> dict[str, str]:
        """Every name of the table with the sentence that explains it, each sentence once."""
        told = {each.label: each.meant for each in (*self.measures, *(measure for measure, _ in self.single))}
        if any(row.difference for row in self.rows):
            told["Model less this"] = DIFFERENCE
        for row in self.rows:
            if row.meant:
                told["Rule of thumb by one column" if row.meant == ONE_COLUMN else row.name] = row.meant
        return told


MEASURES = {
    each.name: each
    for each in (
        Measure(
            "log_loss",
            "Log loss",
            "How surprised the answer was by what happened, on average; 0 is certain and right, lower is better.",
        ),
        Measure(
            "rps",
            "Ranked score",
            "How far the chances said for the buckets lay from the bucket reached, distant misses weighing more; "
            "lower is better.",
        ),
        Measure(
            "auc",
            "AUC",
            "How often one for whom it came true was put above one for whom it did not; 0.5 is a coin's throw, 1 never "
            "errs.",
        ),
        Measure(
            "brier",
            "Brier score",
            "The mean squared distance of the chance said from what happened, which is 0 or 1; lower is better.",
        ),
        Measure(
            "squared_error",
            "Squared error",
            "The mean squared distance of the share expected from the share that came; lower is better.",
        ),
        Measure(
            "r2_share",
            "Explained of the share",
            "Part of what makes shares differ that it tells; 0 says no more than the mean, 1 says all.",
        ),
        Measure(
            "recovery_at_capacity",
            "Money found",
            "Share of the money paid that came from the first {capacity} accounts of its list, as many as a team could "
            "work; higher is better.",
        ),
        Measure(
            "flow_error",
            "Flow error",
            "By what share of itself the number of accounts in each move between buckets was missed, on average; "
            "lower is better.",
        ),
        Measure(
            "balance_error",
            "Balance error",
            "Share of all money that was forecast into another bucket than it reached; lower is better.",
        ),
    )
}
"""Measures that stand side by side for a model and its baselines."""

SINGLE = {
    each.name: each
    for each in (
        Measure(
            "slope",
            "Calibration slope",
            "At 1 its chances spread as widely as what happens; below 1 they are too sure, above 1 too timid.",
        ),
        Measure("level", "Happened to expected", "At 1 it came true as often as expected; below 1 less often."),
        Measure(
            "band_coverage_least",
            "Bands, worst tenth",
            "Share of what came that lay in its band of 90 %, in the tenth of balances where it was least.",
        ),
        Measure(
            "band_coverage_most",
            "Bands, widest tenth",
            "The same in the tenth where it was most; far above 90 % a band is wider than it need be.",
        ),
    )
}
"""Measures of the model alone."""

DIFFERENCE = "The model's log loss less this one's; where the whole interval is below zero the model is better."

OPPONENTS = {
    "rule_of_thumb": "Every account stays in its bucket as often as accounts did; the rest spreads evenly.",
    "markov_matrix": "Every account moves as all accounts of its bucket did.",
    "scorecard": "A logistic regression on the same features, as a bank would set it up.",
    "balance": "No chances, only an order: who owes most is worked first.",
}
ONE_COLUMN = "Each account pays as often as those did that were alike in this one respect."
_THUMB_BY = "rule_of_thumb:_"

Cells = dict[str, dict[str, Band]]


def measured(name: str, metrics: Mapping[str, float], report: Mapping[str, Any]) -> Measured:
    """A version's test.

    Parameters
    ----------
    metrics : as registered, `test_<baseline>_<measure>`; the model's own have no baseline in their name.
    report : of the validation record; empty where there is none.

    Examples
    --------
    >>> told = measured("roll_rate", {"test_rps": 0.04, "test_markov_matrix_rps": 0.045}, {})
    >>> [(row.name, row.cells[0].estimate) for row in told.rows]
    [('Roll rate', 0.04), ('Markov matrix', 0.045)]
    """
    cells = _from_metrics(metrics)
    _add_report(cells, name, report)
    best = _key(str(report.get("best_baseline", "")))
    differences = {_key(who): band for who, band in _differences(report)}
    seen = [measure for measure in MEASURES if any(measure in row for row in cells.values())]
    others = sorted((who for who in cells if who), key=lambda who: (who != best, not cells[who].get("log_loss")))
    rows = [
        Row(
            name=_said(who or name),
            meant=OPPONENTS.get(who, ONE_COLUMN if who.startswith(_THUMB_BY) else None),
            cells=tuple(cells[who].get(measure) for measure in seen),
            difference=differences.get(who),
            is_best_baseline=bool(who) and who == best,
        )
        for who in ("", *others)
    ]
    capacity = count((report.get("recovery_at_capacity") or {}).get("capacity"))
    shown = (replace(MEASURES[each], meant=MEASURES[each].meant.format(capacity=capacity)) for each in seen)
    alone = tuple((SINGLE[each], band) for each, band in _single(metrics, report))
    return Measured(tuple(shown), tuple(rows), alone, _verdict(best, cells, differences.get(best)))


def _from_metrics(metrics: Mapping[str, float]) -> Cells:
    """By opponent, the model being nobody's name, and by measure."""
    cells: Cells = {"": {}}
    for key, value in metrics.items():
        short = key.removeprefix("test_")
        measure = next((each for each in MEASURES if short == each or short.endswith(f"_{each}")), None)
        band = _band(value)
        if measure is not None and band is not None:
            cells.setdefault(short.removesuffix(measure).rstrip("_"), {})[measure] = band
    return cells


def _add_report(cells: Cells, name: str, report: Mapping[str, Any]) -> None:
    found = [("", measure, value) for measure, value in (report.get("test") or {}).items()]
    for who, scores in (report.get("baselines") or {}).items():
        cells.setdefault(_key(who), {})
        found += [(_key(who), measure, value) for measure, value in scores.items()]
    for who, value in (report.get("recovery_at_capacity") or {}).items():
        if who != "capacity":
            found.append(("" if who == name else _key(who), "recovery_at_capacity", value))
    for who, measure, value in found:
        band = _band(value)
        if measure in MEASURES and band is not None:
            cells.setdefault(who, {})[measure] = band


def _differences(report: Mapping[str, Any]) -> Iterable[tuple[str, Band]]:
    """The model's log loss less each baseline's; roll rates tell those of other measures beside them."""
    for name, value in (report.get("differences") or {}).items():
        measure, less, who = name.partition(" less ")
        band = _band(value)
        if band is not None and measure in ("log_loss", name):
            yield (who if less else name), band


def _single(metrics: Mapping[str, float], report: Mapping[str, Any]) -> Iterable[tuple[str, Band]]:
    for name in SINGLE:
        band = _band((report.get("test") or {}).get(name, metrics.get(f"test_{name}")))
        if band is not None:
            yield name, band


def _band(value: Any) -> Band | None:  # noqa: ANN401 - whatever a record holds: a number, an interval, or null
    if isinstance(value, Mapping):
        estimate = _band(value.get("estimate"))
        return estimate and Band(estimate.estimate, value.get("low"), value.get("high"))
    return None if value is None or math.isnan(value) else Band(float(value))


def _verdict(best: str, cells: Cells, difference: Band | None) -> str | None:
    ours, theirs = cells[""].get("log_loss"), cells.get(best, {}).get("log_loss")
    if difference is None or difference.low is None or difference.high is None or ours is None or theirs is None:
        return None
    who = f"the best baseline, the {_said(best) if best == 'markov_matrix' else _said(best).lower()}"
    if difference.high < 0:
        lower = share(1 - ours.estimate / theirs.estimate)
        whole = "and the whole interval of the difference lies below zero."
        return f"It beats {who}: its log loss is {lower} lower, {whole}"
    if difference.low > 0:
        return f"It does worse than {who}: the whole interval of the difference lies above zero."
    return (
        f"It does not beat {who}: the interval of the difference in log loss reaches zero, "
        "so chance alone could explain it."
    )


def _key(who: str) -> str:
    return who.lower().replace(" ", "_")


def _said(key: str) -> str:
    if key == "balance":
        return "Largest balance first"
    words = key.replace(_THUMB_BY, "rule_of_thumb_by_").removesuffix("_minor").replace("_", " ")
    return words[:1].upper() + words[1:]
