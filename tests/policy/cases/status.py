"""Where a debt stands in law, and what its creditor decided, as examples; bankruptcy has its own file."""

from datetime import date

from tests.policy.case import ACCOUNT
from tests.policy.held import ACTIVE, FEDERAL, OTHERS, case_of, hold, june


def _two(*accounts):
    return [ACCOUNT | {"account_id": name} for name in accounts]


FORCES_AND_THEFT = [
    case_of("LS-04", "Active service, suit", "null", "2026-06-05 10:00", ACTIVE, profiles=FEDERAL, lane="legal_review"),
    case_of("LS-04", "Active service, a call", "null", "2026-06-05 10:00", ACTIVE),
    case_of("LS-04", "Active service, a call by a specialist", "allow", "2026-06-05 10:00", ACTIVE, lane="specialist"),
    case_of("LS-04", "Active service, a call, by law alone", "allow", "2026-06-05 10:00", ACTIVE, profiles=FEDERAL),
    case_of(
        "LS-04",
        "Left the service on 14 November 2025, 203 days ago; foreclosure",
        "2026-11-15 00:00",
        "2026-06-05 10:00",
        hold("servicemember", date(2024, 1, 1), date(2025, 11, 14)),
        profiles=FEDERAL,
        lane="legal_review",
        accounts=[{"secured": True}],
    ),
    case_of(
        "LS-04",
        "The same, one year and a day after service",
        "allow",
        "2026-11-15 10:00",
        hold("servicemember", date(2024, 1, 1), date(2025, 11, 14)),
        profiles=FEDERAL,
        lane="legal_review",
        accounts=[{"secured": True}],
    ),
    case_of(
        "LS-04",
        "Left the service on 29 February 2028, now 28 February 2029; foreclosure",
        "2029-03-01 00:00",
        "2029-02-28 10:00",
        hold("servicemember", date(2026, 1, 1), date(2028, 2, 29)),
        profiles=FEDERAL,
        lane="legal_review",
        accounts=[{"secured": True}],
    ),
    case_of(
        "LS-04",
        "Left the service 203 days ago, nothing is pledged; suit",
        "allow",
        "2026-06-05 10:00",
        hold("servicemember", date(2024, 1, 1), date(2025, 11, 14)),
        profiles=FEDERAL,
        lane="legal_review",
        accounts=[{"secured": False}],
    ),
    *[
        case_of(
            "LS-05",
            f"A report of identity theft, lane {lane}",
            "null",
            "2026-06-05 10:00",
            hold("identity_theft", june(1)),
            profiles=FEDERAL,
            lane=lane,
        )
        for lane in ("placement_review", "furnish")
    ],
    case_of("LS-05", "The same, a call", "null", "2026-06-05 10:00", hold("identity_theft", june(1))),
    case_of(
        "LS-05",
        "An affidavit is looked into for 30 days from 1 June",
        "2026-07-01 00:00",
        "2026-06-05 10:00",
        hold("identity_theft", june(1), june(30)),
    ),
    case_of(
        "LS-05",
        "Cleared on 4 June",
        "allow",
        "2026-06-05 10:00",
        hold("identity_theft", june(1), june(4)),
        lane="furnish",
    ),
]

SUITS_AND_COMPLAINTS = [
    case_of(
        "LS-06",
        "Served on 1 June: no queue but the legal team's",
        "null",
        "2026-06-05 10:00",
        hold("litigation", june(1)),
    ),
    case_of(
        "LS-06",
        "The same, lane legal_review",
        "allow",
        "2026-06-05 10:00",
        hold("litigation", june(1)),
        lane="legal_review",
    ),
    case_of("LS-06", "Dismissed on 4 June", "allow", "2026-06-05 10:00", hold("litigation", june(1), june(4))),
    case_of(
        "LS-06",
        "The debtor sues us",
        "null",
        "2026-06-05 10:00",
        hold("litigation", june(1)),
        **OTHERS,
    ),
    case_of("LS-07", "A complaint of 1 June", "null", "2026-06-05 10:00", hold("complaint", june(1))),
    case_of(
        "LS-07",
        "Closed on 20 June, now 20 June",
        "2026-06-21 00:00",
        "2026-06-20 10:00",
        hold("complaint", june(1), june(20)),
    ),
    case_of(
        "LS-07", "Closed on 20 June, now 21 June", "allow", "2026-06-21 00:00", hold("complaint", june(1), june(20))
    ),
    case_of(
        "LS-07",
        "A complaint about another account",
        "allow",
        "2026-06-05 10:00",
        hold("complaint", june(1), account_id="A2"),
        accounts=_two("A1", "A2"),
        ask={"account": "A1"},
    ),
    case_of(
        "LS-07",
        "An answer to whoever complained",
        "allow",
        "2026-06-05 10:00",
        hold("complaint", june(1)),
        ask={"purpose": "service_reply"},
    ),
    case_of(
        "LS-07", "A specialist answers", "allow", "2026-06-05 10:00", hold("complaint", june(1)), lane="specialist"
    ),
]

