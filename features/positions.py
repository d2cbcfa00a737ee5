"""Where an account stands on a day: bucket, days past due, money, what stops the roll and when it rolls.

The one definition for the night, the labels and the features: here what statements say and what the ledger says meet.
Whether anybody may be called about it is not known here.
"""

from __future__ import annotations

import ibis
from ibis import ir

from arrears.buckets import AGEING, Bucket
from features.facts import KEY, NO, YES, Facts, days_after, days_between
from features.ledger import Ledger
from features.statements import Statements

POSITION = (
    "bucket",
    "days_past_due",
    "past_due_minor",
    "balance_minor",
    "stop_roll_minor",
    "rolls_on",
    "bucket_settled",
    "days_past_due_settled",
    "charged_off",
    "status",
    "has_pending",
)
_EXIT_PAID = ("paid", "settled")
_EXIT_LEFT = ("recalled", "sold")


class Positions:
    """Where every account of the snapshots' debtors stands on the snapshots' days."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.statements = Statements(facts)
        self.ledger = Ledger(facts)

    def table(self) -> ir.Table:
        """One row per account and day with the columns of `POSITION`."""
        rows = self._beside_each_other()
        rows = _roll_forward(_roll_forward(rows, "live"), "settled")
        rows = _oldest_due_decides(rows)
        rows = rows.mutate(by_statement=self._by_statement(rows), **_what_stops_the_roll(rows))
        rows = rows.mutate(**{name: _either(rows, name) for name in ("days", "rank", "past_due_minor")})
        rows = rows.mutate(
            days_past_due=rows.days,
            days_past_due_settled=ibis.ifelse(rows.by_statement, rows.settled_days, rows.ledger_days),
            rank_settled=ibis.ifelse(
                rows.by_statement,
                own_rank(rows, rows.settled_cycles_past_due, rows.settled_days_past_due),
                rows.ledger_rank,
            ),
            past_due_settled_minor=ibis.ifelse(rows.by_statement, rows.settled_left_minor, rows.ledger_past_due_minor),
            balance_minor=ibis.ifelse(
                rows.by_statement, rows.billed_minor - rows.paid_since_billed_minor, rows.ledger_balance_minor
            ),
            stop_roll_minor=_either(rows, "stop_roll_minor"),
            rolls_on=_either(rows, "rolls_on"),
            charged_off=(rows.charged_off_on <= rows.as_of).fill_null(NO),
        )
        return rows.mutate(
            rolls_on=ibis.ifelse(rows.charged_off, ibis.null("date"), rows.rolls_on),
            bucket=bucket_of_rank(rows, rows["rank"]),
            bucket_settled=bucket_of_rank(rows, rows.rank_settled),
        )

    def _beside_each_other(self) -> ir.Table:
        rows = self.facts.accounts
        if "statements" in self.facts.present:
            summary = self.statements.summary
            rows = rows.left_join(summary, list(KEY)).drop("account_id_right", "as_of_right")
        else:
            rows = rows.mutate(**_no_statement())
        ledger = self.ledger.summary.select(*KEY, "oldest_on", "past_due_minor", "oldest_left_minor", "balance_minor")
        ledger = ledger.rename(
            ledger_past_due_minor="past_due_minor", ledger_balance_minor="balance_minor", ledger_oldest_on="oldest_on"
        )
        if "dues" in self.facts.present:
            rows = rows.left_join(ledger, list(KEY)).drop("account_id_right", "as_of_right")
            zero = {name: rows[name].fill_null(0) for name in ("ledger_past_due_minor", "ledger_balance_minor")}
            rows = rows.mutate(**zero, oldest_left_minor=rows.oldest_left_minor.fill_null(0))
        else:
            rows = rows.mutate(**{name: ibis.null(kind) for name, kind in ledger.schema().items() if name not in KEY})
        return self._with_pending(rows)

    def _with_pending(self, rows: ir.Table) -> ir.Table:
        if not self.facts.has("payments", "status"):
            return rows.mutate(has_pending=NO)
        paid = self.facts.payment_rows
        waiting = paid.filter((paid.status == "pending") & ~paid.was_reversed)
        waiting = waiting.select(*KEY).distinct().mutate(pending=True)
        joined = rows.left_join(waiting, list(KEY)).drop("account_id_right", "as_of_right")
        return joined.mutate(has_pending=joined.pending.fill_null(NO)).drop("pending")

    def _by_statement(self, rows: ir.Table) -> ir.BooleanValue:
        # A statement book whose status is not known yet is still a statement book unless it also keeps dues.
        known = rows.live_end.notnull()
        automatic = known if "dues" in self.facts.present else YES
        return ibis.cases(
            (rows.source == "statement", YES),
            (rows.source == "ledger", NO),
            else_=automatic,
        )


def bucket_of_rank(rows: ir.Table, rank: ir.IntegerValue) -> ir.StringValue:
    """The bucket of a rank, unless the account has left, was paid off or charged off by the row's `as_of`."""
    happened = rows.closed_on.isnull() | (rows.closed_on <= rows.as_of)
    owes_nothing = (rows.balance_minor <= rows.small_balance_minor).fill_null(NO)
    return ibis.cases(
        (rows.status.isin(_EXIT_LEFT) & happened, str(Bucket.LEFT)),
        (rows.status.isin(_EXIT_PAID) & happened, str(Bucket.PAID_OFF)),
        ((rows.status == "closed") & happened & owes_nothing, str(Bucket.PAID_OFF)),
        (rows.charged_off, str(Bucket.CHARGED_OFF)),
        *((rank == place, str(bucket)) for place, bucket in enumerate(AGEING)),
        else_=ibis.null("string"),
    )


