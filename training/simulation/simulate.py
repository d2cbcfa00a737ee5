"""A simulation: for every seed a past, what is learned from it, and the days after it under each strategy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.sharedctypes import Synchronized

import numpy as np

from arrears.errors import WrongUse
from arrears.settings import Settings, ValueSettings, settings_of
from arrears.synthetic.parameters import Parameters
from arrears.synthetic.setting import setting
from arrears.synthetic.world import World
from training.simulation.gate import Gate
from training.simulation.holdout import refuse_share
from training.simulation.learned import learn
from training.simulation.log import HORIZON_DAYS, Past, live
from training.simulation.observed import Observed
from training.simulation.strategies import NOBODY, ORACLE, STRATEGIES, Bench
from training.simulation.working import Floor, Tally, Worked, work
from training.uplift.rankings import VALUE_AT_RISK

WARM_DAYS = 60
"""Days before the first that is logged: by then contacts and payments tell something."""
CAPACITY = 0.15
"""Share of the groups past due that a day's minutes reach, about: at which later days are priced."""
_LEAST_CAPACITY, _MOST_CAPACITY = 0.02, 0.9
_LEAST_HISTORY = WARM_DAYS + HORIZON_DAYS + 30
_LOOK_SECONDS = 0.2
Progress = Callable[[int], None]


@dataclass(frozen=True)
class Plan:
    """What is to be simulated.

    Attributes
    ----------
    strategies : by name; `nobody` and `oracle` are always worked beside them, to measure by.
    world : a kind of world. `debtors`, `seeds` : how large, and which.
    history : days under the old policy, from which is learned. `days` : days worked by each strategy after them.
    collectors, minutes : how many there are, and the minutes of each in a day that are for calls.
    holdout : share of the late debtors who are worked by lot alone in the past.
    """

    strategies: tuple[str, ...]
    world: str
    debtors: int
    seeds: tuple[int, ...]
    history: int
    days: int
    collectors: int
    minutes: float
    holdout: float = 0.0

    def __post_init__(self) -> None:
        unknown = sorted(set(self.strategies) - {*STRATEGIES, NOBODY})
        if unknown:
            raise WrongUse(
                asked=f"simulate {', '.join(unknown)}",
                found="no such strategy",
                do=f"Choose some of: {', '.join([*STRATEGIES, NOBODY])}.",
            )
        if self.history < _LEAST_HISTORY or self.days < 1:
            raise WrongUse(
                asked=f"simulate {self.days} days after {self.history} days of history",
                found="too short a past to learn from, or no day to work",
                do=f"Give at least {_LEAST_HISTORY} days of history and one day.",
            )
        refuse_share(self.holdout)

    @property
    def worked(self) -> tuple[str, ...]:
        """Every strategy that is worked, in the order of tables."""
        wanted = {*self.strategies, NOBODY, ORACLE}
        return tuple(name for name in (NOBODY, *STRATEGIES) if name in wanted)

    @property
    def steps(self) -> int:
        """Days that are stepped in all, for progress."""
        return len(self.seeds) * (self.history + self.days * len(self.worked))


@dataclass(frozen=True)
class SeedRun:
    """What came of one seed.

    Attributes
    ----------
    tallies : by strategy. `choices` : by segment, the ranking that the selector chose, and why.
    groups : past due on the morning from which strategies work. `rows`, `months` : of the log, and of its holdout.
    capacity : share of the groups free to be called that a day's minutes reach.
    """

    seed: int
    tallies: dict[str, Tally]
    choices: dict[str, tuple[str, str]]
    groups: int
    rows: int
    months: int
    capacity: float


def run(plan: Plan, progress: Progress, *, processes: int = 1) -> list[SeedRun]:
    """Simulate every seed.

    Parameters
    ----------
    progress : told how many of `plan.steps` are done.
    processes : how many seeds are simulated at once.
    """
    done = 0
    if processes <= 1 or len(plan.seeds) == 1:
        found = []
        for seed in plan.seeds:

            def step() -> None:
                nonlocal done
                done += 1
                progress(done)

            found.append(run_seed(plan, seed, step))
        return found
    return list(_together(plan, progress, processes))


def run_seed(plan: Plan, seed: int, step: Callable[[], None]) -> SeedRun:
    """Simulate one seed; `step` is called after every day."""
    made = setting(debtors=plan.debtors, days=plan.history + plan.days, seed=seed, name=plan.world)
    settings = settings_of_world(made.given)
    world, observed = World.new(made), Observed(made, settings)
    past = live(world, observed, warm=WARM_DAYS, until=plan.history, progress=step, holdout=plan.holdout)
    minutes = plan.collectors * plan.minutes
    capacity = capacity_of(past, minutes, settings.value)
    learned = learn(past, made.people.business, capacity=capacity, seed=seed)
    floor = Floor(
        gate=Gate(made, settings),
        learned=learned,
        value=settings.value,
        minutes_per_day=minutes,
        days=plan.days,
        kept_share=settings.promises.kept_share,
    )
    copies = {}
    for name in plan.worked:
        own = world.copy()
        bench = Bench(learned, own, settings.value.attempt_minutes, settings.value.talk_minutes, plan.holdout)
        strategy = None if name == NOBODY else STRATEGIES[name](bench)
        copies[name] = Worked(own, observed.copy(), strategy)
    work(list(copies.values()), floor, step)
    tallies = {name: one.tally for name, one in copies.items()}
    choices = {name: (each.chosen, each.because) for name, each in learned.selections.items()}
    if learned.unknown is not None:
        choices["everywhere"] = (VALUE_AT_RISK, f"value at risk stands: {learned.unknown}.")
    groups = len(observed.past_due_groups())
    return SeedRun(seed, tallies, choices, groups, len(past.calls), len(past.months), capacity)


def capacity_of(past: Past, minutes_per_day: float, value: ValueSettings) -> float:
    """The share of the groups that the house might call on a day which a day's minutes reach, as calls went so far."""
    calls = past.calls.only(past.calls.called)
    minutes = value.attempt_minutes + float(calls.reached.mean()) * value.talk_minutes
    return float(np.clip(minutes_per_day / minutes / max(past.free_groups, 1.0), _LEAST_CAPACITY, _MOST_CAPACITY))


def settings_of_world(given: Parameters) -> Settings:
    """The settings of a world's house: the defaults where it stands."""
    return settings_of({"portfolio": {"zone": given.zone, "country": given.country}}, where="the world")


def _together(plan: Plan, progress: Progress, processes: int) -> Iterator[SeedRun]:
    context = get_context("spawn")
    done = context.Value("q", 0)
    with ProcessPoolExecutor(processes, context, initializer=_begin, initargs=(done,)) as pool:
        futures = [pool.submit(_run_counted, plan, seed) for seed in plan.seeds]
        waiting = set(futures)
        while waiting:
            _, waiting = wait(waiting, timeout=_LOOK_SECONDS, return_when=FIRST_COMPLETED)
            progress(done.value)
        yield from (future.result() for future in futures)


_counter: list[Synchronized[int]] = []


def _begin(done: Synchronized[int]) -> None:
    _counter.append(done)


def _run_counted(plan: Plan, seed: int) -> SeedRun:
    (done,) = _counter

    def step() -> None:
        with done.get_lock():
            done.value += 1

    return run_seed(plan, seed, step)
