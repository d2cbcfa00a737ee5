"""The page Strategies: every way of ordering a queue, its terms, which one is in force, and the random slice."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, text

from arrears.queues.item import Night
from arrears.queues.strategy import names, strategy
from serving.console.effect_told import NOBODY, effect_of
from serving.deployment import Deployment
from serving.scores.further import UPLIFT

UNITS = {
    "money": "money",
    "money_per_minute": "money a minute",
    "share": "share of one",
    "minutes": "minutes",
    "days": "days",
    "rank": "rank",
    "number": "number",
    "ranking": "ranking",
}


def shown(deployment: Deployment) -> dict[str, Any]:
    """What the page shows, before the first night, too."""
    with deployment.engine.connect() as connection:
        night = deployment.night(connection)
        slice_ = None if night is None else _slice(connection, night.night_id)
    every = [strategy(name) for name in names()]
    in_force = None if night is None else (night.strategy_name, night.strategy_version)
    return {
        "night": night,
        "strategies": sorted(every, key=lambda one: (one.name, one.version) != in_force),
        "in_force": in_force,
        "units": UNITS,
        "slice": slice_,
        "slice_share": deployment.settings.desk.random_slice_share,
        "effect": effect_of(deployment.champions.of(UPLIFT)),
        "no_effect": _no_effect(deployment, night),
    }


def _no_effect(deployment: Deployment, night: Night | None) -> str:
    """Why no champion tells what a call adds, where none does."""
    if not deployment.champions.asked:
        return "The registry is being opened."
    told = night.further_models.get(UPLIFT, {}).get("because") if night else None
    return str(told or NOBODY)


def _slice(connection: Connection, night_id: int) -> dict[str, int]:
    """How many of a night's items were drawn to be worked in random order."""
    sql = text("""
        SELECT count(*) AS items, count(*) FILTER (WHERE explores) AS explores
        FROM work_items WHERE night_id = :night AND made_by = 'night'
    """)
    row = connection.execute(sql, {"night": night_id}).one()
    return {"items": row.items, "explores": row.explores}
