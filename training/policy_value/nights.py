"""Nights as they were recorded: who could be worked, in which order, what the lot did, and what the accounts showed.

Only what a night wrote is read here. Of several nights for one day the last counts: it is the one that was worked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from sqlalchemy import Connection, text

from arrears.policy.columns import Numbers, Words
from arrears.queues.random_slice import Slice, drawn
from arrears.settings import Settings, settings_of
from training.policy_value.choices import Codes, Flags

_NIGHTS = """
    SELECT DISTINCT ON (served_on) night_id, served_on, settings, strategy_name, strategy_version, feature_names
    FROM nights n
    WHERE served_on >= :since AND EXISTS (SELECT FROM decisions d WHERE d.night_id = n.night_id AND d.action = 'listed')
    ORDER BY served_on, night_id DESC
"""
_ITEMS = """
    SELECT debtor_id, work_group, expected_minutes, explores, chosen_with_probability AS probability, accounts,
        currency,
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
    """

    night_id: int
    served_on: date
    strategy: str
    settings: Settings
    feature_names: tuple[str, ...]
    items: Items
    accounts: Mapping[str, Mapping[str, Any]]

    @property
    def share(self) -> float:
        """Share of the debtors whom the lot drew."""
        return self.settings.desk.random_slice_share

    @property
    def keeps_effect(self) -> bool:
        """Whether it ranked by what a call adds, and so kept the terms of that."""
        return any("ranking" in row["terms"] for row in self.accounts.values())

    @property
    def reached(self) -> int:
        """How many items the minutes reached, worked from the top."""
        return int((self.items.probability >= 1 - self.share).sum())

    @property
    def capacity(self) -> float | None:
        """Minutes with which any order of this night's items is worked as far as its own was; None: to the end."""
        if self.reached == len(self.items):
            return None
        # In the middle of the last one's minutes, so that no rounding of a sum of minutes reaches one item more.
        return float(self.items.minutes[: self.reached].sum() - self.items.minutes[self.reached - 1] / 2)

    @property
    def leaves_to_chance(self) -> bool:
        """Whether a lot decided about anybody, so that the night tells what another list would have done."""
        return self.share > 0 and self.capacity is not None

    def lot(self, debtor_id: Words, minutes: Numbers) -> Slice:
        """The lot again, over its items in any order, best first."""
        return drawn(debtor_id, minutes, self.served_on, share=self.share, capacity=self.capacity)


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
            settings=settings_of(dict(row.settings), where=f"night {row.night_id}"),
            feature_names=tuple(row.feature_names),
            items=items,
            accounts={each["account_id"]: {**each, "work_group": group_of[each["account_id"]]} for each in accounts},
        )


def codes(values: Words) -> Codes:
    """(n,) one number for each different value."""
    return np.unique(values, return_inverse=True)[1].astype(np.int64)


def _items(connection: Connection, night_id: int) -> Items:
    rows = connection.execute(text(_ITEMS), {"night": night_id}).all()
    return Items(
        debtor_id=np.array([row.debtor_id for row in rows], dtype=np.str_),
        work_group=np.array([row.work_group for row in rows], dtype=np.str_),
        currency=np.array([row.currency for row in rows], dtype=np.str_),
        minutes=np.array([row.expected_minutes for row in rows], dtype=np.float64),
        explores=np.array([row.explores for row in rows], dtype=np.bool_),
        probability=np.array([row.probability for row in rows], dtype=np.float64),
        listed=np.array([row.listed for row in rows], dtype=np.bool_),
        served=np.array([row.served for row in rows], dtype=np.bool_),
        accounts=[row.accounts for row in rows],
    )
