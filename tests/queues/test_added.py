"""What a call adds, in money: by hand for each ranking, and exactly value at risk where nothing is proved."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arrears.queues.added import AT_RISK, REPAYMENT, RESPONSE, UPLIFT, Added, nothing_told
from arrears.queues.rank import ranked
from arrears.queues.strategy import strategy
from arrears.queues.value import terms
from tests.worths import LOSS, worth

INCREMENTAL, AT_RISK_ORDER = strategy("incremental_value"), strategy("value_at_risk")


def added(ranking, *, share=np.nan, minor=np.nan):
    return Added(
        *(np.array([value]) for value in (ranking, share, minor, 0.25)), *map(np.atleast_1d, (900.0, 100.0, 2e3))
    )


def test_before_charge_off_a_call_adds_the_loss_that_not_rolling_saves():
    found = terms(worth(), LOSS, adds=added(UPLIFT, share=0.02))
    # 1,000.00 owed, 0.40 of it lost if it rolls and 0.086 if not: 314.00 at stake, of which two in a hundred are added.
    # Less 2.64 minutes at 0.60, per minute.
    assert found["stake_minor"][0] == pytest.approx(31_400)
    assert found["gross_minor"][0] == pytest.approx(628)
    assert found["priority_minor"][0] == pytest.approx((628 - 158.4) / 2.64)
    assert [found[name][0] for name in ("ranking", "added_share", "segment_adds_minor")] == [1.0, 0.02, 900.0]
    assert (found["segment_low_minor"][0], found["segment_high_minor"][0]) == (100.0, 2_000.0)


def test_where_no_bucket_follows_it_adds_the_fee_on_what_comes_in():
    found = terms(worth(is_agency=True), LOSS, adds=added(UPLIFT, share=0.02))
    assert found["gross_minor"][0] == pytest.approx(0.02 * 100_000 * 0.25)


@pytest.mark.parametrize(
    ("ranking", "own", "gross", "share"),
    [(REPAYMENT, {"share": 0.01}, 314.0, 0.01), (RESPONSE, {"minor": 157.0}, 157.0, 0.005)],
)
def test_another_ranking_is_put_to_money(ranking, own, gross, share):
    found = terms(worth(), LOSS, adds=added(ranking, **own))
    assert found["gross_minor"][0] == pytest.approx(gross)
    assert found["added_share"][0] == pytest.approx(share)


def test_what_is_at_risk_is_told_beside_what_a_call_adds():
    plain, incremental = terms(worth(), LOSS), terms(worth(), LOSS, adds=added(UPLIFT, share=0.02))
    assert incremental["at_risk_minor"] == plain["gross_minor"] != incremental["gross_minor"]


def test_a_call_that_does_harm_stands_behind_one_that_does_nothing():
    harms, nothing = (terms(worth(), LOSS, adds=added(UPLIFT, share=share)) for share in (-0.01, 0.0))
    assert harms["priority_minor"][0] < nothing["priority_minor"][0] < 0


books = st.lists(
    st.tuples(st.integers(0, 5), st.floats(1e3, 1e7), st.floats(0.01, 0.99), st.floats(0.01, 0.99), st.booleans()),
    min_size=1,
    max_size=30,
)


def book_of(rows):
    debtor, balance, propensity, p_roll, is_agency = (np.array(column) for column in zip(*rows, strict=True))
    told = {"balance_minor": balance, "propensity": propensity, "p_roll": p_roll, "is_agency": is_agency}
    return replace(worth(rows=len(rows)), **told), debtor.astype(np.str_)


def listed(using, columns, debtor):
    names = np.array([f"a{row:03}" for row in range(len(debtor))])
    kinds = {"work_group": np.full(len(debtor), "bank"), "currency": np.full(len(debtor), "USD")}
    basis = np.where(np.isnan(columns["exposure_minor"]), "fee", "loss")
    served = np.ones(len(debtor), dtype=np.bool_)
    return ranked(using, columns, served=served, account_id=names, debtor_id=debtor, basis=basis, worth={}, **kinds)


@given(books)
def test_where_nobody_knows_what_a_call_adds_the_order_is_that_of_value_at_risk(rows):
    told, debtor = book_of(rows)
    found = listed(INCREMENTAL, terms(told, LOSS, adds=nothing_told(len(debtor))), debtor)
    expected = listed(AT_RISK_ORDER, terms(told, LOSS), debtor)
    assert [each.tolist() for each in found.members] == [each.tolist() for each in expected.members]
    assert np.array_equal(found.terms["priority_minor"], expected.terms["priority_minor"])


@given(books, st.floats(-0.5, 0.5), st.floats(0.02, 1.0))
def test_a_segment_without_proof_is_worth_the_share_of_what_is_at_risk_that_calls_save(rows, share, saved):
    told, debtor = book_of(rows)
    proved = np.arange(len(debtor)) % 2 == 1
    plain, unknown = terms(told, LOSS), np.full(len(debtor), np.nan)
    ranking, shares = np.where(proved, UPLIFT, AT_RISK), np.where(proved, share, np.nan)
    adds = Added(ranking, shares, unknown, np.full(len(debtor), saved), unknown, unknown, unknown)
    found = terms(told, LOSS, adds=adds)
    assert found["gross_minor"][~proved] == pytest.approx(saved * plain["gross_minor"][~proved])
    assert found["saved_share"][~proved] == pytest.approx(saved)
    assert np.isnan(found["saved_share"][proved]).all()
    assert found["gross_minor"][proved] == pytest.approx(share * found["stake_minor"][proved])
