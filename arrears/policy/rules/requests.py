"""What the debtor asked us to stop: all communication, in writing; and to speak with an attorney instead."""

from __future__ import annotations

import numpy as np

from arrears.policy import codes
from arrears.policy.columns import NOBODY, Flags, Rows
from arrears.policy.facts import Facts
from arrears.policy.rule import Found, Rule, Values, nothing, open_ended
from arrears.policy.rules import opt_outs
from arrears.policy.rules.holding import held_through, last_days, on_hold, persons_of, spread
from arrears.policy.rules.wishes import wanted_since

_WRITTEN = ("sms", "email", "letter", "portal")
_SPEAKS_FOR = ("attorney",)


def asked_in_writing_to_stop(facts: Facts, values: Values) -> Found:
    """The debtor wrote to stop, or that they will not pay: from the moment it is received nothing more is said.

    How it was told counts as writing unless the source says that it was oral. A later consent or wish to be reached
    that way takes back what was coded as the result of a contact; a row of holds ends by its own last day.
    """
    asks = facts.asks
    if not len(facts.holds.kind) and not len(facts.contacts):
        return nothing(len(asks))
    of_person = values.get("scope") == "person"
    told, ledger = _by_holds(facts, of_person=of_person), _by_contacts(facts, of_person=of_person)
    wrote = np.zeros(len(asks), dtype=np.bool_) if ledger is None else ledger
    party = asks.party
    return Found(told.holds[party] | wrote, np.where(wrote, open_ended(wrote).until, told.until[party]))


def is_represented(facts: Facts, values: Values) -> Found:
    """An attorney speaks for the debtor, told to us with a name or without: only the attorney is contacted."""
    del values
    return on_hold(facts, "attorney", spares=_SPEAKS_FOR)


def written_ceases(facts: Facts) -> Rows:
    """Rows of holds by which somebody asked in writing to stop, from the moment each was received."""
    holds = facts.holds
    cease = (holds.kind == codes.HOLD.of("cease")) & (holds.form != codes.FORM.of("oral"))
    return _received(facts, np.flatnonzero(cease))


def _received(facts: Facts, rows: Rows) -> Rows:
    """Those that were received by now; the first day counts where nobody says when."""
    if not len(rows):
        return rows
    known = ~np.isnat(facts.holds.received_at[rows])
    by_day = opt_outs.begun(facts, rows)
    return rows[np.where(known, facts.holds.received_at[rows] <= facts.at, by_day)]


def _by_holds(facts: Facts, *, of_person: bool) -> Found:
    rows = written_ceases(facts)
    if not len(rows):
        return nothing(len(facts.parties))
    ends = facts.holds.ends_on[rows]
    days = last_days(facts, rows, ends)
    if of_person:
        nowhere = np.full(len(rows), NOBODY)
        days = np.maximum(days, spread(facts, nowhere, persons_of(facts, rows), ends))
    return held_through(facts, days, facts.parties.person)


def _by_contacts(facts: Facts, *, of_person: bool) -> Flags | None:
    """Asks of people whose written word to stop was coded as the result of a contact."""
    contacts, asks = facts.contacts, facts.asks
    stop, refuse = codes.DISPOSITION.of("cease"), codes.DISPOSITION.of("refused")
    said = (contacts.disposition == stop) | (
        (contacts.disposition == refuse) & (contacts.direction == codes.DIRECTION.of("in"))
    )
    rows = np.flatnonzero(said)
    rows = rows[codes.CHANNEL.among(contacts.channel[rows], *_WRITTEN)]
    if not len(rows):
        return None
    days = facts.contact_days[rows]
    account = np.full(len(rows), NOBODY) if of_person else contacts.account[rows]
    last = spread(facts, account, np.where(account == NOBODY, contacts.person[rows], NOBODY), days)[asks.party]
    return np.asarray(~(wanted_since(facts) > last) & (last > np.datetime64("0001-01-01", "D")))


RULES = (
    Rule(
        "RF-07",
        "cease",
        "The debtor asked us to stop contact",
        "ask",
        asked_in_writing_to_stop,
        spares=frozenset({"legal_notice"}),
    ),
    Rule("RF-08", "attorney", "An attorney represents the debtor", "party", is_represented),
    *opt_outs.RULES,
)
