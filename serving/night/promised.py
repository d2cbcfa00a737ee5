"""Promises to follow up on the day a night is for: those that are due, and those that were not kept.

When a debtor is reminded, and when a broken promise may be spoken of, is told by `arrears.queues.next.promises`;
whether a way is open by the gate.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

from arrears.money import say_money
from arrears.policy import codes
from arrears.policy.budgets import talks
from arrears.policy.columns import NOBODY, Days, Rows
from arrears.policy.facts import Facts
from arrears.queues.next.plans import Plans, plans
from arrears.queues.next.promises import SINGLE, STATUS, Promises, Talks, kept_at, reminders, shortfalls
from arrears.settings import Settings
from serving.gate.book import Book

_NEVER = np.datetime64("NaT", "D")


@dataclass(frozen=True)
class FollowUps:
    """Accounts of a book with a promise to follow up, by row, each with the reason in a collector's words.

    Attributes
    ----------
    due : the promise is due that day or on the next business day, and its money is not there.
    by_message : those of them whose debtor did not agree to a call: a message goes.
    short : it was not kept, and grace and law both allow a word about it.
    """

    due: dict[int, str]
    by_message: frozenset[int]
    short: dict[int, str]


def follow_ups(book: Book, promises: pa.Table | None, facts: Facts, day: date) -> FollowUps:
    """Promises to follow up on a day.

    Parameters
    ----------
    promises : rows of `features.promises.promises_plan`, as known at the book's cutoff; None: no table tells any.
    facts : whose first accounts are the book's.
    """
    if promises is None or not len(promises):
        return FollowUps({}, frozenset(), {})
    groups = _Groups(book)
    named = [groups.of(row["debtor_id"], row["account_id"]) for row in promises.to_pylist()]
    kept = np.array([rows is not None for rows in named], dtype=np.bool_)
    promises, found = promises.filter(pa.array(kept)), [rows for rows in named if rows is not None]
    told = _talks(facts, groups, len(book))
    due, short, by_message = dict[int, str](), dict[int, str](), set[int]()
    of_client = np.array([str(book.client[rows[0]]) for rows in found], dtype=np.str_)
    for client in np.unique(of_client).tolist():
        settings, chosen = book.settings.for_client(client), np.flatnonzero(of_client == client)
        rows = [found[each] for each in chosen]
        of_one = _columns(promises.take(chosen), np.array([groups.number[each[0]] for each in rows]), settings, day)
        reminded = reminders(of_one, told, day, settings)
        for at, by_call in zip(reminded.promise.tolist(), reminded.by_call.tolist(), strict=True):
            due |= dict.fromkeys(rows[at].tolist(), _said(book, of_one, at, rows[at][0], broken=False))
            by_message.update(() if by_call else rows[at].tolist())
        agreed = plans(of_one, settings)
        for at in shortfalls(of_one, told, settings).on(day).promise.tolist():
            everything = groups.rows(rows[at][0])  # one talk about what is due
            said = _said(book, of_one, at, rows[at][0], broken=True) + _said_of_plan(agreed, of_one.arrangement[at])
            short |= dict.fromkeys(everything.tolist(), said)
    return FollowUps(due, frozenset(by_message - short.keys()), short)


class _Groups:
    """The book's accounts by work group."""

    def __init__(self, book: Book) -> None:
        keys = np.char.add(np.char.add(book.debtor_id, "\x1f"), book.work_group)
        _, self.number = np.unique(keys, return_inverse=True)
        self._row = {account: row for row, account in enumerate(book.account_id.tolist())}
        self._order = np.argsort(self.number, kind="stable")
        self._starts = np.searchsorted(self.number[self._order], np.arange(self.number.max(initial=-1) + 2))
        debtors, first = np.unique(book.debtor_id[::-1], return_index=True)
        self._first = dict(zip(debtors.tolist(), (len(book) - 1 - first).tolist(), strict=True))

    def __len__(self) -> int:
        return len(self._starts) - 1

    def rows(self, row: int) -> Rows:
        """All accounts of the work group of one."""
        group = self.number[row]
        return np.asarray(self._order[self._starts[group] : self._starts[group + 1]])

    def of(self, debtor_id: str, account_id: str | None) -> Rows | None:
        """The accounts that a promise is about; None where none of them is past due."""
        if account_id is not None:
            return np.array([self._row[account_id]]) if account_id in self._row else None
        return self.rows(self._first[debtor_id]) if debtor_id in self._first else None


