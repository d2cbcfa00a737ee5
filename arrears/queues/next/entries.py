"""What `outcomes.toml` says, believed only when whole: an entry for every disposition, and every reason to skip.

A house may change some keys of an entry in its settings; what becomes a fact, what is asked and what counts as a
right-party contact stay as they are.
"""

from __future__ import annotations

import string
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from arrears.desk_settings import OutcomeChange, Ready, To
from arrears.errors import BadInput
from arrears.lanes import LANES
from arrears.policy.preferences import bands
from arrears.queues.next.fields import FIELDS
from arrears.settings import Settings
from arrears.tables import TABLES

FILE = "outcomes.toml"
DISPOSITIONS = TABLES["contacts"].column("disposition").choices
_CONNECTS = TABLES["contacts"].column("connect").choices
_HOLDS = TABLES["holds"].column("kind").choices
_FILLED = frozenset({"hours", "days", "business_days", "tries", "grace"})

Point = Literal["same", "other", "next", "none"]
Group = Literal["no_contact", "talk", "statement", "message"]
Becomes = Literal[
    "point_bad", "point_good", "point_shared", "language", "consent", "preference", "dispute", "promise", "plan"
]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Otherwise(_Part):
    """When an outcome goes another way: every condition that it names is true.

    Attributes
    ----------
    connect : what the line said.
    in_a_row : at least so many outcomes of this disposition in a row, this one included.
    is_right_party : whether it was a right-party contact.
    written_in : the debtor wrote it to us.
    attorney_named : an attorney's name and contact details were given.
    """

    connect: str | None = None
    in_a_row: int | None = Field(default=None, ge=2)
    is_right_party: bool | None = None
    written_in: bool | None = None
    attorney_named: bool | None = None

    sentence: str | None = None
    lane: str | None = None
    ready: Ready | None = None
    to: To | None = None
    skill: str | None = None
    point: Point | None = None

    @property
    def changes(self) -> dict[str, Any]:
        """The keys of the entry that it sets."""
        names = ("sentence", "lane", "ready", "to", "skill", "point")
        return {name: getattr(self, name) for name in names if getattr(self, name) is not None}


class Entry(_Part):
    """What one disposition asks and brings about; `outcomes.toml` says what each key means.

    Examples
    --------
    >>> entries()["voicemail"].ready.days, entries()["attorney"].hold
    (2, 'attorney')
    """

    key: str = Field(pattern=r"^[a-z0-9]$")
    title: str = Field(min_length=1)
    group: Group
    sentence: str = Field(min_length=1)
    lane: str
    ready: Ready
    to: To
    skill: str = ""
    point: Point
    without_point: str = ""
    purpose: Literal["collect", "service_reply"] = "collect"
    connect: tuple[str, ...]
    conversation: Literal["yes", "no", "unsure"]
    right_party: Literal["yes", "no", "if_verified"]
    needs_verified: bool = False
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    becomes: tuple[Becomes, ...] = ()
    hold: str = ""
    when: tuple[Otherwise, ...] = ()

    @field_validator("lane", "without_point")
    @classmethod
    def _lane_exists(cls, lane: str) -> str:
        return _known(lane, (*LANES, "same", "none", ""), "lane")

    @field_validator("connect")
    @classmethod
    def _line_can_say_it(cls, connect: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_known(each, _CONNECTS, "connect") for each in connect)

    @field_validator("hold")
    @classmethod
    def _hold_exists(cls, hold: str) -> str:
        return _known(hold, (*_HOLDS, ""), "kind of hold")

    @field_validator("required", "optional")
    @classmethod
    def _fields_exist(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_known(each, tuple(FIELDS), "field") for each in names)

    @field_validator("sentence")
    @classmethod
    def _numbers_can_be_filled_in(cls, sentence: str) -> str:
        for name in (name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None):
            _known(name, tuple(sorted(_FILLED)), "number in a sentence")
        return sentence

    @model_validator(mode="after")
    def _hangs_together(self) -> Entry:
        faults = {
            "to = skill needs the skill, or asks for the language": self.to == "skill"
            and not self.skill
            and "language" not in self.required,
            "point = next needs without_point": self.point == "next" and not self.without_point,
            "right_party = yes needs needs_verified": self.right_party == "yes" and not self.needs_verified,
            "needs_verified asks for verified_party": self.needs_verified and "verified_party" not in self.required,
            "ready at callback_at asks for callback_at": self.ready.at == "callback_at"
            and "callback_at" not in self.required,
            "ready at broken needs a promise or a plan": self.ready.at == "broken"
            and not {"promise", "plan"} & set(self.becomes),
            "lane is not empty": not self.lane,
        }
        if wrong := [fault for fault, is_so in faults.items() if is_so]:
            raise ValueError("; ".join(wrong))
        for case in self.when:  # each case must make a whole entry of its own
            self.changed(case)
        return self

    def changed(self, case: Otherwise) -> Entry:
        """The entry as it stands in one of its cases."""
        return Entry.model_validate(self.model_dump(exclude={"when"}) | case.changes)


