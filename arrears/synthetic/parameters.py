"""The parameters of a world: every planted number, read from `worlds.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from pydantic import BaseModel, ConfigDict

from arrears.errors import WrongUse

PRODUCTS = ("card", "loan", "medical", "invoice")
"""Kinds of debt, in the order in which arrays number them."""
HOURS = ("worker", "home", "shift", "office")
"""When a debtor is likely to answer, in the order in which arrays number them."""
FIRST_HOUR, LAST_HOUR = 8, 20
"""Hours of the debtor's day for which a chance to answer is given."""

USUAL = "usual"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PeopleParameters(_Part):
    """Who the debtors are."""

    household_goes_on: float
    business: float
    card: float
    loan: float
    medical: float
    languages: dict[str, float]
    willing_shared: float
    stopped_per_year: float
    prickly: float
    emails: float
    consents: float
    wishes: float
    joint: float


class ShockParameters(_Part):
    """Households that lose income for a while."""

    per_year: float
    least_days: int
    most_days: int
    weight: float
    missed: float


class MoodParameters(_Part):
    """Debtors who face their debts for a while, or avoid them: pairs of numbers are for avoiding and facing."""

    share: float
    days: int
    pays_after: int
    pays: tuple[float, float]
    answers: tuple[float, float]
    promise: tuple[float, float]
    turns_up: tuple[float, float]


class SeasonParameters(_Part):
    """How the chance to pay moves with the calendar and from payday on."""

    months: tuple[float, ...]
    payday: tuple[float, ...]
    weekend: float


class ProductParameters(_Part):
    """One kind of debt: how it is paid, what a talk about it achieves."""

    client: str
    role: str
    debt_class: str
    miss: float
    own: tuple[float, ...]
    full: tuple[float, ...]
    half: tuple[float, ...]
    charge_off_after: int
    charged_off: float
    due_log: float
    due_spread: float
    dues_in_balance: float
    promise: float
    kept_weight: float
    dispute: float


class PayingParameters(_Part):
    """How payments come and how they are recorded."""

    charged_off_dues: int
    willing: float
    willing_missed: float
    returned: float
    late_record: float
    very_late_record: float
    autopay: float
    autopay_from: float


class ReachingParameters(_Part):
    """Whether a dial reaches the right party."""

    early: dict[str, float]
    late: dict[str, float]
    spread: float
    fatigue: float
    fatigue_fades: float
    bad_number: float
    bad_second: float
    second_number: float
    told_bad: float
    unverified: float
    weekend: float
    delivered: float
    voicemail: float
    third_party: float


class TalkingParameters(_Part):
    """What a talk or a message does to the debtor's payments."""

    warmth_promise: float
    warmth_lift: float
    willing_lift: float
    talk: float
    sms: float
    email: float
    letter: float
    fades: float
    saturation: float
    saturation_fades: float
    waiting: float
    broken: float
    while_promised: float
    annoyed: float
    hardship: float
    hardship_in_shock: float
    hardship_pays: float
    dispute_pays: float
    cease: float
    promise_binds: bool
    by_lateness: float


class PolicyParameters(_Part):
    """How the house chose whom to contact before."""

    dials_per_collector: int
    accounts_per_collector: int
    most_called: float
    top_chance: float
    explored: float
    sms_chance: float
    email_chance: float
    letter_chance: float
    rows_kept: int


class DriftParameters(_Part):
    """What a drift multiplies from its day on."""

    shocks: float
    lift: float
    reach: float
    sms: float
    new_dues: float


class Parameters(_Part):
    """Everything that makes one kind of world; `worlds.toml` says each number's meaning and source."""

    starts_on: date
    zone: str
    country: str
    drift_share: float
    people: PeopleParameters
    shocks: ShockParameters
    moods: MoodParameters
    season: SeasonParameters
    products: dict[str, ProductParameters]
    paying: PayingParameters
    reaching: ReachingParameters
    hours: dict[str, tuple[float, ...]]
    talking: TalkingParameters
    policy: PolicyParameters
    drift: DriftParameters


def world_names() -> tuple[str, ...]:
    """The worlds that can be made.

    Examples
    --------
    >>> world_names()
    ('usual', 'severity_wins', 'no_effect')
    """
    return tuple(_file())


def parameters_of(world: str) -> Parameters:
    """The parameters of one kind of world.

    Raises
    ------
    WrongUse : no world has that name.

    Examples
    --------
    >>> parameters_of("no_effect").talking.talk
    0.0
    """
    if world not in world_names():
        raise WrongUse(asked=f"make the world {world}", found="no such world", do=f"Name {', '.join(world_names())}.")
    return Parameters.model_validate(_over(_file()[USUAL], _file()[world]))


@cache
def _file() -> dict[str, Any]:
    return tomllib.loads((files("arrears.synthetic") / "worlds.toml").read_text(encoding="utf-8"))


def _over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for name, value in above.items():
        old = merged.get(name)
        # Shares of languages or levels by product are replaced as they stand; sections are merged.
        merged[name] = _over(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return merged
