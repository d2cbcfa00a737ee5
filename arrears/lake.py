"""The lake: every fact that was loaded, with both its times, as Parquet that one manifest names.

This file reads. How facts come in is for `arrears.loading`, what was known on a day for `features.asof`.
"""

# ruff: noqa: S608 - only names of tables and of our own files enter these statements; ids are quoted

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb

from arrears.errors import WrongUse
from arrears.manifest import Manifest, TableFiles, read_manifest
from arrears.settings import Settings, default_settings, read_settings
from arrears.tables import TABLES, Table


class Lake:
    """One state of a lake, as its manifest stood when the object was made.

    Parameters
    ----------
    root : the lake's folder; it need not exist yet.
    manifest : an earlier state of the lake, as a night recorded it; by default the present one.

    Examples
    --------
    >>> Lake(Path("nowhere")).exists()
    False
    """

    def __init__(self, root: Path, manifest: Manifest | None = None) -> None:
        self.root = root
        self.manifest: Manifest = read_manifest(root) if manifest is None else manifest

    def exists(self) -> bool:
        """True where something was loaded."""
        return bool(self.manifest.tables)

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the tables that some load brought, in the order of the contract."""
        return tuple(name for name in TABLES if name in self.manifest.tables)

    @property
    def present(self) -> dict[str, frozenset[str]]:
        """Every present table with the columns that some load filled, as features ask for them."""
        return {name: self.columns(name) for name in self.tables}

    def columns(self, table: str) -> frozenset[str]:
        """Contract columns of a table that some load filled, named as in files."""
        return frozenset(self._entry(table).columns)

    def rows(self, table: str) -> int:
        """Versions of rows in a table, corrections and removals included."""
        return self._entry(table).rows

    @cached_property
    def settings(self) -> Settings:
        """The portfolio's settings over the defaults."""
        file = self.manifest.settings
        return read_settings(self.root / file.path) if file else default_settings()

    @property
    def fingerprint(self) -> str:
        """Changes if and only if the contents change."""
        return self.manifest.fingerprint

    @property
    def first_day(self) -> date | None:
        """The first day on which anything was recorded, in the portfolio's zone."""
        return min((entry.first_day for entry in self.manifest.tables.values() if entry.first_day), default=None)

    @property
    def last_day(self) -> date | None:
        """The last day on which anything was recorded, in the portfolio's zone."""
        return max((entry.last_day for entry in self.manifest.tables.values() if entry.last_day), default=None)

    @property
    def warnings(self) -> tuple[dict[str, Any], ...]:
        """What the loads warned of, oldest first."""
        return tuple(warning for load in self.manifest.loads for warning in load.warnings)

    def connect(self, only_debtor: str | None = None, *, with_others: bool = False) -> duckdb.DuckDBPyConnection:
        """An in-memory connection with one view per present table, in UTC.

        Parameters
        ----------
        only_debtor : show this debtor's rows alone: the debtor, the accounts in which the debtor is primary or any
            other party, and the rows of both.
        with_others : and the rows, likewise, of everybody who has a part in one of the debtor's own accounts.
        """
        con = looking()
        if only_debtor is None:
            show(con, self.whole())
        else:
            people = self.people_of(con, only_debtor) if with_others else [only_debtor]
            show(con, self.rows_of_debtors(con, people))
        return con

    def whole(self) -> dict[str, str]:
        """A SELECT per table that any connection can run, of every row."""
        return {table: f"SELECT * FROM {self.scan(table)}" for table in self.tables}

    def scan(self, table: str) -> str:
        """A FROM clause that reads the table's files, and nothing else in its folder."""
        return scan_files(self.root / file.path for file in self._entry(table).files)

    def rows_of_debtors(self, con: duckdb.DuckDBPyConnection, debtors: Sequence[str]) -> dict[str, str]:
        """A SELECT per table that any connection can run: of one debtor, the rows that `connect(only_debtor)` shows."""
        return self.rows_of(debtors, self.accounts_of(con, debtors))

    def rows_of(self, debtors: Sequence[str], accounts: Sequence[str]) -> dict[str, str]:
        """The same where it is known which accounts they have a part in."""
        return {table: self._rows_of(TABLES[table], debtors, accounts) for table in self.tables}

    def people_of(self, con: duckdb.DuckDBPyConnection, debtor: str) -> list[str]:
        """A debtor, and everybody who was ever told to have a part in an account of which the debtor is primary."""
        if "parties" not in self.manifest.tables:
            return [debtor]
        own = f"SELECT account_id FROM {self.scan('accounts')} WHERE debtor_id = ?"
        sql = f"SELECT DISTINCT debtor_id FROM {self.scan('parties')} WHERE account_id IN ({own})"
        return sorted({debtor, *(str(other) for (other,) in con.execute(sql, [debtor]).fetchall())})

    def accounts_of(
        self, con: duckdb.DuckDBPyConnection, debtors: Sequence[str], *, primary: bool = False
    ) -> list[str]:
        """Every account in which one of some debtors was ever told to have a part.

        Parameters
        ----------
        primary : only those that are their own.
        """
        found: set[str] = set()
        for table in ("accounts",) if primary else ("accounts", "parties"):
            if table in self.manifest.tables:
                of_debtors = _among("debtor_id", debtors)
                rows = con.execute(f"SELECT DISTINCT account_id FROM {self.scan(table)} WHERE {of_debtors}")
                found |= {str(account) for (account,) in rows.fetchall()}
        return sorted(found)

    def _rows_of(self, table: Table, debtors: Sequence[str], accounts: Sequence[str]) -> str:
        everything = f"SELECT * FROM {self.scan(table.name)}"
        of_debtors, of_accounts = _among("debtor_id", debtors), _among("account_id", accounts)
        if not table.has("account_id"):
            return f"{everything} WHERE {of_debtors}" if table.has("debtor_id") else everything
        whole = f"{everything} WHERE {of_accounts}"
        if (
            table.has("debtor_id")
            and "debtor_id" in self.columns(table.name)
            and table.name not in ("accounts", "parties")
        ):
            # Two branches, not one OR: each is a filter that Parquet's statistics can answer.
            elsewhere = f"account_id IS NULL OR NOT {of_accounts}"
            return f"{whole} UNION ALL {everything} WHERE {of_debtors} AND ({elsewhere})"
        return whole

    def _entry(self, table: str) -> TableFiles:
        if table not in self.manifest.tables:
            raise WrongUse(
                asked=f"read table {table}",
                found=f"the lake holds {', '.join(self.tables) or 'nothing'}",
                do=f"Load a source that has {table}.",
            )
        return self.manifest.tables[table]


