"""Lanes without a word to the debtor: when an account may go to suit, to another owner or agency, or be put on file.

What a bureau may be told about medical debts, and what a hospital must wait for, stands in `medical`.
"""

from __future__ import annotations

import numpy as np

from arrears.policy import codes
from arrears.policy.calendar_days import years_after
from arrears.policy.columns import NEVER, NOBODY, Flags, Instants
from arrears.policy.facts import Facts
from arrears.policy.per_account import first_day
from arrears.policy.rule import CONTACT_LANES, Found, Rule, Values, nothing
from arrears.policy.rules.disputes import open_disputes
from arrears.policy.rules.holding import held_through, holds_of, latest
from arrears.policy.zonetime import Days

LEGAL, PLACEMENT, FURNISH = frozenset({"legal_review"}), frozenset({"placement_review"}), frozenset({"furnish"})
_NOT_RECEIVED = ("bounced", "not_in_service", "wrong_number")


def is_time_barred(facts: Facts, values: Values) -> Found:
    """The time in which a suit may be brought has run, or will within the house's margin."""
    if "buffer_days" not in values:
        return nothing(len(facts.accounts))
    limitation = facts.accounts.limitation_on
    closes = facts.begins_somewhere(_after(limitation, 1 - values["buffer_days"]), facts.accounts.person)
    return _from_then_on(facts, closes, missing=np.isnat(limitation))


def is_time_barred_by_age(facts: Facts, values: Values) -> Found:
    """A state's own limitation has run since the debt first went unpaid; no payment revives it."""
    if "years" not in values:
        return nothing(len(facts.accounts))
    since = facts.accounts.first_delinquent_on
    closes = facts.begins_somewhere(_after(years_after(since, values["years"]), 1), facts.accounts.person)
    return _from_then_on(facts, closes, missing=np.isnat(since) & np.isnat(facts.accounts.limitation_on))


def is_told_as_barred(facts: Facts, values: Values) -> Found:
    """Whoever still writes about a time-barred debt says that nobody will sue."""
    found = nothing(len(facts.accounts))
    if "outreach_mode" not in values:
        return found
    closes = facts.begins_somewhere(_after(facts.accounts.limitation_on, 1), facts.accounts.person)
    barred = closes <= facts.at
    if values["outreach_mode"] == "block":
        return Found(barred, found.until, allowed_until=closes)
    return Found(found.holds, found.until, conditions=barred)


def may_not_change_hands(facts: Facts, values: Values) -> Found:
    """No sale and no placement of a debt known to be paid, settled or discharged, or claimed by a thief's victim."""
    del values
    accounts = facts.accounts
    over = codes.STATUS.among(accounts.status, "paid", "settled") | codes.BUCKET.among(accounts.bucket, "PAID_OFF")
    stands, _ = held_for(facts, "discharged", "identity_theft")
    return Found(over | stands.holds, np.where(over, NEVER, stands.until))


def is_not_spoken_of(facts: Facts, values: Values) -> Found:
    """Nothing is furnished before the debtor was spoken with, or written to and given time to answer."""
    waited = _first_letter(facts, values["wait_days"])
    until = facts.begins(_after(waited, values["wait_days"] + 1), facts.accounts.person)
    return Found(~_has_talked(facts) & ~(until <= facts.at), until)


def is_under_inquiry(facts: Facts, values: Values) -> Found:
    """A bureau's or the debtor's own inquiry is answered first; what is contested goes on file as contested."""
    count, disputes = len(facts.accounts), facts.disputes
    if "inquiries" not in values or not len(disputes.account):
        return nothing(count)
    asked, contested = np.zeros((2, count), dtype=np.bool_)
    runs = open_disputes(facts)
    contested[disputes.account[runs]] = True
    asked[disputes.account[runs & np.isin(disputes.code, values["inquiries"])]] = True
    return Found(asked, np.full(count, NEVER), conditions=contested)


def is_not_dated(facts: Facts, values: Values) -> Found:
    """The first delinquency is to be on file within days; a debt late for longer without one is not furnished."""
    accounts, count = facts.accounts, len(facts.accounts)
    if "delinquency_date_days" not in values:
        return nothing(count)
    undated = np.isnat(accounts.first_delinquent_on) & ~(accounts.days_past_due < values["delinquency_date_days"])
    return Found(np.zeros(count, dtype=np.bool_), np.full(count, NEVER), missing=undated)


def is_obsolete(facts: Facts, values: Values) -> Found:
    """Too long ago for a report: seven years after the 180th day of the delinquency that led to the charge-off."""
    accounts = facts.accounts
    dated = accounts.first_delinquent_on
    ends = years_after(_after(dated, values["days"]), values["years"])
    closes = facts.begins_somewhere(ends, accounts.person)
    # An account that is younger than that cannot be too old, whatever its first delinquency.
    young = facts.begins(years_after(_after(accounts.opened_on, values["days"]), values["years"]), accounts.person)
    return _from_then_on(facts, closes, missing=np.isnat(dated) & ~(young > facts.at))


