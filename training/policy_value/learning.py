"""From recorded nights to a log of choices: who was on each day's list by lot and rank, and the cash that followed.

The choice that is valued is the night's, to put a person on the day's list: its chances are known exactly, because rank
and lot alone decide. Whether a collector then got to them is what happened, and is counted beside it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from arrears.errors import Refused
from arrears.lake import Lake
from arrears.policy.columns import Words
from arrears.queues.strategy import Strategy
from models.artifact import Artifact
from models.uplift import outcomes_through
from training.policy_value.cash import Stand, cash_after, matures_on
from training.policy_value.choices import Choices, Flags, Floats
from training.policy_value.nights import RecordedNight, codes
from training.policy_value.reranked import chances_under, recorded_terms

NOT_OVER = "days whose horizon is not over"
BY_ARMS = "days on which a test divided the list"
NO_LOT = "days on which no lot decided"
OTHER_LOT = "days whose lot cannot be drawn again"
TAUGHT_EFFECT = "days from which the champion of uplift itself learned"
NOT_FREE = "items that were in hand or waited"
DUTIES = "items about which no lot may decide"
OTHER_CURRENCY = "items in another currency"

_OF_LEAD = ("bucket_rank", "balance_minor", "propensity", "p_roll", "value_minor", "expected_minutes")
"""Terms of an item's lead account that an outcome model may look at, beside its features."""


@dataclass(frozen=True)
class Learned:
    """What some nights teach about a strategy, one row an item that could be worked, all columns of one length.

    Attributes
    ----------
    choices : acted: on the day's list; outcome: net cash of the item's accounts within the horizon, minor units.
    target, ran_target : chance to be on the list under the strategy that is valued and under the one that ran, had
        nobody been held out: whoever was tells both of them, as everybody in the holdout had an equal chance.
    features : what was known before the night.
    drawn : a lot decided about the row, not its rank.
    served : a collector claimed it.
    days : on which the lists were worked.
    ran : by which strategy, how many days.
    left_out : what could not be used, and how much of it.
    """

    choices: Choices
    target: Floats
    ran_target: Floats
    features: Floats
    drawn: Flags
    served: Flags
    days: tuple[date, ...]
    ran: dict[str, int]
    currency: str
    left_out: dict[str, int]


def learned(
    nights: Iterable[RecordedNight],
    lake: Lake,
    strategy: Strategy,
    *,
    currency: str,
    horizon_days: int,
    known_through: date,
    uplift: Artifact | None = None,
) -> Learned:
    """Put choices, chances and cash side by side.

    Parameters
    ----------
    nights : as `nights.recorded_nights` gives them.
    currency : only items in it are valued; every item keeps its place in the order.
    horizon_days : cash counts on so many days from the one on which the list was worked.
    known_through : the last day whose facts are in the lake.
    uplift : the champion that tells what a call adds, where the strategy asks and the night kept no answer. Days from
        which it learned are left out: of those it knows what came.

    Raises
    ------
    Refused : no night can be used, with the reason; or one kept no term by which the strategy sorts.
    """
    left_out: Counter[str] = Counter()
    # Each night is let go once its rows are made: a hundred of a large book do not fit into memory.
    parts = [
        _rows_of(night, strategy, currency, uplift, left_out)
        for night in nights
        if teaches(night, lake, horizon_days, known_through, left_out)
        and not _taught(night, strategy, uplift, left_out)
    ]
    if not any(len(part.chance) for part in parts):
        raise _nothing(strategy, left_out)
    cash = cash_after(lake, {part.served_on: part.stands for part in parts}, horizon_days)
    names = sorted(set.intersection(*(set(part.names) for part in parts)))
    return Learned(
        choices=Choices(
            acted=_joined(part.acted for part in parts),
            chance=_joined(part.chance for part in parts),
            outcome=_joined(part.outcome(cash) for part in parts),
            debtor=codes(_joined(part.debtor_id for part in parts)),
        ),
        target=_joined(part.target for part in parts),
        ran_target=_joined(part.ran_target for part in parts),
        features=_joined(part.features_named(names) for part in parts),
        drawn=_joined(part.drawn for part in parts),
        served=_joined(part.served for part in parts),
        days=tuple(part.served_on for part in parts),
        ran=dict(Counter(part.strategy for part in parts)),
        currency=currency,
        left_out={what: count for what, count in left_out.items() if count},
    )


