"""Whether reversals can be what they say: on a payment of the same debtor, and together no more than it.

They look at the rows that stand after the load, the lake's included: a reversal may come in a later load than what it
takes back. Sums are of rows that stand: nothing can be taken back of a removed payment, nor of a reversal.
"""

from __future__ import annotations

from collections.abc import Iterator

import duckdb

from arrears.intake.report import Problem
from arrears.intake.standing import told

_REVERSALS = """
    CREATE VIEW standing_reversals AS
    SELECT payment_id || ', ' || line AS row_key, reverses, abs(amount_minor) AS minor,
           CASE WHEN account_id IS NULL THEN payments.debtor_id ELSE accounts.debtor_id END AS debtor_id
    FROM standing_payments AS payments LEFT JOIN standing_accounts AS accounts USING (account_id)
    WHERE reverses IS NOT NULL"""

_REVERSED = """
    CREATE VIEW standing_reversed AS
    SELECT payment_id, sum(amount_minor) AS minor,
           list(CASE WHEN account_id IS NULL THEN payments.debtor_id ELSE accounts.debtor_id END) AS debtors
    FROM standing_payments AS payments LEFT JOIN standing_accounts AS accounts USING (account_id)
    WHERE reverses IS NULL AND payment_id IN (SELECT reverses FROM standing_payments)
    GROUP BY payment_id"""

_OTHER_DEBTOR = """
    SELECT row_key FROM standing_reversals JOIN standing_reversed ON payment_id = reverses
    WHERE NOT list_contains(debtors, debtor_id)"""

_TOO_MUCH = """
    WITH taken AS (SELECT reverses, sum(minor) AS taken_minor FROM standing_reversals GROUP BY reverses)
    SELECT row_key FROM standing_reversals JOIN taken USING (reverses)
    LEFT JOIN standing_reversed ON payment_id = reverses
    WHERE taken_minor > coalesce(standing_reversed.minor, 0)"""


def reversal_errors(con: duckdb.DuckDBPyConnection) -> Iterator[Problem]:
    """Every reversal that cannot be, from the views `standing_payments` and `standing_accounts`."""
    con.execute(_REVERSALS)
    con.execute(_REVERSED)
    yield from told(
        con, "payments", "other_debtor", _OTHER_DEBTOR, "reversals of a payment of another debtor",
        "Name the debtor's own payment in reverses", column="reverses", level="error",
    )  # fmt: skip
    yield from told(
        con, "payments", "reversed_too_much", _TOO_MUCH, "reversals that together take back more than was paid",
        "Mend the amounts, or the payment named in reverses", column="amount", level="error",
    )  # fmt: skip
