"""Baselines are honest opponents: they learn what there is to learn for their kind, and take nulls as they come."""

from __future__ import annotations

import numpy as np
import pytest

from features.catalog import CATALOG
from models.baselines import cut, rule_of_thumb, scorecard
from models.propensity import PROPENSITY

RANDOM = np.random.default_rng(5)
X = RANDOM.normal(size=(5000, 3))
X[RANDOM.random(5000) < 0.2, 1] = np.nan
TRUE = 1 / (1 + np.exp(-(X[:, 0] + np.where(np.isnan(X[:, 1]), -1.0, 0.5))))
Y = (RANDOM.random(5000) < TRUE).astype(float)


def test_equal_quantiles_fall_together():
    assert cut(np.repeat([1.0, 2.0], [30, 10])).edges.tolist() == [1.0, 2.0]


def test_a_column_of_nulls_has_one_bin_and_the_nulls():
    assert cut(np.full(9, np.nan)).codes(np.array([np.nan, 3.0])).tolist() == [1, 0]


def test_nulls_have_a_share_of_their_own():
    rule = rule_of_thumb("second", X[:, 1], Y)
    assert rule.predict(np.array([np.nan]))[0] < rule.predict(np.array([0.0]))[0] - 0.1


def test_a_bin_of_few_rows_leans_on_the_share_of_all():
    column = np.r_[np.zeros(1000), np.nan]
    rule = rule_of_thumb("rare", column, np.r_[np.repeat([0.0, 1.0], 500), 1.0])
    assert rule.predict(np.array([np.nan]))[0] == pytest.approx(0.5, abs=0.03)


def test_the_scorecard_finds_an_additive_truth():
    card = scorecard(X[:4000], Y[:4000])
    assert np.abs(card.predict(X[4000:]) - TRUE[4000:]).mean() < 0.05


def test_every_direction_and_rule_of_thumb_names_a_feature_of_the_catalog():
    known = {feature.name for feature in CATALOG}
    assert {*PROPENSITY.monotone, *PROPENSITY.rules_of_thumb} <= known
