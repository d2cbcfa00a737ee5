"""Which correction of log-odds is judged and which one serves: each from out-of-time answers alone.

What candidates there are, and that one is kept only if it surely lowers held-out log loss, is for `models.calibration`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.artifact import IDENTITY
from models.calibration import Choice, choose, fitted
from models.scorer import Floats

LEAST_TO_CALIBRATE = 200
"""Rows with a yes, and as many with a no, that each slice needs before a correction is fitted to it: with fewer, what a
calibration curve shows is mostly noise (Van Calster et al. 2016, "A calibration hierarchy for risk models was defined",
Journal of Clinical Epidemiology 74)."""

Slice = tuple[Floats, Floats]
"""Margins of one fold's test, said before anyone knew, and their labels."""


def for_the_newest(known: Sequence[Slice]) -> Choice:
    """The correction for the newest fold, from the two folds before it.

    Parameters
    ----------
    known : the two folds, older first, with the rows whose labels were known when the newest began; fewer folds, or
        too few rows in one: no correction.
    """
    if len(known) < 2 or any(_thin(y) for _, y in known):  # noqa: PLR2004 - one slice to fit on, one to check on
        return Choice(IDENTITY, {})
    return _refitted(choose(known[0], known[1], surely=True), known)


def to_serve(answers: Sequence[Slice]) -> Choice:
    """The correction that serves: fitted on the folds before the newest, kept only if it helped the newest.

    Parameters
    ----------
    answers : folds, oldest first; the last is the newest.
    """
    if len(answers) < 2 or any(_thin(y) for _, y in answers):  # noqa: PLR2004 - as above
        return Choice(IDENTITY, {})
    earlier = np.concatenate([m for m, _ in answers[:-1]]), np.concatenate([y for _, y in answers[:-1]])
    return _refitted(choose(earlier, answers[-1], surely=True), answers)


def _refitted(choice: Choice, slices: Sequence[Slice]) -> Choice:
    margins, y = (np.concatenate(side) for side in zip(*slices, strict=True))
    return Choice(fitted(choice.method, margins, y) or IDENTITY, choice.held_out_log_loss)


def _thin(y: Floats) -> bool:
    return bool(min(y.sum(), len(y) - y.sum()) < LEAST_TO_CALIBRATE)
