"""A night on the built-in portfolio: the counts everybody can check, and everything an item must carry."""

import math
from datetime import date
from itertools import pairwise

import pytest
from sqlalchemy import text

from arrears.buckets import AGEING, Bucket
from arrears.queues import store


@pytest.fixture
def connection(night_database):
    with night_database.connect() as connection:
        yield connection


@pytest.fixture
def night(connection):
    return store.night(connection, 1)


def test_of_6818_past_due_accounts_1689_owe_nothing_and_5129_are_served(night):
    assert (night.past_due, night.held, night.served) == (6_818, 1_689, 5_129)
    assert night.held_by_reason == {"nothing_owed": 1_689}


def test_what_the_night_says_is_what_its_tables_hold(connection, night):
    assert store.items(connection, night.night_id).total == 5_129
    assert store.held(connection, night.night_id).total == 1_689
    (count,) = store.held_by_reason(connection, night.night_id)
    assert (count.code, count.accounts, count.open_ended) == ("nothing_owed", 1_689, 1_689)


def test_aging_of_the_past_due_book_is_the_datas_own(connection, night):
    counts = {total.bucket: total.accounts for total in store.aging(connection, night.night_id)}
    assert list(counts.values()) == [3_688, 2_667, 322, 76, 26, 11, 28]
    assert list(counts) == [str(bucket) for bucket in AGEING[1:]]


def test_no_held_account_is_in_any_item(connection, night):
    both = """
        SELECT count(*) FROM (SELECT night_id, unnest(accounts) AS account_id FROM work_items) AS served
        JOIN night_accounts USING (night_id, account_id) WHERE night_id = :night AND verdict = 'held'
    """
    assert connection.execute(text(both), {"night": night.night_id}).scalar_one() == 0


def test_every_item_says_how_it_came_to_be(connection, night):
    item = store.items(connection, night.night_id, limit=1).rows[0]
    assert item.as_of == date(2005, 9, 30)
    assert (item.propensity_model, item.propensity_version) == ("propensity", "rules-1")
    assert (item.roll_rate_model, item.roll_rate_version) == ("roll_rate", "rules-1")
    assert (item.strategy_name, item.strategy_version) == ("value_at_risk", "1")
    assert (item.experiment, item.arm) == (None, None)
    assert 0.985 < item.chosen_with_probability < 1, "unless it is drawn by lot, the best item is worked"
    assert item.feature_fingerprint == night.feature_fingerprint
    assert (item.verdict, item.lane, item.state) == ("allowed", "pay", "ready")
    assert item.stop_roll_minor > 0
    assert item.rolls_on > item.as_of


def test_the_formula_of_every_item_comes_out_by_its_own_terms(connection, night):
    for item in store.open_items(connection, night.night_id):
        terms = item.terms
        if terms["exposure_minor"] is None:
            gross = terms["propensity"] * terms["amount_minor"] * terms["fee_share"]
        else:
            loss = terms["loss_if_rolled"] - terms["loss_if_not"]
            gross = terms["exposure_minor"] * terms["p_roll"] * loss * terms["p_contact"]
        assert math.isclose(item.priority, (gross - terms["cost_minor"]) / terms["expected_minutes"], rel_tol=1e-9)


def test_only_the_oldest_bucket_is_worth_a_fee(connection, night):
    fees = {item.bucket for item in store.open_items(connection, night.night_id) if item.terms["fee_share"] is not None}
    assert fees == {str(Bucket.D180)}


def test_ranks_go_from_one_on_and_priority_never_rises(connection, night):
    items = store.open_items(connection, night.night_id)
    assert [item.rank for item in items] == list(range(1, 5_130))
    assert all(ahead.priority >= behind.priority for ahead, behind in pairwise(items))


def test_terms_are_explained_in_the_order_of_the_formula(connection, night):
    item = store.items(connection, night.night_id, limit=1).rows[0]
    told = night.explain(item.terms)
    assert [term.name for term in told][:4] == ["exposure_minor", "p_roll", "loss_if_rolled", "loss_if_not"]
    assert told[0].unit == "money"


def test_losses_grow_with_the_bucket(night):
    shares = [night.loss_factors[str(bucket)] for bucket in AGEING]
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(0.88)  # 180+ is the loss, of which the recovery setting takes 12 %
