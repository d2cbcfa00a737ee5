"""The first day on which no night works by a test any more: what is decided in the day, a night has begun before."""

from __future__ import annotations

import json
from datetime import date, timedelta

from sqlalchemy import Connection, text

from arrears.experiments.records import Experiment

_LAST_WORKED = text("""
    SELECT max(served_on) FROM nights
    WHERE experiments @> CAST(:part AS jsonb) AND (superseded_by IS NULL OR superseded_by > night_id)
""")


def no_longer_worked(connection: Connection, experiment: Experiment, on: date) -> date:
    """The day from which a test that ends now is not worked: `on`, or the day after its last night's, if that is later.

    Parameters
    ----------
    on : the day on which it is decided.
    """
    part = json.dumps([{"test": experiment.label}])
    last: date | None = connection.execute(_LAST_WORKED, {"part": part}).scalar()
    return on if last is None else max(on, last + timedelta(days=1))
