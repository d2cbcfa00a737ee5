"""Cases of the register as tables: source rows in, verdicts out, so that a lawyer can read a specification.

A case is one account of one debtor unless it says otherwise; every row may leave out what the case does not turn on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from arrears.policy import codes
from arrears.policy.asks import lane_asks
from arrears.policy.assemble import Moment, assemble
from arrears.policy.columns import NOBODY
from arrears.policy.facts import Facts
from arrears.policy.judge import judge
from arrears.policy.limits import PROFILES, read_limits
from arrears.policy.rule import LANE_GATES, PAY
from arrears.policy.verdict import Judgement
from arrears.tables import TABLES

Row = dict[str, Any]

NEW_YORK = "America/New_York"
DEBTOR = {
    "debtor_id": "D1",
    "kind": "person",
    "country": "US",
    "region": "NY",
    "postal_code": "12207",
    "city": "Albany",
}
ACCOUNT = {
    "account_id": "A1",
    "debtor_id": "D1",
    "opened_on": date(2024, 1, 15),
    "currency": "USD",
    "role": "third_party",
    "client": "",
    "debt_class": "consumer",
    "bucket": "30-59",
    "status": "open",
    "balance_minor": 100_000,
    "past_due_minor": 20_000,
    "small_balance_minor": 0,
    "days_past_due": 40,
    "payment_pending": False,
}
MOBILE = {"point_id": "P1", "debtor_id": "D1", "kind": "phone", "value": "+15185550100", "line_type": "mobile"}
CALL = {
    "debtor_id": "D1",
    "account_id": "A1",
    "channel": "call",
    "direction": "out",
    "disposition": "no_answer",
    "connect": "no_answer",
}
TALK = CALL | {"disposition": "callback", "connect": "answered", "conversation": True, "verified_party": "primary"}


@dataclass(frozen=True)
class Case:
    """One example of the register.

    Attributes
    ----------
    rule : its number in the register; only its findings are asked for.
    told : inputs and moment as a lawyer reads them.
    expected : as `held_by` tells it: `allow`, `null`, or the local moment until which it holds.
    facts : makes the case.
    channel, lane, profiles : what is asked, for what, under which limits (none: all but the United Kingdom's).
    condition : a word under which it is allowed; "" where none is expected.
    """

    rule: str
    told: str
    expected: str
    facts: Callable[[], Facts]
    channel: str = "call"
    lane: str = "pay"
    profiles: tuple[str, ...] = ()
    condition: str = ""


def at(told: str, zone: str = NEW_YORK) -> datetime:
    """A local moment, as `2026-06-07 14:00`."""
    return datetime.fromisoformat(told).replace(tzinfo=ZoneInfo(zone))


def facts_of(
    now: str | datetime,
    *,
    zone: str = NEW_YORK,
    country: str = "US",
    limits_on: date | None = None,
    absent: Sequence[str] = (),
    contacts_until: datetime | None = None,
    **tables: Any,
) -> Facts:
    """Facts of a case.

    Parameters
    ----------
    now : the moment judged; text is local to `zone`.
    absent : tables and columns the source never supplied; by default it supplied everything.
    tables : rows over the defaults: `debtors`, `accounts`, `points` each have one row unless given.
    """
    moment = at(now, zone) if isinstance(now, str) else now
    given = {
        "debtors": [DEBTOR | row for row in tables.pop("debtors", [{}])],
        "accounts": [ACCOUNT | row for row in tables.pop("accounts", [{}])],
        "points": [MOBILE | row for row in tables.pop("points", [{}])],
    } | {name: list(rows) for name, rows in tables.items()}
    return assemble(
        {name: _arrow(rows) for name, rows in given.items() if rows},
        everything() - set(absent),
        Moment(moment, limits_on or moment.date(), zone, country, contacts_until),
    )


def judged(facts: Facts, *profiles: str, lane: str = PAY, by: np.datetime64 | None = None) -> Judgement:
    """The judgement under some profiles, by default all but the United Kingdom's."""
    chosen = profiles or tuple(each for each in PROFILES if each != "uk")
    return judge(facts.asking(lane_asks(facts)) if lane in LANE_GATES else facts, read_limits(chosen), lane=lane, by=by)


def asking(
    facts: Facts,
    channel: str,
    *,
    point: str | None = None,
    person: str | None = None,
    account: str | None = None,
    technology: str = "manual",
    purpose: str = "collect",
) -> Facts:
    """The same facts with the asks of one channel alone (or point, person, account), by `technology` and `purpose`."""
    asks = facts.asks
    chosen = asks.channel == codes.CHANNEL.of(channel)
    if point is not None:
        chosen &= np.isin(asks.point, np.flatnonzero(facts.points.id == point))
    if person is not None:
        chosen &= np.isin(asks.person, np.flatnonzero(facts.people.id == person))
    if account is not None:
        chosen &= np.isin(asks.account, np.flatnonzero(facts.accounts.id == account))
    rows = np.flatnonzero(chosen)
    assert len(rows), f"the case has no ask by {channel}"
    picked = {name: getattr(asks, name)[rows] for name in type(asks).__dataclass_fields__}
    made = replace(asks, **picked)
    return facts.asking(
        replace(
            made,
            technology=np.full(len(rows), codes.TECHNOLOGY.of(technology), np.int8),
            purpose=np.full(len(rows), codes.PURPOSE.of(purpose), np.int8),
        )
    )


def held_by(judgement: Judgement, rule: str, ask: int = 0) -> str | None:
    """Until when a rule of the register holds an ask, local to New York: `allow`, `null`, or `2026-06-08 00:00`."""
    found = "allow"
    for reason in judgement.reasons:
        for place in np.flatnonzero(reason.asks == ask).tolist() if reason.rule.id == rule else ():
            until = reason.until[place]
            told = "null" if np.isnat(until) else _local(until)
            found = told if found == "allow" else max(found, told)  # `null` sorts after every date
    return found


def everything() -> frozenset[str]:
    """Every table and column there is."""
    return frozenset(TABLES) | {f"{table.name}.{column.name}" for table in TABLES.values() for column in table.columns}


def _local(until: np.datetime64) -> str:
    told = datetime.fromtimestamp(int(until.astype("M8[s]").astype(np.int64)), ZoneInfo(NEW_YORK))
    return told.strftime("%Y-%m-%d %H:%M")


def _arrow(rows: Sequence[Row]) -> pa.Table:
    names = list(dict.fromkeys(name for row in rows for name in row))
    return pa.table({name: pa.array([row.get(name) for row in rows]) for name in names})


__all__ = ["ACCOUNT", "CALL", "DEBTOR", "MOBILE", "NOBODY", "TALK", "asking", "at", "facts_of", "held_by", "judged"]
