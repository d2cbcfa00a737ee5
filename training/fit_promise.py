"""Train and judge promise: a row is a promise, a yes is one that was kept."""

from __future__ import annotations

from arrears.lake import Lake
from models.promise import PROMISE
from training import fit_binary
from training.progress import QUIET, Progress
from training.promise_labels import read_promises
from training.trained import Trained, TrainRequest, refuse_label_options


def fit(lake: Lake, request: TrainRequest, *, progress: Progress = QUIET) -> Trained:
    """Train promise on a lake as asked.

    Raises
    ------
    Refused : no promises, too few that are over, or too few days for a fold.
    WrongUse : a horizon, a threshold or a rule for days was asked for.
    """
    refuse_label_options("promise", request, "it stands on the evening before each promise and learns whether it held")
    progress.expect(1)
    progress.step("reading the promises")
    return fit_binary.learn(read_promises(lake, request), PROMISE, request, progress)
