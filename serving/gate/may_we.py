"""May we: the facts of a book on a day to come, or of a few debtors at this very moment, asked of every rule.

The night judges the next business day as a whole, so a rule about hours says when a way opens and holds nothing.
Whoever acts later asks again at that moment. Both run the same statements and the same rules.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import partial

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection

from arrears.clock import add_business_days
from arrears.lake import Lake
from arrears.policy.ahead import judge_through
from arrears.policy.asks import dialled, lane_asks
from arrears.policy.assemble import Moment, assemble
from arrears.policy.countries import country_code
from arrears.policy.facts import Facts
from arrears.policy.judge import judge
from arrears.policy.lawless import refuse_lawless, without_law
from arrears.policy.limits import Limits
from arrears.policy.rule import LANE_GATES, PAY
from arrears.policy.tightened import limits_of_house
from arrears.policy.verdict import Judgement
from arrears.queues.lanes import WITHOUT_WAYS
from arrears.queues.ledger import LOOKS_BACK, trailing
from arrears.settings import Settings
from features.terms import minor
from serving.gate.bench import Bench
from serving.gate.book import Questions
from serving.gate.conduct_facts import ConductQuestions, read_tables
from serving.gate.stand import Stand, stand

MANUAL = "manual"

Desk = Callable[[Sequence[str], Sequence[str]], pa.Table]
"""Tells the ledger's contacts of some people and accounts, as `arrears.queues.ledger.trailing` does."""


def served_day(as_of: date, settings: Settings) -> date:
    """The day that a night is for: the next business day of the portfolio.

    Examples
    --------
    >>> from arrears.settings import default_settings
    >>> served_day(date(2005, 9, 30), default_settings()).isoformat()
    '2005-10-03'
    """
    return add_business_days(as_of, 1, settings.portfolio.country or None)


def read_facts(
    con: duckdb.DuckDBPyConnection,
    asked: ConductQuestions,
    settings: Settings,
    positions: pa.Table,
    *,
    at: datetime,
    limits_on: date,
    desk: Desk | None = None,
    contacts_until: datetime | None = None,
) -> Facts:
    """The facts of some accounts, as known at the cutoff of the connection's snapshots.

    Parameters
    ----------
    positions : where the accounts stand, as `features.delinquency.positions_plan` tells; the facts have these accounts
        first and in this order, then others of the same people, which nobody asks about.
    at : the moment judged, with a zone.
    limits_on : the day whose limits are in force.
    desk : the ledger's contacts of some people and accounts; those that the lake knows, too, count once.
    contacts_until : up to when the feed of contacts is whole; None where nobody says.
    """
    tables = read_tables(con, asked, positions["account_id"])
    return facts_of(
        tables, asked, settings, positions, at=at, limits_on=limits_on, desk=desk, contacts_until=contacts_until
    )


def facts_of(
    tables: dict[str, pa.Table],
    asked: ConductQuestions,
    settings: Settings,
    positions: pa.Table,
    *,
    at: datetime,
    limits_on: date,
    desk: Desk | None = None,
    contacts_until: datetime | None = None,
) -> Facts:
    """The same of rows that have been read, as `conduct_facts.read_tables` gives them."""
    tables["accounts"] = _standing(tables["accounts"], positions, settings)
    if desk is not None:
        told = desk(tables["debtors"]["debtor_id"].to_pylist(), tables["accounts"]["account_id"].to_pylist())
        tables["contacts"] = _with_desk(tables.get("contacts"), told)
    portfolio = settings.portfolio
    when = Moment(at, limits_on, portfolio.zone, portfolio.country, contacts_until)
    facts = assemble(tables, asked.present, when)
    return facts.asking(facts.asks.where(facts.asks.account < len(positions)))


def judge_now(
    lake: Lake,
    asked: Questions,
    connection: Connection,
    debtor_ids: Sequence[str],
    moment: datetime,
    *,
    limits_on: date,
    through: date | None = None,
    bench: Bench | None = None,
    lane: str = PAY,
    technology: str = MANUAL,
) -> Judgement:
    """What the rules say at a moment of every account of some debtors, by what is known then.

    Parameters
    ----------
    connection : to the database, whose ledger tells the contacts of today and those that are reserved.
    debtor_ids : primary debtors; of each every account is judged, also one that is current or has left.
    moment : with a zone.
    limits_on : the day whose limits are in force.
    through : a way that opens by the end of this day opens later and is not held; by default it is held.
    bench : answers for one debtor in a fraction of the time.
    lane : what the accounts are worked for; of a lane without contact its own question is asked, once an account.
    technology : how calls would be placed.

    Raises
    ------
    BadInput : somebody lives in a country whose law nobody has switched on.
    """
    settings = asked.settings
    found, facts = facts_now(lake, asked, connection, debtor_ids, moment, limits_on=limits_on, bench=bench)
    if lane in LANE_GATES or lane in WITHOUT_WAYS:
        gates = lane_asks(facts)
        facts = facts.asking(gates.where(gates.account < len(found.positions)))
    elif technology != MANUAL:
        facts = facts.asking(dialled(facts.asks, technology))
    limits = limits_of_house(settings.conduct)
    return judge(facts, limits, lane=lane) if through is None else judge_through(facts, limits, through, lane=lane)


