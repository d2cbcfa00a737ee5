"""The numbers a portfolio or a client may choose, with our defaults beneath.

`defaults.toml` lists every setting with its meaning; a portfolio's own TOML overrides some, a client's section
overrides again. Law is not here: limits of conduct live in `arrears.policy`, and a portfolio may only tighten them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from arrears.clock import countries_with_holidays
from arrears.desk_settings import OF_CLIENT, DeskSettings
from arrears.errors import BadInput

DueKind = Literal["invoice", "instalment", "fee", "interest", "penalty", "adjustment"]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PortfolioSettings(_Section):
    """Where the book lives: its zone, country and language."""

    zone: str
    country: str
    locale: str
    no_law_profile: tuple[str, ...]
    stands_at: AwareDatetime | None

    @field_validator("stands_at", mode="before")
    @classmethod
    def _empty_is_the_present(cls, moment: object) -> object:
        return moment or None  # TOML has no null

    @field_validator("zone")
    @classmethod
    def _zone_exists(cls, zone: str) -> str:
        if zone not in _zones():
            message = f"{zone} is no time zone of the IANA database"
            raise ValueError(message)
        return zone

    @field_validator("country")
    @classmethod
    def _holidays_are_known(cls, country: str) -> str:
        if country and country not in countries_with_holidays():
            message = f"no public holidays are known for {country}: write an ISO 3166 code like US, or leave it empty"
            raise ValueError(message)
        return country


class DelinquencySettings(_Section):
    """How late an account is judged to be."""

    source: Literal["auto", "statement", "ledger"]
    edges: tuple[int, int, int, int, int, int, int]
    paid_share: float = Field(gt=0, le=1)
    small_balance: float = Field(ge=0)
    ages: tuple[DueKind, ...]
    pays: tuple[tuple[DueKind, ...], ...]
    status_settles_days: int = Field(ge=0)

    @field_validator("edges")
    @classmethod
    def _edges_rise(cls, edges: tuple[int, ...]) -> tuple[int, ...]:
        if edges[0] < 1 or list(edges) != sorted(set(edges)):
            message = "edges are days past due that rise from 1 on"
            raise ValueError(message)
        return edges


class PromiseSettings(_Section):
    """When a promise counts as kept."""

    grace_business_days: int = Field(ge=0)
    kept_share: float = Field(gt=0, le=1)


class LabelRule(_Section):
    """What counts as paying, for one kind of debt.

    `threshold` is one of `stop_roll`, `any`, `balance:SHARE[:FLOOR]`, `due:SHARE`; shares are 0-1, floors in major
    units.
    """

    horizon_days: int = Field(gt=0)
    threshold: str = Field(pattern=r"^(stop_roll|any|balance:[0-9.]+(:[0-9.]+)?|due:[0-9.]+)$")


class LabelSettings(_Section):
    """What counts as paying and when we can know it."""

    settle_business_days: int = Field(ge=0)
    pre_charge_off: LabelRule
    charged_off: LabelRule
    medical: LabelRule
    invoice: LabelRule


class RateSettings(_Section):
    """House rates of exchange: what one major unit of each currency was worth on a day, all in one currency."""

    on: date | None
    worth: dict[str, Annotated[float, Field(gt=0, allow_inf_nan=False)]]

    @field_validator("on", mode="before")
    @classmethod
    def _empty_is_no_day(cls, day: object) -> object:
        return day or None  # TOML has no null

    @field_validator("worth")
    @classmethod
    def _currencies_exist(cls, worth: dict[str, float]) -> dict[str, float]:
        if worth:
            from arrears.money import refuse_unknown  # a tenth of a second, which most books need not spend

            refuse_unknown(worth)
        return worth

    @model_validator(mode="after")
    def _rates_have_a_day(self) -> RateSettings:
        if self.worth and self.on is None:
            message = "rates need their day: on"
            raise ValueError(message)
        return self


class ValueSettings(_Section):
    """Costs, minutes and fees: what a queue's ranking in money is made of."""

    recovery_share: float = Field(ge=0, le=1)
    fee_share: float = Field(ge=0, le=1)
    attempt_minutes: float = Field(gt=0)
    talk_minutes: float = Field(ge=0)
    minute_cost: float = Field(ge=0)
    right_party_share: float = Field(gt=0, le=1)
    attempts_per_week: int = Field(gt=0)
    rates: RateSettings


class Override(_Section):
    """A limit of conduct that this deployment keeps tighter than its file has it.

    `place` None means every place in which the limit stands; `name` "on" with true switches a rule on that a file keeps
    off.
    """

    rule: str
    name: str
    value: int | float | str | bool
    place: str | None = None


