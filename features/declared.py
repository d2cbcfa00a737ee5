"""What features say they read, to be held against what their expressions read.

A feature names the columns that it turns on; beneath them lie those that make its rows, the same for all features over
one kind of row.
"""

from __future__ import annotations

from features.catalog import feature as named
from features.feature import Feature, Over


def _of(table: str, *columns: str) -> frozenset[str]:
    return frozenset(f"{table}.{column}" for column in columns)


_WHO = _of("accounts", "account_id", "client", "currency", "debtor_id", "opened_on")
_WHO |= _of("statements", "account_id", "cycle_end")
_PAID = _of("payments", "account_id", "amount", "debtor_id", "due_id", "line", "paid_on")
_PAID |= _of("payments", "payment_id", "reverses", "status")
_OWED = _of("dues", "account_id", "amount", "due_id", "due_on", "issued_on", "kind")
_STANDS = _of("statements", "balance", "cycles_past_due", "days_past_due", "minimum_due", "past_due")
_SPOKEN = _of("contacts", "account_id", "contact_id", "conversation", "debtor_id")
_LIABLE = _of("parties", "account_id", "debtor_id", "ends_on", "liable", "role", "starts_on")

BENEATH: dict[Over, frozenset[str]] = {
    "account": _WHO | _PAID | _OWED | _STANDS,
    "debtor": _WHO | _PAID | _OWED | _STANDS,
    "payments": _WHO | _PAID,
    "all_payments": _WHO | _PAID,
    "payer": _WHO | _PAID,
    "cycles": _WHO | _PAID,
    "dues": _WHO | _PAID | _OWED,
    "history": _WHO | _PAID | _OWED,
    "contacts": _WHO | _SPOKEN | _LIABLE,
    "notices": _WHO | _of("notices", "account_id"),
    "promises": _WHO
    | _PAID
    | _of("promises", "account_id", "arrangement_id", "cancelled_on", "debtor_id", "promise_id"),
}
"""Columns that make the rows a feature sums up, beside those that it names itself."""


def declared(feature: Feature) -> frozenset[str]:
    """All columns that a feature says it reads, those of the features it needs included.

    Examples
    --------
    >>> "payments.paid_on" in declared(named("paid_30d_minor")), "disputes.amount" in declared(named("balance_minor"))
    (True, False)
    """
    own = {way for read in feature.reads for way in read.split("|")}
    return BENEATH[feature.over].union(own, *(declared(named(need)) for need in feature.needs))
