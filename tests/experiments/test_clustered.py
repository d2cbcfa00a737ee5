"""Arms with staff of their own: the error counts collectors, and its interval holds however much collectors differ."""

import numpy as np
import pytest
from scipy.linalg import inv, sqrtm

from arrears.experiments.estimate import difference
from arrears.experiments.measure import measured
from arrears.experiments.metrics import metric
from arrears.experiments.moments import NOBODY, Column
from tests.experiments.staffed import CASH, aa_tests, compared, staffed


def cr2(cash, arm, collector):
    """Bell and McCaffrey's error and degrees of freedom of each arm's mean, matrix by matrix, put together by Welch."""
    variance, slack = 0.0, 0.0
    for name in ("champion", "challenger"):
        own, who = cash[arm == name], collector[arm == name]
        ones, count = np.ones(len(own)), len(own)
        pull = np.outer(ones, ones) / count
        rest, parts, columns = np.eye(count) - pull, 0.0, []
        for each in np.unique(who):
            rows = np.flatnonzero(who == each)
            free = inv(np.real(sqrtm(np.eye(len(rows)) - pull[np.ix_(rows, rows)])))
            parts += float(ones[rows] @ free @ (rest @ own)[rows] / count) ** 2
            columns.append(rest[:, rows] @ free @ ones[rows] / count)
        across = np.array(columns) @ np.array(columns).T
        freedom = np.trace(across) ** 2 / np.trace(across @ across)
        variance, slack = variance + parts, slack + parts**2 / freedom
    return np.sqrt(variance), variance**2 / slack


@pytest.mark.parametrize("seed", range(4))
def test_it_is_the_textbooks_error_with_the_textbooks_degrees_of_freedom(seed):
    rows = staffed(seed, debtors=240, collectors=14, spread=400.0, even=False)
    found = compared(rows)
    error, freedom = cr2(rows["net_cash_minor"], rows["arm"], rows["collector"])
    assert found.error == pytest.approx(error, rel=1e-9)
    assert found.freedom == pytest.approx(freedom, rel=1e-9)
    assert found.clusters == 14


def test_collectors_with_as_many_debtors_each_have_one_degree_of_freedom_less_than_there_are_in_each_arm():
    rows = staffed(7, debtors=400, collectors=20, spread=400.0)
    sums = np.array([rows["net_cash_minor"][rows["collector"] == f"C{each}"].mean() for each in range(20)])
    own, other = sums[0::2], sums[1::2]  # even ones work the champion
    found = compared(rows)
    assert found.error == pytest.approx(np.sqrt(own.var(ddof=1) / 10 + other.var(ddof=1) / 10), rel=1e-9)
    assert 9 <= found.freedom <= 18


def test_the_effect_is_the_same_whoever_worked_whom():
    rows = staffed(8, debtors=400, collectors=20, spread=400.0)
    assert compared(rows).effect == pytest.approx(compared(rows, is_clustered=False).effect, rel=1e-12)


def test_debtors_whom_nobody_was_given_are_each_a_cluster_of_their_own():
    rows = staffed(9, debtors=400, collectors=20, spread=0.0)
    alone = rows | {"collector": np.full(400, NOBODY)}
    assert compared(alone).error == compared(alone, is_clustered=False).error
    some = rows | {"collector": np.where(np.arange(400) % 4, rows["collector"], NOBODY)}
    each = np.where(some["collector"] == NOBODY, np.char.mod("N%d", np.arange(400)), some["collector"])
    assert compared(some).error == pytest.approx(cr2(rows["net_cash_minor"], rows["arm"], each)[0], rel=1e-9)


def test_one_collector_in_an_arm_concludes_nothing():
    rows = staffed(10, debtors=100, collectors=2, spread=0.0)
    found = compared(rows)
    assert (found.error, found.z) == (np.inf, 0.0)


def test_covariates_take_out_of_the_clustered_error_what_was_known_before():
    rows = staffed(11, debtors=2000, collectors=20, spread=50.0)
    known = rows["net_cash_minor"] + np.random.default_rng(1).normal(0, 300, 2000)
    told = rows | {"balance_before_minor": np.rint(known)}
    columns = [CASH, Column("balance_before_minor")]
    moments = measured(columns, rows["arm"], told, rows["collector"])
    found = difference(
        moments,
        metric("net_cash"),
        champion="champion",
        challenger="challenger",
        covariates=["balance_before_minor"],
    )
    assert found.error < 0.6 * compared(rows).error


def test_bounds_in_standard_errors_reach_further_where_few_collectors_tell_the_error():
    few, many = (
        compared(staffed(12, debtors=400, collectors=20, spread=400.0), is_clustered=how) for how in (True, False)
    )
    assert few.reach(1.96) > 1.05 * 1.96 * few.error
    assert many.reach(1.96) == pytest.approx(1.96 * many.error, rel=0.01)
    assert few.reach(few.z) == pytest.approx(few.effect), "what lies at the effect's own z is the effect"
    assert few.reach(-2.0) == -few.reach(2.0)


def test_without_clusters_every_other_test_of_equal_arms_finds_a_difference_and_with_them_one_in_twenty():
    naive, clustered = aa_tests(400, debtors=1000, collectors=20, share_of_collectors=0.05)
    assert naive > 0.25
    assert clustered == pytest.approx(0.05, abs=2.6 * np.sqrt(0.05 * 0.95 / 400))


def test_the_oracle_says_what_two_collectors_in_each_arm_say_by_hand():
    cash = np.array([1.0, 1, 3, 3, 4, 4, 6, 6])
    arm = np.repeat(["champion", "challenger"], 4)
    error, freedom = cr2(cash, arm, np.repeat(["a", "b", "c", "d"], 2))
    assert (error, freedom) == (pytest.approx(np.sqrt(2)), pytest.approx(2))
