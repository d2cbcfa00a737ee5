"""Which days teach and which days judge: walk-forward folds in time, with a gap so that no label is seen too early.

There is no random split here, and no function that would make one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from arrears.errors import Refused, WrongUse


class LabelOverlap(WrongUse):
    """A training label would look into the test fold's own time."""


@dataclass(frozen=True)
class Fold:
    """One step forward in time.

    Parameters
    ----------
    train : `as_of` days to learn from, oldest first.
    test : `as_of` days to be judged on, all after `train` by the gap.
    """

    train: tuple[date, ...]
    test: tuple[date, ...]

    @property
    def starts_on(self) -> date:
        """First day of the test."""
        return self.test[0]

    def said(self, *, train_rows: int, test_rows: int) -> dict[str, Any]:
        """The fold in a report: its days, and how many rows they gave.

        Examples
        --------
        >>> fold = Fold((date(2026, 1, 31),), (date(2026, 3, 31), date(2026, 4, 30)))
        >>> fold.said(train_rows=9, test_rows=4)["test_days"]
        ['2026-03-31', '2026-04-30']
        """
        return {
            "train_days": [str(self.train[0]), str(self.train[-1])],
            "train_rows": train_rows,
            "test_days": [str(self.test[0]), str(self.test[-1])],
            "test_rows": test_rows,
        }


def walk_forward(
    days: Sequence[date],
    *,
    horizon_days: int,
    gap_days: int | None = None,
    folds: int = 3,
    test_from: date | None = None,
) -> tuple[Fold, ...]:
    """Folds that each test the days after those they train on; the last fold is the newest.

    Parameters
    ----------
    days : the `as_of` days that have labels, any order.
    horizon_days : how far a label looks ahead; a settling time belongs in here too.
    gap_days : least distance from the last training day to the first test day; the horizon by default.
    folds : how many steps at most; fewer where the days do not suffice.
    test_from : every day from here on is the last fold's test; by default each test takes one equal share of the days
        (one month of a monthly book).

    Raises
    ------
    LabelOverlap : `gap_days` is shorter than the horizon.
    Refused : no day is old enough to train for any test.

    Examples
    --------
    >>> month_ends = [date(2005, 4, 30), date(2005, 5, 31), date(2005, 6, 30), date(2005, 7, 31)]
    >>> for fold in walk_forward(month_ends, horizon_days=30, folds=2):
    ...     print(len(fold.train), [str(day) for day in fold.test])
    2 ['2005-06-30']
    3 ['2005-07-31']
    """
    ordered = sorted(set(days))
    gap = horizon_days if gap_days is None else gap_days
    made = [_fold(ordered, test, gap) for test in _tests(ordered, folds, test_from)]
    usable = tuple(fold for fold in made if fold.train and fold.test)
    if not usable:
        raise Refused(
            asked=f"split {len(ordered)} labelled days into training and test",
            found=f"no two of them lie {gap} days apart" + (f" around {test_from}" if test_from else ""),
            do="Train on a longer history, or shorten the horizon.",
        )
    for fold in usable:
        check_gap(fold.train, fold.test, horizon_days=horizon_days)
    return usable


def check_gap(train: Sequence[date], test: Sequence[date], *, horizon_days: int) -> None:
    """Raise `LabelOverlap` if the newest training label is not over when the test begins.

    A label of day D sees payments up to D + horizon; a test day S is scored at its end, so the last payment that
    training may see is one of S itself.

    Examples
    --------
    >>> check_gap([date(2026, 3, 2)], [date(2026, 4, 1)], horizon_days=30)
    """
    last, first = max(train), min(test)
    gap = (first - last).days
    if gap < horizon_days:
        raise LabelOverlap(
            asked=f"train on labels up to {last} and test from {first}",
            found=(
                f"labels look {horizon_days} days ahead, so training as_of {last} sees payments up to "
                f"{last + timedelta(days=horizon_days)}, but the test fold starts on {first}"
            ),
            do=f"Leave a gap of at least {horizon_days} days (gap_days={horizon_days}; it is {gap}).",
        )


def _tests(days: Sequence[date], folds: int, test_from: date | None) -> list[tuple[date, ...]]:
    """Days of each test, oldest fold first: the same number of days each, cut from the end."""
    last = tuple(day for day in days if test_from is not None and day >= test_from)
    earlier = [day for day in days if day not in last]
    wanted = folds - 1 if last else folds
    size = max(1, len(last)) if last else max(1, len(days) // (folds + 2))
    tests = [tuple(earlier[-size * (step + 1) : len(earlier) - size * step]) for step in range(wanted)]
    return [test for test in reversed(tests) if test] + ([last] if last else [])


def _fold(days: Sequence[date], test: tuple[date, ...], gap_days: int) -> Fold:
    newest = test[0] - timedelta(days=gap_days)
    return Fold(train=tuple(day for day in days if day <= newest), test=test)
