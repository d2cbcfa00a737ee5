"""The form in which a test is planned: what its fields hold of a design, and the design that typed fields make.

A field that the form does not show keeps what the text it was opened from says. What is typed is never thrown away: a
field that cannot be read has a fault beside it, and stays as it was typed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from arrears.errors import BadInput
from arrears.experiments.design import Design, read_design
from arrears.experiments.metrics import METRICS
from arrears.money import exponents
from arrears.plain_faults import faults_of, said_of
from serving.console.experiments_typed import (
    Typed,
    count_of,
    major_of,
    minor_of,
    number_of,
    percent_of,
    plain,
    whole_of,
)
from serving.console.forms import Form

MODEL = "model:"
"""Begins the value of a choice that names a model's version and no strategy."""

SCALES: Mapping[str, int] = {
    "balance_before_minor": 1,
    "past_due_before_minor": 1,
    "bucket_before": 1,
    "champion_score": 1_000_000,
}
"""Covariates of the form, and the steps in which each is kept."""

_MONEY = ("money", "money_per_minute")
_SEPARATOR = ", "
_WHOLE = {
    "horizon": ("primary", "horizon_days"),
    "settlement": ("primary", "settlement_days"),
    "weeks": ("enrolment", "weeks"),
    "debtors": ("enrolment", "debtors"),
    "pay_cycle": ("enrolment", "pay_cycle_days"),
}
_PARTS = {"alpha": ("stop", "alpha"), "power": ("stop", "power")}
_WORDS = {
    "currency": ("cohort", "currency"),
    "entry": ("cohort", "entry"),
    "metric": ("primary", "metric"),
    "group": ("exclusion", "group"),
}
_AMOUNTS = {
    "balance_from": ("cohort", "balance_from_minor"),
    "balance_below": ("cohort", "balance_below_minor"),
    "cap": ("primary", "cap_minor"),
    "effect": ("primary", "smallest_effect_minor"),
}
_FIELDS = {path: name for told in (_WHOLE, _PARTS, _WORDS, _AMOUNTS) for name, path in told.items()} | {
    ("cohort", "balance_bands_minor"): "bands",
    ("enrolment", "starts"): "starts",
    ("enrolment",): "weeks",
    ("exclusion", "low"): "low",
    ("exclusion", "high"): "high",
}


def typed_of(design: Design, base: str = "") -> Typed:
    """A design as the form shows it.

    Parameters
    ----------
    base : the text behind the form, in which what it does not show is kept.
    """
    currency, cohort, primary = design.cohort.currency, design.cohort, design.primary
    stop, enrolment, own = design.stop, design.enrolment, design.exclusion
    arms = sorted(design.arms, key=lambda arm: arm.role != "champion")
    fields: dict[str, Sequence[str]] = {
        "base": [base],
        "name": [design.name],
        "sentence": [design.sentence],
        "salt": [design.salt],
        "arm": [arm.name for arm in arms],
        "follows": [arm.strategy or f"{MODEL}{arm.model}" for arm in arms],
        "share": [plain(Decimal(str(arm.share)) * 100) for arm in arms],
        "currency": [currency],
        "buckets": [str(each) for each in cohort.buckets],
        "clients": [_SEPARATOR.join(cohort.clients)],
        "entry": [cohort.entry],
        "balance_from": [major_of(cohort.balance_from_minor or None, currency)],
        "balance_below": [major_of(cohort.balance_below_minor, currency)],
        "bands": [" ".join(major_of(edge, currency) for edge in cohort.balance_bands_minor)],
        "strata": list(design.strata),
        "staff": [design.staff],
        "household": ["yes"] if design.household_together else [],
        "metric": [primary.metric],
        "horizon": [str(primary.horizon_days)],
        "settlement": [str(primary.settlement_days)],
        "cap": [major_of(primary.cap_minor, currency)],
        "effect": [major_of(primary.smallest_effect_minor, currency)],
        "secondary": list(design.secondary),
        "covariates": [each.name for each in design.covariates],
        "starts": [enrolment.starts.isoformat()],
        "weeks": [str(enrolment.weeks)],
        "debtors": [str(enrolment.debtors)],
        "pay_cycle": [str(enrolment.pay_cycle_days)],
        "rail": [each.metric for each in design.guardrails],
        "margin": [_margin(each.metric, each.margin, currency) for each in design.guardrails],
        "rail_horizon": [str(each.horizon_days) for each in design.guardrails],
        "rail_settlement": [str(each.settlement_days) for each in design.guardrails],
        "attribute": [each.protected.attribute if each.protected else "" for each in design.guardrails],
        "protected": [each.protected.group if each.protected else "" for each in design.guardrails],
        "group": [own.group if own else ""],
        "low": [plain(Decimal(str(own.low)) * 100) if own else "0"],
        "high": [plain(Decimal(str(own.high)) * 100) if own else "100"],
        "alpha": [plain(Decimal(str(stop.alpha)) * 100)],
        "power": [plain(Decimal(str(stop.power)) * 100)],
    }
    return Typed(fields, design=design)


