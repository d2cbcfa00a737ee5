"""What only shows across rows and tables: gaps, jumps, and two tables that tell different stories.

Reversals that cannot be, and a country without law, are errors. The rest are warnings: real books have them, and a
reader of the lake should know how many. All look at the rows that stand after the load, the lake's included.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import duckdb

from arrears.intake.checks import Checked
from arrears.intake.law import law_errors
from arrears.intake.mismatch import mismatch_warnings
from arrears.intake.report import Problem
from arrears.intake.reversals import reversal_errors
from arrears.intake.standing import show_standing, told
from arrears.intake.typed import TypedTable
from arrears.lake import Lake
from arrears.settings import Settings

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

# A reversal takes money back whichever sign and status its source gives it, if the payment stood.
_NET_PAYMENTS = """
    CREATE VIEW net_payments AS
    SELECT account_id, due_id, paid_on, amount_minor AS net_minor
    FROM standing_payments WHERE reverses IS NULL AND coalesce(status, 'posted') = 'posted'
    UNION ALL
    SELECT account_id, due_id, paid_on, -abs(amount_minor) FROM standing_payments WHERE reverses IN (
        SELECT payment_id FROM standing_payments
        WHERE reverses IS NULL AND coalesce(status, 'posted') = 'posted'
          AND payment_id IN (SELECT reverses FROM standing_payments))"""

_OVERPAID = """
    WITH owed AS (SELECT account_id, sum(amount_minor) AS minor FROM standing_dues GROUP BY account_id),
    paid AS (
        SELECT account_id, sum(net_minor) AS minor FROM net_payments
        WHERE account_id IS NOT NULL GROUP BY account_id)
    SELECT account_id FROM paid LEFT JOIN owed USING (account_id) WHERE paid.minor > coalesce(owed.minor, 0)"""

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


def across_problems(
    con: duckdb.DuckDBPyConnection,
    lake: Lake,
    typed: Mapping[str, TypedTable],
    checked: Mapping[str, Checked],
    settings: Settings,
) -> Iterator[Problem]:
    """Every problem that needs more than one row, for the tables that are there."""
    there = {*typed, *lake.tables}
    for table in ("debtors", "accounts", "statements", "dues", "payments"):
        corrected = table in lake.tables or (table in checked and checked[table].versions)
        show_standing(con, lake, typed, table, corrected=corrected)
    yield from law_errors(con, settings)
    if "payments" in typed:
        yield from reversal_errors(con)
    con.execute(_NET_PAYMENTS)
    if "statements" in typed:
        yield from told(con, "statements", "gap", _GAPS, "no statement for a cycle before this one", "Load it")
        found = "status worsens by more than time allows since the cycle before"
        yield from told(con, "statements", "status_break", _JUMPS, found, "Look whether the source's codes changed")
    if {"statements", "dues"} <= there:
        yield from mismatch_warnings(con, settings)
        found = "the balance moved by another sum than dues less payments"
        yield from told(con, "statements", "untied_sums", _UNTIED, found, "Look for dues or payments left out")
    if {"dues", "payments"} <= there:
        found = "accounts paid more than all their dues"
        yield from told(con, "accounts", "untied_sums", _OVERPAID, found, "Look for dues left out")
