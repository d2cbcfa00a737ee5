"""What the conduct rules read of a lake: rows of each of their source tables, one statement a table, over all or one.

A night asks about every past-due account, a claim about the accounts of one debtor: the same statements, compiled once,
only the rows beneath them differ. What the rows mean is for `arrears.policy.assemble`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import duckdb
import ibis
import pyarrow as pa
from ibis import ir

from arrears.policy.lasting import (
    LASTING_DIRECTION,
    LASTING_DISPOSITIONS,
    LASTING_PURPOSE,
    NO_COMMUNICATION,
    SAYS_NOTHING,
)
from arrears.queues.ledger import LOOKS_BACK
from arrears.settings import Settings
from arrears.tables import TABLES
from features.asof import known_on
from features.facts import SNAPSHOTS, Facts, lake_table
from features.kept_text import kept_texts
from features.plan import Plan, duckdb_sql, plan_of
from features.promises import waiting

JUDGED = "judged"
"""The table of those snapshots that are judged."""

_OF_PEOPLE = ("points", "preferences", "consents")
_OF_ACCOUNTS = ("parties", "notices", "disputes", "claims")
_PEOPLE, _CUTOFF, _WEEKS = "judged_people", "judged_at", "past_weeks"


@dataclass(frozen=True)
class ConductQuestions:
    """What the rules ask of a lake, compiled for its tables and settings.

    Attributes
    ----------
    people : everybody with a part in a judged account.
    tables : the rows of each source table that concern one of them, or a judged account.
    weeks : every contact of the past weeks with `recorded_at`; None where the lake has none.
    present : what the source supplied, as tables and as `table.column`.
    """

    people: Plan
    tables: Mapping[str, Plan]
    weeks: Plan | None
    present: frozenset[str]


def conduct_questions(present: Mapping[str, frozenset[str]], settings: Settings) -> ConductQuestions:
    """Compile what the rules ask.

    Parameters
    ----------
    present : tables and columns the book has, as `Lake.present`.
    """
    texts = kept_texts("conduct", present, settings, _texts)
    plans = {name: plan_of(sql, settings) for name, sql in texts.items()}
    people, weeks = plans.pop(_PEOPLE), plans.pop(_WEEKS, None)
    columns = {f"{table}.{column}" for table, named in present.items() for column in named}
    return ConductQuestions(people=people, tables=plans, weeks=weeks, present=frozenset(present) | columns)


def _texts(present: Mapping[str, frozenset[str]], settings: Settings) -> dict[str, str]:
    """The SQL of each question, by the source table whose rows it answers, or by the names of the other two."""
    rows = {"debtors": _of_people("debtors"), "accounts": _of_people("accounts")}
    rows |= {name: _of_people(name) for name in _OF_PEOPLE if name in present}
    rows |= {name: _of_accounts(name) for name in _OF_ACCOUNTS if name in present}
    if "holds" in present:
        rows["holds"] = _of_either(_known("holds"), "holds")
    if "contacts" in present:
        rows["contacts"] = _of_either(_past_weeks(), "contacts")
    if "licences" in present:
        rows["licences"] = _known("licences")
    if "promises" in present:
        rows["promises"] = waiting(Facts(present, settings, JUDGED))
    rows[_PEOPLE] = _people(has_parties="parties" in present)
    if "contacts" in present:
        rows[_WEEKS] = _past_weeks().drop("known_until", "deleted", "cutoff")
    return {name: duckdb_sql(answer) for name, answer in rows.items()}


def read_tables(
    con: duckdb.DuckDBPyConnection, asked: ConductQuestions, account_ids: pa.Array | pa.ChunkedArray
) -> dict[str, pa.Table]:
    """The rows that the rules read, by source table.

    Parameters
    ----------
    con : where `snapshots` tells on which day, and up to when, everything was known.
    account_ids : the accounts that are judged; of `accounts` their people's others come along.
    """
    _choose(con, account_ids)
    _keep(con, _PEOPLE, asked.people.run(con))
    return {name: plan.run(con) for name, plan in asked.tables.items()}


def past_weeks(con: duckdb.DuckDBPyConnection, asked: ConductQuestions, cutoff: datetime) -> pa.Table | None:
    """Everybody's contacts of the weeks before a cutoff, as known then; None where the lake has none."""
    if asked.weeks is None:
        return None
    _keep(con, _CUTOFF, pa.table({"cutoff": pa.array([cutoff], pa.timestamp("us", "UTC"))}))
    return asked.weeks.run(con)


