"""What the form of a test offers: strategies, what the book has of currencies and clients, metrics and covariates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from arrears.buckets import Bucket
from arrears.experiments.arm_models import READ_BY_NIGHTS
from arrears.experiments.metrics import METRICS
from arrears.lake import Lake
from arrears.queues.in_force import in_force
from arrears.queues.strategy import names, strategy
from arrears.state.reading import reading
from serving.console.experiments_form import MODEL, SCALES
from serving.console.experiments_typed import Typed
from serving.console.registry import registry_of
from serving.deployment import Deployment
from serving.gate.book import PAST_DUE
from serving.present import manifest_changed_at

STRATA = (("bucket", "bucket"), ("balance_band", "balance band"), ("entry", "new entry or stock"))
ENTRIES = (("both", "everybody"), ("new", "only who falls late from then on"), ("stock", "only who is late by then"))
STAFF = (("shared", "everybody works all arms"), ("separate", "each arm has its own, ten or more"))
BEFORE = {
    "balance_before_minor": "what was owed",
    "past_due_before_minor": "what was past due",
    "bucket_before": "the bucket",
    "champion_score": "the champion's chance to pay",
}
MOST_CLIENTS = 20
_CURRENCIES = "SELECT currency FROM accounts WHERE currency IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC, 1"
_CLIENTS = "SELECT DISTINCT client FROM accounts WHERE client IS NOT NULL ORDER BY 1"


@dataclass(frozen=True)
class Held:
    """What the book holds.

    Attributes
    ----------
    currencies : the most accounts first.
    """

    currencies: tuple[str, ...]
    clients: tuple[str, ...]


def choices(deployment: Deployment, typed: Typed) -> dict[str, Any]:
    """What each field of the form offers; what was typed is among it, whether it is there now or not."""
    held, chosen = _held(deployment), typed.fields.get("follows", ())
    with reading(deployment.engine) as connection:
        chosen_now = in_force(connection)
    label = f"{chosen_now.name}/{chosen_now.version}"
    known = [f"{each.name}/{each.version}" for each in map(strategy, names())]
    models = _versions(deployment)
    strange = [each for each in dict.fromkeys(chosen) if each and each not in (*known, *models)]
    return {
        "worked_by": {
            "Strategies": [(each, f"{each} (in force)" if each == label else each) for each in known],
            "Versions of a model": [(each, f"{each.removeprefix(MODEL)}{serves}") for each, serves in models.items()],
            "As the text says": [(each, each.removeprefix(MODEL)) for each in strange],
        },
        "currencies": [(each, each) for each in dict.fromkeys([*held.currencies, typed.one("currency")]) if each],
        "clients": held.clients[:MOST_CLIENTS],
        "buckets": _and_typed(
            [(each, "charged off" if each == Bucket.CHARGED_OFF else each) for each in PAST_DUE], typed, "buckets"
        ),
        "strata": _and_typed([*STRATA], typed, "strata"),
        "entries": ENTRIES,
        "primaries": [(each.name, each.sentence) for each in METRICS.values() if each.primary],
        "secondaries": _and_typed(
            [(each.name, each.sentence) for each in METRICS.values() if not each.of_a_group], typed, "secondary"
        ),
        "rail_metrics": _and_typed([(each.name, each.sentence) for each in METRICS.values()], typed, "rail"),
        "covariates": _and_typed([(name, BEFORE[name]) for name in SCALES], typed, "covariates"),
        "arm_rows": _rows(typed, ("arm", "follows", "share"), chosen="follows", at_least=2),
        "rail_rows": _rows(
            typed,
            ("rail", "margin", "rail_horizon", "rail_settlement", "attribute", "protected"),
            chosen="rail",
            at_least=1,
        ),
        "staff": STAFF,
        "has_book": bool(held.currencies),
    }


def first_currency(deployment: Deployment) -> str:
    """The currency of most accounts; "" where nothing is loaded."""
    return next(iter(_held(deployment).currencies), "")


def _versions(deployment: Deployment) -> dict[str, str]:
    """Every version that may be an arm, and what is to be said of it; none where the registry does not answer."""
    told = registry_of(deployment).latest() or {"models": []}
    return {
        f"{MODEL}{model.name}/{each.version}": " (serves)" if each.version == model.champion else ""
        for model in told["models"]
        if model.name in READ_BY_NIGHTS
        for each in model.versions
    }


def _and_typed(offered: list[tuple[str, str]], typed: Typed, name: str) -> list[tuple[str, str]]:
    """What a field offers, and what was typed besides: a choice that is not offered would be lost when it is sent."""
    known = {value for value, _ in offered}
    return [
        *offered,
        *((each, each) for each in dict.fromkeys(typed.fields.get(name, ())) if each and each not in known),
    ]


def _rows(typed: Typed, names: tuple[str, ...], *, chosen: str, at_least: int) -> list[dict[str, str]]:
    """The rows of fields that come in rows, all that was typed among them, and one that is empty after the last choice.

    Parameters
    ----------
    chosen : the field without which a row says nothing.
    """
    columns = {name: list(typed.fields.get(name, ())) for name in names}
    count = max(at_least, _last(columns[chosen]) + 1, *map(_last, columns.values()))
    return [
        {name: column[row] if row < len(column) else "" for name, column in columns.items()} for row in range(count)
    ]


def _last(column: Sequence[str]) -> int:
    """How many rows there are up to the last that says something."""
    return max((place for place, value in enumerate(column, start=1) if value), default=0)


def _held(deployment: Deployment) -> Held:
    lake = deployment.lake
    return _book((lake.root, manifest_changed_at(lake.root)))


@lru_cache(maxsize=4)
def _book(as_it_stands: tuple[Path, int]) -> Held:
    """Of a lake's folder, and of when it last changed."""
    lake = Lake(as_it_stands[0])
    if "accounts" not in lake.tables:
        return Held((), ())
    has_clients = "client" in lake.columns("accounts")
    with lake.connect() as con:
        currencies = [str(code) for (code,) in con.execute(_CURRENCIES).fetchall()]
        clients = [str(name) for (name,) in con.execute(_CLIENTS).fetchall()] if has_clients else []
    return Held(tuple(currencies), tuple(clients))