@dataclass(frozen=True)
class _Rows:
    """What one night teaches, but for the cash, one row an item."""

    served_on: date
    strategy: str
    stands: Sequence[Stand]
    accounts: Sequence[Sequence[str]]
    debtor_id: Words
    acted: Flags
    chance: Floats
    target: Floats
    ran_target: Floats
    names: tuple[str, ...]
    features: Floats
    terms: Floats
    drawn: Flags
    served: Flags

    def outcome(self, cash: Mapping[tuple[date, str], int]) -> Floats:
        """(rows,) cash of each item's accounts."""
        sums = [sum(cash.get((self.served_on, account), 0) for account in each) for each in self.accounts]
        return np.array(sums, dtype=np.float64)

    def features_named(self, names: Sequence[str]) -> Floats:
        """(rows, columns) the features that every night has, then the terms."""
        return np.column_stack([self.features[:, [self.names.index(name) for name in names]], self.terms])


def teaches(night: RecordedNight, lake: Lake, horizon_days: int, known_through: date, left_out: Counter[str]) -> bool:
    """Whether a night's choices are known with their chances and what came of them; if not, why is counted."""
    reason = None
    if matures_on(night.served_on, horizon_days, lake.settings) > known_through:
        reason = NOT_OVER
    elif night.by_arms:
        reason = BY_ARMS
    elif not night.leaves_to_chance:
        reason = NO_LOT
    elif not _drawn_again(night):
        reason = OTHER_LOT
    if reason is not None:
        left_out[reason] += 1
    return reason is None


def _taught(night: RecordedNight, strategy: Strategy, uplift: Artifact | None, left_out: Counter[str]) -> bool:
    """Whether the model that would order the night's list learned from what came of that very list."""
    if uplift is None or not strategy.reads_effect or night.keeps_effect:
        return False
    found = night.served_on <= outcomes_through(uplift)
    left_out[TAUGHT_EFFECT] += found
    return found


def _drawn_again(night: RecordedNight) -> bool:
    lot, free = night.own_lot, night.items.by_choice
    same = np.array_equal(lot.explores, night.items.explores[free])
    return bool(same and np.allclose(lot.probability, night.items.probability[free]))


def _nothing(strategy: Strategy, left_out: Counter[str]) -> Refused:
    told = ", ".join(f"{count} {what}" for what, count in left_out.items()) or "no logged night"
    return Refused(
        asked=f"what {strategy.name} would have collected",
        found=f"nothing to learn from: {told}",
        do=(
            "Let nights run with a team whose minutes do not reach everybody and desk.random_slice_share above 0, and "
            "ask when the horizon of enough days is over; --horizon makes it shorter."
        ),
    )


def _rows_of(
    night: RecordedNight, strategy: Strategy, currency: str, uplift: Artifact | None, left_out: Counter[str]
) -> _Rows:
    items = night.items
    ours = items.currency == currency
    left_out[OTHER_CURRENCY] += int((~ours).sum())
    left_out[NOT_FREE] += int((ours & ~items.listed).sum())
    left_out[DUTIES] += int((ours & items.listed & ~items.by_choice).sum())
    rows = np.flatnonzero(ours & items.listed & items.by_choice)
    accounts = [items.accounts[row] for row in rows.tolist()]
    place = {account: row for row, account in enumerate(night.accounts)}
    lead = np.array([place[each[0]] for each in accounts], dtype=np.int64)
    features = np.array([account["features"] for account in night.accounts.values()], dtype=np.float64)
    terms = recorded_terms(night)
    count = np.array([len(each) for each in accounts], dtype=np.float64)
    return _Rows(
        served_on=night.served_on,
        strategy=night.strategy,
        stands=[stand_of(night.accounts[account]) for each in accounts for account in each],
        accounts=accounts,
        debtor_id=items.debtor_id[rows],
        acted=night.chosen[rows],
        chance=items.probability[rows],
        target=chances_under(night, strategy, uplift)[rows],
        ran_target=night.without_holdout[rows],
        names=night.feature_names,
        features=features.reshape(len(place), -1)[lead],
        terms=np.column_stack([*(terms[name][lead] for name in _OF_LEAD), count]),
        drawn=items.explores[rows],
        served=items.served[rows],
    )


def stand_of(account: Mapping[str, Any]) -> Stand:
    """Where a recorded account's cash is looked for."""
    return account["account_id"], account["debtor_id"], account["client"], account["currency"]


def _joined(parts: Iterable[np.ndarray]) -> np.ndarray:
    return np.concatenate(list(parts))
