"""The second look: before an item leaves the house, and where somebody asks, the rules are asked again at that moment.

What is held by then stays; what opens later in the day goes with its hours. A night's verdict is never taken on trust.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import numpy as np
from sqlalchemy import Connection

from arrears.clock import SystemClock, day_of
from arrears.lake import Lake
from arrears.policy.columns import NOBODY
from arrears.policy.verdict import ChannelVerdict, Judgement
from arrears.policy.ways import last_close, ways_of
from arrears.queues.item import Json, WorkItem
from serving.bench import Bench
from serving.book import Questions
from serving.deployment import Deployment
from serving.may_we import judge_now


@dataclass(frozen=True)
class Again:
    """Items judged anew: those that may still leave, and how many are held by now."""

    items: list[WorkItem]
    held: int


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
) -> Again:
    """The items as they may leave at a moment: without the accounts that are held by now, with their ways anew.

    An item whose lead account is held is held, because what it says is the lead's.

    Parameters
    ----------
    through : a way that opens by the end of this day is open later, not held.
    """
    if not items:
        return Again([], 0)
    debtors = sorted({item.debtor_id for item in items})
    judgement = judge_now(lake, asked, connection, debtors, at, through=through, limits_on=limits_on)
    rows = {account: row for row, account in enumerate(judgement.facts.accounts.id.tolist())}
    left = [again for item in items if (again := _again(item, judgement, rows)) is not None]
    return Again(left, len(items) - len(left))


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
    ways = ways_of(judgement, [rows[account] for account in accounts])
    told: list[Json] = [way.document() for way in ways]
    return replace(item, accounts=accounts, ways=told, allowed_until=last_close(ways))


def now_of(
    deployment: Deployment, connection: Connection, debtor_id: str
) -> dict[str, tuple[ChannelVerdict, ...]] | None:
    """The verdicts of this moment on a debtor's accounts in a running service; None where there is no lake to ask."""
    lake = deployment.lake
    if not lake.exists():
        return None
    limits_on = limits_today(deployment.settings.portfolio.zone)
    asked, bench = deployment.live.asked(lake), deployment.live.bench(lake)
    now = deployment.clock.now()
    return verdicts_now(lake, asked, connection, debtor_id, now, limits_on=limits_on, bench=bench)
