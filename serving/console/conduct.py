"""The page Conduct: the rules in force with clause and link, what they hold until when, what counsel must confirm."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from arrears.clock import SystemClock
from arrears.policy.limits import LAW_OF, Limit, Limits, Scope
from arrears.policy.rule import LANE_GATES, Rule
from arrears.policy.rules import RULES
from arrears.policy.tightened import limits_of_house
from arrears.queues import held, store
from arrears.queues.item import HeldCount, Night
from arrears.settings import Settings
from arrears.state.reading import reading
from serving.deployment import Deployment

KINDS = {
    "law": "Law",
    "presumption": "Presumption of law",
    "guidance": "Guidance",
    "policy": "Policy of the house",
}
NEAREST_ENDS = 14
"""How many days with an end the page draws; later ones are one row."""


@dataclass(frozen=True)
class InForce:
    """One rule in one scope as a page shows it.

    Attributes
    ----------
    limit : whose clause stands behind it.
    values : its numbers, each with name, value and unit.
    where : the place, roles and classes.
    lanes : those without contact in which it is asked; "" where it judges contacts alone.
    """

    rule: Rule
    scope: Scope
    limit: Limit
    values: tuple[tuple[str, str, str], ...]
    where: str
    lanes: str


@dataclass(frozen=True)
class Group:
    """Rules of one profile, by register number; `is_here` : the portfolio's own country is under it."""

    profile: str
    is_here: bool
    rows: tuple[InForce, ...]


def shown(deployment: Deployment) -> dict[str, Any]:
    """What the page shows; before the first night the rules alone."""
    settings = deployment.settings
    limits = limits_of_house(settings.conduct)
    today = SystemClock().now().date()  # limits are read as of the real day, even where the portfolio stands elsewhere
    with reading(deployment.engine) as connection:
        night = deployment.night(connection)
        return {
            "night": night,
            "limits_on": today,
            "countries": _countries(settings),
            "groups": in_force(limits, today, settings.portfolio.country),
            "confirm": to_confirm(limits, today),
            "kinds": KINDS,
            **(_of_night(deployment, night, settings) if night else {"held": [], "ends": [], "wants": []}),
        }


def in_force(limits: Limits, day: date, country: str) -> list[Group]:
    """Every rule in force on a day, by profile; a rule that needs no limit is not listed."""
    rows: dict[str, dict[tuple[Any, ...], list[tuple[Rule, Scope]]]] = {profile: {} for profile in limits.by_profile}
    for rule in RULES:
        for scope in () if rule.always else limits.scopes(rule.id, day):
            alike = (rule.id, rule.sentence, scope.place, scope.roles, scope.classes)
            rows[scope.profile].setdefault(alike, []).append((rule, scope))
    elsewhere = {profile for at, profiles in LAW_OF.items() if at != country for profile in profiles}
    return [
        Group(profile, profile not in elsewhere, tuple(_row(found[alike]) for alike in sorted(found)))
        for profile, found in rows.items()
        if found
    ]


def to_confirm(limits: Limits, day: date) -> list[tuple[str, Limit]]:
    """Limits in force that counsel must still confirm, with their profile."""
    return [(profile, limit) for profile, limit in limits.all if limit.verify and limit.in_force(day)]


def _of_night(deployment: Deployment, night: Night, settings: Settings) -> dict[str, Any]:
    def asked() -> dict[str, Any]:
        with reading(deployment.engine) as connection:
            found: list[HeldCount] = store.held_by_reason(connection, night.night_id)
            return {
                "held": found,
                "ends": _drawn(held.by_end(connection, night.night_id, settings.portfolio.zone)),
                "wants": held.for_want(connection, night.night_id),
            }

    return deployment.of_night("conduct", asked)


def _drawn(ends: Iterable[held.EndCount]) -> list[tuple[str | date, int]]:
    """The nearest days one by one, later ones together, and last those that only a fact ends."""
    dated = [(each.day, each.accounts) for each in ends if each.day is not None]
    open_ended = sum(each.accounts for each in ends if each.day is None)
    rows: list[tuple[str | date, int]] = list(dated[:NEAREST_ENDS])
    if later := sum(accounts for _, accounts in dated[NEAREST_ENDS:]):
        rows.append(("later", later))
    return rows + ([("only a new fact", open_ended)] if open_ended else [])


def _countries(settings: Settings) -> list[dict[str, Any]]:
    """The portfolio's country and those it accepts without a law file, each with the law that is read for it."""
    named = dict.fromkeys(filter(None, [settings.portfolio.country, *settings.portfolio.no_law_profile]))
    return [{"country": each, "profiles": list(LAW_OF.get(each, ()))} for each in named]


def _row(alike: Sequence[tuple[Rule, Scope]]) -> InForce:
    """Rules of one number that say the same in the same scope are one row: only their lanes differ."""
    rule, scope = alike[0]
    lanes = set().union(*(each.lanes & LANE_GATES for each, _ in alike))
    own = [limit for limit in scope.limits if limit.name == rule.own_limit]  # several rules may share a number
    values = tuple(_said(limit) for limit in own or scope.limits if limit.name != "on" and limit.value is not True)
    return InForce(
        rule,
        scope,
        scope.behind(rule.own_limit),
        values,
        _where(scope),
        ", ".join(sorted(lane.replace("_", " ") for lane in lanes)),
    )


def _said(limit: Limit) -> tuple[str, str, str]:
    value = limit.value
    said = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
    if isinstance(value, bool):
        said = "yes" if value else "no"
    if isinstance(value, int) and not isinstance(value, bool) and "minor units" in limit.unit:
        said = f"{value / 100:,.2f}"  # our limits in money are in currencies of two decimals
    return limit.name.removesuffix("_minor").replace("_", " "), said.replace("_", " "), limit.unit


def _where(scope: Scope) -> str:
    parts = [scope.place or "everywhere", *(part.replace("_", " ") for part in (*scope.roles, *scope.classes))]
    return ", ".join(parts)
