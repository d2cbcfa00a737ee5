"""What posted rows name, looked up at once: accounts with debtor and currency, debtors, and rows of other tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import duckdb
from sqlalchemy import Connection

from arrears.events.event import undrained, versions
from arrears.events.reading import Draft
from arrears.events.standing import rows_where
from arrears.lake import Lake
from arrears.money import exponents
from arrears.tables import TABLES


@dataclass(frozen=True)
class Book:
    """The ids that some rows name, as far as lake and earlier events know them.

    Attributes
    ----------
    accounts : debtor and currency by account.
    currencies : of each debtor's own accounts; of a debtor without any, the book's where it has one.
    known : ids by table; a table that nobody has is left out, as a row may then name anything.
    """

    accounts: dict[str, tuple[str, str]] = field(default_factory=dict)
    currencies: dict[str, frozenset[str]] = field(default_factory=dict)
    known: dict[str, frozenset[str]] = field(default_factory=dict)

    def exponent(self, account_id: str | None, debtor_id: str | None) -> int | None:
        """Decimals of the money of an account, or of a debtor; None where nobody can say."""
        if account_id in self.accounts:
            return exponents()[self.accounts[str(account_id)][1]]
        told = self.currencies.get(str(debtor_id), frozenset()) if account_id is None else frozenset()
        return exponents()[next(iter(told))] if len(told) == 1 else None

    def debtor_of(self, account_id: str | None) -> str | None:
        """The primary debtor of an account."""
        return self.accounts[account_id][0] if account_id in self.accounts else None


def book_of(connection: Connection, con: duckdb.DuckDBPyConnection, lake: Lake, drafts: Sequence[Draft]) -> Book:
    """Everything that the drafts name."""
    named = _named(drafts)
    accounts = _accounts(con, lake, named.get("accounts", ()))
    known = {"accounts": frozenset(accounts)}
    for table in named.keys() - {"accounts"}:
        ids = _ids(connection, con, lake, table, named[table], drafts)
        if ids is not None:
            known[table] = ids
    return Book(accounts, _currencies(con, lake, named.get("debtors", ())), known)


def owners(con: duckdb.DuckDBPyConnection, lake: Lake, book: Book, accounts: Iterable[str]) -> Book:
    """The book, with further accounts."""
    return replace(book, accounts=book.accounts | _accounts(con, lake, set(accounts) - set(book.accounts)))


def _accounts(con: duckdb.DuckDBPyConnection, lake: Lake, accounts: Iterable[str]) -> dict[str, tuple[str, str]]:
    columns = ("account_id", "debtor_id", "currency")
    told = rows_where(con, lake, "accounts", columns, "account_id", accounts)
    return {str(account): (str(debtor), str(currency)) for account, debtor, currency in told}


def _named(drafts: Iterable[Draft]) -> dict[str, set[str]]:
    named: dict[str, set[str]] = {}
    for each in drafts:
        for column in each.table.columns:
            value = each.values.get(column.name)
            if column.refers_to and value is not None:
                named.setdefault(column.refers_to, set()).add(value)
    return named


def _ids(
    connection: Connection,
    con: duckdb.DuckDBPyConnection,
    lake: Lake,
    table: str,
    wanted: set[str],
    drafts: Sequence[Draft],
) -> frozenset[str] | None:
    key = TABLES[table].key
    found = {str(row[0]) for row in _any_version(con, lake, table, wanted)}
    if len(key) == 1:
        found |= {event.row_key for event in versions(connection, table, wanted - found)}
    elif wanted - found:
        events = [event for event in undrained(connection, since=None) if event.source_table == table]
        found |= {str(event.row[key[0]]) for event in events}
    found |= {str(each.values[key[0]]) for each in drafts if each.table.name == table and key[0] in each.values}
    return frozenset(found) if table in lake.tables or found else None


def _any_version(
    con: duckdb.DuckDBPyConnection, lake: Lake, table: str, wanted: Iterable[str]
) -> list[tuple[object, ...]]:
    # As in a load: what was removed may still be named.
    return rows_where(con, lake, table, (TABLES[table].key[0],), TABLES[table].key[0], wanted, standing=False)


def _currencies(con: duckdb.DuckDBPyConnection, lake: Lake, debtors: Iterable[str]) -> dict[str, frozenset[str]]:
    wanted = set(debtors)
    found: dict[str, set[str]] = {}
    for debtor, currency in rows_where(con, lake, "accounts", ("debtor_id", "currency"), "debtor_id", wanted):
        found.setdefault(str(debtor), set()).add(str(currency))
    without = wanted - set(found)
    if without:
        sql = f"SELECT DISTINCT currency FROM {lake.scan('accounts')} LIMIT 2"  # noqa: S608 - our own files
        of_book = {str(currency) for (currency,) in con.execute(sql).fetchall()}
        found |= dict.fromkeys(without, of_book if len(of_book) == 1 else set())
    return {debtor: frozenset(told) for debtor, told in found.items()}
