"""Whom a plan counts, a night enrols: both see the same accounts of a debtor."""

from datetime import date

import numpy as np
import pytest

from arrears.experiments.placed import placed
from serving.gate.book import questions, read_book
from serving.past_spread import in_cohort
from tests.experiments.designs import changed
from tests.night.desk_book import account, debtor, lake_of, people, statement

EVENING = date(2026, 6, 12)


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    """D1 and D2 owe 900 each; D2 has a large account that is current, and D3 owes by a second account that is late."""
    tables = people("D1", "D2")
    tables["debtors"].append(debtor("D3"))
    tables["accounts"] += [account("A9", "D2"), account("A3", "D3"), account("A4", "D3")]
    current = {"balance": 50_000, "past_due": 0, "days_past_due": 0}
    late = {"balance": 400, "past_due": 40, "days_past_due": 70}
    tables["statements"] += [statement("A9", **current), statement("A3"), statement("A4", **late)]
    return lake_of(tmp_path_factory.mktemp("planned"), tables)


def by_the_night(lake, cohort):
    with lake.connect() as con:
        book = read_book(con, questions(lake.present, lake.settings), EVENING)
    stand = placed(
        debtor_id=book.debtor_id,
        account_id=book.account_id,
        currency=book.currency,
        bucket_rank=book.bucket_rank,
        balance_minor=book.balance_minor,
        past_due_minor=book.past_due_minor,
    )
    lead = stand.lead
    holds = cohort.holds(
        currency=book.currency[lead],
        bucket=book.bucket[lead],
        client=book.client[lead],
        entry=np.full(len(lead), "stock"),
        balance_minor=stand.owed,
    )
    return stand.debtor_id[holds].tolist()


@pytest.mark.parametrize(
    ("cohort", "found"),
    [
        ({"balance_below_minor": 100_000}, ["D1", "D2"]),
        ({"balance_below_minor": 90_000}, []),
        ({"buckets": ["60-89"], "balance_from_minor": 130_000}, ["D3"]),
        ({"buckets": ["60-89"], "balance_from_minor": 130_001}, []),
        ({"buckets": ["CURRENT", "30-59"]}, ["D1", "D2"]),
        ({"currency": "EUR"}, []),
    ],
)
def test_an_account_that_is_not_past_due_moves_nobody(lake, cohort, found):
    own = changed(cohort={"buckets": ["30-59"], "balance_bands_minor": [], **cohort}, strata=[]).cohort
    assert in_cohort(own, lake, EVENING).debtor_id == found
    assert by_the_night(lake, own) == found
