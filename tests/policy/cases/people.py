"""Whom we may speak with (RF-12, RF-16), and patients (HC-04, HC-05), as examples."""

from datetime import date

from arrears.policy.facts import Facts
from tests.policy.case import Case, asking, facts_of
from tests.policy.cases.requests import EMAIL, said
from tests.policy.held import POINTS, TWO, hold, june

FEDERAL, HOUSE = ("us_federal",), ("house",)
PATIENTS = ("healthcare",)


def _case(
    rule,
    told,
    expected,
    now="2026-06-08 10:00",
    *,
    channel="call",
    lane="pay",
    profiles=FEDERAL,
    ask=None,
    condition="",
    **tables,
):
    def made() -> Facts:
        return asking(facts_of(now, **tables), channel, **(ask or {}))

    return Case(rule, told, expected, made, channel, lane, profiles, condition)


def of(part: str, *, liable: bool, **more: object) -> dict[str, object]:
    """D1 owes; D2 has another part, and is the one to be reached."""
    parties = [
        {"account_id": "A1", "debtor_id": "D1", "role": "primary", "liable": True},
        {"account_id": "A1", "debtor_id": "D2", "role": part, "liable": liable},
    ]
    return {"debtors": TWO, "points": POINTS, "parties": parties, "ask": {"person": "D2"}} | more


_WHERE = {"person": "D2", "purpose": "location"}
_ASKED = said(
    "2026-06-01 10:00", "call", "no_answer", debtor_id="D2", direction="out", purpose="location", point_id="P2"
)
PARTIES = [
    _case("RF-12", "A guarantor who owes", "allow", **of("guarantor", liable=True)),
    _case("RF-12", "An authorised user", "null", **of("authorised_user", liable=False)),
    _case("RF-12", "An authorised user, told to owe", "null", **of("authorised_user", liable=True)),
    _case("RF-12", "An insurer", "null", **of("insurer", liable=True)),
    _case("RF-12", "A patient who does not owe", "null", **of("patient", liable=False)),
    _case("RF-12", "A patient who owes", "allow", **of("patient", liable=True)),
    _case("RF-12", "The debtor's attorney", "allow", **of("attorney", liable=False)),
    _case("RF-12", "The estate", "allow", **of("estate", liable=False)),
    _case(
        "RF-12",
        "The clerk for bills of a company that owes",
        "allow",
        accounts=[{"debt_class": "commercial"}],
        profiles=HOUSE,
        **of("ap_contact", liable=False),
    ),
    _case("RF-12", "A clerk for bills beside a consumer debt", "null", **of("ap_contact", liable=False)),
    _case("RF-12", "No table of parties", "allow"),
    _case(
        "RF-12",
        "Somebody else, asked once where the debtor is",
        "allow",
        **of("authorised_user", liable=False, ask=_WHERE),
    ),
    _case(
        "RF-12",
        "Asked on 1 June without result, again on 8 June",
        "null",
        contacts=[_ASKED],
        **of("authorised_user", liable=False, ask=_WHERE),
    ),
    _case(
        "RF-12",
        "Asked where the debtor is while a good number is known",
        "null",
        **of("authorised_user", liable=False, ask=_WHERE, points=[{"status": "good"}, POINTS[1]]),
    ),
    _case("RF-12", "A line that others answer too", "allow", points=[{"shared": True}], condition="LCM_ONLY"),
    _case("RF-12", "A line of the debtor alone", "allow", points=[{"shared": False}]),
    _case(
        "RF-12",
        "A text to a line that others answer too, by the house",
        "null",
        channel="sms",
        points=[{"shared": True}],
        profiles=HOUSE,
    ),
]

