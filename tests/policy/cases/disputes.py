"""What a debtor contests (RF-14, B2-03), as examples."""

from datetime import date

from tests.policy.case import Case, at, facts_of
from tests.policy.cases.notices import notice

FEDERAL = ("us_federal",)
SEPTEMBER = notice(date(2026, 9, 4))  # its period ends on 14 October
DISPUTED, REVIEW = "DISPUTED", "REVIEW_DISPUTE"


def dispute(opened: date, **more):
    return {"dispute_id": "X1", "account_id": "A1", "opened_on": opened, "form": "written"} | more


def _facts(now, *disputes, notices=(SEPTEMBER,), **more):
    return lambda: facts_of(now, disputes=list(disputes), notices=list(notices), **more)


def _case(told, expected, facts, condition="", **more):
    return Case("RF-14", told, expected, facts, condition=condition, **({"profiles": FEDERAL} | more))


def _sent(day: date, **more):
    return dispute(day, submitted_on=day, **more)


def _bill(*disputes, now="2026-06-10 10:00", **account):
    row = {"debt_class": "commercial", "role": "first_party"} | account
    return lambda: facts_of(now, accounts=[row], disputes=list(disputes))


def _b2b(told, expected, facts, condition=""):
    return Case("B2-03", told, expected, facts, profiles=("b2b",), condition=condition)


_COMMERCIAL = [
    _b2b(
        "A price dispute over 30 % of an invoice; call for the rest",
        "allow",
        _bill(dispute(date(2026, 6, 1), code="price", amount_minor=30_000)),
        condition="DISPUTED_PART",
    ),
    _b2b(
        "A price dispute over the whole amount",
        "null",
        _bill(dispute(date(2026, 6, 1), code="price", amount_minor=100_000)),
    ),
    _b2b("A dispute that names no amount", "null", _bill(dispute(date(2026, 6, 1), code="quality"))),
    _b2b(
        "Two partial disputes that together contest all",
        "null",
        _bill(
            dispute(date(2026, 6, 1), code="price", amount_minor=60_000),
            dispute(date(2026, 6, 1), code="tax", amount_minor=40_000, dispute_id="X2"),
        ),
    ),
    _b2b(
        "Settled by a credit note on 5 June; call on 10 June for the net amount",
        "allow",
        _bill(dispute(date(2026, 6, 1), code="price", amount_minor=30_000, resolved_on=date(2026, 6, 5))),
    ),
    _b2b(
        "A dispute under a code that nobody knows, over 30 %",
        "null",
        _bill(dispute(date(2026, 6, 1), code="q7", amount_minor=30_000)),
    ),
    _b2b(
        "Sent to the wrong bill-to and not reissued yet",
        "null",
        _bill(dispute(date(2026, 6, 1), code="wrong_bill_to", amount_minor=30_000)),
    ),
    _b2b(
        "A partial dispute opened 10 April, open on 10 June, the 61st day after: escalate",
        "allow",
        _bill(dispute(date(2026, 4, 10), code="price", amount_minor=30_000)),
        condition="ESCALATE_DISPUTE",
    ),
    _b2b(
        "A partial dispute opened 11 April, open on 10 June, the 60th day after",
        "allow",
        _bill(dispute(date(2026, 4, 11), code="price", amount_minor=30_000)),
        condition="DISPUTED_PART",
    ),
    _b2b(
        "A consumer's dispute is no deduction",
        "allow",
        _bill(dispute(date(2026, 6, 1), code="price"), debt_class="consumer"),
    ),
]

