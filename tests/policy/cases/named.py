"""Examples of times and places that debtors named, and of their place of work: RF-05 and RF-06."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

from tests.policy.case import CALL, Case, Row, at
from tests.policy.cases.hours import EMAIL, FEDERAL, HOUSE, LOS_ANGELES, NO_ADDRESS, reached


def _case(rule: str, profiles: tuple[str, ...], told: str, expected: str, now: str, **more: Any) -> Case:
    return Case(rule, told, expected, partial(reached, now, **more), channel=more.get("by", "call"), profiles=profiles)


def wish(rule: str, kind: str = "time", **more: Any) -> Row:
    """What a debtor asked not to be done."""
    asked = {"preference_id": f"W{kind}", "debtor_id": "D1", "kind": kind, "rule": rule, "allow": False}
    return asked | {"starts_on": date(2026, 5, 1)} | more


_named: Callable[..., Case] = partial(_case, "RF-05", FEDERAL)
_law: Callable[..., Case] = partial(_case, "RF-06", FEDERAL)
_house: Callable[..., Case] = partial(_case, "RF-06", HOUSE)

_NOON = "2026-06-02 12:00"
NOT_3_TO_5: dict[str, Any] = {"preferences": [wish("15:00-17:00")]}
WEEKENDS_OFF = {"preferences": [wish("sat,sun")]}
PIECES = {"preferences": [wish("15:00-17:00"), wish("17:00-18:00", preference_id="W2")]}
TEXTED = CALL | {
    "at": at("2026-06-02 15:20"),
    "direction": "in",
    "channel": "sms",
    "disposition": "inquiry",
    "connect": None,
}
EARLIER = TEXTED | {"at": at("2026-06-02 14:59")}
REPLIED = CALL | {"at": at("2026-06-02 15:25"), "channel": "sms", "disposition": "delivered", "connect": None}
REPLIED |= {"purpose": "service_reply"}
PLACED = {"placed_on": date(2026, 5, 20)}

WORK_LINE = {"line_type": "landline", "is_work": True}
NOT_AT_WORK = {"preferences": [wish("work", "place")]}
NOT_AT_SCHOOL = {"preferences": [wish("school", "place")]}
WORK_EMAIL = EMAIL | {"is_work": True}
WROTE = CALL | {
    "at": at("2026-05-30 12:00"),
    "direction": "in",
    "channel": "email",
    "disposition": "inquiry",
    "connect": None,
}
WROTE |= {"point_id": "PE"}
AGREED = {"consent_id": "C", "debtor_id": "D1", "kind": "work", "given_on": date(2026, 5, 1)}

CASES = [
    _named("“Not 3 to 5 pm”, 14:59", "allow", "2026-06-02 14:59", **NOT_3_TO_5),
    _named("“Not 3 to 5 pm”, 15:00", "2026-06-02 17:00", "2026-06-02 15:00", **NOT_3_TO_5),
    _named("“Not 3 to 5 pm”, 16:59", "2026-06-02 17:00", "2026-06-02 16:59", **NOT_3_TO_5),
    _named("“Not 3 to 5 pm”, 17:00", "allow", "2026-06-02 17:00", **NOT_3_TO_5),
    _named(
        "“Not 3 to 5 pm”, an e-mail at 16:00",
        "2026-06-02 17:00",
        "2026-06-02 16:00",
        by="email",
        more_points=[EMAIL],
        **NOT_3_TO_5,
    ),
    _named(
        "“Not 3 to 5 pm” from somebody who may be in New York or California, 19:30 in New York",
        "2026-06-02 20:00",
        "2026-06-02 19:30",
        debtor=LOS_ANGELES,
        number="+12125550100",
        **NOT_3_TO_5,
    ),
    _named(
        "“Not 3 to 5 pm” from somebody whose place nobody knows",
        "null",
        "2026-06-02 12:00",
        debtor=NO_ADDRESS,
        number="+18005550100",
        **NOT_3_TO_5,
    ),
    _named("“Not 3 to 5 pm” and “not 5 to 6”, 16:00", "2026-06-02 18:00", "2026-06-02 16:00", **PIECES),
    _named("“Not on weekends”, Friday 23:59", "allow", "2026-06-05 23:59", **WEEKENDS_OFF),
    _named("“Not on weekends”, Saturday 00:00", "2026-06-08 00:00", "2026-06-06 00:00", **WEEKENDS_OFF),
    _named(
        "“Not on weekends”, the Saturday before summer time",
        "2026-03-09 00:00",
        "2026-03-07 12:00",
        preferences=[wish("sat,sun", starts_on=date(2026, 1, 1))],
    ),
    _named("“Not 10 pm to 6 am”, 23:00", "2026-06-03 06:00", "2026-06-02 23:00", preferences=[wish("22:00-06:00")]),
    _named(
        "“Not 3 to 5 pm”, taken back on 1 June, 16:00 on 2 June",
        "allow",
        "2026-06-02 16:00",
        preferences=[wish("15:00-17:00", ends_on=date(2026, 6, 1))],
    ),
    _named(
        "“Not 3 to 5 pm”, asked on 3 June, 16:00 on 2 June",
        "allow",
        "2026-06-02 16:00",
        preferences=[wish("15:00-17:00", starts_on=date(2026, 6, 3))],
    ),
    _named(
        "The creditor's note “not 3 to 5 pm” came with the placement, 16:00",
        "2026-06-02 17:00",
        "2026-06-02 16:00",
        account=PLACED,
        **NOT_3_TO_5,
    ),
    _named(
        "The debtor texts at 15:20 within the hours named: to collect, 15:21",
        "2026-06-02 17:00",
        "2026-06-02 15:21",
        by="sms",
        contacts=[TEXTED],
        **NOT_3_TO_5,
    ),
    _named(
        "The debtor texts at 15:20 within the hours named: one reply, 15:21",
        "allow",
        "2026-06-02 15:21",
        by="sms",
        purpose="service_reply",
        contacts=[TEXTED],
        **NOT_3_TO_5,
    ),
    _named(
        "The reply of 15:25 was sent: another, 15:30",
        "2026-06-02 17:00",
        "2026-06-02 15:30",
        by="sms",
        purpose="service_reply",
        contacts=[TEXTED, REPLIED],
        **NOT_3_TO_5,
    ),
    _named(
        "The debtor texted at 14:59, before the hours named: a reply, 15:21",
        "2026-06-02 17:00",
        "2026-06-02 15:21",
        by="sms",
        purpose="service_reply",
        contacts=[EARLIER],
        **NOT_3_TO_5,
    ),
    _named("“Not at school”, and no number says whether it is there", "null", "2026-06-02 12:00", **NOT_AT_SCHOOL),
    _named("“Not at school”: an e-mail", "allow", "2026-06-02 12:00", by="email", more_points=[EMAIL], **NOT_AT_SCHOOL),
    _law("“I can't take calls at work”: the work line", "null", _NOON, point=WORK_LINE, **NOT_AT_WORK),
    _law(
        "“I can't take calls at work”: a mobile that is not there",
        "allow",
        _NOON,
        point={"is_work": False},
        **NOT_AT_WORK,
    ),
    _law("“I can't take calls at work”: a number of which nobody says where it is", "null", _NOON, **NOT_AT_WORK),
    _law("A work line, nothing known: by law", "allow", _NOON, point=WORK_LINE),
    _house("A work line, nothing known: by the house", "null", _NOON, point=WORK_LINE),
    _house("A work line, and the debtor agreed", "allow", _NOON, point=WORK_LINE, consents=[AGREED]),
    _house(
        "A work line, and the debtor agreed until yesterday",
        "null",
        _NOON,
        point=WORK_LINE,
        consents=[AGREED | {"revoked_on": date(2026, 6, 1)}],
    ),
    _law(
        "A work line, “can't take calls at work”, legal process",
        "allow",
        _NOON,
        point=WORK_LINE,
        purpose="legal_notice",
        **NOT_AT_WORK,
    ),
    _law(
        "The debtor e-mailed from the work address",
        "allow",
        _NOON,
        by="email",
        more_points=[WORK_EMAIL],
        contacts=[WROTE],
    ),
    _house(
        "The debtor e-mailed from the work address: by the house",
        "allow",
        _NOON,
        by="email",
        more_points=[WORK_EMAIL],
        contacts=[WROTE],
    ),
    _law(
        "A work e-mail from a skip trace",
        "null",
        _NOON,
        by="email",
        more_points=[WORK_EMAIL | {"source": "skip_trace"}],
    ),
    _law("A mobile while at work, no statement", "allow", _NOON),
    _house("A mobile while at work, no statement: by the house", "allow", _NOON),
]
