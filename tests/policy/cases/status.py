"""Where a debt stands in law, and what its creditor decided (LS-01 to LS-08), as examples."""

from datetime import date

from arrears.policy.facts import Facts
from tests.policy.case import ACCOUNT, Case, asking, facts_of

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


def _case(rule, told, expected, now, *holds, condition="", channel="call", lane="pay", profiles=HOUSE, **tables):
    def made() -> Facts:
        whole = facts_of(now, holds=list(holds), **{name: rows for name, rows in tables.items() if name != "ask"})
        return whole if lane in ("legal_review", "placement_review", "furnish") else asking(whole, channel, **asked)

    asked = tables.get("ask", {})
    return Case(rule, told, expected, made, channel, lane, profiles, condition)


def _two(*accounts):
    return [ACCOUNT | {"account_id": name} for name in accounts]


FILED, ACTIVE = hold("bankruptcy", june(3)), hold("servicemember", date(2025, 1, 1))
PLAN = hold("bankruptcy", june(3), chapter="13")
OTHERS = {"debtors": TWO, "parties": JOINT, "points": POINTS, "ask": {"person": "D2"}}
REPRESENTED = {"debtors": TWO, "parties": WITH_ATTORNEY, "points": POINTS}

BANKRUPTCY = [
    _case("LS-01", "Petition of 3 June, now 2 June 23:59", "allow", "2026-06-02 23:59", FILED, profiles=FEDERAL),
    _case("LS-01", "Petition of 3 June, now 3 June 00:00", "null", "2026-06-03 00:00", FILED, profiles=FEDERAL),
    _case("LS-01", "Petition of 3 June, known on 5 June", "null", "2026-06-05 10:00", FILED, profiles=FEDERAL),
    _case(
        "LS-01", "The same, a letter", "null", "2026-06-05 10:00", FILED, profiles=FEDERAL, channel="letter", points=[]
    ),
    *[
        _case("LS-01", f"The same, lane {lane}", "null", "2026-06-05 10:00", FILED, profiles=FEDERAL, lane=lane)
        for lane in ("legal_review", "placement_review", "furnish")
    ],
    _case(
        "LS-01",
        "Chapter 13 of 3 June, dismissed on 9 June, now 9 June",
        "2026-06-10 00:00",
        "2026-06-09 10:00",
        hold("bankruptcy", june(3), june(9), chapter="13"),
        profiles=FEDERAL,
    ),
    _case(
        "LS-01",
        "The same, now 10 June: allowed once somebody has looked at the order",
        "allow",
        "2026-06-10 00:00",
        hold("bankruptcy", june(3), june(9), chapter="13"),
        profiles=FEDERAL,
        condition="CHECK_ORDER",
    ),
    _case("LS-01", "No petition", "allow", "2026-06-10 00:00", profiles=FEDERAL),
    _case(
        "LS-01",
        "A business has filed",
        "null",
        "2026-06-05 10:00",
        FILED,
        profiles=FEDERAL,
        debtors=[{"kind": "business"}],
        accounts=[{"debt_class": "commercial"}],
    ),
    _case(
        "LS-01",
        "The filer's attorney, asked to pay",
        "null",
        "2026-06-05 10:00",
        FILED,
        profiles=FEDERAL,
        ask={"person": "D2"},
        **REPRESENTED,
    ),
    _case(
        "LS-01",
        "The filer's attorney about a claim, lane attorney",
        "allow",
        "2026-06-05 10:00",
        FILED,
        profiles=FEDERAL,
        lane="attorney",
        ask={"person": "D2"},
        **REPRESENTED,
    ),
    _case(
        "LS-01",
        "The filer in lane attorney",
        "null",
        "2026-06-05 10:00",
        FILED,
        profiles=FEDERAL,
        lane="attorney",
        ask={"person": "D1"},
        **REPRESENTED,
    ),
    _case("LS-01", "A cosigner of somebody who filed", "allow", "2026-06-05 10:00", FILED, profiles=FEDERAL, **OTHERS),
    _case(
        "LS-01",
        "Petition in a country without a law file",
        "null",
        "2026-06-05 10:00",
        FILED,
        country="TW",
        debtors=[{"country": "TW", "region": None}],
        points=[{"value": "+886955555555"}],
    ),
    _case(
        "LS-02", "The debt was discharged", "null", "2026-06-05 10:00", hold("discharged", june(1)), profiles=FEDERAL
    ),
    *[
        _case("LS-02", f"The same, lane {lane}", "null", "2026-06-05 10:00", hold("discharged", june(1)), lane=lane)
        for lane in ("legal_review", "placement_review", "furnish")
    ],
    _case(
        "LS-02",
        "The debt was reaffirmed on 4 June, so that the hold ended",
        "allow",
        "2026-06-05 10:00",
        hold("discharged", june(1), june(4)),
        profiles=FEDERAL,
    ),
    _case(
        "LS-02",
        "A lien stands behind the discharged debt, lane legal_review",
        "allow",
        "2026-06-05 10:00",
        hold("discharged", june(1)),
        profiles=FEDERAL,
        lane="legal_review",
        accounts=[{"secured": True}],
    ),
    _case(
        "LS-02",
        "The same, a call",
        "null",
        "2026-06-05 10:00",
        hold("discharged", june(1)),
        profiles=FEDERAL,
        accounts=[{"secured": True}],
    ),
    _case("LS-03", "Cosigner of a chapter 13 filer", "null", "2026-06-05 10:00", PLAN, profiles=FEDERAL, **OTHERS),
    _case(
        "LS-03",
        "Cosigner of a chapter 12 filer",
        "null",
        "2026-06-05 10:00",
        PLAN | {"chapter": "Chapter 12"},
        profiles=FEDERAL,
        **OTHERS,
    ),
    _case(
        "LS-03",
        "Cosigner of a filer whose chapter nobody told",
        "null",
        "2026-06-05 10:00",
        FILED,
        profiles=FEDERAL,
        **OTHERS,
    ),
    _case(
        "LS-03",
        "The same, a business debt",
        "allow",
        "2026-06-05 10:00",
        PLAN,
        profiles=FEDERAL,
        accounts=[{"debt_class": "commercial"}],
        **OTHERS,
    ),
    _case(
        "LS-03",
        "The case was converted to chapter 7",
        "allow",
        "2026-06-05 10:00",
        PLAN | {"chapter": "7"},
        profiles=FEDERAL,
        **OTHERS,
    ),
    _case(
        "LS-03",
        "Relief from the stay was granted on 4 June",
        "allow",
        "2026-06-05 10:00",
        PLAN | {"ends_on": june(4)},
        profiles=FEDERAL,
        **OTHERS,
    ),
    _case(
        "LS-03",
        "Both have filed: the cosigner's own case ended on 4 June, the debtor's plan goes on",
        "null",
        "2026-06-05 10:00",
        PLAN,
        PLAN | {"debtor_id": "D2", "ends_on": june(4)},
        profiles=FEDERAL,
        **OTHERS,
    ),
    _case(
        "LS-03",
        "The filer, of whom no other law than the stay itself speaks",
        "allow",
        "2026-06-05 10:00",
        PLAN,
        profiles=FEDERAL,
        **OTHERS | {"ask": {"person": "D1"}},
    ),
]