def _no_statement() -> dict[str, ir.Value]:
    kinds = {
        "days_past_due": "int64",
        "cycles_past_due": "int64",
        "past_due_minor": "int64",
        "minimum_due_minor": "int64",
    }
    nulls = {}
    for name in ("live", "settled"):
        nulls[f"{name}_end"] = ibis.null("date")
        nulls |= {f"{name}_{column}": ibis.null(kind) for column, kind in kinds.items()}
    for name in ("billed_end", "minimum_end", "minimum_due_on"):
        nulls[name] = ibis.null("date")
    for name in ("billed_minor", "minimum_due_minor"):
        nulls[name] = ibis.null("int64")
    for name in ("live", "settled", "billed", "minimum"):
        nulls[f"paid_since_{name}_minor"] = ibis.null("int64")
    return nulls


def _roll_forward(rows: ir.Table, name: str) -> ir.Table:
    """Bring the named status (live or settled) forward to the day: `<name>_days`, `_rank`, `_left_minor`, `_halted`."""
    end, cycles, given = rows[f"{name}_end"], rows[f"{name}_cycles_past_due"], rows[f"{name}_days_past_due"]
    past_due, minimum = rows[f"{name}_past_due_minor"], rows[f"{name}_minimum_due_minor"]
    paid = rows[f"paid_since_{name}_minor"]
    rows = rows.mutate(
        elapsed=days_between(end, rows.as_of),
        start=ibis.greatest(given.fill_null(0), _edge_of(rows, cycles)),
        left_minor=(past_due - paid).clip(lower=0),
        # Without a past-due amount the minimum due is what stops the roll: once it is paid, the days stand still.
        was_enough=past_due.isnull() & (paid >= minimum).fill_null(NO),
    )
    rows = rows.mutate(
        is_own=rows.elapsed == 0,
        cured=(rows.left_minor <= rows.small_balance_minor).fill_null(NO),
        halted=rows.was_enough & (rows.elapsed > 0),
    )
    grown = ibis.cases(
        (rows[f"{name}_end"].isnull(), ibis.null("int64")),
        (rows.is_own, rows[f"{name}_days_past_due"].coalesce(rows.start)),
        (rows.cured | (rows.start == 0), 0),
        (rows.halted, rows.start),
        else_=rows.start + rows.elapsed,
    )
    rows = rows.mutate(grown=grown)
    own_cycles = ibis.ifelse(rows.is_own, rows[f"{name}_cycles_past_due"], ibis.null("int64"))
    rows = rows.mutate(
        **{
            f"{name}_days": rows.grown,
            f"{name}_rank": own_rank(rows, own_cycles, rows.grown),
            f"{name}_left_minor": rows.left_minor,
            f"{name}_halted": rows.halted,
        }
    )
    return rows.drop("elapsed", "start", "left_minor", "was_enough", "is_own", "cured", "halted", "grown")


def own_rank(rows: ir.Table, cycles: ir.IntegerValue, days: ir.IntegerValue) -> ir.IntegerValue:
    """Rank of a status's bucket on its own day, before any rolling forward: by cycles where given, else by days."""
    return cycles.clip(lower=0, upper=len(AGEING) - 1).coalesce(rank_of(rows, days))


def _oldest_due_decides(rows: ir.Table) -> ir.Table:
    rows = rows.mutate(ledger_days=days_between(rows.ledger_oldest_on, rows.as_of).fill_null(0).clip(lower=0))
    return rows.mutate(ledger_rank=rank_of(rows, rows.ledger_days))


def _what_stops_the_roll(rows: ir.Table) -> dict[str, ir.Value]:
    still_minimum = (rows.minimum_due_minor - rows.paid_since_minimum_minor).clip(lower=0)
    past_due = rows.live_left_minor
    next_due = ibis.ifelse(rows.minimum_due_on >= rows.as_of, rows.minimum_due_on, ibis.null("date"))
    days_left = (_edge_at(rows, rows.live_rank) - rows.live_days).clip(lower=1)
    by_statement = ibis.cases(
        (rows.live_halted, ibis.null("date")),
        (rows.live_rank == 0, days_after(next_due, rows.edge_1)),
        else_=days_after(rows.as_of, days_left),
    )
    return {
        "live_past_due_minor": past_due,
        "live_stop_roll_minor": ibis.ifelse(past_due > 0, past_due, still_minimum.coalesce(past_due)),
        "live_rolls_on": by_statement,
        "ledger_stop_roll_minor": rows.oldest_left_minor,
        "ledger_rolls_on": days_after(rows.ledger_oldest_on, _edge_at(rows, rows.ledger_rank)),
    }


def _either(rows: ir.Table, name: str) -> ir.Value:
    return ibis.ifelse(rows.by_statement, rows[f"live_{name}"], rows[f"ledger_{name}"])


def rank_of(rows: ir.Table, days: ir.IntegerValue) -> ir.IntegerValue:
    """Rank of the bucket of so many days past due, by the edges of the row's client."""
    passed = [(days >= rows[f"edge_{number}"]).cast("int64") for number in range(1, 8)]
    return sum(passed[1:], passed[0])


def _edge_of(rows: ir.Table, cycles: ir.IntegerValue) -> ir.IntegerValue:
    """First day of the bucket that so many cycles past due stand for; 0 for none."""
    last = ibis.ifelse(cycles >= 7, rows.edge_7, 0)  # noqa: PLR2004 - seven cycles and more are the last bucket
    return ibis.cases(*((cycles == number, rows[f"edge_{number}"]) for number in range(1, 7)), else_=last)


def _edge_at(rows: ir.Table, rank: ir.IntegerValue) -> ir.IntegerValue:
    """First day of the bucket after the one of this rank."""
    return ibis.cases(*((rank == place, rows[f"edge_{place + 1}"]) for place in range(7)), else_=ibis.null("int64"))
