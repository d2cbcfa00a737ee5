"""What a night recorded of its accounts, as numbers that a threshold may have looked at."""

from __future__ import annotations

from datetime import date

import numpy as np
from sqlalchemy import Connection

from arrears.errors import WrongUse
from arrears.queues.store import latest_night_of, recorded_accounts, recorded_items
from training.effect.local import Floats
from training.effect.rows import NightNumbers

_COLUMNS = ("propensity", "p_roll", "value_minor", "expected_minutes")


def night_numbers(connection: Connection, as_of: date) -> NightNumbers:
    """The scores, the terms of the strategy and the ranks of the last night that stood on a day.

    Accounts that its rules held are left out: nobody could work them, on whichever side of a threshold they stood. The
    rank is the item's, and every account of it has it.

    Raises
    ------
    WrongUse : no night stood on that day.
    """
    night = latest_night_of(connection, as_of)
    if night is None:
        raise WrongUse(
            asked=f"what a night recorded on {as_of}",
            found="no night stood on that day, and the lake has no number of that name",
            do="Name a number of the lake (`arrears features`), or the day of a night.",
        )
    columns = ("account_id", "verdict", "terms", *_COLUMNS)
    rows = [row for row in recorded_accounts(connection, night.night_id, columns) if row["verdict"] == "allowed"]
    items = recorded_items(connection, night.night_id, ("rank", "accounts"))
    rank = {account: item["rank"] for item in items for account in item["accounts"]}
    names = sorted({name for row in rows for name in row["terms"]})
    terms = {name: _floats([row["terms"].get(name) for row in rows]) for name in names}
    columns_of_rows = {name: _floats([row[name] for row in rows]) for name in _COLUMNS}
    return NightNumbers(
        night_id=night.night_id,
        served_on=night.served_on,
        accounts=[row["account_id"] for row in rows],
        numbers=terms | columns_of_rows | {"rank": _floats([rank.get(row["account_id"]) for row in rows])},
    )


def _floats(values: list[float | None]) -> Floats:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)
