"""Is a book ready to be worked: what each missing fact would hold under the rules of conduct, and what would cure it.

Asked before the first night. The book is judged as a night would judge it; only reasons that hold for want of a fact
are counted here, rule by rule.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import numpy as np

from arrears.clock import start_of_day
from arrears.errors import BadInput
from arrears.lake import Lake
from arrears.policy import places
from arrears.policy.columns import Flags, Rows
from arrears.policy.limits import Limits, read_limits
from arrears.policy.rules import RULES
from arrears.policy.verdict import Judgement, Reason
from serving.gate.book import questions, read_book
from serving.gate.may_we import judge_day, read_facts, served_day


@dataclass(frozen=True)
class Want:
    """One rule that does not know what it must.

    Attributes
    ----------
    accounts : past-due accounts that are held, and that this want holds on some way.
    frees : of these, the accounts that would be free if this rule alone knew enough.
    cured_by : the tables or columns to supply.
    """

    rule: str
    code: str
    sentence: str
    clause: str
    cured_by: tuple[str, ...]
    accounts: int
    frees: int


@dataclass(frozen=True)
class Readiness:
    """A book before its first night.

    `covered` counts by profile the past-due accounts that its limits speak to; `lost_features` are features that the
    book's tables cannot give, each with the reason.
    """

    as_of: date
    served_on: date
    profiles: tuple[str, ...]
    past_due: int
    free: int
    covered: Mapping[str, int]
    wants: tuple[Want, ...]
    lost_features: Mapping[str, str]

    def document(self) -> dict[str, Any]:
        """As JSON tells it."""
        return {
            **asdict(self),
            "as_of": self.as_of.isoformat(),
            "served_on": self.served_on.isoformat(),
            "covered": dict(self.covered),
            "lost_features": dict(self.lost_features),
        }


def readiness(lake: Lake, profiles: Sequence[str], as_of: date | None = None, *, limits_on: date) -> Readiness:
    """Judge a lake's past-due book under some profiles.

    Parameters
    ----------
    as_of : by default the last day of which the lake knows anything.
    limits_on : the day whose limits are in force.

    Raises
    ------
    BadInput : the lake is empty, or no such profile.
    """
    limits = read_limits(profiles)
    day = as_of or lake.last_day
    if day is None:
        raise BadInput(asked="see whether a book is ready", found="an empty lake", do="Name a source to check.")
    asked = questions(lake.present, lake.settings)
    served_on = served_day(day, asked.settings)
    with lake.connect() as con:
        book = read_book(con, asked, day)
        at = start_of_day(served_on, asked.settings.portfolio.zone)
        facts = read_facts(con, asked.conduct, asked.settings, book.positions, at=at, limits_on=limits_on)
    judged = judge_day(facts, limits, served_on)
    held = judged.is_held[: len(book)]
    return Readiness(
        as_of=day,
        served_on=served_on,
        profiles=tuple(profiles),
        past_due=len(book),
        free=int((~held).sum()),
        covered=_covered(judged, limits, limits_on, held),
        wants=_wants(judged, held),
        lost_features=dict(asked.features.absent or {}),
    )


def _covered(judged: Judgement, limits: Limits, day: date, held: Flags) -> dict[str, int]:
    """How many accounts have somebody who lives, or a number that lies, where a profile's limits hold."""
    found, asked = {}, {rule.id for rule in RULES}
    for profile in limits.by_profile:
        stands = {limit.place for limit in limits.by_profile[profile] if limit.rule in asked and limit.in_force(day)}
        bits = np.bitwise_or.reduce([places.bit(place) for place in stands if place] or [np.uint64(0)])
        here = np.ones(len(judged.facts.asks), np.bool_) if "" in stands else (judged.facts.ask_places & bits) != 0
        found[profile] = _count(judged.facts.asks.account[here], np.ones(len(held), np.bool_))
    return found


def _wants(judged: Judgement, held: Flags) -> tuple[Want, ...]:
    by_rule: dict[str, list[Reason]] = {}
    for reason in judged.reasons:
        if reason.missing.any():
            by_rule.setdefault(reason.rule.code, []).append(reason)
    found = [_want(judged, held, reasons) for reasons in by_rule.values()]
    return tuple(sorted((each for each in found if each.accounts), key=lambda each: (-each.frees, -each.accounts)))


def _want(judged: Judgement, held: Flags, reasons: Sequence[Reason]) -> Want:
    """What one rule's wants hold, over all its scopes."""
    first = reasons[0]
    asks = np.unique(np.concatenate([reason.asks[reason.missing] for reason in reasons]))
    account = judged.facts.asks.account
    open_if_known = np.zeros(len(judged.facts.asks), dtype=np.bool_)
    open_if_known[asks] = True
    open_if_known[_held_otherwise(judged, first.rule.code)] = False
    return Want(
        rule=first.rule.id,
        code=first.rule.code,
        sentence=first.rule.sentence,
        clause="" if first.scope is None else first.scope.behind(first.rule.own_limit).clause,
        cured_by=first.rule.needs or ((first.rule.cures,) if first.rule.cures else ()),
        accounts=_count(account[asks], held),
        frees=_count(account[open_if_known], held),
    )


def _held_otherwise(judged: Judgement, code: str) -> Rows:
    """The asks that another rule holds, or this one with a fact that is known."""
    others = [reason.asks if reason.rule.code != code else reason.asks[~reason.missing] for reason in judged.reasons]
    return np.concatenate(others) if others else np.empty(0, np.int64)


def _count(accounts: Rows, held: Flags) -> int:
    touched = np.zeros(len(held), dtype=np.bool_)
    touched[accounts] = True
    return int((touched & held).sum())
