"""What cases of frequency are made of: contacts on days, people in places, and the one ask that a case is about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Any

from arrears.policy.facts import Facts
from tests.policy.case import CALL, Case, Row, asking, at, facts_of

FEDERAL = ("us_federal",)
HOUSE = ("house",)
STATES = ("us_states",)

IN_BOSTON = {"region": "MA", "postal_code": "02108", "city": "Boston"}
IN_NEW_YORK_CITY = {"region": "NY", "postal_code": "10001", "city": "New York"}
IN_WASHINGTON_DC = {"region": "DC", "postal_code": "20001", "city": "Washington"}
IN_SEATTLE = {"region": "WA", "postal_code": "98101", "city": "Seattle", "stated_time_zone": "America/New_York"}
IN_CHARLESTON = {"region": "WV", "postal_code": "25301", "city": "Charleston"}
IN_DALLAS = {"region": "TX", "postal_code": "75201", "city": "Dallas", "stated_time_zone": "America/New_York"}

IN_TORONTO = {"country": "CA", "region": "ON", "postal_code": "M5V 2T6", "city": "Toronto"}

HOME = {"point_id": "P2", "value": "+15185550101", "line_type": "landline"}
WORK = {"point_id": "PW", "value": "+16175550102", "line_type": "landline", "is_work": True}
EMAIL = {"point_id": "PE", "kind": "email", "value": "a@example.org", "line_type": None}
TEXT = CALL | {"channel": "sms", "connect": None, "disposition": "delivered"}
MAIL = TEXT | {"channel": "email"}
LETTER = TEXT | {"channel": "letter"}
FRIDAY = {"debtor_id": "D1", "kind": "call_window", "given_on": date(2026, 6, 2)}


def june(*days: int, hour: int = 11, row: Row = CALL) -> list[Row]:
    """A contact on each of these days of June 2026."""
    return [row | {"at": at(f"2026-06-{day:02} {hour}:00")} for day in days]


def on(*days: str, row: Row = CALL) -> list[Row]:
    """A contact at each local moment, at 11:00 where only the day is told."""
    return [row | {"at": at(day if ":" in day else f"{day} 11:00")} for day in days]


def two_debts(now: str, contacts: Sequence[Row], account: str) -> Facts:
    """A debtor with the accounts A and B; the ask is about one."""
    whole = facts_of(now, accounts=[{"account_id": "A"}, {"account_id": "B"}], contacts=contacts)
    return asking(whole, "call", account=account)


def of_attorney(contacts: Sequence[Row]) -> Facts:
    """Debtor D1 is represented by L1."""
    people = [{}, {"debtor_id": "L1"}]
    parties = [
        {"account_id": "A1", "debtor_id": "D1", "role": "primary", "liable": True},
        {"account_id": "A1", "debtor_id": "L1", "role": "attorney", "liable": False},
    ]
    points = [{}, {"point_id": "PL", "debtor_id": "L1"}]
    return facts_of("2026-06-07 14:00", debtors=people, parties=parties, points=points, contacts=contacts)


def counted_case(rule: str, profiles: tuple[str, ...], told: str, expected: str, now: str, **given: Any) -> Case:
    """A case of one ask; account, point and person pick it where a debtor has several."""
    channel = str(given.pop("channel", "call"))
    asked: dict[str, Any] = {name: given.pop(name) for name in ("account", "point", "person") if name in given}
    made = partial(_facts, now, channel, asked, given)
    return Case(rule, told, expected, made, channel=channel, profiles=profiles)


def _facts(now: str, channel: str, asked: dict[str, Any], given: dict[str, Any]) -> Facts:
    return asking(facts_of(now, **given), channel, **asked)