def read_form(form: Form) -> Typed:
    """The design that typed fields make, or what is wrong with them."""
    typed = Typed({name: list(values) for name, values in form.items()})
    document = _document(typed)
    if document is None:
        return typed
    return checked(typed, document)


def checked(typed: Typed, document: Mapping[str, Any]) -> Typed:
    """The same with the design of a document, or with its faults beside the fields that they are of."""
    told = dict(typed.faults)
    try:
        design = Design.model_validate(document)
    except ValidationError as problem:
        for fault in faults_of(problem):
            name = _field_of(fault["loc"])
            # What could not be read is missing for that reason alone.
            if name not in told:
                typed.fault(name, _sentence(said_of(fault, Design)))
    else:
        typed.design = design if not typed.faults else None
    return typed


def _document(typed: Typed) -> dict[str, Any] | None:
    """What the form was opened from, with what was typed laid over it."""
    told: dict[str, Any] = {}
    if typed.one("base"):
        try:
            told = read_design(typed.one("base"), where="the text behind the form", on_record=True).model_dump(
                mode="python"
            )
        except BadInput as problem:
            typed.fault("design", problem.found)
            return None
    told |= {name: typed.one(name).strip() for name in ("name", "sentence")}
    for name in ("cohort", "enrolment", "primary", "stop"):
        told[name] = dict(told.get(name) or {})
    if not typed.one("sentence").strip():
        typed.fault("sentence", "Say what is tried, and what would make it worth having")
    told["exclusion"] = dict(told.get("exclusion") or {}) if typed.one("group").strip() else None
    for name, path in _WORDS.items():
        if typed.one(name).strip() or name != "group":
            told[path[0]][path[1]] = typed.one(name).strip()
    _numbers(typed, told)
    told["cohort"]["buckets"] = list(typed.fields.get("buckets", ()))
    told["cohort"]["clients"] = _clients(typed.one("clients"), told["cohort"].get("clients") or ())
    told["strata"], told["secondary"] = (list(typed.fields.get(name, ())) for name in ("strata", "secondary"))
    told["household_together"] = bool(typed.one("household"))
    told["arms"] = _arms(typed)
    told["covariates"] = _covariates(typed, told.get("covariates") or ())
    told["guardrails"] = _guardrails(typed)
    told["staff"] = typed.one("staff").strip() or told.get("staff", "shared")
    told["salt"] = typed.one("salt").strip() or f"{told['name']}, from {typed.one('starts').strip()}"
    return told


