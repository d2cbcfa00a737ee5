"""Notices, disputes, holds and contacts of one account say nothing about another's, whatever book it stands in."""

from datetime import date, timedelta
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from arrears.policy.asks import lane_asks
from arrears.policy.judge import judge
from arrears.policy.limits import PROFILES, read_limits
from arrears.policy.rules import business, disputes, lanes, licences, medical, notices, regime
from tests.policy.case import CALL, TALK, at, facts_of
from tests.policy.cases.licences import licence

RULES = tuple(
    rule for module in (notices, disputes, lanes, medical, licences, business, regime) for rule in module.RULES
)
LANES = ("pay", "legal_review", "placement_review", "furnish")
FIRST = date(2026, 5, 1)
days = st.integers(0, 60).map(lambda ahead: FIRST + timedelta(days=ahead))
later = st.none() | days

account = st.fixed_dictionaries(
    {
        "role": st.sampled_from(["first_party", "third_party", "debt_buyer"]),
        "debt_class": st.sampled_from(["consumer", "medical", "commercial", "commercial_natural_person", None]),
        "balance_minor": st.sampled_from([40_000, 60_000, 60_000_000, None]),
        "status": st.sampled_from(["open", "settled", None]),
        "days_past_due": st.sampled_from([5, 12, 95, None]),
        "opened_on": st.sampled_from([date(2015, 1, 1), date(2025, 8, 1)]),
        "first_delinquent_on": st.sampled_from([date(2018, 1, 1), date(2026, 4, 1), None]),
        "first_bill_on": st.sampled_from([date(2026, 1, 10), None]),
        "limitation_on": st.sampled_from([date(2026, 6, 15), date(2026, 7, 10), None]),
    }
)
told = st.lists(
    st.fixed_dictionaries(
        {
            "kind": st.sampled_from(["validation", "pre_collection", "extraordinary_action", "first_bill"]),
            "sent_on": days,
            "returned_on": later,
            "level": st.sampled_from([None, 1, 2]),
        }
    ),
    max_size=3,
)
contested = st.lists(
    st.fixed_dictionaries(
        {
            "opened_on": days,
            "submitted_on": later,
            "form": st.sampled_from(["written", "electronic", "oral"]),
            "amount_minor": st.sampled_from([None, 20_000, 40_000]),
            "code": st.sampled_from([None, "price", "acdv", "q7"]),
            "resolved_on": later,
        }
    ),
    max_size=2,
)
held = st.lists(
    st.fixed_dictionaries(
        {"kind": st.sampled_from(["discharged", "aid_pending", "cease"]), "starts_on": days, "ends_on": later}
    ),
    max_size=2,
)
talks = st.lists(st.tuples(days, st.sampled_from([CALL, TALK])), max_size=2)
one = st.tuples(account, st.sampled_from(["NY", "CA", "NV", "CO", None]), told, contested, held, talks, st.booleans())


def book(rows):
    tables: dict[str, Any] = {
        name: [] for name in ("debtors", "accounts", "points", "notices", "disputes", "holds", "contacts")
    }
    for name, (own, region, letters, fights, stops, calls, by_person) in rows:
        debtor, key = f"D{name}", f"A{name}"
        tables["debtors"].append({"debtor_id": debtor, "region": region, "postal_code": None, "city": None})
        tables["accounts"].append(own | {"account_id": key, "debtor_id": debtor})
        tables["points"].append({"point_id": f"P{name}", "debtor_id": debtor, "value": "+12125550100"})
        for place, letter in enumerate(letters):
            tables["notices"].append({"notice_id": f"N{name}{place}", "account_id": key, "channel": "letter"} | letter)
        for place, fight in enumerate(fights):
            tables["disputes"].append({"dispute_id": f"X{name}{place}", "account_id": key} | fight)
        for place, stop in enumerate(stops):
            whose = {"debtor_id": debtor} if by_person else {"account_id": key}
            tables["holds"].append({"hold_id": f"H{name}{place}"} | stop | whose)
        for day, call in calls:
            whose = {"debtor_id": debtor, "account_id": None if by_person else key}
            tables["contacts"].append(call | whose | {"at": at(f"{day} 12:00")})
    return facts_of("2026-07-01 12:00", licences=[licence("US-NY"), licence("US-CA")], **tables)


def verdicts(rows, lane):
    facts = book(rows)
    facts = facts if lane == "pay" else facts.asking(lane_asks(facts))
    judgement = judge(facts, read_limits(PROFILES), lane=lane, rules=RULES)
    found = {}
    for place, name in enumerate(facts.accounts.id.tolist()):
        asks = judgement.asks_of(place)
        reasons = sorted(
            (
                reason.rule.code,
                str(reason.scope and reason.scope.place),
                str(reason.until[at_]),
                bool(reason.missing[at_]),
            )
            for reason in judgement.reasons
            for at_ in np.flatnonzero(np.isin(reason.asks, asks)).tolist()
        )
        words = sorted(word for word, flags in judgement.conditions if flags[asks].any())
        closes = [str(each) for each in judgement.allowed_until[asks]]
        found[name] = (reasons, words, closes)
    return found


@settings(max_examples=40, deadline=None)
@given(st.lists(one, min_size=2, max_size=4), st.sampled_from(LANES))
def test_an_account_is_judged_alone_as_it_is_among_others(rows, lane):
    named = list(enumerate(rows))
    whole = verdicts(named, lane)
    for row in named:
        alone = verdicts([row], lane)
        assert all(whole[name] == verdict for name, verdict in alone.items())
