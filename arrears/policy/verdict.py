"""What the rules together say: allowed with its ways, or held with every reason and the instant until which each holds.

Any reason holds. A way (one person, channel and point) ends when its last reason does; a reason without an end keeps it
shut. An account may be worked while one of its ways is open.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Literal

import numpy as np

from arrears.policy import codes
from arrears.policy.columns import NEVER, NOBODY, Flags, Instants, Rows
from arrears.policy.facts import Facts
from arrears.policy.limits import Scope
from arrears.policy.rule import Rule

NO_WAY = "no_way"
"""The code of an account whose people have neither number nor address."""


@dataclass(frozen=True)
class Hold:
    """One reason not to act.

    Attributes
    ----------
    until : the first instant at which it alone would allow again; None if only a fact can end it.
    missing : it holds because a fact is not known.
    clause, link, kind, place : of the limit behind it; "" for what is true of the account itself.
    """

    code: str
    rule: str
    sentence: str
    until: datetime | None
    missing: bool = False
    clause: str = ""
    link: str = ""
    kind: str = ""
    place: str = ""

    def document(self) -> dict[str, Any]:
        """The hold as JSON keeps it."""
        return {**self.__dict__, "until": self.until and self.until.isoformat()}


@dataclass(frozen=True)
class Way:
    """One open way: whom, by what, where, and from when to when.

    Attributes
    ----------
    opens_at : None: now.
    allowed_until : the first instant at which a rule closes it; None: no rule does.
    conditions : words that whoever uses it must heed, as `NO_OVERSHADOW`.
    """

    person: str
    part: str
    channel: str
    point: str | None
    opens_at: datetime | None
    allowed_until: datetime | None
    conditions: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        """The way as JSON keeps it."""
        return {
            **self.__dict__,
            "opens_at": self.opens_at and self.opens_at.isoformat(),
            "allowed_until": self.allowed_until and self.allowed_until.isoformat(),
            "conditions": list(self.conditions),
        }


@dataclass(frozen=True)
class ChannelVerdict:
    """May an account be worked by one channel.

    Attributes
    ----------
    ways : the open ones; empty where it is held.
    holds : every reason, where it is held.
    until : the first instant at which a way may open; None where one is open, or where only a fact can open one.
    """

    channel: str
    ways: tuple[Way, ...]
    holds: tuple[Hold, ...]
    until: datetime | None

    @property
    def is_allowed(self) -> bool:
        """At least one way is open."""
        return bool(self.ways)

    def document(self) -> dict[str, Any]:
        """The verdict as JSON tells it."""
        return {
            "channel": self.channel,
            "verdict": "allowed" if self.is_allowed else "held",
            "ways": [way.document() for way in self.ways],
            "holds": [hold.document() for hold in self.holds],
            "until": self.until and self.until.isoformat(),
        }


@dataclass(frozen=True)
class Verdict:
    """May this account be worked: its open ways, or all reasons against it.

    `until` is the first instant at which a way may open; None if allowed, or if only a fact can open one.
    """

    ways: tuple[Way, ...]
    holds: tuple[Hold, ...]
    until: datetime | None

    @property
    def is_allowed(self) -> bool:
        """At least one way is open."""
        return bool(self.ways)

    @property
    def word(self) -> Literal["allowed", "held"]:
        """The verdict as a column keeps it."""
        return "allowed" if self.is_allowed else "held"


@dataclass(frozen=True)
class Reason:
    """One rule's finding in one scope: the asks it holds, until when, and whether for want of a fact."""

    rule: Rule
    scope: Scope | None
    asks: Rows
    until: Instants
    missing: Flags

    def hold(self, at: int) -> Hold:
        """The reason as it holds its `at`-th ask."""
        scope, missing = self.scope, bool(self.missing[at])
        sentence = f"{self.rule.sentence}: not known" if missing else self.rule.sentence
        told = {}
        if scope is not None:
            behind = scope.behind(self.rule.own_limit)
            told = {"clause": behind.clause, "link": behind.link, "kind": scope.kind, "place": scope.place}
        return Hold(self.rule.code, self.rule.id, sentence, moment(self.until[at]), missing, **told)