def _columns(rows: pa.Table, group: Rows, settings: Settings, day: date) -> Promises:
    amount, kept = (np.asarray(rows[name].to_numpy(), np.int64) for name in ("amount_minor", "kept_minor"))
    made, due, grace = (np.asarray(rows[name].to_numpy(), "M8[D]") for name in ("made_on", "due_on", "grace_ends_on"))
    status = STATUS.array(rows["status"].to_pylist())
    # A night knows what came in by its own day; where grace is over before the day it is for, that is the answer.
    over = (status == STATUS.of("open")) & (grace < np.datetime64(day, "D"))
    short = np.where(kept > 0, STATUS.of("partly_kept"), STATUS.of("broken"))
    found = np.where(kept >= kept_at(amount, settings), STATUS.of("kept"), short)
    return Promises(
        group=group,
        made_on=made,
        due_on=due,
        grace_ends_on=grace,
        amount_minor=amount,
        kept_minor=kept,
        status=np.where(over, found, status).astype(np.int8),
        arrangement=_numbered(rows["arrangement_id"].to_pylist()),
    )


def _numbered(names: list[str | None]) -> Rows:
    """Plans as numbers; a promise that is no instalment is of none."""
    number = {name: place for place, name in enumerate(sorted({name for name in names if name is not None}))}
    return np.array([SINGLE if name is None else number[name] for name in names], np.int64)


def _talks(facts: Facts, groups: _Groups, count: int) -> Talks:
    """When each work group's debtor was last spoken with about one of its accounts, and last agreed to a call."""
    talked, agreed = np.full((2, len(groups)), _NEVER)
    mentions, spoken = facts.mentions, talks(facts)
    chosen = spoken[mentions.contact] & (mentions.account < count)
    days = facts.contact_days[mentions.contact[chosen]]
    np.fmax.at(talked, groups.number[mentions.account[chosen]], days)
    np.fmax.at(agreed, groups.number, _agreed(facts)[facts.accounts.person[:count]])
    return Talks(last_talk_on=talked, consented_on=agreed)


def _agreed(facts: Facts) -> Days:
    """(people,) the last day on which each agreed to be called again, and did not take it back."""
    consents = facts.consents
    stands = (consents.kind == codes.CONSENT.of("call_window")) & (consents.person != NOBODY)
    stands &= np.isnat(consents.revoked_on)
    found = np.full(len(facts.people), _NEVER)
    np.fmax.at(found, consents.person[stands], consents.given_on[stands])
    return found


def _said(book: Book, promises: Promises, at: int, row: int, *, broken: bool) -> str:
    currency, locale = str(book.currency[row]), book.settings.portfolio.locale
    promised = say_money(int(promises.amount_minor[at]), currency, locale=locale)
    came = say_money(int(promises.kept_minor[at]), currency, locale=locale)
    when = f"{promised} promised for {promises.due_on[at]}"
    if not broken:
        return f"{when}: a reminder"
    return f"{when}, {came} came in" if promises.kept_minor[at] else f"{when}, nothing came in"


def _said_of_plan(agreed: Plans, arrangement: int) -> str:
    """What an instalment that was not kept says of its plan; nothing for a promise that is of none."""
    if arrangement == SINGLE:
        return ""
    at = int(np.searchsorted(agreed.arrangement, arrangement))
    count = agreed.kept_count[at] + agreed.short_count[at] + agreed.open_count[at]
    new = ": time to agree on a new plan" if agreed.to_replan[at] else ""
    return f"; {agreed.short_count[at]} of {count} instalments of the plan were not kept{new}"
