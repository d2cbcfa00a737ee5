"""Where a debtor stands: one function for the night that enrols and the plan that counts."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from arrears.experiments.placed import placed

ACCOUNTS = st.lists(
    st.tuples(
        st.sampled_from(["D1", "D2", "D3"]),
        st.sampled_from(["USD", "EUR"]),
        st.integers(1, 8),
        st.none() | st.integers(0, 5),
        st.none() | st.integers(0, 3),
    ),
    min_size=1,
    max_size=8,
)


def amounts(told):
    return np.array([math.nan if each is None else float(each) for each in told])


def by_hand(rows):
    """Of each debtor its leading account and what it owes, one row after the other."""
    found = {}
    for who in sorted({row[1] for row in rows}):
        own = [row for row in rows if row[1] == who]
        lead = min(own, key=lambda row: (-row[3], -(row[4] or 0), row[0]))
        alike = [row for row in own if row[2] == lead[2]]
        found[who] = (lead[0], sum((row[5] or 0) if row[4] is None else row[4] for row in alike))
    return found


@given(ACCOUNTS)
def test_the_latest_account_leads_and_the_balances_of_its_currency_count(told):
    rows = [(f"A{place}", *each) for place, each in enumerate(told)]
    account, who, currency, rank, balance, past_due = (list(column) for column in zip(*rows, strict=True))
    stand = placed(
        debtor_id=np.array(who),
        account_id=np.array(account),
        currency=np.array(currency),
        bucket_rank=np.array(rank),
        balance_minor=amounts(balance),
        past_due_minor=amounts(past_due),
    )
    leads = [account[place] for place in stand.lead.tolist()]
    found = dict(zip(stand.debtor_id.tolist(), zip(leads, stand.owed.tolist(), strict=True), strict=True))
    assert found == by_hand(rows)


def test_nobody_is_placed_in_an_empty_book():
    words, numbers = np.array([], dtype=np.str_), np.array([], dtype=np.float64)
    stand = placed(
        debtor_id=words,
        account_id=words,
        currency=words,
        bucket_rank=np.array([], dtype=np.int64),
        balance_minor=numbers,
        past_due_minor=numbers,
    )
    assert (len(stand.debtor_id), len(stand.lead), len(stand.owed)) == (0, 0, 0)
