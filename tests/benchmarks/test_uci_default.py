"""An external benchmark: published work on these 30,000 accounts, met on its own terms.

Raw columns as published, PAY_0 and unclipped codes included, and random folds: the one place where we use either. No
demographic column. Nothing here says how well a queue would do.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from models.spec import ModelSpec
from tests.shared_data import shared_data
from training.evaluate import auc, log_loss
from training.fit import booster

SPEC = ModelSpec("uci_default", "Does it default next month?", "binary", 30)
PARAMETERS = {
    "learning_rate": 0.04,
    "num_leaves": 12,
    "min_data_in_leaf": 60,
    "feature_fraction": 0.4,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 20.0,
    "max_bin": 127,
}
ROUNDS = 260
PAY = ["PAY_0", "PAY_2", "PAY_3", "PAY_4", "PAY_5", "PAY_6"]
BILLS = [f"BILL_AMT{month}" for month in range(1, 7)]
PAYMENTS = [f"PAY_AMT{month}" for month in range(1, 7)]


@pytest.fixture(scope="module")
def scores():
    from sklearn.model_selection import RepeatedStratifiedKFold

    raw = pd.read_parquet(shared_data() / "uci_default.parquet")
    y = raw["default_payment_next_month"].to_numpy(dtype=float)
    columns = published_columns_and_ratios(raw)
    x, names = columns.to_numpy(dtype=float), list(columns.columns)
    folds = RepeatedStratifiedKFold(n_splits=3, n_repeats=3, random_state=0).split(x, y)
    found = []
    for train, test in folds:
        model = booster(x[train], y[train], SPEC, names, rounds=ROUNDS, parameters=PARAMETERS)
        p = np.asarray(model.predict(x[test]))
        found.append((auc(y[test], p), log_loss(y[test], p)))
    return np.mean(found, axis=0)


def published_columns_and_ratios(raw):
    """The published columns without the demographic ones, and payment and utilisation ratios made of them."""
    columns = raw[["LIMIT_BAL", *PAY, *BILLS, *PAYMENTS]].astype(float)
    made = {}
    for month, (bill, paid) in enumerate(zip(BILLS, PAYMENTS, strict=True), start=1):
        made[f"use_{month}"] = columns[bill] / columns["LIMIT_BAL"]
        if month < len(BILLS):
            made[f"paid_share_{month}"] = columns[paid] / columns[BILLS[month]].where(columns[BILLS[month]] > 0)
    made["paid_sum"] = columns[PAYMENTS].sum(axis=1)
    made["paid_to_limit"] = made["paid_sum"] / columns["LIMIT_BAL"]
    made["worst_status"] = columns[PAY].max(axis=1)
    made["status_sum"] = columns[PAY].clip(lower=0).sum(axis=1)
    made["months_late"] = (columns[PAY] > 0).sum(axis=1)
    made["use_change"] = made["use_1"] - made["use_6"]
    return columns.assign(**made)


def test_no_demographic_column_is_read():
    raw = pd.read_parquet(shared_data() / "uci_default.parquet").head(5)
    assert not {"SEX", "AGE", "EDUCATION", "MARRIAGE"} & set(published_columns_and_ratios(raw).columns)


@pytest.mark.slow
def test_log_loss_matches_the_best_tree_models_on_these_folds(scores, record_property):
    record_property("UCI default, log loss (at most 0.428)", f"{scores[1]:.4f}")
    assert scores[1] <= 0.428


@pytest.mark.slow
def test_auc_matches_them_too_and_is_too_low_for_a_leak(scores, record_property):
    record_property("UCI default, AUC (at least 0.783)", f"{scores[0]:.4f}")
    assert 0.783 <= scores[0] < 0.80
