"""Nights as they were recorded: who could be worked, in which order, what the lot did, and what the accounts showed.

Only what a night wrote is read here. Of several nights for one day the last counts: it is the one that was worked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
from sqlalchemy import Connection, text

from arrears.policy.columns import Numbers, Words
from arrears.queues.holdout import HOLDOUT
from arrears.queues.lot import BY_CHOICE, HARDLY, SURE, Bound, Lot, Shares, drawn
from arrears.settings import Settings, recorded_settings
from training.policy_value.choices import Codes, Flags

_NIGHTS = """
    SELECT DISTINCT ON (served_on) night_id, served_on, settings, strategy_name, strategy_version, feature_names,
        experiments <> '[]' AS by_arms
    FROM nights n
    WHERE served_on >= :since AND EXISTS (SELECT FROM decisions d WHERE d.night_id = n.night_id AND d.action = 'listed')
    ORDER BY served_on, night_id DESC
"""
_ITEMS = """
    SELECT debtor_id, work_group, expected_minutes, explores, chosen_with_probability AS probability, accounts,
        currency, lane, experiment,
        work_item_id IN (SELECT work_item_id FROM decisions WHERE night_id = :night AND action = 'listed') AS listed,
        work_item_id IN (SELECT work_item_id FROM decisions WHERE night_id = :night AND action = 'served') AS served
    FROM work_items WHERE night_id = :night AND made_by = 'night' ORDER BY rank
"""
_ACCOUNTS = """
    SELECT account_id, debtor_id, client, currency, bucket, balance_minor, past_due_minor, stop_roll_minor, propensity,
        p_roll, value_minor, expected_minutes, terms, features
    FROM night_accounts WHERE night_id = :night AND account_id = ANY (:accounts)
"""


@dataclass(frozen=True)
class Items:
    """A night's items, best first, as columns.

    Attributes
    ----------
    by_choice : a lot may decide about it: it is no duty, and no coverage demands it.
    held_out : it is, and its debtor was in the random holdout.
    listed : somebody could have worked it; not so where another item of theirs was in hand, or waited.
    served : a collector claimed it.
    accounts : per item its accounts, the lead first.
    """

    debtor_id: Words
    work_group: Words
    currency: Words
    minutes: Numbers
    explores: Flags
    probability: Numbers
    by_choice: Flags
    held_out: Flags
    listed: Flags
    served: Flags
    accounts: Sequence[Sequence[str]]

    def __len__(self) -> int:
        return len(self.minutes)


@dataclass(frozen=True)
class RecordedNight:
    """One night that was worked.

    Attributes
    ----------
    strategy : name/version by which its list was ordered.
    accounts : every account of its items, as the columns of `night_accounts` by account, and its item's work group.
    by_arms : a test ran, and each of its arms had a list and lots of its own.
    """

    night_id: int
    served_on: date
    strategy: str
    settings: Settings
    feature_names: tuple[str, ...]
    items: Items
    accounts: Mapping[str, Mapping[str, Any]]
    by_arms: bool = False

    @property
    def keeps_effect(self) -> bool:
        """Whether it ranked by what a call adds, and so kept the terms of that."""
        return any("ranking" in row["terms"] for row in self.accounts.values())

    @property
    def shares(self) -> Shares:
        """How much was left to chance."""
        return Shares(self.settings.desk.random_slice_share, self.settings.desk.edge_share)

    @property
    def reached(self) -> int:
        """How many of the items about which a lot may decide the minutes reached, worked from the top."""
        told = self.items.probability[self.items.by_choice]
        told = np.where(
            told <= 2 * HARDLY, 0.0, np.where(told >= 1 - 2 * HARDLY, 1.0, told)
        )  # as before it was clipped
        return round(float(told.sum()))

    @property
    def capacity(self) -> float | None:
        """Minutes with which any order of these items is worked as far as its own was; None: to the end."""
        minutes = self.items.minutes[self.items.by_choice]
        if self.reached in (0, len(minutes)):
            return None
        # In the middle of the last one's minutes, so that no rounding of a sum of minutes reaches one item more.
        return float(minutes[: self.reached].sum() - minutes[self.reached - 1] / 2)

    @property
    def leaves_to_chance(self) -> bool:
        """Whether a lot decided about anybody, so that the night tells what another list would have done."""
        lots = self.shares.slice_ > 0 or self.shares.edge > 0 or bool(self.items.held_out.any())
        return lots and self.capacity is not None

    @cached_property
    def own_lot(self) -> Lot:
        """The lot again, over the items about which one may decide, in their own order, with the holdout."""
        items, free = self.items, self.items.by_choice
        return self._lot(items.debtor_id[free], items.minutes[free], held_out=items.held_out[free])

    @cached_property
    def chosen(self) -> Flags:
        """(items,) on the day's list."""
        found = self.items.probability >= SURE
        found[self.items.by_choice] = self.own_lot.chosen
        return found

    @cached_property
    def without_holdout(self) -> Numbers:
        """(items,) the chance of each if nobody had been held out."""
        items, free = self.items, self.items.by_choice
        found = items.probability.copy()
        if items.held_out.any():
            found[free] = self.lot(items.debtor_id[free], items.minutes[free]).probability
        return found

    def lot(self, debtor_id: Words, minutes: Numbers) -> Lot:
        """The lot over the items about which one may decide, in any order, best first, if nobody had been held out."""
        return self._lot(debtor_id, minutes, held_out=np.zeros(len(debtor_id), dtype=np.bool_))

    def _lot(self, debtor_id: Words, minutes: Numbers, *, held_out: Flags) -> Lot:
        bound = Bound(held_out=held_out)
        return drawn(debtor_id, minutes, self.served_on, self.shares, capacity=self.capacity, bound=bound)


