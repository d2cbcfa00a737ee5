"""Whether promises were kept: open, kept, partly_kept or broken on a day.

Each payment is consumed once, by the oldest promise that was made by its day, is not past its grace and not yet paid in
full: `features.money_line` says where each promise starts and stops taking.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import ibis
from ibis import ir

from arrears.settings import Settings
from features.columns import DEBTOR_KEY, NO, beside, days_after, days_between, whole
from features.facts import Facts
from features.money_line import stops
from features.plan import Plan, compiled_once
from features.terms import PROMISE_DAYS, part_of

_BOOK = (*DEBTOR_KEY, "client", "currency")
"""Money keeps a promise if it came in on an account of the same debtor, creditor and currency."""


class Promises:
    """Every promise known on each of its debtor's days, with what it got and its status."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts

    @cached_property
    def rows(self) -> ir.Table:
        """One row per promise: `kept_minor`, `status` and `days_ago`, counted from the last day of grace."""
        made = self._made
        turns = made.select(
            *_BOOK, "turn", at=ibis.array([made.paid_before_minor, made.amount_minor, made.paid_by_minor])
        )
        lines = turns.group_by(list(_BOOK)).agg(turns=turns["at"].collect(order_by=turns.turn))
        lines = lines.select(*_BOOK, stops=stops(lines.turns))
        rows = made.join(lines, list(_BOOK))
        start = ibis.greatest(rows.stops[rows.turn], rows.paid_before_minor)
        rows = rows.mutate(kept_minor=(rows.stops[rows.turn + 1] - start).clip(lower=0)).drop("stops")
        rows = rows.mutate(needed_minor=part_of(rows.amount_minor, rows.kept_parts))
        status = ibis.cases(
            (rows.as_of <= rows.grace_ends_on, "open"),
            (rows.kept_minor >= rows.needed_minor, "kept"),
            (rows.kept_minor > 0, "partly_kept"),
            else_="broken",
        )
        return rows.mutate(status=status, days_ago=days_between(rows.grace_ends_on, rows.as_of))

    @cached_property
    def _made(self) -> ir.Table:
        """Promises in their order, with what came in before each was made and by the end of its grace."""
        promises = _with_grace(self._promises)
        paid = self._paid
        joined = promises.left_join(paid, _matching(promises, paid)).drop(*(f"{name}_right" for name in _BOOK))
        before = joined.paid_minor.sum(where=joined.paid_on < joined.made_on)
        by = joined.paid_minor.sum(where=joined.paid_on <= joined.grace_ends_on)
        rows = joined.group_by(list(promises.columns)).agg(
            paid_before_minor=whole(before.fill_null(0)), paid_by_minor=whole(by.fill_null(0))
        )
        turn = ibis.row_number().over(group_by=_BOOK, order_by=["made_on", "due_on", "promise_id"])
        return rows.mutate(turn=turn.cast("int64"))

    @cached_property
    def _promises(self) -> ir.Table:
        """Promises on an account, and those of a debtor all of whose accounts belong to one creditor and currency."""
        columns = ("promise_id", "made_on", "due_on", "amount_minor", "arrangement_id")
        own = ("client", "currency", "terms_client", "kept_parts", "grace_business_days")
        books = self.facts.accounts.mutate(client=self.facts.accounts.client.fill_null(""))
        on_account = _standing(self.facts.on_accounts("promises"))
        on_account = on_account.select("account_id", *DEBTOR_KEY, *columns)
        on_account = on_account.join(books.select("account_id", "as_of", *own), ["account_id", "as_of"])
        if not self.facts.has("promises", "debtor_id"):
            return on_account.select(*DEBTOR_KEY, "account_id", *columns, *own)
        one = books.group_by(DEBTOR_KEY).agg(
            **{name: books[name].min() for name in own},
            is_one=(books.client.nunique() == 1) & (books.currency.nunique() == 1),
        )
        on_debtor = _standing(self.facts.on_debtors("promises")).select(*DEBTOR_KEY, *columns)
        on_debtor = on_debtor.join(one.filter(one.is_one), list(DEBTOR_KEY)).mutate(account_id=ibis.null("string"))
        wanted = (*DEBTOR_KEY, "account_id", *columns, *own)
        return ibis.union(on_account.select(*wanted), on_debtor.select(*wanted))

    @cached_property
    def _paid(self) -> ir.Table:
        """What came in per book and day, money that names only the debtor included where there is one book."""
        books = self.facts.accounts.mutate(client=self.facts.accounts.client.fill_null(""))
        paid = self.facts.payments.select("account_id", "as_of", "paid_on", "amount_minor")
        paid = paid.join(books.select("account_id", *_BOOK), ["account_id", "as_of"])
        rows = paid.select(*_BOOK, "paid_on", "amount_minor")
        if self.facts.has("payments", "debtor_id"):
            one = books.group_by(DEBTOR_KEY).agg(
                client=books.client.min(),
                currency=books.currency.min(),
                is_one=(books.client.nunique() == 1) & (books.currency.nunique() == 1),
            )
            loose = self.facts.unapplied.select(*DEBTOR_KEY, "paid_on", "amount_minor")
            loose = loose.join(one.filter(one.is_one), list(DEBTOR_KEY))
            rows = ibis.union(rows, loose.select(*_BOOK, "paid_on", "amount_minor"))
        return rows.group_by([*_BOOK, "paid_on"]).agg(paid_minor=whole(rows.amount_minor.sum()))


