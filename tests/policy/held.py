"""Rows that cases of holds are made of: a debtor with others beside them, a hold, a day, and a case itself."""

from datetime import date
from typing import Any

from arrears.policy.facts import Facts
from tests.policy.case import Case, asking, facts_of

FEDERAL, HOUSE = ("us_federal",), ("house",)
TWO = [{}, {"debtor_id": "D2"}]
JOINT = [
    {"account_id": "A1", "debtor_id": "D1", "role": "primary", "liable": True},
    {"account_id": "A1", "debtor_id": "D2", "role": "cosigner", "liable": True},
]
WITH_ATTORNEY = [
    {"account_id": "A1", "debtor_id": "D1", "role": "primary", "liable": True},
    {"account_id": "A1", "debtor_id": "D2", "role": "attorney", "liable": False},
]
POINTS = [{}, {"point_id": "P2", "debtor_id": "D2", "value": "+15185550102"}]


def june(day: int) -> date:
    """A day of June 2026."""
    return date(2026, 6, day)


def hold(kind: str, first: date, last: date | None = None, **more: object) -> dict[str, object]:
    """A hold of the debtor D1, unless it names an account alone."""
    whose = {} if "account_id" in more else {"debtor_id": "D1"}
    return {"kind": kind, "starts_on": first, "ends_on": last} | whose | more


def case_of(rule, told, expected, now, *holds, condition="", channel="call", lane="pay", profiles=HOUSE, **tables):
    def made() -> Facts:
        whole = facts_of(now, holds=list(holds), **{name: rows for name, rows in tables.items() if name != "ask"})
        return whole if lane in ("legal_review", "placement_review", "furnish") else asking(whole, channel, **asked)

    asked = tables.get("ask", {})
    return Case(rule, told, expected, made, channel, lane, profiles, condition)


FILED, ACTIVE = hold("bankruptcy", june(3)), hold("servicemember", date(2025, 1, 1))
PLAN = hold("bankruptcy", june(3), chapter="13")
OTHERS: dict[str, Any] = {"debtors": TWO, "parties": JOINT, "points": POINTS, "ask": {"person": "D2"}}
REPRESENTED = {"debtors": TWO, "parties": WITH_ATTORNEY, "points": POINTS}
