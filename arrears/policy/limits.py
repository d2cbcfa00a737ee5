"""Limits of conduct as dated data: what law, guidance and the house set, each value with its clause and link.

Every file of `limits/` is one profile. A limit belongs to a rule and a scope: a place, roles, classes of debt. Rules
ask for the scopes in force on a day and apply each where it applies, so the strictest of several wins by itself.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from importlib.resources import files
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from arrears.errors import BadInput

Kind = Literal["law", "presumption", "guidance", "policy"]
Role = Literal["first_party", "third_party", "debt_buyer", "servicer_pre_default"]
DebtClass = Literal["consumer", "medical", "commercial", "commercial_natural_person"]
OnMissing = Literal["block", "allow", "review"]
Value = int | float | str | bool | tuple[Any, ...]

PROFILES = ("us_federal", "us_states", "house", "b2b", "healthcare", "uk")
"""Every profile that is shipped, one file each."""

LAW_OF = {"US": ("us_federal", "us_states"), "GB": ("uk",)}
"""Which profiles are the law of a country; a country that is not named here has no law file."""


class Limit(BaseModel):
    """One value that a rule reads, as it stood from one day to another.

    Attributes
    ----------
    rule : register id, as `RF-01`.
    name : how the rule calls the value; a limit that only switches a rule on is called `on`.
    clause, link : where it is written. A policy of the house says who decided it.
    place : where it applies, as `US`, `US-MA`, `US-NY-NYC`; "" everywhere.
    roles, classes : for whom and for which debts; empty: all.
    on_missing : what a rule does where a fact it needs is missing; law always blocks.
    tighter : which way a deployment may move the value; None: not at all.
    verify : counsel must still confirm it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    rule: str = Field(pattern=r"^(RF|TC|ST|LS|FC|HC|FL|UK|B2|HS)-\d\d$")
    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    value: Value
    unit: str = Field(min_length=1)
    kind: Kind
    clause: str = Field(min_length=3)
    link: str = Field(pattern=r"^https://\S+$")
    from_: date = Field(alias="from")
    to: date | None = None
    on: bool = True
    place: str = Field(default="", pattern=r"^([A-Z]{2}(-[A-Z]{2,3}(-[A-Z]{2,4})?)?)?$")
    roles: tuple[Role, ...] = ()
    classes: tuple[DebtClass, ...] = ()
    on_missing: OnMissing = "block"
    tighter: Literal["lower", "higher"] | None = None
    verify: bool = False
    note: str = ""

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Limit:
        if self.to is not None and self.to < self.from_:
            message = f"{self.rule} {self.name}: to lies before from"
            raise ValueError(message)
        if self.kind in ("law", "presumption") and self.on_missing != "block":
            message = f"{self.rule} {self.name}: law blocks where a fact is missing"
            raise ValueError(message)
        return self

    def in_force(self, day: date) -> bool:
        """True from its first to its last day."""
        return self.on and self.from_ <= day and (self.to is None or day <= self.to)


@dataclass(frozen=True)
class Scope:
    """One rule's values where one place, role and class of debt meet.

    Attributes
    ----------
    profile : the file the values stand in.
    values : by name.
    limits : where they come from.
    """

    rule: str
    profile: str
    place: str
    roles: tuple[str, ...]
    classes: tuple[str, ...]
    kind: Kind
    on_missing: OnMissing
    values: Mapping[str, Any]
    limits: tuple[Limit, ...]

    def behind(self, name: str) -> Limit:
        """The limit that a hold of a rule names: the one of that name, else the scope's first."""
        return next((limit for limit in self.limits if limit.name == name), self.limits[0])

    @property
    def verify(self) -> bool:
        """Counsel must still confirm one of its values."""
        return any(limit.verify for limit in self.limits)


