"""Train and judge repayment: three boosters, one-stage baselines, bands, verdict, then the model that would serve.

The newest fold is the test that the verdict rests on: of the squared error of the expected share, with an interval by
debtor, and of how often bands held in every tenth of the balances. No correction of log-odds is tried: with three
boosters behind one answer each would have few rows to fit it to, and the verdict asks whether what is expected comes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from arrears.errors import Refused, WrongUse
from arrears.lake import Lake
from models.artifact import Part
from models.bands import Bands
from models.repayment import REPAYMENT, STAGES
from models.scorer import Floats
from training.binary_folds import LEAST_OF_EACH_CLASS
from training.binary_report import facts
from training.evaluate import Interval, mean_difference, ratio
from training.examples import Places
from training.fit import refuse_what_cannot_teach
from training.progress import QUIET, Progress
from training.reference import reference
from training.repayment_bands import bands_by_currency, covered
from training.repayment_folds import RepaymentFold, answers_of, one_fold, stage_booster
from training.repayment_report import charts, metrics, report
from training.repayment_rows import Repayments, read_repayments
from training.splits import walk_forward
from training.trained import Trained, TrainRequest
from training.verdict import Verdict, beats, covers, enough, on_level, verdict

_EVER = np.datetime64("9999-01-01", "D")


@dataclass(frozen=True)
class Judged:
    """The newest fold, answered, with its bands.

    Attributes
    ----------
    answers : as `models.scorer` gives them, each (test,).
    differences : baseline -> the model's squared error of the expected share less the baseline's, with its interval by
        debtor; below zero the model is better.
    tenths : coverage of the bands.
    """

    rows: Repayments
    results: Sequence[RepaymentFold]
    answers: Mapping[str, Floats]
    differences: Mapping[str, Interval]
    tenths: Sequence[Mapping[str, Any]]

    @property
    def newest(self) -> RepaymentFold:
        """The fold that the verdict rests on."""
        return self.results[-1]

    @property
    def best(self) -> str:
        """The baseline with the least squared error: the one that the model is furthest from beating."""
        return max(self.differences, key=lambda name: self.differences[name].estimate)


def fit(lake: Lake, request: TrainRequest, *, progress: Progress = QUIET) -> Trained:
    """Train repayment on a lake as asked.

    Raises
    ------
    Refused : too little mature data, too few payments in part, a column of nulls, or too few days for a fold.
    WrongUse : a search for parameters was asked for.
    """
    if request.trials:
        raise WrongUse(
            asked="train repayment with --trials",
            found="three boosters with a spec of their own, and no search",
            do="Leave out --trials.",
        )
    progress.expect(1)
    progress.step("reading the book")
    return learn(read_repayments(lake, request), request, progress)


def learn(rows: Repayments, request: TrainRequest, progress: Progress = QUIET) -> Trained:
    """Train repayment on rows that are already read."""
    data = rows.examples
    refuse_what_cannot_teach(
        "repayment", data.x, data.y, data.features, least=LEAST_OF_EACH_CLASS, immature=data.immature, classes=data.ends
    )
    folds = walk_forward(data.days(), horizon_days=data.horizon_days, test_from=request.test_from)
    progress.expect(len(folds) + 1)
    results = []
    for number, fold in enumerate(folds, start=1):
        progress.step(f"fold {number} of {len(folds)}")
        if (result := one_fold(rows, fold, progress)) is not None:
            results.append(result)
    if not results or results[-1].fold != folds[-1]:
        raise Refused(
            asked="train repayment",
            found=f"before {folds[-1].starts_on} too few labels are over that paid nothing, a part or all",
            do="Train on a longer history, or test from a later day with --test-from.",
        )
    progress.step("judging, and fitting the model that would serve")
    judged = _judge(rows, results)
    return _trained(judged, progress)


def _judge(rows: Repayments, results: Sequence[RepaymentFold]) -> Judged:
    """Compare on the newest fold, and check there the bands of what was known when it began."""
    newest, data = results[-1], rows.examples
    begins = np.datetime64(newest.fold.starts_on, "D")
    answers = answers_of(newest.margins)
    truth, debtors = rows.share[newest.test], data.debtors[newest.test]
    ours = (answers["expected_share"] - truth) ** 2
    differences = {name: mean_difference(ours, (said - truth) ** 2, debtors) for name, said in newest.baselines.items()}
    bands = _bands(rows, results[:-1], known_by=begins, edges_from=newest.train) if results[:-1] else {}
    tenths = covered(rows, bands, newest.test, answers["expected_share"])
    return Judged(rows, results, answers, differences, tenths)


def _bands(
    rows: Repayments, results: Sequence[RepaymentFold], *, known_by: np.datetime64, edges_from: Places
) -> dict[str, Bands]:
    """Bands from what was said of these folds before anyone knew."""
    places = np.concatenate([result.test for result in results])
    expected = np.concatenate([answers_of(result.margins)["expected_share"] for result in results])
    known = rows.examples.matures_on[places] <= known_by
    return bands_by_currency(rows, edges_from, places[known], expected[known])


def _trained(judged: Judged, progress: Progress) -> Trained:
    rows, data = judged.rows, judged.rows.examples
    decided = _verdict(judged)
    parts = _serving_parts(judged, progress)
    bands = _bands(rows, judged.results, known_by=_EVER, edges_from=np.arange(len(data.y)))
    said = report(rows, judged.results, judged.answers, judged.differences, judged.best, judged.tenths)
    return Trained(
        spec=replace(REPAYMENT, horizon_days=data.horizon_days),
        features=data.features,
        parts=parts,
        verdict=decided,
        metrics=metrics(said),
        report=said,
        sections={
            "training": facts(data, judged.newest.fold, decided),
            "reference": reference(data, parts[0]),
            "bands": {name: each.document() for name, each in bands.items()},
        },
        charts=charts(rows, judged.newest, judged.answers, judged.best),
    )


def _verdict(judged: Judged) -> Verdict:
    test = judged.newest.test
    truth, debtors = judged.rows.share[test], judged.rows.examples.debtors[test]
    expected = judged.answers["expected_share"]
    counts = {"unpaid": int((truth == 0).sum()), "partly paid": int(((truth > 0) & (truth < 1)).sum())}
    return verdict(
        [
            enough({**counts, "fully paid": int((truth >= 1).sum())}),
            beats("squared error of the share", judged.best, judged.differences[judged.best]),
            on_level(ratio(truth, expected, debtors)),
            covers(judged.tenths),
        ]
    )


def _serving_parts(judged: Judged, progress: Progress) -> list[Part]:
    """The three boosters on every mature label."""
    rows, every, parts = judged.rows, np.arange(len(judged.rows.share)), []
    for stage in STAGES:
        progress.part(f"booster of {stage}")
        parts.append(Part(stage, stage_booster(rows, stage, every, judged.newest.rounds[stage])))
    return parts
