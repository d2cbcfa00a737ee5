"""A night's items given to collectors: who is at work on its day, what each item asks, and what the plan came to.

`arrears.queues.allocation` finds the plan; here the book's facts become its columns. Without collectors every item
stays on the team's list, by rank.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from arrears.clock import start_of_day
from arrears.lake import Lake
from arrears.policy.columns import Flags, Numbers, Rows, Words
from arrears.policy.zonetime import Instants
from arrears.queues.allocation.problem import Quota, Rules, Team, Wanted
from arrears.queues.allocation.report import report
from arrears.queues.allocation.shifts import blocks_between
from arrears.queues.allocation.solve import Plan, solve
from arrears.queues.desk.team import Member
from arrears.queues.supervise.roster import minutes, roster_of
from arrears.settings import Settings
from serving.night.needs import Needs, high_skill, lane_skills

MOST_ITEMS = 150_000
"""The best so many items are given out, and all that must be worked or were drawn: no team reaches further in a day."""

_MUST_HAVE_SKILL = "high balances"
_ANY = frozenset[str]()
_ABSENT = """
    SELECT DISTINCT ON (collector) collector, substitute FROM absences
    WHERE at <= :now AND (ended_at IS NULL OR ended_at > :now) AND :day BETWEEN from_on AND to_on
    ORDER BY collector, absence_id DESC
"""


@dataclass(frozen=True)
class AtWork:
    """Who works on one day.

    Attributes
    ----------
    members : everybody of the team, whoever is away included.
    team : those who are there, with their minutes by hour.
    away : who is not, and who works their list; None: the team.
    """

    members: tuple[Member, ...]
    team: Team
    away: Mapping[str, str | None]

    @property
    def capacity(self) -> float | None:
        """Minutes of the whole team on the day; None where there is no team."""
        return float(self.team.minutes.sum()) if self.members else None


@dataclass(frozen=True)
class Given:
    """Items that are to be given out, best first: the columns of a plan but for what the team decides.

    Attributes
    ----------
    value, minutes : (items,) money of one currency or made comparable, and a collector's expected minutes.
    unit : what `value` is told in: a currency, in its minor units; else `worth` by the house's rates, or `places` on
        the list where the strategy ranks by something else than money.
    opens_at, closes_at : (items,) the debtor's hours on the day, NaT where there is no bound.
    must : (items,) a client's coverage demands it.
    explores : (items,) a lot put it on the list: it gets its room whatever it is worth.
    kept : (items,) its owner's alone while they are at work and may take it: what the plan has no room for waits at
        the end of their list.
    """

    value: Numbers
    minutes: Numbers
    client: Words
    lane: Words
    needs: Needs
    opens_at: Instants
    closes_at: Instants
    must: Flags
    explores: Flags
    kept: Flags
    unit: str


@dataclass(frozen=True)
class Allocation:
    """Who works which item of a night.

    Attributes
    ----------
    assigned_to : (items,) a collector, None on the team's list.
    place : (items,) on that list, least first.
    report : what the plan came to, as `allocations` keeps it; None where there is no team.
    """

    assigned_to: NDArray[np.object_]
    place: Numbers
    report: Mapping[str, Any] | None


def at_work(
    lake: Lake,
    day: date,
    settings: Settings,
    *,
    connection: Connection | None = None,
    now: datetime | None = None,
    from_: datetime | None = None,
) -> AtWork:
    """Who works on a day, as the lake knows the team and the database its absences.

    Parameters
    ----------
    now : absences told by then count; None: none is known.
    from_ : only hours from this moment on; None: the whole day.
    """
    roster, zone = roster_of(lake), settings.portfolio.zone
    away = _away(connection, day, now)
    begins, ends = (_instant(start_of_day(each, zone)) for each in (day, day + timedelta(days=1)))
    starts = blocks_between(begins, ends)
    there = roster.on(day)
    told = minutes(roster, day, starts, away=list(away), portfolio=settings.portfolio, desk=settings.desk)
    left = _left_of(starts, from_)
    members = tuple(each.member for each in there)
    return AtWork(
        members=members,
        team=Team(
            collector_id=tuple(each.collector_id for each in members),
            languages=tuple(frozenset(each.languages or ()) for each in members),
            licences=tuple(frozenset(each.licences or ()) for each in members),
            clients=tuple(_named(each.clients) for each in members),
            products=tuple(_named(each.products) for each in members),
            territories=tuple(_named(each.territories) for each in members),
            skills=tuple(frozenset(each.skills or ()) for each in members),
            minutes=np.array([told[each.collector_id] * left for each in members]).reshape(len(members), len(starts)),
            starts=starts.astype("M8[us]"),
        ),
        away=away,
    )


def allocated(given: Given, places: Numbers, work: AtWork, settings: Settings, *, seed: int) -> Allocation:
    """Give items to collectors.

    Parameters
    ----------
    places : (items,) where each stands on a list without collectors.
    seed : of the order in which what a lot put on the lists is worked.
    """
    count = len(given.value)
    if not work.members or not count:
        return unallocated(places)
    rows = _best(given)
    rules = replace(rules_of(work, settings, seed=seed), owner_strict=bool(given.kept.any()))
    wanted = wanted_of(given, rows, work)
    plan = solve(work.team, wanted, rules)
    placed, waits = plan.collector >= 0, (plan.waits_for >= 0) & given.kept[rows]
    names = np.array(work.team.collector_id, dtype=np.object_)
    assigned = np.full(count, None, dtype=np.object_)
    assigned[rows[placed]] = names[plan.collector[placed]]
    place = places.copy()
    place[rows[placed]] = plan.position[placed]
    assigned[rows[waits]] = names[plan.waits_for[waits]]
    place[rows[waits]] = count + places[rows[waits]]
    told = report_of(plan, work, wanted, rules, unit=given.unit, beyond=count - len(rows))
    return Allocation(assigned, place, told)


def unallocated(places: Numbers) -> Allocation:
    """Every item on the team's list."""
    return Allocation(np.full(len(places), None, dtype=np.object_), places, None)


