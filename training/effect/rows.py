"""The accounts about a threshold: the number it looked at, the cash that followed, who was worked, what they were like.

The number comes from the lake as known on the day, or from what a night recorded; the cash is net voluntary money on
the account, and counts only once it is mature.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from arrears.buckets import AGEING, Bucket
from arrears.clock import end_of_day
from arrears.errors import Refused, WrongUse
from arrears.lake import Lake
from features.build import missing, plan
from features.catalog import CATALOG
from features.delinquency import positions_plan
from features.facts import SNAPSHOTS
from features.snapshots import on_days
from features.terms import arrow_schema
from training.effect.local import Floats, Whole
from training.effect.threshold import Asked, Threshold
from training.policy_value.cash import STAND, cash_after, matures_on

Words = npt.NDArray[np.str_]
NUMBERS = ("days_past_due", "past_due_minor", "balance_minor", "stop_roll_minor")
"""Numbers of a position, which strategies read; others are features, or a night's."""

COVARIATES = (
    "days_past_due",
    "balance_minor",
    "past_due_minor",
    "cycles_late_count_6_cycles",
    "days_since_opened",
    "paid_90d_minor",
    "paid_count_365d",
    "days_since_last_paid",
    "contact_attempt_count_30d",
    "rpc_count_90d",
    "promise_kept_share",
    "debtor_account_count",
)
"""What the accounts on both sides should have in common, unless others are asked for."""

WORKED_WITHIN = (7, 30, 90)
"""Days within which contact attempts are counted."""

_PAST_DUE = (*AGEING[1:], Bucket.CHARGED_OFF)
_ATTEMPTS = "contact_attempt_count_{}d"
_AFTERWARDS = "effect_afterwards"


@dataclass(frozen=True)
class Question:
    """What is asked of the past.

    Attributes
    ----------
    threshold : as it was typed.
    as_of : the day on which it decided.
    horizon_days : how long cash is counted from the day after.
    worked_within : count who was contacted within so many days, for a threshold that only changed the chance; or None.
    currency : only accounts in it; None where the book has one.
    buckets : only accounts in these; all that are past due where empty.
    covariates : features that should not jump; `COVARIATES` where empty.
    """

    threshold: Asked
    as_of: date
    horizon_days: int
    worked_within: int | None = None
    currency: str | None = None
    buckets: tuple[str, ...] = ()
    covariates: tuple[str, ...] = ()


@dataclass(frozen=True)
class NightNumbers:
    """What a night recorded of its accounts: numbers by name and account, for those it allowed to be worked."""

    night_id: int
    served_on: date
    accounts: Sequence[str]
    numbers: Mapping[str, Floats]


@dataclass(frozen=True)
class Rows:
    """Accounts with a known number and mature cash.

    Attributes
    ----------
    threshold : what is known of the number now.
    value : (n,) the number.
    cash : (n,) net voluntary money within the horizon, in minor units of `currency`.
    worked : (n,) 1 where the account was contacted, else 0; None where nobody asked.
    clusters : (n,) codes of debtors from 0.
    covariates : features of the day by name, NaN where null.
    matured_on : the day at whose end the cash was known.
    night_id : whose numbers these are; None where the lake's.
    """

    threshold: Threshold
    value: Floats
    cash: Floats
    worked: Floats | None
    clusters: Whole
    covariates: Mapping[str, Floats]
    currency: str
    matured_on: date
    night_id: int | None


def in_lake(lake: Lake, asked: Asked) -> str | None:
    """The name of the number where the lake can tell it, else None."""
    absent = missing(lake.present)
    known = {*NUMBERS, *(one.name for one in CATALOG if one.name not in absent)}
    return next((name for name in asked.names() if name in known), None)


def read_rows(lake: Lake, question: Question, night: NightNumbers | None = None) -> Rows:
    """The accounts that were past due on the day, by what was known then, with what followed.

    Parameters
    ----------
    night : where the number is one that a night recorded.

    Raises
    ------
    WrongUse : no such number or feature, or several currencies and none chosen.
    Refused : the cash is not mature.
    """
    name = _name(lake, question.threshold, night)
    compared = _compared(lake, question)
    _refuse_uncounted(lake, question)
    begins_on = question.as_of + timedelta(days=1) if night is None else night.served_on
    matured_on = _mature(lake, question, begins_on)
    with lake.connect() as con:
        on_days(con, lake.settings, [question.as_of])
        positions = positions_plan(lake.present, lake.settings).run(con)
        kept, currency = _kept(positions, question)
        features = _features(lake, con, [*compared, name])
        value = _number(name, positions, features, night)
        kept &= ~np.isnan(value)
        positions, value = positions.filter(pa.array(kept)), value[kept]
        worked = _worked(lake, con, question, positions)
    accounts = list(zip(*(positions[name].to_pylist() for name in STAND), strict=True))
    cash = cash_after(lake, {begins_on: accounts}, question.horizon_days)
    return Rows(
        threshold=question.threshold.of(name, currency),
        value=value,
        cash=np.array([cash.get((begins_on, account), 0) for account, *_ in accounts], dtype=np.float64),
        worked=worked,
        clusters=np.unique(_words(positions, "debtor_id"), return_inverse=True)[1].astype(np.int64),
        covariates={each: features[each][kept] for each in compared},
        currency=currency,
        matured_on=matured_on,
        night_id=night.night_id if night else None,
    )


