"""One debtor's rows on a bench of their own: tables that keep their shape, and questions prepared once over them.

Planning a question costs several times what answering it for one debtor does, so the plans are kept and only the rows
change. One debtor lies on the bench at a time.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import date, datetime

import duckdb
import pyarrow as pa
from sqlalchemy import Connection

from arrears.events.event import POSTED
from arrears.events.overlay import NOTHING, Around, Overlay, around
from arrears.lake import Lake, settle
from arrears.tables import TABLES
from features.facts import SNAPSHOTS
from features.snapshots import at_moment, on_days
from serving.gate.book import Questions
from serving.gate.conduct_facts import read_tables

_KINDS = {"string": "VARCHAR", "date": "DATE", "timestamp('UTC')": "TIMESTAMPTZ"}


FROM_STATISTICS = "statistics_propagation,compressed_materialization,empty_result_pullup"
"""DuckDB's optimizers that draw conclusions from the rows at hand."""


class Bench:
    """Answers a lake's questions for one debtor after another.

    Parameters
    ----------
    lake : as it stood when its manifest was read; a new load needs a new bench.
    asked : the questions, compiled for that lake.
    """

    def __init__(self, lake: Lake, asked: Questions) -> None:
        self._lake = lake
        self._asked = asked
        self._lock = threading.Lock()
        self._con = duckdb.connect()
        settle(self._con)
        # One debtor has a handful of rows: handing them from thread to thread would cost more than working on them.
        self._con.execute("SET threads = 1")
        # A plan outlives the rows it was made over, so it must not rest on what those rows happened to be: the bench
        # is empty when it is laid out, and a question planned over nothing would answer nothing for ever.
        self._con.execute(f"SET disabled_optimizers = '{FROM_STATISTICS}'")
        self._tables = [name for name in lake.tables if self._is_read(name)]
        self._is_wide = False
        self._lay_out()

    def debtor_of(self, account_id: str) -> str | None:
        """The primary debtor of an account, None where the lake knows no such account."""
        accounts = self._lake.scan("accounts")
        standing = "account_id = ? AND known_until IS NULL AND NOT deleted"
        sql = f"SELECT debtor_id FROM {accounts} WHERE {standing}"  # noqa: S608 - our own files
        with self._lock:
            found = self._con.execute(sql, [account_id]).fetchone()
        return None if found is None else str(found[0])

    def around(self, debtor_id: str, connection: Connection) -> Around:
        """Whose rows a look at a debtor needs, and what came between loads about them."""
        with self._lock:
            return around(self._con, self._lake, connection, debtor_id)

    def ask(self, debtor_id: str, day: date, overlay: Overlay = NOTHING) -> tuple[pa.Table, pa.Table]:
        """Positions and features of all accounts of a debtor, as known on `day`.

        Parameters
        ----------
        overlay : what came between loads about the debtor; of tables that the lake has, as no feature reads others.
        """
        with self._lock:
            self._lay(debtor_id, day, overlay)
            positions = self._con.execute("EXECUTE positions").to_arrow_table()
            features = self._con.execute("EXECUTE features").to_arrow_table()
        return positions, features

    def stand(
        self, debtor_id: str, moment: datetime, around: Around | None = None
    ) -> tuple[pa.Table, dict[str, pa.Table]]:
        """Positions of a debtor's own accounts as known at a moment, and the rows that the rules of conduct read.

        Parameters
        ----------
        around : with what came between loads, as `Bench.around` tells; by default the lake alone is asked.
        """
        with self._lock:
            if around is None:
                self._lay_rows(self._lake.rows_of_debtors(self._con, self._lake.people_of(self._con, debtor_id)))
            else:
                self._lay_around(around)
            at_moment(self._con, self._asked.settings, moment, [debtor_id], table="stands")
            self._stand()
            if around is None or not around.overlay:
                positions = self._con.execute("EXECUTE positions").to_arrow_table()
                return positions, read_tables(self._con, self._asked.conduct, positions["account_id"])
            positions = self._con.execute("EXECUTE positions_between_loads").to_arrow_table()
            return positions, read_tables(self._con, self._asked.between_loads.conduct, positions["account_id"])

    def close(self) -> None:
        """Clear the bench away."""
        self._con.close()

    def _is_read(self, table: str) -> bool:
        plans = (self._asked.positions, self._asked.features)
        named = any(f'"{table}"' in plan.sql for plan in plans) or table in ("accounts", "parties")
        return named or table in self._asked.conduct.tables

    def _lay_out(self) -> None:
        for name in self._tables:
            self._con.execute(f'CREATE TABLE "{name}" AS SELECT * FROM {self._lake.scan(name)} LIMIT 0')  # noqa: S608 - names of our own tables and files
        columns = ", ".join(f"{name} {_KINDS[kind]}" for name, kind in SNAPSHOTS.items())
        self._con.execute(f"CREATE TABLE snapshots ({columns})")
        self._lay_terms(self._asked.positions.terms | self._asked.features.terms)
        # Last of all: a table that changes its shape makes what was prepared over it plan again.
        self._con.execute(f"PREPARE positions AS {self._asked.positions.sql}")
        self._con.execute(f"PREPARE features AS {self._asked.features.sql}")

    def _lay_terms(self, terms: Mapping[str, pa.Table]) -> None:
        for term, rows in terms.items():
            self._con.register("laid_out", rows)
            self._con.execute(f'CREATE TABLE IF NOT EXISTS "{term}" AS SELECT * FROM laid_out')  # noqa: S608 - as above
            self._con.unregister("laid_out")

    def _widen(self) -> None:
        """Room for tables that only events have, and the question that knows them; once, when the first event comes."""
        if self._is_wide:
            return
        for name in POSTED:
            if name not in self._tables:
                columns = ", ".join(f'"{column}" {kind}' for column, kind in TABLES[name].lake_schema().items())
                self._con.execute(f'CREATE TABLE "{name}" ({columns})')
                self._tables.append(name)
        self._lay_terms(self._asked.between_loads.positions.terms)
        self._con.execute(f"PREPARE positions_between_loads AS {self._asked.between_loads.positions.sql}")
        self._is_wide = True

    def _lay(self, debtor_id: str, day: date, overlay: Overlay) -> None:
        rows = self._lake.rows_of_debtors(self._con, [debtor_id])
        self._lay_rows(overlay.over(self._con, rows))
        on_days(self._con, self._asked.settings, [day], table="stands")
        self._stand()

    def _lay_around(self, around: Around) -> None:
        rows = self._lake.rows_of(around.people, around.accounts)
        if around.overlay:
            self._widen()
            rows = around.overlay.over(self._con, rows)
        self._lay_rows(rows)

    def _lay_rows(self, rows: Mapping[str, str]) -> None:
        for name in self._tables:
            self._con.execute(f'DELETE FROM "{name}"')  # noqa: S608 - as above
            if name in rows:
                self._con.execute(f'INSERT INTO "{name}" {rows[name]}')

    def _stand(self) -> None:
        # Made aside and moved: a table made anew under its name would make every prepared question plan again.
        self._con.execute("DELETE FROM snapshots")
        self._con.execute("INSERT INTO snapshots BY NAME SELECT * FROM stands")
