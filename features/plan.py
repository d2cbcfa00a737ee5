"""A question about a book, compiled to SQL once and answered on any connection to it.

A live request and a night run the same text: only the rows behind the tables' names differ.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass

import duckdb
import ibis
import pyarrow as pa
from ibis import ir

from arrears.settings import Settings
from features.kept_text import Present, kept_texts
from features.money_line import with_folds
from features.terms import due_terms, promise_days, terms


@dataclass(frozen=True)
class Plan:
    """SQL over the lake's tables and `snapshots`, with the settings it joins.

    Parameters
    ----------
    sql : one DuckDB statement.
    terms : the settings as tables, by the name under which the SQL reads them.
    """

    sql: str
    terms: dict[str, pa.Table]

    @property
    def fingerprint(self) -> str:
        """Changes when the definition or the settings do."""
        whole = hashlib.sha256(self.sql.encode())
        for name in sorted(self.terms):
            whole.update(name.encode())
            whole.update(str(self.terms[name].to_pydict()).encode())
        return whole.hexdigest()[:16]

    def run(self, con: duckdb.DuckDBPyConnection) -> pa.Table:
        """The answer for the `snapshots` on this connection."""
        for name, table in self.terms.items():
            con.register(name, table)
        try:
            return con.execute(self.sql).to_arrow_table()
        finally:
            for name in self.terms:
                con.unregister(name)


def compiled(answer: ir.Table, settings: Settings) -> Plan:
    """Compile an Ibis table of the answer."""
    return plan_of(duckdb_sql(answer), settings)


def compiled_once(
    name: str, present: Present, settings: Settings, answer: Callable[[Present, Settings], ir.Table]
) -> Plan:
    """The same, where the answer follows from a book's tables and its clients' names: compiled by the first who asks.

    Parameters
    ----------
    name, answer : of the question, as in `features.kept_text.kept_texts`.
    """
    (sql,) = kept_texts(name, present, settings, lambda *asked: {"sql": duckdb_sql(answer(*asked))}).values()
    return plan_of(sql, settings)


def plan_of(sql: str, settings: Settings) -> Plan:
    """A compiled text as a plan; only the settings that it names are carried along."""
    makers = {"terms": terms, "due_terms": due_terms, "promise_days": promise_days}
    carried = {name: make(settings) for name, make in makers.items() if f'"{name}"' in sql}
    return Plan(sql=sql, terms=carried)


def duckdb_sql(answer: ir.Table) -> str:
    """The table as one DuckDB statement, each step a select of its own.

    Ibis would otherwise inline every step into the next, and a column used twice in each of ten steps would be written
    a thousand times.
    """
    before = ibis.options.sql.fuse_selects
    ibis.options.sql.fuse_selects = False
    try:
        return _in_one_order(with_folds(str(ibis.to_sql(answer, dialect="duckdb", pretty=False))))
    finally:
        ibis.options.sql.fuse_selects = before


def _in_one_order(sql: str) -> str:
    """The same text in every process: Ibis names excluded columns in the order of a set."""
    return re.sub(r"EXCLUDE \(([^()]*)\)", lambda found: f"EXCLUDE ({', '.join(sorted(found[1].split(', ')))})", sql)
