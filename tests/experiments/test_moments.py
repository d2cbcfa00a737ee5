"""Sums that add exactly, whatever the split and the order, and say what the rows would have said."""

import json
from functools import reduce

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arrears.errors import BadInput, WrongUse
from arrears.experiments.measure import measured
from arrears.experiments.moments import Column, Moments, read, total
from arrears.experiments.totals import totals

COLUMNS = (Column("net_cash_minor", cap=1e9), Column("score", scale=1_000_000), Column("minutes", scale=1000))
row = st.tuples(
    st.sampled_from(["champion", "challenger"]),
    st.sampled_from(["", "C1", "C2"]),
    st.integers(-(10**12), 10**12),
    st.floats(0, 1),
    st.floats(0, 600),
)


def of(rows):
    arm, collector, *numbers = zip(*rows, strict=True) if rows else ([], [], [], [], [])
    names = ("net_cash_minor", "score", "minutes")
    return measured(COLUMNS, arm, dict(zip(names, numbers, strict=True)), collector)


@settings(max_examples=40)
@given(st.lists(row, min_size=1, max_size=30), st.randoms(use_true_random=False), st.integers(1, 6))
def test_any_split_of_the_rows_in_any_order_gives_the_same_moments(rows, chance, parts):
    shuffled = chance.sample(rows, len(rows))
    days = [of(shuffled[part::parts]) for part in range(parts)]
    chance.shuffle(days)
    assert reduce(Moments.__add__, days) == of(rows)


@settings(max_examples=40)
@given(st.lists(row, min_size=1, max_size=20))
def test_what_is_written_down_is_read_back_to_the_last_digit(rows):
    kept = of(rows)
    assert read(json.loads(json.dumps(kept.document()))) == kept


def test_large_amounts_keep_their_small_differences():
    # The squares sum to 1e23; a double holds 1e16 steps of it, so a variance of 1 would drown.
    amounts = 10**11 + np.arange(3000) % 3
    columns = [Column("net_cash_minor")]
    found = totals(measured(columns, ["champion"] * 3000, {"net_cash_minor": amounts}), "champion")
    assert found.products[0, 0] == pytest.approx(2000.0, rel=1e-15)


def test_wide_sums_of_both_signs_are_those_of_python_integers():
    values = np.random.default_rng(2).integers(-(2**40) + 1, 2**40, size=5000)
    found = measured([Column("net_cash_minor")], ["champion"] * 5000, {"net_cash_minor": values})
    whole = [int(each) for each in values]
    assert found.cells["champion", ""] == (5000, sum(whole), sum(each * each for each in whole))


def test_means_and_products_are_those_of_the_rows():
    draw = np.random.default_rng(1)
    cash, minutes = draw.integers(0, 10**6, 400), np.round(draw.uniform(0, 60, 400), 3)
    collector = draw.choice(["", "C1", "C2"], 400)
    columns = [Column("net_cash_minor"), Column("minutes", scale=1000)]
    found = totals(measured(columns, ["a"] * 400, {"net_cash_minor": cash, "minutes": minutes}, collector), "a")
    rows = np.stack([cash, minutes], axis=1)
    apart = rows - rows.mean(axis=0)
    np.testing.assert_allclose(found.means, rows.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(found.products, apart.T @ apart, rtol=1e-9)
    np.testing.assert_allclose(found.alone, apart[collector == ""].T @ apart[collector == ""], rtol=1e-9)
    np.testing.assert_allclose(found.clusters["C1"], apart[collector == "C1"].sum(axis=0), rtol=1e-9)


def test_an_amount_beyond_the_cap_counts_as_the_cap_on_both_sides():
    columns = [Column("net_cash_minor", cap=500)]
    found = measured(columns, ["a"] * 3, {"net_cash_minor": [499, 501, -9000]})
    assert found.cells["a", ""][1] == 499 + 500 - 500


def test_a_household_is_one_row_and_its_debtors_are_counted():
    columns = [Column("net_cash_minor", cap=100)]
    found = measured(
        columns,
        ["a", "b", "a", "a"],
        {"net_cash_minor": [70, 5, 300, 1]},
        ["C1", "", "C2", ""],
        household=["H1", "H2", "H1", "H3"],
    )
    # H1 has 70 and 100, the cap; its collector is the first debtor's.
    assert found.columns[-1].name == "debtors"
    assert found.cells == {
        ("a", ""): (1, 1, 1, 1, 1, 1),
        ("a", "C1"): (1, 170, 2, 28900, 340, 4),
        ("b", ""): (1, 5, 1, 25, 5, 1),
    }


def test_a_household_in_two_arms_is_refused():
    with pytest.raises(BadInput, match="1 households in more than one arm"):
        measured([], ["a", "b", "a"], {}, household=["H1", "H1", "H2"])


def test_households_of_other_debtors_are_refused():
    with pytest.raises(BadInput, match="2 arms and 1 households"):
        measured([], ["a", "b"], {}, household=["H1"])


def test_days_measured_by_other_columns_do_not_add():
    with pytest.raises(WrongUse, match=r"contacts \(scale 1, cap None\).*contacts \(scale 1, cap 3\)"):
        measured([Column("contacts")], ["a"], {"contacts": [1]}) + measured(
            [Column("contacts", cap=3)], ["a"], {"contacts": [1]}
        )


@pytest.mark.parametrize(
    ("values", "collector", "said"),
    [
        ({}, None, "no column contacts"),
        ({"contacts": [1]}, None, "1 values of contacts for 2 debtors"),
        ({"contacts": [1, np.nan]}, None, "1 of 2 debtors have no contacts"),
        ({"contacts": [1, 2**40]}, None, "more than"),
        ({"contacts": [1, 2]}, ["C1"], "2 arms and 1 collectors"),
    ],
)
def test_rows_that_cannot_be_measured_are_refused_without_their_values(values, collector, said):
    with pytest.raises(BadInput, match=said):
        measured([Column("contacts")], ["a", "b"], values, collector)


def test_a_day_of_nobody_adds_nothing():
    some = of([("champion", "C1", 100, 0.5, 3.0)])
    assert some + of([]) == some


def test_the_sum_of_days_is_their_addition():
    one, other = of([("champion", "C1", 1, 0.5, 3.0)]), of([("challenger", "", 7, 0.1, 9.0)])
    assert total([one, other]) == one + other
    assert total([one, other]).debtors() == {"champion": 1, "challenger": 1}


def test_an_arm_of_one_debtor_is_refused():
    with pytest.raises(BadInput, match="1 debtors measured"):
        totals(of([("champion", "", 1, 0.5, 3.0)]), "champion")
