"""Since when debtors have been past due without a gap, over all of their accounts.

An account is late in spells. By its statements a spell begins with the end of the first cycle whose status said so, and
ends with the end of the next cycle whose status did not; by a ledger it is the days from a due's next day to the one on
which it was settled; charged off is late for good. Spells that touch are one episode. What a spell began with is never
reckoned from today's days past due, so a part payment, a better bucket or a dispute does not move its first day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import duckdb
import ibis
import pyarrow as pa
from ibis import ir

from arrears.settings import Settings
from features.columns import DEBTOR_KEY, KEY, NO, YES, beside, days_after
from features.due_history import DueHistory
from features.facts import Facts
from features.ledger import Ledger
from features.plan import Plan, compiled_once
from features.snapshots import EXITS
from features.statements import Statements

_OF_WHOM = "episode_snapshots"
_NEVER = date(9999, 12, 31)


def episodes_plan(present: Mapping[str, frozenset[str]], settings: Settings) -> Plan:
    """Since when each debtor has been past due; for `began_on`.

    Parameters
    ----------
    present : the book's tables and the columns its source supplied, as `Lake.present`.
    """

    def answer(present: Mapping[str, frozenset[str]], settings: Settings) -> ir.Table:
        return _episodes(Facts(present, settings, _OF_WHOM))

    return compiled_once("episodes", present, settings, answer)


def began_on(con: duckdb.DuckDBPyConnection, plan: Plan, debtors: Iterable[str]) -> dict[str, date]:
    """The first day of each debtor's episode, as known on the day of the connection's `snapshots`.

    Parameters
    ----------
    debtors : who is asked about; repeats count once.

    Returns
    -------
    dict by debtor. Whoever is not past due, or of whom nobody can tell since when, is not in it.
    """
    asked = pa.table({"debtor_id": pa.array(sorted(set(debtors)), pa.string())})
    con.register("episode_debtors", asked)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {_OF_WHOM} AS FROM snapshots SEMI JOIN episode_debtors USING (debtor_id)"
    )
    con.unregister("episode_debtors")
    found = plan.run(con)
    return dict(zip(found["debtor_id"].to_pylist(), found["began_on"].to_pylist(), strict=True))


def _episodes(facts: Facts) -> ir.Table:
    """`debtor_id`, `began_on` of everybody whose last episode goes on."""
    spells = _spells(facts)
    in_turn = {"group_by": DEBTOR_KEY, "order_by": ("first_on", "over_on"), "rows": (None, -1)}
    spells = spells.mutate(before=spells.over_on.max().over(**in_turn))
    begins = spells.before.isnull() | (spells.first_on > spells.before)
    found = spells.group_by(DEBTOR_KEY).agg(began_on=spells.first_on.max(where=begins), over_on=spells.over_on.max())
    found = found.filter(found.over_on > found.as_of)
    return found.select("debtor_id", "began_on").order_by("debtor_id")


def _spells(facts: Facts) -> ir.Table:
    """Every spell of every account: late from `first_on` on and no longer on `over_on`, in the far future if open."""
    kinds = [_charged_off(facts)]
    told = {name: name in facts.present for name in ("statements", "dues")}
    if told["statements"]:
        kinds.append(_stated(facts, both=told["dues"]))
    if told["dues"]:
        kinds.append(_due(facts, both=told["statements"]))
    spells = ibis.union(*kinds) if len(kinds) > 1 else kinds[0]
    left = facts.accounts.filter(facts.accounts.status.isin(EXITS))
    spells = beside(spells, left.select(*KEY, has_left=YES, left_on="closed_on"), KEY)
    # An account that left without saying when was late at least until its spell began.
    gone_on = spells.left_on.coalesce(spells.first_on)
    gone = spells.has_left.fill_null(NO) & (gone_on <= spells.as_of)
    over_on = spells.over_on.coalesce(ibis.literal(_NEVER))
    spells = spells.mutate(over_on=ibis.ifelse(gone, ibis.least(over_on, gone_on), over_on))
    return spells.filter(spells.first_on <= spells.as_of, spells.over_on > spells.first_on)


def _charged_off(facts: Facts) -> ir.Table:
    rows = facts.accounts.filter(facts.accounts.charged_off_on <= facts.accounts.as_of)
    return rows.select(*KEY, "debtor_id", first_on="charged_off_on", over_on=ibis.null("date"))


def _stated(facts: Facts, *, both: bool) -> ir.Table:
    rows = _with_source(facts, Statements(facts).rows) if both else Statements(facts).rows
    rows = rows.filter(rows.has_status, *([rows.by_statement] if both else []))
    rows = rows.mutate(is_late=(rows.days_past_due > 0).fill_null(NO) | (rows.cycles_past_due > 0).fill_null(NO))
    rows = rows.mutate(was_late=rows.is_late.lag().over(group_by=KEY, order_by="cycle_end"))
    turns = rows.filter(rows.was_late.isnull() | (rows.was_late != rows.is_late))
    turns = turns.mutate(over_on=turns.cycle_end.lead().over(group_by=KEY, order_by="cycle_end"))
    return turns.filter(turns.is_late).select(*KEY, "debtor_id", first_on="cycle_end", over_on="over_on")


def _due(facts: Facts, *, both: bool) -> ir.Table:
    rows = DueHistory(facts, Ledger(facts, disputes=False)).rows
    rows = _with_source(facts, rows) if both else rows
    rows = rows.filter(~rows.is_paid | rows.settled_on.notnull(), *([~rows.by_statement] if both else []))
    return rows.select(*KEY, "debtor_id", first_on=days_after(rows.due_on, ibis.literal(1)), over_on="settled_on")


def _with_source(facts: Facts, rows: ir.Table) -> ir.Table:
    """The rows with `by_statement`: the account goes by its statements, as where it stands does."""
    stated = Statements(facts).rows
    first = stated.filter(stated.has_status).select(*KEY, tells=YES).distinct()
    sources = beside(facts.accounts.select(*KEY, "source"), first, KEY)
    chosen = ibis.cases(
        (sources.source == "statement", YES), (sources.source == "ledger", NO), else_=sources.tells.fill_null(NO)
    )
    return beside(rows, sources.select(*KEY, by_statement=chosen), KEY)
