"""The selector takes what a held-out log proves, and value at risk where the log proves nothing."""

import json

import numpy as np
import pytest

from arrears.errors import BadInput, WrongUse
from training.policy_value.choices import Choices
from training.policy_value.doubly_robust import Predicted
from training.uplift.candidates import holm
from training.uplift.rankings import VALUE_AT_RISK, rankings, worked
from training.uplift.selector import select, select_each

CAPACITY = 0.2
RUNS = 100


def world(seed, *, effect=0.3, rows=4_000, chance=0.5):
    """Those with x above 0 are moved by a call, whatever they owe; who pays anyway is another matter."""
    random = np.random.default_rng(seed)
    x, alone = random.standard_normal(rows), random.uniform(0.05, 0.6, rows)
    balance = np.exp(random.normal(4, 0.7, rows))
    chance = np.broadcast_to(np.asarray(chance, dtype=float), rows).copy()
    acted = random.random(rows) < chance
    paid = random.random(rows) < alone + effect * acted * (x > 0)
    choices = Choices(acted, chance, paid * balance, np.arange(rows))
    orders = rankings(alone, balance, {"knows": (x > 0) + 0.01, "noise": random.standard_normal(rows)}, seed=seed)
    return orders, choices, Predicted((alone + effect / 2) * balance, alone * balance), balance


def chosen(seed, **told):
    return select("all", *world(seed, **told), capacity=CAPACITY, currency="USD")


def test_a_learner_that_knows_whom_a_call_moves_is_chosen():
    found = chosen(1)
    assert found.chosen == "knows"
    assert found.is_uplift
    assert "knows is proved better: it leads value at risk by" in found.because


def test_its_lead_is_an_interval_above_nothing():
    lead = chosen(1).candidate("knows").beats
    assert 0 < lead.low < lead.estimate < lead.high


@pytest.fixture(scope="module")
def worlds_without_effect():
    return [world(seed, effect=0.0, rows=2_000) for seed in range(RUNS)]


@pytest.mark.parametrize("proof", ["beats", "adds"])
def test_without_any_effect_uplift_is_chosen_in_one_run_of_twenty_at_most(worlds_without_effect, proof):
    found = [select("all", *told, capacity=CAPACITY, currency="USD", proof=proof) for told in worlds_without_effect]
    assert np.mean([each.is_uplift for each in found]) <= 0.05
    # Any other order at all is bounded by the same level; so few runs may lie two errors above it.
    assert np.mean([each.chosen != VALUE_AT_RISK for each in found]) <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / RUNS)


def test_without_any_effect_the_reason_names_the_best_try_and_its_luck():
    assert "value at risk stands: the best other order" in chosen(3, effect=0.0).because


@pytest.mark.parametrize("proof", ["beats", "adds"])
def test_where_the_log_never_did_otherwise_value_at_risk_stands_and_says_why(proof):
    orders, *_ = world(2)
    rule = worked(orders["repayment"], CAPACITY).astype(float)
    found = select("all", *world(2, chance=rule), capacity=CAPACITY, currency="USD", proof=proof)
    assert found.chosen == VALUE_AT_RISK
    assert "had no chance in the log" in found.because
    assert found.candidate("knows").adds is None


def test_a_log_that_explores_a_little_is_enough_where_rows_are_many():
    orders, *_ = world(2, rows=60_000)
    rule = np.where(worked(orders["repayment"], CAPACITY), 0.9, 0.1)
    assert chosen(2, chance=rule, rows=60_000).chosen == "knows"


def test_by_scale_the_reason_tells_both_what_is_added_and_the_lead():
    found = select("all", *world(1), capacity=CAPACITY, currency="USD", proof="adds")
    assert found.chosen == "knows"
    assert found.because.startswith("Working by knows adds $")
    assert "by effects put to scale it leads value at risk by $" in found.because


def test_by_scale_without_effect_the_reason_is_that_nothing_adds():
    found = select("all", *world(3, effect=0.0), capacity=CAPACITY, currency="USD", proof="adds")
    assert found.because == "value at risk stands: no other order is proved to add anything over working nobody."


