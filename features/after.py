"""What came of debtors in the days after one: net cash, net roll money, contacts, complaints and broken promises.

All of it counts as it was known once it had settled: money that was taken back by then, and complaints that were
written down late. Nothing here is a feature: what came after a day is what tests and labels are judged by.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta

import ibis
import pyarrow as pa
import pyarrow.compute as pc
from ibis import ir

from arrears.clock import end_of_day
from arrears.lake import Lake
from arrears.settings import Settings
from features.columns import DEBTOR_KEY, KEY, days_between, whole
from features.contact_history import contact_rows
from features.facts import SNAPSHOTS, Facts
from features.plan import Plan, compiled_once
from features.promises import promises_plan
from features.roll_money import net_roll_money
from features.terms import arrow_schema

MONEY, TALKS = "money_windows", "talk_windows"
"""The tables of windows, both as known when all had settled: one ends with the days that count, one on that later day,
as the days of talks are reckoned back from what is known."""

COLUMNS = ("net_cash_minor", "net_roll_money_minor", "contacts", "complaints", "broken_promises")
"""What is told of each debtor, each a total within the days; roll money (`features.roll_money`) up to the end of each
account's cycle."""

_MOST_DAYS = 366

_NEEDS: Mapping[str, frozenset[str]] = {
    "net_cash_minor": frozenset({"payments"}),
    "contacts": frozenset({"contacts"}),
    "complaints": frozenset({"contacts", "holds"}),
    "broken_promises": frozenset({"promises"}),
}
"""Tables of which a book must have one, so that it can tell a column."""


def came_after(
    lake: Lake,
    debtors: Sequence[str],
    day: date,
    *,
    currency: str,
    horizon_days: int,
    settled_on: date,
    columns: Collection[str] = COLUMNS,
) -> dict[str, list[float]]:
    """What came of some debtors.

    Parameters
    ----------
    day : the first that counts.
    currency : of the cash; what comes in on accounts in another is left out, and so is what names a debtor who has any.
    horizon_days : how many days count.
    settled_on : the day by whose end all counts that is known.
    columns : of `COLUMNS`, those that are asked for.

    Returns
    -------
    dict : by name of `columns` a number for each debtor, in their order; 0 where nothing came.
    """
    last, settings = day + timedelta(days=horizon_days - 1), lake.settings
    zone = settings.portfolio.zone
    answers: dict[str, dict[str, float]] = {name: {} for name in COLUMNS if name in columns}
    with lake.connect() as con:
        for name, as_of in ((MONEY, last), (TALKS, settled_on)):
            con.register(name, _windows(debtors, as_of, end_of_day(settled_on, zone)))
        for name, plan in _plans(lake.present, settings, columns).items():
            found, since = plan.run(con), 0 if name == "net_cash_minor" else (settled_on - last).days
            counts = pc.and_(
                pc.greater_equal(found["days_ago"], since), pc.less(found["days_ago"], since + horizon_days)
            )
            told = found.filter(counts)
            if "currency" in told.column_names:
                told = told.filter(pc.equal(told["currency"], currency))
            for who, amount in zip(told["debtor_id"].to_pylist(), told["amount"].to_pylist(), strict=True):
                answers[name][who] = answers[name].get(who, 0.0) + float(amount)
        if "promises" in lake.present and "broken_promises" in answers:
            answers["broken_promises"] = _broken(promises_plan(lake.present, settings, MONEY).run(con), day)
        if "net_roll_money_minor" in answers:
            rolled = net_roll_money(
                con,
                lake.present,
                settings,
                debtors,
                day,
                currency=currency,
                horizon_days=horizon_days,
                settled_on=settled_on,
            )
            answers["net_roll_money_minor"] = {who: float(amount) for who, amount in rolled.items()}
    return {name: [own.get(who, 0.0) for who in debtors] for name, own in answers.items()}