DEAD = hold("deceased", date(2026, 4, 1))
ESTATE = of("estate", liable=False)
DECEASED = [
    _case("RF-16", "The debtor has died", "null", holds=[DEAD]),
    _case("RF-16", "A named executor, lane estate", "allow", holds=[DEAD], lane="estate", **ESTATE),
    _case(
        "RF-16",
        "The dead debtor's own number, lane estate",
        "null",
        holds=[DEAD],
        lane="estate",
        **ESTATE | {"ask": {"person": "D1"}},
    ),
    _case(
        "RF-16",
        "A grown child without a part in the estate",
        "null",
        holds=[DEAD],
        **of("authorised_user", liable=False),
    ),
    _case("RF-16", "A cosigner who lives", "allow", holds=[DEAD], **of("cosigner", liable=True)),
    _case(
        "RF-08",
        "An executor who has an attorney",
        "null",
        holds=[hold("attorney", june(1)) | {"debtor_id": "D2"}],
        lane="estate",
        **ESTATE,
    ),
    _case(
        "RF-16",
        "An executor, 30th day from the death, by the house",
        "2026-07-01 00:00",
        "2026-06-30 10:00",
        holds=[hold("deceased", june(1))],
        lane="estate",
        profiles=HOUSE,
        **ESTATE,
    ),
    _case(
        "RF-16",
        "An executor, 31st day from the death, by the house",
        "allow",
        "2026-07-01 00:00",
        holds=[hold("deceased", june(1))],
        lane="estate",
        profiles=HOUSE,
        **ESTATE,
    ),
]

_MEDICAL = [{"debt_class": "medical"}]
_BOX = {"point_id": "PO", "kind": "postal", "value": "PO Box 1", "line_type": None}
_HOUSE = {"point_id": "PH", "kind": "postal", "value": "1 Street", "line_type": None}
_TO_BOX = [{"debtor_id": "D1", "kind": "point", "rule": "PO", "allow": True, "starts_on": june(1)}]
_BY_MAIL = [{"debtor_id": "D1", "kind": "channel", "rule": "letter", "allow": True, "starts_on": june(1)}]


def _asks(told, expected, channel, point, wishes=_TO_BOX, accounts=_MEDICAL):
    points = [{}, EMAIL, _BOX, _HOUSE]
    ask = {"point": point}
    return _case(
        "HC-04",
        told,
        expected,
        channel=channel,
        points=points,
        preferences=wishes,
        accounts=accounts,
        ask=ask,
        profiles=PATIENTS,
    )


def _claim(status, **more):
    return [{"account_id": "A1", "status": status, "filed_on": june(1)} | more]


HEALTHCARE = [
    _asks("'Mail to the PO box': the box", "allow", "letter", "PO"),
    _asks("'Mail to the PO box': the house", "null", "letter", "PH"),
    _asks("'Mail to the PO box': a call", "null", "call", "P1"),
    _asks("'Mail to the PO box': an e-mail", "null", "email", "PE"),
    _asks("'By mail, to the PO box': the house", "null", "letter", "PH", wishes=[*_TO_BOX, *_BY_MAIL]),
    _asks("'By mail': the house", "allow", "letter", "PH", wishes=_BY_MAIL),
    _asks("No such request", "allow", "call", "P1", wishes=[]),
    _asks("'Mail to the PO box', no medical debt: a call", "allow", "call", "P1", accounts=[{}]),
    _case("HC-05", "A claim is open", "null", claims=_claim("filed"), accounts=_MEDICAL, profiles=PATIENTS),
    _case("HC-05", "A claim is pending", "null", claims=_claim("pending"), accounts=_MEDICAL, profiles=PATIENTS),
    _case(
        "HC-05",
        "Denied, appeal filed",
        "null",
        claims=_claim("appealed", decided_on=june(5)),
        accounts=_MEDICAL,
        profiles=PATIENTS,
    ),
    _case(
        "HC-05", "Denied", "allow", claims=_claim("denied", decided_on=june(5)), accounts=_MEDICAL, profiles=PATIENTS
    ),
    _case("HC-05", "Paid", "allow", claims=_claim("paid", decided_on=june(5)), accounts=_MEDICAL, profiles=PATIENTS),
    _case(
        "LS-08",
        "An application for aid is open at a hospital",
        "null",
        holds=[hold("aid_pending", june(1))],
        accounts=_MEDICAL,
        profiles=HOUSE,
    ),
]

CASES = [*PARTIES, *DECEASED, *HEALTHCARE]
