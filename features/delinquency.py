"""How late accounts are: on any snapshots (`positions_plan`), and what each month turned out to be (`cycle_statuses`).

Both read the one definition in `features.positions`; nothing here decides what counts as late.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial

import duckdb
import ibis
import pyarrow as pa
from ibis import ir

from arrears.clock import end_of_day
from arrears.errors import BadInput
from arrears.settings import Settings
from features import snapshots as stand
from features.asof import known_on, recorded_by
from features.columns import KEY, NO, YES, beside
from features.facts import Facts, lake_table
from features.plan import Plan, compiled_once
from features.positions import POSITION, Positions, bankruptcies, bucket_of_rank
from features.roll_forward import own_rank
from features.statements import with_last_status
from features.terms import TERMS, arrow_schema, terms_client

EVER = datetime(9999, 1, 1, tzinfo=UTC)
_STATUS = "statements with days_past_due or cycles_past_due"
_MONTH_ENDS = "month_ends"
_ASKED, _ASKED_COLUMNS = "asked_cycles", {"known_by": "timestamp('UTC')", "first": "date", "last": "date"}
"""One row of what differs from question to question; joined, so that one compiled text answers them all."""


def positions_plan(present: Mapping[str, frozenset[str]], settings: Settings, snapshots: str = "snapshots") -> Plan:
    """Where each snapshot stands: bucket, days, money, what stops the roll and when.

    Parameters
    ----------
    present : the book's tables and the columns its source supplied, as `Lake.tables` and `Lake.columns` tell.
    snapshots : name of the table of who is looked at, as `features.snapshots` makes it.

    Returns
    -------
    Plan whose `run(con)` gives account_id, debtor_id, client, currency, as_of and the columns of `POSITION`, sorted by
    account and day. `bucket` is null where nothing about lateness is known yet.
    """

    def answer(present: Mapping[str, frozenset[str]], settings: Settings) -> ir.Table:
        facts = Facts(present, settings, snapshots)
        rows = Positions(facts, gated=True).with_pending.semi_join(facts.snapshots.select(*KEY), list(KEY))
        return rows.select("account_id", "debtor_id", "client", "currency", "as_of", *POSITION).order_by(*KEY)

    return compiled_once(f"positions of {snapshots}", present, settings, answer)


@dataclass(frozen=True)
class CycleStatuses:
    """What every month turned out to be; `run(con)` needs no snapshots of the caller's."""

    present: Mapping[str, frozenset[str]]
    settings: Settings
    known_by: datetime = EVER
    accounts: str | None = None
    cycles: tuple[date, date] | None = None

    @property
    def are_corrected(self) -> bool:
        """False in a ledger book: there each month is told once, as it was known at its own end."""
        return _keeps_statuses(self.present, self.settings)

    def run(self, con: duckdb.DuckDBPyConnection) -> pa.Table:
        """One row per account and month: account_id, cycle_end, bucket, balance_minor, recorded_at.

        Raises
        ------
        BadInput : nothing in the book tells how late an account was.
        """
        refuse_untold(self.present, self.settings)
        return self._from_statements(con) if self.are_corrected else self._at_month_ends(con)

    def _from_statements(self, con: duckdb.DuckDBPyConnection) -> pa.Table:
        of, by_cycle = self.accounts, self.cycles is not None
        answer = partial(_corrected, accounts=of, by_cycle=by_cycle)
        # Told as a list: whatever word stood for all accounts could be the name of a table.
        plan = compiled_once(json.dumps(["statuses", of, by_cycle]), self.present, self.settings, answer)
        first, last = self.cycles or (None, None)
        asked = {"known_by": self.known_by.astimezone(UTC), "first": first, "last": last}
        con.register(_ASKED, pa.Table.from_pylist([asked], schema=arrow_schema(_ASKED_COLUMNS)))
        try:
            return plan.run(con)
        finally:
            con.unregister(_ASKED)

    def _at_month_ends(self, con: duckdb.DuckDBPyConnection) -> pa.Table:
        zone = self.settings.portfolio.zone
        ends = _month_ends(con, zone, payments="payments" in self.present)
        ends = [end for end in ends if end_of_day(end, zone) <= self.known_by]
        stand.on_days(con, self.settings, ends, table=_MONTH_ENDS, with_exits=True)
        return compiled_once("statuses at the ends of months", self.present, self.settings, _as_told_then).run(con)


def cycle_statuses(
    present: Mapping[str, frozenset[str]],
    settings: Settings,
    known_by: datetime = EVER,
    *,
    accounts: str | None = None,
    cycles: tuple[date, date] | None = None,
) -> CycleStatuses:
    """The settled bucket of every account and cycle: what roll rates are counted from.

    Parameters
    ----------
    known_by : what was recorded later is not known, corrections included; by default everything is. Standing on a
        day, give its end.
    accounts : a table on the connection whose `account_id` are asked for; None: every account. Where statuses are
        corrected only these are worked out; a ledger book tells all.
    cycles : first and last end of the cycles that are asked for, likewise; None: all.

    Returns
    -------
    An object whose `run(con)` gives an Arrow table, sorted: account_id, cycle_end (statement day; month end in a ledger
    book), bucket on that day, balance_minor then, and recorded_at: the moment at which the status was first known.
    """
    return CycleStatuses(present, settings, known_by, accounts, cycles)


def refuse_untold(present: Mapping[str, frozenset[str]], settings: Settings) -> None:
    """Ask no book for statuses that has neither any nor dues to make them of.

    Raises
    ------
    BadInput : with what to load.
    """
    if "dues" in present or _keeps_statuses(present, settings):
        return
    by_ledger = settings.delinquency.source == "ledger"
    raise BadInput(
        asked="tell in which bucket each account ended its cycles",
        found="no table dues, and " + ("delinquency.source is ledger" if by_ledger else f"no {_STATUS}"),
        do="Load dues and payments" + (", or choose another source." if by_ledger else f", or {_STATUS}."),
    )


