"""How often a debtor may be called, written to or talked with, by federal law, by states and cities, and by the house.

Every limit is a budget of contacts (`arrears.policy.budgets`); the strictest that concerns an ask decides.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from arrears.policy import codes
from arrears.policy.budgets import Budget, spent_until, talks
from arrears.policy.columns import NOBODY, Flags, Instants
from arrears.policy.facts import Facts
from arrears.policy.rule import Found, Rule, Values, nothing

_ALL_MEDIA = codes.CHANNEL.names
_CALL, _DIGITAL = ("call",), ("sms", "email")
_HOUSE_CAPS = (
    ("max_calls_day", _CALL, 1),
    ("person_week_cap", _CALL, 7),
    ("max_sms_day", ("sms",), 1),
    ("max_email_day", ("email",), 1),
    ("max_digital_week", _DIGITAL, 7),
)
_DAY = np.timedelta64(1, "D")
_LONG_AGO = np.datetime64("0001-01-01", "D")


def was_called_often(facts: Facts, values: Values) -> Found:
    """Seven calls to this person about this debt within seven days, so that the next would be the eighth.

    Calls that rang out or reached a voicemail count; busy and disconnected lines do not, nor calls the person agreed
    to. A call that is reserved counts as one that was made. The clause presumes harassment above the number.
    """
    budget = Budget(values["calls"], _CALL, days=values["window_days"], consented=False)
    return _unless_agreed(facts, _held(facts, budget), values["consent_days"])


def was_talked_with(facts: Facts, values: Values) -> Found:
    """A telephone conversation about this debt within the last days, its own day included, whoever began it."""
    budget = Budget(1, _CALL, days=values["cooldown_days"], counts="talks", inbound=True)
    return _unless_agreed(facts, _held(facts, budget), values["consent_days"])


def was_contacted_too_densely(facts: Facts, values: Values) -> Found:
    """Contacts of one person that come too close together, however few they are about each debt."""
    return _held(facts, *_house_budgets(values))


def was_contacted_as_often_as_the_place_allows(facts: Facts, values: Values) -> Found:
    """The caps of a state or city.

    A place says `<budget>_cap` and `<budget>_days`, and where it is not every attempt by any channel about one account,
    `<budget>_media`, `<budget>_counts` and `<budget>_where`; `per` and `free` hold for all of its budgets.
    """
    return _held(facts, *_place_budgets(values))


def is_told_too_late(facts: Facts, values: Values) -> Found:
    """The feed of contacts ends so long ago that a call may have been made which nobody here knows of."""
    found = nothing(len(facts.people))
    lag = np.timedelta64(values["max_event_lag_min"], "m")
    if not facts.contacts_until < facts.at - lag:
        return found
    return Found(found.holds, found.until, missing=~found.holds)


def _house_budgets(values: Values) -> Iterator[Budget]:
    if "min_gap_minutes" in values:
        yield Budget(1, _CALL, minutes=values["min_gap_minutes"], per="person")
    for name, media, days in _HOUSE_CAPS:
        if name in values:
            yield Budget(values[name], media, days=days, per="person")


def _place_budgets(values: Values) -> Iterator[Budget]:
    for name in values:
        if not name.endswith("_cap"):
            continue
        of = name.removesuffix("_cap")
        for per in values.get("per", ("account",)):
            yield Budget(
                values[name],
                values.get(f"{of}_media", _ALL_MEDIA),
                days=values[f"{of}_days"],
                per=per,
                counts=values.get(f"{of}_counts", "dialled"),
                where=values.get(f"{of}_where", "anywhere"),
                free=values.get("free", ()),
            )


def _held(facts: Facts, *budgets: Budget) -> Found:
    """Held until the last of the budgets has room again."""
    last: Instants | None = None
    for budget in budgets:
        until = spent_until(facts, budget)
        if until is not None:
            last = until if last is None else np.fmax(last, until)
    if last is None:
        return nothing(len(facts.asks))
    return Found(~np.isnat(last), last)


def _unless_agreed(facts: Facts, found: Found, days: int) -> Found:
    """Calls the person asked for are neither counted nor held (12 CFR 1006.14(b)(3)(i))."""
    if not found.holds.any() or not len(facts.consents.person):
        return found
    return Found(found.holds & ~_agreed(facts, days), found.until)


def _agreed(facts: Facts, days: int) -> Flags:
    """(asks,) calls for which the person's direct consent runs today: its day is day one, and one talk uses it up."""
    consents, asks = facts.consents, facts.asks
    person = consents.person
    runs = (consents.kind == codes.CONSENT.of("call_window")) & (person != NOBODY)
    latest = facts.zones.latest_days(
        facts.person_zones[person], np.full(len(person), facts.at), otherwise=facts.zone
    )  # where the day may already be over, so is the consent
    latest = np.fmax(latest, facts.through)
    runs &= (consents.given_on <= facts.today[person]) & (latest < consents.given_on + days * _DAY)
    runs &= ~(consents.revoked_on <= latest)
    named, perhaps = _last_talks(facts)
    runs &= ~(named[person] >= consents.given_on) & ~(perhaps[person] > consents.given_on)
    anywhere = np.zeros(len(facts.people), dtype=np.bool_)
    anywhere[person[runs & (consents.point == NOBODY)]] = True
    there = np.zeros(len(facts.points) + 1, dtype=np.bool_)
    there[consents.point[runs & (consents.point != NOBODY)]] = True
    return np.asarray(anywhere[asks.person] | there[asks.point])


