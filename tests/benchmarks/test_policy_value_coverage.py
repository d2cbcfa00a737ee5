"""Intervals hold the truth as often as they say: of policies' values over 1,000 logs, and of bands in every decile."""

from __future__ import annotations

import numpy as np
import pytest

from tests.benchmarks.sizes import sized
from tests.training.known_value import WORLDS
from tests.training.test_conformal import partial_shares
from training.conformal import coverage_by_group, decile_edges, fit_bands
from training.policy_value.doubly_robust import doubly_robust, doubly_robust_difference
from training.policy_value.outcome_model import cross_fitted
from training.policy_value.snips import snips, snips_difference

pytestmark = [pytest.mark.bench, pytest.mark.slow, pytest.mark.timeout(3600)]

RUNS = sized(1000, 3)
ROWS = {"random": 8_000, "supervised": 8_000, "targeted": 60_000}
"""A log with little overlap needs more rows before its intervals hold: `overlap` says how many tell."""


@pytest.mark.parametrize("name", ["random", "supervised"])
def test_intervals_with_fitted_models_hold_the_truth_in_95_of_100_logs(name, record_property):
    found = []
    for seed in range(RUNS):
        run = WORLDS[name].log(ROWS[name], seed)
        found.append(_values(run, cross_fitted(run.choices, run.features, folds=2, rounds=40)))
    _all_hold(name, found, record_property)


def test_intervals_hold_where_one_in_eighty_is_explored(record_property):
    """A model nobody fitted, as the log has 60,000 rows: it makes doubly robust wide and leaves it right."""
    runs = (WORLDS["targeted"].log(ROWS["targeted"], seed) for seed in range(RUNS))
    _all_hold("targeted", [_values(run, run.rule_of_thumb) for run in runs], record_property)


def _values(run, model):
    return {
        "SNIPS": snips(run.choices, run.target),
        "SNIPS difference": snips_difference(run.choices, run.target, run.rival),
        "DR": doubly_robust(run.choices, run.target, model),
        "DR difference": doubly_robust_difference(run.choices, run.target, run.rival, model),
    }


def _all_hold(name, found, record_property):
    world, shares = WORLDS[name], {}
    for method in found[0]:
        truth = world.truth - (world.rival_truth if method.endswith("difference") else 0)
        values = [run[method] for run in found]
        shares[method] = np.mean([value.low <= truth <= value.high for value in values])
        estimates, errors = (
            np.array([getattr(value, of) for value in values]) for of in ("estimate", "standard_error")
        )
        told = f"{shares[method]:.3f} of {RUNS} runs; bias {estimates.mean() - truth:+.2f}, sd {estimates.std():.2f}"
        record_property(f"{name} log, {method} covers the truth", f"{told}, mean error told {errors.mean():.2f}")
    assert all(0.93 <= share <= 0.97 for share in shares.values()), shares


def test_bands_hold_nine_in_ten_in_every_decile_of_balance(record_property):
    """Over 1,000 books of 5,000 rows, and in one large book, where each decile alone must hold."""
    random = np.random.default_rng(31)
    edges = decile_edges(partial_shares(random, 50_000)[2])
    shares = np.zeros(10)
    for _ in range(RUNS):
        bands = fit_bands(*partial_shares(random, 5_000), edges, least=0.0, most=1.0)
        shares += [each.share for each in coverage_by_group(bands, *partial_shares(random, 5_000))]
    large = fit_bands(*partial_shares(random, 200_000), edges, least=0.0, most=1.0)
    once = np.array([each.share for each in coverage_by_group(large, *partial_shares(random, 200_000))])
    for what, told in ((f"mean of {RUNS} books", shares / RUNS), ("one book of 200,000", once)):
        record_property(f"90 % bands by balance decile, {what}", f"{told.min():.3f} to {told.max():.3f}")
        assert ((told >= 0.88) & (told <= 0.92)).all(), told
