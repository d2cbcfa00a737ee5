"""What the items of a night ask of their collectors: language, licence, product, territory, skill and owner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from arrears.policy.columns import Flags, Numbers, Words
from arrears.queues.desk.team import Member
from arrears.queues.next.entries import entries
from arrears.settings import Settings
from features.terms import minor
from serving.gate.book import Book


@dataclass(frozen=True)
class Needs:
    """What each item asks, item by item; "" where anybody will do.

    Attributes
    ----------
    region : where its collector is licensed, in the words of the team's licences.
    skill : for its lane, else for a high balance; only one that somebody of the team has.
    owner : the collector whose account it is.
    high : (items,) the balance is so high that it asks for the house's skill for that.
    """

    language: Words
    region: Words
    product: Words
    territory: Words
    skill: Words
    owner: Words
    high: Flags


def needs_of(
    book: Book, told: pa.Table, leads: np.ndarray, lane: Words, balance_minor: Numbers, team: Sequence[Member]
) -> Needs:
    """What the items ask, by their lead accounts.

    Parameters
    ----------
    told : rows of `desk_questions.DeskQuestions.needs`.
    leads : (items,) rows of the book.
    lane, balance_minor : (items,).
    team : everybody who may be at work.
    """
    place = pc.index_in(pa.array(book.account_id[leads]), value_set=told["account_id"].combine_chunks())
    rows = told.take(place)
    words = {name: _words(rows[name]) for name in ("language", "region", "country", "product", "territory", "owner")}
    high = _high(book, leads, balance_minor)
    return Needs(
        language=words["language"],
        region=_regions(words["region"], words["country"], team, book.settings),
        product=words["product"],
        territory=words["territory"],
        skill=_skills(lane, high, team, book.settings),
        owner=words["owner"],
        high=high,
    )


def lane_skills(team: Sequence[Member], settings: Settings) -> dict[str, str]:
    """The skill that each lane asks for, where somebody of the team has it: else the whole team works the lane."""
    has = {skill for member in team for skill in member.skills or ()}
    told = entries(settings.desk.outcomes).values()
    return {each.lane: each.skill for each in told if each.to == "skill" and each.skill in has}


def high_skill(team: Sequence[Member], settings: Settings) -> str:
    """The skill for high balances, "" where nobody of the team has it."""
    wanted = settings.desk.high_balance_skill
    return wanted if any(wanted in (member.skills or ()) for member in team) else ""


def _high(book: Book, leads: np.ndarray, balance_minor: Numbers) -> Flags:
    limit = book.of_client(lambda chosen, currency: minor(chosen.desk.high_balance, currency))[leads]
    return np.asarray((limit > 0) & ~(balance_minor < limit))


def _skills(lane: Words, high: Flags, team: Sequence[Member], settings: Settings) -> Words:
    by_lane = lane_skills(team, settings)
    of_lane = np.array([by_lane.get(name, "") for name in lane.tolist()], dtype=np.str_)
    return np.where(of_lane != "", of_lane, np.where(high, high_skill(team, settings), ""))


def _regions(region: Words, country: Words, team: Sequence[Member], settings: Settings) -> Words:
    """Regions as the team's licences write them: `US-CA`, `CA`, or the whole country where only that is named."""
    licences = {licence for member in team for licence in member.licences or ()}
    if not licences:
        return np.full(len(region), "", dtype=np.str_)
    found = dict[tuple[str, str], str]()
    for each in sorted(set(zip(region.tolist(), country.tolist(), strict=True))):
        found[each] = as_licensed(each[0], each[1] or settings.portfolio.country, licences)
    return np.array([found[each] for each in zip(region.tolist(), country.tolist(), strict=True)], dtype=np.str_)


def as_licensed(region: str, country: str, licences: set[str]) -> str:
    """A region as licences name it: as it is, with its country, or the country alone; "" where there is none."""
    if not region:
        return ""
    whole = region if "-" in region or not country else f"{country}-{region}"
    return next((each for each in (whole, region, country) if each in licences), whole)


def _words(column: pa.ChunkedArray) -> Words:
    return np.array(pc.fill_null(column, "").to_pylist(), dtype=np.str_)