def told_by(present: Collection[str]) -> frozenset[str]:
    """The columns that a book of some tables can tell; of any other each debtor has 0, whatever came.

    Examples
    --------
    >>> sorted(told_by(["accounts", "holds", "payments"]))
    ['complaints', 'net_cash_minor', 'net_roll_money_minor']
    """
    return frozenset(name for name in COLUMNS if name not in _NEEDS or _NEEDS[name].intersection(present))


def _windows(debtors: Sequence[str], as_of: date, cutoff: object) -> pa.Table:
    blank = {"account_id": "", "client": "", "currency": ""}
    rows = [{**blank, "debtor_id": who, "as_of": as_of, "cutoff": cutoff} for who in debtors]
    return pa.Table.from_pylist(rows, schema=arrow_schema(SNAPSHOTS))


def _plans(present: Mapping[str, frozenset[str]], settings: Settings, columns: Collection[str]) -> dict[str, Plan]:
    """Amounts by debtor and days before the window's last day, one plan a column."""
    makers = {"net_cash_minor": _cash, "contacts": _contacts, "complaints": _complaints}
    return {
        name: compiled_once(f"{name} after a day", present, settings, make)
        for name, make in makers.items()
        if name in columns and name in told_by(present)
    }


def _cash(present: Mapping[str, frozenset[str]], settings: Settings) -> ir.Table:
    facts = Facts(present, settings, MONEY)
    paid = facts.payments
    rows = paid.filter(paid.is_voluntary, paid.days_ago < _MOST_DAYS)
    books = facts.accounts.select(*KEY, "debtor_id", "currency")
    rows = rows.select(*KEY, "debtor_id", "days_ago", "amount_minor").join(books.drop("debtor_id"), list(KEY))
    rows = rows.select("debtor_id", "days_ago", "currency", "amount_minor")
    if facts.has("payments", "debtor_id"):
        one = books.group_by(DEBTOR_KEY).agg(currency=books.currency.min(), is_one=books.currency.nunique() == 1)
        loose = facts.unapplied
        loose = loose.filter(loose.source.isnull() | (loose.source == "voluntary"))
        loose = loose.mutate(days_ago=days_between(loose.paid_on, loose.as_of))
        loose = loose.select(*DEBTOR_KEY, "days_ago", "amount_minor").join(one.filter(one.is_one), list(DEBTOR_KEY))
        rows = ibis.union(rows, loose.select(*rows.columns))
    return rows.group_by("debtor_id", "days_ago", "currency").agg(amount=whole(rows.amount_minor.sum()))


def _contacts(present: Mapping[str, frozenset[str]], settings: Settings) -> ir.Table:
    rows = contact_rows(Facts(present, settings, TALKS))
    rows = rows.filter(rows.is_attempt).select(*DEBTOR_KEY, "contact_id", "days_ago").distinct()
    return rows.group_by("debtor_id", "days_ago").agg(amount=rows.count())


def _complaints(present: Mapping[str, frozenset[str]], settings: Settings) -> ir.Table:
    """Days on which the debtor complained, in a talk or by a hold that says so."""
    facts = Facts(present, settings, TALKS)
    rows = contact_rows(facts)
    days = rows.filter(rows.disposition == "complaint").select("debtor_id", "days_ago")
    if "holds" in present:
        named = facts.on_accounts("holds").select(*DEBTOR_KEY, "kind", "starts_on")
        loose = facts.on_debtors("holds").select(*named.columns)
        holds = ibis.union(named, loose).filter(
            lambda told: (told.kind == "complaint") & (told.starts_on <= told.as_of)
        )
        began = days_between(holds.starts_on, holds.as_of)
        days = ibis.union(days, holds.mutate(days_ago=began).select("debtor_id", "days_ago"))
    days = days.distinct()
    return days.group_by("debtor_id", "days_ago").agg(amount=days.count())


def _broken(promises: pa.Table, day: date) -> dict[str, float]:
    made = pc.and_(pc.equal(promises["status"], "broken"), pc.greater_equal(promises["made_on"], pa.scalar(day)))
    counted = promises.filter(made)["debtor_id"].value_counts().to_pylist() if len(promises) else []
    return {each["values"]: float(each["counts"]) for each in counted}
