"""Rebuild a night from what was recorded, and find the first thing that comes out differently.

The lake is read as its manifest stood that night, the models are the recorded versions, strategy and settings are the
recorded ones. What can differ is code, or a file that somebody changed: both must show.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Connection, Engine

from arrears.errors import BadInput, WrongUse
from arrears.lake import Lake
from arrears.manifest import manifest_of
from arrears.queues import store, strategy
from arrears.queues.item import Night
from arrears.queues.record import ACCOUNT_COLUMNS, ITEM_COLUMNS
from arrears.settings import recorded_settings
from arrears.state.closed import BY_CLIENT
from models.registry import Registry
from serving.night import rows as night_rows
from serving.night.arms import running_again
from serving.night.built import Built
from serving.night.nightly import Progress, build, quiet
from serving.scores.further import further_of
from serving.scores.scoring import RULES, Champion

_OF_THE_NIGHT = (
    "lake_fingerprint",
    "feature_fingerprint",
    "feature_names",
    "features_absent",
    "loss_factors",
    "past_due",
    "held",
    "served",
    "held_by_reason",
    "list_digest",
    "further_models",
    "experiments",
)
_NOT_REBUILT = frozenset(
    {"state", "state_since", "assigned_to", "place", "ready_at"}
)  # what happened to an item since is no part of the night


@dataclass(frozen=True)
class Difference:
    """The first thing that came out differently: of the night, of an account or of an item, and in which column.

    `key` is the account's id, or the item's rank; values are not repeated here.
    """

    of: str
    key: str
    column: str


@dataclass(frozen=True)
class Replay:
    """What a replay found: `difference` is None where everything is identical."""

    night_id: int
    accounts: int
    items: int
    difference: Difference | None


def replay(engine: Engine, lake_root: Path, registry: Registry, night_id: int, *, progress: Progress = quiet) -> Replay:
    """Rebuild a night and compare it, column by column, with what was served.

    Raises
    ------
    WrongUse : no such night.
    BadInput : a file of the lake, or a model, that the night read is gone.
    """
    with engine.connect() as connection:
        night = store.night(connection, night_id)
        if night is None:
            raise WrongUse(asked=f"replay night {night_id}", found="no such night", do="List them: arrears queue list.")
        built = rebuild(night, lake_root, registry, connection, progress=progress)
        progress("Comparing")
        accounts = store.recorded_accounts(connection, night_id, ACCOUNT_COLUMNS)
        items = store.recorded_items(connection, night_id, ITEM_COLUMNS)
    difference = _first_difference(night, built, accounts, items)
    return Replay(night_id=night_id, accounts=len(accounts), items=len(items), difference=difference)


def rebuild(
    night: Night, lake_root: Path, registry: Registry, connection: Connection, *, progress: Progress = quiet
) -> Built:
    """The night again, from what it recorded."""
    lake = Lake(lake_root, manifest_of(dict(night.lake_manifest)))
    gone = sorted(path for path in lake.manifest.paths if not (lake_root / path).exists())
    if gone:
        raise BadInput(
            asked=f"replay night {night.night_id}",
            found=f"{len(gone)} files of the lake that it read are gone, the first {gone[0]}",
            do="Put the lake's old files back: a load never removes them.",
        )
    champions = (
        _recorded(registry, night, night.propensity_model, night.propensity_version),
        _recorded(registry, night, night.roll_rate_model, night.roll_rate_version),
    )
    recorded = strategy.read(dict(night.strategy), where=f"night {night.night_id}")
    settings = recorded_settings(night.settings, where=f"night {night.night_id}")

    def opened(name: str, version: str) -> Champion:
        return Champion(name, registry.load(name, version))

    return build(
        lake,
        champions,
        night.as_of,
        recorded,
        further=further_of(registry, night.further_models),
        settings=settings,
        served_on=night.served_on,
        limits_on=night.limits_on,
        connection=connection,
        now=night.ran_at,
        allocate=False,
        grouped_by=night.grouped_by,
        running=partial(running_again, connection, opened, night.night_id, night.experiments),
        progress=progress,
    )


def _recorded(registry: Registry, night: Night, name: str, version: str) -> Champion:
    if version.startswith(RULES):
        return Champion(name, None, night.degraded_because)
    return Champion(name, registry.load(name, version))


def _first_difference(
    night: Night, built: Built, accounts: Sequence[Mapping[str, Any]], items: Sequence[Mapping[str, Any]]
) -> Difference | None:
    again = night_rows.night(built, ran_at=night.ran_at)
    for column in _OF_THE_NIGHT:
        recorded = getattr(night, column)
        if not _same(_as_now(recorded, again[column]) if column == "experiments" else recorded, again[column]):
            return Difference("night", str(night.night_id), column)
    of_accounts = _of_rows("account", "account_id", ACCOUNT_COLUMNS, accounts, night_rows.accounts(built))
    # Groups that the client alone made were named anew when they were split, so only their client is the same.
    told = [name for name in ITEM_COLUMNS if night.grouped_by != BY_CLIENT or name != "work_group"]
    of_items = _of_rows("item", "rank", told, items, night_rows.items(built, at=night.ran_at, columns=told))
    return of_accounts or of_items


def _as_now(recorded: Sequence[Mapping[str, Any]], again: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The parts of a night with what earlier versions left out: whether it drew newcomers, and how many were drawn."""
    if len(recorded) != len(again):
        return list(recorded)
    counted = [{"assigned": new["assigned"], "enrols": True} for new in again]
    return [{**left_out, **part} for left_out, part in zip(counted, recorded, strict=True)]


def _of_rows(
    of: str, key: str, columns: Sequence[str], recorded: Sequence[Mapping[str, Any]], again: Iterable[Sequence[Any]]
) -> Difference | None:
    rows = list(again)
    if len(rows) != len(recorded):
        return Difference(of, f"{len(recorded)} recorded, {len(rows)} rebuilt", "count")
    for before, row in zip(recorded, rows, strict=True):
        after = dict(zip(columns, row, strict=True))
        for column in columns:
            if column not in _NOT_REBUILT and not _same(before[column], after[column]):
                return Difference(of, str(before[key]), column)
    return None


def _same(before: object, after: object) -> bool:
    if isinstance(before, list | dict) and isinstance(after, str):
        after = json.loads(after)
    if isinstance(before, list) and before and isinstance(before[0], float):
        return np.array_equal(np.array(before), np.array(after, dtype=float), equal_nan=True)
    return before == after
