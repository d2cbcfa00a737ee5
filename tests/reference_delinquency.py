"""A slow, plain reading of how late an account is: loops over dictionaries, nothing shared with the product.

It exists to disagree with the compiled expressions when one of them is wrong.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from arrears.settings import Settings
from tests.book import Book, Row, end_of

BUCKETS = ["CURRENT", "1-29", "30-59", "60-89", "90-119", "120-149", "150-179", "180+"]


@dataclass
class View:
    """What was known of one debtor's accounts at the end of a day."""

    book: Book
    settings: Settings
    debtor_id: str
    as_of: date
    seen: dict[str, list[Row]] = field(default_factory=dict)

    def known(self, table: str) -> list[Row]:
        if table not in self.seen:
            self.seen[table] = self._known(table)
        return self.seen[table]

    def _known(self, table: str) -> list[Row]:
        cutoff = end_of(self.as_of, self.settings.portfolio.zone)
        return [
            row
            for row in self.book.get(table, [])
            if row["recorded_at"] <= cutoff
            and (row["known_until"] is None or row["known_until"] > cutoff)
            and not row["deleted"]
        ]

    def accounts(self) -> list[Row]:
        mine = [row for row in self.known("accounts") if row["debtor_id"] == self.debtor_id]
        return [row for row in mine if row["opened_on"] <= self.as_of]

    def account(self, account_id: str) -> Row:
        return next(row for row in self.accounts() if row["account_id"] == account_id)

    def of_account(self, table: str, account_id: str) -> list[Row]:
        return [row for row in self.known(table) if row["account_id"] == account_id]

    def of_debtor(self, table: str) -> list[Row]:
        rows = self.known(table)
        return [row for row in rows if row["account_id"] is None and row["debtor_id"] == self.debtor_id]

    def rules(self, account_id: str) -> Any:
        return self.settings.for_client(self.account(account_id)["client"])

    def one_book(self) -> bool:
        return len({(row["client"] or "", row["currency"]) for row in self.accounts()}) == 1


def payments(view: View, account_id: str) -> list[Row]:
    """Posted payments on the account, each with what nobody took back of it."""
    return [row for row in _net(view) if row["account_id"] == account_id]


def loose_payments(view: View) -> list[Row]:
    return [row for row in _net(view) if row["account_id"] is None]


def _net(view: View) -> list[Row]:
    rows = [row for row in _left(view) if row["paid_on"] <= view.as_of]
    return [row for row in rows if row["amount_minor"] > 0 and row["status"] in (None, "posted")]


def _left(view: View) -> list[Row]:
    """Every payment of the debtor, its lines in order, each with what reversals left of it."""
    rows = [row for one in view.accounts() for row in view.of_account("payments", one["account_id"])]
    rows = [dict(row) for row in rows + view.of_debtor("payments")]
    if len(view.accounts()) == 1:
        rows = [row | {"account_id": view.accounts()[0]["account_id"]} for row in rows]
    lines = sorted((row for row in rows if row["reverses"] is None), key=lambda row: row["line"])
    reversals = [row | {"rest": abs(row["amount_minor"])} for row in rows if row["reverses"] is not None]
    for only_own in (True, False):
        for reversal in reversals:
            for line in (line for line in lines if line["payment_id"] == reversal["reverses"]):
                is_own = reversal["account_id"] is not None and reversal["account_id"] == line["account_id"]
                taken = min(reversal["rest"], line["amount_minor"]) if is_own or not only_own else 0
                line["amount_minor"] -= taken
                reversal["rest"] -= taken
    return lines


def paid_after(view: View, account_id: str, day: date | None) -> int:
    return sum(row["amount_minor"] for row in payments(view, account_id) if day is not None and row["paid_on"] > day)


# --- the ledger -------------------------------------------------------------------------------------------------