def wanted_of(given: Given, rows: Rows, work: AtWork) -> Wanted:
    """Some of the items as a plan reads them."""
    substitutes = {who: instead for who, instead in work.away.items() if instead}
    owner = [substitutes.get(each, each) for each in given.needs.owner[rows].tolist()]
    lane_asks = given.needs.high[rows] & (given.needs.skill[rows] != "")
    return Wanted(
        value=given.value[rows],
        minutes=given.minutes[rows],
        language=given.needs.language[rows],
        region=given.needs.region[rows],
        client=given.client[rows],
        product=given.needs.product[rows],
        territory=given.needs.territory[rows],
        lane=given.lane[rows],
        balance=lane_asks.astype(np.float64),
        owner=np.array(owner, dtype=np.str_),
        opens_at=given.opens_at[rows],
        closes_at=given.closes_at[rows],
        must=given.must[rows],
        explores=given.explores[rows],
    )


def rules_of(work: AtWork, settings: Settings, *, seed: int) -> Rules:
    """What the house decided about sharing out work."""
    desk = settings.desk
    skill = desk.high_balance_skill
    return Rules(
        owner_bonus=desk.owner_bonus,
        high_balance=0.5 if high_skill(work.members, settings) else np.inf,
        high_balance_skill=skill or _MUST_HAVE_SKILL,
        lane_skills=lane_skills(work.members, settings),
        quotas={lane: Quota(quota.least, quota.most) for lane, quota in desk.lane_quotas.items()},
        fairness=desk.fairness_cap,
        explore_share=1.0,  # the lot has decided already how many of these are worked
        seed=seed,
    )


def report_of(plan: Plan, work: AtWork, wanted: Wanted, rules: Rules, *, unit: str, beyond: int) -> dict[str, Any]:
    """What a plan came to, as JSON keeps it: the report of `arrears.queues.allocation`, and who was there.

    Parameters
    ----------
    unit : what values are told in.
    beyond : items so far down the list that nobody was asked to work them.
    """
    told = asdict(report(work.team, wanted, rules, plan))
    for block in told["blocks"]:
        block["starts_at"] = f"{block['starts_at'].isoformat()}+00:00"
    return told | {"unit": unit, "collectors": len(work.members), "away": sorted(work.away), "beyond": beyond}


def _best(given: Given) -> Rows:
    rows = np.arange(len(given.value))
    return rows[(rows < MOST_ITEMS) | given.must | given.explores]


def _away(connection: Connection | None, day: date, now: datetime | None) -> dict[str, str | None]:
    if connection is None or now is None:
        return {}
    rows = connection.execute(text(_ABSENT), {"day": day, "now": now})
    return {row.collector: row.substitute for row in rows}


def _left_of(starts: Instants, from_: datetime | None) -> Numbers:
    """(blocks,) the share of each block that is still to come."""
    if from_ is None:
        return np.ones(len(starts))
    over = (_instant(from_) - starts.astype("M8[us]")).astype("m8[us]").astype(np.float64)
    return np.asarray(np.clip(1.0 - over / 3.6e9, 0.0, 1.0))


def _named(terms: Sequence[str] | None) -> frozenset[str]:
    return _ANY if terms is None else frozenset(terms)


def _instant(moment: datetime) -> np.datetime64:
    return np.datetime64(int(moment.timestamp() * 1_000_000), "us")
