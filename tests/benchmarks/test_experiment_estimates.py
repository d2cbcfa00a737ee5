"""Thousands of tests with a known truth: whether the arithmetic of one look says what it should, and as others do."""

import json
import subprocess
import sys

import numpy as np
import pytest
import statsmodels.api as sm

from arrears.experiments.estimate import difference
from arrears.experiments.measure import measured
from arrears.experiments.metrics import metric
from arrears.experiments.mismatch import ALPHA, evidence, mismatch
from arrears.experiments.moments import Column
from tests.benchmarks.sizes import sized
from tests.experiments.many_tests import paid

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]
CASH, BEFORE, MINUTES = Column("net_cash_minor"), Column("before_minor"), Column("minutes", scale=1000)
SPLITS, TESTS, STAFFED, SHARES, LARGE = sized((2000, 5000, 3000, 1000, 400_000), (20, 20, 20, 20, 4_000))
PEER = "tea-tasting==1.14.0"


def rows(draw, count, *, collectors=40, skill=0.0):
    """Two arms of debtors whose cash follows a balance and, if wished for, the collector who works them."""
    cash, before = paid(draw, count)
    collector = draw.integers(collectors, size=count)
    talent = draw.normal(0, 1, collectors)[collector] * skill
    minutes = draw.gamma(3, 2, count) + cash / 2000
    return {
        "arm": draw.choice(["champion", "challenger"], count),
        "collector": np.char.add("C", collector.astype(str)),
        "net_cash_minor": np.rint(cash + talent),
        "before_minor": before,
        "minutes": np.round(minutes, 3),
    }


def compared(told, name="net_cash", covariates=(), *, worked=False):
    moments = measured([CASH, BEFORE, MINUTES], told["arm"], told, told["collector"] if worked else None)
    return difference(moments, metric(name), champion="champion", challenger="challenger", covariates=covariates)


@pytest.mark.parametrize("rho", [0.2, 0.4, 0.6, 0.8, 0.95])
def test_covariates_leave_one_less_the_squared_correlation(rho, record_property):
    effects = np.empty((SPLITS, 2))
    for seed, pair in enumerate(effects):
        draw = np.random.default_rng([71, int(100 * rho), seed])
        known, rest = draw.standard_normal((2, 600))
        told = {
            "net_cash_minor": np.rint(1e5 * (rho * known + np.sqrt(1 - rho**2) * rest)),
            "before_minor": np.rint(1e5 * known),
        }
        moments = measured([CASH, BEFORE], draw.choice(["champion", "challenger"], 600), told)
        pair[:] = [
            difference(
                moments, metric("net_cash"), champion="champion", challenger="challenger", covariates=covariates
            ).effect
            for covariates in ([], ["before_minor"])
        ]
    # The ratio of variances over the tests really run, the second regressed on the first so that chance cancels.
    plain, adjusted = effects.T
    left = adjusted.var() / plain.var()
    record_property(f"experiments, correlation {rho}: variance left", f"{left:.4f} (1 - rho^2 = {1 - rho**2:.4f})")
    draw = np.random.default_rng([72, int(100 * rho)])
    known, rest = draw.standard_normal((2, LARGE))
    told = {
        "net_cash_minor": np.rint(1e5 * (rho * known + np.sqrt(1 - rho**2) * rest)),
        "before_minor": np.rint(1e5 * known),
    }
    found = difference(
        measured([CASH, BEFORE], draw.choice(["champion", "challenger"], LARGE), told),
        metric("net_cash"),
        champion="champion",
        challenger="challenger",
        covariates=["before_minor"],
    ).left
    record_property(f"experiments, correlation {rho}: variance said to be left", f"{found:.4f}")
    assert found == pytest.approx(1 - rho**2, abs=0.02)
    assert left == pytest.approx(1 - rho**2, abs=0.02)


@pytest.mark.parametrize(
    ("name", "covariates"),
    [("net_cash", ["before_minor"]), ("cash_per_minute", []), ("cash_per_minute", ["before_minor"])],
)
def test_intervals_hold_the_truth_in_94_to_96_of_100(name, covariates, record_property):
    held = 0
    for seed in range(TESTS):
        low, high = compared(rows(np.random.default_rng([73, seed]), 1500), name, covariates).interval()
        held += low < 0 < high
    told = f"{name}{' with a covariate' if covariates else ''}"
    record_property(f"experiments, {told}: interval holds the truth", f"{held / TESTS:.4f} of {TESTS}")
    assert 0.94 <= held / TESTS <= 0.96


def test_intervals_clustered_by_collector_hold_the_truth_where_collectors_differ(record_property):
    held = plain = 0
    for seed in range(STAFFED):
        draw = np.random.default_rng([74, seed])
        told = rows(draw, 1500, collectors=60, skill=800.0)
        # Each collector works one arm alone.
        told["arm"] = np.where(np.char.lstrip(told["collector"], "C").astype(int) % 2, "champion", "challenger")
        for worked in (True, False):
            low, high = compared(told, worked=worked).interval()
            held, plain = held + (worked and low < 0 < high), plain + (not worked and low < 0 < high)
    record_property(
        "experiments, collectors of one arm: interval holds the truth",
        f"{held / STAFFED:.4f} of {STAFFED} (debtors taken for independent {plain / STAFFED:.4f})",
    )
    assert 0.93 <= held / STAFFED <= 0.97
    assert plain < held


