"""Holds and requests: the register's cases, every kind of hold in every country, and what no request may ever open."""

from datetime import timedelta
from importlib import import_module
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arrears.policy import codes
from arrears.policy.asks import lane_asks
from arrears.policy.judge import judge
from arrears.policy.limits import PROFILES, Limits, limits_of, read_limits
from arrears.policy.rule import LANE_GATES
from arrears.policy.rules import RULES, creditor, healthcare, machines, media, people, requests, status, uk
from tests.policy.case import Case, asking, at, facts_of, held_by, judged
from tests.policy.held import hold, june

SUBJECTS = ("bankruptcy", "status", "requests", "media", "people", "uk")
CASES = [case for subject in SUBJECTS for case in import_module(f"tests.policy.cases.{subject}").CASES]
MINE = tuple(
    rule for module in (status, creditor, requests, people, media, machines, healthcare, uk) for rule in module.RULES
)
ANYWHERE = {"country": "TW", "region": None, "postal_code": None, "city": None, "stated_time_zone": "America/New_York"}
LIMITS = read_limits(PROFILES)
A_DAY = timedelta(days=1)
FAR = np.datetime64("9999-12-31", "us")


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}: {case.told}")
def test_the_rule_says_what_the_register_says(case: Case):
    judgement = judged(case.facts(), *case.profiles, lane=case.lane)
    assert held_by(judgement, case.rule) == case.expected
    conditions = {word for word, flags in judgement.conditions if flags[0]}
    own = {rule.condition for rule in RULES if rule.id == case.rule} - {None}
    assert conditions & own == ({case.condition} if case.condition else set())


@pytest.mark.parametrize("kind", codes.HOLD.names)
@pytest.mark.parametrize("whose", [{"debtor_id": "D1"}, {"account_id": "A1"}])
def test_every_kind_of_hold_holds_under_its_own_word_where_no_law_is_on_file(kind, whose):
    row = {"kind": kind, "starts_on": june(1)} | whose
    found = judged(facts_of("2026-06-05 10:00", country="TW", debtors=[ANYWHERE], holds=[row]), "house")
    reasons = {(each.code, each.until) for each in found.verdict(0).holds if each.code != "mourning"}
    assert reasons == {(kind, None)}


@pytest.mark.parametrize("kind", codes.HOLD.names)
@pytest.mark.parametrize(
    ("first", "last", "until"),
    [
        (june(5), june(5), "2026-06-06 00:00"),
        (june(1), june(6), "2026-06-07 00:00"),
        (june(6), None, None),
        (june(1), june(4), None),
    ],
)
def test_a_hold_holds_from_its_first_to_its_last_day(kind, first, last, until):
    row = {"kind": kind, "starts_on": first, "ends_on": last, "debtor_id": "D1"}
    found = judged(facts_of("2026-06-05 10:00", country="TW", debtors=[ANYWHERE], holds=[row]), "house")
    untils = [each.until for each in found.verdict(0).holds if each.code != "mourning"]
    assert untils == ([] if until is None else [at(until)])


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize(("last", "expected"), [(None, "null"), (june(20), "2026-06-21 00:00")])
def test_of_two_holds_of_one_kind_the_later_end_stands_and_no_end_beats_every_one(order, last, expected):
    rows = [hold("complaint", june(1), june(10)), hold("complaint", june(1), last)][::order]
    assert held_by(judged(facts_of("2026-06-05 10:00", holds=rows), "house"), "LS-07") == expected


def test_a_hold_of_an_account_touches_no_other_and_a_hold_of_a_person_touches_all_of_theirs():
    book: dict[str, Any] = {"accounts": [{"account_id": "A"}, {"account_id": "B"}]}
    own = facts_of("2026-06-05 10:00", holds=[hold("hardship", june(1), account_id="A")], **book)
    whole = facts_of("2026-06-05 10:00", holds=[hold("hardship", june(1))], **book)
    assert judged(own, "house").is_held.tolist() == [True, False]
    assert judged(whole, "house").is_held.tolist() == [True, True]


