"""The source tables Arrears reads: every contract, declared once.

Themes share a file; `TABLES` is the whole vocabulary in the order in which a load reads it, so that a table stands
after those its rows name.
"""

from __future__ import annotations

from arrears.tables.conduct import CONSENTS, HOLDS, LICENCES, NOTICES, POINTS, PREFERENCES
from arrears.tables.contact import CLAIMS, CONTACTS, DISPOSITIONS, DISPUTES, PROMISES
from arrears.tables.contract import BOOKKEEPING, LAKE_TYPES, Column, Kind, Table
from arrears.tables.ledger import CHANGES, DUES, PAYMENTS, STATEMENTS
from arrears.tables.people import ACCOUNTS, DEBTORS, PARTIES, PARTY_ROLES, PROTECTED
from arrears.tables.team import COLLECTORS, SHIFTS

__all__ = [
    "ALWAYS_REQUIRED",
    "BOOKKEEPING",
    "DISPOSITIONS",
    "LAKE_TYPES",
    "ONE_REQUIRED",
    "PARTY_ROLES",
    "TABLES",
    "Column",
    "Kind",
    "Table",
]

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        DEBTORS,
        ACCOUNTS,
        PARTIES,
        STATEMENTS,
        DUES,
        PAYMENTS,
        CHANGES,
        POINTS,
        COLLECTORS,
        CONTACTS,
        PROMISES,
        DISPUTES,
        CLAIMS,
        HOLDS,
        PREFERENCES,
        CONSENTS,
        NOTICES,
        SHIFTS,
        LICENCES,
        PROTECTED,
    )
}

ALWAYS_REQUIRED: tuple[str, ...] = ("debtors", "accounts")
"""Tables without which a book says nothing."""

ONE_REQUIRED: tuple[str, ...] = ("statements", "dues")
"""At least one of these says how late an account is."""