def _last_talks(facts: Facts) -> tuple[Instants, Instants]:
    """(people,) the last day of a talk that was agreed on or is reserved, and of one that may have been agreed on.

    The talk in which a person consents is of the consent's own day and does not use it up; one agreed on before does.
    """
    contacts = facts.contacts
    talked = talks(facts)
    named = talked & ((contacts.consented == 1) | contacts.reserved)
    perhaps = talked & (contacts.consented == codes.NOT_GIVEN) & ~contacts.reserved
    last = []
    for chosen in (np.flatnonzero(named), np.flatnonzero(perhaps)):
        person = contacts.person[chosen]
        days = facts.zones.latest_days(facts.person_zones[person], contacts.at[chosen], otherwise=facts.zone)
        of_person = np.full(len(facts.people), _LONG_AGO)
        np.maximum.at(of_person, person, days)
        last.append(of_person)
    return last[0], last[1]


RULES = (
    Rule(
        "RF-01",
        "calls_in_window",
        "Called as often about this debt as a week allows",
        "ask",
        was_called_often,
        channels=frozenset(_CALL),
        needs=("contacts",),
        cures="contacts",
    ),
    Rule(
        "RF-02",
        "talked_lately",
        "There was a conversation about this debt within the week",
        "ask",
        was_talked_with,
        channels=frozenset(_CALL),
        needs=("contacts",),
        cures="contacts",
    ),
    Rule(
        "RF-03",
        "contacts_too_dense",
        "Contacted often enough for now",
        "ask",
        was_contacted_too_densely,
        channels=frozenset((*_CALL, *_DIGITAL)),
        spares=frozenset({"required_disclosure", "service_reply", "opt_out_confirmation"}),
        needs=("contacts",),
        cures="contacts",
    ),
    Rule(
        "HS-06",
        "stale_events",
        "The feed of contacts is behind",
        "person",
        is_told_too_late,
        spares=frozenset({"required_disclosure", "opt_out_confirmation"}),
        cures="contacts",
    ),
    Rule(
        "ST-01",
        "calls_in_place",
        "Contacted as often as the law of this place allows",
        "ask",
        was_contacted_as_often_as_the_place_allows,
        spares=frozenset({"required_disclosure", "opt_out_confirmation"}),
        needs=("contacts",),
        cures="contacts",
    ),
)
