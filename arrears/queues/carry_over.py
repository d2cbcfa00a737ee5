"""What of the lists before a night stays: what somebody holds, and what waits for a moment that was agreed on.

Everything else that is ready is withdrawn, as the night serves it anew. Who is in somebody's hands is left out of the
night, and who waits is moved to it with fresh amounts; both stand in it on record, withdrawn from the start.

An item goes where its lead account goes: when that was charged off meanwhile, into the work group of what was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, text

from arrears.queues import ranked_by
from arrears.queues.lanes import MOOT, WITHOUT_WAYS
from arrears.queues.work_group import in_sql
from arrears.state.schema import work_items

Key = tuple[str, str]
"""A person and a work group."""

IN_HAND = "somebody held it when the night ran"
WAITING = "it waits for a moment that was agreed on"
REPLACED = "a later night took its place"
_LAPSED = "lease_ended"

_FROM_FACTS = ("promise",)
"""Lanes whose items a night makes from the facts alone: a reminder, or a promise that was not kept."""

_FOLLOWS_CALLBACK = ("pay", "promise")
"""Lanes whose work a callback that was agreed on takes along."""

_LANES = {"along": list(_FOLLOWS_CALLBACK), "without_ways": list(WITHOUT_WAYS), "moot": list(MOOT)}


@dataclass(frozen=True)
class Before:
    """The lists as a night found them.

    Attributes
    ----------
    in_hand : persons and work groups whose item somebody holds, as it is and as its lead account stands in the night.
    waiting : the lane of those who wait for a moment, and the item that does, by where its lead account stands.
    """

    in_hand: frozenset[Key]
    waiting: Mapping[Key, tuple[str, int]]

    def instead(self, key: Key, lane: str) -> str | None:
        """Why an item of a night is not ready: another stands in its place; None: it is ready."""
        if key in self.in_hand:
            return IN_HAND
        if key in self.waiting:
            waits = self.waiting[key][0]
            if waits == lane or (waits == "callback" and lane in _FOLLOWS_CALLBACK):
                return WAITING
        return None


NOTHING_BEFORE = Before(frozenset(), {})


def clear(connection: Connection, night_id: int, *, at: datetime, day: date, zone: str) -> Before:
    """End overdue leases, withdraw what is ready, and tell what somebody holds and what waits.

    Parameters
    ----------
    night_id : the night that takes over, whose judged accounts are written.
    at : the moment, by the portfolio's clock.
    day : that the night is for; whoever was tried on it already is not tried anew.
    zone : the portfolio's.
    """
    connection.execute(text(_EXPIRE), {"at": at, "because": _LAPSED})
    told = {"night": night_id, "at": at, "day": day, "zone": zone, "from_facts": list(_FROM_FACTS)}
    told["without_ways"] = list(WITHOUT_WAYS)
    waiting = connection.execute(text(_WAITING), told).all()
    connection.execute(text(_WITHDRAW), {"at": at, "because": REPLACED})
    # Locked, so that whoever gives one back meanwhile finds this night served, and puts it into it.
    held = connection.execute(text(_IN_HAND), {"night": night_id}).all()
    in_hand = frozenset((row.debtor_id, group) for row in held for group in (row.work_group, row.moves_to))
    return Before(in_hand, {(row.debtor_id, row.work_group): (row.lane, row.work_item_id) for row in waiting})


def carry_over(connection: Connection, night_id: int, before: Before, *, at: datetime) -> int:
    """Move what waits to a night whose items are written; how many items that are.

    Who is held for a time waits on, and so do papers; who is held until a fact changes, or is not past due any more,
    leaves the lists.
    """
    items = [item for _, item in before.waiting.values()]
    if not items:
        return 0
    values = {"night": night_id, "items": items, "at": at, "waiting": WAITING, "because": REPLACED} | _LANES
    return sum(len(connection.execute(text(sql), values).all()) for sql in (_SERVED, _HELD))


def join_serving_night(connection: Connection, work_item_ids: Sequence[int], *, at: datetime) -> dict[int, int | None]:
    """Bring items that come back from somebody's hands into the night that serves by now, with its amounts and ways.

    Returns
    -------
    dict[int, int | None] : each item that was of an older night, now withdrawn, with the one in its place; None where
        the serving night has no work for its person any more.
    """
    values = {"items": list(work_item_ids), "at": at, "because": REPLACED}
    older = connection.execute(text(_OF_OLDER), values).all()
    if not older:
        return {}
    night, items = older[0].serving, [row.work_item_id for row in older]
    values |= {"night": night, "items": items, "waiting": IN_HAND} | _LANES
    new = [row.work_item_id for sql in (_SERVED, _HELD) for row in connection.execute(text(sql), values)]
    follows = connection.execute(
        text("SELECT follows, work_item_id FROM work_items WHERE work_item_id = ANY (:new)"), {"new": new}
    )
    return dict.fromkeys(items) | {row.follows: row.work_item_id for row in follows}


_OF_OLDER = """
    UPDATE work_items i SET state = 'withdrawn', state_since = :at, state_because = :because
    FROM (SELECT max(night_id) AS serving FROM nights WHERE state = 'served') AS n
    WHERE i.work_item_id = ANY (:items) AND i.state = 'ready' AND i.night_id < n.serving
    RETURNING i.work_item_id, n.serving
