"""Roll money as what decides a test: arms that are alike differ as often as promised, and a planted gain is found.

Debtors of a synthetic world are split by lot into two arms thousands of times, and each split is read by the engine.
What they brought is the book's own; in the planted case part of the balances that rolled is kept instead.
"""

from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from arrears.clock import SystemClock
from arrears.experiments.estimate import difference
from arrears.experiments.measure import measured
from arrears.experiments.metrics import metric
from arrears.experiments.moments import Column
from arrears.experiments.schedule import Watch
from arrears.lake import Lake
from arrears.loading import load
from arrears.synthetic import make
from features.after import came_after
from features.delinquency import positions_plan
from features.snapshots import on_days
from tests.benchmarks.sizes import sized

DEBTORS, DAYS, SPLITS = sized((20_000, 300, 4_000), (1_500, 300, 20))
LATE = ["1-29", "30-59", "60-89", "90-119", "120-149", "150-179"]
WATCH = Watch(14, 5, at_cycle_end=True)
ROLL = "net_roll_money_minor"
SAVED = 0.1
"""Of the debtors of whom more rolled than was kept, the share of whom a better arm would keep all."""


@pytest.fixture(scope="module")
def brought(tmp_path_factory):
    """What was owed before and what was kept less what rolled, of every late debtor of a day."""
    folder = tmp_path_factory.mktemp("rolls")
    make(folder / "book", folder / "truth", debtors=DEBTORS, days=DAYS, seed=23)
    load(folder / "book", folder / "lake", SystemClock())
    lake = Lake(folder / "lake")
    day = lake.last_day - (WATCH.matures(lake.last_day) - lake.last_day)
    with lake.connect() as con:
        on_days(con, lake.settings, [day - timedelta(days=1)])
        found = positions_plan(lake.present, lake.settings).run(con).to_pandas()
    owed = found[found["bucket"].isin(LATE)].groupby("debtor_id")["balance_minor"].sum()
    watched: dict[str, Any] = {"horizon_days": WATCH.horizon_days, "settled_on": WATCH.matures(day)}
    told = came_after(lake, list(owed.index), day, currency="USD", columns=[ROLL], **watched)
    return owed.to_numpy(dtype=np.float64), np.array(told[ROLL])


def splits(owed, champion, challenger):
    """The difference of every split, and what an interval of 95 % told of it."""
    draw = np.random.default_rng(31)
    cap = float(np.quantile(np.abs(champion), 0.99))
    columns = [Column(ROLL, cap=cap), Column("balance_before_minor")]
    for _ in range(SPLITS):
        lot = draw.random(len(owed)) < 0.5
        values = {ROLL: np.where(lot, challenger, champion), "balance_before_minor": owed}
        moments = measured(columns, np.where(lot, "challenger", "champion"), values)
        yield (
            difference(
                moments,
                metric("net_roll_money"),
                champion="champion",
                challenger="challenger",
                covariates=["balance_before_minor"],
            ),
            cap,
        )


@pytest.mark.bench
@pytest.mark.timeout(900)
def test_arms_that_are_alike_differ_in_one_split_of_twenty(brought, record_property):
    owed, roll = brought
    found = [abs(each.z) > 1.96 for each, _ in splits(owed, roll, roll)]
    record_property("debtors", len(owed))
    record_property("share of debtors of whom more rolled", round(float((roll < 0).mean()), 3))
    record_property("spread as a multiple of the mean's size", round(float(roll.std() / abs(roll.mean())), 2))
    record_property("equal arms called different", round(float(np.mean(found)), 4))
    assert 0.04 < np.mean(found) < 0.06


@pytest.mark.bench
@pytest.mark.timeout(900)
def test_a_planted_gain_is_told_without_bias_and_lies_in_the_interval(brought, record_property):
    owed, roll = brought
    saved = (np.random.default_rng(37).random(len(roll)) < SAVED) & (roll < 0)
    better = np.where(saved, -roll, roll)
    effects, held = [], []
    for each, cap in splits(owed, roll, better):
        truth = float((np.clip(better, -cap, cap) - np.clip(roll, -cap, cap)).mean())
        low, high = each.interval()
        effects.append(each.effect)
        held.append(low <= truth <= high)
    record_property("planted, a debtor", round(truth))
    record_property("found on average", round(float(np.mean(effects))))
    record_property("intervals that hold it", round(float(np.mean(held)), 4))
    assert np.mean(effects) == pytest.approx(truth, abs=4 * np.std(effects) / SPLITS**0.5)
    assert 0.94 < np.mean(held) < 0.97
