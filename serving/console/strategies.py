"""The page Strategies: every way of ordering a queue, its terms, which one is in force, and what is left to chance."""

from __future__ import annotations

from typing import Any

from arrears.queues.in_force import in_force as followed
from arrears.queues.item import Night
from arrears.queues.strategy import names, strategy
from serving.console.effect_told import NOBODY, effect_of
from serving.console.left_to_chance import left_to_chance
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
        chance = None if night is None else left_to_chance(connection, night)
        chosen = followed(connection)
    every = [strategy(name) for name in names()]
    in_force = None if night is None else (night.strategy_name, night.strategy_version)
    return {
        "night": night,
        "strategies": sorted(every, key=lambda one: (one.name, one.version) != in_force),
        "in_force": in_force,
        "next": (chosen.name, chosen.version),
        "units": UNITS,
        "chance": chance,
        "desk": deployment.settings.desk if chance is None else chance.desk,
        "effect": effect_of(deployment.champions.of(UPLIFT)),
        "no_effect": _no_effect(deployment, night),
    }


def _no_effect(deployment: Deployment, night: Night | None) -> str:
    """Why no champion tells what a call adds, where none does."""
    if not deployment.champions.asked:
        return "The registry is being opened."
    told = night.further_models.get(UPLIFT, {}).get("because") if night else None
    return str(told or NOBODY)