CASES = [
    _case(
        "Written dispute of 8 October in a period to 14 October; call on 9 October",
        "null",
        _facts("2026-10-09 10:00", _sent(date(2026, 10, 8))),
    ),
    _case(
        "The same dispute, verification sent 20 October; call on 20 October",
        "2026-10-21 00:00",
        _facts("2026-10-20 10:00", _sent(date(2026, 10, 8), resolved_on=date(2026, 10, 20))),
    ),
    _case(
        "The same dispute, verification sent 20 October; call on 21 October",
        "allow",
        _facts("2026-10-21 08:00", _sent(date(2026, 10, 8), resolved_on=date(2026, 10, 20))),
    ),
    _case(
        "Sent 14 October, the last day, and received 19 October (the day of sending counts)",
        "null",
        _facts(
            "2026-10-20 10:00",
            dispute(date(2026, 10, 19), submitted_on=date(2026, 10, 14), received_at=at("2026-10-19 09:00")),
        ),
    ),
    _case(
        "Sent 15 October, the day after: no law stops collecting",
        "allow",
        _facts("2026-10-20 10:00", _sent(date(2026, 10, 15))),
        condition=DISPUTED,
    ),
    _case(
        "Sent 15 October: the house looks at it",
        "allow",
        _facts("2026-10-20 10:00", _sent(date(2026, 10, 15))),
        condition=REVIEW,
        profiles=("us_federal", "house"),
    ),
    _case(
        "A letter received 19 October; nobody noted when it was sent, and it may have been in time",
        "null",
        _facts("2026-10-20 10:00", dispute(date(2026, 10, 19), received_at=at("2026-10-19 09:00"))),
    ),
    _case(
        "An electronic dispute received 14 October at 23:30, no other day noted",
        "null",
        _facts(
            "2026-10-20 10:00",
            dispute(date(2026, 10, 15), received_at=at("2026-10-14 23:30"), form="electronic"),
        ),
    ),
    _case(
        "An electronic dispute received 15 October, no other day noted",
        "allow",
        _facts(
            "2026-10-20 10:00",
            dispute(date(2026, 10, 15), received_at=at("2026-10-15 00:30"), form="electronic"),
        ),
        condition=DISPUTED,
    ),
    _case(
        "Half of the balance disputed in the period; call for the other half",
        "allow",
        _facts("2026-10-09 10:00", _sent(date(2026, 10, 8), amount_minor=50_000)),
        condition=DISPUTED,
    ),
    _case(
        "Part disputed, and nobody knows the balance",
        "null",
        _facts("2026-10-09 10:00", _sent(date(2026, 10, 8), amount_minor=50_000), accounts=[{"balance_minor": None}]),
    ),
    _case(
        "A request for the original creditor's name in the period, no dispute",
        "null",
        _facts("2026-10-09 10:00", _sent(date(2026, 10, 8), code="original_creditor")),
    ),
    _case(
        "An oral dispute in the period",
        "allow",
        _facts("2026-10-09 10:00", _sent(date(2026, 10, 8), form="oral")),
        condition=DISPUTED,
    ),
    _case(
        "An oral dispute in the period: the house looks at it",
        "allow",
        _facts("2026-10-09 10:00", _sent(date(2026, 10, 8), form="oral")),
        condition=REVIEW,
        profiles=("us_federal", "house"),
    ),
    _case(
        "A second dispute without new facts, answered by a pointer on 12 October; call on 13 October",
        "allow",
        _facts(
            "2026-10-13 10:00",
            _sent(date(2026, 10, 8), resolved_on=date(2026, 10, 10)),
            _sent(date(2026, 10, 12), resolved_on=date(2026, 10, 12), dispute_id="X2"),
        ),
    ),
    _case(
        "A dispute before any notice was sent: the period has not ended",
        "null",
        _facts("2026-10-09 10:00", _sent(date(2026, 10, 8)), notices=()),
    ),
    _case(
        "A disputed debt, suit",
        "null",
        _facts("2026-12-09 10:00", _sent(date(2026, 10, 8))),
        lane="legal_review",
    ),
    _case(
        "A disputed debt in the lane where disputes are answered",
        "allow",
        _facts("2026-10-09 10:00", _sent(date(2026, 10, 8))),
        lane="dispute",
    ),
    _case("The source has no table of disputes", "null", _facts("2026-10-09 10:00", absent=["disputes"])),
    _case(
        "A creditor's own debt, disputed in writing: no law, and the house holds it",
        "null",
        _facts("2026-10-09 10:00", _sent(date(2026, 10, 8)), accounts=[{"role": "first_party"}], notices=()),
        profiles=("us_federal", "house"),
    ),
    *_COMMERCIAL,
]
