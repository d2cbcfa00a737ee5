"""A planted effect found, and a planted harm stopped: through nights, lists and payments of a synthetic world.

Debtors whom the planted arm's lists hold pay a little more, all else is the world's own. Nights enrol week by week, and
the test is read on every day on which somebody has matured.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from arrears.clock import SystemClock
from arrears.experiments import acting, enrolments, life, records
from arrears.experiments.design import Design
from arrears.experiments.readout import readout
from arrears.lake import Lake
from arrears.loading import load
from arrears.queues import in_force, store
from arrears.queues.strategy import strategy
from arrears.synthetic import make
from features.after import came_after
from serving.night.nightly import run_night
from tests.benchmarks.sizes import sized
from tests.experiments.designs import simple
from tests.night.desk_book import StandingClock, write
from training.experiments.daily import measure_days, observed_of

DEBTORS, DAYS = sized(200_000, 3_000), 240
STARTS, WEEKS = date(2023, 6, 12), 4
HORIZON, SETTLES = 14, 7
BUCKETS = ("1-29", "30-59", "60-89", "90-119", "120-149")
BY: dict[str, Any] = {"at": datetime(2023, 6, 9, 8, tzinfo=UTC), "by": "strategist"}


@dataclass(frozen=True)
class Book:
    """A world, its lake, and what a debtor of the cohort paid within the horizon before the test, capped."""

    lake: Lake
    mean_minor: float
    cap_minor: int


def design_of(book, debtors) -> Design:
    """The better order, by the cash of everybody assigned."""
    return simple(
        name="planted",
        sentence="Does the challenger collect more?",
        salt="planted, June 2023",
        strata=["bucket"],
        cohort={"buckets": list(BUCKETS)},
        enrolment={"starts": STARTS, "weeks": WEEKS, "debtors": debtors, "pay_cycle_days": 14},
        primary={
            "horizon_days": HORIZON,
            "settlement_days": SETTLES,
            "cap_minor": book.cap_minor,
            "smallest_effect_minor": 0.02 * book.mean_minor,
        },
        covariates=[
            {"name": "balance_before_minor"},
            {"name": "past_due_before_minor"},
            {"name": "champion_score", "scale": 1_000_000},
        ],
    )


def past(lake):
    """Late debtors, and the mean of their cash in the weeks before the test, capped at its 95th percentile; the cap."""
    from features.delinquency import positions_plan
    from features.snapshots import on_days

    day = STARTS - timedelta(days=HORIZON + SETTLES + 1)
    with lake.connect() as con:
        on_days(con, lake.settings, [day])
        rows = positions_plan(lake.present, lake.settings).run(con).select(["debtor_id", "bucket"]).to_pandas()
    who = sorted(set(rows[rows["bucket"].isin(BUCKETS)]["debtor_id"]))
    column = "net_cash_minor"
    came = came_after(lake, who, day, currency="USD", horizon_days=HORIZON, settled_on=STARTS, columns=[column])
    cash = np.array(came[column])
    cap = int(np.quantile(cash, 0.95))
    return len(who), float(np.minimum(cash, cap).mean()), cap


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("planted")
    make(folder / "book", folder / "truth", debtors=DEBTORS, days=DAYS, seed=11)
    root = folder / "lake"
    load(folder / "book", root, SystemClock())
    lake = Lake(root)
    late, mean, cap = past(lake)
    return folder, Book(lake, mean, cap), late


def nights(database, lake, registry):
    """The first night of each week of enrolment."""
    for week in range(WEEKS):
        day = STARTS + timedelta(days=7 * week)
        clock = StandingClock(datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=13))
        as_of = day - timedelta(days=3)
        night: dict[str, Any] = {"clock": clock, "limits_on": day, "served_on": day, "replace": True}
        yield day, run_night(database, lake, registry, as_of, strategy("value_at_risk"), **night)


def planted(database, lake, registry, arm, share, mean_minor):
    """Payments of listed debtors of one arm that bring its mean up by a share, and how many were assigned."""
    listed: dict[str, tuple[date, str]] = {}
    for day, night in nights(database, lake, registry):
        with database.connect() as connection:
            rows = store.items(connection, night.night_id, limit=10**6).rows
        for row in rows:
            if row.arm == arm and row.assigned_to is not None:
                listed.setdefault(row.debtor_id, (day, row.lead_account_id))
    with database.connect() as connection:
        test = records.find(connection, "planted")
        everybody = enrolments.enrolled(connection, test.experiment_id)
    came = {each.debtor_id: each.enrolled_on for each in everybody if each.arm == arm}
    listed = {who: told for who, told in listed.items() if told[0] < came[who] + timedelta(days=HORIZON)}
    each = share * mean_minor * len(came) / max(len(listed), 1)
    payments = [
        {
            "payment_id": f"PLANTED-{who}",
            "line": 1,
            "account_id": account,
            "paid_on": day + timedelta(days=1),
            "amount": f"{each / 100:.2f}",
            "recorded_at": f"{day + timedelta(days=1)}T18:00:00+00:00",
        }
        for who, (day, account) in listed.items()
    ]
    return payments, len(everybody)


def run(database, registry, world, tmp_path, arm, share):
    folder, book, late = world
    with database.begin() as connection:
        design = design_of(book, int(late * 1.45))
        life.plan(connection, design, evidence={}, **BY)
        life.start(connection, records.find(connection, "planted"), because="ready", **BY)
    root = tmp_path / "lake"
    load(folder / "book", root, SystemClock())
    rows, debtors = planted(database, Lake(root), registry, arm, share, book.mean_minor)
    source = tmp_path / "planted"
    write(source, {"payments": rows})
    (source / "portfolio.toml").write_text((folder / "book" / "portfolio.toml").read_text())
    load(source, root, SystemClock())
    lake = Lake(root)
    with database.connect() as connection:
        test = records.find(connection, "planted")
    measure_days(database, lake, test, at=BY["at"])
    with database.connect() as connection:
        observed = observed_of(connection, test)
    ended, first = None, STARTS + timedelta(days=HORIZON + SETTLES)
    for ahead in range(7 * WEEKS + 1):
        day = first + timedelta(days=ahead)
        with database.begin() as connection:
            found = readout(test.design, observed, as_of=day)
            if acting.keep_reading(connection, test, found.document(), at=BY["at"]):
                ended = day
        if ended or found.challengers[0].verdict.decision != "continue":
            break
    return found, debtors


def told(record_property, what, found, debtors):
    (arm,) = found.challengers
    last = arm.looks[-1]
    when = f"{arm.verdict.decision} on {found.as_of} at look {last.number} of {WEEKS}, {last.information:.0%} in"
    effect = f"{last.found.effect:,.0f} minor units ({last.at_least:,.0f} to {last.at_most:,.0f}), z {last.found.z:.2f}"
    record_property(f"{what}: {debtors:,} debtors", f"{when}; {effect}")


@pytest.mark.bench
@pytest.mark.timeout(3600)
def test_a_planted_gain_is_promoted(database, no_registry, world, tmp_path, record_property):
    found, debtors = run(database, no_registry, world, tmp_path, "challenger", 0.06)
    told(record_property, "planted +6 % of cash", found, debtors)
    assert found.challengers[0].verdict.decision == "promote"
    with database.begin() as connection:
        test = records.find(connection, "planted")
        acting.promote(connection, test, None, on=found.as_of, because="it collects more", **BY)
        assert in_force.in_force(connection).name == "severity"


@pytest.mark.bench
@pytest.mark.timeout(3600)
def test_a_planted_harm_is_stopped_early(database, no_registry, world, tmp_path, record_property):
    found, debtors = run(database, no_registry, world, tmp_path, "champion", 0.12)
    told(record_property, "planted harm, the champion 12 % ahead", found, debtors)
    with database.connect() as connection:
        assert records.find(connection, "planted").ended_by == "harm"
    assert found.challengers[0].looks[-1].number < WEEKS
