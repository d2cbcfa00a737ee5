"""How often a debtor may be reached: the register's cases, and a slow count that agrees with the columns."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arrears.errors import BadInput
from arrears.policy import codes
from arrears.policy.budgets import Budget, spent_until
from arrears.policy.judge import judge
from arrears.policy.limits import PROFILES, Limits, limits_of
from arrears.policy.rules import frequency
from tests.policy.case import CALL, NEW_YORK, asking, at, facts_of, held_by, judged
from tests.policy.cases import caps_of_places, spacing
from tests.policy.cases.frequency import CASES as IN_A_WEEK
from tests.policy.counted import IN_BOSTON, IN_SEATTLE, MAIL, TEXT, WORK, june

NOW = at("2026-06-14 10:00")
LIMITS = [each for each in PROFILES if each != "uk"]

CONTACTS = st.lists(
    st.fixed_dictionaries(
        {
            "debtor_id": st.sampled_from(["D1", "D2"]),
            "account_id": st.sampled_from(["A", "B", None]),
            "at": st.integers(0, 10 * 24 - 1).map(lambda hours: NOW - timedelta(hours=hours)),
            "channel": st.sampled_from(["call", "call", "call", "sms", "letter"]),
            "direction": st.sampled_from(["out", "out", "out", "in"]),
            "connect": st.sampled_from(["busy", "no_answer", "voicemail", "answered", None]),
            "disposition": st.sampled_from(["busy", "no_answer", "callback", "hung_up"]),
            "conversation": st.sampled_from([True, False, None]),
            "consented": st.sampled_from([True, False, None]),
            "purpose": st.sampled_from(["collect", "service_reply", None]),
            "point_id": st.sampled_from(["P1", "PW", None]),
            "debts_discussed": st.sampled_from([None, ["A"], ["B", "B"], ["A", "B"]]),
            "reserved": st.sampled_from([False, False, False, True]),
        }
    ),
    max_size=12,
)
BUDGETS = st.builds(
    Budget,
    cap=st.integers(1, 4),
    media=st.sampled_from([("call",), ("call", "sms"), ("sms", "letter"), codes.CHANNEL.names]),
    days=st.integers(1, 5),
    per=st.sampled_from(["party", "account", "person"]),
    counts=st.sampled_from(["dialled", "connected", "reached", "talks"]),
    inbound=st.booleans(),
    consented=st.booleans(),
    where=st.sampled_from(["anywhere", "work", "personal"]),
    free=st.sampled_from([(), ("service_reply",)]),
)


def book(contacts, **tables):
    """Two debtors: D1 owes A and B, D2 is joint on A; both live by New York time."""
    return facts_of(
        NOW,
        debtors=[{"stated_time_zone": NEW_YORK}, {"debtor_id": "D2", "stated_time_zone": NEW_YORK}],
        accounts=[{"account_id": "A"}, {"account_id": "B"}],
        parties=[
            {"account_id": "A", "debtor_id": "D1", "role": "primary", "liable": True},
            {"account_id": "A", "debtor_id": "D2", "role": "joint", "liable": True},
        ],
        points=[{}, WORK, {"point_id": "P9", "debtor_id": "D2"}],
        contacts=contacts,
        **tables,
    )


@pytest.mark.parametrize(
    "case", [*IN_A_WEEK, *spacing.CASES, *caps_of_places.CASES], ids=lambda case: f"{case.rule} {case.told}"
)
def test_a_case_of_the_register(case):
    judgement = judged(asking(case.facts(), case.channel), *case.profiles, lane=case.lane)
    assert held_by(judgement, case.rule) == case.expected


@given(CONTACTS, BUDGETS)
def test_a_slow_count_day_by_day_agrees_with_the_columns(contacts, budget):
    facts = book(contacts)
    found = spent_until(facts, budget)
    for ask in range(len(facts.asks)):
        until = None if found is None or np.isnat(found[ask]) else found[ask].item().replace(tzinfo=UTC)
        assert until == slow_until(facts, ask, contacts, budget)


@given(CONTACTS, st.integers(0, 11), st.booleans())
def test_one_contact_more_never_shortens_a_hold(contacts, which, consents):
    agreed = [{"debtor_id": "D1", "kind": "call_window", "given_on": date(2026, 6, 9)}] if consents else []
    every, fewer = book(contacts, consents=agreed), book(contacts[:which] + contacts[which + 1 :], consents=agreed)
    for profile in LIMITS:
        before, after = (judge(each, rules_of(profile), rules=frequency.RULES) for each in (fewer, every))
        assert (after.held | ~before.held).all()
        ends = np.isnat(after.until) | (after.until >= before.until)
        assert ends[before.held & ~np.isnat(before.until)].all()


@given(CONTACTS)
def test_a_hold_ends_at_the_instant_it_names_and_not_before(contacts):
    facts = book(contacts)
    before = judge(facts, rules_of("us_federal"), rules=frequency.RULES[:2])
    for until in np.unique(before.until[before.held]):
        ended = before.held & (before.until == until)
        for moment, held in ((until - np.timedelta64(1, "us"), True), (until, False)):
            later = judge(replace(facts, at=moment), rules_of("us_federal"), rules=frequency.RULES[:2])
            assert (later.held[ended] == held).all()


@given(CONTACTS)
def test_one_debtor_alone_is_judged_as_in_the_book(contacts):
    facts = book(contacts)
    whole = judge(facts, rules_of("house"), rules=frequency.RULES)
    for ask in range(len(facts.asks)):
        row = np.array([ask])
        one = facts.asking(type(facts.asks)(*(getattr(facts.asks, name)[row] for name in vars(facts.asks))))
        alone = judge(one, rules_of("house"), rules=frequency.RULES)
        assert (alone.held[0], str(alone.until[0])) == (whole.held[ask], str(whole.until[ask]))


@pytest.mark.parametrize(("purpose", "expected"), [("collect", "2026-06-03 00:00"), ("required_disclosure", "allow")])
def test_what_the_law_demands_is_sent_however_dense_contacts_are(purpose, expected):
    facts = facts_of("2026-06-02 16:00", contacts=june(2, row=TEXT))
    assert held_by(judged(asking(facts, "sms", purpose=purpose), "house"), "RF-03") == expected


@pytest.mark.parametrize(("purpose", "expected"), [("collect", "2026-06-08 00:00"), ("service_reply", "allow")])
def test_a_reply_is_free_where_the_place_says_so(purpose, expected):
    facts = facts_of("2026-06-07 14:00", debtors=[IN_SEATTLE], contacts=june(1, 2, 3))
    assert held_by(judged(asking(facts, "call", purpose=purpose), "us_states"), "ST-01") == expected


def test_a_reply_is_held_where_the_place_does_not_say_so():
    facts = facts_of("2026-06-07 14:00", debtors=[IN_BOSTON], contacts=june(1, 3))
    assert held_by(judged(asking(facts, "call", purpose="service_reply"), "us_states"), "ST-01") == "2026-06-08 00:00"


ONTARIO = """
[[limit]]
rule = "ST-01"
name = "contacts_cap"
value = 3
unit = "contacts"
kind = "law"
clause = "Ontario, shape of a rule"
link = "https://www.ontario.ca/laws"
from = 2020-01-01
place = "CA-ON"
"""


@pytest.mark.parametrize(
    ("contacts", "expected"),
    [
        (june(1, 2, 3, row=CALL | {"connect": "voicemail", "disposition": "voicemail"}), "2026-06-08 00:00"),
        (june(1, 2, 3, row=CALL), "allow"),
        ([*june(1, 2, row=MAIL), *june(3, row=TEXT)], "2026-06-08 00:00"),
        (june(1, 2, 3, row=TEXT | {"channel": "letter"}), "allow"),
    ],
    ids=["voicemails count", "unanswered calls do not", "e-mails and texts count", "post does not"],
)
def test_another_country_fits_the_same_table(contacts, expected):
    named = {"contacts_days": 7, "contacts_media": ["call", "sms", "email", "visit"], "contacts_counts": "reached"}
    more = [ONTARIO.replace("contacts_cap", name).replace("= 3", f"= {toml(value)}") for name, value in named.items()]
    limits = Limits({"us_states": limits_of("".join([ONTARIO, *more]), where="here")})
    facts = facts_of(
        "2026-06-07 14:00",
        country="CA",
        debtors=[{"country": "CA", "region": "ON", "stated_time_zone": "America/Toronto"}],
        contacts=contacts,
    )
    assert held_by(judge(asking(facts, "call"), limits), "ST-01") == expected


def test_a_house_may_keep_one_of_its_limits_alone():
    one = ONTARIO.replace("ST-01", "RF-03").replace("contacts_cap", "max_sms_day").replace('"CA-ON"', '""')
    limits = Limits({"house": limits_of(one, where="here")})
    facts = facts_of("2026-06-02 16:00", contacts=[*june(2, 2, 2, row=TEXT), *june(2)])
    assert held_by(judge(asking(facts, "sms"), limits), "RF-03") == "2026-06-03 00:00"
    assert held_by(judge(asking(facts, "call"), limits), "RF-03") == "allow"


def test_a_budget_of_nothing_is_refused():
    with pytest.raises(BadInput, match="a limit of 0 contacts by call"):
        Budget(0, ("call",), days=7)


def rules_of(profile):
    from arrears.policy.limits import read_limits

    return read_limits((profile,))


def toml(value):
    return (
        str(value)
        if isinstance(value, int)
        else str(value).replace("'", '"')
        if isinstance(value, list)
        else f'"{value}"'
    )


def slow_until(facts, ask, contacts, budget):
    """Count on each day until there is room: what the columns must agree with."""
    asks = facts.asks
    channel = codes.CHANNEL.name(asks.channel[ask])
    person, account = facts.people.id[asks.person[ask]], facts.accounts.id[asks.account[ask]]
    point = None if asks.point[ask] < 0 else facts.points.id[asks.point[ask]]
    if channel not in budget.media or not fits(budget.where, point, channel):
        return None
    days = [
        each["at"].astimezone(ZoneInfo(NEW_YORK)).date()
        for each in contacts
        if counts(budget, each) and concerns(budget.per, each, person, account)
    ]
    day, until = NOW.date(), None
    while sum(day - timedelta(days=budget.days - 1) <= each <= day for each in days) >= budget.cap:
        day += timedelta(days=1)
        until = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(NEW_YORK)).astimezone(UTC)
    return until


def concerns(per, contact, person, account):
    of = {"D1": {"A", "B"}, "D2": {"A"}}[contact["debtor_id"]]
    named = {contact["account_id"], *(contact["debts_discussed"] or ())} - {None} or of
    if per == "person":
        return contact["debtor_id"] == person
    if per == "party":
        return contact["debtor_id"] == person and account in named
    return account in named


def counts(budget, contact):
    line = contact["connect"] or contact["disposition"]
    talked = contact["reserved"] or contact["conversation"]
    if contact["conversation"] is None and contact["disposition"] in ("callback", "hung_up"):
        talked = talked or contact["connect"] in ("answered", None)
    heard = {
        "dialled": True,
        "connected": line != "busy",
        "reached": line not in ("busy", "no_answer"),
        "talks": talked and contact["channel"] == "call",
    }[budget.counts]
    return (
        contact["channel"] in budget.media
        and (budget.inbound or contact["direction"] == "out")
        and (budget.consented or contact["consented"] is not True)
        and contact["purpose"] not in budget.free
        and fits(budget.where, contact["point_id"], contact["channel"])
        and heard
    )


def fits(where, point, channel):
    if where == "anywhere" or (point is None and channel == "call"):
        return True
    return (point == "PW") == (where == "work")
