"""What a collector may say and has to: who speaks is proved first, then what law and house ask for, then facts.

The words stand in `talking_points.toml`; this file chooses those that fit an item and fills in what is known. A
sentence with a word that nobody knows is left out rather than said with a gap.
"""

from __future__ import annotations

import string
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

FILE = "talking_points.toml"
BLANKS = {
    "collector": "[your name]",
    "company": "[our company]",
    "creditor": "[the creditor]",
    "our_number": "[our number]",
}
"""Words that whoever speaks knows even where the file does not."""

When = Literal["answered", "first", "later", "always", "somebody_else", "voicemail"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Verify(_Part):
    """How it is proved who speaks, before a word about a debt."""

    opening: str
    ask: tuple[str, ...] = Field(min_length=1)
    enough: int = Field(ge=1)
    never: str


class Disclosure(_Part):
    """Something that must be said, or the only thing that may be."""

    id: str
    when: When
    say: str
    title: str
    kind: Literal["law", "presumption", "policy"]
    clause: str
    link: str = ""
    note: str = ""
    roles: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    verify: bool = False


class Point(_Part):
    """A fact or question for the talk."""

    id: str
    say: str
    lanes: tuple[str, ...] = ()
    buckets: tuple[str, ...] = ()
    concepts: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()


class Words(_Part):
    """The whole file."""

    verify: dict[Literal["person", "business"], Verify]
    disclosures: tuple[Disclosure, ...]
    conditions: dict[str, str]
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Conversation:
    """What the words depend on.

    Attributes
    ----------
    roles : for whom the item's accounts are collected.
    regions : where the debtor may live; empty: not known, and then every region's words are said.
    spoken_before : somebody was told of these debts before.
    concepts : what the reasons of the item are about.
    conditions : of the ways that are open.
    known : what fills the words in braces.
    """

    lane: str
    bucket: str
    business: bool
    roles: frozenset[str]
    country: str
    regions: frozenset[str]
    spoken_before: bool
    concepts: frozenset[str]
    conditions: tuple[str, ...]
    known: Mapping[str, str]

    @property
    def words(self) -> Mapping[str, str]:
        """What fills the words in braces, with blanks for what whoever speaks knows."""
        return BLANKS | {name: word for name, word in self.known.items() if word}


@dataclass(frozen=True)
class Said:
    """One sentence for the talk, with its source where it has one."""

    title: str
    say: str
    note: str = ""
    clause: str = ""
    link: str = ""
    kind: str = ""
    verify: bool = False


@dataclass(frozen=True)
class Guide:
    """A talk from the first ring: how who speaks is proved, what then must be said, and what may help.

    Attributes
    ----------
    answered : to whoever picks up. verified : to the right person, before anything else. otherwise : to anybody else.
    """

    verify: Verify
    answered: tuple[Said, ...]
    verified: tuple[Said, ...]
    otherwise: tuple[Said, ...]
    heed: tuple[str, ...]
    points: tuple[str, ...]


def guide_for(case: Conversation) -> Guide:
    """The words that fit an item.

    Examples
    --------
    >>> roles, regions = frozenset({"third_party"}), frozenset({"TX"})
    >>> known = {"past_due": "120.00 USD"}
    >>> case = Conversation("pay", "30-59", False, roles, "US", regions, False, frozenset(), (), known)
    >>> [said.title for said in guide_for(case).verified]
    ['First word about this debt', 'Once verified']
    >>> guide_for(case).points[0]
    '120.00 USD brings the account up to date.'
    """
    words = _words()
    told = {
        when: tuple(_disclosures(words, case, when)) for when in ("answered", "always", "somebody_else", "voicemail")
    }
    duty = tuple(_disclosures(words, case, "later" if case.spoken_before else "first"))
    verify = words.verify["business" if case.business else "person"]
    opening = _filled(verify.opening, case.known) or verify.opening
    return Guide(
        verify=verify.model_copy(update={"opening": opening}),
        answered=told["answered"],
        verified=(*duty, *told["always"]),
        otherwise=(*told["somebody_else"], *told["voicemail"]),
        heed=tuple(words.conditions.get(each, each) for each in case.conditions),
        points=tuple(_points(words, case)),
    )


def conditions() -> Mapping[str, str]:
    """What each condition of a way asks, in words."""
    return _words().conditions


def _disclosures(words: Words, case: Conversation, when: str) -> Iterator[Said]:
    for each in words.disclosures:
        if each.when != when or not _fits(each, case):
            continue
        if say := _filled(each.say, case.words):
            yield Said(each.title, say, each.note, each.clause, each.link, each.kind, each.verify)


def _fits(each: Disclosure, case: Conversation) -> bool:
    by_role = not each.roles or bool(case.roles & set(each.roles))
    by_country = not each.countries or case.country in each.countries
    by_place = not each.places or not case.regions or bool(case.regions & set(each.places))
    return by_role and by_country and by_place


def _points(words: Words, case: Conversation) -> Iterator[str]:
    for each in words.points:
        fits = (
            _among({case.lane}, each.lanes)
            and _among({case.bucket}, each.buckets)
            and _among(case.concepts, each.concepts)
            and _among(case.roles, each.roles)
        )
        if fits and (say := _filled(each.say, case.words)):
            yield say


def _among(found: Iterable[str], wanted: tuple[str, ...]) -> bool:
    return not wanted or bool(set(found) & set(wanted))


def _filled(say: str, known: Mapping[str, str]) -> str | None:
    names = [name for _, name, _, _ in string.Formatter().parse(say) if name is not None]
    return say.format_map(known) if all(known.get(name) for name in names) else None


@cache
def _words() -> Words:
    text = files("serving.console").joinpath(FILE).read_text(encoding="utf-8")
    return Words.model_validate(tomllib.loads(text))