def charges(view: View, account_id: str) -> list[Row]:
    """The account's dues as the payments that name them leave them."""
    rules = view.rules(account_id).delinquency
    kinds = [kind for group in rules.pays for kind in group]
    rows = []
    for due in view.of_account("dues", account_id):
        if due["amount_minor"] <= 0:
            continue
        rank = next((place for place, group in enumerate(rules.pays) if due["kind"] in group), len(rules.pays))
        assert kinds
        amount = due["amount_minor"]
        small = 10 * 100 if view.account(account_id)["currency"] == "USD" else 10
        by_share = -((-amount * Fraction(str(rules.paid_share))) // 1)
        named = sum(row["amount_minor"] for row in payments(view, account_id) if row["due_id"] == due["due_id"])
        rows.append(
            due
            | {
                "order": (due["due_on"] > view.as_of, rank, due["due_on"], due["due_id"]),
                "needed": int(min(by_share, amount - min(small, amount // 10))),
                "named": min(named, amount),
                "ages": due["kind"] in rules.ages,
            }
        )
    return sorted(rows, key=lambda row: row["order"])


def pool(view: View, account_id: str) -> int:
    paid = sum(row["amount_minor"] for row in payments(view, account_id))
    credit = -sum(min(row["amount_minor"], 0) for row in view.of_account("dues", account_id))
    return paid - sum(row["named"] for row in charges(view, account_id)) + credit


def applied(view: View, account_id: str) -> list[Row]:
    """Dues after every payment has been applied, money of the debtor's that names no account included."""
    everyone = {row["account_id"]: _from_own_pool(view, row["account_id"]) for row in view.accounts()}
    loose = sum(row["amount_minor"] for row in loose_payments(view)) if view.one_book() else 0
    for due in sorted((due for dues in everyone.values() for due in dues), key=lambda due: due["order"]):
        share = min(loose, due["left"])
        due["paid"], due["left"], loose = due["paid"] + share, due["left"] - share, loose - share
    for due in (due for dues in everyone.values() for due in dues):
        due["is_paid"] = due["paid"] >= due["needed"]
    return everyone[account_id]


def _from_own_pool(view: View, account_id: str) -> list[Row]:
    rest, before, rows = pool(view, account_id), 0, []
    for due in charges(view, account_id):
        wanted = due["amount_minor"] - due["named"]
        share = min(max(rest, 0), wanted)
        paid = due["named"] + share
        rows.append(due | {"paid": paid, "left": due["amount_minor"] - paid, "before": before, "pooled": share})
        rest, before = rest - share, before + wanted
    return rows


def disputed(view: View, account_id: str, dues: list[Row]) -> dict[str, int]:
    """How much of each unpaid ageing due is disputed, the oldest first."""
    cases = [case for case in view.of_account("disputes", account_id) if case["opened_on"] <= view.as_of]
    cases = [case for case in cases if case["resolved_on"] is None or case["resolved_on"] > view.as_of]
    everything = any(case["amount_minor"] is None for case in cases)
    rest = sum(case["amount_minor"] or 0 for case in cases)
    parts = {}
    for due in sorted(
        (due for due in dues if due["ages"] and not due["is_paid"]), key=lambda d: (d["due_on"], d["due_id"])
    ):
        parts[due["due_id"]] = due["left"] if everything else min(rest, due["left"])
        rest -= min(rest, due["left"])
    return parts


# --- the standing -----------------------------------------------------------------------------------------------


def rank_of(days: int | None, edges: tuple[int, ...]) -> int | None:
    return None if days is None else sum(days >= edge for edge in edges)


def by_ledger(view: View, account_id: str, *, gated: bool) -> Row:
    edges = view.rules(account_id).delinquency.edges
    dues = applied(view, account_id)
    parts = disputed(view, account_id, dues) if gated else {}
    unpaid = [due for due in dues if due["paid"] + parts.get(due["due_id"], 0) < due["needed"]]
    oldest = min((due["due_on"] for due in unpaid if due["ages"]), default=None)
    days = 0 if oldest is None else max((view.as_of - oldest).days, 0)
    rank = rank_of(days, edges)
    left = {due["due_id"]: due["left"] - parts.get(due["due_id"], 0) for due in unpaid}
    own_used = sum(due["pooled"] for due in dues)
    return {
        "days_past_due": days,
        "rank": rank,
        "past_due_minor": sum(left[due["due_id"]] for due in unpaid if due["due_on"] < view.as_of),
        "balance_minor": sum(due["left"] for due in dues) - (pool(view, account_id) - own_used),
        "stop_roll_minor": sum(left[d["due_id"]] for d in unpaid if d["ages"] and d["due_on"] == oldest),
        "rolls_on": oldest + timedelta(days=edges[rank]) if oldest and rank < 7 else None,
        "days_settled": days,
        "rank_settled": rank,
        "past_due_settled_minor": sum(left[due["due_id"]] for due in unpaid if due["due_on"] < view.as_of),
    }


def by_statement(view: View, account_id: str) -> Row:
    rules = view.rules(account_id).delinquency
    rows = sorted(statements(view, account_id), key=lambda row: row["cycle_end"])
    with_status = [row for row in rows if _tells(row)]
    settled = [row for row in with_status if (view.as_of - row["cycle_end"]).days >= rules.status_settles_days]
    days, past_due, halted, status = _rolled(view, account_id, with_status)
    days_settled, past_due_settled, _, last = _rolled(view, account_id, settled)
    cycles = status["cycles_past_due"] if status and status["cycle_end"] == view.as_of else None
    rank = min(max(cycles, 0), 7) if cycles is not None else rank_of(days, rules.edges)
    rank_settled = None
    if last:
        own = last["cycles_past_due"]
        rank_settled = min(max(own, 0), 7) if own is not None else rank_of(last["days_past_due"], rules.edges)
    billed = next((row for row in reversed(rows) if row["balance_minor"] is not None), None)
    asked = next((row for row in reversed(rows) if row["minimum_due_minor"] is not None), None)
    still = None
    if asked:
        still = max(asked["minimum_due_minor"] - paid_after(view, account_id, asked["cycle_end"]), 0)
    stop = past_due if past_due or still is None else still
    rolls_on = None
    if rank is not None and not halted and rank < 7:
        if rank:
            rolls_on = view.as_of + timedelta(days=max(rules.edges[rank] - days, 1))
        elif asked and asked["due_on"] and asked["due_on"] >= view.as_of:
            rolls_on = asked["due_on"] + timedelta(days=rules.edges[0])
    return {
        "days_past_due": days,
        "rank": rank,
        "past_due_minor": past_due,
        "balance_minor": billed and billed["balance_minor"] - paid_after(view, account_id, billed["cycle_end"]),
        "stop_roll_minor": stop,
        "rolls_on": rolls_on,
        "days_settled": days_settled,
        "rank_settled": rank_settled,
        "past_due_settled_minor": past_due_settled,
        "is_known": bool(with_status),
    }


def statements(view: View, account_id: str) -> list[Row]:
    rows = [row for row in view.of_account("statements", account_id) if row["cycle_end"] <= view.as_of]
    return [row | _last_status(view, row) for row in rows]


def _last_status(view: View, standing_row: Row) -> Row:
    """Walk through the cycle's versions in the order they came: each may tell a status, a deletion forgets it."""
    cutoff = end_of(view.as_of, view.settings.portfolio.zone)
    key = (standing_row["account_id"], standing_row["cycle_end"])
    status: Row = {"days_past_due": None, "cycles_past_due": None}
    for row in sorted(view.book["statements"], key=lambda row: row["recorded_at"]):
        if (row["account_id"], row["cycle_end"]) != key or row["recorded_at"] > cutoff:
            continue
        if row["deleted"]:
            status = dict.fromkeys(status)
        elif _tells(row):
            status = {name: row[name] for name in status}
    return status


def _rolled(view: View, account_id: str, rows: list[Row]) -> tuple[int | None, int | None, bool, Row | None]:
    if not rows:
        return None, None, False, None
    status, rules = rows[-1], view.rules(account_id).delinquency
    elapsed = (view.as_of - status["cycle_end"]).days
    cycles = status["cycles_past_due"] or 0
    start = max(status["days_past_due"] or 0, rules.edges[min(cycles, 7) - 1] if cycles > 0 else 0)
    paid = paid_after(view, account_id, status["cycle_end"])
    past_due = None if status["past_due_minor"] is None else max(status["past_due_minor"] - paid, 0)
    small = round(rules.small_balance * 100)
    minimum = status["minimum_due_minor"]
    halted = past_due is None and minimum is not None and paid >= minimum and elapsed > 0
    if elapsed == 0:
        return (start if status["days_past_due"] is None else status["days_past_due"]), past_due, False, status
    if (past_due is not None and past_due <= small) or start == 0:
        return 0, past_due, halted, status
    return start if halted else start + elapsed, past_due, halted, status


def standing(view: View, account_id: str, *, gated: bool) -> Row:
    source = view.rules(account_id).delinquency.source
    by_dues = by_ledger(view, account_id, gated=gated) if "dues" in view.book else None
    told = by_statement(view, account_id) if "statements" in view.book else None
    if by_dues is None or told is None:
        return by_dues or told or {}
    return told if source == "statement" or (source == "auto" and told["is_known"]) else by_dues


def position(view: View, account_id: str, *, gated: bool = True) -> Row:
    """Bucket, days, money and the day of the roll, as `positions_plan` gives them."""
    row, stands = view.account(account_id), standing(view, account_id, gated=gated)
    charged_off = row["charged_off_on"] is not None and row["charged_off_on"] <= view.as_of
    return {
        "bucket": _bucket(view, row, stands, stands["rank"], charged_off, gated),
        "days_past_due": stands["days_past_due"],
        "past_due_minor": stands["past_due_minor"],
        "balance_minor": stands["balance_minor"],
        "stop_roll_minor": stands["stop_roll_minor"],
        "rolls_on": None if charged_off else stands["rolls_on"],
        "bucket_settled": _bucket(view, row, stands, stands["rank_settled"], charged_off, gated),
        "charged_off": charged_off,
        "has_pending": _pending(view, account_id),
    }


def _pending(view: View, account_id: str) -> bool:
    rows = [row for row in _left(view) if row["account_id"] in (account_id, None) and row["paid_on"] <= view.as_of]
    if any(row["status"] == "pending" and row["amount_minor"] > 0 for row in rows):
        return True
    if "statements" not in view.book or view.rules(account_id).delinquency.source == "ledger":
        return False
    ends = [row["cycle_end"] for row in statements(view, account_id) if _tells(row)]
    return bool(ends) and any(row["paid_on"] > max(ends) for row in loose_payments(view))


def _tells(row: Row) -> bool:
    return row["days_past_due"] is not None or row["cycles_past_due"] is not None


def _bucket(view: View, row: Row, stands: Row, rank: int | None, charged_off: bool, gated: bool) -> str | None:
    happened = row["closed_on"] is None or row["closed_on"] <= view.as_of
    holds = view.of_account("holds", row["account_id"]) + view.of_debtor("holds")
    bankrupt = gated and any(
        hold["kind"] in ("bankruptcy", "discharged")
        and hold["starts_on"] <= view.as_of
        and (hold["ends_on"] is None or hold["ends_on"] >= view.as_of)
        for hold in holds
    )
    if bankrupt or (row["status"] in ("recalled", "sold") and happened):
        return "LEFT"
    small = round(view.rules(row["account_id"]).delinquency.small_balance * 100)
    owes_nothing = stands["balance_minor"] is not None and stands["balance_minor"] <= small
    if happened and (row["status"] in ("paid", "settled") or (row["status"] == "closed" and owes_nothing)):
        return "PAID_OFF"
    if charged_off:
        return "CHARGED_OFF"
    return None if rank is None else BUCKETS[rank]
