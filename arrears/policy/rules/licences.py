"""Where we may collect at all: a live licence for the state, and for the city, in which a debtor lives."""

from __future__ import annotations

import numpy as np

from arrears.policy import places
from arrears.policy.columns import NEVER, Instants
from arrears.policy.facts import Facts
from arrears.policy.rule import CONTACT_LANES, Found, Rule, Values

_US = places.bit("US")
_STATES = places.mask(f"US-{state}" for state in places.US_STATES) & ~_US
_LATE = np.datetime64("9999-12-31", "us")


def licence_is_missing(facts: Facts, values: Values) -> Found:
    """No live licence for the place in which the debtor lives; where nobody knows the state, none can be named."""
    homes = facts.people.places
    needed = homes & (_STATES | _cities(values["cities"]))
    in_country = (homes & _US) != 0
    kinds, which = np.unique(needed, return_inverse=True)
    ends = _covered_until(facts)
    closes = np.array([_first_end(kind, ends) for kind in kinds.tolist()], "M8[us]")[which]
    lacks = in_country & (needed != 0) & ~(closes > facts.at)
    unknown = in_country & ((homes & _STATES) == 0)
    if not facts.has("licences"):
        unknown, lacks = in_country, np.zeros_like(lacks)
    count = len(homes)
    if values["lacking"] == "review":
        return Found(np.zeros(count, dtype=np.bool_), np.full(count, NEVER), conditions=lacks | unknown)
    closes = np.where(closes >= _LATE, NEVER, closes)
    return Found(lacks, np.full(count, NEVER), allowed_until=closes, missing=unknown)


def _cities(names: tuple[str, ...]) -> np.uint64:
    found = np.uint64(0)
    for name in names:
        found |= places.bit(name)
    return found


def _covered_until(facts: Facts) -> Instants:
    """(places,) the instant at which the last live licence of each place ends; NaT: there is none.

    A licence has begun when its first day has begun in every zone of the book, and is over when its last is in any.
    """
    licences, found = facts.licences, np.full(len(places.PLACES), NEVER)
    if not len(licences.place):
        return found
    everywhere = np.full(len(licences.place), facts.zones.mask(facts.zones.names))
    begun = facts.zones.begin(licences.starts_on, everywhere, otherwise=facts.zone) <= facts.at
    ends = facts.zones.begin_somewhere(licences.ends_on + np.timedelta64(1, "D"), everywhere, otherwise=facts.zone)
    ends = np.where(np.isnat(licences.ends_on), _LATE, ends)
    for row in np.flatnonzero(begun & licences.live).tolist():
        found[licences.place[row]] = np.fmax(found[licences.place[row]], ends[row])
    return found


def _first_end(needed: int, ends: Instants) -> np.datetime64:
    """When the first of the licences ends that these places need; NaT where one lacks."""
    chosen = ends[[position for position in range(len(places.PLACES)) if needed >> position & 1]]
    first: np.datetime64 = np.minimum.reduce(chosen, initial=_LATE)  # NaT wins
    return first


RULES = (
    Rule(
        "ST-03",
        "no_licence",
        "No live licence for the place in which the debtor lives",
        "person",
        licence_is_missing,
        lanes=CONTACT_LANES | {"legal_review"},
        cures="licences",
        condition="REVIEW_LICENCE",
    ),
)
