"""Open items follow what became known: judged anew, they leave their queue, change lanes, or are worth another sum.

Everything about one debtor happens in one transaction, one debtor after another. What a collector has in hand is never
pulled: it is told what came, and the item is judged again when it comes back. Doing it twice changes nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from arrears.clock import day_of
from arrears.events.event import Event
from arrears.events.keep import mark_settled
from arrears.events.unsettled import about_work, settle_what_moves_nothing, unsettled
from arrears.queues import store
from arrears.queues.desk.decisions import decide
from arrears.queues.desk.item_events import note
from arrears.queues.desk.successor import close, succeed
from arrears.queues.item import WorkItem
from arrears.queues.reservations import one_at_a_time
from arrears.state.reading import reading
from serving.deployment import Deployment
from serving.events.judged_anew import Anew, judged_anew
from serving.events.made_by_event import make_item
from serving.events.worth_now import place_for, worth_now
from serving.night.needs import lane_skills

_log = logging.getLogger("arrears.settle")

BY = "events"
"""Who does it, among the steps of an item."""

_OPEN = """
    SELECT work_item_id FROM work_items
    WHERE state IN ('ready', 'claimed') AND debtor_id = %(debtor)s ORDER BY work_item_id
"""
_HELD_BY_OUTCOME = """
    SELECT DISTINCT debtor_id FROM source_events JOIN work_items USING (debtor_id)
    WHERE work_item_id = %(item)s AND settled_at IS NULL AND source_table = 'holds'
