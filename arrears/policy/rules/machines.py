"""Calls and texts that a machine makes: consent to them, its revocation, and numbers that went to others."""

from __future__ import annotations

import numpy as np

from arrears.policy import codes
from arrears.policy.columns import NEVER, NOBODY, Coded, Days, Flags, Instants, Rows
from arrears.policy.facts import Facts
from arrears.policy.rule import Found, Rule, Values, nothing, open_ended
from arrears.policy.rules.holding import DAY, FREE, has_begun, latest
from arrears.policy.rules.media import ANSWERS, anothers, clean_on, open_while
from arrears.policy.rules.wishes import given_on

KINDS = ("call_auto", "prerecorded", "sms")
"""What a machine does, by the name of the consent to it."""

_AUTO, _RECORDED, _TEXT = range(len(KINDS))


def lacks_consent(facts: Facts, values: Values) -> Found:
    """A machine would speak or write where nobody agreed to it.

    A number that the debtor gave is agreed to. A dialer needs no consent to a landline, and recorded messages there are
    few in a window of days.
    """
    asks, kinds = facts.asks, machine_kinds(facts)
    if not values.get("treat_sms_as_atds"):
        kinds[kinds == _TEXT] = codes.NOT_GIVEN
    rows = np.flatnonzero(kinds >= 0)
    if not len(rows):
        return nothing(len(asks))
    point, kind = asks.point[rows], kinds[rows]
    points = facts.points
    given = _or_none(points.source == codes.SOURCE.of("consumer"))[point]
    landline = _or_none(points.line == codes.LINE.of("landline"))[point]
    without = ~given & ~(_given(facts, rows, kind) > FREE) & ~(landline & (kind == _AUTO))
    exempt = landline & (kind == _RECORDED)
    full = _recorded_until(facts, values["landline_calls"], values["landline_days"])[point]
    held = without & ~(exempt & ~(full > facts.at))
    found = nothing(len(asks))
    found.holds[rows], found.until[rows] = held, np.where(exempt, full, NEVER)
    return found


def consent_was_revoked(facts: Facts, values: Values) -> Found:
    """The debtor took consent back, by whatever means; one that is given on a later day opens machines again.

    With `revoke_all` every such wish ends all that machines say; else the kind, and the debt, it was about.
    """
    found = nothing(len(facts.asks))
    stops, consents = _stops(facts), facts.consents
    if not len(stops) and (not len(consents.kind) or np.isnat(consents.revoked_on).all()):
        return found
    kinds = machine_kinds(facts)
    rows = np.flatnonzero(kinds >= 0)
    if not len(rows):
        return found
    taken = _taken_back(facts, stops, rows, kinds[rows], everything=bool(values.get("revoke_all")))
    found.holds[rows] = (taken > FREE) & ~(_given(facts, rows, kinds[rows]) > taken)
    return found


def number_may_be_anothers(facts: Facts, values: Values) -> Found:
    """The number was reassigned, or somebody else answered; a machine needs a check that is not too old besides."""
    asks, points = facts.asks, facts.points
    wrong = _or_none(points.reassigned == 1)
    for channel in ("call", "sms"):
        wrong[anothers(facts, channel, "wrong_number")] = True
    holds = wrong[asks.point]
    if "max_age_days" not in values:
        return open_ended(holds)
    machine = machine_kinds(facts) >= 0
    if not machine.any():
        return open_ended(holds)
    checked = open_while(facts, ~wrong[:-1], clean_on(facts) + (values["max_age_days"] + 1) * DAY)
    assert checked.allowed_until is not None  # noqa: S101 - `open_while` always tells it
    closes = np.where(machine, checked.allowed_until[asks.point], NEVER)
    return Found(holds | (machine & checked.holds[asks.point]), np.full(len(asks), NEVER), allowed_until=closes)


def machine_kinds(facts: Facts) -> Coded:
    """(asks,) which of `KINDS` a machine does; NOT_GIVEN where a person does it."""
    asks = facts.asks
    call = asks.channel == codes.CHANNEL.of("call")
    found = np.where(asks.channel == codes.CHANNEL.of("sms"), _TEXT, codes.NOT_GIVEN)
    found = np.where(call & (asks.technology == codes.TECHNOLOGY.of("auto")), _AUTO, found)
    found = np.where(call & (asks.technology == codes.TECHNOLOGY.of("prerecorded")), _RECORDED, found)
    return found.astype(np.int8)


