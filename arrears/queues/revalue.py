"""What an item is worth once its amounts have changed: the night's own scores, with what is owed now.

What a contact is worth is linear in what is owed (`value.loss_avoided`, `value.fee_expected`, `added.Added.worth`), so
what a night found for an account scales with it; chances, shares, minutes and cost stay the night's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from arrears.buckets import AGEING, Bucket
from arrears.queues.item import JudgedAccount
from arrears.queues.value import CHARGED_OFF_RANK, per_minute

_OF_WHAT_IS_OWED = ("stake_minor", "at_risk_minor")
"""Terms that a night keeps of each account and that are so much of what it owes."""

_RANKS = {str(each): rank for rank, each in enumerate(AGEING)} | {str(Bucket.CHARGED_OFF): CHARGED_OFF_RANK}


@dataclass(frozen=True)
class Owed:
    """What an account owes now, in minor units; None where nobody knows."""

    balance_minor: int | None
    past_due_minor: int | None
    bucket: str = ""
    stop_roll_minor: int | None = None

    @property
    def minor(self) -> int:
        """What the formula takes for it: the balance, else what is past due."""
        return (self.past_due_minor or 0) if self.balance_minor is None else self.balance_minor


def revalued(
    lead: JudgedAccount,
    accounts: Sequence[JudgedAccount],
    owed: Mapping[str, Owed],
    *,
    minute_cost_minor: float,
    priority: str,
) -> dict[str, Any]:
    """The columns of a work item that say what it is worth.

    Parameters
    ----------
    lead, accounts : of the item as the night judged them, the lead among them.
    owed : what each owes now.
    minute_cost_minor : of a collector of the lead's client, in its currency.
    priority : the strategy's term by which items are told apart.

    Returns
    -------
    dict : `value_minor`, `expected_minutes`, `priority`, `p_roll` and `terms`. Who paid what stops the roll rolls no
        more: no loss is left to avoid.

    Notes
    -----
    As in `rank`, money of another currency, and fees beside losses, are not summed.
    """
    alike = [each for each in accounts if _kind(each) == _kind(lead)]
    cost = lead.expected_minutes * minute_cost_minor
    gross = sum(_gross_now(each, owed[each.account_id], minute_cost_minor) for each in alike)
    numbers = {
        "balance_minor": float(sum(owed[each.account_id].minor for each in alike)),
        "gross_minor": gross,
        "cost_minor": cost,
        "value_minor": gross - cost,
        "priority_minor": _per_minute(gross, lead.expected_minutes, cost),
    }
    exposed = "exposure_minor" if lead.p_roll is not None else "amount_minor"
    numbers[exposed] = numbers["balance_minor"]
    for name in _OF_WHAT_IS_OWED:
        numbers[name] = sum(_now(each.terms.get(name) or 0.0, each, owed[each.account_id]) for each in alike)
    p_roll = 0.0 if _is_stopped(lead, owed[lead.account_id]) else lead.p_roll
    if p_roll is not None:
        numbers["p_roll"] = p_roll
    if _is_stopped(lead, owed[lead.account_id]):
        numbers["added_share"] = 0.0
    if owed[lead.account_id].bucket in _RANKS:
        numbers["bucket_rank"] = float(_RANKS[owed[lead.account_id].bucket])
    terms = {name: numbers.get(name, value) if value is not None else None for name, value in lead.terms.items()}
    return {
        "value_minor": numbers["value_minor"],
        "expected_minutes": lead.expected_minutes,
        "priority": float(terms.get(priority) or 0.0),
        "p_roll": p_roll,
        "terms": terms,
    }


def _kind(account: JudgedAccount) -> tuple[str, bool]:
    return account.currency, account.p_roll is not None


def _is_stopped(account: JudgedAccount, owed: Owed) -> bool:
    return account.p_roll is not None and bool(account.stop_roll_minor) and owed.stop_roll_minor == 0


def _gross_now(account: JudgedAccount, owed: Owed, minute_cost_minor: float) -> float:
    """What the night found before cost, for what is owed now."""
    return _now(account.value_minor + account.expected_minutes * minute_cost_minor, account, owed)


def _now(amount: float, account: JudgedAccount, owed: Owed) -> float:
    """An amount of the night that is so much of what was owed, for what is owed now."""
    if _is_stopped(account, owed):
        return 0.0
    before = Owed(account.balance_minor, account.past_due_minor).minor
    return amount * max(owed.minor, 0) / before if before > 0 else amount


def _per_minute(gross: float, minutes: float, cost: float) -> float:
    return float(per_minute(np.array([gross]), np.array([minutes]), np.array([cost]))[0])
