"""Sums over debtors of a protected group: of whole weeks, and of nobody whose group could be told from them.

The sum of one day is a person's attribute where one debtor came in on it. So the sums of a gap between groups are kept
for whole weeks of enrolment, as many together as it takes until each arm holds so many debtors of the group and so many
others. Weeks at the end that never hold as many are left out. So are collectors: where arms have staff of their own,
the debtors of those who have too few stand together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta

from arrears.experiments.enrolments import Enrolled
from arrears.experiments.metrics import GROUP_COLUMNS
from arrears.experiments.moments import NOBODY, Moments
from arrears.experiments.schedule import WEEK

LEAST_TOLD = 10
"""Debtors of the group, and others, in every sum that is kept: fewer and a sum comes close to telling of a person."""

_DAY = timedelta(days=1)


def whole_weeks(
    starts: date, days: Sequence[date], *, until: date, tells_nobody: Callable[[Sequence[date]], bool]
) -> Iterator[tuple[date, tuple[date, ...]]]:
    """Spans of whole weeks that may be summed, by their last day, each with the days on which anybody came in.

    Parameters
    ----------
    starts : first day of the first week that is not summed yet.
    days : on which anybody came in, earliest first.
    until : the last day whose debtors have matured; a week that ends later waits.
    tells_nobody : whether a sum over some days tells nobody's group.

    Examples
    --------
    >>> days = [date(2026, 6, 1), date(2026, 6, 9), date(2026, 6, 16)]
    >>> spans = whole_weeks(days[0], days, until=date(2026, 6, 20), tells_nobody=lambda these: len(these) > 1)
    >>> [(str(end), len(these)) for end, these in spans]
    [('2026-06-14', 2)]
    """
    begins, ends = starts, starts + WEEK - _DAY
    while ends <= until and days and begins <= days[-1]:
        these = tuple(day for day in days if begins <= day <= ends)
        if these and tells_nobody(these):
            yield ends, these
            begins = ends + _DAY
        ends += WEEK


def holds_enough(who: Sequence[Enrolled], group: frozenset[str]) -> bool:
    """Whether each arm with any of some debtors holds `LEAST_TOLD` of a group and as many others."""
    counts = Counter((each.arm, each.debtor_id in group) for each in who)
    return all(counts[arm, side] >= LEAST_TOLD for arm, _ in list(counts) for side in (True, False))


def without_small_cells(moments: Moments) -> Moments:
    """The same with collectors of one arm together, of whom each has too few debtors of the group or too few others.

    Notes
    -----
    Together they are one cluster, so nothing that is alike among a collector's debtors counts as chance. Where what is
    left over is itself too small, the smallest other cell of the arm joins it.
    """
    places = [1 + [each.name for each in moments.columns].index(name) for name in GROUP_COLUMNS[1::2]]
    cells: dict[tuple[str, str], tuple[int, ...]] = {}
    for arm in dict.fromkeys(arm for arm, _ in moments.cells):
        own = {collector: products for (name, collector), products in moments.cells.items() if name == arm}
        cells |= {(arm, collector): products for collector, products in _joined(own, arm, places).items()}
    return Moments(moments.columns, dict(sorted(cells.items())))


def _joined(own: Mapping[str, tuple[int, ...]], arm: str, places: Sequence[int]) -> dict[str, tuple[int, ...]]:
    def size(collector: str) -> int:
        return min(own[collector][place] for place in places)

    by_size = sorted(own, key=lambda collector: (size(collector), collector))
    together = [collector for collector in by_size if size(collector) < LEAST_TOLD]
    for collector in by_size[len(together) :]:
        if not together or min(sum(own[each][place] for each in together) for place in places) >= LEAST_TOLD:
            break
        together.append(collector)
    if not together:
        return dict(own)
    whose = together[0] if len(together) == 1 else NOBODY if set(own) == {NOBODY} else f"several of {arm}"
    kept = {collector: products for collector, products in own.items() if collector not in together}
    return kept | {whose: tuple(sum(each) for each in zip(*(own[collector] for collector in together), strict=True))}
