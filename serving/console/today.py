"""The page Today: what was built, what it holds, and what the team could work of it."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from typing import Any

from arrears.lake import Lake
from arrears.queues import store
from serving.console.frame import today_of
from serving.deployment import Deployment
from serving.present import in_zone

SOON_DAYS = 3
SHOWN = 8


def shown(deployment: Deployment) -> dict[str, Any] | None:
    """What the page shows; None before the first night."""
    day = today_of(deployment.clock.now(), deployment.settings.portfolio.zone)
    with deployment.engine.connect() as connection:
        night = deployment.night(connection)
        if night is None:
            return None
        soon = day + timedelta(days=SOON_DAYS)
        queues = store.queues(connection, night.night_id)
        return {
            "night": night,
            "ran_at": in_zone(night.ran_at, deployment.settings.portfolio.zone),
            "today": day,
            "zone": deployment.settings.portfolio.zone,
            "soon": soon,
            "queues": queues,
            "minutes_ready": sum(queue.expected_minutes for queue in queues),
            "held": deployment.of_night("held", lambda: store.held_by_reason(connection, night.night_id)),
            "aging": deployment.of_night("aging", lambda: store.aging(connection, night.night_id)),
            "rolling": store.items(connection, night.night_id, state="ready", rolls_by=soon, limit=1).total,
            "top": store.items(connection, night.night_id, state="ready", limit=SHOWN).rows,
            "team": team(deployment.lake),
        }


@lru_cache(maxsize=4)
def _team(fingerprint: str, lake: Lake) -> dict[str, float] | None:
    del fingerprint
    if "collectors" not in lake.tables:
        return None
    con = lake.connect()
    try:
        sql = "SELECT count(*), sum(minutes_per_day) FROM collectors WHERE NOT deleted AND known_until IS NULL"
        people, minutes = con.execute(sql).fetchone() or (0, 0)
    finally:
        con.close()
    return {"people": people, "minutes": float(minutes or 0)} if people else None


def team(lake: Lake) -> dict[str, float] | None:
    """How many collectors the book names, and their minutes a day; None where it names none."""
    return _team(lake.fingerprint, lake) if lake.exists() else None