def _choose(con: duckdb.DuckDBPyConnection, account_ids: pa.Array | pa.ChunkedArray) -> None:
    _keep(con, "chosen", pa.table({"account_id": account_ids.cast(pa.string())}))
    chosen = "SELECT * FROM snapshots SEMI JOIN chosen USING (account_id)"
    con.execute(f"CREATE OR REPLACE TEMP TABLE {JUDGED} AS {chosen}")
    con.execute(f"CREATE OR REPLACE TEMP TABLE {_CUTOFF} AS SELECT DISTINCT cutoff FROM {JUDGED}")  # noqa: S608 - our own names


def _keep(con: duckdb.DuckDBPyConnection, name: str, rows: pa.Table) -> None:
    con.register("kept", rows)
    con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM kept")  # noqa: S608 - our own names
    con.unregister("kept")


def _people(*, has_parties: bool) -> ir.Table:
    people = _judged().select("debtor_id")
    if has_parties:
        people = ibis.union(people, _of_accounts("parties").select("debtor_id"))
    return people.distinct().order_by("debtor_id")


def _known(name: str) -> ir.Table:
    """A table as it was known at the cutoff."""
    rows = lake_table(name).cross_join(_stand())
    return _plain(known_on(rows, rows.cutoff), name)


def _of_people(name: str) -> ir.Table:
    known = _known(name)
    return _plain(known.semi_join(_everybody(), "debtor_id"), name)


def _of_accounts(name: str) -> ir.Table:
    known = _known(name)
    return _plain(known.semi_join(_judged(), "account_id"), name)


def _past_weeks() -> ir.Table:
    """Contacts that began since any limit began to count, and those that count for ever."""
    rows = lake_table("contacts").cross_join(_stand())
    rows = known_on(rows, rows.cutoff)
    lately = rows["at"] >= rows.cutoff - ibis.interval(days=LOOKS_BACK.days)
    lasts = (rows.direction == LASTING_DIRECTION) | rows.disposition.isin(LASTING_DISPOSITIONS)
    lasts = (lasts | (rows.purpose == LASTING_PURPOSE) | rows.conversation).fill_null(False)  # noqa: FBT003 - by position
    return rows.filter(lately | lasts | _is_first_word(rows))


def _is_first_word(rows: ir.Table) -> ir.BooleanValue:
    """The first contact by which anybody was told of an account, or of whatever a debtor owes where none is named."""
    nothing = rows.disposition.isin(SAYS_NOTHING) | rows.purpose.isin(NO_COMMUNICATION)
    tells = ~nothing.fill_null(False)  # noqa: FBT003 - by position
    about = ibis.coalesce(rows.account_id, rows.debtor_id)
    return tells & (rows["at"] == rows["at"].min().over(group_by=[about, tells]))


def _of_either(known: ir.Table, name: str) -> ir.Table:
    """Rows about one of the people, or about any account of one of them."""
    accounts = _of_people("accounts")
    of_accounts = known.semi_join(accounts, "account_id")
    others = known.anti_join(accounts, "account_id").semi_join(_everybody(), "debtor_id")
    return _plain(ibis.union(of_accounts, others), name)


def _plain(rows: ir.Table, name: str) -> ir.Table:
    """The table's own columns, its rows in the order of its key."""
    bookkeeping = ("recorded_at", "known_until", "deleted")
    columns = [column for column in lake_table(name).columns if column not in bookkeeping]
    return rows.select(*columns).order_by(*TABLES[name].key)


def _stand() -> ir.Table:
    return ibis.table({"cutoff": SNAPSHOTS["cutoff"]}, name=_CUTOFF)


def _judged() -> ir.Table:
    return ibis.table(SNAPSHOTS, name=JUDGED)


def _everybody() -> ir.Table:
    return ibis.table({"debtor_id": "string"}, name=_PEOPLE)
