"""What a collector says and must not: by whom the debt is collected for, where, and whether it was spoken of before."""

import itertools
from dataclasses import replace

import pytest

from arrears.policy.rules import RULES
from serving.console.call_guide import Conversation, conditions, guide_for

AGENCY = Conversation(
    lane="pay",
    bucket="60-89",
    business=False,
    roles=frozenset({"third_party"}),
    country="US",
    regions=frozenset({"TX"}),
    spoken_before=False,
    concepts=frozenset(),
    conditions=(),
    known={"debtor": "D1", "creditor": "Bank", "stop_roll": "50.00 USD", "rolls_on": "1 Jul 2026", "bucket": "60-89"},
)
DEBT_COLLECTOR = "debt collector"


def said(part):
    return " ".join(one.say for one in part)


def test_the_first_word_of_a_collector_tells_who_calls_and_what_for():
    assert "attempting to collect a debt, and any information I obtain" in said(guide_for(AGENCY).verified)


def test_later_words_tell_who_calls_alone():
    later = said(guide_for(replace(AGENCY, spoken_before=True)).verified)
    assert DEBT_COLLECTOR in later
    assert "any information" not in later


@pytest.mark.parametrize("role", ["first_party", "servicer_pre_default"])
def test_who_collects_its_own_is_no_debt_collector(role):
    guide = guide_for(replace(AGENCY, roles=frozenset({role})))
    assert DEBT_COLLECTOR not in said(guide.verified)
    assert "from Bank" in said(guide.verified)


@pytest.mark.parametrize(("country", "is_said"), [("US", True), ("TW", False)])
def test_a_law_is_said_where_it_is_one(country, is_said):
    assert (DEBT_COLLECTOR in said(guide_for(replace(AGENCY, country=country)).verified)) == is_said


@pytest.mark.parametrize(("regions", "is_said"), [({"CA"}, True), ({"TX"}, False), (set(), True)])
def test_a_recording_is_told_where_everybody_must_agree_and_where_nobody_knows(regions, is_said):
    guide = guide_for(replace(AGENCY, regions=frozenset(regions)))
    assert ("recorded" in said(guide.answered)) == is_said


def test_nobody_hears_of_a_debt_before_or_instead_of_the_debtor():
    """Over every kind of debt, place and lane: what is said to whoever picks up, to others and to machines."""
    roles = ("first_party", "third_party", "debt_buyer", "servicer_pre_default")
    for role, region, first in itertools.product(roles, ("CA", "NY", ""), (True, False)):
        case = replace(AGENCY, roles=frozenset({role}), regions=frozenset({region} - {""}), spoken_before=first)
        guide = guide_for(case)
        spoken = f"{guide.verify.opening} {said(guide.answered)} {said(guide.otherwise)}".lower()
        for word in ("debt", "owe", "collect", "payment", "bank", "50.00", "account", "creditor"):
            assert word not in spoken, (word, case)


def test_a_voicemail_says_who_where_and_nothing_else():
    (voicemail,) = [one for one in guide_for(AGENCY).otherwise if "voicemail" in one.title]
    assert voicemail.say == "This is [your name] of [our company]. Please call me back at [our number]."
    assert voicemail.clause == "12 CFR 1006.2(j)"


def test_what_is_not_known_is_not_said():
    points = guide_for(AGENCY).points
    assert "50.00 USD paid by 1 Jul 2026 keeps the account from going beyond 60-89 days past due." in points
    assert guide_for(replace(AGENCY, known={"debtor": "D1"})).points == tuple(
        point for point in points if "50.00" not in point
    )


def test_a_business_is_asked_for_whoever_pays():
    assert "whoever pays your invoices" in guide_for(replace(AGENCY, business=True)).verify.opening


def test_a_dispute_asks_for_no_money():
    assert guide_for(replace(AGENCY, lane="dispute")).points == (
        "Ask what is disputed, since when, and what the debtor has in writing. Do not ask for money.",
    )


def test_every_condition_of_a_way_has_its_words():
    words = {rule.condition for rule in RULES if rule.condition}
    assert words <= set(conditions())
    assert guide_for(replace(AGENCY, conditions=("LCM_ONLY",))).heed == (conditions()["LCM_ONLY"],)


def test_no_sentence_threatens_or_hurries():
    every = [guide_for(replace(AGENCY, lane=lane, known={**AGENCY.known, "past_due": "9"})) for lane in LANES]
    for guide in every:
        for word in ("must pay", "legal action", "immediately", "or else", "last chance", "sue", "credit report"):
            assert word not in " ".join([said(guide.verified), *guide.points]).lower()


LANES = ("pay", "callback", "promise", "inbound", "hardship", "estate", "attorney", "skip_trace", "dispute")
