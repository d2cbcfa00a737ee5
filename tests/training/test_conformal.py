"""Bands hold as often as they say, in every decile of balance, and say so where they cannot."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arrears.errors import BadInput
from models.bands import Bands
from training.conformal import coverage_by_group, decile_edges, fit_bands

GOOD: dict[str, Any] = {"coverage": 0.9, "edges": (0.0, 10.0), "reach": (1.0, 2.0, 0.0, None), "rows": (9, 9, 9, 0)}


@given(st.integers(1, 60), st.floats(0.05, 0.99), st.integers(0, 2**32 - 1))
def test_of_rows_in_any_order_exactly_the_promised_number_lies_inside(rows, coverage, seed):
    """Each of n + 1 rows in turn is the one to come; bands of the others hold it ceil((n + 1) coverage) times."""
    errors = np.random.default_rng(seed).permutation(rows + 1).astype(float) - rows / 2 + 0.25
    held = 0
    for place in range(rows + 1):
        others = np.delete(errors, place)
        bands = fit_bands(others, np.zeros(rows), np.ones(rows), (), coverage=coverage)
        low, high = bands.around(np.zeros(1), np.ones(1))
        held += bool(low[0] <= errors[place] <= high[0])
    assert held == math.ceil(round((rows + 1) * coverage, 9))


@pytest.mark.parametrize(("rows", "reach"), [(8, None), (9, 9.0), (10, 10.0), (18, 18.0), (19, 18.0), (20, 19.0)])
def test_nine_rows_are_the_fewest_that_tell_nine_in_ten(rows, reach):
    assert fit_bands(np.arange(1.0, rows + 1), np.zeros(rows), np.ones(rows), ()).reach[0] == reach


def test_too_few_rows_leave_all_that_can_be():
    bands = fit_bands(np.full(5, 0.5), np.full(5, 0.4), np.ones(5), (), least=0.0, most=1.0)
    assert [end.tolist() for end in bands.around(np.array([0.7]), np.ones(1))] == [[0.0], [1.0]]


def test_without_an_end_too_few_rows_leave_everything():
    bands = fit_bands(np.zeros(5), np.zeros(5), np.ones(5), ())
    assert [end.tolist() for end in bands.around(np.array([7.0]), np.ones(1))] == [[-np.inf], [np.inf]]


def test_each_group_has_its_own_reach():
    balance = np.repeat([5.0, 500.0, np.nan], 100)
    truth = np.repeat([1.0, 40.0, 3.0], 100)
    bands = fit_bands(truth, np.zeros(300), balance, (100.0,))
    assert bands.reach == (1.0, 40.0, 3.0)
    assert bands.rows == (100, 100, 100)


def test_an_edge_belongs_to_the_group_above_it():
    bands = Bands(**GOOD)
    assert bands.group(np.array([-0.01, 0.0, 9.99, 10.0, np.nan])).tolist() == [0, 1, 1, 2, 3]


def test_deciles_of_rows_that_are_all_alike_are_one_group():
    assert decile_edges(np.full(100, 7.0)) == ()
    assert decile_edges(np.full(4, np.nan)) == ()


def test_deciles_are_equally_filled():
    balance = np.random.default_rng(0).lognormal(10, 1, 5000)
    bands = fit_bands(np.zeros(5000), np.zeros(5000), balance, decile_edges(balance))
    assert bands.rows == (*[500] * 10, 0)


def test_a_heap_of_equal_balances_is_in_one_group():
    balance = np.concatenate([np.zeros(600), np.arange(1.0, 401.0)])
    edges = decile_edges(balance)
    assert len(edges) == 4
    assert fit_bands(np.zeros(1000), np.zeros(1000), balance, edges).rows[0] == 600


@given(
    st.lists(st.floats(-1e12, 1e12), max_size=9, unique=True).map(sorted),
    st.floats(0.01, 0.99),
    st.sampled_from([(None, None), (0.0, 1.0), (0.0, None)]),
    st.data(),
)
def test_bands_come_back_from_json_as_they_were(edges, coverage, ends, data):
    groups = len(edges) + 2
    reach = data.draw(st.lists(st.one_of(st.none(), st.floats(0, 1e12)), min_size=groups, max_size=groups))
    rows = data.draw(st.lists(st.integers(0, 10**9), min_size=groups, max_size=groups))
    bands = Bands(coverage, tuple(edges), tuple(reach), tuple(rows), *ends)
    assert Bands.of(json.loads(json.dumps(bands.document(), allow_nan=False))) == bands


@given(
    st.lists(st.floats(-5, 5), min_size=1, max_size=20),
    st.floats(0, 3),
)
def test_a_band_never_leaves_what_can_be_and_is_never_upside_down(expected, reach):
    bands = Bands(0.9, (), (reach, None), (50, 0), least=0.0, most=1.0)
    low, high = bands.around(np.array(expected), np.ones(len(expected)))
    assert (low >= 0).all()
    assert (high <= 1).all()
    assert (low <= high).all()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("coverage", 0.0),
        ("coverage", 1.0),
        ("edges", (10.0, 0.0)),
        ("edges", (0.0, 0.0)),
        ("reach", (1.0, 2.0, 0.0)),
        ("reach", (1.0, -2.0, 0.0, None)),
        ("reach", (1.0, math.nan, 0.0, None)),
        ("rows", (1, 2, 3)),
    ],
)
def test_bands_that_cannot_be_are_refused(field, value):
    Bands(**GOOD)
    with pytest.raises(BadInput, match=field):
        Bands(**{**GOOD, field: value})


def test_bands_whose_ends_cross_are_refused():
    with pytest.raises(BadInput, match="least"):
        Bands(**GOOD, least=1.0, most=1.0)


@pytest.mark.parametrize("change", [{"more": 1}, {"rows": ...}])
def test_a_document_of_other_fields_is_refused(change):
    told: dict[str, Any] = {**Bands(**GOOD).document(), **change}
    with pytest.raises(BadInput, match="read bands"):
        Bands.of({name: value for name, value in told.items() if value is not ...})


def test_rows_without_a_number_are_refused():
    with pytest.raises(BadInput, match="no numbers"):
        fit_bands(np.array([1.0, np.nan]), np.zeros(2), np.ones(2), ())


def partial_shares(random, rows) -> tuple[Any, Any, Any]:
    """Shares paid whose spread grows as the balance falls, and a model that knows neither spread nor small debts."""
    balance = random.lognormal(10, 1.2, rows)
    odds = random.normal(-0.6 + 0.4 * np.sin(np.log(balance)), 0.3 + 2 / (1 + balance / 20_000))
    truth = 1 / (1 + np.exp(-odds))
    return truth, np.full(rows, 0.35), balance


def test_nine_in_ten_lie_inside_in_every_decile_whatever_the_model():
    random = np.random.default_rng(8)
    edges = decile_edges(partial_shares(random, 5000)[2])
    shares = np.zeros(10)
    for _ in range(30):
        bands = fit_bands(*partial_shares(random, 2000), edges, least=0.0, most=1.0)
        shares += [each.share for each in coverage_by_group(bands, *partial_shares(random, 2000))]
    assert (np.abs(shares / 30 - 0.9) < 0.02).all(), shares / 30


def test_one_reach_for_all_would_fail_small_debts():
    """What the groups are for: the same rows with one reach miss the promise where balances are small."""
    random = np.random.default_rng(8)
    truth, expected, balance = partial_shares(random, 40_000)
    edges = decile_edges(balance)
    one = fit_bands(truth, expected, balance, ())
    alike = Bands(0.9, edges, (one.reach[0],) * 11, (1,) * 11)
    shares = [each.share for each in coverage_by_group(alike, *partial_shares(random, 40_000))]
    assert shares[0] < 0.84
    assert shares[-1] > 0.98


def test_coverage_names_each_groups_balances():
    bands = Bands(**GOOD)
    told = coverage_by_group(bands, np.zeros(4), np.full(4, 1.5), np.array([-1.0, 5.0, 20.0, np.nan]))
    assert [(each.from_balance, each.to_balance) for each in told] == [
        (None, 0.0),
        (0.0, 10.0),
        (10.0, None),
        (None, None),
    ]
    assert [each.share for each in told] == [0.0, 1.0, 0.0, 1.0]
    assert [each.width for each in told] == [2.0, 4.0, 0.0, np.inf]


def test_a_group_without_a_row_is_left_out():
    told = coverage_by_group(Bands(**GOOD), np.zeros(1), np.zeros(1), np.array([5.0]))
    assert [each.rows for each in told] == [1]