"""

_EXPIRE = """
    WITH ended AS (
        UPDATE leases SET ended_at = :at WHERE ended_at IS NULL AND expires_at <= :at
        RETURNING work_item_id, person, collector, taken_at
    ), freed AS (
        UPDATE call_reservations SET ended_at = :at
        WHERE ended_at IS NULL AND people && (SELECT array_agg(person) FROM ended)
            AND (claimed_by, reserved_at) IN (SELECT collector, taken_at FROM ended)
    ), expired AS (
        UPDATE work_items SET state = 'expired', state_since = :at, state_because = :because
        WHERE state = 'claimed' AND work_item_id IN (SELECT work_item_id FROM ended)
        RETURNING work_item_id
    )
    INSERT INTO work_item_events (work_item_id, at, did, by, because)
    SELECT work_item_id, :at, 'expired', 'night', :because FROM expired
"""

_LEAD = "a.night_id = :night AND a.account_id = w.lead_account_id AND a.debtor_id = w.debtor_id"
_MOVES_TO = f"CASE WHEN a.account_id IS NULL THEN w.work_group ELSE {in_sql('a')} END"
"""The work group of the night in which an item's lead account stands, of `w` joined with `a` by `_LEAD`."""

_IN_HAND = f"""
    SELECT w.debtor_id, w.work_group, {_MOVES_TO} AS moves_to
    FROM work_items w LEFT JOIN night_accounts a ON {_LEAD} WHERE w.state = 'claimed' FOR UPDATE OF w
"""  # noqa: S608 - our own words

_WAITING = f"""
    SELECT w.work_item_id, w.debtor_id, {_MOVES_TO} AS work_group, w.lane
    FROM work_items w LEFT JOIN night_accounts a ON {_LEAD}
    WHERE w.state = 'ready' AND w.lane <> ALL (:from_facts) AND (
        w.lane = 'callback'
        OR (w.lane = ANY (:without_ways) AND w.made_by <> 'night')
        OR (w.ready_at > :at AND (w.made_by <> 'night' OR (w.ready_at AT TIME ZONE :zone)::date > w.judged_for))
        OR (w.tries > 0 AND w.tried_on = :day)
    )
    ORDER BY w.lane = 'callback', w.ready_at DESC, w.work_item_id DESC FOR UPDATE OF w
"""  # noqa: S608 - our own words
"""Of two that come together the last stays: a callback, the earliest."""

_WITHDRAW = """
    UPDATE work_items SET state = 'withdrawn', state_since = :at, state_because = :because WHERE state = 'ready'
"""

_COLUMNS = tuple(column.name for column in work_items.columns if column.name != "work_item_id")
_ALWAYS = {
    "night_id": ":night",
    "state": "'ready'",
    "state_since": ":at",
    "state_because": "NULL",
    "follows": "w.work_item_id",
    "made_by": "CASE w.made_by WHEN 'night' THEN 'return' ELSE w.made_by END",
}
_KEPT = ("ready_at", "team_from", "not_for", "tries", "tried_on", "raised")
_KEPT_IF_KNOWN = ("owner", "skill", "zone")
_OF_ACCOUNT = (
    *("bucket", "days_past_due", "past_due_minor", "balance_minor", "stop_roll_minor", "rolls_on"),
    *("propensity", "p_roll", "terms", "reasons", "scored_by", "value_minor", "expected_minutes", "priority"),
)
_OF_NIGHT = ("as_of", "feature_fingerprint")