def _numbers(typed: Typed, told: dict[str, Any]) -> None:
    currency = typed.one("currency").strip()
    decimals = exponents().get(currency)
    if decimals is None:
        typed.fault("currency", "Choose a currency of ISO 4217")
    for name, (part, key) in _WHOLE.items():
        _put(told[part], key, whole_of(typed, name))
    for name, (part, key) in _PARTS.items():
        if typed.one(name).strip():
            _put(told[part], key, percent_of(typed, name, typed.one(name)))
    for name, (part, key) in _AMOUNTS.items():
        told[part].pop(key, None)
        minor = minor_of(typed, name, typed.one(name), decimals)
        # What is worth finding is a mean, so it may lie between two cents.
        _put(told[part], key, minor if name == "effect" or minor is None else round(minor))
    edges = [
        minor_of(typed, "bands", each, decimals) for each in re.split(r"[\s;]+", typed.one("bands").strip()) if each
    ]
    told["cohort"]["balance_bands_minor"] = [round(edge) for edge in edges if edge is not None]
    if told["exclusion"] is not None:
        for name in ("low", "high"):
            _put(told["exclusion"], name, percent_of(typed, name, typed.one(name)))
    with suppress(KeyError):
        del told["enrolment"]["starts"]
    try:
        told["enrolment"]["starts"] = date.fromisoformat(typed.one("starts").strip())
    except ValueError:
        typed.fault("starts", "Write a day as 2026-06-01")


def _arms(typed: Typed) -> list[dict[str, Any]]:
    rows = zip(*(typed.fields.get(name, ()) for name in ("arm", "follows", "share")), strict=False)
    arms: list[dict[str, Any]] = []
    for place, (name, follows, share) in enumerate(rows):
        if place and not follows:
            continue
        own = {"model": follows.removeprefix(MODEL)} if follows.startswith(MODEL) else {"strategy": follows}
        role = "challenger" if place else "champion"
        taken = {each["name"] for each in arms}
        free = (f"challenger_{number}" if number > 1 else role for number in range(1, 99))
        made = name.strip() or next(each for each in free if each not in taken)
        arms.append({"name": made, "role": role, "share": percent_of(typed, "arms", share), **own})
    if len(arms) < 2:  # noqa: PLR2004 - a champion and whoever challenges it
        typed.fault("arms", "Choose what challenges the champion")
    return arms


def _clients(text: str, known: Sequence[str]) -> list[str]:
    """Names apart by commas; those that stood there already keep the commas of their own."""
    if text.strip() == _SEPARATOR.join(known).strip():
        return [*known]
    return [each.strip() for each in text.split(",") if each.strip()]


def _covariates(typed: Typed, known: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    chosen, scales = typed.fields.get("covariates", ()), {**SCALES, **{each["name"]: each["scale"] for each in known}}
    return [{"name": name, "scale": scales.get(name, 1)} for name in chosen]


def _guardrails(typed: Typed) -> list[dict[str, Any]]:
    names = ("rail", "margin", "rail_horizon", "rail_settlement", "attribute", "protected")
    columns = [list(typed.fields.get(name, ())) for name in names]
    longest = max(map(len, columns))
    rows = zip(*(column + [""] * (longest - len(column)) for column in columns), strict=True)
    decimals = exponents().get(typed.one("currency").strip())
    rails = []
    for metric, margin, horizon, settlement, attribute, group in rows:
        if not metric:
            continue
        in_money = metric in METRICS and METRICS[metric].unit in _MONEY
        told = minor_of(typed, "guardrails", margin, decimals) if in_money else number_of(typed, "guardrails", margin)
        days = [count_of(typed, "guardrails", each or "0") for each in (horizon, settlement)]
        rail = {"metric": metric, "margin": told, "horizon_days": days[0], "settlement_days": days[1]}
        named = {"attribute": attribute.strip(), "group": group.strip()}
        rails.append(rail | ({"protected": named} if any(named.values()) else {}))
    return rails


def _put(part: dict[str, Any], key: str, value: object) -> None:
    part.pop(key, None)
    if value is not None:
        part[key] = value


def _field_of(loc: Sequence[int | str]) -> str:
    """The field of the form where a fault of the design is shown."""
    path = tuple(str(part) for part in loc)
    found = _FIELDS.get(path[:2]) or _FIELDS.get(path[:1])
    if found is not None:
        return found
    shown = {"cohort": path[1] if len(path) > 1 else "buckets", "exclusion": "group", "primary": "metric"}
    return shown.get(path[0], path[0]) if path else "design"


def _sentence(told: str) -> str:
    return told[:1].upper() + told[1:]


def _margin(metric: str, margin: float, currency: str) -> str:
    return major_of(margin, currency) if METRICS[metric].unit in _MONEY else plain(Decimal(str(margin)))
