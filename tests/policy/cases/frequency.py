"""Examples of how often a debtor may be reached: the register's own, and each edge from both sides."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial

from arrears.policy.facts import Facts
from tests.policy.case import CALL, TALK, Case, Row, asking, at, facts_of

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


def _case(rule: str, profiles: tuple[str, ...], told: str, expected: str, now: str, **given: object) -> Case:
    channel = str(given.pop("channel", "call"))
    asked = {name: given.pop(name) for name in ("account", "point", "person") if name in given}
    made = partial(_facts, now, channel, asked, given)
    return Case(rule, told, expected, made, channel=channel, profiles=profiles)


def _facts(now: str, channel: str, asked: dict[str, str], given: dict[str, Sequence[Row]]) -> Facts:
    return asking(facts_of(now, **given), channel, **asked)


rf01, rf02 = partial(_case, "RF-01", FEDERAL), partial(_case, "RF-02", FEDERAL)
rf03, st01 = partial(_case, "RF-03", HOUSE), partial(_case, "ST-01", STATES)

SEVEN = june(1, 2, 3, 4, 5, 6, 7)

COUNT = [
    rf01(
        "six calls, 1 to 6 June, now 7 June: the seventh may be made", "allow", "2026-06-07 14:00", contacts=SEVEN[:6]
    ),
    rf01("seven calls, 1 to 7 June, again 7 June", "2026-06-08 00:00", "2026-06-07 14:00", contacts=SEVEN),
    rf01("the same calls, now 8 June 00:00", "allow", "2026-06-08 00:00", contacts=SEVEN),
    rf01("the same calls, now 7 June 23:59", "2026-06-08 00:00", "2026-06-07 23:59", contacts=SEVEN),
    rf01("seven calls all on 1 June, now 7 June", "2026-06-08 00:00", "2026-06-07 14:00", contacts=june(*[1] * 7)),
    rf01("seven calls all on 1 June, now 8 June", "allow", "2026-06-08 14:00", contacts=june(*[1] * 7)),
    rf01("eight calls all on 1 June, now 7 June", "2026-06-08 00:00", "2026-06-07 14:00", contacts=june(*[1] * 8)),
    rf01(
        "seven dials of which two were busy: five count",
        "allow",
        "2026-06-07 14:00",
        contacts=[*SEVEN[:5], *june(6, 7, row=CALL | {"connect": "busy", "disposition": "busy"})],
    ),
    rf01(
        "the disposition alone says that a number is not in service",
        "allow",
        "2026-06-07 14:00",
        contacts=[*SEVEN[:6], *june(7, row=CALL | {"connect": None, "disposition": "not_in_service"})],
    ),
    rf01(
        "the disposition alone says that nobody answered: it rang, so it counts",
        "2026-06-08 00:00",
        "2026-06-07 14:00",
        contacts=[*SEVEN[:6], *june(7, row=CALL | {"connect": None})],
    ),
    rf01(
        "the seventh was a voicemail",
        "2026-06-08 00:00",
        "2026-06-07 14:00",
        contacts=[*SEVEN[:6], *june(7, row=CALL | {"connect": "voicemail", "disposition": "voicemail"})],
    ),
    rf01(
        "the seventh was answered and then dropped",
        "2026-06-08 00:00",
        "2026-06-07 14:00",
        contacts=[*SEVEN[:6], *june(7, row=CALL | {"connect": "dropped", "disposition": "hung_up"})],
    ),
    rf01(
        "five calls to the mobile and two to the home of the same person",
        "2026-06-08 00:00",
        "2026-06-07 14:00",
        points=[{}, HOME],
        contacts=[*june(1, 2, 3, 4, 5, row=CALL | {"point_id": "P1"}), *june(6, 7, row=CALL | {"point_id": "P2"})],
    ),
    Case(
        "RF-01",
        "debt A has seven calls, debt B one: A is held",
        "2026-06-08 00:00",
        lambda: two_debts(
            "2026-06-07 14:00",
            [each | {"account_id": "A"} for each in SEVEN] + june(1, row=CALL | {"account_id": "B"}),
            "A",
        ),
        profiles=FEDERAL,
    ),
    Case(
        "RF-01",
        "debt A has seven calls, debt B one: B may be called about",
        "allow",
        lambda: two_debts(
            "2026-06-07 14:00",
            [each | {"account_id": "A"} for each in SEVEN] + june(1, row=CALL | {"account_id": "B"}),
            "B",
        ),
        profiles=FEDERAL,
    ),
    Case(
        "RF-01",
        "seven calls about A of which each discussed B, too: B is held",
        "2026-06-08 00:00",
        lambda: two_debts(
            "2026-06-07 14:00", [each | {"account_id": "A", "debts_discussed": ["A", "B"]} for each in SEVEN], "B"
        ),
        profiles=FEDERAL,
    ),
    Case(
        "RF-01",
        "seven calls that name no debt count on each of the person's debts",
        "2026-06-08 00:00",
        lambda: two_debts("2026-06-07 14:00", [each | {"account_id": None} for each in SEVEN], "B"),
        profiles=FEDERAL,
    ),
    Case(
        "RF-01",
        "seven calls to the joint debtor: the primary debtor has a bucket of their own",
        "allow",
        lambda: asking(
            facts_of(
                "2026-06-07 14:00",
                debtors=[{}, {"debtor_id": "D2"}],
                parties=[
                    {"account_id": "A1", "debtor_id": "D1", "role": "primary", "liable": True},
                    {"account_id": "A1", "debtor_id": "D2", "role": "joint", "liable": True},
                ],
                points=[{}, {"point_id": "P9", "debtor_id": "D2"}],
                contacts=[each | {"debtor_id": "D2"} for each in SEVEN],
            ),
            "call",
            person="D1",
        ),
        profiles=FEDERAL,
    ),
    rf01(
        "the seventh was made with the person's direct consent",
        "allow",
        "2026-06-07 14:00",
        contacts=[*SEVEN[:6], *june(7, row=CALL | {"consented": True})],
    ),
    rf01(
        "nobody noted whether the seventh was agreed on: it counts",
        "2026-06-08 00:00",
        "2026-06-07 14:00",
        contacts=[*SEVEN[:6], *june(7, row=CALL | {"consented": None})],
    ),
    rf01(
        "seven calls, and consent of 2 June, now 7 June: the call they asked for may be made",
        "allow",
        "2026-06-07 14:00",
        contacts=SEVEN,
        consents=[FRIDAY],
    ),
    rf01(
        "the consent was given for another number",
        "2026-06-08 00:00",
        "2026-06-07 14:00",
        points=[{}, HOME],
        contacts=SEVEN,
        consents=[FRIDAY | {"point_id": "P2"}],
        point="P1",
    ),
    rf01(
        "the consent was given for a number that nobody here knows",
        "2026-06-08 00:00",
        "2026-06-07 14:00",
        contacts=SEVEN,
        consents=[FRIDAY | {"point_id": "P404"}],
    ),
    rf01(
        "the consent was given for this number",
        "allow",
        "2026-06-07 14:00",
        points=[{}, HOME],
        contacts=SEVEN,
        consents=[FRIDAY | {"point_id": "P2"}],
        point="P2",
    ),
    rf01(
        "the consent was revoked on 6 June",
        "2026-06-08 00:00",
        "2026-06-07 14:00",
        contacts=SEVEN,
        consents=[FRIDAY | {"revoked_on": date(2026, 6, 6)}],
    ),
    rf01(
        "consent of 2 June, now 9 June: it is over, and the seven calls since 3 June count",
        "2026-06-10 00:00",
        "2026-06-09 14:00",
        contacts=june(3, 4, 5, 6, 7, 8, 9),
        consents=[FRIDAY],
    ),
    Case(
        "RF-01",
        "seven calls to the consumer's attorney: the attorney may be called again",
        "allow",
        lambda: asking(of_attorney([each | {"debtor_id": "L1"} for each in SEVEN]), "call", person="L1"),
        profiles=FEDERAL,
    ),
    Case(
        "RF-01",
        "seven calls to the consumer's attorney do not count on the consumer",
        "allow",
        lambda: asking(of_attorney([each | {"debtor_id": "L1"} for each in SEVEN]), "call", person="D1"),
        profiles=FEDERAL,
    ),
    rf01("seven texts and e-mails are no calls", "allow", "2026-06-07 14:00", contacts=june(*range(1, 8), row=TEXT)),
    rf01(
        "the seventh came from the consumer",
        "allow",
        "2026-06-07 14:00",
        contacts=[*SEVEN[:6], *june(7, row=CALL | {"direction": "in"})],
    ),
    rf01(
        "six calls, and a seventh that a colleague holds a claim for",
        "2026-06-08 00:00",
        "2026-06-07 14:00",
        contacts=[*SEVEN[:6], *june(7, row=CALL | {"connect": None, "disposition": None, "reserved": True})],
    ),
    rf01(
        "a creditor's own account is not under the federal count",
        "allow",
        "2026-06-07 14:00",
        accounts=[{"role": "first_party"}],
        contacts=SEVEN,
    ),
    rf01(
        "a company's debt is not under the federal count",
        "allow",
        "2026-06-07 14:00",
        accounts=[{"debt_class": "commercial"}],
        contacts=SEVEN,
    ),
    rf01(
        "a debt whose class nobody says may be a consumer's",
        "2026-06-08 00:00",
        "2026-06-07 14:00",
        accounts=[{"debt_class": None}],
        contacts=SEVEN,
    ),
    rf01("no source ever told of contacts", "null", "2026-06-07 14:00", absent=["contacts"]),
    _case(
        "RF-01",
        HOUSE,
        "a creditor that keeps the count as its policy",
        "2026-06-08 00:00",
        "2026-06-07 14:00",
        accounts=[{"role": "first_party"}],
        contacts=SEVEN,
    ),
    _case(
        "RF-01",
        HOUSE,
        "a creditor whose source never told of contacts may call",
        "allow",
        "2026-06-07 14:00",
        accounts=[{"role": "first_party"}],
        absent=["contacts"],
    ),
]

CALENDAR = [
    rf01(
        "seven calls on 27 February of a leap year, now 4 March: 29 February is a day",
        "2028-03-05 00:00",
        "2028-03-04 14:00",
        contacts=on(*["2028-02-27"] * 7),
    ),
    rf01(
        "seven calls on 27 February of a common year, now 5 March",
        "2026-03-06 00:00",
        "2026-03-05 14:00",
        contacts=on(*["2026-02-27"] * 7),
    ),
    rf01(
        "seven calls on 31 January, now 6 February",
        "2026-02-07 00:00",
        "2026-02-06 14:00",
        contacts=on(*["2026-01-31"] * 7),
    ),
    rf01(
        "seven calls on 31 January, now 7 February 00:00",
        "allow",
        "2026-02-07 00:00",
        contacts=on(*["2026-01-31"] * 7),
    ),
    rf01(
        "clocks go forward on 8 March 2026: seven calls on 2 March, now 8 March 23:59",
        "2026-03-09 00:00",
        "2026-03-08 23:59",
        contacts=on(*["2026-03-02"] * 7),
    ),
    rf01(
        "the same, now 9 March 00:00, one hour earlier by a stopwatch",
        "allow",
        "2026-03-09 00:00",
        contacts=on(*["2026-03-02"] * 7),
    ),
    rf01(
        "clocks go back on 1 November 2026: seven calls late on 25 October, now 31 October 23:59",
        "2026-11-01 00:00",
        "2026-10-31 23:59",
        contacts=on(*["2026-10-25 20:59"] * 7),
    ),
    rf01(
        "the same, now 1 November 00:00",
        "allow",
        "2026-11-01 00:00",
        contacts=on(*["2026-10-25 20:59"] * 7),
    ),
    rf01(
        "a consumer who named Los Angeles time: the day ends there at 03:00 in New York",
        "2026-06-08 03:00",
        "2026-06-08 02:59",
        debtors=[{"stated_time_zone": "America/Los_Angeles"}],
        contacts=SEVEN,
    ),
    rf01(
        "the same, now 03:00 in New York",
        "allow",
        "2026-06-08 03:00",
        debtors=[{"stated_time_zone": "America/Los_Angeles"}],
        contacts=SEVEN,
    ),
]

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

boston = partial(st01, debtors=[IN_BOSTON])
city = partial(st01, debtors=[IN_NEW_YORK_CITY])
district = partial(st01, debtors=[IN_WASHINGTON_DC])
seattle = partial(st01, debtors=[IN_SEATTLE])
charleston = partial(st01, debtors=[IN_CHARLESTON])
AT_WORK = CALL | {"point_id": "PW"}

PLACES = [
    boston(
        "Massachusetts, calls 1 and 3 June, now 7 June", "2026-06-08 00:00", "2026-06-07 14:00", contacts=june(1, 3)
    ),
    boston("Massachusetts, calls 1 and 3 June, now 8 June", "allow", "2026-06-08 00:00", contacts=june(1, 3)),
    boston("Massachusetts, one call on 3 June, now 7 June", "allow", "2026-06-07 14:00", contacts=june(3)),
    boston(
        "Massachusetts, calls at work 1 and 3 June, now 30 June",
        "2026-07-01 00:00",
        "2026-06-30 14:00",
        points=[{}, WORK],
        contacts=june(1, 3, row=AT_WORK),
        point="PW",
    ),
    boston(
        "Massachusetts, calls at work 1 and 3 June, now 1 July",
        "allow",
        "2026-07-01 00:00",
        points=[{}, WORK],
        contacts=june(1, 3, row=AT_WORK),
        point="PW",
    ),
    boston(
        "Massachusetts, calls at work 1 and 3 June leave the mobile its own two",
        "allow",
        "2026-06-04 14:00",
        points=[{}, WORK],
        contacts=june(1, 3, row=AT_WORK),
        point="P1",
    ),
    boston(
        "Massachusetts, two calls of which nobody noted the number may have been at work",
        "2026-07-01 00:00",
        "2026-06-30 14:00",
        points=[{}, WORK],
        contacts=june(1, 3),
        point="PW",
    ),
    boston(
        "Massachusetts, a text counts with calls",
        "2026-06-08 00:00",
        "2026-06-07 14:00",
        contacts=[*june(1), *june(3, row=TEXT)],
    ),
    boston(
        "Massachusetts, a call counts with texts",
        "2026-06-08 00:00",
        "2026-06-07 14:00",
        contacts=[*june(1), *june(3, row=TEXT)],
        channel="sms",
    ),
    boston("Massachusetts, e-mails do not count", "allow", "2026-06-07 14:00", contacts=june(1, 3, 5, row=MAIL)),
    boston(
        "Massachusetts, an attempt that rang out without voicemail counts (Armata v. Target)",
        "2026-06-08 00:00",
        "2026-06-07 14:00",
        contacts=june(1, 3, row=CALL | {"connect": "no_answer"}),
    ),
    boston(
        "Massachusetts, an attempt on a busy line does not: nobody could be left a message",
        "allow",
        "2026-06-07 14:00",
        contacts=[*june(1), *june(3, row=CALL | {"connect": "busy", "disposition": "busy"})],
    ),
    boston(
        "Massachusetts binds creditors, too",
        "2026-06-08 00:00",
        "2026-06-07 14:00",
        accounts=[{"role": "first_party"}],
        contacts=june(1, 3),
    ),
    boston("Massachusetts, no source ever told of contacts", "null", "2026-06-07 14:00", absent=["contacts"]),
    st01(
        "Massachusetts mobile (617) of a resident of Texas: both places count, two in seven days",
        "2026-06-08 00:00",
        "2026-06-07 14:00",
        debtors=[IN_DALLAS],
        points=[{"value": "+16175550100"}],
        contacts=june(1, 3),
    ),
    st01(
        "Texas mobile (214) of a resident of Texas",
        "allow",
        "2026-06-07 14:00",
        debtors=[IN_DALLAS],
        points=[{"value": "+12145550100"}],
        contacts=june(1, 3),
    ),
    city(
        "New York City from September 2026: two e-mails and one call, then a text",
        "2026-09-08 00:00",
        "2026-09-07 14:00",
        contacts=[*on("2026-09-01", "2026-09-02", row=MAIL), *on("2026-09-03")],
        channel="sms",
    ),
    city(
        "New York City from September 2026: one e-mail and one call, then a text",
        "allow",
        "2026-09-07 14:00",
        contacts=[*on("2026-09-02", row=MAIL), *on("2026-09-03")],
        channel="sms",
    ),
    city(
        "New York City until August 2026: two contacts",
        "2026-08-31 00:00",
        "2026-08-30 14:00",
        contacts=on("2026-08-24", "2026-08-25"),
    ),
    city(
        "New York City until August 2026: one contact",
        "allow",
        "2026-08-30 14:00",
        contacts=on("2026-08-25"),
    ),
    city(
        "New York City, two contacts of August, judged on 1 September: three are allowed from that day",
        "allow",
        "2026-09-01 14:00",
        contacts=on("2026-08-30", "2026-08-31"),
    ),
    city(
        "New York City until August 2026 does not bind creditors",
        "allow",
        "2026-08-30 14:00",
        accounts=[{"role": "first_party"}],
        contacts=on("2026-08-24", "2026-08-25"),
    ),
    city(
        "New York City from September 2026 binds creditors",
        "2026-09-08 00:00",
        "2026-09-07 14:00",
        accounts=[{"role": "first_party"}],
        contacts=on("2026-09-01", "2026-09-02", "2026-09-03"),
    ),
    city(
        "New York City from September 2026: contacts are counted per account",
        "allow",
        "2026-09-07 14:00",
        accounts=[{"account_id": "A"}, {"account_id": "B"}],
        contacts=on("2026-09-01", "2026-09-02", "2026-09-03", row=CALL | {"account_id": "A"}),
        account="B",
    ),
    city(
        "New York City, after a conversation in the window nothing more (counsel to confirm)",
        "2026-09-10 00:00",
        "2026-09-07 14:00",
        contacts=on("2026-09-03", row=TALK),
        channel="sms",
    ),
    district("District of Columbia, four calls", "2026-06-08 00:00", "2026-06-07 14:00", contacts=june(1, 2, 3, 4)),
    district("District of Columbia, three calls", "allow", "2026-06-07 14:00", contacts=june(2, 3, 4)),
    district(
        "District of Columbia, five texts and e-mails do not hold a call",
        "allow",
        "2026-06-07 14:00",
        contacts=[*june(1, 2, 3, row=TEXT), *june(4, 5, row=MAIL)],
    ),
    district(
        "District of Columbia, five texts and e-mails",
        "2026-06-08 00:00",
        "2026-06-07 14:00",
        contacts=[*june(1, 2, 3, row=TEXT), *june(4, 5, row=MAIL)],
        channel="sms",
    ),
    district(
        "District of Columbia, replies are not counted",
        "allow",
        "2026-06-07 14:00",
        contacts=[*june(1, 2, row=TEXT), *june(3, 4, 5, row=TEXT | {"purpose": "service_reply"})],
        channel="sms",
    ),
    district(
        "District of Columbia, what the consumer began is not counted",
        "allow",
        "2026-06-07 14:00",
        contacts=[*june(1, 2, 3), *june(4, row=CALL | {"direction": "in"})],
    ),
    seattle(
        "Washington, two calls and one letter in a week, now a call: letters count there",
        "2026-06-08 00:00",
        "2026-06-07 14:00",
        contacts=[*june(1, 2), *june(3, row=LETTER)],
    ),
    seattle("Washington, two calls in a week", "allow", "2026-06-07 14:00", contacts=june(2, 3)),
    seattle(
        "Washington, three contacts over two debts of one person",
        "2026-06-08 00:00",
        "2026-06-07 14:00",
        accounts=[{"account_id": "A"}, {"account_id": "B"}],
        contacts=[*june(1, 2, row=CALL | {"account_id": "A"}), *june(3, row=CALL | {"account_id": "B"})],
        account="B",
    ),
    seattle(
        "Washington, one contact at work in a week",
        "2026-06-10 00:00",
        "2026-06-07 14:00",
        points=[{}, WORK],
        contacts=june(3, row=AT_WORK),
        point="PW",
    ),
    seattle(
        "Washington, one contact at work does not hold the mobile",
        "allow",
        "2026-06-07 14:00",
        points=[{}, WORK],
        contacts=june(3, row=AT_WORK),
        point="P1",
    ),
    seattle(
        "Washington binds agencies and debt buyers, not creditors",
        "allow",
        "2026-06-07 14:00",
        accounts=[{"role": "first_party"}],
        contacts=june(1, 2, 3),
    ),
    charleston(
        "West Virginia, thirty calls in a week",
        "2026-06-08 00:00",
        "2026-06-07 14:00",
        contacts=june(*[1, 2, 3, 4, 5] * 6),
    ),
    charleston(
        "West Virginia, twenty-nine calls in a week",
        "allow",
        "2026-06-07 14:00",
        contacts=june(*[1, 2, 3, 4, 5] * 6)[1:],
    ),
    charleston(
        "West Virginia, ten conversations in a week",
        "2026-06-08 00:00",
        "2026-06-07 14:00",
        contacts=june(*[1, 2, 3, 4, 5] * 2, row=TALK),
    ),
    charleston(
        "West Virginia, nine conversations in a week",
        "allow",
        "2026-06-07 14:00",
        contacts=june(*[1, 2, 3, 4, 5] * 2, row=TALK)[1:],
    ),
    st01(
        "Albany lies in New York State, not in the city", "allow", "2026-09-07 14:00", contacts=on(*["2026-09-03"] * 5)
    ),
]

_VOICEMAIL = CALL | {"disposition": "voicemail", "connect": "voicemail"}
_ontario = partial(st01, debtors=[IN_TORONTO], points=[{"value": "+14165550100"}])
ONTARIO = [
    _ontario(
        "Ontario, messages left on 1, 3 and 5 June, now 7 June: until the first has aged out",
        "2026-06-08 00:00",
        "2026-06-07 14:00",
        contacts=june(1, 3, 5, row=_VOICEMAIL),
    ),
    _ontario(
        "Ontario, messages left on 1 and 3 June and a call that nobody answered",
        "allow",
        "2026-06-07 14:00",
        contacts=[*june(1, 3, row=_VOICEMAIL), *june(5)],
    ),
    _ontario(
        "Ontario, a letter is no contact: two messages left and two letters",
        "allow",
        "2026-06-07 14:00",
        contacts=[*june(1, 3, row=_VOICEMAIL), *june(4, 5, row=LETTER)],
    ),
]

STALE = [
    Case(
        "HS-06",
        "the feed of contacts is whole up to 15 minutes ago",
        "allow",
        lambda: facts_of("2026-06-07 14:00", contacts_until=at("2026-06-07 13:45")),
        profiles=HOUSE,
    ),
    Case(
        "HS-06",
        "the feed of contacts is whole up to 16 minutes ago",
        "null",
        lambda: facts_of("2026-06-07 14:00", contacts_until=at("2026-06-07 13:44")),
        profiles=HOUSE,
    ),
    Case(
        "HS-06",
        "nobody says up to when the feed is whole: it is taken as it was loaded",
        "allow",
        lambda: facts_of("2026-06-07 14:00"),
        profiles=HOUSE,
    ),
]

CASES = [*COUNT, *CALENDAR, *COOLDOWN, *CONCENTRATION, *PLACES, *ONTARIO, *STALE]
