"""What came between loads, laid over the lake's rows: both together are as if a load had brought it.

Older versions of a row end where a newer begins, as a load writes it into `known_until`; nothing else of a row changes,
so that the time filter of the features is the one that also sees what came this minute.
"""

# ruff: noqa: S608 - only names of the contract and of our own tables enter these statements

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import duckdb
import pyarrow as pa
from sqlalchemy import Connection

from arrears.events.event import POSTED, Event, undrained
from arrears.events.row import in_lake
from arrears.lake import Lake
from arrears.tables import LAKE_TYPES, TABLES, Table

_ARROW = {
    LAKE_TYPES["text"]: pa.string(),
    LAKE_TYPES["date"]: pa.date32(),
    LAKE_TYPES["moment"]: pa.timestamp("us", "UTC"),
    LAKE_TYPES["money"]: pa.int64(),
    LAKE_TYPES["number"]: pa.float64(),
    LAKE_TYPES["flag"]: pa.bool_(),
    LAKE_TYPES["list"]: pa.list_(pa.string()),
}


@dataclass(frozen=True)
class Overlay:
    """Rows that no load has brought, in the lake's columns, by table.

    Examples
    --------
    >>> bool(Overlay()), Overlay().present({"holds": frozenset({"kind"})})
    (False, {'holds': frozenset({'kind'})})
    """

    tables: Mapping[str, pa.Table] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """True where there is anything to lay over."""
        return bool(self.tables)

    def present(self, lake: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
        """The lake's tables and columns, and those that these rows fill, as `Lake.present` tells them."""
        return dict(lake) | {
            name: lake.get(name, frozenset()) | _filled(name, rows) for name, rows in self.tables.items()
        }

    def over(self, con: duckdb.DuckDBPyConnection, selects: Mapping[str, str]) -> dict[str, str]:
        """A SELECT per table over a connection to which these rows are now known, for as long as it lives.

        Parameters
        ----------
        selects : of the lake, by table; a table that only these rows have is added.
        """
        laid = dict(selects)
        for name, rows in self.tables.items():
            con.register(f"between:{name}", rows)
            laid[name] = _laid(TABLES[name], selects.get(name) or _none(TABLES[name]), f'"between:{name}"')
        return laid


NOTHING = Overlay()


def overlay_of(connection: Connection, lake: Lake, debtors: Sequence[str] | None, accounts: Sequence[str]) -> Overlay:
    """What concerns some people or accounts and the lake does not hold; None: everybody."""
    return overlaid(undrained(connection, since=last_load(lake), debtors=debtors, accounts=accounts))


def overlaid(events: Iterable[Event]) -> Overlay:
    """Events as rows of the lake."""
    rows: dict[str, list[dict[str, object]]] = {}
    for event in events:
        told = in_lake(event.table, event.row) | {"recorded_at": event.recorded_at, "known_until": None}
        rows.setdefault(event.source_table, []).append(told)
    return Overlay({name: pa.Table.from_pylist(told, _schema(TABLES[name])) for name, told in rows.items()})


@dataclass(frozen=True)
class Around:
    """Whose rows a look at one debtor needs, and what came between loads about them."""

    people: Sequence[str]
    accounts: Sequence[str]
    overlay: Overlay


def around(con: duckdb.DuckDBPyConnection, lake: Lake, connection: Connection, debtor_id: str) -> Around:
    """A debtor, everybody with a part in the debtor's own accounts, their accounts, and what is new of any of them."""
    people = lake.people_of(con, debtor_id)
    accounts = lake.accounts_of(con, people)
    overlay = overlay_of(connection, lake, people, accounts)
    parties = overlay.tables.get("parties")
    if parties is None:
        return Around(people, accounts, overlay)
    own, links = set(lake.accounts_of(con, [debtor_id], primary=True)), parties.select(["account_id", "debtor_id"])
    links = [(told["account_id"], told["debtor_id"]) for told in links.to_pylist()]
    people = sorted({*people, *(person for account, person in links if account in own)})
    accounts = sorted({*lake.accounts_of(con, people), *(account for account, person in links if person in people)})
    return Around(people, accounts, overlay_of(connection, lake, people, accounts))


def with_every_table(selects: Mapping[str, str]) -> dict[str, str]:
    """The same, with every table that events may bring; without a row where nobody has it."""
    return {name: _none(TABLES[name]) for name in POSTED} | dict(selects)


def last_load(lake: Lake) -> str | None:
    """The last load that a lake holds."""
    loads = lake.manifest.loads
    return loads[-1].id if loads else None


def _laid(table: Table, select: str, between: str) -> str:
    """Rows of the lake and rows between loads, each version ending where the next of its key begins."""
    key = ", ".join(f'"{name}"' for name in table.key)
    following = f"lead(recorded_at) OVER (PARTITION BY {key} ORDER BY recorded_at)"
    columns = ", ".join(f'"{name}"' for name in table.lake_schema())
    # What a load has brought meanwhile lies in both: it counts once.
    return f"""
        SELECT {columns} FROM ({select}) ANTI JOIN {between} USING ({key})
        UNION ALL
        SELECT {columns} FROM (
            SELECT * REPLACE (least(known_until, {following}) AS known_until) FROM (
                SELECT {columns} FROM ({select}) SEMI JOIN {between} USING ({key})
                UNION ALL
                SELECT {columns} FROM {between} ANTI JOIN ({select}) USING ({key}, recorded_at)))"""


def _none(table: Table) -> str:
    nulls = ", ".join(f'NULL::{kind} AS "{name}"' for name, kind in table.lake_schema().items())
    return f"SELECT {nulls} WHERE false"


def _schema(table: Table) -> pa.Schema:
    return pa.schema({name: _ARROW[kind] for name, kind in table.lake_schema().items()})


def _filled(name: str, rows: pa.Table) -> frozenset[str]:
    return frozenset(
        column.name for column in TABLES[name].columns if rows[column.lake_name].null_count < rows.num_rows
    )
