"""What a feature is: one expression with its sentence, unit, window and the meaning of its null."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from ibis import ir

Group = Literal["debtor", "account", "payment_history", "contact_history", "promise_history", "delinquency_history"]
Expression = Callable[[ir.Table], ir.Value]
Over = Literal[
    "account",
    "payments",
    "all_payments",
    "cycles",
    "dues",
    "contacts",
    "notices",
    "promises",
    "debtor",
    "payer",
    "history",
]
"""Whose rows an expression sees: the account's own row, or the rows of one kind of fact that it sums up."""

NEVER = "Never null."


@dataclass(frozen=True)
class Feature:
    """One column of the feature table.

    Parameters
    ----------
    name : `<thing>_<how>_<window>`, as GLOSSARY.md says.
    group : the part of an account's life it looks at.
    concept : what it is about in business words; reasons are added up by it.
    sentence : what it says, for the manual and for people.
    unit : minor units, days, share 0-1, count, cycles or flag.
    over : whose rows the expression sees.
    expression : from those rows to one value: a sum over facts, or a term of the account's row.
    reads : the columns, as `table.column` with files' names, without which the feature is absent.
    window_days : how far back it looks, or None where it looks at all that is known.
    null_means : what a null says.
    none_is_zero : where there are no rows at all the value is 0, and not unknown.
    needs : other features whose values the account's row must already hold.
    """

    name: str
    group: Group
    concept: str
    sentence: str
    unit: str
    over: Over
    expression: Expression
    reads: tuple[str, ...]
    window_days: int | None = None
    null_means: str = NEVER
    none_is_zero: bool = False
    needs: tuple[str, ...] = ()

    @property
    def is_own(self) -> bool:
        """Its expression stands in this room, where `features.kept_text` sees it change."""
        return str(getattr(self.expression, "__module__", "")).startswith("features.")
