"""Which lane every account of a night is worked in: what its holds for pay ask for, judged again for that very lane."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np

from arrears.policy.asks import lane_asks
from arrears.policy.columns import Flags, Rows, Words
from arrears.policy.facts import Facts
from arrears.policy.limits import Limits
from arrears.policy.rule import PAY
from arrears.policy.verdict import Judgement
from arrears.policy.ways import ItemWay, ways_of
from arrears.queues.lanes import PRECEDENCE, PROMISE, WITHOUT_WAYS, wishes, written
from arrears.queues.looked_at import LookedAt
from arrears.state.closed import WITHOUT_CONTACT
from serving.gate.book import Book
from serving.gate.may_we import judge_day
from serving.night.promised import FollowUps


@dataclass(frozen=True)
class Lanes:
    """The lanes of a book's accounts, by row.

    Attributes
    ----------
    lane : "" where the account is in no item: it waits, or its person's item is for another lane.
    because : why it is in its lane; None where it is past due and nothing else.
    judgements : by lane, of the lanes with contact.
    by_message : accounts whose debtor is written to and not spoken with.
    """

    lane: Words
    because: np.ndarray[tuple[int], np.dtype[np.object_]]
    judgements: Mapping[str, Judgement]
    by_message: frozenset[int] = frozenset()

    @property
    def served(self) -> Flags:
        """Accounts that are in an item."""
        return np.asarray(self.lane != "")

    def ways(self, members: Sequence[int] | Rows) -> tuple[ItemWay, ...]:
        """The open ways of an item of these accounts, the lead first."""
        lane = str(self.lane[members[0]])
        if lane in WITHOUT_WAYS:
            return ()
        ways = ways_of(self.judgements[lane], members)
        is_written = lane == PROMISE and not self.by_message.isdisjoint(int(row) for row in members)
        return written(ways) if is_written else ways

    def verdict(self, lead: int) -> Literal["allowed", "held"]:
        """Whether the gate let the lead account into its lane; work that reaches nobody goes on while it is held."""
        lane = str(self.lane[lead])
        if lane not in WITHOUT_CONTACT:
            return "allowed"
        return self.judgements[PAY].verdict(lead).word


def lanes_of(
    book: Book,
    facts: Facts,
    judgement: Judgement,
    promised: FollowUps,
    limits: Limits,
    day: date,
    *,
    seen: LookedAt = frozenset(),
) -> Lanes:
    """The lane of every account of a book on a day.

    Parameters
    ----------
    judgement : of the facts, for pay.
    promised : promises to follow up that day.
    seen : whose papers were looked at lately, as `arrears.queues.looked_at` tells.
    """
    asked = wishes(judgement, len(book), promised.due | promised.short)
    lane, because, judgements = asked.lane, asked.because, {PAY: judgement}
    for row in np.flatnonzero(np.isin(lane, WITHOUT_WAYS)) if seen else ():
        if (str(book.debtor_id[row]), str(book.work_group[row]), str(lane[row])) in seen:
            lane[row], because[row] = "" if judgement.is_held[row] else PAY, None
    for name in PRECEDENCE:
        rows = np.flatnonzero(lane == name)
        if name == PAY or name in WITHOUT_CONTACT or not len(rows):
            continue
        judgements[name] = _judged_for(name, facts, rows, limits, day)
        shut = rows[judgements[name].is_held[rows]]
        if name == PROMISE:
            unwritten = [row for row in promised.by_message if not written(ways_of(judgements[name], [row]))]
            shut = np.union1d(shut, np.array(unwritten, np.int64)[lane[unwritten] == name])
        lane[shut] = np.where(judgement.is_held[shut], "", PAY)
        because[shut] = None
    lane[~_leads_its_group(book, lane)] = ""
    return Lanes(lane=lane, because=because, judgements=judgements, by_message=promised.by_message)


def _judged_for(lane: str, facts: Facts, rows: Rows, limits: Limits, day: date) -> Judgement:
    """What the rules say of some accounts, worked for a lane. Where a way is looked for, its lack is no reason."""
    asks = lane_asks(facts) if lane in WITHOUT_WAYS else facts.asks
    chosen = np.zeros(len(facts.accounts), dtype=np.bool_)
    chosen[rows] = True
    return judge_day(facts.asking(asks.where(chosen[asks.account])), limits, day, lane=lane)


def _leads_its_group(book: Book, lane: Words) -> Flags:
    """Accounts whose lane is the first of those that their work group's accounts ask for: a person has one item."""
    places = np.array([PRECEDENCE.index(name) if name else len(PRECEDENCE) for name in (*PRECEDENCE, "")])
    names = np.array([*PRECEDENCE, ""])
    order = np.argsort(names)
    place = places[order[np.searchsorted(names, lane, sorter=order)]]
    if np.isin(lane, (PAY, "")).all():
        return np.ones(len(lane), dtype=np.bool_)
    _, group = np.unique(np.char.add(np.char.add(book.debtor_id, "\x1f"), book.work_group), return_inverse=True)
    first = np.full(int(group.max()) + 1, len(PRECEDENCE))
    np.minimum.at(first, group, place)
    return np.asarray(place == first[group])
