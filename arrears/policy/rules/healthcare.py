"""Medical bills: nobody is asked for money that a payer may still owe or aid may wipe out."""

from __future__ import annotations

import numpy as np

from arrears.policy import codes
from arrears.policy.columns import NOBODY
from arrears.policy.facts import Facts
from arrears.policy.rule import Found, Rule, Values, open_ended

_OPEN = ("filed", "pending", "appealed")


def payer_has_not_answered(facts: Facts, values: Values) -> Found:
    """A claim is open, or its denial is under appeal."""
    del values
    claims = facts.claims
    holds = np.zeros(len(facts.accounts), dtype=np.bool_)
    waits = codes.CLAIM.among(claims.status, *_OPEN) & (claims.account != NOBODY)
    holds[claims.account[waits]] = True
    return open_ended(holds)


RULES = (
    Rule(
        "HC-05",
        "claim_open",
        "An insurer has not answered the claim yet",
        "account",
        payer_has_not_answered,
        spares=frozenset({"service_reply"}),
        cures="claims",
    ),
)
