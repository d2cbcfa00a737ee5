"""Examples of how often a debtor may be reached by the law of a state or city: each edge from both sides."""

from __future__ import annotations

from functools import partial

from tests.policy.case import CALL, TALK
from tests.policy.counted import (
    IN_BOSTON,
    IN_CHARLESTON,
    IN_DALLAS,
    IN_NEW_YORK_CITY,
    IN_SEATTLE,
    IN_TORONTO,
    IN_WASHINGTON_DC,
    LETTER,
    MAIL,
    STATES,
    TEXT,
    WORK,
    counted_case,
    june,
    on,
)

st01 = partial(counted_case, "ST-01", STATES)
boston = partial(st01, debtors=[IN_BOSTON])
city = partial(st01, debtors=[IN_NEW_YORK_CITY])
district = partial(st01, debtors=[IN_WASHINGTON_DC])
seattle = partial(st01, debtors=[IN_SEATTLE])
charleston = partial(st01, debtors=[IN_CHARLESTON])
AT_WORK = CALL | {"point_id": "PW"}

PLACES = [
    boston(
        "Massachusetts, calls 1 and 3 June, now 7 June", "2026-06-08 00:00", "2026-06-07 14:00", contacts=june(1, 3)
    ),
    boston("Massachusetts, calls 1 and 3 June, now 8 June", "allow", "2026-06-08 00:00", contacts=june(1, 3)),
    boston("Massachusetts, one call on 3 June, now 7 June", "allow", "2026-06-07 14:00", contacts=june(3)),
    boston(
        "Massachusetts, calls at work 1 and 3 June, now 30 June",
        "2026-07-01 00:00",
        "2026-06-30 14:00",
        points=[{}, WORK],
        contacts=june(1, 3, row=AT_WORK),
        point="PW",
    ),
    boston(
        "Massachusetts, calls at work 1 and 3 June, now 1 July",
        "allow",
        "2026-07-01 00:00",
        points=[{}, WORK],
        contacts=june(1, 3, row=AT_WORK),
        point="PW",
    ),
    boston(
        "Massachusetts, calls at work 1 and 3 June leave the mobile its own two",
        "allow",
        "2026-06-04 14:00",
        points=[{}, WORK],
        contacts=june(1, 3, row=AT_WORK),
        point="P1",
    ),
    boston(
        "Massachusetts, two calls of which nobody noted the number may have been at work",
        "2026-07-01 00:00",
        "2026-06-30 14:00",
        points=[{}, WORK],
        contacts=june(1, 3),
        point="PW",
    ),
    boston(
        "Massachusetts, a text counts with calls",
        "2026-06-08 00:00",
        "2026-06-07 14:00",
        contacts=[*june(1), *june(3, row=TEXT)],
    ),
    boston(
        "Massachusetts, a call counts with texts",
        "2026-06-08 00:00",
        "2026-06-07 14:00",
        contacts=[*june(1), *june(3, row=TEXT)],
        channel="sms",
    ),
    boston("Massachusetts, e-mails do not count", "allow", "2026-06-07 14:00", contacts=june(1, 3, 5, row=MAIL)),
    boston(
        "Massachusetts, an attempt that rang out without voicemail counts (Armata v. Target)",
        "2026-06-08 00:00",
        "2026-06-07 14:00",
        contacts=june(1, 3, row=CALL | {"connect": "no_answer"}),
    ),
    boston(
        "Massachusetts, an attempt on a busy line does not: nobody could be left a message",
        "allow",
        "2026-06-07 14:00",
        contacts=[*june(1), *june(3, row=CALL | {"connect": "busy", "disposition": "busy"})],
    ),
    boston(
        "Massachusetts binds creditors, too",
        "2026-06-08 00:00",
        "2026-06-07 14:00",
        accounts=[{"role": "first_party"}],
        contacts=june(1, 3),
    ),
    boston("Massachusetts, no source ever told of contacts", "null", "2026-06-07 14:00", absent=["contacts"]),
    st01(
        "Massachusetts mobile (617) of a resident of Texas: both places count, two in seven days",
        "2026-06-08 00:00",
        "2026-06-07 14:00",
        debtors=[IN_DALLAS],
        points=[{"value": "+16175550100"}],
        contacts=june(1, 3),
    ),
    st01(
        "Texas mobile (214) of a resident of Texas",
        "allow",
        "2026-06-07 14:00",
        debtors=[IN_DALLAS],
        points=[{"value": "+12145550100"}],
        contacts=june(1, 3),
    ),
    city(
        "New York City from September 2026: two e-mails and one call, then a text",
        "2026-09-08 00:00",
        "2026-09-07 14:00",
        contacts=[*on("2026-09-01", "2026-09-02", row=MAIL), *on("2026-09-03")],
        channel="sms",
    ),
    city(
        "New York City from September 2026: one e-mail and one call, then a text",
        "allow",
        "2026-09-07 14:00",
        contacts=[*on("2026-09-02", row=MAIL), *on("2026-09-03")],
        channel="sms",
    ),
    city(
        "New York City until August 2026: two contacts",
        "2026-08-31 00:00",
        "2026-08-30 14:00",
        contacts=on("2026-08-24", "2026-08-25"),
    ),
    city(
        "New York City until August 2026: one contact",
        "allow",
        "2026-08-30 14:00",
        contacts=on("2026-08-25"),
    ),
    city(
        "New York City, two contacts of August, judged on 1 September: three are allowed from that day",
        "allow",
        "2026-09-01 14:00",
        contacts=on("2026-08-30", "2026-08-31"),
    ),
    city(
        "New York City until August 2026 does not bind creditors",
        "allow",
        "2026-08-30 14:00",
        accounts=[{"role": "first_party"}],
        contacts=on("2026-08-24", "2026-08-25"),
    ),
    city(
        "New York City from September 2026 binds creditors",
        "2026-09-08 00:00",
        "2026-09-07 14:00",
        accounts=[{"role": "first_party"}],
        contacts=on("2026-09-01", "2026-09-02", "2026-09-03"),
    ),
    city(
        "New York City from September 2026: contacts are counted per account",
        "allow",
        "2026-09-07 14:00",
        accounts=[{"account_id": "A"}, {"account_id": "B"}],
        contacts=on("2026-09-01", "2026-09-02", "2026-09-03", row=CALL | {"account_id": "A"}),
        account="B",
    ),
    city(
        "New York City, after a conversation in the window nothing more (counsel to confirm)",
        "2026-09-10 00:00",
        "2026-09-07 14:00",
        contacts=on("2026-09-03", row=TALK),
        channel="sms",
    ),
    district("District of Columbia, four calls", "2026-06-08 00:00", "2026-06-07 14:00", contacts=june(1, 2, 3, 4)),
    district("District of Columbia, three calls", "allow", "2026-06-07 14:00", contacts=june(2, 3, 4)),
    district(
        "District of Columbia, five texts and e-mails do not hold a call",
        "allow",
        "2026-06-07 14:00",
        contacts=[*june(1, 2, 3, row=TEXT), *june(4, 5, row=MAIL)],
    ),
    district(
        "District of Columbia, five texts and e-mails",
        "2026-06-08 00:00",
        "2026-06-07 14:00",
        contacts=[*june(1, 2, 3, row=TEXT), *june(4, 5, row=MAIL)],
        channel="sms",
    ),
    district(
        "District of Columbia, replies are not counted",
        "allow",
        "2026-06-07 14:00",
        contacts=[*june(1, 2, row=TEXT), *june(3, 4, 5, row=TEXT | {"purpose": "service_reply"})],
        channel="sms",
    ),
    district(
        "District of Columbia, what the consumer began is not counted",
        "allow",
        "2026-06-07 14:00",
        contacts=[*june(1, 2, 3), *june(4, row=CALL | {"direction": "in"})],
    ),
    seattle(
        "Washington, two calls and one letter in a week, now a call: letters count there",
        "2026-06-08 00:00",
        "2026-06-07 14:00",
        contacts=[*june(1, 2), *june(3, row=LETTER)],
    ),
    seattle("Washington, two calls in a week", "allow", "2026-06-07 14:00", contacts=june(2, 3)),
    seattle(
        "Washington, three contacts over two debts of one person",
        "2026-06-08 00:00",
        "2026-06-07 14:00",
        accounts=[{"account_id": "A"}, {"account_id": "B"}],
        contacts=[*june(1, 2, row=CALL | {"account_id": "A"}), *june(3, row=CALL | {"account_id": "B"})],
        account="B",
    ),
    seattle(
        "Washington, one contact at work in a week",
        "2026-06-10 00:00",
        "2026-06-07 14:00",
        points=[{}, WORK],
        contacts=june(3, row=AT_WORK),
        point="PW",
    ),
    seattle(
        "Washington, one contact at work does not hold the mobile",
        "allow",
        "2026-06-07 14:00",
        points=[{}, WORK],
        contacts=june(3, row=AT_WORK),
        point="P1",
    ),
    seattle(
        "Washington binds agencies and debt buyers, not creditors",
        "allow",
        "2026-06-07 14:00",
        accounts=[{"role": "first_party"}],
        contacts=june(1, 2, 3),
    ),
    charleston(
        "West Virginia, thirty calls in a week",
        "2026-06-08 00:00",
        "2026-06-07 14:00",
        contacts=june(*[1, 2, 3, 4, 5] * 6),
    ),
    charleston(
        "West Virginia, twenty-nine calls in a week",
        "allow",
        "2026-06-07 14:00",
        contacts=june(*[1, 2, 3, 4, 5] * 6)[1:],
    ),
    charleston(
        "West Virginia, ten conversations in a week",
        "2026-06-08 00:00",
        "2026-06-07 14:00",
        contacts=june(*[1, 2, 3, 4, 5] * 2, row=TALK),
    ),
    charleston(
        "West Virginia, nine conversations in a week",
        "allow",
        "2026-06-07 14:00",
        contacts=june(*[1, 2, 3, 4, 5] * 2, row=TALK)[1:],
    ),
    st01(
        "Albany lies in New York State, not in the city", "allow", "2026-09-07 14:00", contacts=on(*["2026-09-03"] * 5)
    ),
]

_VOICEMAIL = CALL | {"disposition": "voicemail", "connect": "voicemail"}
_ontario = partial(st01, debtors=[IN_TORONTO], points=[{"value": "+14165550100"}])
ONTARIO = [
    _ontario(
        "Ontario, messages left on 1, 3 and 5 June, now 7 June: until the first has aged out",
        "2026-06-08 00:00",
        "2026-06-07 14:00",
        contacts=june(1, 3, 5, row=_VOICEMAIL),
    ),
    _ontario(
        "Ontario, messages left on 1 and 3 June and a call that nobody answered",
        "allow",
        "2026-06-07 14:00",
        contacts=[*june(1, 3, row=_VOICEMAIL), *june(5)],
    ),
    _ontario(
        "Ontario, a letter is no contact: two messages left and two letters",
        "allow",
        "2026-06-07 14:00",
        contacts=[*june(1, 3, row=_VOICEMAIL), *june(4, 5, row=LETTER)],
    ),
]

CASES = [*PLACES, *ONTARIO]
