"""Train and judge self-cure: a row is a past-due account left alone for a horizon, a yes is that it paid it all."""

from __future__ import annotations

from arrears.errors import WrongUse
from arrears.lake import Lake
from models.self_cure import SELF_CURE
from training import fit_binary
from training.progress import QUIET, Progress
from training.self_cure_labels import read_uncontacted
from training.trained import Trained, TrainRequest


def fit(lake: Lake, request: TrainRequest, *, progress: Progress = QUIET) -> Trained:
    """Train self-cure on a lake as asked.

    Raises
    ------
    Refused : no contacts, too few accounts left alone, or too few days for a fold.
    WrongUse : a threshold was asked for: a cure is all that is past due.
    """
    if request.threshold:
        raise WrongUse(
            asked="train self_cure with --threshold",
            found="a cure is all that was past due, whatever a label asks elsewhere",
            do="Leave out --threshold.",
        )
    progress.expect(1)
    progress.step("reading the book")
    return fit_binary.learn(read_uncontacted(lake, request), SELF_CURE, request, progress)
