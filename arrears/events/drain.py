"""What came between loads, taken into the lake as one more load: each version of each row exactly once.

The load comes first and the mark after it. Killed in between, the next drain loads the same rows again, which the lake
knows word for word and does not add. What the lake refuses stays where it is, counts as before, and is tried again.
"""

from __future__ import annotations

import logging
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import Connection, Engine, text

from arrears.clock import Clock, SystemClock
from arrears.errors import Refused
from arrears.events.event import Event, undrained
from arrears.events.row import BETWEEN
from arrears.intake.report import BadInputFound, Problem
from arrears.lake import Lake
from arrears.loading import load
from arrears.manifest import LoadRecord
from arrears.tables import BOOKKEEPING, Column, Kind, Table

_log = logging.getLogger(__name__)

_ONE_AT_A_TIME = 7_204_135  # any number that nothing else locks on
_WAITS_SECONDS, _ASKS_AGAIN_SECONDS = 600.0, 0.5
_IN_FILES: Mapping[Kind, pa.DataType] = {
    "integer": pa.int64(),
    "number": pa.float64(),
    "flag": pa.bool_(),
    "list": pa.list_(pa.string()),
}
"""How a kind is written; every other as text, as in a CSV file."""


@dataclass(frozen=True)
class Drained:
    """What a drain did.

    Attributes
    ----------
    rows : taken into the lake, by table.
    load_id : the load that holds them; None where there was nothing to take.
    refused : rows that the lake did not take, with the names of the rules.
    """

    rows: dict[str, int] = field(default_factory=dict)
    load_id: str | None = None
    refused: dict[int, str] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """As a command tells it."""
        return {"rows": self.rows, "load_id": self.load_id, "refused": len(self.refused)}


def drain(engine: Engine, root: Path, clock: Clock) -> Drained:
    """Load every event that no load has brought, and mark them.

    Two at once: one waits for the other. A load that is running is waited for, too.

    Parameters
    ----------
    root : the lake's folder.
    clock : the portfolio's.

    Raises
    ------
    BadInputFound : the lake takes no load at all, whatever is in it.
    Refused : another load did not come to an end.
    """
    with _alone(engine) as connection:
        lake = Lake(root)
        events = undrained(connection, since=None) if lake.exists() else []
        connection.rollback()  # nothing is held open while files are written
        if not events:
            return Drained()
        taken, refused = _load(events, root, clock)
        load_id = last_of(Lake(root).manifest.loads)
        with connection.begin():
            _mark(connection, [event.event_id for event in taken], load_id, clock.now())
            _mark_refused(connection, refused)
    told: dict[str, int] = {}
    for event in taken:
        told[event.source_table] = told.get(event.source_table, 0) + 1
    _log.info("events.drained rows=%d refused=%d load=%s", len(taken), len(refused), load_id)
    return Drained(told, load_id if taken else None, refused)


def drained(engine: Engine, lake: Lake, clock: Clock) -> Lake:
    """The lake with everything that came since its last load."""
    return Lake(lake.root) if drain(engine, lake.root, clock).load_id is not None else lake


def last_of(loads: Sequence[LoadRecord]) -> str:
    """The id of the last load."""
    return loads[-1].id


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _ONE_AT_A_TIME})
        connection.commit()
        try:
            yield connection
        finally:
            connection.rollback()
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _ONE_AT_A_TIME})
            connection.commit()


def _load(events: Sequence[Event], root: Path, clock: Clock) -> tuple[list[Event], dict[int, str]]:
    """Load what the lake takes; the events it took, and those that it refused by the names of rules."""
    left, refused = list(events), dict[int, str]()
    while left:
        try:
            _load_all(left, root, clock)
        except BadInputFound as bad:
            blamed = _blamed(left, bad.report.errors)
            if not blamed:
                raise
            refused |= blamed
            left = [event for event in left if event.event_id not in blamed]
        else:
            break
    return left, refused


def _blamed(events: Sequence[Event], problems: Sequence[Problem]) -> dict[int, str]:
    """The events whose keys the problems name; each names five at most, so this is asked again until none is left."""
    rules: dict[tuple[str, str], list[str]] = {}
    for problem in problems:
        for key in problem.keys:
            rules.setdefault((problem.table, key), []).append(problem.rule)
    return {
        event.event_id: ", ".join(sorted(set(named)))
        for event in events
        if (named := rules.get((event.source_table, event.row_key.replace(BETWEEN, ", "))))
    }


def _load_all(events: Sequence[Event], root: Path, clock: Clock) -> None:
    with tempfile.TemporaryDirectory(prefix="arrears-events-") as name:
        folder = Path(name) / "events"
        folder.mkdir()
        for table in {event.source_table: event.table for event in events}.values():
            write_table(folder, table, [event for event in events if event.source_table == table.name])
        _patiently(folder, root, clock)


def write_table(folder: Path, table: Table, events: Sequence[Event]) -> None:
    """The file of one table, as a source would bring it."""
    rows = [dict(event.row) | {"recorded_at": event.recorded_at.isoformat()} for event in events]
    columns = [column for column in (*table.columns, *BOOKKEEPING) if _is_there(column, rows)]
    schema = pa.schema({column.name: _IN_FILES.get(column.kind, pa.string()) for column in columns})
    pq.write_table(pa.Table.from_pylist(rows, schema), folder / f"{table.name}.parquet")


def _is_there(column: Column, rows: Sequence[Mapping[str, Any]]) -> bool:
    return column.required or any(column.name in row for row in rows)


def _patiently(folder: Path, root: Path, clock: Clock) -> None:
    """Load, and wait for whoever is loading."""
    until = time.monotonic() + _WAITS_SECONDS
    while True:
        try:
            load(folder, root, _Latest(clock))
        except Refused:
            if time.monotonic() >= until:
                raise
            time.sleep(_ASKS_AGAIN_SECONDS)
        else:
            return


@dataclass(frozen=True)
class _Latest:
    """The portfolio's time, or the machine's where that is later: nothing that was recorded lies ahead of it."""

    portfolio: Clock

    def now(self) -> datetime:
        return max(self.portfolio.now(), SystemClock().now())


def _mark(connection: Connection, event_ids: Sequence[int], load_id: str, at: datetime) -> None:
    mark = """
        UPDATE source_events SET drained_at = :at, drained_as = :load, refused_because = NULL
        WHERE event_id = ANY (CAST(:ids AS bigint[]))
    """
    connection.execute(text(mark), {"at": at, "load": load_id, "ids": list(event_ids)})


def _mark_refused(connection: Connection, refused: Mapping[int, str]) -> None:
    for event_id, rules in refused.items():
        mark = text("UPDATE source_events SET refused_because = :rules WHERE event_id = :id")
        connection.execute(mark, {"rules": rules, "id": event_id})
