"""The planted effect is what happens: computed effects agree with worlds in which lots were drawn."""

from __future__ import annotations

import numpy as np
import pytest

from arrears.synthetic import Actions, World, effect_of
from arrears.synthetic.contacting import LETTER, lead_accounts, listening
from arrears.synthetic.effects import effects_of
from arrears.synthetic.policy import late_groups
from tests.synthetic.stepping import cash_by_group, with_other_luck, world_on

HORIZON, REPEATS = 30, 20


def _callable(world: World) -> tuple[np.ndarray, np.ndarray]:
    """Late groups, and the hour at which each's debtor answers best."""
    groups = late_groups(world)
    kinds = world.setting.people.hours[world.setting.accounts.group_debtor[groups]]
    return groups, np.argmax(world.setting.hour_shares, axis=1)[kinds]


def _shares(world: World, groups: np.ndarray, minor: np.ndarray) -> np.ndarray:
    """Cash relative to what the group's latest account would have to pay, so that no large debt drowns the others."""
    lead = lead_accounts(world.setting, world.state, groups)
    return minor / (world.setting.accounts.due_minor[lead] * (world.state.cycles[lead] + 1))


def _alone(world: World) -> list[np.ndarray]:
    """Cash of the late groups if nobody is contacted, once for each drawing of the coming days."""
    groups = late_groups(world)
    return [_shares(world, groups, _cash(world, luck, Actions.none())) for luck in range(REPEATS)]


def _cash(world: World, luck: int, actions: Actions) -> np.ndarray:
    groups = late_groups(world)
    accounts, _ = listening(world.setting, world.state, groups)
    return cash_by_group(with_other_luck(world, luck), actions, accounts, HORIZON)[groups]


def _added(world: World, actions: Actions, alone: list[np.ndarray]) -> np.ndarray:
    """(repeats,) what the actions add to the mean cash of the late groups."""
    groups = late_groups(world)
    return np.asarray(
        [(_shares(world, groups, _cash(world, luck, actions)) - alone[luck]).mean() for luck in range(REPEATS)]
    )


def _z(found: np.ndarray, expected: float) -> float:
    return float((found.mean() - expected) / (found.std(ddof=1) / np.sqrt(len(found))))


@pytest.fixture(scope="module")
def world() -> World:
    return world_on(70, debtors=4_000, seed=4)


@pytest.fixture(scope="module")
def alone(world: World) -> list[np.ndarray]:
    return _alone(world)


def test_expected_cash_is_what_comes_when_nobody_is_contacted(world: World, alone: list[np.ndarray]) -> None:
    groups = late_groups(world)
    expected = _shares(world, groups, effect_of(world, groups).without_minor).mean()
    came = np.asarray([cash.mean() for cash in alone])
    assert abs(_z(came, expected)) < 4
    assert came.std() / np.sqrt(REPEATS) < 0.05 * expected


def test_a_call_adds_what_the_truth_says(world: World, alone: list[np.ndarray]) -> None:
    groups, hours = _callable(world)
    added = _added(world, Actions.calls(groups, hours), alone)
    planted = _shares(world, groups, effect_of(world, groups, hours=hours).effect_minor).mean()
    assert abs(_z(added, planted)) < 4
    assert _z(added, 0.0) > 5


def test_letters_add_what_the_truth_says(world: World, alone: list[np.ndarray]) -> None:
    groups = late_groups(world)
    letters = Actions(groups, *(np.full(len(groups), value) for value in (LETTER, 10, 0)))
    added = _added(world, letters, alone)
    planted = _shares(world, groups, effect_of(world, groups, channel=LETTER).effect_minor).mean()
    assert abs(_z(added, planted)) < 4
    assert _z(added, 0.0) > 3


def test_drawing_lots_for_calls_recovers_the_effect(world: World) -> None:
    """A randomised day among those whom a call should move most: the halves are compared as an experimenter would."""
    groups, hours = _callable(world)
    effect = effect_of(world, groups, hours=hours)
    planted = _shares(world, groups, effect.effect_minor)
    asked = planted > np.quantile(planted, 0.6)
    found = []
    for luck in range(3 * REPEATS):
        heads = asked & (np.random.default_rng(luck).random(len(groups)) < 0.5)
        cash = _cash(world, luck, Actions.calls(groups[heads], hours[heads]))
        # What was expected anyway is known here; taking it off makes the halves alike with fewer debtors.
        left = _shares(world, groups, cash - effect.without_minor)
        found.append(left[heads].mean() - left[asked & ~heads].mean())
    assert abs(_z(np.asarray(found), planted[asked].mean())) < 4
    assert _z(np.asarray(found), 0.0) > 2.5


def test_all_channels_together_say_the_same_as_each_alone(world: World) -> None:
    groups = late_groups(world)[:300]
    together = effects_of(world, groups)
    for channel, effect in together.items():
        alone = effect_of(world, groups, channel=channel)
        np.testing.assert_allclose(effect.effect_minor, alone.effect_minor, rtol=1e-9, atol=1e-6)


def test_a_call_to_one_changes_nothing_for_the_others(world: World) -> None:
    groups, hours = _callable(world)
    everything = np.arange(len(world.setting.accounts))
    called = cash_by_group(world, Actions.calls(groups[::2], hours[::2]), everything, HORIZON)
    alone = cash_by_group(world, Actions.none(), everything, HORIZON)
    others = np.setdiff1d(np.arange(world.setting.accounts.groups), groups[::2])
    np.testing.assert_array_equal(called[others], alone[others])
    assert (called != alone).any()


def test_where_nothing_is_planted_a_call_changes_no_payment() -> None:
    world = world_on(70, debtors=1_500, seed=1, name="no_effect")
    groups, hours = _callable(world)
    everything = np.arange(len(world.setting.accounts))
    called = cash_by_group(world, Actions.calls(groups, hours), everything, HORIZON)
    np.testing.assert_array_equal(called, cash_by_group(world, Actions.none(), everything, HORIZON))
    np.testing.assert_allclose(effect_of(world, groups, hours=hours).effect_minor, 0, atol=1e-6)


def test_where_severity_should_win_the_worst_bucket_and_balance_gain_the_most() -> None:
    shares = {}
    for name in ("severity_wins", "usual"):
        world = world_on(70, debtors=4_000, seed=2, name=name)
        groups, hours = _callable(world)
        effect = effect_of(world, groups, hours=hours).effect_minor
        lead = lead_accounts(world.setting, world.state, groups)
        order = np.lexsort((-world.setting.accounts.principal_minor[lead], -world.state.cycles[lead]))
        most = len(groups) // 10
        shares[name] = effect[order[:most]].sum() / np.sort(effect)[::-1][:most].sum()
    assert shares["severity_wins"] > 0.85
    assert shares["usual"] < 0.6


def test_a_call_acts_over_days_and_what_it_only_brought_forward_is_not_counted_twice(world: World) -> None:
    groups, hours = _callable(world)
    total = {
        days: effect_of(world, groups, hours=hours, horizon_days=days).effect_minor.sum() for days in (1, 7, 30, 60)
    }
    assert 0 < total[1] < total[7]
    assert 0 < total[60] < total[7]
