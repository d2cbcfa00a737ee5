"""What the creditor decided: promises that still wait, hardship and aid under review, recalls, small balances."""

from __future__ import annotations

import numpy as np

from arrears.policy.facts import Facts
from arrears.policy.rule import CONTACT_LANES, LANE_GATES, PAY, Found, Rule, Values, nothing, open_ended
from arrears.policy.rules.holding import DAY, FREE, held_through, latest
from arrears.policy.rules.status import LEGAL, PLACEMENT, POLICY_SPARES, hold_rule


def has_an_open_promise(facts: Facts, values: Values) -> Found:
    """A promise still waits for its money: its own grace is the only one."""
    promises, accounts = facts.promises, facts.accounts
    if not len(promises.account) or not values.get("promise"):
        return nothing(len(accounts))
    return held_through(facts, latest(len(accounts), promises.account, promises.grace_ends_on)[:-1], accounts.person)


def balance_is_too_low(facts: Facts, values: Values) -> Found:
    """Something is owed, but less than a call costs, in a currency for which the house named a limit."""
    accounts = facts.accounts
    holds = np.zeros(len(accounts), dtype=np.bool_)
    for name, least in values.items():
        if name.startswith("min_call_balance_"):
            currency = name.removeprefix("min_call_balance_").upper()
            holds |= (accounts.currency == currency) & (accounts.balance_minor < least)
    return open_ended(holds & ~(accounts.balance_minor <= accounts.small_balance_minor))


def was_placed_lately(facts: Facts, values: Values) -> Found:
    """The day of placement and the days after it, as many as the house waits."""
    days, accounts = values.get("placement_cooling_days", 0), facts.accounts
    if not days:
        return nothing(len(accounts))
    ends = np.where(np.isnat(accounts.placed_on), FREE, accounts.placed_on + (days - 1) * DAY)
    return held_through(facts, ends, accounts.person)


RULES = (
    hold_rule(
        "LS-08",
        "hardship",
        "The debtor is in hardship and under review",
        lanes=(CONTACT_LANES - {"hardship", "specialist"}) | LEGAL,
        spares=POLICY_SPARES,
    ),
    hold_rule(
        "LS-08",
        "vulnerable",
        "The debtor is vulnerable and needs a specialist",
        lanes=(CONTACT_LANES - {"specialist"}) | LEGAL,
        spares=POLICY_SPARES,
    ),
    hold_rule(
        "LS-08",
        "aid_pending",
        "An application for aid is pending",
        lanes=CONTACT_LANES | LEGAL | PLACEMENT,
        about_debt=True,
        spares=POLICY_SPARES,
    ),
    hold_rule(
        "LS-08",
        "recall",
        "The creditor is recalling the account",
        lanes=CONTACT_LANES | LEGAL | PLACEMENT,
        about_debt=True,
        spares=POLICY_SPARES,
    ),
    hold_rule(
        "LS-08",
        "counsellor",
        "A debt counsellor represents the debtor",
        lanes=CONTACT_LANES | LEGAL,
        spares=POLICY_SPARES,
    ),
    hold_rule(
        "LS-08",
        "disaster",
        "The debtor lives in a disaster area",
        lanes=CONTACT_LANES | LEGAL,
        spares=POLICY_SPARES,
    ),
    hold_rule(
        "LS-08",
        "other",
        "The account is on hold",
        lanes=CONTACT_LANES | LANE_GATES,
        about_debt=True,
        spares=POLICY_SPARES,
    ),
    Rule(
        "LS-08",
        "open_promise",
        "A promise to pay is open",
        "account",
        has_an_open_promise,
        lanes=frozenset({PAY}),
        limit="promise",
        spares=POLICY_SPARES,
    ),
    Rule(
        "LS-08",
        "low_balance",
        "The balance is too low for a call",
        "account",
        balance_is_too_low,
        channels=frozenset({"call"}),
        lanes=frozenset({PAY}),
        limit="min_call_balance_usd",
        spares=POLICY_SPARES,
    ),
    Rule(
        "LS-08",
        "placement_cooling",
        "The account was placed only days ago",
        "account",
        was_placed_lately,
        limit="placement_cooling_days",
        spares=POLICY_SPARES,
    ),
)
