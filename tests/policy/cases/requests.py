"""What debtors asked us to stop (RF-07 to RF-09), as examples."""

from datetime import date
from typing import Any

from arrears.policy.facts import Facts
from tests.policy.case import ACCOUNT, CALL, Case, asking, at, facts_of
from tests.policy.held import OTHERS, REPRESENTED, hold, june

FEDERAL, HOUSE = ("us_federal",), ("house",)
EMAIL = {"point_id": "PE", "kind": "email", "value": "a@example.org", "line_type": None}
BOTH = [{}, {"point_id": "P2", "value": "+15185550102"}]
TWO = [ACCOUNT | {"account_id": "A"}, ACCOUNT | {"account_id": "B"}]


def _case(rule, told, expected, now, *holds, channel="call", lane="pay", profiles=FEDERAL, ask=None, **tables):
    def made() -> Facts:
        return asking(facts_of(now, holds=list(holds), **tables), channel, **(ask or {}))

    return Case(rule, told, expected, made, channel, lane, profiles)


def said(moment: str, channel: str, disposition: str, **more: object) -> dict[str, object]:
    """A contact in which the debtor said something."""
    told = {"channel": channel, "disposition": disposition, "direction": "in", "connect": None, "point_id": "P1"}
    return CALL | told | {"at": at(moment)} | more


def cease(form: str | None = "written", **more: Any) -> dict[str, object]:
    """A wish to stop all contact, received on 4 June 2026 at 10:00."""
    return hold("cease", june(4), form=form, received_at=at("2026-06-04 10:00"), **more)


ON_A = cease(account_id="A")
CEASE = [
    _case("RF-07", "A letter received on 4 June 10:00, now 09:59", "allow", "2026-06-04 09:59", cease()),
    _case("RF-07", "The same letter, now 10:00", "null", "2026-06-04 10:00", cease()),
    _case("RF-07", "The same letter, another letter", "null", "2026-06-05 10:00", cease(), channel="letter", points=[]),
    _case(
        "RF-07",
        "The same, to say which remedy will be used",
        "allow",
        "2026-06-05 10:00",
        cease(),
        ask={"purpose": "legal_notice"},
    ),
    _case("RF-07", "'I refuse to pay' by e-mail", "null", "2026-06-05 10:00", cease("electronic")),
    _case(
        "RF-07",
        "'I refuse to pay', the coded result of an e-mail to us",
        "null",
        "2026-06-05 10:00",
        contacts=[said("2026-06-04 10:00", "email", "refused", point_id="PE")],
        points=[{}, EMAIL],
    ),
    _case(
        "RF-07",
        "'I refuse to pay' on the telephone",
        "allow",
        "2026-06-05 10:00",
        contacts=[said("2026-06-04 10:00", "call", "refused")],
    ),
    _case("RF-07", "A wish to stop whose form nobody told", "null", "2026-06-05 10:00", cease(None)),
    _case("RF-07", "Oral only", "allow", "2026-06-05 10:00", cease("oral")),
    _case("RF-09", "Oral only: the telephone", "null", "2026-06-05 10:00", cease("oral")),
    _case("RF-09", "Oral only: a text", "null", "2026-06-05 10:00", cease("oral"), channel="sms"),
    _case("RF-09", "Oral only: mail", "allow", "2026-06-05 10:00", cease("oral"), channel="letter", points=[]),
    _case("RF-07", "A letter about debt A: A", "null", "2026-06-05 10:00", ON_A, accounts=TWO, ask={"account": "A"}),
    _case(
        "RF-07",
        "A letter about debt A: B by law",
        "allow",
        "2026-06-05 10:00",
        ON_A,
        accounts=TWO,
        ask={"account": "B"},
    ),
    _case(
        "RF-07",
        "A letter about debt A: B by the house",
        "null",
        "2026-06-05 10:00",
        ON_A,
        accounts=TWO,
        ask={"account": "B"},
        profiles=HOUSE,
    ),
    _case(
        "RF-07",
        "Asked in writing on 9 June to resume, now 9 June",
        "2026-06-10 00:00",
        "2026-06-09 10:00",
        cease() | {"ends_on": june(9)},
    ),
    _case("RF-07", "The same, now 10 June", "allow", "2026-06-10 00:00", cease() | {"ends_on": june(9)}),
    _case(
        "RF-07",
        "A first-party creditor, by law",
        "allow",
        "2026-06-05 10:00",
        cease(),
        accounts=[{"role": "first_party"}],
    ),
    _case(
        "RF-07",
        "A first-party creditor, by the house",
        "null",
        "2026-06-05 10:00",
        cease(),
        accounts=[{"role": "first_party"}],
        profiles=HOUSE,
    ),
]

