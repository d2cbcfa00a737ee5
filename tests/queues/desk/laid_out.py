"""A night and its items written straight into the tables: what a test of the desk needs and no more."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, insert, text

from arrears.state.schema import nights, work_items

MORNING = datetime(2026, 6, 1, 13, 0, tzinfo=UTC)
"""09:00 in New York, on a Monday."""

MADE_BY = {
    "scored_by": "rules",
    "propensity_model": "rules",
    "propensity_version": "1",
    "roll_rate_model": "rules",
    "roll_rate_version": "1",
    "strategy_name": "value_at_risk",
    "strategy_version": "1",
    "feature_fingerprint": "f",
}


def a_night(connection: Connection, *, at: datetime = MORNING) -> int:
    """A night that serves."""
    row = {
        "as_of": date(2026, 5, 29),
        "cutoff": at,
        "ran_at": at,
        "seconds": 1.0,
        "state": "served",
        "code_version": "1",
        "lake_fingerprint": "l",
        "lake_manifest": {},
        "settings": {},
        **MADE_BY,
        "strategy": {},
        "loss_factors": {},
        "feature_names": [],
        "features_absent": {},
        "past_due": 0,
        "held": 0,
        "served": 0,
        "held_by_reason": {},
        "list_digest": "",
        "served_on": date(2026, 6, 1),
        "limits_on": date(2026, 6, 1),
    }
    return int(connection.execute(insert(nights).values(row).returning(nights.c.night_id)).scalar_one())


def an_item(night_id: int, number: int, **changed: Any) -> dict[str, Any]:
    """Columns of an item of debtor `D<number>` with account `A<number>`, first in the order of the numbers."""
    debtor = changed.get("debtor_id", f"D{number}")
    account = f"A{number}"
    return {
        "night_id": night_id,
        "debtor_id": debtor,
        "client": "",
        "work_group": "",
        "lane": "pay",
        "state_since": MORNING,
        "rank": number,
        "priority": 1.0,
        "value_minor": 100.0,
        "expected_minutes": 5.0,
        "accounts": [account],
        "lead_account_id": account,
        "currency": "USD",
        "bucket": "30-59",
        "days_past_due": 40,
        "past_due_minor": 10_000,
        "balance_minor": 50_000,
        "stop_roll_minor": 5_000,
        "rolls_on": date(2026, 6, 20),
        "propensity": 0.5,
        "p_roll": 0.3,
        "terms": {},
        "reasons": {},
        "as_of": date(2026, 5, 29),
        **MADE_BY,
        "chosen_with_probability": 1.0,
        "verdict": "allowed",
        "ways": [],
        "people": [debtor],
        "judged_for": date(2026, 6, 1),
        "judged_at": MORNING,
        "place": float(number),
        "ready_at": MORNING,
        **changed,
    }


def lay(connection: Connection, night_id: int, *items: dict[str, Any]) -> list[int]:
    """Write items `(number, changes)` as `an_item` has them; their ids in the same order."""
    rows = [an_item(night_id, number, **changed) for number, changed in enumerate(items, start=1)]
    made = insert(work_items).returning(work_items.c.work_item_id)
    return [int(connection.execute(made.values(row)).scalar_one()) for row in rows]


def row_of(connection: Connection, work_item_id: int) -> dict[str, Any]:
    """An item as it stands."""
    found = connection.execute(text("SELECT * FROM work_items WHERE work_item_id = :item"), {"item": work_item_id})
    return dict(found.mappings().one())


def rows(connection: Connection, sql: str, **values: Any) -> list[tuple[Any, ...]]:
    """What a query finds."""
    return [tuple(row) for row in connection.execute(text(sql), values)]