@dataclass(frozen=True)
class Limits:
    """Every limit of the profiles that a deployment switched on.

    Examples
    --------
    >>> limits = read_limits(("us_federal",))
    >>> limits.value_on(date(2026, 6, 1), "RF-01", "calls")
    7
    """

    by_profile: Mapping[str, tuple[Limit, ...]]

    def scopes(self, rule: str, day: date) -> tuple[Scope, ...]:
        """The scopes of a rule that are in force on a day, in the order of the files."""
        if day not in self._days:
            self._days[day] = self._on(day)
        return self._days[day].get(rule, ())

    @cached_property
    def _days(self) -> dict[date, dict[str, tuple[Scope, ...]]]:
        return {}  # a row is judged in less time than a search through all limits takes

    def _on(self, day: date) -> dict[str, tuple[Scope, ...]]:
        """Every rule's scopes on a day."""
        found: dict[tuple[Any, ...], list[Limit]] = {}
        for profile, limits in self.by_profile.items():
            for limit in limits:
                if limit.in_force(day):
                    key = (limit.rule, profile, limit.place, limit.roles, limit.classes)
                    found.setdefault(key, []).append(limit)
        rules: dict[str, tuple[Scope, ...]] = {}
        for (rule, profile, *_), of_scope in found.items():
            rules[rule] = (*rules.get(rule, ()), _scope(rule, profile, of_scope))
        return rules

    def value_on(self, day: date, rule: str, name: str, place: str | None = None) -> Any:  # noqa: ANN401 - as the file has it
        """One value as it stood on a day; None where none was in force.

        Parameters
        ----------
        place : only the limits of this place; None takes the first of any.
        """
        for limits in self.by_profile.values():
            for limit in limits:
                here = place is None or limit.place == place
                if (limit.rule, limit.name) == (rule, name) and here and limit.in_force(day):
                    return limit.value
        return None

    def same_on(self, one: date, other: date) -> bool:
        """True where the very same limits are in force on two days: a verdict by those of one then stands by the other.

        Examples
        --------
        >>> limits = read_limits(("us_federal",))
        >>> limits.same_on(date(2026, 11, 20), date(2026, 11, 23)), limits.same_on(date(1970, 1, 1), date(2026, 11, 23))
        (True, False)
        """
        return all(limit.in_force(one) == limit.in_force(other) for _, limit in self.all)

    @property
    def all(self) -> tuple[tuple[str, Limit], ...]:
        """Every limit with its profile, for a page that lists them."""
        return tuple((profile, limit) for profile, limits in self.by_profile.items() for limit in limits)


def read_limits(profiles: Sequence[str]) -> Limits:
    """The limits of some profiles.

    Raises
    ------
    BadInput : no such profile, or a file of limits that cannot be believed.
    """
    if unknown := sorted(set(profiles) - set(PROFILES)):
        raise BadInput(
            asked="read the limits of conduct",
            found=f"no profile {', '.join(unknown)}",
            do=f"Use some of: {', '.join(PROFILES)}.",
        )
    return Limits({profile: _profile(profile) for profile in PROFILES if profile in profiles})


def limits_of(document: str, *, where: str) -> tuple[Limit, ...]:
    """The limits in a TOML text.

    Raises
    ------
    BadInput : a limit lacks its source, names an unknown field, or two stand for the same thing on the same day.
    """
    try:
        rows = tomllib.loads(document).get("limit", [])
        limits = tuple(Limit.model_validate(row) for row in rows)
    except tomllib.TOMLDecodeError as problem:
        raise _unbelievable(where, f"no valid TOML: {problem}") from problem
    except ValidationError as problem:
        faults = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in problem.errors())
        raise _unbelievable(where, f"limit {problem.title}: {faults}") from problem
    if twice := _twice(limits):
        raise _unbelievable(where, f"{twice} stands twice on the same day")
    return limits


@cache
def _profile(name: str) -> tuple[Limit, ...]:
    text = files("arrears.policy").joinpath("limits", f"{name}.toml").read_text(encoding="utf-8")
    return limits_of(text, where=f"limits/{name}.toml")


def _scope(rule: str, profile: str, limits: Sequence[Limit]) -> Scope:
    first = limits[0]
    return Scope(
        rule=rule,
        profile=profile,
        place=first.place,
        roles=first.roles,
        classes=first.classes,
        kind=first.kind,
        on_missing=first.on_missing,
        values={limit.name: limit.value for limit in limits},
        limits=tuple(limits),
    )


def _twice(limits: Sequence[Limit]) -> str | None:
    seen: dict[tuple[Any, ...], list[Limit]] = {}
    for limit in limits:
        key = (limit.rule, limit.name, limit.place, limit.roles, limit.classes)
        for other in seen.setdefault(key, []):
            if limit.from_ <= (other.to or date.max) and other.from_ <= (limit.to or date.max):
                return f"{limit.rule} {limit.name}"
        seen[key].append(limit)
    return None


def _unbelievable(where: str, found: str) -> BadInput:
    return BadInput(
        asked=f"read the limits in {where}",
        found=found,
        do="Mend the limit named: each needs rule, name, value, unit, kind, clause, link and from.",
    )
