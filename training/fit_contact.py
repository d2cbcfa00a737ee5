"""Train and judge contact: a row is an outgoing call, a yes is a talk with the right party.

Beside the booster it learns what the hour of a call does, from chances said before anyone knew; the hours are kept only
if they lower log loss on the newest fold, by an interval.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from arrears.lake import Lake
from models.contact import CONTACT
from models.hours import Hours, estimated
from models.scorer import sigmoid
from training.binary_folds import FoldResult
from training.call_labels import Calls, read_calls
from training.evaluate import log_loss, loss_difference
from training.fit_binary import Answers, learned
from training.progress import QUIET, Progress
from training.trained import Trained, TrainRequest, refuse_label_options


def fit(lake: Lake, request: TrainRequest, *, progress: Progress = QUIET) -> Trained:
    """Train contact on a lake as asked.

    Raises
    ------
    Refused : no contacts, too few calls, or too few days for a fold.
    WrongUse : a horizon, a threshold or a rule for days was asked for.
    """
    refuse_label_options("contact", request, "it stands on the evening before each call and learns what came of it")
    progress.expect(1)
    progress.step("reading the calls")
    return learn(read_calls(lake, request), request, progress)


def learn(calls: Calls, request: TrainRequest, progress: Progress = QUIET) -> Trained:
    """Train contact on calls that are already read."""
    trained, answers = learned(calls.examples, CONTACT, request, progress)
    hours = hours_section(calls, answers)
    return replace(
        trained,
        sections={**trained.sections, "hours": hours},
        report={**trained.report, "hours": hours},
        metrics={**trained.metrics, "test_log_loss_at_the_hour": hours["log_loss_with"]},
    )


def hours_section(calls: Calls, answers: Answers) -> dict[str, Any]:
    """What the hour does, and whether that helped on the newest fold: `kept` is None where it did not.

    The table that is judged comes from folds before the newest; the one that is kept from all of them.
    """
    data, newest = calls.examples, answers.results[-1]
    y, without = data.y[newest.test], log_loss(data.y[newest.test], answers.p)
    said: dict[str, Any] = {"log_loss_without": without, "log_loss_with": without, "kept": None}
    table = _table(calls, answers.results[:-1], known_by=np.datetime64(newest.fold.starts_on, "D"))
    if table is None:
        return said | {"because": "There was no earlier fold to learn hours from."}
    told = table.chance(answers.p, calls.hours[newest.test], calls.classes[newest.test])
    gain = loss_difference(y, told, answers.p, data.debtors[newest.test])
    said |= {"log_loss_with": log_loss(y, told), "difference": asdict(gain), "judged": table.document()}
    if gain.high >= 0:
        return said | {"because": "On later calls hours did not lower log loss beyond chance."}
    kept = _table(calls, answers.results, known_by=data.matures_on.max())
    return said | {"because": "On later calls hours lowered log loss.", "kept": kept and kept.document()}


def _table(calls: Calls, results: Sequence[FoldResult], *, known_by: np.datetime64) -> Hours | None:
    """Multipliers from what was said of calls, and of those alone whose outcome was known by a day."""
    data = calls.examples
    if not results:
        return None
    rows = np.concatenate([result.test for result in results])
    said = sigmoid(np.concatenate([result.margins for result in results]))
    known = data.matures_on[rows] <= known_by
    rows = rows[known]
    return estimated(data.y[rows], said[known], calls.hours[rows], calls.classes[rows])