def _mature(lake: Lake, question: Question, begins_on: date) -> date:
    matured_on = matures_on(begins_on, question.horizon_days, lake.settings)
    if lake.last_day is None or matured_on > lake.last_day:
        raise Refused(
            asked=f"the cash of the {question.horizon_days} days after {question.as_of}",
            found=f"it is known at the end of {matured_on}, and the lake ends on {lake.last_day}",
            do="Choose an earlier day or a shorter --horizon, or load what came since.",
        )
    return matured_on


def _kept(positions: pa.Table, question: Question) -> tuple[npt.NDArray[np.bool_], str]:
    past_due = np.isin(_words(positions, "bucket"), question.buckets or _PAST_DUE)
    currencies = _words(positions, "currency")
    known = sorted(set(currencies[past_due].tolist()))
    if question.currency in known or (question.currency is None and len(known) == 1):
        currency = question.currency or known[0]
        return past_due & (currencies == currency), currency
    raise WrongUse(
        asked=f"the effect on cash in {question.currency or 'one currency'}",
        found=f"past-due accounts on {question.as_of} in {', '.join(known) or 'no currency'}",
        do="Choose one with --currency, or another day.",
    )


def _name(lake: Lake, asked: Asked, night: NightNumbers | None) -> str:
    kept = set(night.numbers) if night else set()
    found = in_lake(lake, asked) or next((name for name in asked.names() if name in kept), None)
    if found is not None:
        return found
    others = f", or of night {night.night_id}: {', '.join(sorted(kept))}" if night else ""
    raise WrongUse(
        asked=f"a threshold on {asked.name}",
        found="neither the lake nor a night of that day keeps a number of that name",
        do=f"Choose {', '.join(NUMBERS)}, a feature (`arrears features`){others}.",
    )


def _compared(lake: Lake, question: Question) -> list[str]:
    absent = missing(lake.present)
    known = {one.name for one in CATALOG} - set(absent)
    if strange := sorted(set(question.covariates) - known):
        raise WrongUse(
            asked=f"compare {', '.join(strange)} at the threshold",
            found="this book has no feature of that name",
            do="`arrears features` lists what it has.",
        )
    return [name for name in question.covariates or COVARIATES if name in known]


def _refuse_uncounted(lake: Lake, question: Question) -> None:
    choices = [days for days in WORKED_WITHIN if days <= question.horizon_days]
    days, lacks = question.worked_within, missing(lake.present).get(_ATTEMPTS.format(WORKED_WITHIN[0]))
    if days is not None and (days not in choices or lacks):
        counted = f"attempts counted over {', '.join(map(str, WORKED_WITHIN))} days, cash over {question.horizon_days}"
        raise WrongUse(
            asked=f"who was worked within {days} days",
            found=lacks or counted,
            do=f"Choose one of {', '.join(map(str, choices)) or 'no'} days, and load a source with contacts.",
        )


def _features(lake: Lake, con: duckdb.DuckDBPyConnection, names: Sequence[str]) -> dict[str, Floats]:
    """Those of the names that are features; a number of the position or of a night is none."""
    made = plan(lake.present, lake.settings, names=names)
    table = made.run(con) if made.names else pa.table({})
    return {name: _floats(table, name) for name in made.names}


def _number(name: str, positions: pa.Table, features: Mapping[str, Floats], night: NightNumbers | None) -> Floats:
    if name in NUMBERS:
        return _floats(positions, name)
    if night is None or name in features:
        return features[name]
    by_account = dict(zip(night.accounts, night.numbers[name].tolist(), strict=True))
    return np.array([by_account.get(account, np.nan) for account in positions["account_id"].to_pylist()])


def _worked(lake: Lake, con: duckdb.DuckDBPyConnection, question: Question, positions: pa.Table) -> Floats | None:
    """Whether an attempt to contact anybody about the account was made within the days: what a feature counts then."""
    if question.worked_within is None:
        return None
    then = question.as_of + timedelta(days=question.worked_within)
    cutoff = end_of_day(then, lake.settings.portfolio.zone)
    stands = {each: positions[each] for each in STAND}
    days = {"as_of": [then] * len(positions), "cutoff": [cutoff] * len(positions)}
    con.register(_AFTERWARDS, pa.table(stands | days, schema=arrow_schema(SNAPSHOTS)))
    name = _ATTEMPTS.format(question.worked_within)
    table = plan(lake.present, lake.settings, _AFTERWARDS, names=[name]).run(con)
    return (_floats(table, name) > 0).astype(np.float64)


def _words(table: pa.Table, column: str) -> Words:
    return np.array([word or "" for word in table[column].to_pylist()], dtype=np.str_)


def _floats(table: pa.Table, column: str) -> Floats:
    numbers: Floats = table[column].cast(pa.float64()).to_numpy(zero_copy_only=False)
    return np.where(table[column].is_null().to_numpy(zero_copy_only=False), np.nan, numbers)
