"""Medical debts: bureaus, hospitals and single states (FC-03, HC-02, ST-04), as examples."""

from datetime import date

from tests.policy.case import Case, facts_of

BILLED = {"debt_class": "medical", "role": "first_party", "first_bill_on": date(2026, 1, 10)}
AID = {"account_id": "A1", "kind": "aid_pending"}


def told(kind: str, sent: date, **more):
    return {"notice_id": f"N{sent}", "account_id": "A1", "kind": kind, "channel": "letter", "sent_on": sent} | more


def _item(now, **account):
    row = {"debt_class": "medical", "first_delinquent_on": date(2025, 6, 10), "balance_minor": 60_000} | account
    return lambda: facts_of(now, accounts=[row])


def _hospital(now, *notices, holds=(), **account):
    return lambda: facts_of(now, accounts=[BILLED | account], notices=list(notices), holds=list(holds))


def _state(now, region, *notices, **account):
    row = {"debt_class": "medical", "placed_on": date(2026, 6, 1)} | account
    debtor = {"region": region, "postal_code": None, "city": None}
    return lambda: facts_of(now, accounts=[row], debtors=[debtor], notices=list(notices))


def _bureau(text, expected, facts):
    return Case("FC-03", text, expected, facts, lane="furnish", profiles=("us_federal",))


def _ward(text, expected, facts, lane="legal_review"):
    return Case("HC-02", text, expected, facts, lane=lane, profiles=("healthcare",))


def _extra(text, expected, facts, lane="pay", condition=""):
    return Case("ST-04", text, expected, facts, lane=lane, profiles=("us_states",), condition=condition)


_MARCH = told("extraordinary_action", date(2026, 3, 1))
_FINAL = told("extraordinary_action", date(2026, 4, 20))

CASES = [
    _bureau("A medical item of $499.99", "null", _item("2026-06-20 10:00", balance_minor=49_999)),
    _bureau("A medical item of $500, a year old", "allow", _item("2026-06-20 10:00", balance_minor=50_000)),
    _bureau("A medical item one day short of a year", "2026-06-10 00:00", _item("2026-06-09 10:00")),
    _bureau("A medical item of a year", "allow", _item("2026-06-10 00:00")),
    _bureau(
        "A medical item of eleven months, first delinquent on a leap day",
        "2025-02-28 00:00",
        _item("2025-01-29 10:00", first_delinquent_on=date(2024, 2, 29)),
    ),
    _bureau("A paid medical item", "null", _item("2026-06-20 10:00", status="paid")),
    _bureau(
        "A medical item whose first delinquency nobody knows",
        "null",
        _item("2026-06-20 10:00", first_delinquent_on=None),
    ),
    _bureau("A card debt of $480", "allow", _item("2026-06-20 10:00", debt_class="consumer", balance_minor=48_000)),
    _ward(
        "Bill of 10 January, notice of 1 March; suit on 9 May",
        "2026-05-10 00:00",
        _hospital("2026-05-09 10:00", _MARCH),
    ),
    _ward("Bill of 10 January, notice of 1 March; suit on 10 May", "allow", _hospital("2026-05-10 00:00", _MARCH)),
    _ward(
        "Bill of 10 January, notice of 20 April; sale on 19 May",
        "2026-05-20 00:00",
        _hospital("2026-05-19 10:00", _FINAL),
        lane="placement_review",
    ),
    _ward(
        "Bill of 10 January, notice of 20 April; file on 20 May",
        "allow",
        _hospital("2026-05-20 10:00", _FINAL),
        "furnish",
    ),
    _ward("Bill of 10 January and no notice; suit on 1 December", "null", _hospital("2026-12-01 10:00")),
    _ward(
        "The notice of 1 March came back; suit on 1 December",
        "null",
        _hospital("2026-12-01 10:00", _MARCH | {"returned_on": date(2026, 3, 9)}),
    ),
    _ward(
        "Aid asked for on 7 September, day 240, not decided; suit on 1 October",
        "null",
        _hospital("2026-10-01 10:00", _MARCH, holds=[AID | {"starts_on": date(2026, 9, 7)}]),
    ),
    _ward(
        "Aid asked for on 8 September, day 241; suit on 1 October",
        "allow",
        _hospital("2026-10-01 10:00", _MARCH, holds=[AID | {"starts_on": date(2026, 9, 8)}]),
    ),
    _ward(
        "Aid asked for on 1 August, the denial sent 20 September; suit on 21 September",
        "allow",
        _hospital(
            "2026-09-21 10:00", _MARCH, holds=[AID | {"starts_on": date(2026, 8, 1), "ends_on": date(2026, 9, 20)}]
        ),
    ),
    _ward("The first bill is not known; suit", "null", _hospital("2026-12-01 10:00", _MARCH, first_bill_on=None)),
    _ward("Bill of 10 January; a call on 20 January", "allow", _hospital("2026-01-20 10:00"), lane="pay"),
    _extra(
        "Nevada medical debt placed 1 June, notice 1 June; call on 30 July (midnight there is 3:00 in New York)",
        "2026-07-31 03:00",
        _state("2026-07-30 13:00", "NV", told("pre_collection", date(2026, 6, 1))),
    ),
    _extra(
        "Nevada medical debt placed 1 June, notice 1 June; call on 31 July",
        "allow",
        _state("2026-07-31 13:00", "NV", told("pre_collection", date(2026, 6, 1))),
    ),
    _extra("Nevada medical debt without a notice", "null", _state("2026-07-31 13:00", "NV")),
    _extra("Nevada card debt without a notice", "allow", _state("2026-07-31 13:00", "NV", debt_class="consumer")),
    _extra("Colorado medical debt; a bureau's file", "null", _state("2026-07-31 13:00", "CO"), lane="furnish"),
    _extra("Texas medical debt; a bureau's file", "allow", _state("2026-07-31 13:00", "TX"), lane="furnish"),
    _extra(
        "Medical debt, the state not known; a bureau's file",
        "allow",
        _state("2026-07-31 13:00", None),
        lane="furnish",
        condition="REVIEW_STATE",
    ),
]
