"""Examples of the days after a talk and of contacts too close together: each edge from both sides."""

from __future__ import annotations

from functools import partial

from tests.policy.case import CALL, TALK, Case, asking, at
from tests.policy.counted import (
    EMAIL,
    FEDERAL,
    FRIDAY,
    HOUSE,
    LETTER,
    MAIL,
    TEXT,
    counted_case,
    june,
    of_attorney,
    on,
    two_debts,
)

rf02 = partial(counted_case, "RF-02", FEDERAL)
rf03 = partial(counted_case, "RF-03", HOUSE)

TALK_2 = june(2, row=TALK)

COOLDOWN = [
    rf02("talk 2 June, later on 2 June", "2026-06-09 00:00", "2026-06-02 16:00", contacts=TALK_2),
    rf02("talk 2 June, now 8 June", "2026-06-09 00:00", "2026-06-08 14:00", contacts=TALK_2),
    rf02("talk 2 June, now 9 June", "allow", "2026-06-09 00:00", contacts=TALK_2),
    rf02(
        "the consumer called on 2 June",
        "2026-06-09 00:00",
        "2026-06-08 14:00",
        contacts=june(2, row=TALK | {"direction": "in"}),
    ),
    rf02(
        "voicemail left on 2 June",
        "allow",
        "2026-06-02 16:00",
        contacts=june(2, row=CALL | {"connect": "voicemail", "disposition": "voicemail", "conversation": False}),
    ),
    rf02(
        "nobody noted whether they talked, but there is a promise: it is taken as a conversation",
        "2026-06-09 00:00",
        "2026-06-08 14:00",
        contacts=june(2, row=TALK | {"conversation": None, "disposition": "promise"}),
    ),
    rf02(
        "nobody noted whether they talked, and nobody answered",
        "allow",
        "2026-06-08 14:00",
        contacts=june(2, row=CALL | {"conversation": None}),
    ),
    Case(
        "RF-02",
        "talk on debt A only: B is unaffected",
        "allow",
        lambda: two_debts("2026-06-03 14:00", june(2, row=TALK | {"account_id": "A"}), "B"),
        profiles=FEDERAL,
    ),
    Case(
        "RF-02",
        "talk on debt A only: A is held",
        "2026-06-09 00:00",
        lambda: two_debts("2026-06-03 14:00", june(2, row=TALK | {"account_id": "A"}), "A"),
        profiles=FEDERAL,
    ),
    Case(
        "RF-02",
        "talk with the attorney: the attorney may be called the next day",
        "allow",
        lambda: asking(of_attorney(june(6, row=TALK | {"debtor_id": "L1"})), "call", person="L1"),
        profiles=FEDERAL,
    ),
    rf02(
        'talk 2 June, "call me Friday", now Friday 5 June',
        "allow",
        "2026-06-05 10:00",
        contacts=TALK_2,
        consents=[FRIDAY],
    ),
    rf02(
        "the same, and the talk of 5 June took place: it used the consent up",
        "2026-06-12 00:00",
        "2026-06-05 16:00",
        contacts=[*TALK_2, *june(5, row=TALK | {"consented": True})],
        consents=[FRIDAY],
    ),
    rf02(
        "the same, now 12 June",
        "allow",
        "2026-06-12 00:00",
        contacts=[*TALK_2, *june(5, row=TALK | {"consented": True})],
        consents=[FRIDAY],
    ),
    rf02(
        "the same, but nobody noted whether the talk of 5 June was the one agreed on",
        "2026-06-12 00:00",
        "2026-06-05 16:00",
        contacts=[*TALK_2, *june(5, row=TALK)],
        consents=[FRIDAY],
    ),
    rf02(
        "the call of 5 June reached nobody: the consent still runs",
        "allow",
        "2026-06-05 16:00",
        contacts=[*TALK_2, *june(5, row=CALL | {"consented": True})],
        consents=[FRIDAY],
    ),
    rf02(
        "the talk of 3 June, and consent of 2 June, now 8 June, its last day",
        "allow",
        "2026-06-08 14:00",
        contacts=june(3, row=TALK | {"consented": False}),
        consents=[FRIDAY],
    ),
    rf02(
        "the same, now 9 June: the consent is over, the talk of 3 June counts",
        "2026-06-10 00:00",
        "2026-06-09 14:00",
        contacts=june(3, row=TALK | {"consented": False}),
        consents=[FRIDAY],
    ),
    rf02(
        "consent and talk of 2 June, now 9 June: both are over",
        "allow",
        "2026-06-09 14:00",
        contacts=TALK_2,
        consents=[FRIDAY],
    ),
    rf02(
        "a talk at 23:30 on 2 June with one who may be in New York or in Los Angeles counts from there",
        "2026-06-09 03:00",
        "2026-06-09 02:59",
        debtors=[{"stated_time_zone": "America/Los_Angeles"}],
        contacts=on("2026-06-02 23:30", row=TALK),
    ),
    rf02(
        "talk 25 February of a leap year", "2028-03-03 00:00", "2028-03-02 14:00", contacts=on("2028-02-25", row=TALK)
    ),
    rf02(
        "talk 25 February of a common year", "2026-03-04 00:00", "2026-03-03 14:00", contacts=on("2026-02-25", row=TALK)
    ),
]

