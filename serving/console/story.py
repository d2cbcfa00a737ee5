"""What the lake knows of one debtor right now: accounts, months and events, in the order in which they happened."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import ibis

from arrears.buckets import bucket_of_cycles, bucket_of_days
from arrears.lake import Lake
from arrears.settings import Settings
from features.asof import known_on
from features.facts import lake_table
from features.plan import duckdb_sql
from serving.console.charts import MonthEnd
from serving.console.words import many, money, sentence, share

Row = Mapping[str, Any]

MOST_EVENTS = 40


@dataclass(frozen=True)
class Event:
    """One thing that happened: when, what kind, in words."""

    on: date
    kind: str
    told: str


@dataclass(frozen=True)
class AccountStory:
    """One account of the debtor, as known now."""

    facts: Row
    months: tuple[MonthEnd, ...]
    events: tuple[Event, ...]

    @property
    def account_id(self) -> str:
        """The account's id."""
        return str(self.facts["account_id"])


@dataclass(frozen=True)
class Story:
    """A debtor and every account the debtor has a part in."""

    debtor: Row
    accounts: tuple[AccountStory, ...]


def story_of(lake: Lake, settings: Settings, debtor_id: str, now: datetime) -> Story | None:
    """What is known of a debtor at `now`; None where nobody of that id is."""
    if not lake.exists():
        return None
    con = lake.connect(only_debtor=debtor_id)
    try:
        con.execute("CREATE TEMP TABLE stand AS SELECT ?::TIMESTAMPTZ AS cutoff", [now])
        known = {name: _known(con, name) for name in TOLD if name in lake.tables}
    finally:
        con.close()
    debtors = [row for row in known.get("debtors", []) if row["debtor_id"] == debtor_id]
    if not debtors:
        return None
    return Story(debtors[0], tuple(_account(row, known, settings) for row in known.get("accounts", [])))


def account_of(lake: Lake, some_id: str) -> str | None:
    """The debtor behind an id: the id itself where it is a debtor's, else its account's primary debtor."""
    if not lake.exists():
        return None
    con = lake.connect()
    try:
        for sql in (
            "SELECT debtor_id FROM debtors WHERE debtor_id = ? LIMIT 1",
            "SELECT debtor_id FROM accounts WHERE account_id = ? LIMIT 1",
        ):
            found = con.execute(sql, [some_id]).fetchone()
            if found is not None:
                return str(found[0])
    finally:
        con.close()
    return None


def warm_questions() -> None:
    """Compile what a debtor's page asks, before anybody waits for it."""
    for table in TOLD:
        _question(table)


@cache
def _question(table: str) -> str:
    stand = ibis.table({"cutoff": "timestamp('UTC')"}, name="stand")
    joined = lake_table(table).cross_join(stand)
    return duckdb_sql(known_on(joined, joined.cutoff))


def _known(con: duckdb.DuckDBPyConnection, table: str) -> list[dict[str, Any]]:
    # Through Arrow: DuckDB's own rows would need another library to give a moment its zone.
    rows: list[dict[str, Any]] = con.execute(_question(table)).to_arrow_table().to_pylist()
    return rows


def _account(facts: Row, known: Mapping[str, list[dict[str, Any]]], settings: Settings) -> AccountStory:
    own = {name: [row for row in rows if row.get("account_id") == facts["account_id"]] for name, rows in known.items()}
    zone = ZoneInfo(settings.portfolio.zone)
    events = [
        Event(on=_day(row[when], zone), kind=kind, told=tell(row, str(facts["currency"])))
        for name, (kind, when, tell) in EVENTS.items()
        for row in own.get(name, [])
    ]
    latest = sorted(events, key=lambda event: (event.on, event.kind), reverse=True)[:MOST_EVENTS]
    return AccountStory(facts, tuple(_months(own, settings.for_client(facts["client"]))), tuple(latest))


def _months(own: Mapping[str, list[dict[str, Any]]], settings: Settings) -> Sequence[MonthEnd]:
    paid: dict[tuple[int, int], int] = {}
    for row in own.get("payments", []):
        if row["status"] in (None, "posted"):
            month = (row["paid_on"].year, row["paid_on"].month)
            paid[month] = paid.get(month, 0) + (row["amount_minor"] or 0)
    stated = sorted(own.get("statements", []), key=lambda row: row["cycle_end"])
    return [
        MonthEnd(
            day=row["cycle_end"],
            balance_minor=row["balance_minor"],
            bucket=_bucket(row, settings),
            paid_minor=max(paid.get((row["cycle_end"].year, row["cycle_end"].month), 0), 0),
        )
        for row in stated
    ]


def _bucket(row: Row, settings: Settings) -> str | None:
    if row["cycles_past_due"] is not None:
        return str(bucket_of_cycles(row["cycles_past_due"]))
    if row["days_past_due"] is not None:
        return str(bucket_of_days(row["days_past_due"], settings.delinquency.edges))
    return None


def _day(when: date | datetime, zone: ZoneInfo) -> date:
    return when.astimezone(zone).date() if isinstance(when, datetime) else when


def _statement(row: Row, currency: str) -> str:
    late = "status not yet known"
    if row["cycles_past_due"] is not None:
        late = "not late" if row["cycles_past_due"] == 0 else f"{many(row['cycles_past_due'], 'cycle')} past due"
    elif row["days_past_due"] is not None:
        late = "not late" if row["days_past_due"] == 0 else f"{many(row['days_past_due'], 'day')} past due"
    balance = row["balance_minor"]
    owed = f"{money(-balance, currency)} in credit" if (balance or 0) < 0 else f"{money(balance, currency)} owed"
    return f"{owed}, {late}"


def _payment(row: Row, currency: str) -> str:
    status = "" if row["status"] in (None, "posted") else f", {row['status']}"
    return f"{money(row['amount_minor'], currency)} paid{status}"


def _due(row: Row, currency: str) -> str:
    return f"{sentence(row['kind'])} of {money(row['amount_minor'], currency)} due"


def _contact(row: Row, currency: str) -> str:
    del currency
    way = "from" if row["direction"] == "in" else "to"
    return f"{row['channel']} {way} the debtor: {sentence(row['disposition'])}"


def _promise(row: Row, currency: str) -> str:
    return f"promised {money(row['amount_minor'], currency)} by {row['due_on']}"


def _hold(row: Row, currency: str) -> str:
    del currency
    return f"{sentence(row['kind'])}" + (f" until {row['ends_on']}" if row["ends_on"] else "")


EVENTS: dict[str, tuple[str, str, Callable[[Row, str], str]]] = {
    "statements": ("statement", "cycle_end", _statement),
    "payments": ("payment", "paid_on", _payment),
    "dues": ("due", "due_on", _due),
    "contacts": ("contact", "at", _contact),
    "promises": ("promise", "made_on", _promise),
    "holds": ("hold", "starts_on", _hold),
}
"""Tables that tell events of an account: the word for one, its day, and how it is said."""

TOLD = ("debtors", "accounts", *EVENTS)


def use_of_limit(facts: Row, balance_minor: int | None) -> str | None:
    """Share of the credit limit in use, in words; None where there is no limit, or nothing of it is used."""
    limit = facts.get("credit_limit_minor")
    return None if not limit or balance_minor is None or balance_minor <= 0 else share(balance_minor / limit)
