"""Take an act back: what it changed becomes what it was, where nobody has moved it on since."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, text
from sqlalchemy.dialects.postgresql import insert

from arrears.errors import Refused, WrongUse
from arrears.queues.supervise import acts
from arrears.queues.supervise.acts import COLUMNS, Act, Changed
from arrears.state.desk import paused_queues

CAN_BE_UNDONE = frozenset({*COLUMNS, "queue.paused", "queue.resumed"})


def take_back(connection: Connection, act: int, *, at: datetime, by: str, because: str | None = None) -> Changed:
    """Undo an act of a manager, once.

    Returns
    -------
    Changed : of the undoing: `items` that are again as they were; `gone`: worked, claimed or moved on since.

    Raises
    ------
    WrongUse : no act of that id, or none that can be undone.
    Refused : it was undone before, or what it ended stands again.
    """
    # Two who undo the same act must not both find it standing.
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('arrears.undo'), CAST(:act AS int))"), {"act": act})
    done = acts.act_of(connection, act)
    if done is None or done.did not in CAN_BE_UNDONE:
        raise WrongUse(
            asked="undo an act", found="none of that id that can be undone", do="Name the id it was told by."
        )
    if done.is_undone:
        raise Refused(asked="undo an act", found="it was undone before", do="Do it again if it is wanted after all.")
    undoing = acts.new_act(connection)
    back = Changed(undoing, 0)
    if done.did in COLUMNS:
        back = _restore(connection, done, undoing, at=at, by=by)
    if done.did == "absence.announced":
        _end(connection, "absences", "absence_id", done.detail["absence"], at)
    elif done.did == "queue.paused":
        _end(connection, "paused_queues", "pause_id", done.detail["pause"], at)
    elif done.did == "queue.resumed":
        _pause_again(connection, done, at=at, by=by)
    detail = {"undid": done.did, "items": back.items}
    acts.write(connection, undoing, at=at, by=by, did="act.undone", subject=str(act), because=because, **detail)
    return back


def _restore(connection: Connection, done: Act, undoing: int, *, at: datetime, by: str) -> Changed:
    column = COLUMNS[done.did]
    sql = f"""
        WITH step AS (
            SELECT work_item_id, detail FROM work_item_events
            WHERE "by" = %(who)s AND at = %(done_at)s AND did = %(step)s AND (detail ->> 'act')::bigint = %(act)s
        ), back AS (
            UPDATE work_items w SET {column.name} = (step.detail ->> 'was')::{column.kind} FROM step
            WHERE w.work_item_id = step.work_item_id AND w.state = 'ready'
              AND w.{column.name} IS NOT DISTINCT FROM (step.detail ->> 'now')::{column.kind}
            RETURNING w.work_item_id, step.detail
        ), noted AS (
            INSERT INTO work_item_events (work_item_id, at, did, "by", because, detail)
            SELECT work_item_id, %(at)s, %(step)s, %(by)s, 'undone', jsonb_build_object(
                'act', %(undoing)s::bigint, 'undid', %(act)s::bigint, 'was', detail -> 'now', 'now', detail -> 'was')
            FROM back
        )
        SELECT (SELECT count(*) FROM back) AS items, count(*) AS asked FROM step
    """  # noqa: S608 - our own words
    told = {"who": done.who, "done_at": done.at, "step": column.step, "act": done.act, "undoing": undoing}
    row = connection.exec_driver_sql(sql, {**told, "at": at, "by": by}).one()
    return Changed(undoing, row.items, gone=row.asked - row.items)


def _end(connection: Connection, table: str, key: str, value: int, at: datetime) -> None:
    sql = text(f"UPDATE {table} SET ended_at = :at WHERE {key} = :value AND ended_at IS NULL RETURNING 1")  # noqa: S608 - our own words
    if connection.execute(sql, {"at": at, "value": value}).first() is None:
        raise Refused(asked="undo an act", found="it ended otherwise meanwhile", do="There is nothing left to undo.")


def _pause_again(connection: Connection, done: Act, *, at: datetime, by: str) -> None:
    # Acts of before the client had a name of its own called it by its work group's.
    client = done.detail["client"] if "client" in done.detail else done.detail["work_group"]
    told = {"lane": done.detail["lane"], "client": client}
    row = {**told, "because": done.detail["paused_because"], "by": by, "at": at}
    made = insert(paused_queues).values(row).on_conflict_do_nothing().returning(paused_queues.c.pause_id)
    if connection.execute(made).scalar() is None:
        raise Refused(asked="undo an act", found="the queue is paused again already", do="There is nothing to undo.")
