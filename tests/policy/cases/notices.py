"""The validation notice and its period (RF-13), as examples."""

from datetime import date

from tests.policy.case import CALL, TALK, Case, at, facts_of

FEDERAL = ("us_federal",)
WEST = {"region": "CA", "postal_code": "90012", "city": "Los Angeles"}
FIRST_CALL = TALK | {"at": at("2026-06-01 10:00")}


def notice(sent: date, **more):
    return {
        "notice_id": f"N{sent}",
        "account_id": "A1",
        "kind": "validation",
        "channel": "letter",
        "sent_on": sent,
    } | more


def _facts(now, *notices, contacts=(FIRST_CALL,), **more):
    return lambda: facts_of(now, notices=list(notices), contacts=list(contacts), **more)


def _lane(told, expected, facts, lane="legal_review"):
    return Case("RF-13", told, expected, facts, lane=lane, profiles=FEDERAL)


def _call(told, expected, facts, condition=""):
    return Case("RF-13", told, expected, facts, profiles=FEDERAL, condition=condition)


CASES = [
    _lane(
        "Notice sent Friday 4 September 2026, received 14 September (Labor Day skipped); suit on 14 October",
        "2026-10-15 00:00",
        _facts("2026-10-14 12:00", notice(date(2026, 9, 4))),
    ),
    _lane("The same notice; suit on 15 October", "allow", _facts("2026-10-15 00:00", notice(date(2026, 9, 4)))),
    _lane(
        "Notice sent Thursday 2 July 2026, received 10 July (3 July observed); suit on 9 August",
        "2026-08-10 00:00",
        _facts("2026-08-09 12:00", notice(date(2026, 7, 2))),
    ),
    _lane("The same notice; suit on 10 August", "allow", _facts("2026-08-10 09:00", notice(date(2026, 7, 2)))),
    _lane(
        "Notice sent 20 November 2026, received 30 November (Thanksgiving skipped); suit on 30 December",
        "2026-12-31 00:00",
        _facts("2026-12-30 12:00", notice(date(2026, 11, 20))),
    ),
    _lane(
        "Notice sent 1 February 2028, received 8 February, period over the leap day to 9 March; suit on 9 March",
        "2028-03-10 00:00",
        _facts("2028-03-09 12:00", notice(date(2028, 2, 1))),
    ),
    _lane(
        "Notice sent 24 September 2026, received 1 October, period to 31 October; suit that day",
        "2026-11-01 00:00",
        _facts("2026-10-31 12:00", notice(date(2026, 9, 24))),
    ),
    _lane(
        "The same notice to Los Angeles, with a New York number; suit on 1 November at 1:00 in New York",
        "2026-11-01 02:00",
        _facts("2026-11-01 01:00", notice(date(2026, 9, 24)), debtors=[WEST]),
    ),
    _call(
        "First talk 1 June with Los Angeles, with a New York number, no notice; call on 7 June at 0:30 in New York",
        "null",
        _facts("2026-06-07 00:30", debtors=[WEST]),
    ),
    _call(
        "First talk 1 June, no notice; call on 6 June, the last day that may stand without one",
        "allow",
        _facts("2026-06-06 20:00"),
        condition="NO_OVERSHADOW",
    ),
    _call("First talk 1 June, no notice; call on 7 June", "null", _facts("2026-06-07 10:00")),
    _call(
        "First talk 1 June, notice sent 8 June; call on 8 June",
        "allow",
        _facts("2026-06-08 10:00", notice(date(2026, 6, 8))),
        condition="NO_OVERSHADOW",
    ),
    _call(
        "Dialled on 1 June and nobody answered, no notice; call on 20 June",
        "allow",
        _facts("2026-06-20 10:00", contacts=[CALL | {"at": at("2026-06-01 10:00")}]),
        condition="NO_OVERSHADOW",
    ),
    _call(
        "A message left on 1 June, no notice; call on 7 June (nobody can tell whether it named the debt)",
        "null",
        _facts("2026-06-07 10:00", contacts=[CALL | {"at": at("2026-06-01 10:00"), "disposition": "voicemail"}]),
    ),
    _call(
        "A pleading served on 1 June, no notice; call on 20 June (a pleading is no first communication)",
        "allow",
        _facts(
            "2026-06-20 10:00",
            contacts=[
                {
                    "debtor_id": "D1",
                    "account_id": "A1",
                    "channel": "letter",
                    "direction": "out",
                    "disposition": "delivered",
                    "purpose": "legal_notice",
                    "at": at("2026-06-01 10:00"),
                }
            ],
        ),
        condition="NO_OVERSHADOW",
    ),
    _call(
        "In the period: call on 20 June, notice of 5 June",
        "allow",
        _facts("2026-06-20 10:00", notice(date(2026, 6, 5))),
        condition="NO_OVERSHADOW",
    ),
    _call(
        "After the period: call on 20 August, notice of 5 June",
        "allow",
        _facts("2026-08-20 10:00", notice(date(2026, 6, 5))),
    ),
    _lane(
        "In the period: suit on 20 June, notice of 5 June, received 12 June",
        "2026-07-13 00:00",
        _facts("2026-06-20 10:00", notice(date(2026, 6, 5))),
    ),
    _lane(
        "In the period: a bureau's file on 20 June, notice of 5 June",
        "2026-07-13 00:00",
        _facts("2026-06-20 10:00", notice(date(2026, 6, 5))),
        lane="furnish",
    ),
    _lane(
        "Notice of 5 June came back on 12 June; suit on 20 August",
        "null",
        _facts("2026-08-20 10:00", notice(date(2026, 6, 5), returned_on=date(2026, 6, 12))),
    ),
    _call(
        "Notice of 5 June came back on 12 June; call on 13 June",
        "allow",
        _facts("2026-06-13 10:00", notice(date(2026, 6, 5), returned_on=date(2026, 6, 12))),
        condition="NO_OVERSHADOW",
    ),
    _lane(
        "Notice of 5 June came back, sent again 15 June, received 23 June (19 June skipped); suit on 13 July",
        "2026-07-24 00:00",
        _facts(
            "2026-07-13 10:00",
            notice(date(2026, 6, 5), returned_on=date(2026, 6, 12)),
            notice(date(2026, 6, 15)),
        ),
    ),
    _lane("First talk 1 June, no notice; suit on 3 June", "null", _facts("2026-06-03 10:00")),
    _lane("No word to the debtor and no notice; suit on 3 June", "allow", _facts("2026-06-03 10:00", contacts=[])),
    _call(
        "The source has no table of notices; call on 3 June",
        "null",
        _facts("2026-06-03 10:00", absent=["notices"]),
    ),
    _call(
        "A creditor's own debt, first talk 1 June, no notice; call on 7 June",
        "allow",
        _facts("2026-06-07 10:00", accounts=[{"role": "first_party"}]),
    ),
    Case(
        "RF-13",
        "An LLC's trade invoice at an agency, first talk 1 June, no notice; call on 7 June",
        "allow",
        _facts("2026-06-07 10:00", accounts=[{"debt_class": "commercial"}]),
    ),
]