_PROMISE = [{"account_id": "A1", "due_on": june(10), "grace_ends_on": june(15)}]
CREDITOR = [
    case_of(
        "LS-08",
        "Promise due Wednesday 10 June and three business days",
        "2026-06-16 00:00",
        "2026-06-09 10:00",
        promises=_PROMISE,
    ),
    case_of("LS-08", "The same, now 15 June 23:59", "2026-06-16 00:00", "2026-06-15 23:59", promises=_PROMISE),
    case_of("LS-08", "The same, now 16 June", "allow", "2026-06-16 00:00", promises=_PROMISE),
    case_of("LS-08", "The same promise, lane promise", "allow", "2026-06-09 10:00", lane="promise", promises=_PROMISE),
    case_of(
        "LS-08",
        "A plan's next instalment is promised for 10 July",
        "2026-07-16 00:00",
        "2026-06-20 10:00",
        promises=[{"account_id": "A1", "due_on": date(2026, 7, 10), "grace_ends_on": date(2026, 7, 15)}],
    ),
    case_of("HS-04", "A payment has been announced", "null", "2026-06-05 10:00", accounts=[{"payment_pending": True}]),
    case_of(
        "LS-08",
        "The creditor recalls the account",
        "null",
        "2026-06-05 10:00",
        hold("recall", june(1), account_id="A1"),
    ),
    case_of(
        "LS-08", "Balance of 24.99 dollars, a call", "null", "2026-06-05 10:00", accounts=[{"balance_minor": 2_499}]
    ),
    case_of(
        "LS-08", "Balance of 25.00 dollars, a call", "allow", "2026-06-05 10:00", accounts=[{"balance_minor": 2_500}]
    ),
    case_of(
        "LS-08",
        "Balance of 24.99 dollars, an e-mail",
        "allow",
        "2026-06-05 10:00",
        channel="email",
        accounts=[{"balance_minor": 2_499}],
        points=[{"kind": "email", "value": "a@example.org", "line_type": None}],
    ),
    case_of(
        "LS-08",
        "Balance of 2,499 yen, a currency without a limit",
        "allow",
        "2026-06-05 10:00",
        accounts=[{"balance_minor": 2_499, "currency": "JPY"}],
    ),
    case_of("LS-08", "Placed today, no cooling period", "allow", "2026-06-05 10:00", accounts=[{"placed_on": june(5)}]),
    case_of("LS-08", "Hardship under review", "null", "2026-06-05 10:00", hold("hardship", june(1))),
    case_of(
        "LS-08", "The same, lane hardship", "allow", "2026-06-05 10:00", hold("hardship", june(1)), lane="hardship"
    ),
    case_of(
        "LS-08",
        "A disaster area to 30 June",
        "2026-07-01 00:00",
        "2026-06-05 10:00",
        hold("disaster", june(1), june(30)),
    ),
    case_of("LS-08", "A counsellor represents the debtor", "null", "2026-06-05 10:00", hold("counsellor", june(1))),
    case_of("LS-08", "An application for aid is open", "null", "2026-06-05 10:00", hold("aid_pending", june(1))),
    case_of("LS-08", "A vulnerable debtor", "null", "2026-06-05 10:00", hold("vulnerable", june(1))),
    case_of(
        "LS-08",
        "The same, by a specialist",
        "allow",
        "2026-06-05 10:00",
        hold("vulnerable", june(1)),
        lane="specialist",
    ),
    case_of(
        "LS-08",
        "Held for another reason through 28 February of a leap year",
        "2028-02-29 00:00",
        "2028-02-28 23:59",
        hold("other", date(2028, 2, 1), date(2028, 2, 28)),
    ),
    case_of(
        "LS-08",
        "Held through the day on which clocks are set forward",
        "2026-03-09 00:00",
        "2026-03-08 10:00",
        hold("other", date(2026, 3, 1), date(2026, 3, 8)),
    ),
]

CASES = [*FORCES_AND_THEFT, *SUITS_AND_COMPLAINTS, *CREDITOR]
