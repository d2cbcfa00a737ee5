"""What a test's primary metric was per debtor of its cohort in the book's own past, and how widely it was spread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from threading import Lock

import numpy as np

from arrears.errors import Refused, WrongUse
from arrears.experiments.cohort import Cohort
from arrears.experiments.design import Design
from arrears.experiments.held import NOBODY, Held, Present, left_over
from arrears.experiments.metrics import METRICS
from arrears.experiments.placed import placed
from arrears.experiments.power import Spread, spread_of
from arrears.lake import Lake
from arrears.policy.columns import Numbers, Words
from features.after import came_after
from features.delinquency import positions_plan
from features.snapshots import on_days
from serving.gate.book import PAST_DUE, bucket_ranks
from serving.present import manifest_changed_at

_BACK = 28
"""Days over which newcomers to a cohort are counted: whole weeks, and about one billing cycle."""

_SETTLED = timedelta(days=20)
"""Within so many days after a horizon any book's payments have settled, whatever a design waits for."""


_MOST_TOLD = 20
"""Clients that a refusal names: a book may have thousands."""

_CLIENTS = "SELECT DISTINCT client FROM accounts WHERE client IS NOT NULL ORDER BY 1"

_waiting: dict[_Question, Lock] = {}
_at_the_door = Lock()


@dataclass(frozen=True)
class Members:
    """The debtors of a cohort on an evening, in the order of their ids.

    Attributes
    ----------
    before : by covariate (debtors,) what a night would write down of each; the champion's score is not among it.
    """

    debtor_id: Sequence[str]
    before: Mapping[str, Numbers]


@dataclass(frozen=True)
class _Past:
    """What a metric's column was of a cohort's members, and how many of them had come into it within four weeks."""

    members: Members
    told: Numbers
    entered: int


@dataclass(frozen=True)
class _Question:
    """What is asked of the past: the same of the same loads, however many weeks somebody tries, is answered once."""

    root: Path
    changed_at: int
    day: date
    cohort: str
    column: str
    horizon_days: int
    settled_on: date


def past_spread(design: Design, lake: Lake, whose: Held = NOBODY) -> tuple[date, Spread]:
    """The primary metric per debtor of the cohort on the latest day whose horizon is over and settled, and that day.

    Parameters
    ----------
    whose : debtors that other versions of the test hold: what is spread is of all, but those do not come in.

    Raises
    ------
    WrongUse : nothing is loaded, or too few debtors were in the cohort.
    Refused : the book is too short, it knows none of a client of the cohort, or every debtor brought the same, so that
        nothing can be told apart.
    """
    asked = f"plan {design.label} from what was loaded"
    if not lake.exists() or lake.last_day is None or lake.first_day is None:
        raise WrongUse(asked=asked, found="nothing loaded", do="Run: arrears load demo")
    watched = design.watch.matures(lake.last_day) - lake.last_day
    # What counts begins the day after, and a day has settled once a later one is known of.
    day = lake.last_day - max(watched, timedelta(days=design.primary.horizon_days) + _SETTLED) - timedelta(days=1)
    if day < lake.first_day:
        raise Refused(
            asked=asked,
            found=f"what was loaded begins on {lake.first_day} and ends on {lake.last_day}, and {watched.days} days "
            "must be over and settled",
            do="Choose a shorter horizon, or load more of the past.",
        )
    _refuse_unknown_clients(design.cohort, lake, asked)
    question = _Question(
        root=lake.root,
        changed_at=manifest_changed_at(lake.root),
        day=day,
        cohort=design.cohort.model_copy(update={"balance_bands_minor": ()}).model_dump_json(),
        column=METRICS[design.primary.metric].columns[0],
        horizon_days=design.primary.horizon_days,
        settled_on=design.watch.matures(day + timedelta(days=1)),
    )
    past = _past_once(question)
    if len(past.told) < 2:  # noqa: PLR2004 - one debtor has no spread
        raise WrongUse(asked=asked, found=f"{len(past.told)} debtors of the cohort on {day}", do="Widen the cohort.")
    cap = design.primary.cap_minor
    before = [past.members.before[each.name] for each in design.covariates if each.name in past.members.before]
    spread = spread_of(
        past.told.tolist(),
        cap=cap,
        stock=len(past.told),
        per_week=7 * past.entered / _BACK,
        explained=explained(past.told if cap is None else np.clip(past.told, -cap, cap), before),
    )
    if spread.sd == 0:
        raise Refused(
            asked=asked,
            found=f"each of the {spread.stock} debtors of the cohort on {day} brought {spread.mean:g} within "
            f"{design.primary.horizon_days} days",
            do="Choose a longer horizon, or another cohort: where all are alike no test can tell anything.",
        )
    if whose != NOBODY:
        spread = left_over(spread, design, whose, _present(question))
    return day, spread


