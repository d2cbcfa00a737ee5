"""Addresses, numbers and machines (RF-10, RF-11, TC-01 to TC-03), as examples."""

from datetime import date

from arrears.policy.facts import Facts
from tests.policy.case import CALL, Case, asking, at, facts_of
from tests.policy.cases.requests import EMAIL, HOUSE, said
from tests.policy.held import june

FEDERAL = ("us_federal",)
CLEAN = {"checked_on": date(2026, 5, 10), "reassigned": False}
TEXTED = said("2026-04-01 10:00", "sms", "inquiry")
WROTE = said("2026-05-08 10:00", "email", "inquiry", point_id="PE")
HOME = {"line_type": "landline"}


def _case(rule, told, expected, now="2026-06-02 10:00", *, channel="call", profiles=FEDERAL, ask=None, **tables):
    def made() -> Facts:
        return asking(facts_of(now, **tables), channel, **(ask or {}))

    return Case(rule, told, expected, made, channel, "pay", profiles)


def agreed(kind: str, day: date = date(2026, 5, 1), **more: object) -> dict[str, object]:
    """A consent of D1."""
    return {"debtor_id": "D1", "kind": kind, "given_on": day} | more


def recorded(*moments: str) -> list[dict[str, object]]:
    """Recorded messages to the debtor's number."""
    row = CALL | {"technology": "prerecorded", "point_id": "P1", "disposition": "voicemail"}
    return [row | {"at": at(f"{moment} 11:00")} for moment in moments]


def _email(told, expected, *contacts, point=None, **tables):
    return _case(
        "RF-10", told, expected, channel="email", points=[EMAIL | (point or {})], contacts=list(contacts), **tables
    )


def _text(told, expected, now, *contacts, point=None, **tables):
    return _case("RF-11", told, expected, now, channel="sms", points=[point or {}], contacts=list(contacts), **tables)


def _recording(told, expected, now="2026-06-02 10:00", *, point=None, technology="prerecorded", **tables):
    return _case("TC-01", told, expected, now, points=[point or {}], ask={"technology": technology}, **tables)


ADDRESSES = [
    _email("The debtor wrote from it last month", "allow", WROTE),
    _email("Nothing is known of the address", "null"),
    _email("The debtor agreed to e-mail there", "allow", consents=[agreed("email", point_id="PE")]),
    _email("The debtor agreed to e-mail, and took it back", "null", consents=[agreed("email", revoked_on=june(1))]),
    _email("The debtor wrote from it to opt out", "null", WROTE | {"disposition": "opted_out"}),
    _email("We wrote there, nobody answered", "null", WROTE | {"direction": "out", "disposition": "delivered"}),
    _email(
        "The debtor wrote from it; then it came back, 'wrong person'",
        "null",
        WROTE,
        WROTE | {"direction": "out", "disposition": "wrong_number"},
    ),
    _email("A first-party creditor", "allow", accounts=[{"role": "first_party"}]),
]

NUMBERS = [
    _text("Text to us on 1 April, checked as theirs on 10 May", "allow", "2026-06-02 10:00", TEXTED, point=CLEAN),
    _text("Text to us 60 days ago", "allow", "2026-05-31 10:00", TEXTED),
    _text("Text to us 61 days ago", "null", "2026-06-01 00:00", TEXTED),
    _text("Agreed to texts 60 days ago", "allow", "2026-06-30 10:00", consents=[agreed("sms")]),
    _text("Agreed to texts 61 days ago", "null", "2026-07-01 10:00", consents=[agreed("sms")]),
    _text("Consent to recorded calls only", "null", "2026-06-02 10:00", consents=[agreed("prerecorded")], point=CLEAN),
    _text("Checked, never texted from or agreed to", "null", "2026-06-02 10:00", point=CLEAN),
    _text(
        "The check says it was reassigned",
        "null",
        "2026-06-02 10:00",
        TEXTED,
        point=CLEAN | {"reassigned": True},
        consents=[agreed("sms")],
    ),
    _text(
        "The check found no data, text to us on 1 April",
        "null",
        "2026-06-02 10:00",
        TEXTED,
        point={"checked_on": date(2026, 5, 10)},
    ),
    _text("The only text was STOP", "null", "2026-05-10 10:00", TEXTED | {"disposition": "opted_out"}, point=CLEAN),
]

CONSENT = [
    _recording("Recorded message to a number from the application", "allow", point={"source": "consumer"}),
    _recording("Recorded message to a number from a skip trace", "null", point={"source": "skip_trace"}),
    _recording("The same number, dialled by hand", "allow", point={"source": "skip_trace"}, technology="manual"),
    _recording("Synthetic voice without consent", "null"),
    _recording("Synthetic voice with consent to recordings", "allow", consents=[agreed("prerecorded")]),
    _recording("A dialer with consent to recordings only", "null", consents=[agreed("prerecorded")], technology="auto"),
    _recording("A dialer with consent to dialers", "allow", consents=[agreed("call_auto")], technology="auto"),
    _recording("A dialer to a landline", "allow", point=HOME, technology="auto"),
    _recording("A dialer to a line of a kind that nobody told", "null", point={"line_type": None}, technology="auto"),
    _recording(
        "Landline, two recordings in 30 days", "allow", point=HOME, contacts=recorded("2026-05-20", "2026-05-25")
    ),
    _recording(
        "Landline, three recordings in 30 days, the oldest of 10 May",
        "2026-06-09 00:00",
        point=HOME,
        contacts=recorded("2026-05-10", "2026-05-20", "2026-05-25"),
    ),
    _recording(
        "The same, now 9 June",
        "allow",
        "2026-06-09 00:00",
        point=HOME,
        contacts=recorded("2026-05-10", "2026-05-20", "2026-05-25"),
    ),
    _case("TC-01", "A text is a machine's: no consent", "null", channel="sms"),
    _case("TC-01", "A text to a number from the application", "allow", channel="sms", points=[{"source": "consumer"}]),
]

