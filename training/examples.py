"""The rows of a yes-or-no question: what was known, what came of it, and on which day that was known.

Whether somebody pays, answers a call, keeps a promise or comes back alone: every such model is fitted and judged on
rows of this one shape (`training.fit_binary`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from training.dataset import Days, Floats, Panel

Places = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Money:
    """What each row brought and what was asked of it, minor units, for judging a list by the money it finds.

    Attributes
    ----------
    collected, asked : (n,).
    """

    collected: Floats
    asked: Floats


@dataclass(frozen=True)
class Examples:
    """Rows with a mature label; one that is not over yet is not here.

    Attributes
    ----------
    panel : features and positions of every account and day that was stood on.
    rows : (n,) places in the panel; one may occur several times, as two calls of one day share what was known before.
    y : (n,) 1 yes, 0 no.
    matures_on : (n,) the day at whose end each label is known.
    horizon_days : how far a label looks past its day; training days end so long before a test begins.
    ends : what rows with a yes and rows with a no are called, as ("paid", "unpaid").
    each : what the rows are, in the plural.
    immature : rows left out because their labels are not over yet.
    money : what the rows brought, where the question is about money.
    rules : names of the rules that labelled them.
    """

    panel: Panel
    rows: Places
    y: Floats
    matures_on: Days
    horizon_days: int
    ends: tuple[str, str] = ("paid", "unpaid")
    each: str = "accounts"
    immature: int = 0
    money: Money | None = None
    rules: tuple[str, ...] = ()

    @cached_property
    def x(self) -> Floats:
        """(n, features)."""
        return self.panel.x[self.rows]

    @cached_property
    def as_of(self) -> Days:
        """(n,)."""
        return self.panel.as_of[self.rows]

    @cached_property
    def debtors(self) -> npt.NDArray[np.int64]:
        """(n,) codes from 0."""
        return self.panel.debtors[self.rows]

    @property
    def features(self) -> tuple[str, ...]:
        """Names of the columns of `x`."""
        return self.panel.features

    def column(self, name: str) -> npt.NDArray[Any]:
        """(n,) a position's column."""
        return self.panel.column(name)[self.rows]

    def days(self) -> list[date]:
        """The days that have labels, oldest first."""
        return [day.astype(object) for day in np.unique(self.as_of)]

    def on(self, days: Sequence[date], *, known_by: date | None = None) -> Places:
        """Places of the rows on these days; with `known_by`, only those whose labels were known at its end."""
        mask = np.isin(self.as_of, np.array(days, dtype="datetime64[D]"))
        if known_by is not None:
            mask &= self.matures_on <= np.datetime64(known_by, "D")
        return np.flatnonzero(mask)
