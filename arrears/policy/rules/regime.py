"""Which law looks at a commercial debt: California's, where a natural person owes or vouches for a small one."""

from __future__ import annotations

import numpy as np

from arrears.policy import codes
from arrears.policy.columns import Flags
from arrears.policy.facts import Facts
from arrears.policy.rule import Found, Rule, Values, nothing

CAP = "cap_minor"


def covered(facts: Facts, values: Values) -> Flags:
    """(accounts,) those that a scope's cap and first day leave in: all, where the scope has no cap.

    A natural person's commercial debts to one creditor count together. A deal counts if it was made, sold or assigned
    from the scope's first day on.
    """
    accounts = facts.accounts
    if CAP not in values:
        return np.ones(len(accounts), dtype=np.bool_)
    ours = codes.DEBT_CLASS.among(accounts.debt_class, "commercial_natural_person")
    if not ours.any():
        return ours
    since = np.datetime64(values["deals_from"], "D")
    before = (accounts.opened_on < since) & ~(accounts.placed_on >= since)
    pairs = np.char.add(np.char.add(accounts.person[ours].astype(np.str_), "\n"), accounts.client[ours])
    _, lender = np.unique(pairs, return_inverse=True)
    owed = np.bincount(lender, np.nan_to_num(accounts.balance_minor[ours]))[lender]
    within = np.zeros(len(accounts), dtype=np.bool_)
    within[ours] = owed <= values[CAP]
    return within & ~before


def rosenthal_applies(facts: Facts, values: Values) -> Found:
    """The Rosenthal Act looks at this commercial debt: whoever collects it must heed its conduct rules."""
    found = nothing(len(facts.accounts))
    return Found(found.holds, found.until, conditions=covered(facts, values))


RULES = (
    Rule(
        "B2-01",
        "commercial_regime",
        "California's Rosenthal Act looks at this commercial debt",
        "account",
        rosenthal_applies,
        condition="ROSENTHAL",
    ),
)
