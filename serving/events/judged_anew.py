"""What the rules say of one debtor's accounts now, lane by lane, and what becomes of each open item of theirs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from arrears.events.event import Event
from arrears.policy.ahead import judge_through
from arrears.policy.asks import lane_asks
from arrears.policy.facts import Facts
from arrears.policy.limits import Limits
from arrears.policy.rule import PAY
from arrears.policy.tightened import limits_of_house
from arrears.policy.verdict import Judgement
from arrears.policy.ways import ItemWay, last_close, ways_of
from arrears.queues.desk.history import SPOKEN
from arrears.queues.item import Json, WorkItem
from arrears.queues.lanes import MOOT, PRECEDENCE, PROMISE, WITHOUT_WAYS, wishes, written
from arrears.state.closed import WITHOUT_CONTACT
from serving.deployment import Deployment
from serving.gate.may_we import facts_now
from serving.gate.second_look import limits_today
from serving.gate.stand import Stand

_LIFTS = {
    "holds": ("hardship", "specialist", "attorney", "estate", "legal_review"),
    "disputes": ("dispute",),
    "claims": ("payer",),
    "points": ("skip_trace",),
}
"""Lanes whose reason a fact of each table may end."""

_IN_COURT = frozenset({"bankruptcy"})


@dataclass(frozen=True)
class Says:
    """What becomes of an item.

    Attributes
    ----------
    lane : where it is worked from now on; None: nowhere.
    codes : of the holds that decided it; empty where it stays.
    because : in a collector's words, where its lane changes.
    accounts : of the item from now on, the lead first.
    ways : by which they may be reached.
    """

    lane: str | None
    codes: tuple[str, ...] = ()
    because: str | None = None
    accounts: tuple[str, ...] = ()
    ways: tuple[ItemWay, ...] = ()

    @property
    def allowed_until(self) -> datetime | None:
        """When the last of its ways closes."""
        return last_close(self.ways)


@dataclass
class Anew:
    """One debtor, judged at a moment by all that is known then.

    Attributes
    ----------
    positions : where each of the debtor's own accounts stands, by account.
    """

    found: Stand
    facts: Facts
    limits: Limits
    moment: datetime
    zone: str
    _judged: dict[tuple[str, date], Judgement] = field(default_factory=dict)

    @property
    def positions(self) -> dict[str, dict[str, Any]]:
        """Where each account stands."""
        return {row["account_id"]: row for row in self.found.positions.to_pylist()}

    def judged(self, lane: str, day: date) -> Judgement:
        """What the rules say from now to the end of a day of all accounts, worked for a lane."""
        if (lane, day) not in self._judged:
            facts = self.facts
            if lane in WITHOUT_WAYS:
                gates = lane_asks(facts)
                facts = facts.asking(gates.where(gates.account < self._count))
            self._judged[lane, day] = judge_through(facts, self.limits, day, lane=lane)
        return self._judged[lane, day]

    def of_item(self, item: WorkItem, day: date, events: Sequence[Event]) -> Says:
        """What becomes of an open item."""
        if item.lane == "inbound":
            return Says(item.lane, accounts=tuple(item.accounts))
        own = [account for account in item.accounts if account in self._rows]
        papers = self._papers(own, day)
        if papers is not None and item.lane not in WITHOUT_CONTACT:
            return papers
        live = [account for account in own if not self._moot(account, day)]
        if not live:
            return Says(None, self._codes(PAY, own or item.accounts, day, first=MOOT))
        wish, because = self._wish(live, day)
        urgent = wish != "" and PRECEDENCE.index(wish) < _place(item.lane)
        lifted = any(_lifts(event, item.lane) for event in events) and wish != ""
        if (
            (urgent or lifted)
            and (moved := self._in_lane(wish, live, day, because, item.ways)) is not None
            and wish != item.lane
        ):
            return Says(wish, self._codes(PAY, live, day), because, moved.accounts, moved.ways)
        stays = self._in_lane(item.lane, live, day, item.because, item.ways)
        if stays is not None:
            return stays
        moved = self._in_lane(wish, live, day, because, item.ways) if wish not in ("", item.lane) else None
        codes = self._codes(item.lane, live, day)
        return Says(None, codes) if moved is None else Says(wish, codes, because, moved.accounts, moved.ways)

    def for_pay(self, accounts: Iterable[str], day: date) -> Says | None:
        """Some accounts as an item of lane pay; None where none may be worked there."""
        live = [account for account in accounts if account in self._rows and not self._moot(account, day)]
        wish, _ = self._wish(live, day) if live else ("", None)
        return self._in_lane(PAY, live, day, None) if wish == PAY else None

    @property
    def _count(self) -> int:
        return len(self.found.positions)

    @property
    def _rows(self) -> dict[str, int]:
        return {account: row for row, account in enumerate(self.facts.accounts.id[: self._count].tolist())}

    def _in_lane(
        self, lane: str, accounts: Sequence[str], day: date, because: str | None, before: Sequence[Json] = ()
    ) -> Says | None:
        """The accounts that may be worked in a lane, with their ways; None where there is none.

        Parameters
        ----------
        before : the item's ways so far: a reminder of a promise that goes by message stays one.
        """
        rows = self._rows
        if lane in WITHOUT_CONTACT:
            return Says(lane, (), because, tuple(accounts))
        told = self.judged(lane, day)
        free = tuple(account for account in accounts if not told.is_held[rows[account]])
        if not free:
            return None
        ways = () if lane in WITHOUT_WAYS else ways_of(told, [rows[account] for account in free])
        if lane == PROMISE and not any(way["channel"] in SPOKEN for way in before):
            ways = written(ways)
        return Says(lane, (), because, free, ways)

    def _wish(self, accounts: Sequence[str], day: date) -> tuple[str, str | None]:
        """The lane that the accounts' holds ask for, the first of several, and why; "" where they wait."""
        told, rows = wishes(self.judged(PAY, day), self._count, {}), self._rows
        lanes = {str(told.lane[rows[account]]): told.because[rows[account]] for account in reversed(accounts)}
        first = min((lane for lane in lanes if lane), key=PRECEDENCE.index, default="")
        return first, lanes.get(first)

    def _papers(self, accounts: Sequence[str], day: date) -> Says | None:
        """What a court decides about has left the book, and is not over: somebody looks through its papers."""
        codes = self._codes(PAY, accounts, day, first=_IN_COURT)
        if not _IN_COURT & set(codes):
            return None
        because = next(each.rule.sentence for each in self.judged(PAY, day).reasons if each.rule.code in _IN_COURT)
        return Says("legal_review", codes, because, tuple(accounts))

    def _moot(self, account: str, day: date) -> bool:
        verdict = self.judged(PAY, day).verdict(self._rows[account])
        return any(hold.code in MOOT for hold in verdict.holds)

    def _codes(self, lane: str, accounts: Sequence[str], day: date, *, first: Iterable[str] = ()) -> tuple[str, ...]:
        """Codes of what holds the accounts for a lane, some before others."""
        if lane in WITHOUT_CONTACT:
            lane = PAY
        told, rows = self.judged(lane, day), self._rows
        codes = [hold.code for each in accounts if each in rows for hold in told.verdict(rows[each]).holds]
        preferred = set(first)
        return tuple(dict.fromkeys(sorted(codes, key=lambda code: code not in preferred)))


def judged_anew(deployment: Deployment, connection: Connection, debtor_id: str, moment: datetime) -> Anew:
    """A debtor's accounts at a moment, ready to be judged for any lane."""
    lake, live = deployment.lake, deployment.live
    zone = deployment.settings.portfolio.zone
    found, facts = facts_now(
        lake,
        live.asked(lake),
        connection,
        [debtor_id],
        moment,
        limits_on=limits_today(zone),
        bench=live.bench(lake),
    )
    return Anew(found, facts, limits_of_house(lake.settings.conduct), moment, zone)


def _place(lane: str) -> int:
    return PRECEDENCE.index(lane) if lane in PRECEDENCE else len(PRECEDENCE)


def _lifts(event: Event, lane: str) -> bool:
    """It may end what put an item into its lane; what an outcome told came with its own next item."""
    if event.origin != "api" or lane not in _LIFTS.get(event.source_table, ()):
        return False
    row = event.row
    match event.source_table:
        case "holds" | "disputes":
            return bool(row.get("deleted") or row.get("ends_on") or row.get("resolved_on"))
        case _:
            return True
