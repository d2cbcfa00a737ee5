"""What one call may discuss: a person's accounts of one client, in one currency, on one side of charge-off.

Two creditors' debts are never mixed in one talk. Amounts of two currencies have no sum, and loss avoided before
charge-off none with the fee on cash after it, so an item that held both could not say what it is worth.
"""

from __future__ import annotations

import numpy as np

from arrears.policy.columns import Flags, Words

AFTER_CHARGE_OFF = "charged_off"


def work_group(client: str, currency: str, charged_off: bool) -> str:  # noqa: FBT001 - as the columns stand
    """The key of a work group, that people can read; nobody has to take it apart, its parts have columns.

    Examples
    --------
    >>> work_group("NORTH", "USD", True), work_group("NORTH", "USD", False), work_group("", "TWD", False)
    ('NORTH/USD/charged_off', 'NORTH/USD', 'TWD')
    """
    return "/".join([client] * bool(client) + [currency] + [AFTER_CHARGE_OFF] * charged_off)


def work_groups(client: Words, currency: Words, charged_off: Flags) -> Words:
    """(n,) the key of each account's work group.

    Examples
    --------
    >>> work_groups(np.array(["bank", "bank"]), np.array(["USD", "EUR"]), np.array([True, False])).tolist()
    ['bank/USD/charged_off', 'bank/EUR']
    """
    _, of_client = np.unique(client, return_inverse=True)
    currencies, of_currency = np.unique(currency, return_inverse=True)
    kind = (of_client * len(currencies) + of_currency) * 2 + charged_off
    _, first, place = np.unique(kind, return_index=True, return_inverse=True)
    told = [work_group(str(client[row]), str(currency[row]), bool(charged_off[row])) for row in first]
    return np.array(told, dtype=np.str_)[place]


def in_sql(row: str) -> str:
    """The same key of a row that has these three columns, for PostgreSQL.

    Examples
    --------
    >>> in_sql("a")
    "concat_ws('/', nullif(a.client, ''), a.currency, CASE WHEN a.charged_off THEN 'charged_off' END)"
    """
    after = f"CASE WHEN {row}.charged_off THEN '{AFTER_CHARGE_OFF}' END"
    return f"concat_ws('/', nullif({row}.client, ''), {row}.currency, {after})"
