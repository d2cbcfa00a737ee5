"""Whom rows of the holds table hold, and through which day: of an account every party, of a person that person alone.

Whoever does not owe follows the primary debtor: nobody speaks with an authorised user of a debt that may not be
collected. A joint debtor or guarantor owes for themselves and has holds of their own.
"""

from __future__ import annotations

import numpy as np

from arrears.policy import codes
from arrears.policy.columns import NEVER, NOBODY, Days, Flags, Rows
from arrears.policy.facts import Facts
from arrears.policy.rule import Found, nothing

FREE = np.datetime64("0001-01-01", "D")
"""Before every day: nothing holds. NaT, an end that nobody knows, is greater than every day where maxima are taken."""

DAY = np.timedelta64(1, "D")
_WEST, _EAST = np.timedelta64(12, "h"), np.timedelta64(14, "h")  # from UTC to the clocks farthest behind and ahead
_SPEAKERS = ("attorney", "estate", "insurer", "authorised_user", "ap_contact")


def holds_of(facts: Facts, kind: str) -> Rows:
    """Rows of one kind that somebody of this book is under, begun by the latest clock that the person may have."""
    holds = facts.holds
    rows = np.flatnonzero(holds.kind == codes.HOLD.of(kind))
    if not len(rows):
        return rows
    person = persons_of(facts, rows)
    rows, person = rows[person != NOBODY], person[person != NOBODY]
    return np.asarray(rows[has_begun(facts, holds.starts_on[rows], person)])


def persons_of(facts: Facts, rows: Rows) -> Rows:
    """Whose each hold is: the person it names, else the account's primary debtor."""
    account, person = facts.holds.account[rows], facts.holds.person[rows]
    if not len(facts.accounts):
        return person
    return np.where((person == NOBODY) & (account != NOBODY), facts.accounts.person[account], person)


def last_days(facts: Facts, rows: Rows, ends: Days, *, about_debt: bool = False) -> Days:
    """(parties,) the last day through which some holds hold each party: FREE where none does, NaT without end.

    Parameters
    ----------
    rows : of the holds table. One that names an account is about it, whoever it names beside it.
    ends : (rows,) their last days.
    about_debt : a hold of a primary debtor holds every party of the debtor's accounts.
    """
    account, person = facts.holds.account[rows], facts.holds.person[rows]
    return spread(facts, account, np.where(account == NOBODY, person, NOBODY), ends, about_debt=about_debt)


def spread(facts: Facts, account: Rows, person: Rows, ends: Days, *, about_debt: bool = False) -> Days:
    """(parties,) the last day of what holds accounts and what holds persons until `ends`; NOBODY holds nothing."""
    parties = facts.parties
    of_account = latest(len(facts.accounts), account, ends)
    of_person = latest(len(facts.people), person, ends)
    found = np.maximum(of_account[parties.account], of_person[parties.person])
    primary = of_person[facts.accounts.person[parties.account]]
    follows = True if about_debt else follows_primary(facts)
    return np.where(follows, np.maximum(found, primary), found)


def follows_primary(facts: Facts) -> Flags:
    """(parties,) whoever does not owe the account, or only speaks for somebody who does."""
    parties = facts.parties
    return np.asarray((parties.liable != 1) | codes.PART.among(parties.part, *_SPEAKERS))


def latest(count: int, rows: Rows, days: Days) -> Days:
    """(count + 1,) the greatest day of each row, NaT beating all; the last place, which NOBODY points at, is FREE."""
    found = np.full(count + 1, FREE)
    np.maximum.at(found, rows, days)
    found[-1] = FREE
    return found


def held_through(facts: Facts, ends: Days, person: Rows) -> Found:
    """Held through each last day, on the earliest clock that the person may have.

    Parameters
    ----------
    ends : (n,) as `last_days` has them.
    person : (n,) whose clocks count.
    """
    endless = np.isnat(ends)
    holds = endless | (ends >= facts.today[person])
    until = np.full(len(ends), NEVER)
    dated = np.flatnonzero(holds & ~endless)
    if len(dated):
        until[dated] = facts.begins(ends[dated] + DAY, person[dated])
    return Found(holds, until)


def on_hold(facts: Facts, kind: str, *, about_debt: bool = False, spares: tuple[str, ...] = ()) -> Found:
    """Level party: who is under a kind of hold, through its last day.

    With several of one kind the latest end stands, and an unknown end beats every known one.

    Parameters
    ----------
    spares : parts whom it does not hold.
    """
    rows = holds_of(facts, kind)
    if not len(rows):
        return nothing(len(facts.parties))
    ends = last_days(facts, rows, facts.holds.ends_on[rows], about_debt=about_debt)
    return without(facts, held_through(facts, ends, facts.parties.person), spares)


def without(facts: Facts, found: Found, parts: tuple[str, ...]) -> Found:
    """The same, but for some parts."""
    if not parts:
        return found
    return Found(found.holds & ~codes.PART.among(facts.parties.part, *parts), found.until)


def has_begun(facts: Facts, days: Days, person: Rows) -> Flags:
    """(n,) whether a day has begun in the first zone that each person may be in, or is judged; NaT never has."""
    begun: Flags = days <= np.fmax((facts.at - _WEST).astype("M8[D]"), facts.through)
    near = np.flatnonzero(~begun & (days <= (facts.at + _EAST).astype("M8[D]")))
    if len(near):
        begun[near] = facts.begins_somewhere(days[near], person[near]) <= facts.at
    return begun