def _given(facts: Facts, rows: Rows, kind: Coded) -> Days:
    """(rows,) the last day on which consent in force to each ask's machine was given; FREE: never."""
    asks = facts.asks
    found = np.full(len(rows), FREE)
    for place, name in enumerate(KINDS):
        chosen = kind == place
        if chosen.any():
            people, points = given_on(facts, name)
            mine = rows[chosen]
            found[chosen] = np.maximum(people[asks.person[mine]], points[asks.point[mine]])
    return found


def _taken_back(facts: Facts, stops: Rows, rows: Rows, kind: Coded, *, everything: bool) -> Days:
    """(rows,) the last day on which the debtor of each ask took consent to its machine back; FREE: never."""
    asks, contacts = facts.asks, facts.contacts
    person, account = asks.person[rows], asks.account[rows]
    of_debt = stops[(contacts.account[stops] != NOBODY) & (not everything)]
    of_person = stops[(contacts.account[stops] == NOBODY) | everything]
    found = np.full(len(rows), FREE)
    for place, name in enumerate(KINDS):
        chosen = kind == place
        if not chosen.any():
            continue
        day = _revoked_on(facts, KINDS if everything else (name,))
        stopped = _said(facts, of_person, place, everything=everything)
        day = np.maximum(day, latest(len(facts.people), contacts.person[stopped], facts.contact_days[stopped]))
        about = _said(facts, of_debt, place, everything=False)
        debt = latest(len(facts.accounts), contacts.account[about], facts.contact_days[about])
        found[chosen] = np.maximum(day[person[chosen]], debt[account[chosen]])
    return found


def _revoked_on(facts: Facts, kinds: tuple[str, ...]) -> Days:
    """(people + 1,) the last day on which each took consents of these kinds back."""
    consents = facts.consents
    rows = np.flatnonzero(codes.CONSENT.among(consents.kind, *kinds) & (consents.person != NOBODY))
    rows = rows[has_begun(facts, consents.revoked_on[rows], consents.person[rows])] if len(rows) else rows
    return latest(len(facts.people), consents.person[rows], consents.revoked_on[rows])


def _stops(facts: Facts) -> Rows:
    disposition = facts.contacts.disposition
    return np.flatnonzero(
        (disposition == codes.DISPOSITION.of("opted_out")) | (disposition == codes.DISPOSITION.of("cease"))
    )


def _said(facts: Facts, stops: Rows, kind: int, *, everything: bool) -> Rows:
    """Those of some wishes to stop that end one kind: an opt-out its own medium, a wish to stop contact every one."""
    contacts = facts.contacts
    media = ("call", "sms") if everything else ("sms",) if kind == _TEXT else ("call",)
    all_contact = contacts.disposition[stops] == codes.DISPOSITION.of("cease")
    return np.asarray(stops[all_contact | codes.CHANNEL.among(contacts.channel[stops], *media)])


def _recorded_until(facts: Facts, most: int, days: int) -> Instants:
    """(points + 1,) when the window of recorded messages has room again; NaT where it has."""
    contacts, free = facts.contacts, np.full(len(facts.points) + 1, NEVER)
    recorded = (contacts.technology == codes.TECHNOLOGY.of("prerecorded")) & (contacts.point != NOBODY)
    rows = np.flatnonzero(recorded & (contacts.direction != codes.DIRECTION.of("in")))
    rows = rows[facts.points.line[contacts.point[rows]] == codes.LINE.of("landline")]
    if len(rows) < most:
        return free
    day, point = facts.contact_days[rows], contacts.point[rows]
    order = np.lexsort([-day.astype(np.int64), point])
    place = np.arange(len(rows)) - np.searchsorted(point[order], point[order], side="left")
    decides = order[place == most - 1]  # the window is full until the last of the `most` newest has left it
    free[point[decides]] = facts.begins(day[decides] + days * DAY, contacts.person[rows[decides]])
    return free


def _or_none(of_points: Flags) -> Flags:
    """The same with a last row, False, for asks without a point."""
    return np.append(of_points, False)


RULES = (
    Rule(
        "TC-01",
        "no_consent",
        "Nobody agreed that a machine calls or texts this number",
        "ask",
        lacks_consent,
        channels=frozenset({"call", "sms"}),
        spares=ANSWERS,
        cures="consents",
    ),
    Rule(
        "TC-02",
        "consent_revoked",
        "The debtor took consent to machine calls and texts back",
        "ask",
        consent_was_revoked,
        channels=frozenset({"call", "sms"}),
        spares=ANSWERS,
    ),
    Rule(
        "TC-03",
        "number_reassigned",
        "This number may be somebody else's",
        "ask",
        number_may_be_anothers,
        channels=frozenset({"call", "sms"}),
        cures="points",
    ),
)