class Skip(_Part):
    """What one reason to skip costs, and what becomes of the item."""

    title: str = Field(min_length=1)
    cost: int = Field(ge=0)
    ready: Ready
    to: To
    barred_days: int = Field(ge=0)
    lane: str

    @field_validator("lane")
    @classmethod
    def _lane_exists(cls, lane: str) -> str:
        return _known(lane, (*LANES, "same"), "lane")

    @field_validator("ready")
    @classmethod
    def _is_no_moment_of_an_outcome(cls, ready: Ready) -> Ready:
        if ready.at not in (None, "now"):
            message = "a skip knows no agreed moment and no promise"
            raise ValueError(message)
        return ready


class Book(_Part):
    """The whole file.

    Attributes
    ----------
    parts : parts of the debtor's day, in order, as `08:00-11:00`.
    """

    parts: dict[str, str] = Field(min_length=1)
    outcomes: dict[str, Entry]
    skips: dict[str, Skip] = Field(min_length=1)

    @field_validator("parts")
    @classmethod
    def _parts_follow_each_other(cls, parts: dict[str, str]) -> dict[str, str]:
        told = [bands(each) for each in parts.values()]
        if any(len(each) != 1 for each in told):
            message = "a part of the day does not run over midnight"
            raise ValueError(message)
        if any(one[0].ends > other[0].begins for one, other in pairwise(told)):
            message = "parts of the day follow each other"
            raise ValueError(message)
        return parts

    @model_validator(mode="after")
    def _is_whole(self) -> Book:
        if missing := [each for each in DISPOSITIONS if each not in self.outcomes]:
            message = f"no entry for {', '.join(missing)}"
            raise ValueError(message)
        if strange := sorted(set(self.outcomes) - set(DISPOSITIONS)):
            message = f"{', '.join(strange)} is no disposition"
            raise ValueError(message)
        keys = [entry.key for entry in self.outcomes.values()]
        if twice := sorted({key for key in keys if keys.count(key) > 1}):
            message = f"{', '.join(twice)} is the key of two outcomes"
            raise ValueError(message)
        return self


def entries(changes: Mapping[str, OutcomeChange] | None = None) -> Mapping[str, Entry]:
    """The entry of every disposition, in the order of the file.

    Parameters
    ----------
    changes : what the house sets for itself, by disposition: the setting `desk.outcomes`.

    Raises
    ------
    BadInput : a change makes an entry that does not hang together.
    """
    return book(changes).outcomes


def sentence_of(entry: Entry, settings: Settings) -> str:
    """What happens next, with the numbers of the entry and the house filled in.

    Examples
    --------
    >>> from arrears.settings import default_settings
    >>> sentence_of(entries()["voicemail"], default_settings())
    'Voicemail: again in 2 days, at another time of the day.'
    """
    return entry.sentence.format(
        hours=entry.ready.hours,
        days=entry.ready.days,
        business_days=entry.ready.business_days,
        tries=settings.desk.tries_per_day,
        grace=settings.promises.grace_business_days,
    )


def book(changes: Mapping[str, OutcomeChange] | None = None) -> Book:
    """The whole file, with what the house sets for itself.

    Raises
    ------
    BadInput : as `entries`.
    """
    return _changed(tuple((changes or {}).items()))


def read(document: Mapping[str, Any], *, where: str) -> Book:
    """The book in a document.

    Raises
    ------
    BadInput : a disposition without entry, an unknown key, or an entry that does not hang together.
    """
    try:
        return Book.model_validate(document)
    except ValidationError as problem:
        faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in problem.errors())
        raise BadInput(
            asked=f"use what happens next by outcome in {where}",
            found=faults,
            do=f"Mend the keys named; {FILE} says what each means.",
        ) from problem


@lru_cache(maxsize=64)
def _changed(changes: tuple[tuple[str, OutcomeChange], ...]) -> Book:
    document = _document()
    for disposition, change in changes:
        document["outcomes"][disposition] |= change.model_dump(exclude_none=True)
    return read(document, where="desk.outcomes" if changes else FILE)


def _document() -> dict[str, Any]:
    return tomllib.loads(files("arrears.queues.next").joinpath(FILE).read_text(encoding="utf-8"))


def _known(word: str, words: tuple[str, ...], what: str) -> str:
    if word not in words:
        message = f"{word} is no {what}"
        raise ValueError(message)
    return word