LAWYER = hold("attorney", june(1))
ATTORNEY = [
    _case("RF-08", "The debtor names a lawyer", "null", "2026-06-05 10:00", LAWYER | {"contact_name": "L"}),
    _case("RF-08", "The debtor has a lawyer, not named", "null", "2026-06-05 10:00", LAWYER),
    _case(
        "RF-08",
        "The lawyer, lane attorney",
        "allow",
        "2026-06-05 10:00",
        LAWYER,
        lane="attorney",
        ask={"person": "D2"},
        **REPRESENTED,
    ),
    _case(
        "RF-08",
        "The debtor, lane attorney",
        "null",
        "2026-06-05 10:00",
        LAWYER,
        lane="attorney",
        ask={"person": "D1"},
        **REPRESENTED,
    ),
    _case(
        "RF-08",
        "A lawyer for another debt only",
        "allow",
        "2026-06-05 10:00",
        hold("attorney", june(1), account_id="B"),
        accounts=TWO,
        ask={"account": "A"},
    ),
    _case(
        "RF-08",
        "A lawyer who has been silent for 40 days",
        "null",
        "2026-06-30 10:00",
        hold("attorney", date(2026, 5, 21)),
    ),
    _case(
        "RF-08",
        "Representation ended on 10 June, now 10 June",
        "2026-06-11 00:00",
        "2026-06-10 10:00",
        LAWYER | {"ends_on": june(10)},
    ),
    _case(
        "RF-08",
        "Representation ended on 10 June, now 11 June",
        "allow",
        "2026-06-11 00:00",
        LAWYER | {"ends_on": june(10)},
    ),
    _case(
        "RF-08",
        "Somebody else is asked where the represented debtor is",
        "null",
        "2026-06-05 10:00",
        LAWYER,
        debtors=OTHERS["debtors"],
        points=OTHERS["points"],
        parties=[
            OTHERS["parties"][0],
            {"account_id": "A1", "debtor_id": "D2", "role": "authorised_user", "liable": False},
        ],
        ask={"person": "D2", "purpose": "location"},
    ),
    _case("RF-08", "A cosigner who is not represented", "allow", "2026-06-05 10:00", LAWYER, **OTHERS),
]

