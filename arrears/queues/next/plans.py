"""How plans stand: the next instalment, since when the debtor is behind, what is short, and whether to agree anew.

Columns over the instalments of a book; whether each was kept is told by `features.promises`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from arrears.policy.codes import Coded, Codes
from arrears.policy.columns import Flags, Rows
from arrears.policy.zonetime import Days
from arrears.queues.next.promises import SINGLE, STATUS, Amounts, Promises
from arrears.settings import Settings

STATE = Codes("state of a plan", ("on_course", "behind", "complete", "ended"))
"""`on_course`: nothing is short. `behind`: something is. `complete`: all was kept. `ended`: over, and short."""

_NONE = -1
_FAR = np.datetime64("9999-12-31", "D")


@dataclass(frozen=True)
class Plans:
    """The plans of a book.

    Attributes
    ----------
    arrangement : (p,) as the promises name them, rising.
    state : (p,) codes of `STATE`.
    next_promise : (p,) the row of the next instalment whose grace is not over; -1 where none is left.
    short_since : (p,) the day of the first instalment that was not kept whole: since when it is not complied with;
        NaT where all were.
    kept_count, short_count, open_count : (p,) instalments.
    short_minor : (p,) what is missing of those that were not kept.
    to_replan : (p,) so many instalments are short that another plan should be agreed on, or it is over and short.
    """

    arrangement: Rows
    state: Coded
    next_promise: Rows
    short_since: Days
    kept_count: Rows
    short_count: Rows
    open_count: Rows
    short_minor: Amounts
    to_replan: Flags


def plans(promises: Promises, settings: Settings) -> Plans:
    """How each plan stands.

    Examples
    --------
    >>> from arrears.settings import default_settings
    >>> days = np.array(["2026-05-01", "2026-06-01", "2026-07-01"], "M8[D]")
    >>> same, none = np.zeros(3, np.int64), np.array([0, 0, 0])
    >>> status = STATUS.array(["kept", "broken", "open"])
    >>> told = plans(Promises(same, days, days, days, same + 5_000, none, status, same), default_settings())
    >>> STATE.name(told.state[0]), int(told.next_promise[0]), str(told.short_since[0]), int(told.short_minor[0])
    ('behind', 2, '2026-06-01', 5000)
    """
    rows = np.flatnonzero(promises.arrangement != SINGLE)
    arrangement, which = np.unique(promises.arrangement[rows], return_inverse=True)
    count = len(arrangement)
    due_on, missing = promises.due_on[rows], (promises.amount_minor - promises.kept_minor)[rows]
    is_open, is_short = promises.is_open[rows], promises.is_short[rows]
    opened, short = _counted(which, is_open, count), _counted(which, is_short, count)
    return Plans(
        arrangement=arrangement,
        state=_state(opened, short),
        next_promise=_first(rows[is_open], which[is_open], due_on[is_open], count),
        short_since=_earliest(which[is_short], due_on[is_short], count),
        kept_count=_counted(which, promises.status[rows] == STATUS.of("kept"), count),
        short_count=short,
        open_count=opened,
        short_minor=_summed(which[is_short], missing[is_short], count),
        to_replan=(short >= settings.desk.replan_after_broken) | ((opened == 0) & (short > 0)),
    )


def _state(opened: Rows, short: Rows) -> Coded:
    over, whole = opened == 0, short == 0
    names = [(over & whole, "complete"), (over, "ended"), (whole, "on_course")]
    found: Coded = np.select([flags for flags, _ in names], [STATE.of(name) for _, name in names], STATE.of("behind"))
    return found.astype(np.int8)


def _counted(which: Rows, chosen: Flags, count: int) -> Rows:
    return np.bincount(which[chosen], minlength=count)


def _summed(which: Rows, amounts: Amounts, count: int) -> Amounts:
    found = np.zeros(count, np.int64)
    np.add.at(found, which, amounts)
    return found


def _earliest(which: Rows, days: Days, count: int) -> Days:
    found = np.full(count, _FAR)
    np.minimum.at(found, which, days)
    return np.where(found == _FAR, np.datetime64("NaT", "D"), found)


def _first(rows: Rows, which: Rows, days: Days, count: int) -> Rows:
    """(count,) the row with the earliest day of each; of two on one day, the first."""
    found = np.full(count, _NONE)
    order = np.lexsort([rows, days])[::-1]  # of those written to one place the last stays
    found[which[order]] = rows[order]
    return found
