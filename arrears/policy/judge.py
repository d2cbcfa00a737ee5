"""Ask every rule about every ask, each where it applies, and count what they find."""

from __future__ import annotations

from collections.abc import Sequence, Sized
from datetime import date

import numpy as np

from arrears.policy import codes, places
from arrears.policy.codes import Coded, Codes
from arrears.policy.columns import NEVER, Flags, Instants, Rows
from arrears.policy.facts import Facts
from arrears.policy.limits import Limits, Scope
from arrears.policy.rule import PAY, Found, Rule
from arrears.policy.rules import RULES
from arrears.policy.verdict import Judgement, Reason

LAW_KINDS = frozenset({"law", "presumption"})


def judge(
    facts: Facts,
    limits: Limits,
    *,
    lane: str = PAY,
    by: np.datetime64 | Instants | None = None,
    rules: Sequence[Rule] = RULES,
) -> Judgement:
    """Ask every rule about every ask.

    Parameters
    ----------
    lane : what the account is worked for; a rule judges only its own lanes.
    by : a reason that ends at or before this instant (one for all asks, or one each) holds nothing, the way then opens
        later: a night judges a whole day (`arrears.policy.ahead`). By default the moment of the facts, as at a claim.
    """
    day: date = facts.limits_on.astype("M8[D]").item()
    concerned, tally = _Concerned(facts), _Tally(facts, facts.at if by is None else by)
    for rule in rules:
        if lane not in rule.lanes:
            continue
        for scope in (None,) if rule.always else limits.scopes(rule.id, day):
            applies = concerned(rule, scope)
            if applies is not None:
                tally.add(rule, scope, _found(rule, scope, facts), applies)
    return tally.judgement(lane)


class _Concerned:
    """Which asks a rule judges in a scope; rules that ask alike are answered once."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._everything = np.ones(len(facts.asks), dtype=np.bool_)
        self._told: dict[tuple[object, ...], Flags | None] = {}
        self._scopes: dict[tuple[object, ...], Flags] = {}

    def __call__(self, rule: Rule, scope: Scope | None) -> Flags | None:
        """The asks; None where there are none."""
        where = () if scope is None else (scope.place, scope.roles, scope.classes)
        key = (rule.channels, rule.spares, *where)
        if key not in self._told:
            concerned = self._of_rule(rule)
            if scope is not None:
                if where not in self._scopes:
                    self._scopes[where] = self._of_scope(scope)
                concerned = concerned & self._scopes[where]
            self._told[key] = concerned if concerned.any() else None
        return self._told[key]

    def _of_rule(self, rule: Rule) -> Flags:
        asks, concerned = self._facts.asks, self._everything
        if rule.channels:
            concerned = concerned & codes.CHANNEL.among(asks.channel, *rule.channels)
        if rule.spares:
            concerned = concerned & ~codes.PURPOSE.among(asks.purpose, *rule.spares)
        return concerned

    def _of_scope(self, scope: Scope) -> Flags:
        facts, applies = self._facts, self._everything
        if scope.place:
            applies = applies & ((facts.ask_places & places.bit(scope.place)) != 0)
        if scope.roles:
            applies = applies & _may_be(codes.ROLE, facts.accounts.role, scope.roles)[facts.asks.account]
        if scope.classes:
            applies = applies & _may_be(codes.DEBT_CLASS, facts.accounts.debt_class, scope.classes)[facts.asks.account]
        return applies


def _may_be(known: Codes, column: Coded, wanted: tuple[str, ...]) -> Flags:
    """Where a column holds one of some values; what nobody says may be any of them."""
    return np.asarray(known.among(column, *wanted) | (column == codes.NOT_GIVEN))


class _Tally:
    """Findings as they come in, rule by rule."""

    def __init__(self, facts: Facts, by: np.datetime64 | Instants) -> None:
        count = len(facts.asks)
        self._facts, self._by = facts, np.broadcast_to(by, count)
        self._until, self._opens_at = np.full(count, np.datetime64("0001-01-01", "us")), np.full(count, NEVER)
        self._held, self._allowed_until = np.zeros(count, dtype=np.bool_), np.full(count, NEVER)
        self._reasons: list[Reason] = []
        self._conditions: dict[str, Flags] = {}
        self._closing: dict[Rule, None] = {}

    def add(self, rule: Rule, scope: Scope | None, found: Found, applies: Flags) -> None:
        """Count one finding where it applies."""
        rows = _rows_of(rule, self._facts)
        blocks = scope is None or scope.kind in LAW_KINDS or scope.on_missing == "block"
        missing = found.missing if blocks and found.missing is not None and found.missing.any() else None
        if missing is not None or found.holds.any():
            self._hold(rule, scope, found, missing, rows, applies)
        if found.allowed_until is not None:
            self._closing[rule] = None
            closes = np.where(applies, found.allowed_until[rows], NEVER)
            self._allowed_until = np.fmin(self._allowed_until, closes)
        if rule.condition is not None and found.conditions is not None and found.conditions.any():
            flags = applies & found.conditions[rows]
            before = self._conditions.get(rule.condition)
            self._conditions[rule.condition] = flags if before is None else before | flags

    def _hold(
        self, rule: Rule, scope: Scope | None, found: Found, missing: Flags | None, rows: Rows, applies: Flags
    ) -> None:
        holds = found.holds if missing is None else found.holds | missing
        chosen = np.flatnonzero(applies & holds[rows])
        wants = np.zeros(len(chosen), dtype=np.bool_) if missing is None else missing[rows[chosen]]
        ends = np.where(wants, NEVER, found.until[rows[chosen]])
        lasts = np.isnat(ends) | (ends > self._by[chosen])
        later = chosen[~lasts]
        self._opens_at[later] = np.fmax(self._opens_at[later], ends[~lasts])
        chosen, ends = chosen[lasts], ends[lasts]
        if len(chosen):
            self._held[chosen] = True
            # NaT wins: an open end beats every known one.
            self._until[chosen] = np.maximum(self._until[chosen], ends)
            self._reasons.append(Reason(rule, scope, chosen, ends, wants[lasts]))

    def judgement(self, lane: str) -> Judgement:
        """All of it."""
        return Judgement(
            facts=self._facts,
            lane=lane,
            reasons=tuple(self._reasons),
            held=self._held,
            until=np.where(self._held, self._until, NEVER),
            opens_at=self._opens_at,
            allowed_until=self._allowed_until,
            conditions=tuple(self._conditions.items()),
            closing=tuple(self._closing),
        )


def _found(rule: Rule, scope: Scope | None, facts: Facts) -> Found:
    if not facts.has(*rule.needs):
        nothing = np.zeros(_height(rule, facts), dtype=np.bool_)
        return Found(nothing, np.full(len(nothing), NEVER), missing=~nothing)
    return rule.find(facts, {} if scope is None else scope.values)


def _rows_of(rule: Rule, facts: Facts) -> Rows:
    asks = facts.asks
    match rule.level:
        case "account":
            return asks.account
        case "person":
            return asks.person
        case "party":
            return asks.party
        case "point":
            return asks.point
        case _:
            return np.arange(len(asks))


def _height(rule: Rule, facts: Facts) -> int:
    tables: dict[str, Sized] = {
        "account": facts.accounts,
        "person": facts.people,
        "party": facts.parties,
        "point": facts.points,
        "ask": facts.asks,
    }
    return len(tables[rule.level]) + (rule.level == "point")  # one row more, for asks without a point
