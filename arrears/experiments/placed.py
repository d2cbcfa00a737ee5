"""Where a debtor stands in a test's cohort: by which of the accounts past due, and with how much owed together.

A night that enrols and a plan that counts ask the same function, so that whoever was counted would have come in.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from arrears.policy.columns import Numbers, Rows, Words


@dataclass(frozen=True)
class Placed:
    """Debtors in the order of their ids, one row each.

    Attributes
    ----------
    lead : the place of the account that says where the debtor stands: the latest one, of those the largest.
    owed : minor units on all accounts past due in that account's currency; what is past due where no balance is known.
    """

    debtor_id: Words
    lead: Rows
    owed: Numbers


def placed(
    *,
    debtor_id: Words,
    account_id: Words,
    currency: Words,
    bucket_rank: Rows,
    balance_minor: Numbers,
    past_due_minor: Numbers,
) -> Placed:
    """Where each debtor stands.

    Parameters
    ----------
    debtor_id, account_id, currency, bucket_rank, balance_minor, past_due_minor : of every account that is past due, and
        of no other; NaN where an amount is unknown.

    Examples
    --------
    >>> stand = placed(
    ...     debtor_id=np.array(["D2", "D1", "D1"]), account_id=np.array(["A1", "A2", "A3"]),
    ...     currency=np.array(["USD", "USD", "USD"]), bucket_rank=np.array([1, 1, 2]),
    ...     balance_minor=np.array([500.0, 900.0, np.nan]), past_due_minor=np.array([50.0, 90.0, 40.0]))
    >>> stand.debtor_id.tolist(), stand.lead.tolist(), stand.owed.tolist()
    (['D1', 'D2'], [2, 0], [940.0, 500.0])
    """
    order = np.lexsort((account_id, -np.nan_to_num(balance_minor), -bucket_rank, debtor_id))
    who, first, among = np.unique(debtor_id[order], return_index=True, return_inverse=True)
    lead: Rows = order[first]
    alike = currency[order] == currency[lead][among]
    owed = np.where(np.isnan(balance_minor), np.nan_to_num(past_due_minor), balance_minor)[order]
    summed = np.bincount(among, weights=np.where(alike, owed, 0.0), minlength=len(who)).astype(np.float64)
    return Placed(who, lead, summed)
