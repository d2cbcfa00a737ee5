"""Every rule in force, one module a subject, in the order in which reasons are listed."""

from __future__ import annotations

from arrears.policy.rule import Rule
from arrears.policy.rules import (
    account,
    business,
    country,
    disputes,
    frequency,
    lanes,
    licences,
    medical,
    notices,
    regime,
)

RULES: tuple[Rule, ...] = (
    *account.RULES,
    *country.RULES,
    *frequency.RULES,
    *notices.RULES,
    *disputes.RULES,
    *licences.RULES,
    *lanes.RULES,
    *medical.RULES,
    *regime.RULES,
    *business.RULES,
)
"""Every rule; limits say where and from when each applies."""