class Approval(_Section):
    """A feature whose reading somebody approved, where the limits of FL-01 leave that to a person."""

    feature: str = Field(min_length=1)
    who: str = Field(min_length=1)
    why: str = Field(min_length=1)


class ConductSettings(_Section):
    """Which rules of conduct are asked, what the house keeps tighter, and which features somebody approved."""

    profiles: tuple[Literal["us_federal", "us_states", "house", "b2b", "healthcare", "uk"], ...]
    live_feed: bool
    limits: tuple[Override, ...]
    approved_features: tuple[Approval, ...]

    @property
    def approved(self) -> frozenset[str]:
        """Names of the features that somebody approved."""
        return frozenset(each.feature for each in self.approved_features)


class Settings(_Section):
    """All settings of one portfolio, and how its clients differ.

    Examples
    --------
    >>> default_settings().delinquency.paid_share
    0.9
    """

    portfolio: PortfolioSettings
    delinquency: DelinquencySettings
    promises: PromiseSettings
    label: LabelSettings
    value: ValueSettings
    conduct: ConductSettings
    desk: DeskSettings
    clients: dict[str, dict[str, Any]] = Field(default_factory=dict)

    @field_validator("clients")
    @classmethod
    def _rates_are_the_houses(cls, clients: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        if own := [client for client, section in clients.items() if "rates" in section.get("value", {})]:
            message = f"{', '.join(own)}: value.rates compare all clients in one queue, so no client has its own"
            raise ValueError(message)
        return clients

    @field_validator("clients")
    @classmethod
    def _conduct_is_the_houses(cls, clients: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        if own := [client for client, section in clients.items() if "conduct" in section]:
            message = f"{', '.join(own)}: conduct is one for all clients, as one person may owe several"
            raise ValueError(message)
        return clients

    @field_validator("clients")
    @classmethod
    def _desk_is_the_houses(cls, clients: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        for client, section in clients.items():
            if own := sorted(set(section.get("desk", {})) - OF_CLIENT):
                message = f"{client}: desk.{', desk.'.join(own)} is one for all clients, as one desk works them all"
                raise ValueError(message)
        return clients

    def for_client(self, client: str | None) -> Settings:
        """The settings as they stand for one client; a client without a section has the portfolio's."""
        if client is None or client not in self.clients:
            return self
        whole = _merged(self.model_dump(exclude={"clients"}), self.clients[client])
        return _validated(whole, where=f"[clients.{client}]")


def default_settings() -> Settings:
    """The settings of a portfolio that says nothing of its own."""
    return _validated(_defaults(), where="defaults.toml")


def read_settings(file: Path) -> Settings:
    """The settings in a portfolio's TOML over the defaults.

    Raises
    ------
    BadInput : the file is no TOML, or names a setting that does not exist or cannot have that value.
    """
    try:
        own = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise BadInput(
            asked=f"read settings from {file.name}", found=f"no valid TOML: {problem}", do="Mend the line it names."
        ) from problem
    return settings_of(own, where=file.name)


def settings_of(own: dict[str, Any], *, where: str) -> Settings:
    """The settings in a document, a portfolio's or a recorded one, over the defaults.

    Raises
    ------
    BadInput : it names a setting that does not exist or cannot have that value.
    """
    settings = _validated(_merged(_defaults(), own), where=where)
    for client in settings.clients:
        settings.for_client(client)  # a client's section is checked when it is written, not when it is first needed
    return settings


def recorded_settings(document: Mapping[str, Any], *, where: str) -> Settings:
    """The settings that a night recorded: a share that it did not know of was left to no lot.

    Raises
    ------
    BadInput : as `settings_of`.
    """
    desk = {"holdout_share": 0.0, "edge_share": 0.0} | dict(document.get("desk", {}))
    return settings_of({**document, "desk": desk}, where=where)


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())  # walks the zone files of the system: 27 ms a call


def _defaults() -> dict[str, Any]:
    return tomllib.loads(files("arrears").joinpath("defaults.toml").read_text(encoding="utf-8"))


def _merged(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        both_sections = isinstance(value, dict) and isinstance(merged.get(key), dict) and key != "clients"
        merged[key] = _merged(merged[key], value) if both_sections else value
    return merged


def _validated(whole: dict[str, Any], *, where: str) -> Settings:
    try:
        return Settings.model_validate(whole)
    except ValidationError as problem:
        faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in problem.errors())
        raise BadInput(
            asked=f"use the settings in {where}",
            found=faults,
            do="Mend the settings named; defaults.toml shows all.",
        ) from problem
