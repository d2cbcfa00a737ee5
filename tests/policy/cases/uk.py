"""The profile of the United Kingdom (UK-01 to UK-04), off unless switched on, as examples; times are of London."""

from datetime import date
from typing import Any

from arrears.policy.facts import Facts
from tests.policy.case import Case, asking, facts_of
from tests.policy.held import hold, june

LONDON = "Europe/London"
BRITON = {"country": "GB", "region": None, "postal_code": "EC1A 1BB", "city": "London", "stated_time_zone": LONDON}
MOBILE = {"value": "+447700900100"}
SPACE: dict[str, Any] = {"chapter": "breathing space"}
CRISIS: dict[str, Any] = {"chapter": "mental health crisis"}


def _case(rule, told, expected, now, *holds, channel="call", lane="pay", **tables):
    def made() -> Facts:
        given = {"debtors": [BRITON], "points": [MOBILE], "holds": list(holds)} | tables
        return asking(facts_of(now, zone=LONDON, country="GB", **given), channel)

    return Case(rule, told, expected, made, channel, lane, ("uk",))


# `until` is told by New York's clocks, five hours behind London's.
CASES = [
    _case("UK-01", "21:30", "2026-06-02 03:00", "2026-06-01 21:30"),
    _case("UK-01", "20:59", "allow", "2026-06-01 20:59"),
    _case("UK-01", "21:00", "2026-06-02 03:00", "2026-06-01 21:00"),
    _case("UK-01", "07:59", "2026-06-01 03:00", "2026-06-01 07:59"),
    _case("UK-01", "08:00", "allow", "2026-06-01 08:00"),
    _case("UK-01", "21:30 on the eve of summer time", "2026-03-29 03:00", "2026-03-28 21:30"),
    _case("UK-01", "21:30, a letter", "allow", "2026-06-01 21:30", channel="letter", points=[]),
    _case(
        "UK-02",
        "Breathing space from 1 June, now 30 July",
        "2026-07-30 19:00",
        "2026-07-30 10:00",
        hold("other", june(1), **SPACE),
    ),
    _case("UK-02", "The same, now 31 July", "allow", "2026-07-31 00:00", hold("other", june(1), **SPACE)),
    _case(
        "UK-02",
        "The same, ended early on 20 June, now 21 June",
        "allow",
        "2026-06-21 00:00",
        hold("other", june(1), june(20), **SPACE),
    ),
    _case("UK-02", "A mental health crisis goes on", "null", "2026-08-30 10:00", hold("other", june(1), **CRISIS)),
    _case(
        "UK-02",
        "Treatment ended on 1 June, now 1 July",
        "2026-07-01 19:00",
        "2026-07-01 10:00",
        hold("other", date(2026, 5, 1), june(1), **CRISIS),
    ),
    _case(
        "UK-02",
        "Treatment ended on 1 June, now 2 July",
        "allow",
        "2026-07-02 00:00",
        hold("other", date(2026, 5, 1), june(1), **CRISIS),
    ),
    _case(
        "UK-03",
        "An adviser's notice of 1 June, now 30 June",
        "2026-06-30 19:00",
        "2026-06-30 10:00",
        hold("counsellor", june(1)),
    ),
    _case("UK-03", "The same, now 1 July", "allow", "2026-07-01 00:00", hold("counsellor", june(1))),
    _case(
        "UK-03",
        "The same with progress told on 1 July, now 1 July",
        "2026-07-30 19:00",
        "2026-07-01 10:00",
        hold("counsellor", june(1)),
        hold("counsellor", date(2026, 7, 1)),
    ),
    _case(
        "UK-03",
        "A dispute that nobody answered",
        "null",
        "2026-06-05 10:00",
        disputes=[{"account_id": "A1", "opened_on": june(1), "form": "oral"}],
    ),
    _case(
        "UK-03",
        "A dispute that was answered",
        "allow",
        "2026-06-05 10:00",
        disputes=[{"account_id": "A1", "opened_on": june(1), "form": "oral", "resolved_on": june(4)}],
    ),
    _case("UK-04", "Flagged as vulnerable", "null", "2026-06-05 10:00", hold("vulnerable", june(1))),
    _case(
        "UK-04",
        "Flagged as vulnerable, a specialist",
        "allow",
        "2026-06-05 10:00",
        hold("vulnerable", june(1)),
        lane="specialist",
    ),
]
