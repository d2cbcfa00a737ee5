"""The logged past of a simulation: whom the old policy could have called, whom it called, and the cash afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np

from arrears.synthetic.chance import Flags, Floats, Ints
from arrears.synthetic.contacting import CALL
from arrears.synthetic.policy import Decisions, decide
from arrears.synthetic.setting import Setting
from arrears.synthetic.world import Happened, World
from training.simulation.morning import Morning, morning_of
from training.simulation.observed import Observed
from training.simulation.standing import Standing
from training.simulation.thinning import thinned

HORIZON_DAYS = 30
_STREAM = 77
Progress = Callable[[], None]


@dataclass(frozen=True, eq=False)
class Log:
    """Choices of n group-days, of which those are kept that teach most.

    Attributes
    ----------
    x : (n, k) what was known on the morning.
    day, group, debtor : numbers.
    called : (n,) what was done. `probability` : (n,) with which a row that was kept was called.
    reached : a call reached the right party. `hour` : of a call, in the debtor's own day.
    cash_minor : what the group's past-due accounts paid within the horizon, this day the first.
    payable_minor, balance_minor, charged_off : as of `Morning`.
    by_lot : lot alone decided; else the rule would have called, and lot left a few out.
    rolled : the leading account was a cycle later at its next cycle's end, or about to be when the horizon ended.
    """

    x: Floats
    day: Ints
    group: Ints
    debtor: Ints
    called: Flags
    probability: Floats
    reached: Flags
    hour: Ints
    cash_minor: Floats
    payable_minor: Floats
    balance_minor: Floats
    charged_off: Flags
    by_lot: Flags
    rolled: Flags

    def __len__(self) -> int:
        return len(self.day)

    def only(self, rows: Flags | Ints) -> Log:
        """The log of these rows."""
        return Log(*(getattr(self, each.name)[rows] for each in fields(self)))


def live(world: World, observed: Observed, *, warm: int, until: int, progress: Progress) -> Log:
    """Step a world under its old policy until a morning, and log its calls from a day on.

    Parameters
    ----------
    warm : the first day that is logged: before it, little is known of anybody.
    until : the morning on which it ends; only days whose horizon is over by then are kept.
    """
    keeper = _Keeper(world.setting)
    while world.day < until:
        actions, decisions = decide(world)
        logs = warm <= world.day < until - HORIZON_DAYS
        noted = keeper.choose(observed, decisions) if logs and len(decisions.group) else None
        past_due = observed.past_due()
        happened = world.step(world.day, actions)
        observed.see(happened)
        if noted is not None:
            keeper.note(noted, past_due, happened)
        keeper.pay(happened, observed)
        progress()
    return keeper.log()


@dataclass(frozen=True)
class _Noted:
    """Rows of one day that wait for their cash."""

    morning: Morning
    called: Flags
    probability: Floats
    hour: Ints
    by_lot: Flags


@dataclass(frozen=True)
class _Waiting:
    """The same with what came of the calls, and what its past-due accounts had paid by then."""

    noted: _Noted
    reached: Flags
    accounts: Ints
    place: Ints
    before: Floats


class _Keeper:
    """Chooses the rows of each day, and completes them when their horizon is over."""

    def __init__(self, made: Setting) -> None:
        self._made = made
        self._random = np.random.default_rng([made.seed, _STREAM])
        self._cash = np.zeros(len(made.accounts))
        self._waiting: dict[int, _Waiting] = {}
        self._done: list[Log] = []

    def choose(self, observed: Observed, decisions: Decisions) -> _Noted:
        """The rows of a morning that are kept."""
        calls = np.flatnonzero(decisions.channel == CALL)
        calls = calls[np.argsort(decisions.group[calls], kind="stable")]
        chosen, chance, kept_with = decisions.chosen[calls], decisions.probability[calls], decisions.kept_with[calls]
        rows = thinned(chosen, chance, decisions.explored[calls], kept_with)
        kept = np.flatnonzero(self._random.random(len(calls)) < rows.share(chosen))
        morning = morning_of(observed, decisions.group[calls[kept]])
        kept = kept[np.isin(decisions.group[calls[kept]], morning.groups)]
        at = calls[kept]
        return _Noted(morning, chosen[kept], rows.chance[kept], decisions.hour[at], decisions.explored[at])

    def note(self, noted: _Noted, past_due: Flags, happened: Happened) -> None:
        """Keep a day's rows until their cash is known; to be called before `pay` counts the day itself."""
        reached = np.zeros(self._made.accounts.groups, np.bool_)
        contacts = happened.contacts
        reached[contacts.actions.group[(contacts.actions.channel == CALL) & contacts.arrived]] = True
        accounts, place = self._made.accounts.of_groups(noted.morning.groups)
        late = past_due[accounts]
        accounts, place = accounts[late], place[late]
        before = self._cash_of(accounts, place, len(noted.morning))
        self._waiting[happened.day + HORIZON_DAYS - 1] = _Waiting(
            noted, reached[noted.morning.groups], accounts, place, before
        )

    def pay(self, happened: Happened, observed: Observed) -> None:
        """Count a day's payments, and complete the rows whose last day it is; `observed` has seen the day."""
        paid = happened.payments
        real = ~paid.returned
        np.add.at(self._cash, paid.account[real], paid.amount_minor[real])
        waiting = self._waiting.pop(happened.day, None)
        if waiting is not None:
            self._done.append(self._completed(waiting, observed.standing))

    def log(self) -> Log:
        """All rows that are complete."""
        return Log(*(np.concatenate([getattr(part, each.name) for part in self._done]) for each in fields(Log)))

    def _cash_of(self, accounts: Ints, place: Ints, rows: int) -> Floats:
        return np.bincount(place, self._cash[accounts], minlength=rows).astype(np.float64)

    def _completed(self, waiting: _Waiting, standing: Standing) -> Log:
        noted, morning = waiting.noted, waiting.noted.morning
        cash = self._cash_of(waiting.accounts, waiting.place, len(morning)) - waiting.before
        return Log(
            x=morning.x,
            day=np.full(len(morning), morning.day),
            group=morning.groups,
            debtor=morning.debtors,
            called=noted.called,
            probability=noted.probability,
            reached=waiting.reached & noted.called,
            hour=noted.hour,
            cash_minor=cash,
            payable_minor=morning.payable_minor,
            balance_minor=morning.balance_minor,
            charged_off=morning.charged_off,
            by_lot=noted.by_lot,
            rolled=_rolled(morning, standing),
        )


def _rolled(morning: Morning, standing: Standing) -> Flags:
    accounts = morning.accounts
    ended = standing.cycle_end[accounts] >= morning.day
    later = standing.cycles_late[accounts] > morning.x[:, morning.names.index("cycles_late_last")]
    still = standing.position(accounts).past_due_minor > 0
    return np.asarray(np.where(ended, later, still) & ~morning.charged_off)