def _keeps_statuses(present: Mapping[str, frozenset[str]], settings: Settings) -> bool:
    supplied = present.get("statements", frozenset())
    carries = bool({"days_past_due", "cycles_past_due"} & supplied)
    return settings.delinquency.source != "ledger" and carries


def _as_told_then(present: Mapping[str, frozenset[str]], settings: Settings) -> ir.Table:
    """Where every account stood at each end of a month, as known then."""
    facts = Facts(present, settings, _MONTH_ENDS)
    rows = Positions(facts, gated=True).with_pending.semi_join(facts.snapshots.select(*KEY), list(KEY))
    rows = rows.select("account_id", "bucket", "balance_minor", cycle_end=rows.as_of, recorded_at=rows.cutoff)
    rows = rows.select("account_id", "cycle_end", "bucket", "balance_minor", "recorded_at")
    return rows.order_by("account_id", "cycle_end")


def _corrected(
    present: Mapping[str, frozenset[str]], settings: Settings, *, accounts: str | None, by_cycle: bool
) -> ir.Table:
    """The statuses of a table's accounts, or of all; `by_cycle`: of the cycles that are asked for, or of all."""
    asked = ibis.table(_ASKED_COLUMNS, name=_ASKED)
    known_by = asked.known_by.as_scalar()
    # What is not asked for is left out before anything is worked out of it.
    statements = recorded_by(lake_table("statements"), known_by)
    if by_cycle:
        statements = statements.filter(
            statements.cycle_end.between(asked["first"].as_scalar(), asked["last"].as_scalar())
        )
    if accounts is not None:
        statements = statements.semi_join(ibis.table({"account_id": "string"}, name=accounts), "account_id")
    rows = _stated(settings, known_by, statements)
    rows = _with_bankruptcies(rows, known_by) if "holds" in present else rows.mutate(is_bankrupt=NO)
    rows = rows.select(
        "account_id", "cycle_end", "balance_minor", bucket=bucket_of_rank(rows, rows["rank"]),
        recorded_at=rows.first_known_at,
    )  # fmt: skip
    rows = rows.select("account_id", "cycle_end", "bucket", "balance_minor", "recorded_at")
    return rows.order_by("account_id", "cycle_end")


def _stated(settings: Settings, known_by: ir.TimestampScalar, statements: ir.Table) -> ir.Table:
    """Every cycle with a status, beside what is known of its account; `as_of` is the cycle's end."""
    with_status = statements.days_past_due.notnull() | statements.cycles_past_due.notnull()
    versions = statements.filter(with_status)
    first = versions.group_by("account_id", "cycle_end").agg(first_known_at=versions.recorded_at.min())
    newest = known_on(with_last_status(statements, ["account_id"]), known_by)
    newest = newest.drop("recorded_at", "known_until", "deleted")
    rows = newest.filter(newest.days_past_due.notnull() | newest.cycles_past_due.notnull())
    rows = rows.join(first, ["account_id", "cycle_end"])
    accounts = known_on(lake_table("accounts"), known_by)
    accounts = accounts.select(
        # A source that does not say when an account left did say that it had: until then it was in the book.
        "account_id", "debtor_id", "status", "charged_off_on",
        closed_on=accounts.closed_on.coalesce(accounts.recorded_at.date()),
        terms_client=terms_client(accounts.client, settings), terms_currency=accounts.currency,
    )  # fmt: skip
    rows = rows.join(accounts, "account_id").join(ibis.table(TERMS, name="terms"), ["terms_client", "terms_currency"])
    charged_off = (rows.charged_off_on <= rows.cycle_end).fill_null(NO)
    rank = own_rank(rows, rows.cycles_past_due, rows.days_past_due)
    return rows.mutate(rank=rank, charged_off=charged_off, as_of=rows.cycle_end)


def _with_bankruptcies(rows: ir.Table, known_by: ir.TimestampScalar) -> ir.Table:
    holds = known_on(lake_table("holds"), known_by).select("account_id", "debtor_id", "kind", "starts_on", "ends_on")
    cycles = rows.select(*KEY, "debtor_id")
    own = cycles.join(holds.drop("debtor_id"), "account_id")
    of_debtor = cycles.join(holds.filter(holds.account_id.isnull()).drop("account_id"), "debtor_id")
    either = ibis.union(bankruptcies(own).select(*KEY), bankruptcies(of_debtor).select(*KEY)).distinct()
    rows = beside(rows, either.mutate(is_bankrupt=YES), KEY)
    return rows.mutate(is_bankrupt=rows.is_bankrupt.fill_null(NO))


def _month_ends(con: duckdb.DuckDBPyConnection, zone: str, *, payments: bool) -> list[date]:
    """From the first due's month to the last that was over when something was last recorded of dues or payments."""
    told = "(SELECT recorded_at FROM dues UNION ALL SELECT recorded_at FROM payments)" if payments else "dues"
    first, last = con.execute(
        f"""SELECT (SELECT min(coalesce(issued_on, due_on)) FROM dues),
        (SELECT CAST(timezone(?, max(recorded_at)) AS DATE) FROM {told})""",  # noqa: S608 - own names only
        [zone],
    ).fetchall()[0]
    ends: list[date] = []
    while first is not None and (not ends or ends[-1] < last):
        first = (first.replace(day=1) + timedelta(days=32)).replace(day=1)
        ends.append(first - timedelta(days=1))
    return [end for end in ends if end <= last]
