"""The logged past of a simulation: whom the old policy could have called, whom it called, and the cash afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np

from arrears.synthetic.chance import Flags, Floats, Ints
from arrears.synthetic.contacting import CALL
from arrears.synthetic.lifts import NO_DAY
from arrears.synthetic.policy import Decisions, callable_groups
from arrears.synthetic.setting import Setting
from arrears.synthetic.world import Happened, World
from training.simulation.holdout import OFTEN_SHARE, Holdout
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


@dataclass(frozen=True, eq=False)
class Past:
    """What a simulation can learn from.

    Attributes
    ----------
    calls : group-days of the old policy; `called` is a call.
    months : groups of the holdout on the morning on which a month of theirs began; `called` is being called often in it
        rather than seldom, `probability` the lot's, and `reached` a talk at any time of it.
    free_groups : that the house might call on a working day, in the mean.
    """

    calls: Log
    months: Log
    free_groups: float


def live(world: World, observed: Observed, *, warm: int, until: int, progress: Progress, holdout: float = 0.0) -> Past:
    """Step a world under its old policy until a morning, and log its calls from a day on.

    Parameters
    ----------
    warm : the first day that is logged: before it, little is known of anybody.
    until : the morning on which it ends; only days whose horizon is over by then are kept.
    holdout : share of the late debtors who are worked by lot alone.
    """
    calls, months = _Keeper(world.setting), _Keeper(world.setting, whole_month=True)
    held, free = Holdout(world.setting, holdout), []
    while world.day < until:
        actions, decisions, begun = held.decide(world)
        logs = warm <= world.day < until - HORIZON_DAYS
        if logs and len(decisions.group):
            free.append(len(callable_groups(world)))
        noted = calls.choose(observed, decisions) if logs and len(decisions.group) else None
        drawn = _months(observed, held, begun) if logs and len(begun) else None
        past_due = observed.past_due()
        happened = world.step(world.day, actions)
        observed.see(happened)
        for keeper, rows in ((calls, noted), (months, drawn)):
            if rows is not None:
                keeper.note(rows, past_due, happened)
            keeper.pay(happened, observed)
        progress()
    log = calls.log()
    return Past(log, months.log() if months.has_rows else log.only(np.zeros(0, np.int64)), float(np.mean(free)))


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


def _months(observed: Observed, held: Holdout, begun: Ints) -> _Noted:
    """The rows of months that begin on a morning."""
    morning = morning_of(observed, begun)
    rows = len(morning)
    return _Noted(
        morning,
        called=held.often(morning.groups),
        probability=np.full(rows, OFTEN_SHARE),
        hour=np.zeros(rows, np.int64),
        by_lot=np.ones(rows, np.bool_),
    )


class _Keeper:
    """Chooses the rows of each day, and completes them when their horizon is over.

    Parameters
    ----------
    whole_month : a talk counts on any day of the horizon, and not on the row's own alone.
    """

    def __init__(self, made: Setting, *, whole_month: bool = False) -> None:
        self._made, self._whole_month = made, whole_month
        self._talked_on = np.full(made.accounts.groups, NO_DAY)
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
        accounts, place = self._made.accounts.of_groups(noted.morning.groups)
        late = past_due[accounts]
        accounts, place = accounts[late], place[late]
        before = self._cash_of(accounts, place, len(noted.morning))
        reached = np.isin(noted.morning.groups, _talked(happened))
        self._waiting[happened.day + HORIZON_DAYS - 1] = _Waiting(noted, reached, accounts, place, before)

    def pay(self, happened: Happened, observed: Observed) -> None:
        """Count a day's payments, and complete the rows whose last day it is; `observed` has seen the day."""
        paid = happened.payments
        real = ~paid.returned
        np.add.at(self._cash, paid.account[real], paid.amount_minor[real])
        self._talked_on[_talked(happened)] = happened.day
        waiting = self._waiting.pop(happened.day, None)
        if waiting is not None:
            self._done.append(self._completed(waiting, observed.standing))

    @property
    def has_rows(self) -> bool:
        """Whether any row is complete."""
        return bool(self._done)

    def log(self) -> Log:
        """All rows that are complete."""
        return Log(*(np.concatenate([getattr(part, each.name) for part in self._done]) for each in fields(Log)))

    def _cash_of(self, accounts: Ints, place: Ints, rows: int) -> Floats:
        return np.bincount(place, self._cash[accounts], minlength=rows).astype(np.float64)

    def _reached(self, waiting: _Waiting) -> Flags:
        morning = waiting.noted.morning
        if self._whole_month:
            return np.asarray(self._talked_on[morning.groups] >= morning.day)
        return waiting.reached & waiting.noted.called

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
            reached=self._reached(waiting),
            hour=noted.hour,
            cash_minor=cash,
            payable_minor=morning.payable_minor,
            balance_minor=morning.balance_minor,
            charged_off=morning.charged_off,
            by_lot=noted.by_lot,
            rolled=_rolled(morning, standing),
        )


def _talked(happened: Happened) -> Ints:
    """Groups whose right party was reached on a day."""
    contacts = happened.contacts
    return np.asarray(contacts.actions.group[(contacts.actions.channel == CALL) & contacts.arrived])


def _rolled(morning: Morning, standing: Standing) -> Flags:
    accounts = morning.accounts
    ended = standing.cycle_end[accounts] >= morning.day
    later = standing.cycles_late[accounts] > morning.x[:, morning.names.index("cycles_late_last")]
    still = standing.position(accounts).past_due_minor > 0
    return np.asarray(np.where(ended, later, still) & ~morning.charged_off)