def held_for(facts: Facts, *kinds: str) -> tuple[Found, Days]:
    """Which accounts are under holds of these kinds, of their own or of their primary debtor, and from which day.

    Returns
    -------
    (accounts,) held through the last day of the last of them.
    (accounts,) the day on which the first of them began; NaT where none has.
    """
    accounts, holds = facts.accounts, facts.holds
    count, person = len(accounts), accounts.person
    rows = np.concatenate([holds_of(facts, kind) for kind in kinds])
    if not len(rows):
        return nothing(count), np.full(count, NEVER).astype("M8[D]")
    account, debtor = holds.account[rows], np.where(holds.account[rows] == NOBODY, holds.person[rows], NOBODY)
    ends, starts = holds.ends_on[rows], holds.starts_on[rows]
    last = np.maximum(latest(count, account, ends)[:-1], latest(len(facts.people), debtor, ends)[person])
    own, theirs = account != NOBODY, debtor != NOBODY
    first = np.fmin(
        first_day(starts[own], account[own], count),
        first_day(starts[theirs], debtor[theirs], len(facts.people))[person],
    )
    return held_through(facts, last, person), first


def _after(days: Days, count: int) -> Days:
    return days + np.timedelta64(count, "D")


def _from_then_on(facts: Facts, closes: Instants, *, missing: Flags) -> Found:
    return Found(closes <= facts.at, np.full(len(closes), NEVER), allowed_until=closes, missing=missing)


def _has_talked(facts: Facts) -> Flags:
    """(accounts,) a conversation about it is on record."""
    contacts, mentions = facts.contacts, facts.mentions
    found = np.zeros(len(facts.accounts), dtype=np.bool_)
    talks = contacts.conversation == 1
    talks &= codes.CHANNEL.among(contacts.channel, "call", "visit")
    talks &= ~codes.DISPOSITION.among(contacts.disposition, "wrong_number", "third_party", "unverified", "voicemail")
    found[mentions.account[talks[mentions.contact]]] = True
    return found


def _first_letter(facts: Facts, wait: int) -> Days:
    """(accounts,) the day of the first letter or message about it that did not come back while it waited; NaT: none."""
    notices, contacts, mentions = facts.notices, facts.contacts, facts.mentions
    stood = (notices.account != NOBODY) & ~(notices.returned_on <= notices.sent_on + np.timedelta64(wait, "D"))
    written = codes.CHANNEL.among(contacts.channel, "letter", "email", "sms")
    written &= (contacts.direction == codes.DIRECTION.of("out")) & ~contacts.reserved
    written &= ~codes.DISPOSITION.among(contacts.disposition, *_NOT_RECEIVED)
    chosen = np.flatnonzero(written[mentions.contact])
    days = np.concatenate([notices.sent_on[stood], facts.contact_days[mentions.contact[chosen]]])
    account = np.concatenate([notices.account[stood], mentions.account[chosen]])
    return first_day(days, account, len(facts.accounts))


RULES = (
    Rule(
        "RF-15",
        "time_barred",
        "The time to sue has run",
        "account",
        is_time_barred,
        lanes=LEGAL,
        cures="accounts.limitation_on",
    ),
    Rule(
        "RF-15",
        "time_barred_by_age",
        "The state's time to sue has run",
        "account",
        is_time_barred_by_age,
        lanes=LEGAL,
        cures="accounts.first_delinquent_on",
    ),
    Rule(
        "RF-15",
        "time_barred_outreach",
        "The time to sue has run",
        "account",
        is_told_as_barred,
        lanes=CONTACT_LANES,
        condition="TIME_BARRED",
    ),
    Rule(
        "RF-17",
        "may_not_change_hands",
        "A debt paid, settled, discharged or claimed as stolen identity is neither sold nor placed",
        "account",
        may_not_change_hands,
        lanes=PLACEMENT,
        needs=("accounts.status", "holds"),
        cures="holds",
    ),
    Rule(
        "RF-18",
        "not_spoken_of",
        "The debtor has not been spoken with, or written to and given time",
        "account",
        is_not_spoken_of,
        lanes=FURNISH,
        cures="contacts",
    ),
    Rule(
        "FC-01",
        "under_inquiry",
        "A bureau or the debtor asked what is wrong with the entry",
        "account",
        is_under_inquiry,
        lanes=FURNISH,
        needs=("disputes",),
        cures="disputes",
        condition="DISPUTED",
    ),
    Rule(
        "FC-01",
        "first_delinquency",
        "First delinquency",
        "account",
        is_not_dated,
        lanes=FURNISH,
        cures="accounts.first_delinquent_on",
    ),
    Rule(
        "FC-02",
        "obsolete",
        "The delinquency is too old for a report",
        "account",
        is_obsolete,
        lanes=FURNISH,
        cures="accounts.first_delinquent_on",
    ),
)
