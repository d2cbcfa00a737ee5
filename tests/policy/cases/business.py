"""Commercial debts: which law looks at them, and when customers are reminded (B2-01, B2-02), as examples."""

from datetime import date

from tests.policy.case import Case, facts_of
from tests.policy.cases.disputes import dispute
from tests.policy.cases.notices import FIRST_CALL

CALIFORNIA = {"region": "CA", "postal_code": "94103", "city": "San Francisco"}
MINE = {"debt_class": "commercial_natural_person", "client": "Bank", "opened_on": date(2025, 8, 1)}


def level(number: int, sent: date, **more):
    told = {"notice_id": f"N{sent}", "account_id": "A1", "kind": "pre_collection", "channel": "letter"}
    return told | {"sent_on": sent, "level": number} | more


def _owes(*accounts, debtor=CALIFORNIA, **more):
    rows = [MINE | {"account_id": f"A{place}"} | row for place, row in enumerate(accounts, start=1)]
    return lambda: facts_of("2026-06-10 13:00", accounts=rows, debtors=[debtor], **more)


def _dunned(now, *levels, **account):
    row = {"debt_class": "commercial", "role": "first_party"} | account
    return lambda: facts_of(now, accounts=[row], notices=list(levels))


def _regime(told, expected, facts, rule="B2-01", condition=""):
    return Case(rule, told, expected, facts, profiles=("us_federal", "b2b"), condition=condition)


def _remind(told, expected, facts, channel="letter"):
    return Case("B2-02", told, expected, facts, channel=channel, profiles=("b2b",))


_COVERED = {"balance_minor": 30_000_000}
_TALKED = {"contacts": [FIRST_CALL]}
CASES = [
    _regime("An LLC's trade invoice in California", "allow", _owes({"debt_class": "commercial"})),
    _regime(
        "A sole trader in California who owes $300,000 since August 2025",
        "allow",
        _owes(_COVERED),
        condition="ROSENTHAL",
    ),
    _regime(
        "Exactly $500,000 to one lender",
        "allow",
        _owes({"balance_minor": 20_000_000}, _COVERED),
        condition="ROSENTHAL",
    ),
    _regime(
        "A guarantor of $400,000 and $200,000 to one lender: over the cap",
        "allow",
        _owes({"balance_minor": 40_000_000}, {"balance_minor": 20_000_000}),
    ),
    _regime(
        "The same sums to two lenders",
        "allow",
        _owes({"balance_minor": 40_000_000}, {"balance_minor": 20_000_000, "client": "Other"}),
        condition="ROSENTHAL",
    ),
    _regime(
        "A deal of June 2025, neither renewed nor sold", "allow", _owes(_COVERED | {"opened_on": date(2025, 6, 30)})
    ),
    _regime(
        "A deal of June 2025, sold in 2026",
        "allow",
        _owes(_COVERED | {"opened_on": date(2025, 6, 30), "placed_on": date(2026, 2, 1)}),
        condition="ROSENTHAL",
    ),
    _regime(
        "A sole trader in Texas", "allow", _owes(_COVERED, debtor={"region": "TX", "postal_code": None, "city": None})
    ),
    _regime("A covered debt at an agency: validation notice overdue", "null", _owes(_COVERED, **_TALKED), rule="RF-13"),
    _regime(
        "A debt over the cap at an agency: no validation notice is asked for",
        "allow",
        _owes({"balance_minor": 60_000_000}, **_TALKED),
        rule="RF-13",
    ),
    _regime(
        "A covered debt at an agency, disputed in writing",
        "null",
        _owes(_COVERED, disputes=[dispute(date(2026, 6, 5))]),
        rule="RF-14",
    ),
    _remind("12 days overdue, level 1 from 10", "allow", _dunned("2026-06-10 10:00", days_past_due=12)),
    _remind("9 days overdue, level 1 from 10", "2026-06-11 00:00", _dunned("2026-06-10 10:00", days_past_due=9)),
    _remind(
        "40 days overdue, level 1 sent 3 days ago, 7 days between levels",
        "2026-06-14 00:00",
        _dunned("2026-06-10 10:00", level(1, date(2026, 6, 7)), days_past_due=40),
    ),
    _remind(
        "40 days overdue, level 1 sent 7 days ago",
        "allow",
        _dunned("2026-06-10 10:00", level(1, date(2026, 6, 3)), days_past_due=40),
    ),
    _remind(
        "20 days overdue, level 1 sent 8 days ago, level 2 from 30",
        "2026-06-20 00:00",
        _dunned("2026-06-10 10:00", level(1, date(2026, 6, 2)), days_past_due=20),
    ),
    _remind(
        "12 days overdue, level 3 of a delinquency that was paid: the ladder begins anew",
        "allow",
        _dunned(
            "2026-06-10 10:00", level(3, date(2026, 5, 1)), days_past_due=12, first_delinquent_on=date(2026, 5, 29)
        ),
    ),
    _remind("Days overdue not known", "null", _dunned("2026-06-10 10:00", days_past_due=None)),
    _remind("9 days overdue: a call is no reminder", "allow", _dunned("2026-06-10 10:00", days_past_due=9), "call"),
]