STOP = said("2026-06-04 10:00", "sms", "opted_out")
AGAIN = said("2026-06-05 09:00", "sms", "inquiry")
SENT = said("2026-06-05 09:30", "sms", "delivered", direction="out")
_RF09 = "RF-09"
OPT_OUT = [
    _case(
        _RF09,
        "STOP from the first number: a text there",
        "null",
        "2026-06-05 10:00",
        contacts=[STOP],
        channel="sms",
        points=BOTH,
        ask={"point": "P1"},
    ),
    _case(
        _RF09, "The same: a call there", "allow", "2026-06-05 10:00", contacts=[STOP], points=BOTH, ask={"point": "P1"}
    ),
    _case(
        _RF09,
        "The same: a text to the second number, by law",
        "allow",
        "2026-06-05 10:00",
        contacts=[STOP],
        channel="sms",
        points=BOTH,
        ask={"point": "P2"},
    ),
    _case(
        _RF09,
        "The same: a text to the second number, by the house",
        "null",
        "2026-06-05 10:00",
        contacts=[STOP],
        channel="sms",
        points=BOTH,
        ask={"point": "P2"},
        profiles=HOUSE,
    ),
    _case(
        _RF09,
        "'Stop texting me' without a number",
        "null",
        "2026-06-05 10:00",
        contacts=[STOP | {"point_id": None}],
        channel="sms",
        points=BOTH,
        ask={"point": "P2"},
    ),
    _case(
        _RF09,
        "'Stop texting me', noted as a preference",
        "null",
        "2026-06-05 10:00",
        channel="sms",
        preferences=[{"debtor_id": "D1", "kind": "channel", "rule": "sms", "allow": False, "starts_on": june(4)}],
    ),
    _case(
        _RF09,
        "No texts through 10 June, noted as a preference",
        "2026-06-11 00:00",
        "2026-06-10 10:00",
        channel="sms",
        preferences=[
            {
                "debtor_id": "D1",
                "kind": "channel",
                "rule": "sms",
                "allow": False,
                "starts_on": june(4),
                "ends_on": june(10),
            }
        ],
    ),
    _case(
        _RF09,
        "'Not on this number': a call to it",
        "null",
        "2026-06-05 10:00",
        preferences=[{"debtor_id": "D1", "kind": "point", "rule": "P1", "allow": False, "starts_on": june(4)}],
        points=BOTH,
        ask={"point": "P1"},
    ),
    _case(
        _RF09,
        "'Not on this number': a call to the other",
        "allow",
        "2026-06-05 10:00",
        preferences=[{"debtor_id": "D1", "kind": "point", "rule": "P1", "allow": False, "starts_on": june(4)}],
        points=BOTH,
        ask={"point": "P2"},
    ),
    _case(
        _RF09,
        "'Stop calling' on the telephone: any number",
        "null",
        "2026-06-05 10:00",
        contacts=[said("2026-06-04 10:00", "call", "cease")],
        points=BOTH,
        ask={"point": "P2"},
    ),
    _case(
        _RF09,
        "'Stop calling' on the telephone: mail",
        "allow",
        "2026-06-05 10:00",
        contacts=[said("2026-06-04 10:00", "call", "cease")],
        channel="letter",
        points=[],
    ),
    _case(
        _RF09,
        "One text that confirms STOP",
        "allow",
        "2026-06-05 10:00",
        contacts=[STOP],
        channel="sms",
        ask={"purpose": "opt_out_confirmation"},
    ),
    _case(
        _RF09,
        "A second text that confirms STOP",
        "null",
        "2026-06-05 10:00",
        contacts=[STOP, SENT],
        channel="sms",
        ask={"purpose": "opt_out_confirmation"},
    ),
    _case(
        _RF09,
        "A reply where the debtor has not texted since",
        "null",
        "2026-06-05 10:00",
        contacts=[STOP],
        channel="sms",
        ask={"purpose": "service_reply"},
    ),
    _case(
        _RF09,
        "One reply after the debtor texts again",
        "allow",
        "2026-06-05 10:00",
        contacts=[STOP, AGAIN],
        channel="sms",
        ask={"purpose": "service_reply"},
    ),
    _case(
        _RF09,
        "A second reply to that text",
        "null",
        "2026-06-05 10:00",
        contacts=[STOP, AGAIN, SENT],
        channel="sms",
        ask={"purpose": "service_reply"},
    ),
    _case(
        _RF09,
        "A text to collect after the debtor texts again",
        "null",
        "2026-06-05 10:00",
        contacts=[STOP, AGAIN],
        channel="sms",
    ),
    _case(
        _RF09,
        "Mail that other law demands, to somebody who wants none",
        "allow",
        "2026-06-05 10:00",
        channel="letter",
        points=[],
        preferences=[{"debtor_id": "D1", "kind": "channel", "rule": "letter", "allow": False, "starts_on": june(4)}],
        ask={"purpose": "required_disclosure"},
    ),
    _case(
        _RF09,
        "STOP on 4 June, consent to texts on 5 June",
        "allow",
        "2026-06-05 10:00",
        contacts=[STOP],
        channel="sms",
        consents=[{"debtor_id": "D1", "kind": "sms", "given_on": june(5)}],
    ),
    _case(
        _RF09,
        "Consent to texts on 4 June, the day of STOP",
        "null",
        "2026-06-05 10:00",
        contacts=[STOP],
        channel="sms",
        consents=[{"debtor_id": "D1", "kind": "sms", "given_on": june(4)}],
    ),
]

CASES = [*CEASE, *ATTORNEY, *OPT_OUT]
