"""Did it pay? The propensity label of an account on a day: net voluntary money within the horizon against a threshold.

A label is missing until its horizon and the days that payments need to settle are over; it is never 0 instead. What it
says is what was known on the day it matured: later corrections change no label. Which payments count is for
`features.facts` to say, what is owed for `features.delinquency`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import duckdb
import ibis
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from arrears.clock import add_business_days, end_of_day
from arrears.settings import LabelRule, Settings
from features.columns import KEY, whole
from features.facts import SNAPSHOTS, Facts
from features.plan import compiled
from features.terms import MILLION, arrow_schema, minor

RuleName = Literal["pre_charge_off", "charged_off", "medical", "invoice"]
COMMERCIAL = ("commercial", "commercial_natural_person")
LABEL_DAYS = "label_days"

Names = npt.NDArray[np.object_]
Whole = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Days = npt.NDArray[np.datetime64]


@dataclass(frozen=True)
class Labels:
    """Labels in the order of the positions they were made for.

    Attributes
    ----------
    rule : which rule judged the account.
    horizon_days : how far it looks.
    matures_on : the day at whose end the label is known.
    needs_minor : what had to be paid; 0 where nothing was owed and there is nothing to learn.
    collected_minor : net voluntary money within the horizon, at most what was past due before charge-off; NaN where the
        label is missing.
    paid : 1 or 0; NaN where the label is missing.
    """

    rule: Names
    horizon_days: Whole
    matures_on: Days
    needs_minor: Whole
    collected_minor: Floats
    paid: Floats


def propensity_labels(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    present: Mapping[str, frozenset[str]],
    positions: pa.Table,
    *,
    training_day: date,
    horizon_days: int | None = None,
    threshold: str | None = None,
) -> Labels:
    """Label every position of `features.delinquency.positions_plan`.

    Parameters
    ----------
    con : a connection to the lake on which `snapshots` stands.
    positions : what `positions_plan(...).run(con)` gave, sorted by account and day.
    training_day : the day we stand on; a label that matures later is missing.
    horizon_days, threshold : in place of the portfolio's rules.
    """
    terms = _label_terms(con, settings, present)
    rule = _rule_names(positions, terms)
    horizon, settles, needs = _asked(settings, positions, terms, rule, horizon_days, threshold)
    matures = _matures_on(settings, _days(positions, "as_of"), horizon, settles)
    known = (needs > 0) & (matures <= np.datetime64(training_day, "D"))
    collected = np.full(len(needs), np.nan)
    collected[known] = 0.0
    for rows, ahead in _groups(known, horizon, settles):
        collected[rows] = _collected(con, settings, present, positions, rows, ahead, matures)
    collected = np.minimum(collected, _cap(positions))  # a missing label stays missing
    paid = np.where(known, (collected >= needs).astype(float), np.nan)
    return Labels(rule, horizon, matures, needs, collected, paid)


def needed_minor(threshold: str, *, balance: Whole, stop_roll: Whole, disputed: Whole, currency: str) -> Whole:
    """What has to be paid under a threshold rule, in minor units, rounded up; 0 where nothing is owed.

    Parameters
    ----------
    threshold : `stop_roll`, `any`, `balance:SHARE[:FLOOR]` (share of the balance, at least FLOOR in major units, at
        most the balance) or `due:SHARE` (share of the undisputed balance).
    balance, stop_roll, disputed : (n,) minor units; unknown is 0.

    Examples
    --------
    >>> owed = {name: np.array(amounts) for name, amounts in {
    ...     "balance": [100_000, 800], "stop_roll": [5_000, 0], "disputed": [50_000, 0]}.items()}
    >>> needed_minor("balance:0.02:25", **owed, currency="USD").tolist()
    [2500, 800]
    >>> needed_minor("stop_roll", **owed, currency="USD").tolist()
    [5000, 0]
    >>> needed_minor("due:0.95", **owed, currency="USD").tolist()
    [47500, 760]
    >>> needed_minor("any", **owed, currency="USD").tolist()
    [1, 1]
    """
    kind, _, numbers = threshold.partition(":")
    if kind == "stop_roll":
        return np.where(stop_roll > 0, stop_roll, 0)
    if kind == "any":
        return (balance > 0).astype(np.int64)
    share, _, floor = numbers.partition(":")
    owed = np.maximum(balance - disputed if kind == "due" else balance, 0)
    wanted: Whole = -((-owed * round(float(share) * MILLION)) // MILLION)
    least = minor(float(floor), currency) if floor else 0
    needed: Whole = np.minimum(np.maximum(wanted, least), owed)
    return needed


def _label_terms(con: duckdb.DuckDBPyConnection, settings: Settings, present: Mapping[str, frozenset[str]]) -> pa.Table:
    """Class of debt and disputed money of every snapshot, in the order of the positions."""
    facts = Facts(present, settings)
    rows = facts.on_accounts("accounts")
    rows = rows.semi_join(facts.snapshots.select(*KEY), list(KEY)).select(*KEY, "debt_class")
    disputes = facts.on_accounts("disputes")
    still_open = disputes.resolved_on.isnull() | (disputes.resolved_on > disputes.as_of)
    disputes = disputes.filter(still_open, disputes.opened_on <= disputes.as_of)
    sums = disputes.group_by(KEY).agg(
        disputed_minor=whole(disputes.amount_minor.sum()), in_full=disputes.amount_minor.isnull().any()
    )
    rows = rows.left_join(sums, list(KEY)).select(*rows.columns, "disputed_minor", "in_full")
    return compiled(rows.order_by(*KEY), settings).run(con)


def _rule_names(positions: pa.Table, terms: pa.Table) -> Names:
    debt_class = terms["debt_class"].to_numpy(zero_copy_only=False)
    charged_off = positions["charged_off"].to_numpy(zero_copy_only=False).astype(bool)
    names = np.full(len(positions), "pre_charge_off", dtype=object)
    names[np.isin(debt_class.astype(str), COMMERCIAL)] = "invoice"
    names[debt_class == "medical"] = "medical"
    names[charged_off] = "charged_off"
    return names


def _asked(
    settings: Settings,
    positions: pa.Table,
    terms: pa.Table,
    rule: Names,
    horizon_days: int | None,
    threshold: str | None,
) -> tuple[Whole, Whole, Whole]:
    """Horizon, business days to settle and money needed of every row, by the rule of its client."""
    horizon, settles, needs = (np.zeros(len(rule), dtype=np.int64) for _ in range(3))
    client = positions["client"].to_numpy(zero_copy_only=False)
    currency = positions["currency"].to_numpy(zero_copy_only=False)
    balance, past_due = _money(positions, "balance_minor"), _money(positions, "past_due_minor")
    in_full = terms["in_full"].fill_null(False).to_numpy(zero_copy_only=False)  # noqa: FBT003 - pyarrow takes it by position
    disputed = np.where(in_full, balance, _money(terms, "disputed_minor"))
    stop_roll = _money(positions, "stop_roll_minor")
    for own_client, own_currency, own_rule in sorted({*zip(client, currency, rule, strict=True)}, key=str):
        rows = (client == own_client) & (currency == own_currency) & (rule == own_rule)
        chosen = settings.for_client(own_client).label
        own: LabelRule = getattr(chosen, own_rule)
        horizon[rows] = horizon_days or own.horizon_days
        settles[rows] = chosen.settle_business_days
        needs[rows] = needed_minor(
            threshold or own.threshold,
            balance=balance[rows],
            stop_roll=stop_roll[rows],
            disputed=disputed[rows],
            currency=own_currency,
        )
    # Nobody is asked for more than is past due: paying all of that is paying.
    capped = (past_due > 0) & (rule != "charged_off")
    return horizon, settles, np.where(capped, np.minimum(needs, past_due), needs)


def _matures_on(settings: Settings, as_of: Days, horizon: Whole, settles: Whole) -> Days:
    country = settings.portfolio.country or None
    matures = as_of.copy()
    for day, ahead, business in {*zip(as_of, horizon, settles, strict=True)}:
        rows = (as_of == day) & (horizon == ahead) & (settles == business)
        over: date = day.astype(object) + timedelta(days=int(ahead))
        matures[rows] = np.datetime64(add_business_days(over, int(business), country), "D")
    return matures


def _groups(known: npt.NDArray[np.bool_], horizon: Whole, settles: Whole) -> Iterator[tuple[npt.NDArray[np.intp], int]]:
    """Known rows with one horizon and one settling time at a time: only then a day and an account name one moment."""
    for ahead, business in sorted({*zip(horizon[known].tolist(), settles[known].tolist(), strict=True)}):
        yield np.flatnonzero(known & (horizon == ahead) & (settles == business)), ahead


def _collected(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    present: Mapping[str, frozenset[str]],
    positions: pa.Table,
    rows: npt.NDArray[np.intp],
    ahead: int,
    matures: Days,
) -> Floats:
    """Net voluntary money in (as_of, as_of + ahead] of these rows, as known when each label matured."""
    ends = _days(positions, "as_of")[rows] + ahead
    own = positions.take(pa.array(rows))
    stands = {name: own[name] for name in ("account_id", "debtor_id", "client", "currency")}
    cutoffs = {day: end_of_day(day.astype(object), settings.portfolio.zone) for day in np.unique(matures[rows])}
    moments = [cutoffs[day] for day in matures[rows]]
    con.register(LABEL_DAYS, pa.table({**stands, "as_of": ends, "cutoff": moments}, schema=arrow_schema(SNAPSHOTS)))
    try:
        answer = compiled(_collected_table(Facts(present, settings, LABEL_DAYS), ahead), settings).run(con)
    finally:
        con.unregister(LABEL_DAYS)
    money: Floats = answer["collected_minor"].to_numpy(zero_copy_only=False).astype(float)
    return money


def _collected_table(facts: Facts, ahead: int) -> ibis.ir.Table:
    paid = facts.payments
    paid = paid.filter(paid.days_ago < ahead, paid.is_voluntary)
    sums = paid.group_by(KEY).agg(named_minor=whole(paid.amount_minor.sum()))
    rows = facts.snapshots.left_join(sums, list(KEY)).drop("account_id_right", "as_of_right")
    return rows.select(*KEY, collected_minor=rows.named_minor.fill_null(0)).order_by(*KEY)


def _cap(positions: pa.Table) -> Floats:
    past_due = _money(positions, "past_due_minor").astype(float)
    charged_off = positions["charged_off"].to_numpy(zero_copy_only=False).astype(bool)
    return np.where((past_due > 0) & ~charged_off, past_due, np.inf)


def _money(table: pa.Table, column: str) -> Whole:
    amounts: Whole = table[column].fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)
    return amounts


def _days(table: pa.Table, column: str) -> Days:
    days: Days = table[column].to_numpy(zero_copy_only=False).astype("datetime64[D]")
    return days