def test_by_scale_an_order_that_adds_less_does_not_take_the_place():
    orders, *told = world(1, effect=0.3)
    told_less = {name: orders[name] for name in (VALUE_AT_RISK, "noise", "repayment")}
    found = select("all", told_less, *told, capacity=CAPACITY, currency="USD", proof="adds")
    assert found.chosen == VALUE_AT_RISK
    assert "the best other order that adds something, repayment, leads it by" in found.because


def test_by_scale_a_lead_must_be_as_many_of_its_errors_as_are_asked_for():
    orders, *told = world(1)
    orders = {name: orders[name] for name in (VALUE_AT_RISK, "knows")}

    def with_least(lead):
        return select("all", orders, *told, capacity=CAPACITY, currency="USD", proof="adds", least_lead=lead)

    own = with_least(0.0).candidate("knows").expected
    errors = own.estimate / own.standard_error
    assert with_least(0.99 * errors).chosen == "knows"
    found = with_least(1.01 * errors)
    assert found.chosen == VALUE_AT_RISK
    assert "of its standard errors is asked for" in found.because


def test_a_handful_of_rows_proves_nothing():
    found = chosen(1, rows=80)
    assert found.chosen == VALUE_AT_RISK
    assert "effective rows tell" in found.candidate("knows").unknown


def test_each_segment_has_its_own_selection():
    (with_effect, first, said, balance), (without, second, other, _) = world(1), world(1, effect=0.0)
    found = select_each(
        np.repeat(["moved", "unmoved"], 4_000),
        {name: np.concatenate([with_effect[name], without[name]]) for name in with_effect},
        Choices(
            np.concatenate([first.acted, second.acted]),
            np.concatenate([first.chance, second.chance]),
            np.concatenate([first.outcome, second.outcome]),
            np.arange(8_000),
        ),
        Predicted(*(np.concatenate([getattr(said, part), getattr(other, part)]) for part in ("if_acted", "if_not"))),
        np.concatenate([balance, balance]),
        capacity=CAPACITY,
        currency="USD",
    )
    assert {name: each.chosen for name, each in found.items()} == {"moved": "knows", "unmoved": VALUE_AT_RISK}
    assert found["moved"].rows == 4_000


def test_that_something_is_added_is_easier_to_prove_than_that_one_order_is_better():
    strict, lenient = (
        [
            select("all", *world(seed, rows=1_000), capacity=CAPACITY, currency="USD", proof=proof).is_uplift
            for seed in range(30)
        ]
        for proof in ("beats", "adds")
    )
    assert sum(strict) < sum(lenient)


def test_the_selection_is_a_document():
    document = json.loads(json.dumps(chosen(1).document()))
    assert document["chosen"] == "knows"
    assert {each["name"] for each in document["candidates"]} >= {"random", "response", "repayment", VALUE_AT_RISK}


@pytest.mark.parametrize(("capacity", "fallback"), [(0.0, VALUE_AT_RISK), (1.0, VALUE_AT_RISK), (0.1, "unheard_of")])
def test_what_cannot_be_chosen_is_refused(capacity, fallback):
    with pytest.raises(WrongUse, match="choose a ranking for all"):
        select("all", *world(1, rows=200), capacity=capacity, currency="USD", fallback=fallback)


def test_rows_without_a_balance_are_refused():
    orders, choices, predicted, balance = world(1, rows=200)
    balance[:3] = 0
    with pytest.raises(BadInput, match="3 of 200 rows"):
        select("all", orders, choices, predicted, balance, capacity=CAPACITY, currency="USD")


def test_holm_is_bonferroni_for_the_surest_and_grows_no_smaller_after_it():
    assert holm([0.2, 0.001, 0.02]) == pytest.approx([0.2, 0.003, 0.04])
    assert holm([0.5, 0.9]) == [1.0, 1.0]
    assert holm([]) == []
