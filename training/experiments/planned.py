"""What a design can find in a book, from the own spread of its cash: debtors, weeks, looks, the smallest effect."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from arrears.buckets import AGEING, Bucket
from arrears.errors import WrongUse
from arrears.experiments.design import Design
from arrears.experiments.looks import planned_looks
from arrears.experiments.power import Spread, coming, planned, spread_of
from arrears.lake import Lake
from features.delinquency import positions_plan
from features.snapshots import on_days
from training.policy_value.cash import STAND, cash_after

_BACK = 28
"""Days over which newcomers to a cohort are counted: whole weeks, and about one billing cycle."""

_SETTLING = 20
"""Days within which any book's payments have settled."""

_BUCKETS = (*map(str, AGEING), str(Bucket.CHARGED_OFF))


def plan_document(design: Design, day: date, spread: Spread) -> dict[str, Any]:
    """The plan as JSON.

    Parameters
    ----------
    day, spread : as `past_spread` tells them.
    """
    found = planned(design, spread)
    looks = [{"number": each.number, "on": each.on, "may_promote": each.may_promote} for each in planned_looks(design)]
    return {
        "design": design.label,
        "fingerprint": design.fingerprint,
        "currency": design.cohort.currency,
        "learned_on": day,
        "spread": {**vars(spread), "cv": spread.cv},
        "plan": found.document(),
        "looks": looks,
        "enrols": design.enrolment.debtors,
        "will_come": round(coming(spread, design.enrolment.weeks, design)),
        "worth_finding_minor": design.primary.smallest_effect_minor,
        "enough": found.power >= design.stop.power,
    }


def past_spread(design: Design, lake: Lake) -> tuple[date, Spread]:
    """Net cash per debtor of the cohort on the latest day whose horizon is over and settled, and that day.

    Raises
    ------
    WrongUse : nothing is loaded, the book is too short, or its metric cannot be told from payments.
    """
    asked = f"plan {design.label} from {lake.root}"
    if not lake.exists() or lake.last_day is None:
        raise WrongUse(asked=asked, found="nothing loaded", do="Run: arrears load demo")
    if design.primary.metric != "net_cash":
        raise WrongUse(asked=asked, found=f"{design.primary.metric} is not read from payments", do="Plan by net_cash.")
    day = lake.last_day - timedelta(days=design.primary.horizon_days + _SETTLING)
    rows, debtor, known = _cohort(design, lake, day)
    if len(known) < 2:  # noqa: PLR2004 - one debtor has no spread
        raise WrongUse(asked=asked, found=f"{len(known)} debtors of the cohort on {day}", do="Widen the cohort.")
    first = day + timedelta(days=1)
    stands = list(zip(*(rows[name] for name in STAND), strict=True))
    cash = cash_after(lake, {first: stands}, design.primary.horizon_days)
    paid = np.array([cash.get((first, account), 0) for account in rows["account_id"]], dtype=np.float64)
    per_debtor = np.bincount(debtor, weights=paid)
    entered = known - _cohort(design, lake, day - timedelta(days=_BACK))[2]
    return day, spread_of(
        per_debtor.tolist(),
        cap=design.primary.cap_minor,
        stock=len(known),
        per_week=7 * len(entered) / _BACK,
    )


def _cohort(design: Design, lake: Lake, day: date) -> tuple[dict[str, list[Any]], NDArray[np.int64], set[str]]:
    """The accounts of the debtors that the cohort holds on a day, which debtor each is of, and the debtors.

    A debtor stands in the latest bucket of its accounts in the test's currency, and owes their balances together.
    """
    with lake.connect() as con:
        on_days(con, lake.settings, [day])
        found = positions_plan(lake.present, lake.settings).run(con)
    frame = found.select(["account_id", "debtor_id", "client", "currency", "bucket", "balance_minor"]).to_pandas()
    frame = frame[(frame["currency"] == design.cohort.currency) & frame["bucket"].notna()]
    frame["client"] = frame["client"].astype(object).where(frame["client"].notna(), None)  # a null is no number
    rank = {str(bucket): place for place, bucket in enumerate(_BUCKETS)}
    frame = frame.assign(rank=frame["bucket"].map(rank).fillna(-1)).sort_values(["debtor_id", "rank", "account_id"])
    debtors = frame.groupby("debtor_id", sort=True).agg(
        currency=("currency", "last"),
        bucket=("bucket", "last"),
        client=("client", lambda own: own.iloc[-1] or ""),
        balance_minor=("balance_minor", "sum"),
    )
    # Whoever is there already is what a test would find: which of them are new to the cohort is told by an earlier day.
    entry = design.cohort.entry if design.cohort.entry != "both" else "stock"
    holds = design.cohort.holds(entry=[entry] * len(debtors), **{name: debtors[name] for name in debtors.columns})
    known = set(debtors.index[holds])
    kept = frame[frame["debtor_id"].isin(known)]
    _, codes = np.unique(kept["debtor_id"].to_numpy(dtype=str), return_inverse=True)
    return {name: kept[name].tolist() for name in frame.columns}, codes.astype(np.int64), known
