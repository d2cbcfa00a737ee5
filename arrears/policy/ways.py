"""The open ways of a work item: those of its accounts, one where several accounts have the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from arrears.policy.verdict import Judgement, Way


@dataclass(frozen=True)
class ItemWay:
    """One way to reach one person about some of an item's accounts."""

    way: Way
    accounts: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        """The way as JSON keeps it."""
        return {**self.way.document(), "accounts": list(self.accounts)}


def ways_of(judgement: Judgement, accounts: Iterable[int]) -> tuple[ItemWay, ...]:
    """The open ways of some accounts, in the order in which they are asked about.

    Parameters
    ----------
    accounts : rows of the judgement's accounts.
    """
    found: dict[Way, list[str]] = {}
    for account in accounts:
        for way in judgement.verdict(int(account)).ways:
            found.setdefault(way, []).append(str(judgement.facts.accounts.id[account]))
    return tuple(ItemWay(way, tuple(about)) for way, about in found.items())


def last_close(ways: Sequence[ItemWay]) -> datetime | None:
    """When the last of some ways closes; None where one never does, or there is none."""
    closes = [each.way.allowed_until for each in ways]
    known = [close for close in closes if close is not None]
    return max(known) if known and len(known) == len(closes) else None