FORCES_AND_THEFT = [
    _case("LS-04", "Active service, suit", "null", "2026-06-05 10:00", ACTIVE, profiles=FEDERAL, lane="legal_review"),
    _case("LS-04", "Active service, a call", "null", "2026-06-05 10:00", ACTIVE),
    _case("LS-04", "Active service, a call by a specialist", "allow", "2026-06-05 10:00", ACTIVE, lane="specialist"),
    _case("LS-04", "Active service, a call, by law alone", "allow", "2026-06-05 10:00", ACTIVE, profiles=FEDERAL),
    _case(
        "LS-04",
        "Left the service on 14 November 2025, 203 days ago; foreclosure",
        "2026-11-15 00:00",
        "2026-06-05 10:00",
        hold("servicemember", date(2024, 1, 1), date(2025, 11, 14)),
        profiles=FEDERAL,
        lane="legal_review",
        accounts=[{"secured": True}],
    ),
    _case(
        "LS-04",
        "The same, one year and a day after service",
        "allow",
        "2026-11-15 10:00",
        hold("servicemember", date(2024, 1, 1), date(2025, 11, 14)),
        profiles=FEDERAL,
        lane="legal_review",
        accounts=[{"secured": True}],
    ),
    _case(
        "LS-04",
        "Left the service on 29 February 2028, now 28 February 2029; foreclosure",
        "2029-03-01 00:00",
        "2029-02-28 10:00",
        hold("servicemember", date(2026, 1, 1), date(2028, 2, 29)),
        profiles=FEDERAL,
        lane="legal_review",
        accounts=[{"secured": True}],
    ),
    _case(
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
        _case(
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
    _case("LS-05", "The same, a call", "null", "2026-06-05 10:00", hold("identity_theft", june(1))),
    _case(
        "LS-05",
        "An affidavit is looked into for 30 days from 1 June",
        "2026-07-01 00:00",
        "2026-06-05 10:00",
        hold("identity_theft", june(1), june(30)),
    ),
    _case(
        "LS-05",
        "Cleared on 4 June",
        "allow",
        "2026-06-05 10:00",
        hold("identity_theft", june(1), june(4)),
        lane="furnish",
    ),
]

SUITS_AND_COMPLAINTS = [
    _case(
        "LS-06",
        "Served on 1 June: no queue but the legal team's",
        "null",
        "2026-06-05 10:00",
        hold("litigation", june(1)),
    ),
    _case(
        "LS-06",
        "The same, lane legal_review",
        "allow",
        "2026-06-05 10:00",
        hold("litigation", june(1)),
        lane="legal_review",
    ),
    _case("LS-06", "Dismissed on 4 June", "allow", "2026-06-05 10:00", hold("litigation", june(1), june(4))),
    _case(
        "LS-06",
        "The debtor sues us",
        "null",
        "2026-06-05 10:00",
        hold("litigation", june(1)),
        **OTHERS,
    ),
    _case("LS-07", "A complaint of 1 June", "null", "2026-06-05 10:00", hold("complaint", june(1))),
    _case(
        "LS-07",
        "Closed on 20 June, now 20 June",
        "2026-06-21 00:00",
        "2026-06-20 10:00",
        hold("complaint", june(1), june(20)),
    ),
    _case("LS-07", "Closed on 20 June, now 21 June", "allow", "2026-06-21 00:00", hold("complaint", june(1), june(20))),
    _case(
        "LS-07",
        "A complaint about another account",
        "allow",
        "2026-06-05 10:00",
        hold("complaint", june(1), account_id="A2"),
        accounts=_two("A1", "A2"),
        ask={"account": "A1"},
    ),
    _case(
        "LS-07",
        "An answer to whoever complained",
        "allow",
        "2026-06-05 10:00",
        hold("complaint", june(1)),
        ask={"purpose": "service_reply"},
    ),
    _case("LS-07", "A specialist answers", "allow", "2026-06-05 10:00", hold("complaint", june(1)), lane="specialist"),
]

_PROMISE = [{"account_id": "A1", "due_on": june(10), "grace_ends_on": june(15)}]
CREDITOR = [
    _case(
        "LS-08",
        "Promise due Wednesday 10 June and three business days",
        "2026-06-16 00:00",
        "2026-06-09 10:00",
        promises=_PROMISE,
    ),
    _case("LS-08", "The same, now 15 June 23:59", "2026-06-16 00:00", "2026-06-15 23:59", promises=_PROMISE),
    _case("LS-08", "The same, now 16 June", "allow", "2026-06-16 00:00", promises=_PROMISE),
    _case("LS-08", "The same promise, lane promise", "allow", "2026-06-09 10:00", lane="promise", promises=_PROMISE),
    _case(
        "LS-08",
        "A plan's next instalment is promised for 10 July",
        "2026-07-16 00:00",
        "2026-06-20 10:00",
        promises=[{"account_id": "A1", "due_on": date(2026, 7, 10), "grace_ends_on": date(2026, 7, 15)}],
    ),
    _case("HS-04", "A payment has been announced", "null", "2026-06-05 10:00", accounts=[{"payment_pending": True}]),
    _case(
        "LS-08",
        "The creditor recalls the account",
        "null",
        "2026-06-05 10:00",
        hold("recall", june(1), account_id="A1"),
    ),
    _case("LS-08", "Balance of 24.99 dollars, a call", "null", "2026-06-05 10:00", accounts=[{"balance_minor": 2_499}]),
    _case(
        "LS-08", "Balance of 25.00 dollars, a call", "allow", "2026-06-05 10:00", accounts=[{"balance_minor": 2_500}]
    ),
    _case(
        "LS-08",
        "Balance of 24.99 dollars, an e-mail",
        "allow",
        "2026-06-05 10:00",
        channel="email",
        accounts=[{"balance_minor": 2_499}],
        points=[{"kind": "email", "value": "a@example.org", "line_type": None}],
    ),
    _case(
        "LS-08",
        "Balance of 2,499 yen, a currency without a limit",
        "allow",
        "2026-06-05 10:00",
        accounts=[{"balance_minor": 2_499, "currency": "JPY"}],
    ),
    _case("LS-08", "Placed today, no cooling period", "allow", "2026-06-05 10:00", accounts=[{"placed_on": june(5)}]),
    _case("LS-08", "Hardship under review", "null", "2026-06-05 10:00", hold("hardship", june(1))),
    _case("LS-08", "The same, lane hardship", "allow", "2026-06-05 10:00", hold("hardship", june(1)), lane="hardship"),
    _case(
        "LS-08",
        "A disaster area to 30 June",
        "2026-07-01 00:00",
        "2026-06-05 10:00",
        hold("disaster", june(1), june(30)),
    ),
    _case("LS-08", "A counsellor represents the debtor", "null", "2026-06-05 10:00", hold("counsellor", june(1))),
    _case("LS-08", "An application for aid is open", "null", "2026-06-05 10:00", hold("aid_pending", june(1))),
    _case("LS-08", "A vulnerable debtor", "null", "2026-06-05 10:00", hold("vulnerable", june(1))),
    _case(
        "LS-08",
        "The same, by a specialist",
        "allow",
        "2026-06-05 10:00",
        hold("vulnerable", june(1)),
        lane="specialist",
    ),
    _case(
        "LS-08",
        "Held for another reason through 28 February of a leap year",
        "2028-02-29 00:00",
        "2028-02-28 23:59",
        hold("other", date(2028, 2, 1), date(2028, 2, 28)),
    ),
    _case(
        "LS-08",
        "Held through the day on which clocks are set forward",
        "2026-03-09 00:00",
        "2026-03-08 10:00",
        hold("other", date(2026, 3, 1), date(2026, 3, 8)),
    ),
]

CASES = [*BANKRUPTCY, *FORCES_AND_THEFT, *SUITS_AND_COMPLAINTS, *CREDITOR]
