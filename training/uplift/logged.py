"""Recorded nights as lessons about a place on the list: one row an account and day, whose chance is known exactly.

What came of an account is a share: before charge-off in own books whether it paid what stops its roll, elsewhere the
share of what was owed that came in. What the whole share is worth is its stake, so a share times its stake is money.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

import numpy as np

from arrears.errors import Refused
from arrears.lake import Lake
from arrears.policy.columns import Words
from training.policy_value.cash import STAND, Stand, cash_after
from training.policy_value.choices import Codes, Flags, Floats
from training.policy_value.learning import DUTIES, NOT_FREE, stand_of, teaches
from training.policy_value.nights import RecordedNight, codes
from training.policy_value.reranked import recorded_terms
from training.uplift.lessons import Lessons

NO_STAKE = "accounts with nothing at stake"
BY_RULE = "accounts that are likelier than not to be on the next list, too"
_ACCOUNT = STAND.index("account_id")
_LIKELIER = 0.5
_LEAST_CAPACITY, _MOST_CAPACITY = 0.01, 0.99


@dataclass(frozen=True, eq=False)
class Listed:
    """Accounts and days, all columns of one length n.

    Attributes
    ----------
    features : (n, columns) known before the night.
    acted, chance : whether the account was on the day's list, and with which probability.
    share : 0-1, what came of it. `stake_minor` : what the whole share is worth, above 0.
    at_risk_minor : its worth by value at risk.
    debtor : whose account it is, as codes.
    """

    features: Floats
    acted: Flags
    chance: Floats
    share: Floats
    stake_minor: Floats
    at_risk_minor: Floats
    debtor: Codes

    def __len__(self) -> int:
        return len(self.acted)

    @property
    def lessons(self) -> Lessons:
        """What learners of effects are taught by."""
        return Lessons(self.features, self.acted, self.chance, self.share)

    def only(self, rows: Flags, columns: Sequence[int]) -> Listed:
        """These rows, with these of their features."""
        own = {each.name: getattr(self, each.name)[rows] for each in fields(Listed)}
        return Listed(**own | {"features": own["features"][:, columns]})


@dataclass(frozen=True, eq=False)
class Logged(Listed):
    """Accounts of the days' lists.

    Attributes
    ----------
    names : of the features.
    client, currency : (n,) of each account.
    can_roll : before charge-off in own books: its share is that of not rolling.
    capacity : share of the items that a list reaches, 0-1.
    days : on which lists were worked, oldest first.
    left_out : what could not be used, and how much of it.
    """

    names: tuple[str, ...]
    client: Words
    currency: Words
    can_roll: Flags
    capacity: float
    days: tuple[date, ...]
    left_out: dict[str, int]


def logged(nights: Iterable[RecordedNight], lake: Lake, *, horizon_days: int, known_through: date) -> Logged:
    """Put every account's place on a list beside what came of it.

    Whom a lot leaves out of a list and who is likelier than not to be on the next one tells what a day's delay costs
    and not what a call adds. So where cash counts on more than the day itself only those teach whose chance is at most
    a half: whom the rule leaves out, the lower half of the edge, and the holdout where no more than half are reached.

    Parameters
    ----------
    horizon_days : cash counts on so many days from the one on which the list was worked.
    known_through : the last day whose facts are in the lake.

    Raises
    ------
    Refused : no night can be used, with the reason.
    """
    left_out: Counter[str] = Counter()
    # Each night is let go once its rows are made: a hundred of a large book do not fit into memory.
    parts = [
        _rows_of(night, left_out, only_by_lot=horizon_days > 1)
        for night in nights
        if teaches(night, lake, horizon_days, known_through, left_out)
    ]
    if not any(len(part.stands) for part in parts):
        raise _nothing(left_out)
    cash = cash_after(lake, {part.served_on: part.stands for part in parts}, horizon_days)
    names = sorted(set.intersection(*(set(part.names) for part in parts)))
    stands = [stand for part in parts for stand in part.stands]
    return Logged(
        names=tuple(names),
        features=np.concatenate([part.features[:, [part.names.index(name) for name in names]] for part in parts]),
        acted=np.concatenate([part.acted for part in parts]),
        chance=np.concatenate([part.chance for part in parts]),
        share=np.concatenate([part.share(cash) for part in parts]),
        stake_minor=np.concatenate([part.stake_minor for part in parts]),
        at_risk_minor=np.concatenate([part.at_risk_minor for part in parts]),
        debtor=codes(_words(stands, "debtor_id")),
        client=_words(stands, "client"),
        currency=_words(stands, "currency"),
        can_roll=np.concatenate([part.can_roll for part in parts]),
        capacity=float(np.clip(np.mean([part.reached for part in parts]), _LEAST_CAPACITY, _MOST_CAPACITY)),
        days=tuple(part.served_on for part in parts),
        left_out={what: count for what, count in left_out.items() if count},
    )


@dataclass(frozen=True)
class _Rows:
    """What one night teaches, but for the cash, one row an account."""

    served_on: date
    stands: Sequence[Stand]
    names: tuple[str, ...]
    features: Floats
    acted: Flags
    chance: Floats
    can_roll: Flags
    whole_minor: Floats
    stake_minor: Floats
    at_risk_minor: Floats
    reached: float

    def share(self, cash: Mapping[tuple[date, str], int]) -> Floats:
        """(rows,) what came of each: whether it paid what stops its roll, or the share of what it owed that came in."""
        minor = np.array([cash.get((self.served_on, stand[_ACCOUNT]), 0) for stand in self.stands], dtype=np.float64)
        part = np.clip(minor / self.whole_minor, 0.0, 1.0)
        return np.where(self.can_roll, np.floor(part), part)


def _rows_of(night: RecordedNight, left_out: Counter[str], *, only_by_lot: bool) -> _Rows:
    items, terms = night.items, recorded_terms(night)
    place = {account: row for row, account in enumerate(night.accounts)}
    left_out[NOT_FREE] += int((~items.listed).sum())
    left_out[DUTIES] += int((items.listed & ~items.by_choice).sum())
    taught = np.flatnonzero(items.listed & items.by_choice).tolist()
    pairs = [(place[each], item) for item in taught for each in items.accounts[item]]
    account, item = (np.array(column, dtype=np.int64) for column in (zip(*pairs, strict=True) if pairs else ((), ())))
    at_stake = terms["stake_minor"][account] > 0
    left_out[NO_STAKE] += int((~at_stake).sum())
    by_rule = at_stake & (items.probability > _LIKELIER)[item] & only_by_lot
    left_out[BY_RULE] += int(by_rule.sum())
    account, item = account[at_stake & ~by_rule], item[at_stake & ~by_rule]
    recorded = list(night.accounts.values())
    features = np.array([row["features"] for row in recorded], dtype=np.float64).reshape(len(recorded), -1)
    rows = [recorded[row] for row in account.tolist()]
    return _Rows(
        served_on=night.served_on,
        stands=[stand_of(row) for row in rows],
        names=night.feature_names,
        features=features[account],
        acted=night.chosen[item],
        chance=items.probability[item],
        can_roll=np.array([row["p_roll"] is not None for row in rows], dtype=np.bool_),
        whole_minor=np.array([_whole_minor(row) for row in rows], dtype=np.float64),
        stake_minor=terms["stake_minor"][account],
        at_risk_minor=np.nan_to_num(terms["at_risk_minor"][account]),
        reached=night.reached / int(items.by_choice.sum()),
    )


def _whole_minor(row: Mapping[str, Any]) -> float:
    """Cash that is the whole share: what stops the roll, or all that is owed; at least one minor unit."""
    owed = row["past_due_minor"] if row["balance_minor"] is None else row["balance_minor"]
    stops = row["stop_roll_minor"] or row["past_due_minor"]
    return float(max((stops or owed if row["p_roll"] is not None else owed) or 1, 1))


def _words(stands: Sequence[Stand], name: str) -> Words:
    place = STAND.index(name)
    return np.array([stand[place] for stand in stands], dtype=np.str_)


def _nothing(left_out: Counter[str]) -> Refused:
    told = ", ".join(f"{count} {what}" for what, count in left_out.items() if count) or "no logged night"
    return Refused(
        asked="train uplift",
        found=f"nothing that tells what a call adds: {told}",
        do=(
            "Let nights run with a team whose minutes do not reach everybody and desk.random_slice_share above 0, and "
            "train when the horizon of enough days is over; --horizon makes it shorter. Value at risk stands till then."
        ),
    )
