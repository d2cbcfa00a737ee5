"""The log of a night's own choices: what it put on a list, and whom it offered to nobody and why."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, text

from arrears.queues.work_group import in_sql

_COLUMNS = """
    at, night_id, work_item_id, debtor_id, work_group, lane, action, is_eligible, because, probability, explores, rank,
    strategy, propensity_version, roll_rate_version, experiment, arm, client
"""
_BY = """
    {0}.strategy_name || '/' || {0}.strategy_version, {0}.propensity_model || '/' || {0}.propensity_version,
    {0}.roll_rate_model || '/' || {0}.roll_rate_version
"""
_LISTED = f"""
    INSERT INTO decisions ({_COLUMNS})
    SELECT :at, i.night_id, i.work_item_id, i.debtor_id, i.work_group, i.lane, 'listed', true, '{{}}'::text[],
        i.chosen_with_probability, i.explores, i.rank, {_BY.format("i")}, i.experiment, i.arm, i.client
    FROM work_items i WHERE i.night_id = :night AND i.state = 'ready'
"""  # noqa: S608 - our own words
_HELD = f"""
    INSERT INTO decisions ({_COLUMNS})
    SELECT :at, n.night_id, NULL, h.debtor_id, h.work_group, 'pay', 'held', false, h.codes, 1, false, NULL,
        {_BY.format("n")}, NULL, NULL, h.client
    FROM nights n CROSS JOIN (
        SELECT debtor_id, client, work_group, array_agg(DISTINCT code) AS codes
        FROM (
            SELECT a.debtor_id, a.client, {in_sql("a")} AS work_group, hold ->> 'code' AS code, false AS in_item
            FROM night_accounts a CROSS JOIN jsonb_array_elements(a.held_because) AS hold
            WHERE a.night_id = :night AND a.verdict = 'held'
            UNION ALL SELECT debtor_id, client, work_group, NULL, true FROM work_items WHERE night_id = :night
        ) AS told
        GROUP BY debtor_id, client, work_group HAVING NOT bool_or(in_item)
    ) AS h
    WHERE n.night_id = :night
"""  # noqa: S608 - our own words


def decide_night(connection: Connection, night_id: int, *, at: datetime) -> tuple[int, int]:
    """Log a night's choices: one row an item that is ready, and one a person and work group that rules hold.

    What is held was chosen with certainty: no lot decides about it.

    Returns
    -------
    How many were listed, and how many were held.
    """
    values = {"night": night_id, "at": at}
    listed, held = (
        connection.execute(text(sql).execution_options(preserve_rowcount=True), values) for sql in (_LISTED, _HELD)
    )
    return listed.rowcount, held.rowcount
