"""A desk on a small book: three debtors in Taiwan on a Monday, a night over them, and a clock that a test moves."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import cast
from zoneinfo import ZoneInfo

from sqlalchemy import text

from arrears.queues.desk.team import Member
from arrears.queues.strategy import strategy
from serving.deployment import Deployment
from serving.live import Live
from serving.night.nightly import run_night
from serving.present import Present
from tests.demo_day import DemoClock
from tests.night.any_book import AS_OF, COLUMNS

TAIPEI = ZoneInfo("Asia/Taipei")
MONDAY = datetime(2026, 6, 15, 10, tzinfo=TAIPEI)
ANNA, BEN = (Member(name, languages=None, licences=None, skills=None) for name in ("anna", "ben"))
ACCOUNT = {"opened_on": "2025-01-01", "currency": "USD", "role": "first_party", "client": "", "status": "open"}
STATEMENT = {"cycle_end": "2026-06-05", "balance": 900, "past_due": 90, "days_past_due": 40, "minimum_due": 45}


@dataclass
class MovedPresent(Present):
    """A portfolio whose clock stands where the test sets it."""

    at: datetime = field(default=MONDAY)

    @property
    def clock(self):
        return SimpleNamespace(now=lambda: self.at)


@dataclass
class Desk:
    """A service without HTTP."""

    deployment: Deployment

    @property
    def present(self) -> MovedPresent:
        return cast(MovedPresent, self.deployment.present)

    @property
    def now(self):
        return self.present.at

    def move(self, **by):
        self.present.at += timedelta(**by)

    def at(self, moment):
        self.present.at = moment

    def rows(self, sql, **values):
        with self.deployment.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(sql), values)]

    def run(self, sql, **values):
        with self.deployment.engine.begin() as connection:
            connection.execute(text(sql), values)


def book(debtors=3, country="TW", number="+886912345678", **more):
    """So many debtors with one account each, all of whom may be called."""
    named = range(1, debtors + 1)
    return (
        dict.fromkeys(COLUMNS, ())
        | {
            "debtors": [{"debtor_id": f"D{n}", "kind": "person", "country": country} for n in named],
            "accounts": [{"account_id": f"A{n}", "debtor_id": f"D{n}"} | ACCOUNT for n in named],
            "statements": [{"account_id": f"A{n}"} | STATEMENT for n in named],
            "points": [
                {"point_id": f"P{n}", "debtor_id": f"D{n}", "kind": "phone", "value": number, "status": "good"}
                for n in named
            ],
        }
        | more
    )


def a_night(lake, engine, no_registry, **how):
    """Run a night over a lake, to which a database can be put back."""
    run_night(engine, lake, no_registry, AS_OF, strategy("severity"), clock=DemoClock(), **how)
    remember(engine)


def desk_on(lake, engine, *, live=None, at=MONDAY):
    """A desk on a lake, after its night.

    Parameters
    ----------
    live : of another desk on the same lake, so that its questions are compiled once.
    """
    present = MovedPresent(lake.root, at=at)
    live = live or Live()
    return Desk(Deployment(places=None, engine=engine, registry=None, champions=None, present=present, live=live))


_WORKED = (
    "work_items, leases, call_reservations, work_item_events, outcomes, idempotency_keys, source_events, decisions"
)


def remember(engine):
    """Keep the items, nights and decisions of this moment beside them."""
    with engine.begin() as connection:
        for table in ("work_items", "nights", "decisions"):
            connection.execute(text(f"CREATE TABLE kept_{table} AS SELECT * FROM {table}"))


def forget(engine):
    """Empty every table that a night or a working day writes."""
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))  # no trigger keeps a row
        connection.execute(text(f"TRUNCATE {_WORKED}, contact_ledger, paused_queues, nights, night_accounts CASCADE"))


def as_remembered(engine):
    """Put back what was kept and forget all else: a night costs seconds, this costs milliseconds."""
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))  # no trigger keeps a row
        connection.execute(text(f"TRUNCATE {_WORKED}, contact_ledger, paused_queues"))
        for table in ("work_items", "decisions"):
            connection.execute(text(f"INSERT INTO {table} SELECT * FROM kept_{table}"))
        connection.execute(text("UPDATE nights SET lake_fingerprint = k.lake_fingerprint FROM kept_nights k"))
