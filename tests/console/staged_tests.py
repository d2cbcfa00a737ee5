"""A test that has run for weeks, laid out on the debtors of a night: who came in, what they paid, and every reading.

No built-in book lives long enough for a look. What is drawn here is what debtors paid; design, plan, lots, enrolment,
sums, readings and verdict are the product's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

import numpy as np
from sqlalchemy import Connection, text

from arrears.experiments import acting, enrolments, life, records
from arrears.experiments.assign import Debtors, Eligible, arm_of
from arrears.experiments.design import Design, design_of
from arrears.experiments.enrolments import Enrolled
from arrears.experiments.measure import measured
from arrears.experiments.moments import Moments
from arrears.experiments.observed import Observed
from arrears.experiments.plan_document import plan_document
from arrears.experiments.power import Spread
from arrears.experiments.readout import Readout, readout
from arrears.experiments.records import Experiment

_MEAN_LOG, _SPREAD_LOG, _PAY = 13.1, 0.9, 0.48
"""Of what debtors owe, in minor units, and the share of them who pay a part of it."""


def staged(**parts: object) -> Design:
    """A test of severity against the strategy in force from August on, some of its parts replaced."""
    told: dict[str, object] = {
        "name": "severity_first",
        "sentence": "The worst and largest first: does a debtor pay more within 14 days?",
        "salt": "severity first, August 2005",
        "household_together": False,
        "secondary": ["cash_per_minute"],
        "arms": [
            {"name": "champion", "role": "champion", "share": 0.5, "strategy": "value_at_risk/1"},
            {"name": "challenger", "role": "challenger", "share": 0.5, "strategy": "severity/1"},
        ],
        "cohort": {"currency": "TWD", "buckets": ["30-59", "60-89"]},
        "exclusion": {"group": "staged"},
        "enrolment": {"starts": "2005-07-25", "weeks": 10, "debtors": 4_800},
        "primary": {
            "metric": "net_cash",
            "horizon_days": 14,
            "settlement_days": 7,
            "cap_minor": 5_000_000,
            "smallest_effect_minor": 60_000.0,
        },
        "covariates": [{"name": "balance_before_minor"}],
        "guardrails": [
            {"metric": "complaints", "margin": 0.02, "horizon_days": 14},
            {"metric": "contacts", "margin": 0.5, "horizon_days": 14},
        ],
    }
    return design_of({**told, **parts})


def planned(connection: Connection, design: Design, *, at: datetime, by: str) -> None:
    """Keep its plan, with the spread that is drawn."""
    spread = Spread(mean=392_000, sd=690_000, uncapped_mean=400_000, uncapped_sd=810_000, stock=900, per_week=390)
    document = plan_document(design, design.enrolment.starts - timedelta(days=3), spread, country="TW")
    life.plan(connection, design, evidence=document, at=at, by=by)


def running(
    connection: Connection,
    design: Design,
    *,
    through: date,
    adds: Mapping[str, float] | None = None,
) -> tuple[Experiment, Readout]:
    """Plan and start it, let debtors of the newest night come in day by day, and read it each Monday.

    Parameters
    ----------
    through : the last day that is over.
    adds : by arm, what each of its debtors pays more, in minor units.
    """
    begins = design.enrolment.starts
    planned(connection, design, at=_morning(begins - timedelta(days=4)), by="Ines")
    test = _found(connection, design)
    life.start(
        connection,
        test,
        at=_morning(begins - timedelta(days=3)),
        by="Ines",
        because="the manual order may be the better one",
    )
    who = _of_night(connection)
    draw = np.random.default_rng([17, 2])
    days = [begins + timedelta(days=place) for place in range(7 * design.enrolment.weeks)]
    matured, assigned = {}, {}
    guarded: dict[str, dict[date, Moments]] = {each.name: {} for each in design.guardrails}
    for day, ids in zip(days, np.array_split(np.array(who), len(days)), strict=True):
        if day > through or not len(ids):
            continue
        arm = arm_of(
            [design], Debtors(ids), day=day, eligible={design.label: Eligible(np.ones(len(ids), bool), None)}
        ).arm
        rows = _came(draw, arm, adds or {})
        matured[day] = measured(design.columns(), arm, rows)
        for guardrail in design.guardrails:
            guarded[guardrail.name][day] = measured(guardrail.columns, arm, rows)
        assigned[day] = {each.name: int((arm == each.name).sum()) for each in design.arms}
        enrolled = [
            Enrolled(test.experiment_id, debtor, name, debtor, "", {"balance_before_minor": float(before)})
            for debtor, name, before in zip(ids.tolist(), arm.tolist(), rows["balance_before_minor"], strict=True)
        ]
        enrolments.enrol(connection, _night(connection), day, enrolled)
    observed = Observed(matured, guarded, assigned)
    for place in range(3, design.enrolment.weeks + 6):
        monday = begins + timedelta(days=7 * place)
        if monday > through + timedelta(days=1):
            break
        found = readout(design, observed, as_of=monday - timedelta(days=1))
        acting.keep_reading(connection, _found(connection, design), found.document(), at=_morning(monday))
        if _found(connection, design).state == "ended":
            break
    return _found(connection, design), found


def _came(draw, arm, adds):
    count = len(arm)
    before = draw.lognormal(_MEAN_LOG, _SPREAD_LOG, count)
    paid = (draw.random(count) < _PAY) * before * draw.uniform(0.2, 2.2, count)
    paid += np.array([adds.get(name, 0.0) for name in arm])
    return {
        "net_cash_minor": np.rint(np.minimum(paid, 5_000_000)),
        "minutes": draw.gamma(3, 1.1, count),
        "balance_before_minor": np.rint(before),
        "complaints": draw.random(count) < 0.006,
        "contacts": draw.poisson(2.1, count),
    }


def _of_night(connection: Connection) -> list[str]:
    sql = "SELECT DISTINCT debtor_id FROM work_items WHERE made_by = 'night' ORDER BY debtor_id"
    return list(connection.execute(text(sql)).scalars())


def _night(connection: Connection) -> int:
    return int(connection.execute(text("SELECT max(night_id) FROM nights")).scalar_one())


def _found(connection: Connection, design: Design) -> Experiment:
    found = records.find(connection, design.name)
    assert found is not None
    return found


def _morning(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 1, 10, tzinfo=UTC)
