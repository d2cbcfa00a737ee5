"""The difference of two arms against regressions, against known truth, and against what it must not depend on."""

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.stats import ttest_ind

from arrears.errors import BadInput, WrongUse
from arrears.experiments.estimate import FARTHEST, difference
from arrears.experiments.measure import measured
from arrears.experiments.metrics import Metric, metric
from arrears.experiments.moments import Column

CASH, MINUTES = Column("net_cash_minor"), Column("minutes", scale=1000)
BALANCE, SCORE = Column("balance_before_minor"), Column("score", scale=1_000_000)


def world(seed, count=1200, *, effect=0.0):
    """Heavy-tailed cash that follows a balance and a score, in two arms, worked by twenty collectors."""
    draw = np.random.default_rng([21, seed])
    arm = draw.choice(["champion", "challenger"], count)
    score, balance = np.round(draw.uniform(0, 1, count), 6), draw.lognormal(10, 1, count).round()
    collector = draw.integers(20, size=count)
    skill = draw.normal(0, 3000, 20)[collector]
    cash = (draw.random(count) < score) * balance * 0.3 + skill + effect * (arm == "challenger")
    minutes = np.round(draw.gamma(4, 3, count), 3)
    return {
        "arm": arm,
        "collector": np.char.add("C", collector.astype(str)),
        "net_cash_minor": cash.round(),
        "minutes": minutes,
        "balance_before_minor": balance,
        "score": score,
    }


def moments(rows, *, worked=False):
    return measured([CASH, MINUTES, BALANCE, SCORE], rows["arm"], rows, rows["collector"] if worked else None)


def compared(rows, name="net_cash", covariates=(), *, worked=False):
    return difference(
        moments(rows, worked=worked), metric(name), champion="champion", challenger="challenger", covariates=covariates
    )


def regression(rows, covariates, **how):
    columns = [np.ones(len(rows["arm"])), rows["arm"] == "challenger", *(rows[name] for name in covariates)]
    return sm.OLS(rows["net_cash_minor"], np.stack(columns, axis=1).astype(float)).fit(**how)


def test_without_covariates_it_is_welchs_test():
    rows = world(1)
    champion, challenger = (rows["net_cash_minor"][rows["arm"] == name] for name in ("champion", "challenger"))
    theirs, found = ttest_ind(challenger, champion, equal_var=False), compared(rows)
    assert found.p == pytest.approx(theirs.pvalue, rel=1e-9)
    assert found.freedom == pytest.approx(theirs.df, rel=1e-9)
    assert found.interval() == pytest.approx(tuple(theirs.confidence_interval()), rel=1e-9)


def test_with_covariates_the_effect_is_the_regressions_own():
    rows = world(2)
    fitted = regression(rows, ["balance_before_minor", "score"], cov_type="HC1")
    found = compared(rows, covariates=["balance_before_minor", "score"])
    assert found.effect == pytest.approx(fitted.params[1], rel=1e-9)
    assert found.error == pytest.approx(fitted.bse[1], rel=0.01)


def test_clustered_by_collector_the_error_is_the_regressions_sandwich():
    rows = world(3)
    _, groups = np.unique(rows["collector"], return_inverse=True)
    fitted = regression(rows, [], cov_type="cluster", cov_kwds={"groups": groups})
    found = compared(rows, worked=True)
    assert found.error == pytest.approx(fitted.bse[1], rel=1e-9)
    assert (found.clusters, found.freedom) == (20, 19)


def test_clusters_and_covariates_together_come_close_to_the_regression():
    rows = world(4)
    _, groups = np.unique(rows["collector"], return_inverse=True)
    fitted = regression(rows, ["score"], cov_type="cluster", cov_kwds={"groups": groups})
    found = compared(rows, covariates=["score"], worked=True)
    assert found.effect == pytest.approx(fitted.params[1], rel=1e-9)
    assert found.error == pytest.approx(fitted.bse[1], rel=0.02)


def test_collectors_who_work_one_arm_alone_widen_the_interval():
    rows = world(5)
    even = np.char.mod("C%d", np.where(rows["arm"] == "champion", 2, 1) + 2 * np.arange(1200) % 20)
    skill = np.random.default_rng(5).normal(0, 20_000, 41)[[int(name[1:]) for name in even]]
    rows |= {"collector": even, "net_cash_minor": (rows["net_cash_minor"] + skill).round()}
    assert compared(rows, worked=True).error > 2 * compared(rows).error


def test_debtors_whom_nobody_worked_are_independent_of_each_other():
    rows = world(6)
    alone = dict(rows) | {"collector": np.full(1200, "")}
    assert compared(alone, worked=True).error == compared(alone).error
    some = dict(rows) | {"collector": np.where(np.arange(1200) % 2, rows["collector"], "")}
    fitted = regression(
        some,
        [],
        cov_type="cluster",
        cov_kwds={
            "groups": np.unique(
                np.where(some["collector"] == "", np.arange(1200), some["collector"]), return_inverse=True
            )[1]
        },
    )
    assert compared(some, worked=True).error == pytest.approx(fitted.bse[1], rel=0.05)


def test_a_single_collector_is_no_reason_to_claim_certainty():
    rows = world(7) | {"collector": np.full(1200, "C1")}
    assert compared(rows, worked=True).error == compared(rows).error > 0