def facts_now(
    lake: Lake,
    asked: Questions,
    connection: Connection,
    debtor_ids: Sequence[str],
    moment: datetime,
    *,
    limits_on: date,
    bench: Bench | None = None,
) -> tuple[Stand, Facts]:
    """Where the accounts of some debtors stand at a moment, and the facts that any lane is judged by.

    Parameters and errors are those of `judge_now`; what came since the lake's last load counts.
    """
    settings = asked.settings
    found = stand(lake, asked, connection, debtor_ids, moment, bench=bench)
    facts = facts_of(
        found.tables,
        found.conduct,
        settings,
        found.positions,
        at=moment,
        limits_on=limits_on,
        desk=partial(_of_ledger, connection, moment),
        contacts_until=fed_until(lake) if settings.conduct.live_feed else None,
    )
    refuse_lawless("see whether we may", lawless_in(facts, settings))
    return found, facts


def fed_until(lake: Lake) -> datetime | None:
    """When the lake was last told anything: a live feed is whole up to then."""
    loads = lake.manifest.loads
    return datetime.fromisoformat(loads[-1].loaded_at) if loads else None


def judge_day(facts: Facts, limits: Limits, day: date, *, lane: str = PAY) -> Judgement:
    """What the rules say of a whole day: from its first midnight to its last, wherever the book's people may be.

    Parameters
    ----------
    lane : what the accounts are worked for.
    """
    days = np.full(len(facts.people), np.datetime64(day, "D"))
    midnights = facts.begins_somewhere(days, np.arange(len(days)))
    return judge_through(facts.at_instant(midnights.min()) if len(days) else facts, limits, day, lane=lane)


def lawless_in(facts: Facts, settings: Settings) -> dict[str, int]:
    """How many people of the facts live in each country whose law nobody switched on or waived."""
    countries, counts = np.unique(facts.people.country, return_counts=True)
    return _lawless(dict(zip(countries.tolist(), counts.tolist(), strict=True)), settings)


def lawless_of(lake: Lake) -> dict[str, int]:
    """The same of every debtor of a lake."""
    settings, counts = lake.settings, Counter[str]()
    sql = "SELECT coalesce(country, ?), count(*) FROM debtors WHERE known_until IS NULL AND NOT deleted GROUP BY 1"
    with lake.connect() as con:
        for country, debtors in con.execute(sql, [settings.portfolio.country]).fetchall():
            counts[country_code(country)] += debtors
    return _lawless(counts, settings)


def _lawless(counts: Mapping[str, int], settings: Settings) -> dict[str, int]:
    return without_law(counts, accepted=settings.portfolio.no_law_profile, profiles=settings.conduct.profiles)


def _of_ledger(connection: Connection, at: datetime, people: Sequence[str], accounts: Sequence[str]) -> pa.Table:
    return trailing(connection, since=at - LOOKS_BACK, at=at, debtors=people, accounts=accounts)


def _with_desk(loaded: pa.Table | None, told: pa.Table) -> pa.Table:
    """The lake's contacts, and those of the ledger that it does not know; what is reserved has no id yet."""
    if loaded is None:
        return told
    known = pc.is_in(told["contact_id"], value_set=loaded["contact_id"].combine_chunks(), skip_nulls=True)
    return pa.concat_tables([loaded, told.filter(pc.invert(known))], promote_options="default")


def recorded_at_desk(connection: Connection, cutoff: datetime) -> Desk:
    """What collectors recorded by a cutoff and no load has brought yet, for a night over the whole book."""

    def asked(people: Sequence[str], accounts: Sequence[str]) -> pa.Table:
        del people, accounts  # everybody's
        return trailing(connection, since=cutoff - LOOKS_BACK, at=cutoff, only_desk=True)

    return asked


def _standing(accounts: pa.Table, positions: pa.Table, settings: Settings) -> pa.Table:
    """The accounts with where they stand: those of `positions` first, in their order."""
    place = pc.index_in(accounts["account_id"], value_set=positions["account_id"].combine_chunks())
    order = np.argsort(pc.fill_null(place, len(positions)).to_numpy(), kind="stable")
    others = len(accounts) - len(positions)
    small = _small_balances(positions, settings)
    told = {
        "bucket": positions["bucket"],
        "balance_minor": positions["balance_minor"],
        "past_due_minor": positions["past_due_minor"],
        "small_balance_minor": pa.array(small, pa.float64()),
        "days_past_due": positions["days_past_due"],
        "payment_pending": positions["has_pending"],
    }
    accounts = accounts.take(order)
    for name, column in told.items():
        whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
        accounts = accounts.append_column(name, pa.concat_arrays([whole, pa.nulls(others, whole.type)]))
    return accounts


def _small_balances(positions: pa.Table, settings: Settings) -> list[float]:
    """What each account may owe and still count as owing nothing, in minor units."""
    pairs = list(zip(positions["client"].to_pylist(), positions["currency"].to_pylist(), strict=True))
    limits = {
        (client, currency): float(minor(settings.for_client(client).delinquency.small_balance, currency))
        for client, currency in set(pairs)
    }
    return [limits[pair] for pair in pairs]
