"""Whether an account's latest statement and its ledger agree on its being late.

The ledger's side is the one of `features.ledger`, on the last day of the statement's cycle: kinds are paid in the
client's order, only its ageing kinds make an account late, and a due counts as paid at the client's share.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

import duckdb

from arrears.intake.report import Problem
from arrears.intake.standing import told
from arrears.settings import DueKind, Settings

_TERMS = """
    CREATE TABLE ledger_terms
        (client VARCHAR, kind VARCHAR, pays_rank INTEGER, ages BOOLEAN, paid_share DECIMAL(9, 6))"""

_MISMATCH = """
    WITH latest AS (
        SELECT account_id, max(cycle_end) AS cycle_end,
               arg_max(coalesce(days_past_due > 0, cycles_past_due > 0, past_due_minor > 0), cycle_end) AS late
        FROM standing_statements WHERE coalesce(days_past_due, cycles_past_due, past_due_minor) IS NOT NULL
        GROUP BY account_id),
    owners AS (
        SELECT account_id, cycle_end, late, 10 * pow(10, exponent)::BIGINT AS small_minor,
               CASE WHEN client IN (SELECT client FROM ledger_terms) THEN client ELSE '' END AS client
        FROM latest JOIN standing_accounts USING (account_id) JOIN currencies USING (currency)),
    named AS (
        SELECT due_id, sum(net_minor) AS minor FROM net_payments JOIN latest USING (account_id)
        WHERE due_id IS NOT NULL AND paid_on <= cycle_end GROUP BY due_id),
    charges AS (
        SELECT account_id, due_id, due_on, amount_minor, pays_rank, ages AND due_on < cycle_end AS ages,
               least(greatest(coalesce(named.minor, 0), 0), amount_minor) AS named_minor,
               least(ceil(amount_minor::DECIMAL(28, 0) * paid_share)::BIGINT,
                     amount_minor - least(small_minor, amount_minor // 10)) AS needed_minor
        FROM standing_dues JOIN owners USING (account_id) JOIN ledger_terms USING (client, kind)
        LEFT JOIN named USING (due_id)
        WHERE amount_minor > 0 AND due_on <= cycle_end),
    paid AS (
        SELECT account_id, sum(net_minor) AS minor FROM net_payments JOIN latest USING (account_id)
        WHERE paid_on <= cycle_end GROUP BY account_id),
    credited AS (
        SELECT account_id, -sum(amount_minor) AS minor FROM standing_dues JOIN latest USING (account_id)
        WHERE amount_minor < 0 AND coalesce(issued_on, due_on) <= cycle_end GROUP BY account_id),
    asked AS (
        SELECT *, sum(amount_minor - named_minor) OVER (
            PARTITION BY account_id ORDER BY pays_rank, due_on, due_id) AS through_minor,
            sum(named_minor) OVER (PARTITION BY account_id) AS all_named_minor
        FROM charges),
    owing AS (
        SELECT account_id, bool_or(ages AND needed_minor > named_minor AND through_minor - (amount_minor - needed_minor)
            > coalesce(paid.minor, 0) + coalesce(credited.minor, 0) - all_named_minor) AS late
        FROM asked LEFT JOIN paid USING (account_id) LEFT JOIN credited USING (account_id) GROUP BY account_id)
    SELECT account_id FROM owners LEFT JOIN owing USING (account_id)
    WHERE owners.late <> coalesce(owing.late, false)"""


def mismatch_warnings(con: duckdb.DuckDBPyConnection, settings: Settings) -> Iterator[Problem]:
    """The accounts of which the two disagree, from the views `standing_...` and `net_payments`."""
    con.execute(_TERMS)
    con.executemany("INSERT INTO ledger_terms VALUES (?, ?, ?, ?, ?)", _terms(settings))
    found = "the latest statement and the ledger disagree on whether the account is late"
    yield from told(con, "accounts", "source_mismatch", _MISMATCH, found, "Choose one in delinquency.source")


def _terms(settings: Settings) -> list[tuple[str, str, int, bool, float]]:
    rows = []
    for client in ("", *(name for name in settings.clients if name)):
        chosen = settings.for_client(client).delinquency
        for kind in get_args(DueKind):
            rank = next((place for place, kinds in enumerate(chosen.pays) if kind in kinds), len(chosen.pays))
            rows.append((client, kind, rank, kind in chosen.ages, chosen.paid_share))
    return rows