@pytest.mark.parametrize("rho", [0.3, 0.6, 0.9])
def test_covariates_leave_one_less_the_squared_correlation_of_the_variance(rho):
    draw = np.random.default_rng([22, int(rho * 10)])
    known, rest = draw.standard_normal((2, 40_000))
    rows = {"net_cash_minor": np.rint(1e4 * (rho * known + np.sqrt(1 - rho**2) * rest)), "score": known}
    found = difference(
        measured([CASH, SCORE], draw.choice(["a", "b"], 40_000), rows),
        metric("net_cash"),
        champion="a",
        challenger="b",
        covariates=["score"],
    )
    assert found.left == pytest.approx(1 - rho**2, abs=0.02)


def test_a_covariate_said_twice_changes_nothing():
    rows = world(8)
    once = compared(rows, covariates=["score"])
    doubled = measured([CASH, SCORE, Column("again", scale=1_000_000)], rows["arm"], rows | {"again": rows["score"]})
    twice = difference(
        doubled, metric("net_cash"), champion="champion", challenger="challenger", covariates=["score", "again"]
    )
    assert twice.effect == pytest.approx(once.effect, rel=1e-9)
    assert twice.error == pytest.approx(once.error, rel=1e-9)


def test_a_covariate_that_never_varies_changes_nothing():
    rows = world(8) | {"score": np.full(1200, 0.5)}
    assert compared(rows, covariates=["score"]).effect == compared(rows).effect


def test_cash_per_minute_is_the_ratio_of_totals():
    rows = world(9)
    found = compared(rows, "cash_per_minute")
    for name, value in (("champion", found.champion), ("challenger", found.challenger)):
        own = rows["arm"] == name
        assert value == pytest.approx(rows["net_cash_minor"][own].sum() / rows["minutes"][own].sum(), rel=1e-12)


def test_the_interval_of_a_ratio_is_about_what_resampling_says():
    rows = world(10)
    draw = np.random.default_rng(0)

    def ratio(own):
        drawn = draw.choice(own, len(own))
        return rows["net_cash_minor"][drawn].sum() / rows["minutes"][drawn].sum()

    champion, challenger = (np.flatnonzero(rows["arm"] == name) for name in ("champion", "challenger"))
    again = np.std([ratio(challenger) - ratio(champion) for _ in range(1500)])
    assert compared(rows, "cash_per_minute").error == pytest.approx(again, rel=0.08)


@pytest.mark.parametrize("name", ["net_cash", "cash_per_minute"])
def test_the_interval_holds_the_truth_in_19_of_20_tests(name):
    held = 0
    for seed in range(400):
        low, high = compared(world(1000 + seed, 600), name, ["score"] if name == "net_cash" else []).interval()
        held += low < 0 < high
    assert 0.92 <= held / 400 <= 0.98


def test_a_gap_is_the_difference_of_two_groups():
    columns = [Column(name) for name in metric("fairness_gap").columns]
    rows = {
        "contacts_in_group": [4, 0, 6, 0],
        "in_group": [1, 0, 1, 0],
        "contacts_outside": [0, 3, 0, 3],
        "outside_group": [0, 1, 0, 1],
    }
    found = difference(
        measured(columns, ["a", "a", "b", "b"], rows), metric("fairness_gap"), champion="a", challenger="b"
    )
    assert (found.champion, found.challenger, found.effect) == (1.0, 3.0, 2.0)


def test_where_households_stay_together_a_mean_is_still_per_debtor_and_its_error_clustered():
    draw = np.random.default_rng(31)
    home = np.repeat(np.arange(500), draw.integers(1, 4, 500))
    arm = np.where(home % 2, "champion", "challenger")
    cash = np.rint(1000 + draw.normal(0, 300, 500)[home] + draw.normal(0, 100, len(home)))
    found = difference(
        measured([CASH], arm, {"net_cash_minor": cash}, household=np.char.add("H", home.astype(str))),
        metric("net_cash"),
        champion="champion",
        challenger="challenger",
    )
    fitted = sm.OLS(cash, np.stack([np.ones(len(home)), arm == "challenger"], axis=1).astype(float)).fit(
        cov_type="cluster", cov_kwds={"groups": home}
    )
    assert found.effect == pytest.approx(fitted.params[1], rel=1e-9)
    assert found.error == pytest.approx(fitted.bse[1], rel=0.01)


def test_arms_that_never_differ_claim_nothing_and_arms_that_always_do_are_certain():
    same = measured([CASH], ["a", "a", "b", "b"], {"net_cash_minor": [5, 5, 5, 5]})
    apart = measured([CASH], ["a", "a", "b", "b"], {"net_cash_minor": [5, 5, 4, 4]})
    assert difference(same, metric("net_cash"), champion="a", challenger="b").z == 0.0
    assert difference(apart, metric("net_cash"), champion="a", challenger="b").z == -FARTHEST


def test_a_column_that_was_not_measured_is_named():
    with pytest.raises(WrongUse, match=r"read a test by again[\s\S]*net_cash_minor, minutes"):
        compared(world(1), covariates=["again"])


def test_no_minutes_at_all_are_no_ratio():
    with pytest.raises(BadInput, match="column minutes is 0 throughout"):
        compared(world(1) | {"minutes": np.zeros(1200)}, "cash_per_minute")


def test_a_metric_of_three_columns_is_no_metric():
    with pytest.raises(WrongUse, match="3 columns"):
        Metric("odd", "Odd", "number", "less", ("a", "b", "c")).at({"a": 1.0, "b": 1.0, "c": 1.0})


def test_an_unknown_metric_is_refused_with_those_there_are():
    with pytest.raises(WrongUse, match="net_cash, net_roll_money"):
        metric("happiness")
