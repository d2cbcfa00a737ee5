"""Where some debtors stand at a moment, and what the rules read of them: the lake, and what came since its last load.

One debtor lies on the bench; several are asked of the lake at once. Where nothing came between loads the night's own
questions answer; else those that know every table an event can bring.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import duckdb
import pyarrow as pa
from sqlalchemy import Connection

from arrears.events.overlay import Overlay, around, overlay_of, with_every_table
from arrears.lake import Lake, looking, show
from features.snapshots import at_moment
from serving.gate.bench import Bench
from serving.gate.book import Questions
from serving.gate.conduct_facts import ConductQuestions, read_tables


@dataclass(frozen=True)
class Stand:
    """Some debtors at a moment.

    Attributes
    ----------
    positions : where each of their own accounts stands, those that have left included.
    tables : the rows that the rules read, by source table.
    conduct : what they were asked, with what is supplied by lake and events together.
    """

    positions: pa.Table
    tables: dict[str, pa.Table]
    conduct: ConductQuestions


def stand(
    lake: Lake,
    asked: Questions,
    connection: Connection,
    debtor_ids: Sequence[str],
    moment: datetime,
    *,
    bench: Bench | None = None,
) -> Stand:
    """Where the debtors stand, as known at the moment.

    Parameters
    ----------
    connection : to the database, which keeps what came between loads.
    bench : answers for one debtor in a fraction of the time.
    """
    if bench is not None and len(debtor_ids) == 1:
        near = bench.around(debtor_ids[0], connection)
        positions, tables = bench.stand(debtor_ids[0], moment, near)
        return _told(lake, asked, near.overlay, positions, tables)
    con = looking()
    try:
        selects, overlay = _rows(con, lake, connection, debtor_ids)
        show(con, with_every_table(overlay.over(con, selects)) if overlay else selects)
        at_moment(con, asked.settings, moment, debtor_ids)
        whole = asked.between_loads if overlay else asked
        positions = whole.positions.run(con)
        return _told(lake, asked, overlay, positions, read_tables(con, whole.conduct, positions["account_id"]))
    finally:
        con.close()


def _rows(
    con: duckdb.DuckDBPyConnection, lake: Lake, connection: Connection, debtor_ids: Sequence[str]
) -> tuple[dict[str, str], Overlay]:
    if len(debtor_ids) != 1:
        return lake.whole(), overlay_of(connection, lake, None, ())
    near = around(con, lake, connection, debtor_ids[0])
    return lake.rows_of(near.people, near.accounts), near.overlay


def _told(lake: Lake, asked: Questions, overlay: Overlay, positions: pa.Table, tables: dict[str, pa.Table]) -> Stand:
    if not overlay:
        return Stand(positions, tables, asked.conduct)
    present = overlay.present(lake.present)
    columns = {f"{table}.{column}" for table, named in present.items() for column in named}
    supplied = {name: rows for name, rows in tables.items() if name in present}
    return Stand(positions, supplied, replace(asked.conduct, present=frozenset(present) | columns))
