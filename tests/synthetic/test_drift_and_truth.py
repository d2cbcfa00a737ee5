"""A drift shifts what it says it shifts, and a world goes on from its truth as if it had never stopped."""

from __future__ import annotations

import duckdb
import numpy as np
import pytest

from arrears.errors import WrongUse
from arrears.synthetic import Actions, Made, World, effect_of, open_world, setting
from arrears.synthetic.parameters import parameters_of
from arrears.synthetic.policy import decide, late_groups
from tests.synthetic.stepping import world_on


def test_a_world_goes_on_from_its_truth(made_world: Made) -> None:
    """Worked in memory without files for as long, it stands where the truth says."""
    made = made_world.setting
    again = World.new(setting(debtors=made.debtors, days=made.days, seed=made.seed))
    for day in range(made.days):
        again.step(day, decide(again)[0])
    opened = open_world(made_world.truth)
    assert opened.day == made.days
    np.testing.assert_array_equal(opened.state.cycles, again.state.cycles)
    first, second = (one.step(made.days, Actions.none()).payments for one in (opened, again))
    np.testing.assert_array_equal(first.account, second.account)


def test_the_truth_of_an_effect_is_what_the_world_computes(made_world: Made) -> None:
    world = open_world(made_world.truth)
    groups = late_groups(world)
    told = (
        duckdb.connect()
        .execute(f"SELECT call_effect, best_hour FROM '{made_world.truth}/effects.parquet'")
        .fetchnumpy()
    )
    found = effect_of(world, groups, hours=np.asarray(told["best_hour"], np.int64)).effect_minor / 100
    np.testing.assert_allclose(told["call_effect"], found, rtol=1e-9, atol=1e-9)


def test_every_contact_in_the_source_was_chosen_with_a_logged_probability(made_world: Made) -> None:
    contacts, logged, least, most = (
        duckdb.connect()
        .execute(
            "SELECT count(*), count(decided.decision_id), min(chosen_with_probability), max(chosen_with_probability)"
            f" FROM '{made_world.source}/contacts.parquet' AS contacts"
            f" LEFT JOIN (FROM '{made_world.truth}/decisions.parquet' WHERE chosen) AS decided USING (decision_id)"
            " WHERE contacts.direction = 'out'"
        )
        .fetchall()[0]
    )
    assert contacts == logged > 1000
    assert 0 < least < 0.1
    assert 0.5 < most < 1


def test_logged_probabilities_are_those_of_the_choices(made_world: Made) -> None:
    chosen, expected, variance = (
        duckdb.connect()
        .execute(
            "SELECT sum(chosen::INT), sum(probability), sum(probability * (1 - probability)) FROM"
            " (SELECT chosen, chosen_with_probability AS probability, kept_with_probability AS kept"
            f" FROM '{made_world.truth}/decisions.parquet') WHERE kept = 1"
        )
        .fetchall()[0]
    )
    assert abs(chosen - expected) < 4 * variance**0.5


def test_nothing_drifts_before_its_day_and_much_after() -> None:
    plain, drifting = (World.new(setting(debtors=800, days=100, seed=2, drift=drift)) for drift in (False, True))
    for day in range(100):
        if day == drifting.setting.drift_day:
            np.testing.assert_array_equal(plain.state.cycles, drifting.state.cycles)
        plain.step(day, decide(plain)[0])
        drifting.step(day, decide(drifting)[0])
    assert (plain.state.cycles != drifting.state.cycles).any()


def test_after_the_drift_talks_add_less_and_numbers_answer_less() -> None:
    made = setting(debtors=1_000, days=100, seed=2, drift=True)
    world = world_on(50, debtors=1_000, seed=2, days=100)
    groups = late_groups(world)
    drifting = World(made, world.state, made.drift_day)
    plain = World(world.setting, world.state, made.drift_day)
    after, beside = (effect_of(one, groups) for one in (drifting, plain))
    unbounded = beside.reach < 0.5  # a chance near 1 is cut
    np.testing.assert_allclose(after.reach[unbounded], beside.reach[unbounded] * made.given.drift.reach, rtol=1e-9)
    assert after.effect_minor.sum() < 0.8 * beside.effect_minor.sum()


def test_a_day_is_worked_once() -> None:
    world = World.new(setting(debtors=50, days=40, seed=1))
    world.step(0, Actions.none())
    with pytest.raises(WrongUse, match="morning of day 1"):
        world.step(0, Actions.none())


def test_a_world_nobody_described_is_refused() -> None:
    with pytest.raises(WrongUse, match="no such world"):
        parameters_of("sunny")


def test_a_folder_without_a_world_is_refused(made_world: Made) -> None:
    with pytest.raises(WrongUse, match=r"no world\.json"):
        open_world(made_world.source)
