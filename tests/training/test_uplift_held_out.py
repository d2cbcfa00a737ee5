"""A log ranks its own rows by models that never saw them, and the selector reads the small world right."""

from typing import Any

import numpy as np
import pytest

from arrears.synthetic.small_world import CAPACITY, small_world
from training.uplift.double import DoubleLearner
from training.uplift.held_out import held_out
from training.uplift.lessons import Learner, Lessons
from training.uplift.selector import select
from training.uplift.single import SingleLearner
from training.uplift.trees import Size

SMALL = Size(rounds=30, leaves=8, rate=0.1, least_rows=30)
LEARNERS: list[Learner] = [SingleLearner(SMALL), DoubleLearner(SMALL)]
RUNS = 12


def drawn(seed, *, rows=3_000, effect=1.0, log="random") -> tuple[Lessons, Any, Any]:
    world, _ = small_world(seed, logged=rows, judged=10, effect=effect, log=log)
    book = world.logged
    lessons = Lessons(book.features, book.treated, book.probability, book.paid)
    return lessons, book.balance_minor.astype(float), np.arange(rows)


def test_a_row_is_ranked_by_none_that_learned_from_it():
    lessons, balance, debtor = drawn(1)
    told = held_out(lessons, balance, debtor, LEARNERS, size=SMALL)
    outcome = lessons.outcome.copy()
    outcome[7] = 1 - outcome[7]
    changed = held_out(
        Lessons(lessons.features, lessons.treated, lessons.probability, outcome), balance, debtor, LEARNERS, size=SMALL
    )
    for name, score in told.orders.items():
        assert changed.orders[name][7] == score[7]
    assert not np.array_equal(changed.orders["s_learner"], told.orders["s_learner"])


def test_rows_of_one_debtor_are_held_out_together():
    lessons, balance, debtor = drawn(1)
    twins = debtor // 2
    outcome = lessons.outcome.copy()
    outcome[6] = 1 - outcome[6]
    other = Lessons(lessons.features, lessons.treated, lessons.probability, outcome)
    told, changed = (held_out(each, balance, twins, LEARNERS, size=SMALL) for each in (lessons, other))
    assert changed.orders["s_learner"][7] == told.orders["s_learner"][7]


def test_the_outcome_that_judges_is_cash():
    lessons, balance, debtor = drawn(1)
    told = held_out(lessons, balance, debtor, LEARNERS, size=SMALL)
    assert np.array_equal(told.choices.outcome, lessons.outcome * balance)


@pytest.fixture(scope="module")
def worlds_without_effect():
    return [held_out(*drawn(seed, effect=0.0, rows=2_000), LEARNERS, seed=seed, size=SMALL) for seed in range(RUNS)]


@pytest.mark.parametrize("proof", ["beats", "adds"])
def test_in_a_world_without_effect_no_learner_is_chosen_but_by_rare_luck(worlds_without_effect, proof):
    found = [
        select(
            "all",
            told.orders,
            told.choices,
            told.predicted,
            told.balance,
            capacity=CAPACITY,
            currency="USD",
            proof=proof,
        )
        for told in worlds_without_effect
    ]
    assert sum(each.is_uplift for each in found) <= 1
