"""What the history of contacts and promises adds to the forecast of payments: one recipe with it and one without it.

Both are the propensity pipeline's own: its rows, labels, number of trees and booster, trained on days whose labels were
known before the test began. Rows are past-due accounts on days; intervals draw debtors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from arrears.lake import Lake
from features.contact_history import CONTACT_FEATURES
from features.promise_history import PROMISE_FEATURES
from models.propensity import PROPENSITY
from training.binary_folds import Recipe, margins_of, rounds_for
from training.dataset import Panel, read_dataset
from training.evaluate import Floats, Interval, auc, draws, interval
from training.examples import Examples
from training.fit_propensity import examples
from training.trained import TrainRequest

HISTORY = frozenset(feature.name for feature in (*CONTACT_FEATURES, *PROMISE_FEATURES))
"""The features that are left out on one side."""

HORIZON_DAYS = 10
"""As in Sanchez, Maldonado and Vairetti (2022): any payment within ten days."""


@dataclass(frozen=True)
class Lift:
    """AUC out of time, and the gain's interval by debtor."""

    without: float
    beside: float
    gain: Interval
    rows: int


def past_due_rows(lake: Lake, *, first: date, last: date, every: str = "week") -> Examples:
    """Accounts with anything past due on each day, labelled by whether any money came within ten days."""
    request = TrainRequest(training_day=last, from_=first, every=every, horizon_days=HORIZON_DAYS, threshold="any")
    rows = examples(read_dataset(lake, request))
    return those(rows, rows.column("past_due_minor") > 0)


def without(rows: Examples, names: frozenset[str]) -> Examples:
    """The same rows, and these features not among what is known of them."""
    kept = [place for place, name in enumerate(rows.features) if name not in names]
    return replace(rows, panel=_panel(rows.panel, kept))


def lift(rows: Examples, *, test_from: date, rounds: int = 300) -> Lift:
    """Train twice on what was over before `test_from`, and compare on everything from there on."""
    y, debtors = rows.y[_tested(rows, test_from)], rows.debtors[_tested(rows, test_from)]
    first, second = (chances(one, test_from=test_from) for one in (without(rows, HISTORY), rows))
    gains = []
    for drawn in draws(np.unique(debtors, return_inverse=True)[1], rounds=rounds, seed=0):
        times = drawn[np.unique(debtors, return_inverse=True)[1]]
        told = np.repeat(y, times)
        gains.append(auc(told, np.repeat(second, times)) - auc(told, np.repeat(first, times)))
    before, after = auc(y, first), auc(y, second)
    return Lift(before, after, interval(after - before, gains), len(y))


def chances(rows: Examples, *, test_from: date) -> Floats:
    """Log-odds of the rows from `test_from` on, by a booster that knew only labels that were over by then."""
    recipe = Recipe(rows, PROPENSITY, {})
    known = np.flatnonzero((rows.as_of < np.datetime64(test_from)) & (rows.matures_on <= np.datetime64(test_from)))
    return margins_of(recipe, known, _tested(rows, test_from), rounds_for(recipe, known))


def _tested(rows: Examples, test_from: date) -> np.ndarray:
    return np.flatnonzero(rows.as_of >= np.datetime64(test_from))


def those(rows: Examples, which: np.ndarray) -> Examples:
    """Some of the rows."""
    return replace(rows, rows=rows.rows[which], y=rows.y[which], matures_on=rows.matures_on[which], money=None)


def _panel(panel: Panel, kept: Sequence[int]) -> Panel:
    return replace(
        panel, features=tuple(panel.features[place] for place in kept), x=np.ascontiguousarray(panel.x[:, kept])
    )
