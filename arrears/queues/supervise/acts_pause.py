"""A queue stands still, or goes on: nobody claims from it meanwhile; who holds an item finishes it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, text
from sqlalchemy.dialects.postgresql import insert

from arrears.errors import Refused, WrongUse
from arrears.lanes import LANES
from arrears.queues.supervise import acts
from arrears.state.desk import paused_queues


def pause(connection: Connection, lane: str, *, client: str | None = None, at: datetime, by: str, because: str) -> int:
    """Pause a lane, of one client or of all (`client` None); the act's id.

    Raises
    ------
    WrongUse : no reason, or no such lane.
    Refused : it is paused already.
    """
    why = acts.reason(because)
    if lane not in LANES:
        raise WrongUse(asked="pause a queue", found="no lane of that name", do=f"Name one of {', '.join(LANES)}.")
    row = {"lane": lane, "client": client, "because": why, "by": by, "at": at}
    made = insert(paused_queues).values(row).on_conflict_do_nothing().returning(paused_queues.c.pause_id)
    pause_id = connection.execute(made).scalar()
    if pause_id is None:
        raise Refused(asked="pause a queue", found="it is paused already", do="Resume it first, or leave it.")
    act = acts.new_act(connection)
    detail = {"pause": pause_id, "lane": lane, "client": client}
    acts.write(connection, act, at=at, by=by, did="queue.paused", subject=lane, because=why, **detail)
    return act


def resume(connection: Connection, lane: str, *, client: str | None = None, at: datetime, by: str, because: str) -> int:
    """Let a paused lane go on; the act's id.

    Raises
    ------
    WrongUse : no reason.
    Refused : it is not paused.
    """
    why = acts.reason(because)
    sql = text("""
        UPDATE paused_queues SET ended_at = :at
        WHERE ended_at IS NULL AND lane = :lane AND client IS NOT DISTINCT FROM CAST(:client AS text)
        RETURNING because
    """)
    before = connection.execute(sql, {"at": at, "lane": lane, "client": client}).scalar()
    if before is None:
        raise Refused(asked="resume a queue", found="it is not paused", do="/queues shows which are.")
    act = acts.new_act(connection)
    detail = {"lane": lane, "client": client, "paused_because": before}
    acts.write(connection, act, at=at, by=by, did="queue.resumed", subject=lane, because=why, **detail)
    return act