def _among(column: str, values: Sequence[str]) -> str:
    if not values:
        return "false"
    return f"{column} = {quoted(values[0])}" if len(values) == 1 else f"{column} IN ({', '.join(map(quoted, values))})"


def looking() -> duckdb.DuckDBPyConnection:
    """An in-memory connection that can read a lake's files."""
    con = duckdb.connect()
    settle(con)
    return con


def show(con: duckdb.DuckDBPyConnection, selects: Mapping[str, str]) -> None:
    """One view per table."""
    for table, select in selects.items():
        con.execute(f'CREATE VIEW "{table}" AS {select}')


def settle(con: duckdb.DuckDBPyConnection) -> None:
    """Make a connection speak UTC and draw no progress, on any machine and in a notebook."""
    con.execute("SET TimeZone = 'UTC'")
    # A notebook without widgets has no progress bar, and refuses even to switch it off.
    if con.execute("SELECT current_setting('enable_progress_bar')").fetchall() == [(True,)]:
        con.execute("SET enable_progress_bar = false")


def scan_files(files: Iterable[Path], *, name: str | None = None) -> str:
    """A FROM clause over these Parquet files; the `load=` folders above them are no columns.

    Parameters
    ----------
    name : of a further column that says which file a row is in.
    """
    listed = ", ".join(quoted(str(file)) for file in files)
    named = f", filename = {quoted(name)}" if name else ""
    return f"read_parquet([{listed}], hive_partitioning = false{named})"


def quoted(text: str) -> str:
    """A SQL string.

    Examples
    --------
    >>> quoted("O'Hara")
    "'O''Hara'"
    """
    return "'" + text.replace("'", "''") + "'"
