"""Reminding customers: one dunning level after another, none too soon after the last and none before its day."""

from __future__ import annotations

import numpy as np

from arrears.policy.columns import NOBODY, Numbers, Rows
from arrears.policy.facts import Facts
from arrears.policy.per_account import last_day
from arrears.policy.rule import Found, Rule, Values


def next_level_waits(facts: Facts, values: Values) -> Found:
    """The next dunning level waits: its days overdue are not reached, or the last reminder is too young.

    Reminders of a delinquency that was cured do not count: the ladder begins anew.
    """
    accounts, notices = facts.accounts, facts.notices
    steps = np.array(values["min_days_overdue"], np.float64)
    rows = np.flatnonzero((notices.account != NOBODY) & ~np.isnan(notices.level) & np.isnat(notices.returned_on))
    rows = rows[~(notices.sent_on[rows] < accounts.first_delinquent_on[notices.account[rows]])]
    reached = _highest(notices.level[rows], notices.account[rows], len(accounts))
    sent = last_day(notices.sent_on[rows], notices.account[rows], len(accounts))
    needed = steps[np.minimum(reached, len(steps) - 1).astype(np.int64)]
    ahead = needed - accounts.days_past_due
    unknown = np.isnan(ahead)
    early = facts.today[accounts.person] + np.where(unknown, 0, np.maximum(ahead, 0)).astype("m8[D]")
    first = np.fmax(early, sent + np.timedelta64(values["interval_days"], "D"))
    until = facts.begins(first, accounts.person)
    return Found(until > facts.at, until, missing=unknown)


def _highest(level: Numbers, account: Rows, count: int) -> Numbers:
    found = np.zeros(count)
    np.maximum.at(found, account, level)
    return found


RULES = (
    Rule(
        "B2-02",
        "dunning_level",
        "The next reminder waits for its day",
        "account",
        next_level_waits,
        channels=frozenset({"letter", "email"}),
        spares=frozenset({"service_reply", "required_disclosure", "legal_notice", "opt_out_confirmation"}),
    ),
)