def _moved(sources: Mapping[str, str], otherwise: str, rows: str) -> str:
    told = {name: f"{otherwise}.{name}" for name in _COLUMNS} | dict(sources) | _ALWAYS
    return f"""
        WITH made AS (
            INSERT INTO work_items ({", ".join(_COLUMNS)}) SELECT {", ".join(told[name] for name in _COLUMNS)} {rows}
            RETURNING work_item_id
        ), noted AS (
            INSERT INTO work_item_events (work_item_id, at, did, by, because)
            SELECT work_item_id, :at, 'made', 'night', :because FROM made
        )
        SELECT work_item_id FROM made
    """  # noqa: S608 - our own words


_STANDS_FOR_ARM = """coalesce((
    SELECT x.kept_from FROM work_items x
    WHERE x.night_id = :night AND x.made_by = 'night' AND (x.experiment, x.arm) = (a.experiment, a.arm)
    ORDER BY cardinality(x.kept_from) DESC LIMIT 1
), '{}')"""
"""The staff of other arms than that of the lead account `a`, as a night has written it on the items of that arm."""


def _apart(others: str) -> dict[str, str]:
    """Who may not take an item for its arm's sake; who agreed on a callback keeps it, and a list of before does not."""
    kept = f"CASE w.lane WHEN 'callback' THEN array_remove({others}, w.assigned_to) ELSE {others} END"
    whose = f"CASE WHEN w.lane <> 'callback' AND w.assigned_to = ANY ({others}) THEN NULL ELSE w.assigned_to END"
    return {"kept_from": kept, "assigned_to": whose}


_STAYS = "(w.lane = s.lane OR w.lane = 'callback' AND s.lane = ANY (:along))"
_SERVED = _moved(
    {name: f"w.{name}" for name in _KEPT}
    | {name: f"coalesce(w.{name}, s.{name})" for name in _KEPT_IF_KNOWN}
    | _apart("s.kept_from")
    | {name: f"CASE WHEN {_STAYS} THEN w.{name} ELSE s.{name} END" for name in ("lane", "because")},
    "s",
    f"""
    FROM work_items w LEFT JOIN night_accounts a ON {_LEAD}
        JOIN work_items s ON s.night_id = :night AND s.state_because = :waiting
            AND s.debtor_id = w.debtor_id AND s.work_group = {_MOVES_TO}
    WHERE w.work_item_id = ANY (:items) AND NOT EXISTS (
        SELECT FROM work_items o
        WHERE (o.debtor_id, o.work_group) = (s.debtor_id, s.work_group) AND o.state IN ('ready', 'claimed')
    )
    """,
)
_TOGETHER = f"""
    ARRAY(
        SELECT account_id FROM unnest(w.accounts) WITH ORDINALITY AS each (account_id, place)
        WHERE NOT EXISTS (
            SELECT FROM night_accounts b
            WHERE b.night_id = :night AND b.account_id = each.account_id AND {in_sql("b")} <> {in_sql("a")}
        ) ORDER BY place
    )
"""  # noqa: S608 - our own words
"""The accounts of an item `w` that the night put into no other group than its lead's, `a`."""

_HELD = _moved(
    {name: f"a.{name}" for name in _OF_ACCOUNT}
    | {name: f"n.{name}" for name in _OF_NIGHT}
    | ranked_by.in_sql("a", was="w")
    | _apart(_STANDS_FOR_ARM)
    | {"work_group": in_sql("a"), "accounts": _TOGETHER},
    "w",
    f"""
    FROM work_items w JOIN nights n ON n.night_id = :night JOIN night_accounts a ON {_LEAD}
    WHERE w.work_item_id = ANY (:items) AND (
        (a.verdict = 'held' AND a.held_until IS NOT NULL) OR (w.lane = ANY (:without_ways) AND NOT EXISTS (
            SELECT FROM jsonb_array_elements(a.held_because) AS hold WHERE hold ->> 'code' = ANY (:moot)
        ))
    ) AND NOT EXISTS (
        SELECT FROM work_items o WHERE o.debtor_id = w.debtor_id AND o.work_group = {in_sql("a")}
            AND (o.night_id = :night OR o.state IN ('ready', 'claimed'))
    )
    """,  # noqa: S608 - our own words
)
