"""The moments of a logged past, and the order that is learned from them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from arrears.synthetic import World, setting
from arrears.synthetic.contacting import CALL
from arrears.synthetic.policy import decide
from training.sequential.episodes import ENDED
from training.simulation.learned import Learned, learn
from training.simulation.log import live
from training.simulation.moments import Moments, replayed
from training.simulation.morning import morning_of
from training.simulation.observed import Observed
from training.simulation.sequential_strategy import HOW, Sequential, sequential
from training.simulation.simulate import CAPACITY, WARM_DAYS, settings_of_world
from training.simulation.strategies import IncrementalValue, Planned

DEBTORS, HISTORY, SEED = 3_000, 150, 4
MINUTES = (1.5, 6.0)
QUICK = replace(HOW, rounds=2, caution=replace(HOW.caution, members=2))


@pytest.fixture(scope="module")
def morning_world() -> tuple[World, Observed, Learned, Moments]:
    made = setting(debtors=DEBTORS, days=HISTORY + 10, seed=SEED)
    settings = settings_of_world(made.given)
    world, observed = World.new(made), Observed(made, settings)
    past = live(world, observed, warm=WARM_DAYS, until=HISTORY, progress=lambda: None)
    learned = learn(past, made.people.business, capacity=CAPACITY, seed=SEED)
    return world, observed, learned, replayed(made, settings, warm=WARM_DAYS, until=HISTORY)


def planned_of(observed: Observed) -> Planned:
    morning = morning_of(observed, observed.past_due_groups())
    return Planned(morning, np.full(len(morning), 10), np.full(len(morning), 0.1), np.full(len(morning), 2.1))


def columns(moments: Moments) -> tuple[np.ndarray, np.ndarray]:
    group = np.concatenate([morning.groups for morning in moments.mornings])
    return group, np.concatenate([np.full(len(morning), morning.day) for morning in moments.mornings])


@pytest.fixture(scope="module")
def choices() -> set[tuple[int, int]]:
    """Group and day of every choice about a call to somebody past due that the old policy made."""
    made = setting(debtors=DEBTORS, days=HISTORY + 10, seed=SEED)
    world, observed, found = World.new(made), Observed(made, settings_of_world(made.given)), set()
    while world.day < HISTORY:
        actions, decisions = decide(world)
        late = np.intersect1d(decisions.group[decisions.channel == CALL], observed.past_due_groups())
        found |= {(int(group), world.day) for group in late}
        observed.see(world.step(world.day, actions))
    return found


def test_the_next_moment_is_the_next_choice_about_the_same_group(morning_world, choices) -> None:
    moments = morning_world[3]
    group, day = columns(moments)
    told = np.flatnonzero(moments.following >= 0)
    assert len(told) > 500
    for row in told[:: len(told) // 200]:
        after = moments.following[row]
        assert group[after] == group[row]
        assert day[after] - day[row] == moments.days[row]
        assert (int(group[after]), int(day[after])) in choices
        assert not any((int(group[row]), between) in choices for between in range(day[row] + 1, day[after]))


def test_an_end_is_told_only_where_the_log_looks_far_enough(morning_world) -> None:
    moments = morning_world[3]
    _, day = columns(moments)
    assert (moments.following == ENDED).any()
    assert day[moments.following == ENDED].max() < HISTORY - 20
    assert (day[moments.following >= 0] >= WARM_DAYS).all()


def test_kept_rows_stand_for_all_of_the_book(morning_world, choices) -> None:
    moments = morning_world[3]
    _, day = columns(moments)
    taught = np.flatnonzero(moments.teaches & (day < HISTORY - 25))
    book = sum(WARM_DAYS <= on < HISTORY - 25 for _, on in choices)
    assert moments.weight[taught].sum() == pytest.approx(book, rel=0.15)
    assert moments.called[taught].mean() == pytest.approx(moments.kept_chance[taught].mean(), abs=0.03)


def test_the_order_is_that_of_one_step_and_what_is_learned_of_later_days(morning_world) -> None:
    _, observed, learned, moments = morning_world
    planned = planned_of(observed)
    one_step = IncrementalValue(learned, SEED).scores(planned)
    found = sequential(moments, learned, minutes_of=MINUTES, capacity=CAPACITY, seed=SEED, how=QUICK)
    scores = found.scores(planned)
    assert np.isfinite(scores).all()
    assert found.values.price > 0
    assert 0.5 < np.corrcoef(scores, one_step)[0, 1] <= 1.0
    shy = replace(QUICK, rounds=1, caution=replace(QUICK.caution, deviations=1e9))
    nothing = sequential(moments, learned, minutes_of=MINUTES, capacity=CAPACITY, seed=SEED, how=shy)
    np.testing.assert_allclose(nothing.scores(planned), one_step)
    assert isinstance(found, Sequential)
