"""Who comes first: the accounts of one person and work group become one item, and items get their rank.

Money of one kind in one currency is summed over a group's accounts; loss avoided before charge-off and fees after it
never are. How money of several currencies compares is for `currencies` to say. Ties end at the account's id, so the
same numbers give the same list on every machine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from arrears.policy.columns import Flags, Numbers, Words
from arrears.queues.currencies import comparable
from arrears.queues.strategy import Strategy
from arrears.queues.value import per_minute

Rows = NDArray[np.int64]

SUMMED = ("balance_minor", "exposure_minor", "amount_minor", "stake_minor", "at_risk_minor", "gross_minor")
"""Terms that a group adds up over its accounts; every other term is the lead account's, as one call has one attempt."""


@dataclass(frozen=True)
class Ranking:
    """Items before they are written, in the order in which they should be worked.

    Attributes
    ----------
    members : per item the rows of its accounts, the lead first.
    lead : per item the row of the account that it shows.
    terms : per item every term, by name.
    """

    members: Sequence[Rows]
    lead: Rows
    terms: Mapping[str, Numbers]

    def __len__(self) -> int:
        return len(self.lead)


def ranked(
    strategy: Strategy,
    terms: Mapping[str, Numbers],
    *,
    served: Flags,
    account_id: Words,
    debtor_id: Words,
    work_group: Words,
    currency: Words,
    basis: Words,
    worth: Mapping[str, float],
) -> Ranking:
    """Group the served accounts by person and work group, and put the groups in the strategy's order.

    Parameters
    ----------
    terms : columns by name, as `value.terms` gives them.
    served : which rows no rule holds; the others are in no item.
    basis : whether an account's value is loss avoided or a fee; only one basis in one currency is summed.
    worth : the house's rates, as `currencies.comparable` reads them.
    """
    rows = np.flatnonzero(served)
    own = {name: column[rows] for name, column in terms.items()}
    rows = rows[_order(strategy, own, currency[rows], worth, account_id[rows])]
    _, first, group = np.unique(_key(debtor_id[rows], work_group[rows]), return_index=True, return_inverse=True)
    leads = rows[first]
    numbers = _of_groups(terms, rows, group, leads, np.char.add(basis, currency))
    order = _order(strategy, numbers, currency[leads], worth, account_id[leads])
    by_group = np.split(rows[np.argsort(group, kind="stable")], np.cumsum(np.bincount(group))[:-1]) if len(rows) else []
    return Ranking(
        members=[by_group[each] for each in order],
        lead=leads[order],
        terms={name: column[order] for name, column in numbers.items()},
    )


def _order(
    strategy: Strategy, columns: Mapping[str, Numbers], currency: Words, worth: Mapping[str, float], tie: Words
) -> Rows:
    sortable = []
    for key in strategy.sort:
        column = -columns[key.by] if key.descending else columns[key.by]
        sortable.append(_last_if_unknown(comparable(column, currency, worth) if strategy.is_money(key.by) else column))
    return np.lexsort([tie, *reversed(sortable)])  # lexsort's last key counts first


def _last_if_unknown(column: Numbers) -> Numbers:
    return np.where(np.isnan(column), np.inf, column)


def _of_groups(terms: Mapping[str, Numbers], rows: Rows, group: Rows, leads: Rows, kind: Words) -> dict[str, Numbers]:
    numbers = {name: column[leads] for name, column in terms.items()}
    like_lead = kind[rows] == kind[leads][group]
    for name in SUMMED:
        added = np.where(like_lead, np.nan_to_num(terms[name][rows]), 0.0)
        summed = np.bincount(group, weights=added, minlength=len(leads))
        numbers[name] = np.where(np.isnan(numbers[name]), np.nan, summed)
    numbers["value_minor"] = numbers["gross_minor"] - numbers["cost_minor"]
    numbers["priority_minor"] = per_minute(numbers["gross_minor"], numbers["expected_minutes"], numbers["cost_minor"])
    return numbers


def _key(debtor_id: Words, work_group: Words) -> Words:
    # Ids may hold any printable character, so the two are parted by one that is none.
    return np.char.add(np.char.add(debtor_id.astype(np.str_), "\x1f"), work_group.astype(np.str_))
