"""What only shows across rows and tables: gaps, jumps, and two tables that tell different stories.

All of these are warnings: real books have them, and a reader of the lake should know how many. They look at the rows
that stand after the load, the lake's included.
"""

# ruff: noqa: S608 - every name in these statements is the contract's or a file's, never a value of a row

from __future__ import annotations

from collections.abc import Iterator, Mapping

import duckdb

from arrears.intake.checks import KEYS_KEPT, Checked
from arrears.intake.report import Problem
from arrears.intake.typed import TypedTable
from arrears.lake import Lake
from arrears.tables import TABLES

# A cycle may be a month or a quarter: a gap is longer than the book's usual step by half.
_GAPS = """
    WITH steps AS (
        SELECT account_id, cycle_end, cycle_end - lag(cycle_end) OVER one AS days
        FROM standing_statements WINDOW one AS (PARTITION BY account_id ORDER BY cycle_end))
    SELECT account_id || ', ' || cycle_end FROM steps
    WHERE days > 1.5 * (SELECT approx_quantile(days, 0.5) FROM steps)"""

# In one cycle an account can miss one payment, and a day makes it one day later.
_JUMPS = """
    WITH steps AS (
        SELECT account_id, cycle_end, days_past_due, cycles_past_due,
               lag(days_past_due) OVER one AS days_before, lag(cycles_past_due) OVER one AS cycles_before,
               cycle_end - lag(cycle_end) OVER one AS days
        FROM standing_statements WINDOW one AS (PARTITION BY account_id ORDER BY cycle_end))
    SELECT account_id || ', ' || cycle_end FROM steps
    WHERE days_past_due > days_before + days
       OR (cycles_past_due > cycles_before + 1
           AND days <= 1.5 * (SELECT approx_quantile(days, 0.5) FROM steps))"""

# A reversal takes money back whichever sign its source gives it.
_NET_PAYMENTS = """
    CREATE VIEW net_payments AS
    SELECT account_id, paid_on, CASE WHEN reverses IS NULL THEN amount_minor ELSE -abs(amount_minor) END AS net_minor
    FROM standing_payments WHERE coalesce(status, 'posted') = 'posted'"""

_OVERPAID = """
    WITH owed AS (SELECT account_id, sum(amount_minor) AS minor FROM standing_dues GROUP BY account_id),
    paid AS (
        SELECT account_id, sum(net_minor) AS minor FROM net_payments
        WHERE account_id IS NOT NULL GROUP BY account_id)
    SELECT account_id FROM paid LEFT JOIN owed USING (account_id) WHERE paid.minor > coalesce(owed.minor, 0)"""

_MISMATCH = """
    WITH latest AS (
        SELECT account_id, max(cycle_end) AS cycle_end,
               arg_max(coalesce(past_due_minor > 0, days_past_due > 0, cycles_past_due > 0), cycle_end) AS late
        FROM standing_statements WHERE coalesce(past_due_minor, days_past_due, cycles_past_due) IS NOT NULL
        GROUP BY account_id),
    owed AS (
        SELECT account_id, sum(amount_minor) AS minor FROM standing_dues JOIN latest USING (account_id)
        WHERE due_on < cycle_end GROUP BY account_id),
    paid AS (
        SELECT account_id, sum(net_minor) AS minor FROM net_payments JOIN latest USING (account_id)
        WHERE paid_on <= cycle_end GROUP BY account_id)
    SELECT account_id FROM latest LEFT JOIN owed USING (account_id) LEFT JOIN paid USING (account_id)
    WHERE late <> (coalesce(owed.minor, 0) > coalesce(paid.minor, 0))"""

_UNTIED = """
    WITH steps AS (
        SELECT account_id, cycle_end, lag(cycle_end) OVER one AS after,
               balance_minor - lag(balance_minor) OVER one AS moved
        FROM standing_statements WINDOW one AS (PARTITION BY account_id ORDER BY cycle_end)),
    entries AS (
        SELECT account_id, coalesce(issued_on, due_on) AS day, amount_minor AS minor FROM standing_dues
        UNION ALL
        SELECT account_id, paid_on, -net_minor FROM net_payments)
    SELECT steps.account_id || ', ' || cycle_end FROM steps
    LEFT JOIN entries ON entries.account_id = steps.account_id AND day > after AND day <= cycle_end
    WHERE moved IS NOT NULL GROUP BY steps.account_id, cycle_end, moved
    HAVING moved <> coalesce(sum(minor), 0)"""


def across_warnings(
    con: duckdb.DuckDBPyConnection, lake: Lake, typed: Mapping[str, TypedTable], checked: Mapping[str, Checked]
) -> Iterator[Problem]:
    """Every warning that needs more than one row, for the tables that are there."""
    there = {*typed, *lake.tables}
    for table in ("statements", "dues", "payments"):
        corrected = table in lake.tables or (table in checked and checked[table].versions)
        _show_standing(con, lake, typed, table, corrected=corrected)
    con.execute(_NET_PAYMENTS)
    if "statements" in typed:
        yield from _warn(con, "statements", "gap", _GAPS, "no statement for a cycle before this one", "Load it")
        found = "status worsens by more than time allows since the cycle before"
        yield from _warn(con, "statements", "status_break", _JUMPS, found, "Look whether the source's codes changed")
    if {"statements", "dues"} <= there:
        found = "the latest statement and the ledger disagree on whether the account is late"
        yield from _warn(con, "accounts", "source_mismatch", _MISMATCH, found, "Choose one in delinquency.source")
        found = "the balance moved by another sum than dues less payments"
        yield from _warn(con, "statements", "untied_sums", _UNTIED, found, "Look for dues or payments left out")
    if {"dues", "payments"} <= there:
        found = "accounts paid more than all their dues"
        yield from _warn(con, "accounts", "untied_sums", _OVERPAID, found, "Look for dues left out")


def _warn(con: duckdb.DuckDBPyConnection, table: str, rule: str, select: str, found: str, do: str) -> Iterator[Problem]:
    count, keys = con.execute(
        f"SELECT count(*), min(row_key, {KEYS_KEPT}) FROM ({select}) AS broken(row_key)"
    ).fetchall()[0]
    if count:
        yield Problem(table, None, rule, "warning", count, found, f"{do}.", tuple(keys))


def _show_standing(
    con: duckdb.DuckDBPyConnection, lake: Lake, typed: Mapping[str, TypedTable], name: str, *, corrected: bool
) -> None:
    """A view `standing_<table>` of the latest version of every row that was not removed."""
    table = TABLES[name]
    columns = ", ".join(f'"{column}"' for column in table.lake_schema() if column != "known_until")
    parts = [f"SELECT {columns} FROM {typed[name].view}"] if name in typed else []
    if name in lake.tables:
        parts.append(f"SELECT {columns} FROM {lake.scan(name)} WHERE known_until IS NULL")
    none = ", ".join(f'NULL::{kind} AS "{column}"' for column, kind in table.lake_schema().items())
    rows = " UNION ALL ".join(parts) or f"SELECT {none} WHERE false"
    key = ", ".join(f'"{column}"' for column in table.key)
    latest = f"QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY recorded_at DESC) = 1" if corrected else ""
    con.execute(
        f"""CREATE VIEW standing_{name} AS
        SELECT * FROM (SELECT * FROM ({rows}) {latest}) WHERE NOT deleted"""
    )