"""


@dataclass
class Effects:
    """What became of a debtor's open items.

    Attributes
    ----------
    withdrawn : items that left their queue, with the code of the hold.
    moved : items that make way for a successor in another lane, with that lane.
    reranked : items that make way for a successor with other amounts, ways or accounts.
    noticed : items in somebody's hands, who are told.
    made : items that came into being.
    """

    debtor_id: str
    withdrawn: dict[int, str] = field(default_factory=dict)
    moved: dict[int, str] = field(default_factory=dict)
    reranked: list[int] = field(default_factory=list)
    noticed: list[int] = field(default_factory=list)
    made: list[int] = field(default_factory=list)

    def __bool__(self) -> bool:
        """True where anything happened."""
        return any((self.withdrawn, self.moved, self.reranked, self.noticed, self.made))

    def document(self) -> dict[str, Any]:
        """As the API tells it."""
        return asdict(self)


def settle(
    deployment: Deployment, debtor_ids: Iterable[str] | None = None, *, newest: int | None = None, most: int = 200
) -> list[Effects]:
    """Let open items follow every event that has not moved them yet.

    Parameters
    ----------
    debtor_ids : only events that concern one of these people; None: everybody's whom nobody holds a lease for.
    newest : no event with a greater number; None: all.
    most : events taken up at a time.

    Returns
    -------
    list[Effects] : of the debtors whose items changed.
    """
    now = deployment.clock.now()
    wanted = None if debtor_ids is None else sorted(set(debtor_ids))
    with deployment.engine.begin() as connection:
        settle_what_moves_nothing(connection, at=now)
        events = unsettled(connection, debtors=wanted, at=now, most=most, newest=newest)
    effects: dict[str, Effects] = {}
    waits = set[int]()
    for debtor, about in _by_debtor(deployment, events).items():
        try:
            told = effects[debtor] = _settle_debtor(deployment, debtor, about, now)
        except Exception as problem:  # noqa: BLE001 - one debtor's trouble keeps nobody else's items waiting
            _log.warning("settle.failed error=%s", type(problem).__name__)
            told = None
        if told is None or told.noticed:
            waits |= {event.event_id for event in about}
    done = [event.event_id for event in events if event.event_id not in waits]
    if done:
        with deployment.engine.begin() as connection:
            mark_settled(connection, done, now)
    return [told for told in effects.values() if told]


def follow_holds(deployment: Deployment, work_item_id: int) -> None:
    """Let items follow the holds that an outcome of an item made, at once: those of its co-debtors, too.

    The outcome stays stored whatever happens here: the sweep follows what still waits.
    """
    try:
        with reading(deployment.engine) as connection:
            told = connection.exec_driver_sql(_HELD_BY_OUTCOME, {"item": work_item_id}).scalars().all()
        if told:
            settle(deployment, told)
    except Exception as problem:  # noqa: BLE001 - it is stored and acknowledged
        _log.warning("outcome.not_followed error=%s", type(problem).__name__)


def _by_debtor(deployment: Deployment, events: Sequence[Event]) -> dict[str, list[Event]]:
    """The events by the debtors whose items they may move."""
    found: dict[str, list[Event]] = {}
    for event in events:
        for debtor in about_work(deployment.lake, event):
            found.setdefault(debtor, []).append(event)
    return found


def _settle_debtor(deployment: Deployment, debtor: str, events: Sequence[Event], now: datetime) -> Effects:
    told = Effects(debtor)
    with deployment.engine.begin() as connection:
        one_at_a_time(connection, [debtor], [])
        moment = max([now, *(event.recorded_at for event in events)])
        ids = connection.exec_driver_sql(_OPEN, {"debtor": debtor}).scalars().all()
        items = [item for each in ids if (item := store.item(connection, int(each))) is not None]
        older = [item for item in items if _is_older(item, events)]
        if not older and (items or not any(_may_release(event) for event in events)):
            return told
        anew = judged_anew(deployment, connection, debtor, moment)
        for item in older:
            _follow(connection, deployment, item, anew, events, told)
        if not items or any(_may_release(event) for event in events):
            told.made += make_item(connection, deployment, debtor, anew)
    return told


def _is_older(item: WorkItem, events: Sequence[Event]) -> bool:
    """It was made without knowing one of these: what an outcome asks for next knows what the outcome told."""
    return any(event.recorded_at > item.state_since or event.origin == "api" for event in events)


def _may_release(event: Event) -> bool:
    """Somebody whom a rule held may be worked after it; what the desk tells brings its own next item along."""
    return event.origin == "api" and event.source_table != "contacts"


def _follow(
    connection: Connection,
    deployment: Deployment,
    item: WorkItem,
    anew: Anew,
    events: Sequence[Event],
    told: Effects,
) -> None:
    if item.state == "claimed":
        _notice(connection, item, anew, events)
        told.noticed.append(item.work_item_id)
        return
    day = max(item.judged_for, day_of(max(item.ready_at, anew.moment), anew.zone))
    says = anew.of_item(item, day, events)
    if says.lane is None:
        codes = says.codes or ("nothing_left",)
        closed = close(
            connection, [item.work_item_id], state="withdrawn", because=codes[0], at=anew.moment, by=BY, only=("ready",)
        )
        decide(connection, closed, "withdrawn", at=anew.moment, because=codes, is_eligible=False)
        told.withdrawn |= dict.fromkeys(closed, codes[0])
        return
    changed = worth_now(connection, deployment, item, anew, says)
    if not changed:
        return
    moves = says.lane != item.lane
    if "priority" in changed:
        stands = replace(item, lane=says.lane, assigned_to=None) if moves else item
        changed["place"] = place_for(connection, stands, changed["priority"])
    if moves:
        changed |= {"lane": says.lane, "because": says.because, "ready_at": anew.moment, "team_from": None}
        changed |= {"assigned_to": None, "skill": _skill(deployment, says.lane)}
    why = says.codes[0] if moves and says.codes else _kind_of(events)
    made = succeed(
        connection,
        [item.work_item_id],
        state="withdrawn",
        because=why,
        at=anew.moment,
        by=BY,
        made_by="event",
        changed=changed,
        only=("ready",),
    )
    if moves:
        decide(connection, list(made), "withdrawn", at=anew.moment, because=says.codes, is_eligible=False)
        told.moved |= dict.fromkeys(made, says.lane)
    else:
        told.reranked += list(made)


def _skill(deployment: Deployment, lane: str) -> str | None:
    """What a lane asks of its collectors, where somebody of the team has it."""
    team = deployment.desk.team(deployment.lake) or {}
    return lane_skills(list(team.values()), deployment.settings).get(lane)


def _notice(connection: Connection, item: WorkItem, anew: Anew, events: Sequence[Event]) -> None:
    """Tell whoever works it, once an event."""
    sql = (
        "SELECT (detail ->> 'event_id')::bigint FROM work_item_events WHERE work_item_id = %(item)s AND did = 'noticed'"
    )
    known = set(connection.exec_driver_sql(sql, {"item": item.work_item_id}).scalars())
    for event in events:
        if event.event_id not in known:
            detail = {"event_id": event.event_id, "fact": event.source_table, **_shown(event)}
            at, because = anew.moment, event.source_table
            note(connection, [item.work_item_id], "noticed", at=at, by=BY, because=because, detail=detail)


def _shown(event: Event) -> dict[str, Any]:
    """What a banner says of a fact: of what kind, and how much."""
    return {name: event.row[name] for name in ("kind", "status", "amount") if name in event.row}


def _kind_of(events: Sequence[Event]) -> str:
    return ", ".join(sorted({event.source_table for event in events}))