def test_a_hold_that_names_an_account_is_about_it_whoever_it_names_beside_it():
    book: dict[str, Any] = {"accounts": [{"account_id": "A"}, {"account_id": "B"}]}
    row = hold("hardship", june(1), account_id="A", debtor_id="D1")
    assert judged(facts_of("2026-06-05 10:00", holds=[row], **book), "house").is_held.tolist() == [True, False]


def test_a_hold_of_somebody_who_is_not_in_the_book_holds_nobody():
    rows = [hold("hardship", june(1)) | {"debtor_id": "D9"}, hold("cease", june(1), account_id="A9", form="oral")]
    assert not judged(facts_of("2026-06-05 10:00", holds=rows), "house").is_held.any()


@pytest.mark.parametrize(
    ("moment", "expected"), [("2026-06-05 03:00", "allow"), ("2026-06-05 02:59", "2026-06-05 03:00")]
)
def test_a_day_is_over_when_it_is_over_on_every_clock_the_debtor_may_have(moment, expected):
    away = {"region": "CA", "postal_code": "90001", "city": "Los Angeles"}
    facts = facts_of(moment, debtors=[away], holds=[hold("hardship", june(1), june(4))])
    assert held_by(judged(facts, "house"), "LS-08") == expected


@pytest.mark.parametrize(("moment", "expected"), [("2026-06-05 00:00", "null"), ("2026-06-04 23:59", "allow")])
def test_a_day_has_begun_when_it_has_begun_on_any_clock_the_debtor_may_have(moment, expected):
    away = {"region": "CA", "postal_code": "90001", "city": "Los Angeles"}
    facts = facts_of(moment, debtors=[away], holds=[hold("hardship", june(5))])
    assert held_by(judged(facts, "house"), "LS-08") == expected


@pytest.mark.parametrize(
    ("moment", "expected"), [("2026-06-05 23:59", "2026-06-06 00:00"), ("2026-06-06 00:00", "allow")]
)
def test_a_house_may_wait_for_some_days_from_placement(moment, expected):
    file = """[[limit]]
rule = "LS-08"
name = "placement_cooling_days"
value = 5
unit = "calendar days"
kind = "policy"
clause = "House policy"
link = "https://example.org"
from = 2000-01-01
"""
    facts = facts_of(moment, accounts=[{"placed_on": june(1)}])
    waits = Limits({"house": limits_of(file, where="a test")})
    assert held_by(judge(asking(facts, "call"), waits, rules=MINE), "LS-08") == expected


def test_an_address_proven_by_a_text_is_open_until_the_proof_is_too_old():
    told = {"debtor_id": "D1", "kind": "sms", "given_on": june(1)}
    facts = facts_of("2026-06-05 10:00", consents=[told], points=[{"checked_on": june(2), "reassigned": False}])
    found = judge(asking(facts, "sms"), LIMITS, rules=MINE)
    assert found.way(0).allowed_until == at("2026-08-02 00:00")


DAYS = st.integers(-4, 4).map(lambda days: june(10) + days * A_DAY)
NOW = at("2026-06-10 12:00")
HOLDS = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(codes.HOLD.names),
        "starts_on": DAYS,
        "ends_on": st.none() | DAYS,
        "form": st.sampled_from([None, *codes.FORM.names]),
        "received_at": st.none() | st.integers(-48, 48).map(lambda hours: NOW + timedelta(hours=hours)),
        "chapter": st.sampled_from([None, "7", "13", "Chapter 12", "breathing space", "mental health crisis"]),
        "account_id": st.sampled_from([None, "A", "B"]),
        "debtor_id": st.sampled_from(["D1", "D2", "D3"]),
    }
)
SAID = st.fixed_dictionaries(
    {
        "debtor_id": st.sampled_from(["D1", "D2"]),
        "account_id": st.sampled_from([None, "A", "B"]),
        "at": st.integers(0, 100).map(lambda hours: NOW - timedelta(hours=hours)),
        "channel": st.sampled_from(codes.CHANNEL.names),
        "direction": st.sampled_from(codes.DIRECTION.names),
        "point_id": st.sampled_from([None, "P1", "P2", "PE"]),
        "disposition": st.sampled_from(["opted_out", "cease", "refused", "wrong_number"]),
        "technology": st.sampled_from([None, *codes.TECHNOLOGY.names]),
    }
)
CONTACTS = SAID | SAID.map(lambda row: row | {"disposition": "inquiry"})
UNWISHED = st.tuples(
    st.sampled_from([("channel", "call"), ("channel", "sms"), ("point", "P1")]), DAYS, st.none() | DAYS
)