def explained(told: Numbers, before: Sequence[Numbers]) -> float:
    """Share of the variance of a metric that a line through what was known before explains, free of chance's part.

    Examples
    --------
    >>> owed = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    >>> explained(2 * owed, [owed]), explained(owed, []), explained(np.ones(6), [owed])
    (1.0, 0.0, 0.0)
    """
    free = len(told) - len(before) - 1
    around = told - told.mean()
    whole = float(around @ around)
    if not before or free < 1 or whole == 0:
        return 0.0
    columns = np.column_stack([each - each.mean() for each in before])
    scale = np.abs(columns).max(axis=0)
    columns = columns / np.where(scale > 0, scale, 1.0)
    left = around - columns @ np.linalg.lstsq(columns, around, rcond=None)[0]
    share = 1 - float(left @ left) / whole * (len(told) - 1) / free
    return min(max(round(share, 12), 0.0), 1.0)


def _refuse_unknown_clients(cohort: Cohort, lake: Lake, asked: str) -> None:
    if not cohort.clients:
        return
    known: list[str] = []
    if "client" in lake.columns("accounts"):
        with lake.connect() as con:
            known = [str(name) for (name,) in con.execute(_CLIENTS).fetchall()]
    absent = sorted(set(cohort.clients) - set(known))
    if absent:
        told = ", ".join(known[:_MOST_TOLD]) or "none"
        raise Refused(
            asked=asked,
            found=f"the book knows no client {', '.join(absent)}; it has {told}",
            do="Name clients of the book, or none for all.",
        )


def _past_once(asked: _Question) -> _Past:
    """The past; who asks the same at the same time waits for it, as it takes a while on a large book."""
    with _at_the_door:
        door = _waiting.setdefault(asked, Lock())
    try:
        with door:
            return _past(asked)
    finally:
        with _at_the_door:
            _waiting.pop(asked, None)


@lru_cache(maxsize=16)
def _past(asked: _Question) -> _Past:
    lake, cohort = Lake(asked.root), Cohort.model_validate_json(asked.cohort)
    members = in_cohort(cohort, lake, asked.day)
    earlier = in_cohort(cohort, lake, asked.day - timedelta(days=_BACK))
    came = came_after(
        lake,
        members.debtor_id,
        asked.day + timedelta(days=1),
        currency=cohort.currency,
        horizon_days=asked.horizon_days,
        settled_on=asked.settled_on,
        columns=(asked.column,),
    )
    entered = len({*members.debtor_id} - {*earlier.debtor_id})
    return _Past(members, np.asarray(came[asked.column], dtype=np.float64), entered)


@lru_cache(maxsize=16)
def _present(asked: _Question) -> Present:
    lake, cohort = Lake(asked.root), Cohort.model_validate_json(asked.cohort)
    day = lake.last_day or date.min
    began = day - timedelta(days=_BACK)
    now, before = (frozenset(in_cohort(cohort, lake, each).debtor_id) for each in (day, began))
    return Present(day, now, began, before)


def in_cohort(cohort: Cohort, lake: Lake, day: date) -> Members:
    """The debtors that a night of that evening would have found in the cohort, in the order of their ids."""
    with lake.connect() as con:
        on_days(con, lake.settings, [day])
        found = positions_plan(lake.present, lake.settings).run(con)
    frame = found.to_pandas()
    frame = frame[frame["bucket"].isin(PAST_DUE)]

    def words(name: str) -> Words:
        return np.array(frame[name].astype(object).where(frame[name].notna(), "").tolist(), dtype=np.str_)

    currency, bucket, client = words("currency"), words("bucket"), words("client")
    past_due, rank = frame["past_due_minor"].to_numpy(dtype=np.float64, na_value=np.nan), bucket_ranks(bucket)
    stand = placed(
        debtor_id=words("debtor_id"),
        account_id=words("account_id"),
        currency=currency,
        bucket_rank=rank,
        balance_minor=frame["balance_minor"].to_numpy(dtype=np.float64, na_value=np.nan),
        past_due_minor=past_due,
    )
    lead = stand.lead
    # Whoever is there already is what a test would find: who is new to the cohort is told by an earlier day.
    entry = "stock" if cohort.entry == "both" else cohort.entry
    holds = cohort.holds(
        currency=currency[lead],
        bucket=bucket[lead],
        client=client[lead],
        entry=np.full(len(lead), entry),
        balance_minor=stand.owed,
    )
    before = {
        "balance_before_minor": stand.owed[holds],
        "past_due_before_minor": np.nan_to_num(past_due[lead])[holds],
        "bucket_before": rank[lead][holds].astype(np.float64),
    }
    return Members(stand.debtor_id[holds].tolist(), before)
