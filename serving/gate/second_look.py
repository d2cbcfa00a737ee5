"""The second look: before an item leaves the house, and where somebody asks, the rules are asked again at that moment.

What is held by then stays; what opens later in the day goes with its hours. A night's verdict is never taken on trust.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

import numpy as np
from sqlalchemy import Connection

from arrears.clock import SystemClock, day_of
from arrears.lake import Lake
from arrears.policy.columns import NOBODY
from arrears.policy.verdict import ChannelVerdict, Judgement
from arrears.policy.ways import last_close, ways_of
from arrears.queues.desk.history import SPOKEN
from arrears.queues.item import Json, WorkItem
from arrears.queues.lanes import PROMISE, written
from arrears.state.closed import WITHOUT_CONTACT
from serving.gate.bench import Bench
from serving.gate.book import Questions
from serving.gate.may_we import MANUAL, judge_now

ASKED_BY_NO_RULE = "payer"
"""The lane whose work goes to an insurer: no rule of conduct speaks of it."""

GONE = "gone"
"""The code of an item whose lead account the lake does not know any more."""


@dataclass(frozen=True)
class Again:
    """Items judged anew: those that may still leave, how many are held by now, and for what.

    `because` counts held items by the code of each of their lead account's holds.
    """

    items: list[WorkItem]
    held: int
    because: Mapping[str, int] = field(default_factory=dict)


def limits_today(zone: str) -> date:
    """The day whose limits are in force: the real one, wherever the portfolio's clock stands."""
    return day_of(SystemClock().now(), zone)


def look_again(
    lake: Lake,
    asked: Questions,
    connection: Connection,
    items: Sequence[WorkItem],
    at: datetime,
    *,
    through: date,
    limits_on: date,
    technology: str = MANUAL,
) -> Again:
    """The items as they may leave at a moment: without the accounts that are held by now, with their ways anew.

    Each is judged for its own lane. An item whose lead account is held is held, because what it says is the lead's.

    Parameters
    ----------
    through : a way that opens by the end of this day is open later, not held.
    technology : how calls would be placed.
    """
    left: dict[int, WorkItem] = {}
    because: Counter[str] = Counter()
    for lane in sorted({item.lane for item in items}):
        own = [item for item in items if item.lane == lane]
        if lane == ASKED_BY_NO_RULE:
            left |= {item.work_item_id: item for item in own}
            continue
        debtors = sorted({item.debtor_id for item in own})
        judgement = judge_now(
            lake,
            asked,
            connection,
            debtors,
            at,
            through=through,
            limits_on=limits_on,
            lane=lane,
            technology=technology,
        )
        rows = {account: row for row, account in enumerate(judgement.facts.accounts.id.tolist())}
        for item in own:
            again = _again(item, judgement, rows)
            if again is None:
                because.update(_codes(item, judgement, rows))
            else:
                left[item.work_item_id] = again
    kept = [left[item.work_item_id] for item in items if item.work_item_id in left]
    return Again(kept, len(items) - len(kept), because)


def verdicts_now(
    lake: Lake,
    asked: Questions,
    connection: Connection,
    debtor_id: str,
    at: datetime,
    *,
    limits_on: date,
    bench: Bench | None = None,
) -> dict[str, tuple[ChannelVerdict, ...]]:
    """The verdict of this moment on every account of a debtor, channel by channel."""
    judgement = judge_now(lake, asked, connection, [debtor_id], at, limits_on=limits_on, bench=bench)
    primary = judgement.facts.people.id == debtor_id
    accounts = judgement.facts.accounts
    own = np.flatnonzero(primary[accounts.person] & (accounts.person != NOBODY))
    return {str(accounts.id[row]): judgement.by_channel(int(row)) for row in own}


def _again(item: WorkItem, judgement: Judgement, rows: dict[str, int]) -> WorkItem | None:
    accounts = [account for account in item.accounts if account in rows and not judgement.is_held[rows[account]]]
    if item.lead_account_id not in accounts:
        return None
    if item.lane in WITHOUT_CONTACT:
        return replace(item, accounts=accounts)
    ways = ways_of(judgement, [rows[account] for account in accounts])
    if item.lane == PROMISE and not any(way["channel"] in SPOKEN for way in item.ways):
        ways = written(ways)  # a reminder stays a message
    told: list[Json] = [way.document() for way in ways]
    return replace(item, accounts=accounts, ways=told, allowed_until=last_close(ways))


def _codes(item: WorkItem, judgement: Judgement, rows: dict[str, int]) -> tuple[str, ...]:
    if item.lead_account_id not in rows:
        return (GONE,)
    return tuple(dict.fromkeys(hold.code for hold in judgement.verdict(rows[item.lead_account_id]).holds))
