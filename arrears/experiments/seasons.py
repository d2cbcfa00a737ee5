"""Seasons that move payments or contacts: a test whose days fall into one tells what is true of that season.

Both arms live through the same days, so a season biases no difference; it makes it larger or smaller than in the rest
of the year, and pay-outs that come once make the spread wider. Nothing is decided by it: plan and reading say so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from arrears.experiments.design import Design

MonthDay = tuple[int, int]
_REFUNDS = (
    "Refunds let debtors pay who cannot at other times, so what an arm collects is larger than in the rest of the year."
)


@dataclass(frozen=True)
class Season:
    """One season of a year; it may run over the year's end.

    Attributes
    ----------
    countries : ISO 3166 codes; none: every country.
    begins, ends : month and day, both of the season.
    why : what it does to a test, in one sentence.
    source : what fixes the days.
    """

    name: str
    countries: tuple[str, ...]
    begins: MonthDay
    ends: MonthDay
    why: str
    source: str


@dataclass(frozen=True)
class Flagged:
    """The days of a test that fall into a season, the first and the last; `why` and `source` as the season has them."""

    name: str
    first: date
    last: date
    why: str
    source: str

    def document(self) -> dict[str, str]:
        """As plans and readings keep it."""
        days = {"from": self.first.isoformat(), "to": self.last.isoformat()}
        return {"name": self.name, **days, "why": self.why, "source": self.source}


SEASONS: tuple[Season, ...] = (
    Season(
        "tax refunds",
        ("US",),
        (2, 1),
        (4, 30),
        _REFUNDS,
        "returns are due on 15 April, refunds mostly come within 21 days, and those with an earned income credit not "
        "before mid-February (26 U.S.C. 6072, 6402(m))",
    ),
    Season(
        "tax refunds",
        ("AU",),
        (7, 1),
        (11, 15),
        _REFUNDS,
        "the income year ends on 30 June and returns are due by 31 October",
    ),
    Season(
        "tax refunds",
        ("CA",),
        (3, 1),
        (5, 31),
        _REFUNDS,
        "returns are due on 30 April (Income Tax Act, 150(1)(d))",
    ),
    Season(
        "thirteenth salary",
        ("BR",),
        (11, 20),
        (12, 31),
        "The second half of a thirteenth salary is paid, so debtors can pay who cannot at other times.",
        "by 30 November and 20 December (Lei 4.749/1965)",
    ),
    Season(
        "year-end bonus",
        ("MX",),
        (12, 1),
        (12, 31),
        "The aguinaldo is paid, so debtors can pay who cannot at other times.",
        "before 20 December (Ley Federal del Trabajo, 87)",
    ),
    Season(
        "thirteenth salary",
        ("PH",),
        (12, 1),
        (12, 31),
        "A thirteenth month is paid, so debtors can pay who cannot at other times.",
        "by 24 December (Presidential Decree 851)",
    ),
    Season(
        "summer bonus",
        ("JP",),
        (6, 15),
        (7, 31),
        "Half-yearly bonuses are paid, so debtors can pay who cannot at other times.",
        "custom: bonuses of June or July",
    ),
    Season(
        "winter bonus",
        ("JP",),
        (12, 1),
        (12, 31),
        "Half-yearly bonuses are paid, so debtors can pay who cannot at other times.",
        "custom: bonuses of December",
    ),
    Season(
        "lunar new year",
        ("CN", "HK", "KR", "MY", "SG", "TW", "VN"),
        (1, 10),
        (2, 28),
        "Year-end bonuses are paid before the holidays and spent in them, and few can be reached for a week or more.",
        "the new moon between 21 January and 20 February, with the bonus before and the holidays after it",
    ),
    Season(
        "year-end holidays",
        ("US", "CA"),
        (11, 20),
        (1, 6),
        "Money goes to the holidays and fewer pick up, so contacts and payments are below the rest of the year's.",
        "from the week of Thanksgiving (5 U.S.C. 6103) to the days after New Year",
    ),
    Season(
        "year-end holidays",
        (),
        (12, 15),
        (1, 6),
        "Money goes to the holidays and fewer pick up, so contacts and payments are below the rest of the year's.",
        "the days around 25 December and 1 January",
    ),
)
"""What is known to move payments; a country's own season replaces the general one of that name."""


def seasons_between(first: date, last: date, country: str) -> tuple[Flagged, ...]:
    """The seasons into which days fall, earliest first.

    Parameters
    ----------
    first, last : of the days, both counted.
    country : ISO 3166 code of the book's; "" where it is not known.

    Examples
    --------
    >>> [(each.name, str(each.first)) for each in seasons_between(date(2026, 4, 20), date(2026, 12, 1), "US")]
    [('tax refunds', '2026-04-20'), ('year-end holidays', '2026-11-20')]
    """
    own = {each.name for each in SEASONS if country in each.countries}
    lived = [each for each in SEASONS if country in each.countries or not (each.countries or each.name in own)]
    found = [
        Flagged(each.name, max(first, begins), min(last, ends), each.why, each.source)
        for each in lived
        for begins, ends in _days(each, first.year - 1, last.year)
        if begins <= last and first <= ends
    ]
    return tuple(sorted(found, key=lambda each: (each.first, each.name)))


def seasons_of(design: Design, country: str) -> tuple[Flagged, ...]:
    """The seasons into which a test's days fall: from the first of enrolment to the last that counts for anybody.

    Examples
    --------
    >>> from arrears.experiments.design import read_design
    >>> from arrears.experiments.example import EXAMPLE
    >>> seasons_of(read_design(EXAMPLE), "US")
    ()
    """
    first, last = design.enrolment.starts, design.enrolment.last_day
    watches = (design.watch, *(each.watch for each in design.guardrails))
    return seasons_between(first, max(each.closes(last) for each in watches), country)


def _days(season: Season, first_year: int, last_year: int) -> Iterator[tuple[date, date]]:
    """The season of every year, by the year in which it begins."""
    over = season.ends < season.begins
    for year in range(first_year, last_year + 1):
        yield date(year, *season.begins), date(year + over, *season.ends)
