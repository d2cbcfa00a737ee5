"""The validation notice of 15 USC 1692g: who must have had one, and what waits until its period is over."""

from __future__ import annotations

import numpy as np

from arrears.policy import codes
from arrears.policy.calendar_days import business_days_after
from arrears.policy.columns import NEVER, Flags, Instants
from arrears.policy.facts import Facts
from arrears.policy.lasting import NO_COMMUNICATION, SAYS_NOTHING
from arrears.policy.per_account import last_day, notices_of
from arrears.policy.rule import Found, Rule, Values, nothing
from arrears.policy.rules.regime import covered
from arrears.policy.zonetime import Days

_VALIDATION = codes.NOTICE.of("validation")
ON = "notice_days"


def notice_is_overdue(facts: Facts, values: Values) -> Found:
    """No notice was sent, and the days in which the first communication may stand without one are over."""
    count = len(facts.accounts)
    if ON not in values:
        return nothing(count)
    lacks = np.isnat(_last_sent(facts)) & covered(facts, values)
    if not lacks.any():
        return nothing(count)
    if not facts.has("contacts"):
        return Found(np.zeros(count, dtype=np.bool_), np.full(count, NEVER), missing=lacks)
    began = first_communication(facts, lacks, voicemail=bool(values["voicemail_counts"]))
    if np.isnat(began).all():
        return nothing(count)
    person = facts.accounts.person
    day = facts.zones.earliest_days(facts.person_zones[person], began, otherwise=facts.zone)
    closes = facts.begins_somewhere(day + np.timedelta64(values[ON] + 1, "D"), person)
    return Found(closes <= facts.at, np.full(count, NEVER), allowed_until=closes)


def period_runs(facts: Facts, values: Values) -> Found:
    """Nothing may overshadow the right to dispute until the validation period is over; it holds no contact."""
    if ON not in values:
        return nothing(len(facts.accounts))
    runs = ~(_over_at(facts, values) <= facts.at) & covered(facts, values)
    found = nothing(len(facts.accounts))
    return Found(found.holds, found.until, conditions=runs)


def lane_waits_for_period(facts: Facts, values: Values) -> Found:
    """No suit and no bureau's file while the period runs, nor while the notice is owed or came back."""
    count = len(facts.accounts)
    if ON not in values:
        return nothing(count)
    until = _over_at(facts, values)
    inside = covered(facts, values)
    unsent = np.isnat(until) & inside
    owed = unsent & ~np.isnat(_last_sent(facts))
    silent = unsent & ~owed
    missing = None
    if silent.any():
        if facts.has("contacts"):
            owed |= ~np.isnat(first_communication(facts, silent, voicemail=bool(values["voicemail_counts"])))
        else:
            missing = silent
    return Found(owed | (inside & (until > facts.at)), until, missing=missing)


def period_ends(facts: Facts, values: Values) -> Days:
    """(accounts,) the last day of each validation period; NaT where none runs: no notice, or the last came back."""
    sent = _last_sent(facts)
    notices = facts.notices
    ours = notices_of(facts, _VALIDATION)
    ours &= np.isnat(notices.returned_on)
    stood = last_day(notices.sent_on[ours], notices.account[ours], len(sent))
    stood = np.where(stood == sent, stood, np.datetime64("NaT", "D"))
    received = business_days_after(stood, values["assumed_receipt_business_days"])
    return np.asarray(received + np.timedelta64(values["period_days"], "D"))


def first_communication(facts: Facts, wanted: Flags, *, voicemail: bool) -> Instants:
    """(accounts,) when each wanted account was first communicated about, as far as contacts are known; NaT: never.

    Parameters
    ----------
    voicemail : a message left counts: nobody can tell from here whether it named the debt.
    """
    contacts, mentions = facts.contacts, facts.mentions
    first = np.full(len(facts.accounts), np.iinfo(np.int64).max)
    chosen = np.flatnonzero(wanted[mentions.account])
    if len(chosen):
        contact = mentions.contact[chosen]
        none = codes.DISPOSITION.among(contacts.disposition[contact], *SAYS_NOTHING)
        if not voicemail:
            none |= codes.DISPOSITION.among(contacts.disposition[contact], "voicemail")
        none &= contacts.conversation[contact] != 1
        none |= codes.PURPOSE.among(contacts.purpose[contact], *NO_COMMUNICATION) | contacts.reserved[contact]
        tells = ~none
        at = contacts.at[contact[tells]].astype("M8[us]").astype(np.int64)
        np.minimum.at(first, mentions.account[chosen][tells], at)
    first[first == np.iinfo(np.int64).max] = np.iinfo(np.int64).min
    return first.view("M8[us]")


def _over_at(facts: Facts, values: Values) -> Instants:
    """(accounts,) the instant from which the period, and the house's grace after it, is over."""
    after = np.timedelta64(values["grace_days_after_end"] + 1, "D")
    return facts.begins(period_ends(facts, values) + after, facts.accounts.person)


def _last_sent(facts: Facts) -> Days:
    ours = notices_of(facts, _VALIDATION)
    return last_day(facts.notices.sent_on[ours], facts.notices.account[ours], len(facts.accounts))


RULES = (
    Rule(
        "RF-13",
        "validation_notice_overdue",
        "The validation notice is overdue",
        "account",
        notice_is_overdue,
        spares=frozenset({"required_disclosure", "legal_notice", "opt_out_confirmation"}),
        needs=("notices",),
        cures="notices",
    ),
    Rule(
        "RF-13",
        "validation_period_condition",
        "The validation period runs",
        "account",
        period_runs,
        condition="NO_OVERSHADOW",
    ),
    Rule(
        "RF-13",
        "validation_period",
        "The validation period is not over",
        "account",
        lane_waits_for_period,
        lanes=frozenset({"legal_review", "furnish"}),
        needs=("notices",),
        cures="notices",
    ),
)