CONCENTRATION = [
    rf03("a call at 10:00, the next at 10:04", "2026-06-02 12:00", "2026-06-02 10:04", contacts=on("2026-06-02 10:00")),
    rf03("a call at 10:00, the next at 12:00", "allow", "2026-06-02 12:00", contacts=on("2026-06-02 10:00")),
    rf03(
        "a busy line at 10:00 may be tried again at 10:04",
        "allow",
        "2026-06-02 10:04",
        contacts=on("2026-06-02 10:00", row=CALL | {"connect": "busy", "disposition": "busy"}),
    ),
    rf03(
        "a call at 00:30 on the night clocks go back: 01:30 comes a second time before two hours are over",
        "2026-11-01 01:30",
        "2026-11-01 01:31",
        contacts=on("2026-11-01 00:30"),
    ),
    rf03("one call today, hours ago", "allow", "2026-06-02 16:00", contacts=june(2)),
    rf03(
        "two calls today, a third",
        "2026-06-03 00:00",
        "2026-06-02 20:00",
        contacts=on("2026-06-02 10:00", "2026-06-02 13:00"),
    ),
    rf03("two calls yesterday", "allow", "2026-06-03 00:00", contacts=on("2026-06-02 10:00", "2026-06-02 13:00")),
    rf03(
        "five debts with two calls each this week: the person has had ten",
        "2026-06-08 00:00",
        "2026-06-07 14:00",
        accounts=[{"account_id": f"A{debt}"} for debt in range(5)],
        contacts=[
            CALL | {"account_id": f"A{debt}", "at": at(f"2026-06-{debt + 1:02} {hour}:00")}
            for debt in range(5)
            for hour in (10, 15)
        ],
        account="A4",
    ),
    rf03(
        "five debts, nine calls this week",
        "allow",
        "2026-06-07 14:00",
        accounts=[{"account_id": f"A{debt}"} for debt in range(5)],
        contacts=[
            CALL | {"account_id": f"A{debt}", "at": at(f"2026-06-{debt + 1:02} {hour}:00")}
            for debt in range(5)
            for hour in (10, 15)
        ][1:],
        account="A4",
    ),
    rf03("three texts today", "2026-06-03 00:00", "2026-06-02 16:00", contacts=june(2, 2, 2, row=TEXT), channel="sms"),
    rf03("a text yesterday", "allow", "2026-06-03 08:00", contacts=june(2, row=TEXT), channel="sms"),
    rf03("a text today does not hold a call", "allow", "2026-06-02 16:00", contacts=june(2, row=TEXT)),
    rf03(
        "an e-mail today",
        "2026-06-03 00:00",
        "2026-06-02 16:00",
        points=[{}, EMAIL],
        contacts=june(2, row=MAIL),
        channel="email",
    ),
    rf03(
        "three texts and two e-mails this week",
        "2026-06-08 00:00",
        "2026-06-07 14:00",
        contacts=[*june(1, 2, 3, row=TEXT), *june(4, 5, row=MAIL)],
        channel="sms",
    ),
    rf03(
        "three texts and an e-mail this week",
        "allow",
        "2026-06-07 14:00",
        contacts=[*june(1, 2, 3, row=TEXT), *june(4, row=MAIL)],
        channel="sms",
    ),
    rf03(
        "letters have no number of their own",
        "allow",
        "2026-06-07 14:00",
        contacts=june(7, row=LETTER),
        channel="letter",
    ),
    rf03("no source ever told of contacts: the house calls", "allow", "2026-06-07 14:00", absent=["contacts"]),
]

CASES = [*COOLDOWN, *CONCENTRATION]
