"""Order and grouping: one person and one work group is one item."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arrears.queues.rank import SUMMED, ranked
from arrears.queues.strategy import strategy

VALUE = strategy("value_at_risk")
SEVERITY = strategy("severity")


def rank(rows: Any, using=VALUE, worth=None):
    """Each row: account, debtor, work group, bucket rank, gross, balance, basis or basis and currency, held."""
    account, debtor, group, bucket, gross, balance, kind, held = zip(*rows, strict=True)
    basis, currency = zip(*((*each.split(), "USD")[:2] for each in kind), strict=True)
    gross_minor = np.array(gross, dtype=float)
    terms = {name: np.zeros(len(rows)) for name in (*SUMMED, "propensity")}
    terms |= {
        "bucket_rank": np.array(bucket, dtype=float),
        "gross_minor": gross_minor,
        "balance_minor": np.array(balance, dtype=float),
        "expected_minutes": np.full(len(rows), 2.0),
        "cost_minor": np.full(len(rows), 100.0),
        "value_minor": gross_minor - 100,
        "priority_minor": (gross_minor - 100) / 2,
    }
    return account, ranked(
        using,
        terms,
        served=~np.array(held),
        account_id=np.array(account),
        debtor_id=np.array(debtor),
        work_group=np.array(group),
        currency=np.array(currency),
        basis=np.array(basis),
        worth=worth or {},
    )


def listed(rows, using=VALUE, worth=None):
    account, ranking = rank(rows, using, worth)
    return [[account[row] for row in members] for members in ranking.members]


def test_the_most_valuable_comes_first():
    rows = [("a1", "d1", "", 1, 500, 10, "k", False), ("a2", "d2", "", 5, 900, 10, "k", False)]
    assert listed(rows) == [["a2"], ["a1"]]


def test_severity_looks_at_the_bucket_and_then_the_balance():
    rows = [
        ("a1", "d1", "", 2, 900, 10, "k", False),
        ("a2", "d2", "", 5, 100, 10, "k", False),
        ("a3", "d3", "", 5, 100, 30, "k", False),
    ]
    assert listed(rows, SEVERITY) == [["a3"], ["a2"], ["a1"]]


def test_a_tie_ends_at_the_account():
    rows = [(f"a{number}", f"d{number}", "", 1, 500, 10, "k", False) for number in (3, 1, 2)]
    assert listed(rows) == [["a1"], ["a2"], ["a3"]]


def test_two_accounts_of_one_person_and_client_are_one_item_worth_their_sum():
    rows = [
        ("a1", "d1", "c", 1, 500, 10, "k", False),
        ("a2", "d2", "c", 1, 900, 10, "k", False),
        ("a3", "d1", "c", 1, 700, 40, "k", False),
    ]
    _, ranking = rank(rows)
    assert listed(rows) == [["a3", "a1"], ["a2"]]
    # 12.00 together, less one call's 1.00, over its two minutes.
    assert ranking.terms["priority_minor"].tolist() == [550, 400]
    assert ranking.terms["balance_minor"].tolist() == [50, 10]


def test_accounts_of_two_clients_are_two_items():
    rows = [("a1", "d1", "c1", 1, 500, 10, "k", False), ("a2", "d1", "c2", 1, 900, 10, "k", False)]
    assert listed(rows) == [["a2"], ["a1"]]


def test_fees_are_never_added_to_losses_avoided():
    rows = [("a1", "d1", "", 1, 500, 10, "loss", False), ("a2", "d1", "", 8, 900, 40, "fee", False)]
    _, ranking = rank(rows)
    assert listed(rows) == [["a2", "a1"]]
    assert ranking.terms["gross_minor"].tolist() == [900]


RATES = {"USD": 1.0, "JPY": 0.01, "KWD": 3.0}


def in_currencies(*worths):
    """A person and account for each gross and currency, the balance the same."""
    return [
        (f"{code}{gross}", f"d{number}", "", 1, gross, gross, f"loss {code}", False)
        for number, (gross, code) in enumerate(worths)
    ]


def test_with_house_rates_a_yen_is_worth_what_it_is_worth_and_not_a_cent():
    # After a call's 100 minor units: 5 dollars, 4 dollars in yen, 6 dollars in dinars of a thousand fils.
    rows = in_currencies((600, "USD"), (500, "JPY"), (2_100, "KWD"))
    assert [one for (one,) in listed(rows, worth=RATES)] == ["KWD2100", "USD600", "JPY500"]


def test_without_a_rate_for_each_currency_the_best_of_each_comes_first_and_then_by_share():
    rows = in_currencies((900, "USD"), (800, "USD"), (700, "USD"), (600, "USD"), (90_000, "JPY"), (80_000, "JPY"))
    expected = ["JPY90000", "USD900", "USD800", "JPY80000", "USD700", "USD600"]
    assert [one for (one,) in listed(rows)] == expected
    assert [one for (one,) in listed(rows, worth={"USD": 1.0})] == expected


def test_severity_compares_buckets_across_currencies_and_balances_only_within_one():
    rows = [
        ("a1", "d1", "", 5, 0, 100, "loss USD", False),
        ("a2", "d2", "", 5, 0, 200, "loss USD", False),
        ("a3", "d3", "", 2, 0, 900_000, "loss JPY", False),
        ("a4", "d4", "", 5, 0, 90, "loss JPY", False),
    ]
    assert listed(rows, SEVERITY)[-1] == ["a3"]
    assert listed(rows, SEVERITY, RATES) == [["a2"], ["a1"], ["a4"], ["a3"]]


def test_a_persons_item_shows_the_account_worth_most_and_sums_only_its_currency():
    rows = [
        ("a1", "d1", "c", 1, 600, 10, "loss USD", False),
        ("a2", "d1", "c", 1, 500, 70_000, "loss JPY", False),
        ("a3", "d1", "c", 1, 300, 20, "loss USD", False),
    ]
    _, ranking = rank(rows, worth=RATES)
    assert listed(rows, worth=RATES) == [["a1", "a2", "a3"]]
    assert (ranking.terms["gross_minor"].tolist(), ranking.terms["balance_minor"].tolist()) == ([900], [30])


amounts = st.lists(st.tuples(st.integers(0, 5).map(lambda n: n * 100), st.sampled_from(["USD", "JPY"])), min_size=1)


@given(amounts, st.sampled_from([{}, RATES]))
def test_a_currencys_own_order_is_the_one_it_has_alone(amounts, worth):
    rows = in_currencies(*amounts)
    rows = [(f"a{number:03}", *row[1:]) for number, row in enumerate(rows)]
    whole = listed(rows, worth=worth)
    for code in ("USD", "JPY"):
        alone = [row for row in rows if row[6].endswith(code)]
        if alone:
            assert [item for item in whole if item[0] in {row[0] for row in alone}] == listed(alone)


@given(amounts)
def test_who_works_a_share_of_the_list_has_worked_that_share_of_every_currency(amounts):
    rows = in_currencies(*amounts)
    rows = [(f"a{number:03}", row[1], "", 1, number * 100, 0, row[6], False) for number, row in enumerate(rows)]
    kind = {row[0]: row[6] for row in rows}
    codes = [kind[account] for (account,) in listed(rows)]
    for done in range(len(codes) + 1):
        for code in set(codes):
            share = done / len(codes)
            assert abs(codes[:done].count(code) / codes.count(code) - share) <= 1 / codes.count(code)


def test_a_held_account_is_left_out_and_the_persons_other_one_stays():
    rows = [("a1", "d1", "", 1, 500, 10, "k", True), ("a2", "d1", "", 1, 100, 10, "k", False)]
    assert listed(rows) == [["a2"]]


def test_a_book_without_anybody_to_serve_has_no_items():
    assert listed([("a1", "d1", "", 1, 500, 10, "k", True)]) == []


books = st.lists(
    st.tuples(
        st.integers(1, 4).map("d{}".format),
        st.sampled_from(["", "c"]),
        st.integers(1, 8),
        st.integers(0, 3).map(lambda hundreds: hundreds * 100),
        st.booleans(),
    ),
    min_size=1,
    max_size=12,
)


@given(books)
@pytest.mark.parametrize("name", ["severity", "propensity", "value_at_risk"])
def test_every_served_account_is_in_one_item_and_no_held_one_in_any(name, book):
    rows = [
        (f"a{number:02}", debtor, group, bucket, gross, gross, "k", held)
        for number, (debtor, group, bucket, gross, held) in enumerate(book)
    ]
    items = listed(rows, strategy(name))
    assert sorted(account for item in items for account in item) == [row[0] for row in rows if not row[-1]]
    assert len(items) == len({row[1:3] for row in rows if not row[-1]})


@given(books, st.randoms())
def test_the_order_of_the_book_does_not_matter(book, random):
    rows = [
        (f"a{number:02}", debtor, group, bucket, gross, gross, "k", held)
        for number, (debtor, group, bucket, gross, held) in enumerate(book)
    ]
    shuffled = random.sample(rows, len(rows))
    assert listed(shuffled) == listed(rows)
