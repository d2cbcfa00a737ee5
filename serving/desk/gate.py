"""The conduct gate at a claim: whether an item may be worked at this moment, and by which ways.

A night judged the whole day, so its verdict still holds where nothing that it rests on has changed: then the ways that
are open now stand. Where anything may have changed the rules are asked again. What cannot be proven is asked, and what
cannot be answered is not worked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from arrears.clock import day_of, start_of_day
from arrears.policy.ways import ways_of
from arrears.queues.desk.history import SPOKEN
from arrears.queues.item import Json, WorkItem
from arrears.queues.lanes import PROMISE, WITHOUT_WAYS, written
from arrears.state.closed import WITHOUT_CONTACT
from serving.deployment import Deployment
from serving.gate.may_we import judge_now
from serving.gate.second_look import limits_today


@dataclass(frozen=True)
class Open:
    """It may be worked now, by these ways; `judged`: the rules were asked at this moment.

    `accounts` are those that may be spoken of; None: all of the item's.
    """

    ways: list[Json]
    judged: bool
    accounts: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Later:
    """Not now: a way may open at a moment that is known."""

    ready_at: datetime
    because: str


@dataclass(frozen=True)
class Held:
    """Not until something new is known: codes of the holds."""

    codes: tuple[str, ...]


Answer = Open | Later | Held


@dataclass(frozen=True)
class Gate:
    """Asks about one item after another at one moment.

    Attributes
    ----------
    fingerprint : of the lake as it stands.
    day, limits_on : the portfolio's day, and the day whose limits are in force.
    """

    deployment: Deployment
    connection: Connection
    now: datetime
    day: date
    fingerprint: str
    limits_on: date

    def proven(self, item: WorkItem) -> Answer | None:
        """What the night's verdict says of this moment; None where it may no longer stand.

        Whether anything was recorded since about the people and accounts is for the database to see, when it is taken.
        """
        if item.lane == "inbound":
            return Open([], judged=True)  # whoever calls in is not called
        night = self.deployment.desk.night(self.connection, item.night_id)
        if (item.judged_for, night.lake_fingerprint) != (self.day, self.fingerprint):
            return None
        settings = self.deployment.settings
        if not self.deployment.desk.same_limits(night.limits_on, self.limits_on, settings):
            return None
        if item.lane in WITHOUT_WAYS:
            return Open([], judged=False)
        if any((closes := _moment(way["allowed_until"])) and closes <= self.now for way in item.ways):
            return None  # a night says when a way opens first, and until when: it may have opened again
        return self._at_this_moment(item, item.ways, judged=False)

    def ask(self, item: WorkItem) -> Answer:
        """What the rules say at this moment, by all that is known.

        The transaction holds the item's people and accounts (`arrears.queues.reservations.one_at_a_time`), so that
        what others reserve is seen.
        """
        lake, live = self.deployment.lake, self.deployment.live
        judgement = judge_now(
            lake,
            live.asked(lake),
            self.connection,
            [item.debtor_id],
            self.now,
            limits_on=self.limits_on,
            through=self.day,
            bench=live.bench(lake),
            lane=item.lane,
        )
        rows = {account: row for row, account in enumerate(judgement.facts.accounts.id.tolist())}
        if item.lead_account_id not in rows:
            return Held(("account_gone",))
        if item.lane in WITHOUT_CONTACT:
            return Open([], judged=True)  # papers are read whatever holds: nobody is contacted, and no suit begins here
        verdict = judgement.verdict(rows[item.lead_account_id])
        if not verdict.is_allowed:
            codes = tuple(dict.fromkeys(hold.code for hold in verdict.holds))
            return Later(verdict.until, codes[0]) if verdict.until is not None and codes else Held(codes)
        if item.lane in WITHOUT_WAYS:
            return Open([], judged=True)
        free = tuple(each for each in item.accounts if each in rows and not judgement.is_held[rows[each]])
        found = ways_of(judgement, [rows[each] for each in free])
        if item.lane == PROMISE and not any(way["channel"] in SPOKEN for way in item.ways):
            found = written(found)  # a reminder stays a message
        ways = [way.document() for way in found]
        zone = self.deployment.settings.portfolio.zone
        tomorrow = start_of_day(self.day + timedelta(days=1), zone)
        answer = self._at_this_moment(item, ways, judged=True) or Later(tomorrow, NOT_NOW)
        return replace(answer, accounts=free) if isinstance(answer, Open) and len(free) < len(item.accounts) else answer

    def _at_this_moment(self, item: WorkItem, ways: Sequence[Json], *, judged: bool) -> Answer | None:
        """Open by the ways that are open now, later where one opens later; None where all have closed.

        An item that is called about is not worked while nobody may be called, though a letter could always go.
        """
        calls = item.lane == "callback" or any(way["channel"] in SPOKEN for way in item.ways)
        now = [way for way in ways if _is_open(way, self.now)]
        if any(way["channel"] in SPOKEN or not calls for way in now):
            return Open(now, judged)
        opens = [
            opens_at
            for way in ways
            if (opens_at := _moment(way["opens_at"]))
            and opens_at > self.now
            and (way["channel"] in SPOKEN or not calls)
        ]
        return Later(min(opens), NOT_NOW) if opens else None


NOT_NOW = "not_at_this_hour"
"""The code of an item that was put off because no way is open yet, or any more."""


def gate_now(deployment: Deployment, connection: Connection, now: datetime) -> Gate:
    """The gate at a moment of the portfolio's clock."""
    zone = deployment.settings.portfolio.zone
    return Gate(
        deployment=deployment,
        connection=connection,
        now=now,
        day=day_of(now, zone),
        fingerprint=deployment.desk.fingerprint(deployment.lake),
        limits_on=limits_today(zone),
    )


def _is_open(way: Json, now: datetime) -> bool:
    opens, closes = _moment(way["opens_at"]), _moment(way["allowed_until"])
    return (opens is None or opens <= now) and (closes is None or now < closes)


def _moment(told: Any) -> datetime | None:  # noqa: ANN401 - as JSON has it
    return None if told is None else datetime.fromisoformat(told)
