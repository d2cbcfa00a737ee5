"""What there is to say about repayment's test: errors of share and money, classes, bands by tenth, pictures.

Numbers of groups only; nothing here decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from models.scorer import Floats
from training.binary_report import CAPACITY_SHARE
from training.charts import calibration_chart, gains_chart
from training.evaluate import Interval, auc, recovery_at_capacity
from training.repayment_folds import RepaymentFold
from training.repayment_rows import Repayments

_SMALLEST = 1e-12


def report(
    rows: Repayments,
    results: Sequence[RepaymentFold],
    answers: Mapping[str, Floats],
    differences: Mapping[str, Interval],
    best: str,
    tenths: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """Everything about the test worth reading, as JSON.

    Parameters
    ----------
    results : the folds, newest last; it is the test.
    answers : of the test. differences : the model's squared error less each baseline's.
    tenths : how often bands held.
    """
    newest = results[-1]
    truth, expected = rows.share[newest.test], answers["expected_share"]
    order = _ranked(rows, newest, expected)
    capacity = round(len(truth) * CAPACITY_SHARE)
    collected = _money(rows, newest)[0]
    return {
        "folds": [_fold_said(rows, result) for result in results],
        "test": _scores(rows, newest, expected) | {"log_loss_of_classes": _class_loss(truth, answers)},
        "classes": {
            "came": {"none": float((truth == 0).mean()), "full": float((truth >= 1).mean())},
            "expected": {"none": float(answers["p_none"].mean()), "full": float(answers["p_full"].mean())},
            "auc_any": auc((truth > 0).astype(float), 1 - answers["p_none"]),
            "auc_full": auc((truth >= 1).astype(float), answers["p_full"]),
        },
        "baselines": {name: _scores(rows, newest, said) for name, said in newest.baselines.items()},
        "best_baseline": best,
        "difference_to_best_baseline": asdict(differences[best]),
        "differences": {f"squared_error less {name}": asdict(each) for name, each in differences.items()},
        "bands": [dict(each) for each in tenths],
        "recovery_at_capacity": {
            "capacity": capacity,
            **{name: recovery_at_capacity(score, collected, capacity) for name, score in order.items()},
        },
        "left_out": dict(rows.examples.panel.left_out),
    }


def metrics(said: Mapping[str, Any]) -> dict[str, float]:
    """The numbers of the test that are logged and shown beside the version."""
    flat = {f"test_{name}": float(value) for name, value in said["test"].items()}
    flat["test_difference"] = said["difference_to_best_baseline"]["estimate"]
    flat["test_recovery_at_capacity"] = said["recovery_at_capacity"]["repayment"]
    if said["bands"]:
        shares = [each["share"] for each in said["bands"]]
        flat |= {"test_band_coverage_least": min(shares), "test_band_coverage_most": max(shares)}
    return flat


def charts(rows: Repayments, newest: RepaymentFold, answers: Mapping[str, Floats], best: str) -> dict[str, str]:
    """Pictures of the test: shares expected beside shares that came, and where the money was found."""
    expected, truth = answers["expected_share"], rows.share[newest.test]
    said = {"repayment": expected, best: newest.baselines[best]}
    return {
        "calibration.svg": calibration_chart(truth, said, happened="Share that came", expected="Share expected"),
        "gains.svg": gains_chart(_money(rows, newest)[0], _ranked(rows, newest, expected)),
    }


def _fold_said(rows: Repayments, result: RepaymentFold) -> dict[str, Any]:
    share = rows.share[result.test]
    return {
        **result.fold.said(train_rows=len(result.train), test_rows=len(result.test)),
        "came_share": float(share.mean()),
        "rounds": dict(result.rounds),
    }


def _scores(rows: Repayments, newest: RepaymentFold, expected: Floats) -> dict[str, float]:
    """Squared error and R2 of the share, and R2 of the money in minor units."""
    truth = rows.share[newest.test]
    collected, asked = _money(rows, newest)
    error = float(np.mean((expected - truth) ** 2))
    return {
        "squared_error": error,
        "r2_share": _explained(truth, expected),
        "r2_money": _explained(collected, expected * asked),
        "money_expected_to_came": float((expected * asked).sum() / max(collected.sum(), 1.0)),
    }


def _explained(truth: Floats, said: Floats) -> float:
    spread = float(np.mean((truth - truth.mean()) ** 2))
    return 1 - float(np.mean((truth - said) ** 2)) / spread if spread > 0 else float("nan")


def _class_loss(truth: Floats, answers: Mapping[str, Floats]) -> float:
    """Log loss of the three classes, in nats."""
    said = np.select([truth == 0, truth >= 1], [answers["p_none"], answers["p_full"]], answers["p_partial"])
    return float(-np.log(np.clip(said, _SMALLEST, 1)).mean())


def _money(rows: Repayments, newest: RepaymentFold) -> tuple[Floats, Floats]:
    """What came and what was asked of the test's rows, minor units."""
    money = rows.examples.money
    if money is None:
        message = "repayment is about money"
        raise AssertionError(message)
    return money.collected[newest.test], money.asked[newest.test]


def _ranked(rows: Repayments, newest: RepaymentFold, expected: Floats) -> dict[str, Floats]:
    asked = _money(rows, newest)[1]
    return {
        "repayment": expected * asked,
        **{name: said * asked for name, said in newest.baselines.items()},
        "balance": np.nan_to_num(rows.balance[newest.test]),
    }
