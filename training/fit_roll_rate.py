"""Train and judge the roll-rate model: folds forward in time, baselines, verdict, then the model that would serve.

The newest fold is the test that the verdict rests on. The model handed back is the same recipe fitted once more on
every mature label.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import asdict
from typing import Any

import numpy as np

from arrears.buckets import AGEING
from arrears.errors import Refused, WrongUse
from arrears.lake import Lake
from models.roll_rate import ROLL_RATE, outcomes
from training.evaluate import Interval, judged, mean_difference
from training.progress import QUIET, Progress
from training.roll_rate_book import Book, read_book
from training.roll_rate_charts import charts
from training.roll_rate_folds import MODEL, FoldResult, final_chain, judge_fold
from training.roll_rate_scores import THREE_STATES, Groups, group_names, group_of, log_losses, ranked_scores
from training.splits import Fold, walk_forward
from training.trained import Trained, TrainRequest
from training.verdict import Verdict, beats, calibrated, enough, verdict


def fit(lake: Lake, request: TrainRequest, *, groups: Groups = THREE_STATES, progress: Progress = QUIET) -> Trained:
    """Train roll_rate as asked.

    Parameters
    ----------
    groups : the buckets that the judging takes together.
    progress : told of reading, folds, boosters and the last fit.

    Raises
    ------
    Refused : too little mature history, one class alone, a column of nulls, or too few days for a fold.
    WrongUse : a search for parameters or another label was asked for; this model has neither.
    """
    if request.trials or request.horizon_days or request.threshold:
        raise WrongUse(
            asked="train roll_rate with trials, a horizon or a threshold",
            found="its label is the next settled status, and its parameters are its spec's",
            do="Leave the three out.",
        )
    progress.expect(2)
    progress.step("reading the book")
    book = read_book(lake, request, progress)
    folds = walk_forward(book.labelled_days(), horizon_days=ROLL_RATE.horizon_days, test_from=request.test_from)
    progress.expect(len(folds))
    return judge(book, _judged(book, folds, groups, lake.settings.portfolio.zone, progress), groups, progress)


def _judged(book: Book, folds: Sequence[Fold], groups: Groups, zone: str, progress: Progress) -> list[FoldResult]:
    """Every fold that can teach something; early ones may have too little, the newest must not."""
    results: list[FoldResult] = []
    for number, fold in enumerate(folds, start=1):
        progress.step(f"fold {number} of {len(folds)}")
        with suppress(Refused) if fold is not folds[-1] else nullcontext():
            results.append(judge_fold(book, fold, groups, zone=zone, progress=progress))
    return results


def judge(book: Book, results: Sequence[FoldResult], groups: Groups, progress: Progress = QUIET) -> Trained:
    """Decide on the newest fold, and fit the model that would serve."""
    newest = results[-1]
    progress.step("fitting the model that would serve")
    differences = _differences(book, newest, groups)
    best = min((name for name in newest.scores if name != MODEL), key=lambda name: newest.scores[name].log_loss)
    decided = _verdict(book, newest, groups, best, differences[f"log_loss less {best}"])
    final = final_chain(book, newest, progress=progress)
    return Trained(
        spec=ROLL_RATE,
        features=final.features,
        parts=final.parts,
        verdict=decided,
        metrics=_metrics(newest),
        report={
            "folds": [result.facts() for result in results],
            "states": group_names(groups),
            "best_baseline": best,
            "differences": {name: asdict(interval) for name, interval in differences.items()},
            "outcomes_of_late_accounts": _outcomes(book, newest),
            "left_out": dict(book.panel.left_out),
        },
        sections={"moves": final.moves, "training": _facts(book, newest, decided)},
        charts=charts(newest.answer, book.origin_rank[newest.rows], book.next_rank[newest.rows]),
    )


def _differences(book: Book, newest: FoldResult, groups: Groups) -> dict[str, Interval]:
    """The model's losses less every baseline's, with intervals by debtor; below zero the model is better."""
    happened, debtors = group_of(book.next_rank[newest.rows], groups), book.debtors(newest.rows)
    found = {}
    for metric, losses in (("log_loss", log_losses), ("rps", ranked_scores)):
        ours = losses(newest.chances[MODEL], happened)
        for name, chances in newest.chances.items():
            if name != MODEL:
                found[f"{metric} less {name}"] = mean_difference(ours, losses(chances, happened), debtors)
    return found


def _outcomes(book: Book, newest: FoldResult) -> dict[str, dict[str, float]]:
    """Shares of the test's late accounts that cured, improved, stayed and rolled: forecast, and what happened."""
    late = book.origin_rank[newest.rows] > 0
    if not late.any():
        return {}
    origin, after = (ranks[newest.rows][late] for ranks in (book.origin_rank, book.next_rank))
    forecast, came = outcomes(newest.answer[late], origin), outcomes(np.eye(len(AGEING))[after], origin)
    return {
        name: {"forecast": float(chance.mean()), "happened": float(came[name].mean())}
        for name, chance in forecast.items()
    }


def _verdict(book: Book, newest: FoldResult, groups: Groups, best: str, difference: Interval) -> Verdict:
    happened = group_of(book.next_rank[newest.rows], groups)
    counts = {name: int((happened == place).sum()) for place, name in enumerate(group_names(groups))}
    can_roll = ~np.isnan(newest.p_roll)
    chosen = newest.rows.copy()
    chosen[newest.rows] = can_roll
    rolled = (book.next_rank[chosen] > book.origin_rank[chosen]).astype(np.float64)
    told = judged(rolled, newest.p_roll[can_roll], book.debtors(chosen))
    return verdict(
        [enough(counts), beats("log loss", best, difference), calibrated(told["slope"], told["rarer_level"])]
    )


def _metrics(newest: FoldResult) -> dict[str, float]:
    found: dict[str, float] = {}
    for name, scores in newest.scores.items():
        whose = "test" if name == MODEL else f"test_{name.lower().replace(' ', '_')}"
        found |= {
            f"{whose}_log_loss": scores.log_loss,
            f"{whose}_rps": scores.rps,
            f"{whose}_flow_error": scores.flow_error,
            f"{whose}_balance_error": scores.balance_error,
        }
    return found


def _facts(book: Book, newest: FoldResult, decided: Verdict) -> Mapping[str, Any]:
    days = book.labelled_days()
    return {
        "training_day": str(book.training_day),
        "judged_on": [str(newest.fold.test[0]), str(newest.fold.test[-1])],
        "trained_on": [str(days[0]), str(days[-1])],
        "rows": int(book.labelled.sum()),
        "feature_fingerprint": book.panel.fingerprint,
        **decided.document(),
    }
