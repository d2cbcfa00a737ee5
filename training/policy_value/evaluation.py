"""What a strategy would have collected on a working day, beside the one that ran, and how far that can be trusted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import numpy as np

from arrears.errors import Refused
from training.policy_value.choices import Flags
from training.policy_value.doubly_robust import doubly_robust, doubly_robust_difference
from training.policy_value.learning import Learned
from training.policy_value.outcome_model import cross_fitted
from training.policy_value.overlap import Overlap, overlap
from training.policy_value.snips import snips, snips_difference
from training.policy_value.value import Method, Value

LEAST_SEEN = 20
"""How often the lot must have put somebody on a list whom the strategy would have put there, and what ran would not."""

_CLEARLY = 0.5
"""By so much two chances differ where one strategy works somebody and the other does not."""

FEW_DRAWN = 20
"""Rows drawn onto the list, and off it, from which on it is asked whether collectors followed the lot."""

LEAST_FOLLOWED = 0.1
"""How much more often the drawn must have been served than the others, as a share, for the log to mean anything."""


@dataclass(frozen=True)
class Compared:
    """Net cash of a working day in minor units: under the strategy, under the one that ran, and the difference."""

    strategy: Value
    ran: Value
    difference: Value


@dataclass(frozen=True)
class Followed:
    """How many of those whom the lot put on the list, and of those whom it left off, were served, as shares.

    None where nobody was drawn so.
    """

    on_the_list: float | None
    off_the_list: float | None


@dataclass(frozen=True)
class Evaluation:
    """Both estimates of one strategy's value, and what they rest on.

    Attributes
    ----------
    per_day : by method; `doubly_robust` is the one to read, `snips` needs no model and should agree.
    rows, debtors : choices, and whose they were.
    """

    strategy: str
    ran: Mapping[str, int]
    currency: str
    horizon_days: int
    days: tuple[date, ...]
    rows: int
    debtors: int
    left_out: Mapping[str, int]
    per_day: Mapping[Method, Compared]
    overlap: Overlap
    followed: Followed

    def document(self) -> dict[str, Any]:
        """The evaluation as JSON."""
        return asdict(self) | {"days": len(self.days), "first_day": self.days[0], "last_day": self.days[-1]}


def evaluated(found: Learned, *, strategy: str, horizon_days: int) -> Evaluation:
    """Value a strategy from what some nights teach.

    Parameters
    ----------
    strategy : name/version, for the record.

    Raises
    ------
    Refused : the log never did what the strategy would do, or too seldom, or collectors did not follow the lot.
    """
    choices, target = found.choices, found.target
    _refuse_too_little(found, strategy)
    model = cross_fitted(choices, found.features)
    ran, factor = found.ran_target, len(choices) / len(found.days)
    apart = doubly_robust_difference(choices, target, ran, model)
    robust = Compared(doubly_robust(choices, target, model), doubly_robust(choices, ran, model), apart)
    plain = Compared(snips(choices, target), snips(choices, ran), snips_difference(choices, target, ran))
    return Evaluation(
        strategy=strategy,
        ran=found.ran,
        currency=found.currency,
        horizon_days=horizon_days,
        days=found.days,
        rows=len(choices),
        debtors=len(np.unique(choices.debtor)),
        left_out=found.left_out,
        per_day={"doubly_robust": _times(robust, factor), "snips": _times(plain, factor)},
        overlap=overlap(choices, target, ran=ran),
        followed=_followed(found),
    )


def _refuse_too_little(found: Learned, strategy: str) -> None:
    told, choices = f"{len(found.choices):,} choices of {len(found.days)} days", found.choices
    on, off = _drawn(found)
    if min(on.sum(), off.sum()) >= FEW_DRAWN:
        served_on, served_off = float(found.served[on].mean()), float(found.served[off].mean())
        if served_on - served_off < LEAST_FOLLOWED:
            raise Refused(
                asked=f"what {strategy} would have collected",
                found=(
                    f"{told}, but of those whom the lot put on the list {served_on:.0%} were served, of those whom it "
                    f"left off {served_off:.0%}: what the lot said made no difference to who was worked"
                ),
                do="Have collectors work their lists in order, the drawn items too, and ask again.",
            )
    apart = found.target - found.ran_target > _CLEARLY
    seen = int((apart & choices.acted).sum())
    if apart.any() and seen < LEAST_SEEN:
        raise Refused(
            asked=f"what {strategy} would have collected",
            found=f"{told}, in which the lot chose only {seen} times whom {strategy} would have worked and others not",
            do=f"Ask again when more days are over: {LEAST_SEEN} times are the least. A larger slice teaches faster.",
        )


def _followed(found: Learned) -> Followed:
    on, off = _drawn(found)
    return Followed(_share(found.served, on), _share(found.served, off))


def _drawn(found: Learned) -> tuple[Flags, Flags]:
    """Whom the lot put on the list, and whom it left off."""
    return found.drawn & found.choices.acted, found.drawn & ~found.choices.acted


def _share(of: Flags, where: Flags) -> float | None:
    return float(of[where].mean()) if where.any() else None


def _times(compared: Compared, factor: float) -> Compared:
    return Compared(*(getattr(compared, name).times(factor) for name in ("strategy", "ran", "difference")))
