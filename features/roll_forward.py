"""A statement's status brought forward to the day we stand on, and a ledger's standing on it, in the same words.

Both answers have the columns of `STANDING`. A statement's days past due grow by one a day; payments made after it
reduce what it called past due, and at or below the client's small balance the account is current again. Where a
statement gives no past-due amount, its minimum due stops the roll: once that is paid the days stand still.
"""

from __future__ import annotations

import ibis
from ibis import ir

from arrears.buckets import AGEING
from features.columns import KEY, NO, days_after, days_between

LAST = len(AGEING) - 1
STANDING = (
    "is_known",
    "days_past_due",
    "rank",
    "past_due_minor",
    "balance_minor",
    "stop_roll_minor",
    "rolls_on",
    "days_settled",
    "rank_settled",
    "past_due_settled_minor",
)


def standing_by_statement(summary: ir.Table) -> ir.Table:
    """`STANDING` per account and day from `Statements.summary`."""
    rows = summary.mutate(**_start(summary, "live"), **_start(summary, "settled"))
    rows = rows.mutate(**_grown(rows, "live"), **_grown(rows, "settled"))
    still_minimum = (rows.minimum_due_minor - rows.paid_since_minimum_minor).clip(lower=0)
    own_cycles = ibis.ifelse(rows.live_elapsed == 0, rows.live_cycles_past_due, ibis.null("int64"))
    rows = rows.mutate(
        live_rank=own_rank(rows, own_cycles, rows.live_days),
        rank_settled=own_rank(rows, rows.settled_cycles_past_due, rows.settled_days_past_due),
        next_due_on=ibis.ifelse(rows.minimum_due_on >= rows.as_of, rows.minimum_due_on, ibis.null("date")),
        stop_roll_minor=ibis.ifelse(rows.live_left_minor > 0, rows.live_left_minor, still_minimum),
    )
    rolls_on = ibis.cases(
        (_halted(rows, "live"), ibis.null("date")),
        (rows.live_rank == 0, days_after(rows.next_due_on, rows.edge_1)),
        else_=days_after(rows.as_of, (_edge_at(rows, rows.live_rank) - rows.live_days).clip(lower=1)),
    )
    return rows.select(
        *KEY,
        is_known=rows.live_end.notnull(),
        days_past_due=rows.live_days,
        rank=rows.live_rank,
        past_due_minor=rows.live_left_minor,
        balance_minor=rows.billed_minor - rows.paid_since_billed_minor,
        stop_roll_minor=rows.stop_roll_minor.coalesce(rows.live_left_minor),
        rolls_on=rolls_on,
        days_settled=rows.settled_days,
        rank_settled=rows.rank_settled,
        past_due_settled_minor=rows.settled_left_minor,
    )


def standing_by_ledger(summary: ir.Table) -> ir.Table:
    """`STANDING` per account and day from `Ledger.summary`: everything a ledger says has settled."""
    days = days_between(summary.oldest_on, summary.as_of).fill_null(0).clip(lower=0)
    rows = summary.mutate(days_past_due=days)
    rows = rows.mutate(rank=rank_of(rows, rows.days_past_due))
    return rows.select(
        *KEY,
        is_known=rows.oldest_on.notnull() | rows.left_minor.notnull(),
        days_past_due=rows.days_past_due,
        rank=rows["rank"],
        past_due_minor=rows.past_due_minor,
        balance_minor=rows.balance_minor,
        stop_roll_minor=rows.oldest_left_minor,
        rolls_on=days_after(rows.oldest_on, _edge_at(rows, rows["rank"])),
        days_settled=rows.days_past_due,
        rank_settled=rows["rank"],
        past_due_settled_minor=rows.past_due_minor,
    )


def own_rank(rows: ir.Table, cycles: ir.IntegerValue, days: ir.IntegerValue) -> ir.IntegerValue:
    """Rank of a status's bucket on its own day, before any rolling forward: by cycles where given, else by days."""
    return cycles.clip(lower=0, upper=LAST).coalesce(rank_of(rows, days))


def rank_of(rows: ir.Table, days: ir.IntegerValue) -> ir.IntegerValue:
    """Rank of the bucket of so many days past due, by the edges of the row's client; null where days are."""
    passed = [(days >= rows[f"edge_{number}"]).cast("int64") for number in range(1, LAST + 1)]
    return sum(passed[1:], passed[0])


def _start(rows: ir.Table, name: str) -> dict[str, ir.Value]:
    end, given = rows[f"{name}_end"], rows[f"{name}_days_past_due"]
    left = rows[f"{name}_past_due_minor"] - rows[f"paid_since_{name}_minor"]
    return {
        f"{name}_elapsed": days_between(end, rows.as_of),
        f"{name}_start": ibis.greatest(given.fill_null(0), _edge_of(rows, rows[f"{name}_cycles_past_due"])),
        f"{name}_left_minor": left.clip(lower=0),
    }


def _grown(rows: ir.Table, name: str) -> dict[str, ir.Value]:
    elapsed, start = rows[f"{name}_elapsed"], rows[f"{name}_start"]
    cured = (rows[f"{name}_left_minor"] <= rows.small_balance_minor).fill_null(NO)
    days = ibis.cases(
        (elapsed.isnull(), ibis.null("int64")),
        (elapsed == 0, rows[f"{name}_days_past_due"].coalesce(start)),
        (cured | (start == 0), 0),
        (_halted(rows, name), start),
        else_=start + elapsed,
    )
    return {f"{name}_days": days}


def _halted(rows: ir.Table, name: str) -> ir.BooleanValue:
    enough = (rows[f"paid_since_{name}_minor"] >= rows[f"{name}_minimum_due_minor"]).fill_null(NO)
    return rows[f"{name}_past_due_minor"].isnull() & enough & (rows[f"{name}_elapsed"] > 0)


def _edge_of(rows: ir.Table, cycles: ir.IntegerValue) -> ir.IntegerValue:
    """First day of the bucket that so many cycles past due stand for; 0 for none."""
    last = ibis.ifelse(cycles >= LAST, rows[f"edge_{LAST}"], 0)
    return ibis.cases(*((cycles == number, rows[f"edge_{number}"]) for number in range(1, LAST)), else_=last)


def _edge_at(rows: ir.Table, rank: ir.IntegerValue) -> ir.IntegerValue:
    """First day of the bucket after the one of this rank; null after the last."""
    edges = ((rank == place, rows[f"edge_{place + 1}"]) for place in range(LAST))
    return ibis.cases(*edges, else_=ibis.null("int64"))
