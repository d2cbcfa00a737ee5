"""Who lives in a world: households, debtors, where and how they live, and what no table tells about them.

Hidden traits decide how debtors pay and answer. Some of them show in what a house would know (language, limit, hours
of earlier talks); none of them is written into a source.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from arrears.synthetic.calendar import PAYDAYS
from arrears.synthetic.chance import Flags, Floats, Ints
from arrears.synthetic.parameters import HOURS, PeopleParameters

PLACES: tuple[tuple[str, str, str, str, str], ...] = (
    ("NY", "10001", "New York", "212", "America/New_York"),
    ("NY", "12207", "Albany", "518", "America/New_York"),
    ("MA", "02108", "Boston", "617", "America/New_York"),
    ("FL", "32801", "Orlando", "407", "America/New_York"),
    ("GA", "30303", "Atlanta", "404", "America/New_York"),
    ("IL", "60601", "Chicago", "312", "America/Chicago"),
    ("TX", "75001", "Addison", "214", "America/Chicago"),
    ("MN", "55401", "Minneapolis", "612", "America/Chicago"),
    ("CO", "80202", "Denver", "303", "America/Denver"),
    ("CA", "94103", "San Francisco", "415", "America/Los_Angeles"),
    ("CA", "90012", "Los Angeles", "213", "America/Los_Angeles"),
    ("WA", "98101", "Seattle", "206", "America/Los_Angeles"),
)
"""State, postal code, city, area code and zone of the towns in which debtors live."""

NEVER = 1 << 20
"""A day that does not come."""


@dataclass(frozen=True)
class People:
    """The debtors of a world, as columns.

    Attributes
    ----------
    household : whose income shocks the debtor shares.
    business : a business, not a person.
    place, language : numbers into `PLACES` and `languages`.
    languages : ISO 639 codes.
    payday : which pattern of paydays, see `arrears.synthetic.calendar`.
    willing : standard normal; who has more pays more by itself and promises more firmly.
    warmth : standard normal; who has more is moved more by a talk.
    answering : standard normal; who has more answers more.
    hours : when the debtor answers, a number into `HOURS`.
    prickly : pays less for a while after refusing in a talk.
    stopped_on : the day from which nothing more is paid; `NEVER` for most.
    """

    household: Ints
    business: Flags
    place: Ints
    language: Ints
    languages: tuple[str, ...]
    payday: Ints
    willing: Floats
    warmth: Floats
    answering: Floats
    hours: Ints
    prickly: Flags
    stopped_on: Ints

    def __len__(self) -> int:
        return len(self.household)

    @property
    def zone(self) -> tuple[str, ...]:
        """The zone of every place."""
        return tuple(place[4] for place in PLACES)


def people(debtors: int, days: int, seed: int, given: PeopleParameters) -> People:
    """So many debtors, drawn from the world's parameters.

    Examples
    --------
    >>> from arrears.synthetic.parameters import parameters_of
    >>> drawn = people(1000, 100, 1, parameters_of("usual").people)
    >>> len(drawn), bool(drawn.business.any())
    (1000, True)
    """
    random = np.random.default_rng([seed, 1])
    business = random.random(debtors) < given.business
    household = _households(random, business, given)
    homes = int(household[-1]) + 1
    codes = tuple(given.languages)
    home_willing, home_language = random.normal(size=homes), _drawn(random, homes, list(given.languages.values()))
    shared = given.willing_shared
    language = np.where(business, 0, home_language[household])
    return People(
        household=household,
        business=business,
        place=random.integers(0, len(PLACES), homes)[household],
        language=language,
        languages=codes,
        payday=random.integers(0, PAYDAYS, debtors),
        willing=shared * home_willing[household] + np.sqrt(1 - shared**2) * random.normal(size=debtors),
        # Who is spoken to in a second language is moved less: the part of warmth that a table shows.
        warmth=0.9 * random.normal(size=debtors) - 0.6 * (language > 0),
        answering=random.normal(size=debtors),
        hours=np.where(business, HOURS.index("office"), _drawn(random, debtors, [0.55, 0.25, 0.20])),
        prickly=random.random(debtors) < given.prickly,
        stopped_on=_stopped(random, debtors, days, given.stopped_per_year),
    )


def _households(random: np.random.Generator, business: Flags, given: PeopleParameters) -> Ints:
    goes_on = (random.random(len(business)) < given.household_goes_on) & ~business
    goes_on[1:] &= ~business[:-1]
    goes_on[:1] = False
    return np.cumsum(~goes_on) - 1


def _stopped(random: np.random.Generator, debtors: int, days: int, per_year: float) -> Ints:
    waits = random.exponential(365.25 / per_year, debtors).astype(np.int64)
    return np.where(waits < 3 * days, waits, NEVER)


def _drawn(random: np.random.Generator, rows: int, shares: list[float]) -> NDArray[np.int64]:
    return np.asarray(np.searchsorted(np.cumsum(shares)[:-1], random.random(rows), side="right"), np.int64)
