"""Suit, sale and placement, and a bureau's file (RF-15, RF-17, RF-18, FC-01, FC-02), as examples."""

from datetime import date

from tests.policy.case import CALL, TALK, Case, at, facts_of
from tests.policy.cases.disputes import dispute
from tests.policy.cases.notices import WEST, notice

FEDERAL = ("us_federal",)
LETTER = {
    "debtor_id": "D1",
    "account_id": "A1",
    "channel": "letter",
    "direction": "out",
    "disposition": "delivered",
    "at": at("2026-06-01 10:00"),
}


def _facts(now, **more):
    return lambda: facts_of(now, **more)


def _account(now, **account):
    return lambda: facts_of(now, accounts=[account])


def _case(rule, lane):
    def case(told, expected, facts, condition="", profiles=FEDERAL):
        return Case(rule, told, expected, facts, lane=lane, profiles=profiles, condition=condition)

    return case


_sue, _place, _furnish = _case("RF-15", "legal_review"), _case("RF-17", "placement_review"), _case("RF-18", "furnish")
_file, _old = _case("FC-01", "furnish"), _case("FC-02", "furnish")
_RAN = {"limitation_on": date(2026, 6, 1)}
_HOUSE = ("house",)

CASES = [
    _sue("Limitation on 1 June 2026; suit on 1 June", "allow", _account("2026-06-01 23:59", **_RAN)),
    _sue("Limitation on 1 June 2026; suit on 2 June", "null", _account("2026-06-02 00:00", **_RAN)),
    _sue(
        "Limitation on 1 June 2026, Los Angeles with a New York number; suit on 2 June at 0:30 in New York",
        "null",
        _facts("2026-06-02 00:30", accounts=[_RAN], debtors=[WEST]),
    ),
    _sue("Limitation not known; suit", "null", _account("2026-06-02 10:00")),
    _sue(
        "Limitation on 1 July 2026, a margin of 30 days; suit on 1 June",
        "allow",
        _account("2026-06-01 10:00", limitation_on=date(2026, 7, 1)),
        profiles=_HOUSE,
    ),
    _sue(
        "Limitation on 1 July 2026, a margin of 30 days; suit on 2 June",
        "null",
        _account("2026-06-02 10:00", limitation_on=date(2026, 7, 1)),
        profiles=_HOUSE,
    ),
    _sue(
        "New York consumer credit, first delinquent 1 June 2023, limitation told as 2029; suit on 1 June 2026",
        "allow",
        _account("2026-06-01 10:00", first_delinquent_on=date(2023, 6, 1), limitation_on=date(2029, 6, 1)),
        profiles=("us_states",),
    ),
    _sue(
        "New York consumer credit, first delinquent 1 June 2023, limitation told as 2029; suit on 2 June 2026",
        "null",
        _account("2026-06-02 10:00", first_delinquent_on=date(2023, 6, 1), limitation_on=date(2029, 6, 1)),
        profiles=("us_states",),
    ),
    Case(
        "RF-15",
        "Limitation on 1 June 2026; a letter on 2 June that says that nobody will sue",
        "allow",
        _account("2026-06-02 10:00", **_RAN),
        channel="letter",
        profiles=_HOUSE,
        condition="TIME_BARRED",
    ),
    Case(
        "RF-15",
        "Limitation on 1 June 2026; a letter on 1 June",
        "allow",
        _account("2026-06-01 10:00", **_RAN),
        channel="letter",
        profiles=_HOUSE,
    ),
    _place("A settled debt; placement", "null", _account("2026-06-02 10:00", status="settled")),
    _place("Paid today, the file is cut tonight", "null", _account("2026-06-02 22:00", status="paid")),
    _place("An open debt; placement", "allow", _account("2026-06-02 10:00")),
    _place(
        "Discharged in bankruptcy on 1 May",
        "null",
        _facts("2026-06-02 10:00", holds=[{"debtor_id": "D1", "kind": "discharged", "starts_on": date(2026, 5, 1)}]),
    ),
    _place(
        "An identity-theft claim of 1 May that was cleared on 1 June; placement on 1 June",
        "2026-06-02 00:00",
        _facts(
            "2026-06-01 10:00",
            holds=[
                {
                    "account_id": "A1",
                    "kind": "identity_theft",
                    "starts_on": date(2026, 5, 1),
                    "ends_on": date(2026, 6, 1),
                }
            ],
        ),
    ),
    _place(
        "Another debtor's discharge; placement",
        "allow",
        _facts(
            "2026-06-02 10:00",
            debtors=[{}, {"debtor_id": "D2"}],
            holds=[{"debtor_id": "D2", "kind": "discharged", "starts_on": date(2026, 5, 1)}],
        ),
    ),
    _place("The source has no table of holds; placement", "null", _facts("2026-06-02 10:00", absent=["holds"])),
    _furnish("A letter of 1 June; file on 15 June", "2026-06-16 00:00", _facts("2026-06-15 10:00", contacts=[LETTER])),
    _furnish("A letter of 1 June; file on 16 June", "allow", _facts("2026-06-16 00:00", contacts=[LETTER])),
    _furnish(
        "A talk on 3 June; file on 3 June",
        "allow",
        _facts("2026-06-03 15:00", contacts=[TALK | {"at": at("2026-06-03 10:00")}]),
    ),
    _furnish(
        "A notice of 1 June that came back on 10 June; file on 20 June",
        "null",
        _facts("2026-06-20 10:00", notices=[notice(date(2026, 6, 1), returned_on=date(2026, 6, 10))]),
    ),
    _furnish(
        "A notice of 1 June that came back on 20 June, after its 14 days; file on 21 June",
        "allow",
        _facts("2026-06-21 10:00", notices=[notice(date(2026, 6, 1), returned_on=date(2026, 6, 20))]),
    ),
    _furnish(
        "A message left and no more",
        "null",
        _facts("2026-06-20 10:00", contacts=[CALL | {"at": at("2026-06-01 10:00"), "disposition": "voicemail"}]),
    ),
    _furnish(
        "An e-mail of 1 June that bounced",
        "null",
        _facts("2026-06-20 10:00", contacts=[LETTER | {"channel": "email", "disposition": "bounced"}]),
    ),
    _file(
        "An oral dispute: on file only as disputed",
        "allow",
        _facts(
            "2026-06-10 10:00",
            accounts=[{"first_delinquent_on": date(2026, 3, 1)}],
            disputes=[dispute(date(2026, 6, 1), form="oral")],
        ),
        condition="DISPUTED",
    ),
    _file(
        "A bureau's inquiry of 1 June that is not answered; file on 10 June",
        "null",
        _facts(
            "2026-06-10 10:00",
            accounts=[{"first_delinquent_on": date(2026, 3, 1)}],
            disputes=[dispute(date(2026, 6, 1), code="acdv", form="electronic")],
        ),
    ),
    _file(
        "The inquiry answered on 9 June; file on 10 June",
        "allow",
        _facts(
            "2026-06-10 10:00",
            accounts=[{"first_delinquent_on": date(2026, 3, 1)}],
            disputes=[
                dispute(date(2026, 6, 1), code="acdv", form="electronic", resolved_on=date(2026, 6, 9)),
            ],
        ),
    ),
    _file("89 days late, no first delinquency on record", "allow", _account("2026-06-10 10:00", days_past_due=89)),
    _file("90 days late, no first delinquency on record", "null", _account("2026-06-10 10:00", days_past_due=90)),
    _old(
        "First delinquent 15 March 2019, 180 days to 11 September 2019; file on 10 September 2026",
        "allow",
        _account("2026-09-10 23:59", first_delinquent_on=date(2019, 3, 15), opened_on=date(2015, 1, 1)),
    ),
    _old(
        "First delinquent 15 March 2019; file on 11 September 2026",
        "null",
        _account("2026-09-11 00:00", first_delinquent_on=date(2019, 3, 15), opened_on=date(2015, 1, 1)),
    ),
    _old(
        "First delinquent 15 March 2019, sold and opened anew in 2024: a sale resets nothing",
        "null",
        _account("2026-09-11 10:00", first_delinquent_on=date(2019, 3, 15), opened_on=date(2024, 1, 1)),
    ),
    _old(
        "No first delinquency on record, the account of 2015",
        "null",
        _account("2026-09-11 10:00", opened_on=date(2015, 1, 1)),
    ),
    _old(
        "No first delinquency on record, the account of 2024: it cannot be too old",
        "allow",
        _account("2026-09-11 10:00", opened_on=date(2024, 1, 1)),
    ),
]
