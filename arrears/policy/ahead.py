"""A verdict on a whole stretch of time: when each way opens first, and when it closes after that.

A rule of hours says when it opens, another may have closed by then: so a way is asked about again at its opening, by
the rules that close, until it is found open or the stretch is over. A day is over for each person by their own clocks.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np

from arrears.policy.columns import Days, Instants, Rows
from arrears.policy.facts import Facts
from arrears.policy.judge import judge
from arrears.policy.limits import Limits
from arrears.policy.rule import PAY
from arrears.policy.verdict import Judgement, Reason

_MOST_TIMES = 48
"""Above so many different openings they are taken together by the quarter of an hour, later ones first to wait."""
_QUARTER = np.timedelta64(15 * 60 * 1_000_000, "us")
_DAY, _TICK = np.timedelta64(1, "D"), np.timedelta64(1, "us")


def judge_through(facts: Facts, limits: Limits, day: date, *, lane: str = PAY) -> Judgement:
    """What the rules say from the moment of the facts to the end of a day, wherever each person may be.

    What begins to hold on that day holds all of it, and so does what ends with it.

    Parameters
    ----------
    lane : what the accounts are worked for.
    """
    facts = facts.through_day(day)
    begins, ends = (facts.begins(each, np.arange(len(each))) for each in (_all(facts, day), _all(facts, day) + _DAY))
    by = np.maximum(ends - _TICK, facts.at)
    return judge_ahead(facts, limits, by[facts.asks.person], not_before=begins, lane=lane)


def judge_ahead(
    facts: Facts,
    limits: Limits,
    by: np.datetime64 | Instants,
    *,
    not_before: Instants | None = None,
    lane: str = PAY,
) -> Judgement:
    """Ask every rule about a stretch of time that begins with the moment of the facts.

    Parameters
    ----------
    by : the end of the stretch, for all asks or each: a way that opens until then is open later, not held.
    not_before : (people,) a way that closes by then is asked about anew from its close on.
    lane : what the accounts are worked for.
    """
    found = _Stretch(judge(facts, limits, lane=lane, by=by), limits, by)
    if not_before is not None:
        found.forget_ways_that_close_by(not_before)
    while found.ask_at_openings():
        pass
    return found.judgement


def _all(facts: Facts, day: date) -> Days:
    """(people,) the same day."""
    return np.full(len(facts.people), np.datetime64(day, "D"))


class _Stretch:
    """A judgement that is being looked at ahead; `asked` is the latest instant at which each ask was asked about."""

    def __init__(self, judgement: Judgement, limits: Limits, by: np.datetime64 | Instants) -> None:
        self.judgement = judgement
        self.limits = limits
        self.by = np.broadcast_to(by, len(judgement.held))
        self.asked: Instants = np.full(len(judgement.held), judgement.facts.at)

    def forget_ways_that_close_by(self, moment: Instants) -> None:
        """Ways that are open now and close too early to matter open anew when they close."""
        told, person = self.judgement, self.judgement.facts.asks.person
        early = ~told.held & np.isnat(told.opens_at) & (told.allowed_until <= moment[person])
        told.opens_at[early] = told.allowed_until[early]

    def ask_at_openings(self) -> bool:
        """Ask again about every way that opens later; False where there is none that was not asked about."""
        told = self.judgement
        waits = ~told.held & (told.opens_at > self.asked)
        if not waits.any():
            return False
        rows = np.flatnonzero(waits)
        if len(np.unique(told.opens_at[rows])) > _MOST_TIMES:
            told.opens_at[rows] = _quarter_after(told.opens_at[rows])
        for time in np.unique(told.opens_at[rows]):
            self._ask(rows[told.opens_at[rows] == time], time)
        return True

    def _ask(self, rows: Rows, time: np.datetime64) -> None:
        told, facts = self.judgement, self.judgement.facts
        then = facts.at_instant(time).asking(facts.asks.where(rows))
        again = judge(then, self.limits, lane=told.lane, by=self.by[rows], rules=told.closing)
        self.asked[rows] = time
        told.held[rows] = again.held
        told.until[rows] = again.until
        told.allowed_until[rows] = again.allowed_until
        later = ~np.isnat(again.opens_at)
        told.opens_at[rows[later]] = again.opens_at[later]
        reasons = [Reason(each.rule, each.scope, rows[each.asks], each.until, each.missing) for each in again.reasons]
        self.judgement = replace(told, reasons=(*told.reasons, *reasons))


def _quarter_after(times: Instants) -> Instants:
    """The first quarter of an hour that is not earlier."""
    whole = times.astype("M8[us]").astype(np.int64)
    step = _QUARTER.astype(np.int64)
    return np.asarray((-(-whole // step) * step).astype("M8[us]"))