_AUTO = {"technology": "auto"}
_STOPPED = [said("2026-06-26 10:00", "sms", "opted_out")]
_NO_ROBOTS = [agreed("prerecorded", revoked_on=june(1))]
REVOKED = [
    _case("TC-02", "STOP on 26 June, at once", "null", "2026-06-26 10:01", channel="sms", contacts=_STOPPED),
    _case(
        "TC-02",
        "STOP on 26 June, after the law's last day 13 July",
        "null",
        "2026-07-14 10:00",
        channel="sms",
        contacts=_STOPPED,
    ),
    _case("TC-02", "STOP by text: a dialer, by law", "allow", "2026-06-27 10:00", contacts=_STOPPED, ask=_AUTO),
    _case(
        "TC-02",
        "STOP by text: a dialer, by the house",
        "null",
        "2026-06-27 10:00",
        contacts=_STOPPED,
        ask=_AUTO,
        profiles=HOUSE,
    ),
    _case(
        "TC-02",
        "STOP by text: a dialer, by law from 31 January 2027",
        "null",
        "2027-01-31 10:00",
        contacts=_STOPPED,
        ask=_AUTO,
    ),
    _case("TC-02", "The same on 30 January 2027", "allow", "2027-01-30 10:00", contacts=_STOPPED, ask=_AUTO),
    _case("TC-02", "'No robots': a recording", "null", consents=_NO_ROBOTS, ask={"technology": "prerecorded"}),
    _case("TC-02", "'No robots': a call by hand", "allow", consents=_NO_ROBOTS),
    _case(
        "TC-02",
        "STOP about debt A: a text about B, by law",
        "allow",
        "2026-06-27 10:00",
        channel="sms",
        contacts=[_STOPPED[0] | {"account_id": "A"}],
        accounts=[{"account_id": "A"}, {"account_id": "B"}],
        ask={"account": "B"},
    ),
    _case(
        "TC-02",
        "STOP about debt A: a text about B, by law from 31 January 2027",
        "null",
        "2027-01-31 10:00",
        channel="sms",
        contacts=[_STOPPED[0] | {"account_id": "A"}],
        accounts=[{"account_id": "A"}, {"account_id": "B"}],
        ask={"account": "B"},
    ),
    _case(
        "TC-02",
        "STOP on 26 June, consent signed again on 27 June",
        "allow",
        "2026-06-27 10:00",
        channel="sms",
        contacts=_STOPPED,
        consents=[agreed("sms", june(27))],
    ),
    _case(
        "TC-02",
        "Consent signed on 26 June, the day of STOP",
        "null",
        "2026-06-27 10:00",
        channel="sms",
        contacts=_STOPPED,
        consents=[agreed("sms", june(26))],
    ),
]

_OLD = {"checked_on": date(2026, 4, 3), "reassigned": False}
REASSIGNED = [
    _case("TC-03", "Checked as theirs 23 days ago: a text", "allow", channel="sms", points=[CLEAN]),
    _case("TC-03", "Checked as theirs 60 days ago: a text", "allow", channel="sms", points=[_OLD]),
    _case("TC-03", "Checked as theirs 61 days ago: a text", "null", "2026-06-03 00:00", channel="sms", points=[_OLD]),
    _case("TC-03", "Reassigned: a text", "null", channel="sms", points=[CLEAN | {"reassigned": True}]),
    _case("TC-03", "Reassigned: a call by hand", "null", points=[CLEAN | {"reassigned": True}]),
    _case(
        "TC-03",
        "Reassigned: a call by hand, in the house's own name",
        "null",
        points=[CLEAN | {"reassigned": True}],
        profiles=HOUSE,
    ),
    _case("TC-03", "No data: a text", "null", channel="sms", points=[{"checked_on": date(2026, 5, 10)}]),
    _case("TC-03", "No data: a call by hand", "allow", points=[{"checked_on": date(2026, 5, 10)}]),
    _case(
        "TC-03",
        "Somebody else answered",
        "null",
        contacts=[said("2026-06-01 10:00", "call", "wrong_number", direction="out")],
        points=[CLEAN],
    ),
    _case("TC-03", "Never checked: a text", "null", channel="sms"),
    _case("TC-03", "Never checked: a recording", "null", ask={"technology": "prerecorded"}),
    _case("TC-03", "Never checked: a call by hand", "allow"),
]

CASES = [*ADDRESSES, *NUMBERS, *CONSENT, *REVOKED, *REASSIGNED]
