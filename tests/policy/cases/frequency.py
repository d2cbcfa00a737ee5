"""Examples of how many calls fit into a week, and of a feed that is behind: each edge from both sides."""

from __future__ import annotations

from datetime import date
from functools import partial

from tests.policy.case import CALL, Case, asking, at, facts_of
from tests.policy.counted import (
    FEDERAL,
    FRIDAY,
    HOME,
    HOUSE,
    TEXT,
    counted_case,
    june,
    of_attorney,
    on,
    two_debts,
)

rf01 = partial(counted_case, "RF-01", FEDERAL)

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
    counted_case(
        "RF-01",
        HOUSE,
        "a creditor that keeps the count as its policy",
        "2026-06-08 00:00",
        "2026-06-07 14:00",
        accounts=[{"role": "first_party"}],
        contacts=SEVEN,
    ),
    counted_case(
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

CASES = [*COUNT, *CALENDAR, *STALE]
