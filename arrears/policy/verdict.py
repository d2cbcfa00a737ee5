"""What the rules together say: allowed, or held with every reason and the date until which each holds.

Any reason holds. A whole verdict ends when its last reason does; a reason without an end keeps it open.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import numpy as np

from arrears.policy.facts import Days, Facts, Flags
from arrears.policy.rules import RULES, Rule


@dataclass(frozen=True)
class Hold:
    """One reason not to act: `until` is the first day on which it alone would allow again, None if only a fact can."""

    code: str
    sentence: str
    until: date | None

    def document(self) -> dict[str, Any]:
        """The hold as JSON keeps it."""
        return {"code": self.code, "sentence": self.sentence, "until": self.until and self.until.isoformat()}


@dataclass(frozen=True)
class Verdict:
    """May this account be worked: all reasons against it, none where it may.

    Examples
    --------
    >>> spring, open_end = Hold("disaster", "…", date(2026, 4, 1)), Hold("cease", "…", None)
    >>> Verdict((spring,)).until, Verdict((spring, open_end)).until, Verdict(()).word
    (datetime.date(2026, 4, 1), None, 'allowed')
    """

    holds: tuple[Hold, ...]

    @property
    def is_allowed(self) -> bool:
        """No rule holds the account."""
        return not self.holds

    @property
    def word(self) -> Literal["allowed", "held"]:
        """The verdict as a column keeps it."""
        return "allowed" if self.is_allowed else "held"

    @property
    def until(self) -> date | None:
        """The first day on which no reason of today holds any more; None if allowed, or if only a fact can end it."""
        ends = [hold.until for hold in self.holds]
        known = [end for end in ends if end is not None]
        return max(known) if known and len(known) == len(ends) else None


@dataclass(frozen=True)
class Judgement:
    """The rules' findings over many accounts: one column a rule."""

    rules: tuple[Rule, ...]
    holds: Flags
    until: Days

    @property
    def is_held(self) -> Flags:
        """Which accounts at least one rule holds."""
        return np.asarray(self.holds.any(axis=1))

    def verdict(self, row: int) -> Verdict:
        """The verdict on one account."""
        found = np.flatnonzero(self.holds[row])
        return Verdict(
            tuple(Hold(self.rules[at].code, self.rules[at].sentence, self.until[row, at].item()) for at in found)
        )

    def counts(self) -> dict[str, int]:
        """How many accounts each rule holds, most first; an account with two reasons counts under both."""
        totals = {rule.code: int(total) for rule, total in zip(self.rules, self.holds.sum(axis=0), strict=True)}
        return {code: total for code, total in sorted(totals.items(), key=lambda pair: -pair[1]) if total}


def judge(facts: Facts, rules: Sequence[Rule] = RULES) -> Judgement:
    """Ask every rule about every account."""
    found = [rule.find(facts) for rule in rules]
    return Judgement(
        rules=tuple(rules),
        holds=np.column_stack([each.holds for each in found]),
        until=np.column_stack([each.until for each in found]),
    )
