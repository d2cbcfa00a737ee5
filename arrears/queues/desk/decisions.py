"""The log of decisions about items: what was served to whom, passed over or taken away, and with which chances."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from arrears.queues.desk.statement import run

COLUMNS = """
    at, night_id, work_item_id, debtor_id, work_group, lane, action, is_eligible, because, probability, explores,
    collector, rank, strategy, propensity_version, roll_rate_version, experiment, arm, client
"""

OF_ITEM = """
    %(at)s::timestamptz, i.night_id, i.work_item_id, i.debtor_id, i.work_group, i.lane, %(action)s, %(is_eligible)s,
    %(codes)s::text[], i.chosen_with_probability, i.explores, %(collector)s, i.rank,
    i.strategy_name || '/' || i.strategy_version, i.propensity_model || '/' || i.propensity_version,
    i.roll_rate_model || '/' || i.roll_rate_version, i.experiment, i.arm, i.client
"""
"""What `COLUMNS` say of a row `i` of `work_items`."""


def decide(
    connection: Connection,
    work_item_ids: Sequence[int],
    action: str,
    *,
    at: datetime,
    collector: str | None = None,
    because: Sequence[str] = (),
    is_eligible: bool = True,
) -> list[int]:
    """Log what became of a choice for each of some items; the decisions' ids.

    Parameters
    ----------
    action : of `arrears.state.closed.ACTIONS`.
    because : codes of the holds, or the reason of the skip.
    is_eligible : the rules let it be worked at that moment.
    """
    sql = f"""
        INSERT INTO decisions ({COLUMNS}) SELECT {OF_ITEM} FROM work_items i WHERE i.work_item_id = ANY (%(items)s)
        RETURNING decision_id
    """  # noqa: S608 - our own words
    told = {"items": list(work_item_ids), "action": action, "at": at, "collector": collector}
    told |= {"codes": list(because), "is_eligible": is_eligible}
    return [int(row[0]) for row in run(connection, sql, told)]
