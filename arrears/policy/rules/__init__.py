"""Every rule in force, one module a subject, in the order in which reasons are listed."""

from __future__ import annotations

from arrears.policy.rule import Rule
from arrears.policy.rules import account

RULES: tuple[Rule, ...] = (*account.RULES,)
"""Every rule; limits say where and from when each applies."""