def recorded_nights(connection: Connection, *, since: date) -> Iterator[RecordedNight]:
    """Nights whose choices were logged, oldest first, one a day.

    Parameters
    ----------
    since : the first day on which their items were worked.
    """
    for row in connection.execute(text(_NIGHTS), {"since": since}).all():
        items = _items(connection, row.night_id)
        pairs = zip(items.work_group.tolist(), items.accounts, strict=True)
        group_of = {account: group for group, accounts in pairs for account in accounts}
        accounts = connection.execute(text(_ACCOUNTS), {"night": row.night_id, "accounts": sorted(group_of)}).mappings()
        yield RecordedNight(
            night_id=row.night_id,
            served_on=row.served_on,
            strategy=f"{row.strategy_name}/{row.strategy_version}",
            settings=recorded_settings(row.settings, where=f"night {row.night_id}"),
            feature_names=tuple(row.feature_names),
            items=items,
            by_arms=row.by_arms,
            accounts={each["account_id"]: {**each, "work_group": group_of[each["account_id"]]} for each in accounts},
        )


def codes(values: Words) -> Codes:
    """(n,) one number for each different value."""
    return np.unique(values, return_inverse=True)[1].astype(np.int64)


def _items(connection: Connection, night_id: int) -> Items:
    rows = connection.execute(text(_ITEMS), {"night": night_id}).all()
    probability = np.array([row.probability for row in rows], dtype=np.float64)
    by_choice = np.isin(np.array([row.lane for row in rows], dtype=np.str_), BY_CHOICE) & (probability < SURE)
    held_out = np.array([row.experiment == HOLDOUT for row in rows], dtype=np.bool_)
    return Items(
        debtor_id=np.array([row.debtor_id for row in rows], dtype=np.str_),
        work_group=np.array([row.work_group for row in rows], dtype=np.str_),
        currency=np.array([row.currency for row in rows], dtype=np.str_),
        minutes=np.array([row.expected_minutes for row in rows], dtype=np.float64),
        explores=np.array([row.explores for row in rows], dtype=np.bool_),
        probability=probability,
        by_choice=by_choice,
        held_out=held_out & by_choice,
        listed=np.array([row.listed for row in rows], dtype=np.bool_),
        served=np.array([row.served for row in rows], dtype=np.bool_),
        accounts=[row.accounts for row in rows],
    )