def _preference(told, *, allow):
    (kind, rule), first, last = told
    return {"debtor_id": "D1", "kind": kind, "rule": rule, "allow": allow, "starts_on": first, "ends_on": last}


CONSENTS = st.fixed_dictionaries(
    {
        "debtor_id": st.sampled_from(["D1", "D2"]),
        "point_id": st.sampled_from([None, "P1", "P2", "PE"]),
        "kind": st.sampled_from(codes.CONSENT.names),
        "given_on": DAYS,
        "revoked_on": st.none() | DAYS,
    }
)
BOOKS = st.fixed_dictionaries(
    {
        "holds": st.lists(HOLDS, max_size=4),
        "contacts": st.lists(CONTACTS, max_size=4),
        "preferences": st.lists(
            UNWISHED.flatmap(lambda told: st.booleans().map(lambda yes: _preference(told, allow=yes)))
        ),
        "consents": st.lists(CONSENTS, max_size=3),
    }
)
REQUESTS = (
    st.tuples(st.just("holds"), HOLDS)
    | st.tuples(st.just("contacts"), SAID)
    | st.tuples(st.just("preferences"), UNWISHED.map(lambda told: _preference(told, allow=False)))
)


@given(BOOKS, REQUESTS, st.sampled_from(["US", "GB"]), st.sampled_from(["manual", "auto", "prerecorded"]))
def test_one_more_hold_or_request_never_shortens_a_hold_and_never_opens_a_way(book, request, country, technology):
    table, row = request
    more = book | {table: [*book[table], row]}
    for lane in ("pay", "attorney", "legal_review", "furnish"):
        before, after = (_ends(_facts(each, country), lane, technology) for each in (book, more))
        assert (after >= before).all()


@given(BOOKS, st.sampled_from(["pay", "estate"]))
def test_one_ask_alone_is_judged_as_among_all(book, lane):
    facts = _facts(book, "US")
    whole = _ends(facts, lane, "auto")
    for ask in range(len(facts.asks)):
        one = facts.asking(facts.asks.where(np.arange(len(facts.asks)) == ask))
        assert _ends(one, lane, "auto", asked=True).tolist() == [whole[ask]]


def _ends(facts, lane, technology, *, asked=False):
    """(asks,) when the last reason ends: far in the future where only a fact can end it, long ago where none holds."""
    facts = facts.asking(lane_asks(facts)) if lane in LANE_GATES and not asked else facts
    facts.asks.technology[:] = codes.TECHNOLOGY.of(technology)
    found = judge(facts, LIMITS, lane=lane, rules=MINE)
    return np.where(found.held, np.where(np.isnat(found.until), FAR, found.until), np.datetime64("0001-01-01", "us"))


def _facts(book, country):
    parties = [
        {"account_id": "A", "debtor_id": "D1", "role": "primary", "liable": True},
        {"account_id": "A", "debtor_id": "D2", "role": "cosigner", "liable": True},
        {"account_id": "B", "debtor_id": "D2", "role": "primary", "liable": True},
        {"account_id": "B", "debtor_id": "D3", "role": "attorney", "liable": False},
    ]
    return facts_of(
        NOW,
        country=country,
        debtors=[{"debtor_id": each, "country": country} for each in ("D1", "D2", "D3")],
        accounts=[{"account_id": "A"}, {"account_id": "B", "debtor_id": "D2", "role": "first_party", "secured": True}],
        parties=parties,
        points=[
            {"source": "consumer", "checked_on": june(1), "reassigned": False},
            {"point_id": "P2", "debtor_id": "D2", "shared": True, "line_type": "landline"},
            {"point_id": "PE", "kind": "email", "value": "a@example.org", "line_type": None},
            {"point_id": "P3", "debtor_id": "D3"},
        ],
        **book,
    )
