"""The rules: each a sentence that is true or false of every account, and the day until which it holds.

A rule never looks at a score. It sees columns, so a million accounts at night and one at its claim run the same code.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from arrears.buckets import Bucket
from arrears.policy.facts import NEVER, Days, Facts, Flags

CLOSED_STATUSES = ("paid", "settled", "recalled", "sold", "closed")

HOLD_SENTENCES: Mapping[str, str] = {
    "cease": "The debtor asked us to stop contact",
    "attorney": "An attorney represents the debtor",
    "bankruptcy": "The debtor is in bankruptcy",
    "discharged": "The debt was discharged in bankruptcy",
    "deceased": "The debtor has died",
    "servicemember": "The debtor is on active military service",
    "hardship": "The debtor is in hardship and under review",
    "vulnerable": "The debtor is vulnerable and needs a specialist",
    "complaint": "A complaint is open",
    "litigation": "The debt is in litigation",
    "identity_theft": "The debtor reported identity theft",
    "aid_pending": "An application for aid is pending",
    "recall": "The creditor is recalling the account",
    "counsellor": "A debt counsellor represents the debtor",
    "disaster": "The debtor lives in a disaster area",
    "other": "The account is on hold",
}
"""Every kind of hold a source can name, as a collector may say it. A kind without a sentence would hold nothing."""


@dataclass(frozen=True)
class Found:
    """Which accounts a rule holds, and until when: `until` is the first free day, NaT where only a fact can end it."""

    holds: Flags
    until: Days


@dataclass(frozen=True)
class Rule:
    """One reason not to work an account: a stable code, a sentence, and the column function that finds it."""

    code: str
    sentence: str
    find: Callable[[Facts], Found]


def owes_nothing(facts: Facts) -> Flags:
    """Balance or past due at or below the small-balance limit, whatever the status code says.

    An amount that nobody knows is not nothing.
    """
    limit = facts.small_balance_minor
    found: Flags = (facts.balance_minor <= limit) | (facts.past_due_minor <= limit)
    return found


def account_is_closed(facts: Facts) -> Flags:
    """The source closed the account, or it left the book."""
    left = np.isin(facts.bucket, [Bucket.PAID_OFF, Bucket.LEFT])
    return np.asarray(np.isin(facts.status, CLOSED_STATUSES) | left)


def is_cured(facts: Facts) -> Flags:
    """The account is back to CURRENT: there is nothing to work."""
    return np.asarray(facts.bucket == Bucket.CURRENT)


def payment_is_pending(facts: Facts) -> Flags:
    """A payment was announced and may still post: it does not count yet, but nobody is asked to pay twice."""
    return facts.payment_pending


def is_on_hold(facts: Facts, kind: str) -> Found:
    """The holds table holds the account for this kind on `as_of`.

    A hold holds through its last day, `ends_on`: one day too long harms nobody, one too short may break the law. With
    several of one kind the latest end stands, and an unknown end beats every known one.
    """
    table, today = facts.holds, np.datetime64(facts.as_of, "D")
    running = (table.kind == kind) & (table.starts_on <= today) & ~(table.ends_on < today)
    holds = np.zeros(len(facts), dtype=bool)
    holds[table.row[running]] = True
    until = np.full(len(facts), np.datetime64("0001-01-01", "D"))
    # maximum.at carries NaT, so an open end wins over every date, in whatever order the rows come.
    np.maximum.at(until, table.row[running], table.ends_on[running] + np.timedelta64(1, "D"))
    until[~holds] = NEVER
    return Found(holds, until)


def _open_ended(rule: Callable[[Facts], Flags]) -> Callable[[Facts], Found]:
    def find(facts: Facts) -> Found:
        return Found(rule(facts), np.full(len(facts), NEVER))

    return find


RULES: tuple[Rule, ...] = (
    Rule("nothing_owed", "Nothing is owed", _open_ended(owes_nothing)),
    Rule("account_closed", "The account is closed", _open_ended(account_is_closed)),
    Rule("cured", "The account is back to current", _open_ended(is_cured)),
    Rule("payment_pending", "A payment is on its way", _open_ended(payment_is_pending)),
    *(Rule(kind, sentence, partial(is_on_hold, kind=kind)) for kind, sentence in HOLD_SENTENCES.items()),
)
"""Every rule in force, in the order in which reasons are listed."""
