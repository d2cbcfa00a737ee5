"""What the United Kingdom adds: hours, breathing space, time for a plan with an adviser, vulnerable customers.

A breathing space is a hold of kind `other` whose chapter says `breathing space`, or `mental health crisis`.
"""

from __future__ import annotations

import numpy as np

from arrears.policy import codes
from arrears.policy.columns import NOBODY, Days, Rows
from arrears.policy.facts import Facts
from arrears.policy.rule import CONTACT_LANES, LANE_GATES, Found, Rule, Values, nothing, open_ended
from arrears.policy.rules.holding import DAY, held_through, holds_of, last_days, on_hold
from arrears.policy.rules.hours import outside_hours

_SPARES = frozenset({"service_reply", "required_disclosure", "legal_notice"})


def has_breathing_space(facts: Facts, values: Values) -> Found:
    """A moratorium runs: for its days, or through a crisis and the days after its treatment."""
    rows = holds_of(facts, "other")
    crisis = np.array(["crisis" in told.lower() for told in facts.holds.chapter[rows].tolist()], np.bool_)
    space = crisis | np.array(["breathing" in told.lower() for told in facts.holds.chapter[rows].tolist()], np.bool_)
    rows, crisis = rows[space], crisis[space]
    starts, ends = facts.holds.starts_on[rows], facts.holds.ends_on[rows]
    treated = ends + values["days_after_crisis"] * DAY
    standard = np.where(np.isnat(ends), starts + (values["days"] - 1) * DAY, ends)
    return _held(facts, rows, np.where(crisis, treated, standard))


def plans_with_an_adviser(facts: Facts, values: Values) -> Found:
    """An adviser told us that a plan is being made: collection waits for some days, longer where there is progress."""
    rows = holds_of(facts, "counsellor")
    ends = facts.holds.ends_on[rows]
    return _held(
        facts, rows, np.where(np.isnat(ends), facts.holds.starts_on[rows] + (values["adviser_days"] - 1) * DAY, ends)
    )


def is_contested(facts: Facts, values: Values) -> Found:
    """The debt is disputed and nobody has answered yet."""
    del values
    disputes = facts.disputes
    holds = np.zeros(len(facts.accounts), dtype=np.bool_)
    open_ = (disputes.account != NOBODY) & np.isnat(disputes.resolved_on)
    holds[disputes.account[open_]] = True
    return open_ended(holds)


def is_vulnerable(facts: Facts, values: Values) -> Found:
    """A trained colleague speaks with whoever is vulnerable."""
    del values
    return on_hold(facts, "vulnerable")


def _held(facts: Facts, rows: Rows, ends: Days) -> Found:
    if not len(rows):
        return nothing(len(facts.parties))
    return held_through(facts, last_days(facts, rows, ends), facts.parties.person)


RULES = (
    Rule(
        "UK-01",
        "unreasonable_time",
        "It is no reasonable time for a word about debts",
        "person",
        outside_hours,
        channels=frozenset(codes.CHANNEL.names) - {"letter", "portal"},
        spares=_SPARES,
    ),
    Rule(
        "UK-02",
        "breathing_space",
        "The debtor has breathing space",
        "party",
        has_breathing_space,
        lanes=CONTACT_LANES | LANE_GATES,
        spares=frozenset({"required_disclosure"}),
    ),
    Rule(
        "UK-03",
        "adviser_plan",
        "The debtor makes a plan with an adviser",
        "party",
        plans_with_an_adviser,
        spares=_SPARES,
    ),
    Rule("UK-03", "contested", "The debt is disputed and not answered", "account", is_contested, spares=_SPARES),
    Rule(
        "UK-04",
        "vulnerable",
        "The debtor is vulnerable and needs a specialist",
        "party",
        is_vulnerable,
        lanes=CONTACT_LANES - {"specialist"},
    ),
)