def promises_plan(present: Mapping[str, frozenset[str]], settings: Settings, snapshots: str = "snapshots") -> Plan:
    """Status of every promise of the snapshots' debtors on the snapshots' days.

    Returns
    -------
    Plan whose `run(con)` gives promise_id, debtor_id, account_id (null: the debtor's), arrangement_id (null: no
    plan's), as_of, made_on, due_on, grace_ends_on, amount_minor, kept_minor and status (open, kept, partly_kept,
    broken); cancelled promises are left out, and so are a debtor's promises where the debtor's accounts belong to
    several creditors or currencies.
    """
    columns = ("promise_id", "debtor_id", "account_id", "arrangement_id", "as_of", "made_on", "due_on", "grace_ends_on")

    def answer(present: Mapping[str, frozenset[str]], settings: Settings) -> ir.Table:
        rows = Promises(Facts(present, settings, snapshots)).rows
        return rows.select(*columns, "amount_minor", "kept_minor", "status").order_by("promise_id", "as_of")

    return compiled_once(f"promises of {snapshots}", present, settings, answer)


def waiting(facts: Facts) -> ir.Table:
    """Promises whose grace was not over on the day: account_id, due_on, grace_ends_on; a debtor's on each account.

    Whether the money came is not asked: until its grace is over a promise waits.
    """
    terms = facts.accounts.select("account_id", *DEBTOR_KEY, "terms_client", "grace_business_days")
    rows = facts.on_accounts("promises")
    rows = _standing(rows).select("account_id", "as_of", "due_on").join(terms, ["account_id", "as_of"])
    rows = rows.select(*terms.columns, "due_on")
    if facts.has("promises", "debtor_id"):
        loose = _standing(facts.on_debtors("promises")).select(*DEBTOR_KEY, "due_on")
        rows = ibis.union(rows, loose.join(terms, list(DEBTOR_KEY)).select(*rows.columns))
    rows = _with_grace(rows)
    rows = rows.filter(rows.grace_ends_on >= rows.as_of)
    return rows.select("account_id", "due_on", "grace_ends_on").order_by("account_id", "due_on", "grace_ends_on")


def _with_grace(promises: ir.Table) -> ir.Table:
    """The promises with `grace_ends_on`, by the client's terms and the calendar of holidays."""
    days = ibis.table(PROMISE_DAYS, name="promise_days")
    rows = beside(promises, days, ["terms_client", "due_on"])
    return rows.mutate(grace_ends_on=rows.grace_ends_on.coalesce(_grace_by_weekends(rows)))


def _standing(promises: ir.Table) -> ir.Table:
    cancelled = (promises.cancelled_on <= promises.as_of).fill_null(NO)
    return promises.filter(promises.made_on <= promises.as_of, ~cancelled)


def _grace_by_weekends(promises: ir.Table) -> ir.DateValue:
    """The last day of grace where weekends are the only days off: all that is known beyond the calendar of holidays."""
    weekday, grace = promises.due_on.day_of_week.index().cast("int64"), promises.grace_business_days
    past_friday = (weekday - 4).clip(lower=0)
    weekends = (weekday - past_friday + grace) // 5
    ahead = ibis.ifelse(grace == 0, 0, grace + 2 * weekends - past_friday)
    return days_after(promises.due_on, ahead)


def _matching(left: ir.Table, right: ir.Table) -> list[ir.BooleanValue]:
    return [left[name] == right[name] for name in _BOOK]
