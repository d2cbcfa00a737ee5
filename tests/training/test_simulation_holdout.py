"""A random holdout: whom it touches, how it is worked, and what it proves that single days by lot do not."""

from __future__ import annotations

import numpy as np
import pytest

from arrears.errors import WrongUse
from arrears.synthetic import World, setting
from arrears.synthetic.contacting import CALL, Actions
from arrears.synthetic.policy import callable_groups, decide, late_groups
from training.simulation.holdout import MONTH_DAYS, OFTEN, RELEASED_AFTER, SELDOM, Holdout
from training.simulation.judged_by_months import EVERYWHERE
from training.simulation.learned import learn
from training.simulation.log import Past, live
from training.simulation.observed import Observed
from training.simulation.simulate import capacity_of, settings_of_world

DEBTORS, DAYS, SHARE = 1_500, 200, 0.3
Where = tuple[int, int]


class Watched:
    """A world worked for some days: who was held out, called and begun on each."""

    def __init__(self) -> None:
        made = setting(debtors=DEBTORS, days=DAYS, seed=101)
        world, held = World.new(made), Holdout(made, SHARE)
        self.debtor, everybody = made.accounts.group_debtor, np.arange(made.accounts.groups)
        self.chance: dict[Where, float] = {}
        self.called: set[Where] = set()
        self.ruled: set[Where] = set()
        self.others_differ = 0
        self.begun: dict[int, dict[int, bool]] = {}
        self.late, self.held = np.zeros((2, DAYS, len(made.people)), np.bool_)
        for day in range(DAYS):
            plain, _ = decide(world)
            free, late = callable_groups(world), late_groups(world)
            actions, decisions, begun = held.decide(world)
            mine = everybody[held.holds(everybody)]
            for group in begun.tolist():
                self.begun.setdefault(int(self.debtor[group]), {})[day] = bool(held.often(np.array([group]))[0])
            own = free[held.holds(free)]
            self.chance |= {(group, day): chance for group, chance in zip(own.tolist(), held.chance(own), strict=True)}
            self.called |= {(group, day) for group in calls_of(actions, mine)}
            self.ruled |= {(group, day) for group in calls_of(decisions, mine)}
            self.others_differ += rest_of(plain, mine) != rest_of(actions, mine)
            self.late[day, self.debtor[late]] = True
            self.held[day, self.debtor[mine]] = True
            world.step(day, actions)


def calls_of(rows, groups: np.ndarray) -> list[int]:
    return rows.group[(rows.channel == CALL) & np.isin(rows.group, groups)].tolist()


def rest_of(actions: Actions, groups: np.ndarray) -> list[tuple[int, int, int]]:
    """All that is done but calls of these groups."""
    rest = ~((actions.channel == CALL) & np.isin(actions.group, groups))
    return sorted(zip(actions.group[rest].tolist(), actions.channel[rest].tolist(), actions.hour[rest], strict=True))


@pytest.fixture(scope="module")
def watched() -> Watched:
    return Watched()


def test_everybody_else_is_worked_as_without_a_holdout(watched: Watched) -> None:
    assert watched.others_differ == 0


def test_the_rule_decides_about_nobody_who_is_held_out(watched: Watched) -> None:
    assert watched.ruled == set()


@pytest.mark.parametrize("chance", [SELDOM, OFTEN])
def test_who_is_held_out_is_called_with_the_chance_of_the_month(watched: Watched, chance: float) -> None:
    days = [where for where, own in watched.chance.items() if own == chance]
    called = np.mean([where in watched.called for where in days])
    assert len(days) > 300
    assert abs(called - chance) < 4 * np.sqrt(chance * (1 - chance) / len(days))


def test_nobody_is_called_whom_the_house_may_not_call(watched: Watched) -> None:
    assert len(watched.called) > 300
    assert watched.called <= set(watched.chance)


def test_both_kinds_of_month_are_drawn_evenly(watched: Watched) -> None:
    often = [each for months in watched.begun.values() for each in months.values()]
    assert abs(np.mean(often) - 0.5) < 4 * np.sqrt(0.25 / len(often))


def test_a_month_of_somebody_who_stays_late_lasts_thirty_days(watched: Watched) -> None:
    apart = [
        later - earlier
        for debtor, months in watched.begun.items()
        for earlier, later in zip(sorted(months), sorted(months)[1:], strict=False)
        if watched.late[earlier:later, debtor].all()
    ]
    assert len(apart) > 50
    assert min(apart) == MONTH_DAYS


def test_the_lot_draws_anew_after_ninety_days_and_not_before(watched: Watched) -> None:
    """Of those who are late all the time, so that no end of an episode draws them."""
    stay = watched.late.all(axis=0)
    changes = np.flatnonzero((watched.held[1:, stay] != watched.held[:-1, stay]).any(axis=1)) + 1
    assert stay.sum() > 20
    assert changes[0] == RELEASED_AFTER
    assert watched.held[0, stay].any()
    assert not (watched.held[:, stay].all(axis=0)).all()


def test_the_share_of_late_debtors_is_held_out(watched: Watched) -> None:
    begins = watched.late[1:] & ~watched.late[:-1]
    drawn = watched.held[1:][begins]
    assert abs(drawn.mean() - SHARE) < 4 * np.sqrt(SHARE * (1 - SHARE) / len(drawn))


def test_no_share_holds_nobody_out_and_more_than_half_is_refused() -> None:
    made = setting(debtors=200, days=30, seed=1)
    world, held = World.new(made), Holdout(made, 0.0)
    plain, _ = decide(world)
    actions, _, begun = held.decide(world)
    np.testing.assert_array_equal(plain.group, actions.group)
    assert len(begun) == 0
    with pytest.raises(WrongUse):
        Holdout(made, 0.51)


class Lived:
    """A past with a large holdout, and what is learned from it."""

    def __init__(self) -> None:
        made = setting(debtors=5_000, days=240, seed=101, name="severity_wins")
        settings = settings_of_world(made.given)
        self.world, observed = World.new(made), Observed(made, settings)
        self.past: Past = live(self.world, observed, warm=40, until=240, progress=lambda: None, holdout=0.5)
        self.capacity = capacity_of(self.past, 250.0, settings.value)
        self.learned = learn(self.past, made.people.business, capacity=self.capacity, seed=101)


@pytest.fixture(scope="module")
def lived() -> Lived:
    return Lived()


def test_who_is_called_often_talks_more_and_pays_more(lived: Lived) -> None:
    months = lived.past.months
    often, seldom = months.only(months.called), months.only(~months.called)
    assert often.reached.mean() > 3 * seldom.reached.mean()
    error = np.sqrt(often.cash_minor.var() / len(often) + seldom.cash_minor.var() / len(seldom))
    assert often.cash_minor.mean() - seldom.cash_minor.mean() > 3 * error


def test_the_holdout_proves_an_order_that_is_not_value_at_risk(lived: Lived) -> None:
    assert lived.learned.unknown is None
    (segment,) = lived.learned.selections
    chosen = lived.learned.selections[segment]
    assert segment == EVERYWHERE
    assert chosen.chosen in {"repayment", "talk_effect"}
    assert chosen.candidate(chosen.chosen).p_adds < 0.01


def test_without_the_months_the_same_past_chooses_by_segments(lived: Lived) -> None:
    none = lived.past.months.only(np.zeros(0, np.int64))
    past = Past(lived.past.calls, none, lived.past.free_groups)
    found = learn(past, lived.world.setting.people.business, capacity=lived.capacity, seed=101)
    assert EVERYWHERE not in found.selections
    assert found.selection(EVERYWHERE) is None
