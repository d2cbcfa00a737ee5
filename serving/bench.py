"""One debtor's rows on a bench of their own: tables that keep their shape, and questions prepared once over them.

Planning a question costs several times what answering it for one debtor does, so the plans are kept and only the rows
change. One debtor lies on the bench at a time.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import date, datetime

import duckdb
import pyarrow as pa

from arrears.lake import Lake, settle
from features.facts import SNAPSHOTS
from features.snapshots import at_moment, on_days
from serving.book import Questions
from serving.conduct_facts import read_tables

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
        self._lay_out()

    def debtor_of(self, account_id: str) -> str | None:
        """The primary debtor of an account, None where the lake knows no such account."""
        accounts = self._lake.scan("accounts")
        standing = "account_id = ? AND known_until IS NULL AND NOT deleted"
        sql = f"SELECT debtor_id FROM {accounts} WHERE {standing}"  # noqa: S608 - our own files
        with self._lock:
            found = self._con.execute(sql, [account_id]).fetchone()
        return None if found is None else str(found[0])

    def ask(self, debtor_id: str, day: date) -> tuple[pa.Table, pa.Table]:
        """Positions and features of all accounts of a debtor, as known on `day`."""
        with self._lock:
            self._lay(debtor_id, day)
            positions = self._con.execute("EXECUTE positions").to_arrow_table()
            features = self._con.execute("EXECUTE features").to_arrow_table()
        return positions, features

    def stand(self, debtor_id: str, moment: datetime) -> tuple[pa.Table, dict[str, pa.Table]]:
        """Positions of a debtor's own accounts as known at a moment, and the rows that the rules of conduct read."""
        with self._lock:
            self._lay_rows(self._lake.people_of(self._con, debtor_id))
            at_moment(self._con, self._asked.settings, moment, [debtor_id], table="stands")
            self._stand()
            positions = self._con.execute("EXECUTE positions").to_arrow_table()
            return positions, read_tables(self._con, self._asked.conduct, positions["account_id"])

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
        for term, rows in (self._asked.positions.terms | self._asked.features.terms).items():
            self._con.register("laid_out", rows)
            self._con.execute(f'CREATE TABLE "{term}" AS SELECT * FROM laid_out')  # noqa: S608 - as above
            self._con.unregister("laid_out")
        # Last of all: a table that changes its shape makes what was prepared over it plan again.
        self._con.execute(f"PREPARE positions AS {self._asked.positions.sql}")
        self._con.execute(f"PREPARE features AS {self._asked.features.sql}")

    def _lay(self, debtor_id: str, day: date) -> None:
        self._lay_rows([debtor_id])
        on_days(self._con, self._asked.settings, [day], table="stands")
        self._stand()

    def _lay_rows(self, debtors: Sequence[str]) -> None:
        rows = self._lake.rows_of_debtors(self._con, debtors)
        for name in self._tables:
            self._con.execute(f'DELETE FROM "{name}"')  # noqa: S608 - as above
            self._con.execute(f'INSERT INTO "{name}" {rows[name]}')

    def _stand(self) -> None:
        # Made aside and moved: a table made anew under its name would make every prepared question plan again.
        self._con.execute("DELETE FROM snapshots")
        self._con.execute("INSERT INTO snapshots BY NAME SELECT * FROM stands")
