"""Every rule in force, one module a subject, in the order in which reasons are listed."""

from __future__ import annotations

from arrears.policy.rule import Rule
from arrears.policy.rules import (
    account,
    business,
    country,
    creditor,
    disputes,
    frequency,
    healthcare,
    hours,
    lanes,
    licences,
    machines,
    media,
    medical,
    named,
    notices,
    people,
    regime,
    requests,
    status,
    uk,
)

RULES: tuple[Rule, ...] = (
    *account.RULES,
    *country.RULES,
    *status.RULES,
    *creditor.RULES,
    *requests.RULES,
    *people.RULES,
    *media.RULES,
    *machines.RULES,
    *hours.RULES,
    *named.RULES,
    *frequency.RULES,
    *notices.RULES,
    *disputes.RULES,
    *licences.RULES,
    *lanes.RULES,
    *medical.RULES,
    *healthcare.RULES,
    *regime.RULES,
    *business.RULES,
    *uk.RULES,
)
"""Every rule; limits say where and from when each applies."""