@dataclass(frozen=True)
class Judgement:
    """The rules' findings over all asks.

    Attributes
    ----------
    held : (asks,) at least one rule holds it.
    until : (asks,) when the last reason ends; NaT where only a fact can end one. Read only where `held`.
    opens_at : (asks,) of the asks not held, when they open; NaT: they are open.
    allowed_until : (asks,) when the first rule closes it; NaT: none does.
    conditions : words with the asks that each is for.
    closing : the rules that close ways as time goes on, as rules of hours do.
    """

    facts: Facts
    lane: str
    reasons: tuple[Reason, ...]
    held: Flags
    until: Instants
    opens_at: Instants
    allowed_until: Instants
    conditions: tuple[tuple[str, Flags], ...]
    closing: tuple[Rule, ...] = ()

    @cached_property
    def is_held(self) -> Flags:
        """(accounts,) no way is open."""
        open_ = np.zeros(len(self.facts.accounts), dtype=np.bool_)
        open_[self.facts.asks.account[~self.held]] = True
        return ~open_

    @cached_property
    def held_until(self) -> Instants:
        """(accounts,) the first instant at which a way may open; NaT where none can, or where one is open."""
        far = np.datetime64("9999-12-31", "us")
        first = np.full(len(self.facts.accounts), far)
        np.minimum.at(first, self.facts.asks.account, np.where(np.isnat(self.until), far, self.until))
        return np.where(self.is_held & (first < far), first, NEVER)

    @cached_property
    def _asks_of(self) -> tuple[Rows, Rows]:
        account = self.facts.asks.account
        order = np.argsort(account, kind="stable")
        return order, np.searchsorted(account[order], np.arange(len(self.facts.accounts) + 1))

    def asks_of(self, account: int) -> Rows:
        """The asks about one account."""
        order, starts = self._asks_of
        return order[starts[account] : starts[account + 1]]

    def verdict(self, account: int) -> Verdict:
        """The verdict on one account."""
        asks = self.asks_of(account)
        ways = tuple(self.way(ask) for ask in asks.tolist() if not self.held[ask])
        if ways:
            return Verdict(ways, (), None)
        holds = self._holds.get(account) if len(asks) else self.holds_of(asks)
        return Verdict((), tuple(holds or ()), moment(self.held_until[account]))

    @cached_property
    def _holds(self) -> dict[int, list[Hold]]:
        """Every reason against each held account, as `holds_of` tells it, found in one walk over the reasons."""
        found: dict[int, dict[tuple[str, str, bool], Hold]] = {}
        for reason in self.reasons:
            account = self.facts.asks.account[reason.asks]
            rows = np.flatnonzero(self.is_held[account])
            order = rows[np.lexsort([reason.until[rows], reason.missing[rows], account[rows]])]  # NaT sorts last
            pairs = np.stack([account[order], reason.missing[order]])
            first = np.ones(len(order), dtype=np.bool_)
            first[1:] = (pairs[:, 1:] != pairs[:, :-1]).any(axis=0)
            for at in order[first].tolist():
                hold = reason.hold(at)
                own = found.setdefault(int(account[at]), {})
                key = (hold.code, hold.place, hold.missing)
                if key not in own or _sooner(hold, own[key]):
                    own[key] = hold
        return {account: list(own.values()) for account, own in found.items()}

    def by_channel(self, account: int) -> tuple[ChannelVerdict, ...]:
        """The verdict on one account, channel by channel; none where nobody on it has a number or address."""
        asks = self.asks_of(account)
        channels = self.facts.asks.channel[asks]
        return tuple(
            self._of_channel(channel, asks[channels == channel]) for channel in dict.fromkeys(channels.tolist())
        )

    def _of_channel(self, channel: int, asks: Rows) -> ChannelVerdict:
        ways = tuple(self.way(ask) for ask in asks.tolist() if not self.held[ask])
        ends = self.until[asks]
        known = ends[~np.isnat(ends)]
        return ChannelVerdict(
            channel=codes.CHANNEL.name(channel),
            ways=ways,
            holds=() if ways else self.holds_of(asks),
            until=None if ways or not len(known) else moment(known.min()),
        )

    def holds_of(self, asks: Rows) -> tuple[Hold, ...]:
        """Every reason against some asks, each once with its earliest end."""
        if not len(asks):
            return (Hold(NO_WAY, "", "No number or address is known", None),)
        found: dict[tuple[str, str, bool], Hold] = {}
        for reason in self.reasons:
            for at in np.flatnonzero(np.isin(reason.asks, asks)).tolist():
                hold = reason.hold(at)
                key = (hold.code, hold.place, hold.missing)
                if key not in found or _sooner(hold, found[key]):
                    found[key] = hold
        return tuple(found.values())

    def way(self, ask: int) -> Way:
        """One ask that no rule holds."""
        facts = self.facts
        asks = facts.asks
        point = int(asks.point[ask])
        return Way(
            person=str(facts.people.id[asks.person[ask]]),
            part=codes.PART.name(int(facts.parties.part[asks.party[ask]])),
            channel=codes.CHANNEL.name(int(asks.channel[ask])),
            point=None if point == NOBODY else str(facts.points.id[point]),
            opens_at=moment(self.opens_at[ask]),
            allowed_until=moment(self.allowed_until[ask]),
            conditions=tuple(word for word, flags in self.conditions if flags[ask]),
        )

    def counts(self, first: int | None = None) -> dict[str, int]:
        """How many held accounts each reason holds, most first; an account with two reasons counts under both.

        Parameters
        ----------
        first : only so many accounts are counted, where those behind them are not asked about.
        """
        totals: dict[str, int] = {}
        account = self.facts.asks.account
        by_code: dict[str, list[Rows]] = {}
        for reason in self.reasons:
            by_code.setdefault(reason.rule.code, []).append(account[reason.asks])
        for code, rows in by_code.items():
            touched = np.zeros(len(self.facts.accounts), dtype=np.bool_)
            touched[np.concatenate(rows)] = True
            totals[code] = int((touched & self.is_held).sum())
        totals[NO_WAY] = int((np.bincount(account, minlength=len(self.facts.accounts))[:first] == 0).sum())
        return {code: total for code, total in sorted(totals.items(), key=lambda pair: -pair[1]) if total}


def _sooner(one: Hold, other: Hold) -> bool:
    far = datetime.max.replace(tzinfo=UTC)
    return (one.until or far) < (other.until or far)


def moment(at: np.datetime64) -> datetime | None:
    """An instant as Python has it, in UTC; None for NaT.

    Examples
    --------
    >>> moment(np.datetime64("2026-06-09T07:00", "us")).isoformat()
    '2026-06-09T07:00:00+00:00'
    """
    told = at.astype("M8[us]").item()
    return None if told is None else told.replace(tzinfo=UTC)