def test_right_shares_are_called_crooked_in_at_most_one_test_of_a_thousand(record_property):
    arrivals = np.random.default_rng(75).binomial(900, 0.5, size=(10_000, 112))
    counts = np.cumsum(np.stack([arrivals, 900 - arrivals], axis=-1), axis=1)
    found = (evidence(counts, np.array([0.5, 0.5])).max(axis=1) >= -np.log(ALPHA)).mean()
    record_property("experiments, shares: false alarms of 10000 tests read on 112 days", f"{found:.4f}")
    assert found <= 0.001


def test_51_to_49_of_100_000_is_found(record_property):
    assert mismatch([[51_000, 49_000]], [0.5, 0.5]).found
    found = [
        mismatch(np.random.default_rng([76, seed]).multinomial(2000, [0.51, 0.49], size=50).tolist(), [0.5, 0.5])
        for seed in range(SHARES)
    ]
    share = np.mean([each.found for each in found])
    days = np.median([2000 * (each.since + 1) for each in found if each.since is not None])
    record_property(
        "experiments, 51/49 of 100000 debtors: found", f"{share:.3f} of {SHARES}, half by {days:.0f} debtors"
    )
    assert share >= 0.98  # by chance some of these tests hold fewer than 50,700 against 49,300


def regression(told, covariates, **how):
    columns = [np.ones(len(told["arm"])), told["arm"] == "challenger", *(told[name] for name in covariates)]
    return sm.OLS(told["net_cash_minor"], np.stack(columns, axis=1).astype(float)).fit(**how)


def test_the_numbers_are_those_of_statsmodels(record_property):
    told = rows(np.random.default_rng(77), 40_000, skill=300.0)
    groups = np.unique(told["collector"], return_inverse=True)[1]
    clustered = {"cov_type": "cluster", "cov_kwds": {"groups": groups}}
    pairs = {
        "no covariate": (compared(told), regression(told, [], cov_type="HC1")),
        "covariate": (compared(told, covariates=["before_minor"]), regression(told, ["before_minor"], cov_type="HC1")),
        "clusters": (compared(told, worked=True), regression(told, [], **clustered)),
        "clusters, covariate": (
            compared(told, covariates=["before_minor"], worked=True),
            regression(told, ["before_minor"], **clustered),
        ),
    }
    for name, (found, fitted) in pairs.items():
        apart = abs(found.effect / fitted.params[1] - 1), abs(found.error / fitted.bse[1] - 1)
        record_property(
            f"experiments, statsmodels, {name}: effect and error apart by", f"{apart[0]:.1e}, {apart[1]:.1e}"
        )
        assert apart[0] < 1e-9
        assert apart[1] < 2e-3


_THEIR_SIDE = """
import json, sys
import pyarrow as pa
import tea_tasting as tt

rows = pa.table(json.load(open(sys.argv[1])))
asked = {
    "plain": tt.Mean("net_cash_minor"),
    "covariate": tt.Mean("net_cash_minor", "before_minor"),
    "ratio": tt.RatioOfMeans("net_cash_minor", "minutes"),
    "shares": tt.SampleRatio(),
}
found = tt.Experiment(asked, variant="arm").analyze(rows, control="champion")
found = found[next(iter(found))] if hasattr(found, "keys") and "plain" not in found else found
fields = ("control", "treatment", "effect_size", "effect_size_ci_lower", "effect_size_ci_upper", "pvalue")
print(json.dumps({name: [getattr(found[name], field) for field in fields] for name in ("plain", "covariate", "ratio")}))
"""


@pytest.fixture(scope="module")
def peer(tmp_path_factory):
    """A Python of its own with tea-tasting in it."""
    home = tmp_path_factory.mktemp("peer")
    subprocess.run([sys.executable, "-m", "venv", str(home / "venv")], check=True)
    python = str(home / "venv" / "bin" / "python")
    made = subprocess.run([python, "-m", "pip", "install", "-q", PEER], check=False, capture_output=True, text=True)
    if made.returncode:
        pytest.skip(f"{PEER} cannot be installed here")
    return python


def test_the_numbers_are_those_of_tea_tasting(peer, tmp_path, record_property):
    told = rows(np.random.default_rng(78), 40_000)
    file = tmp_path / "rows.json"
    file.write_text(json.dumps({name: column.tolist() for name, column in told.items()}), encoding="utf-8")
    said = subprocess.run([peer, "-c", _THEIR_SIDE, str(file)], check=True, capture_output=True, text=True)
    theirs = json.loads(said.stdout)
    ours = {
        "plain": compared(told),
        "covariate": compared(told, covariates=["before_minor"]),
        "ratio": compared(told, "cash_per_minute"),
    }
    for name, found in ours.items():
        champion, challenger, effect, low, high, p = theirs[name]
        mine = (found.champion, found.challenger, found.effect, *found.interval(), found.p)
        # In units of the error, so that an effect near 0 asks no more digits than it has.
        apart = max(
            abs(one - other) / found.error
            for one, other in zip(mine[:5], (champion, challenger, effect, low, high), strict=True)
        )
        record_property(
            f"experiments, tea-tasting, {name}: apart by, of a standard error; p",
            f"{apart:.1e}; {mine[5]:.5f} and {p:.5f}",
        )
        assert apart < (1e-2 if name == "covariate" else 1e-6)
        assert mine[5] == pytest.approx(p, abs=1e-2 if name == "covariate" else 1e-6)
