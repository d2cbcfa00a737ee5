"""What was done with a test, without what each act rests on: readings are large, and a list shows none of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from arrears.experiments.records import newest
from arrears.state.experiments import experiment_acts


@dataclass(frozen=True)
class Deed:
    """One thing that was done with a test."""

    act_id: int
    at: datetime
    by: str
    did: str
    because: str


def deeds(connection: Connection, experiment_id: int) -> list[Deed]:
    """What was done with a test, oldest first."""
    columns = [experiment_acts.c[name] for name in Deed.__dataclass_fields__]
    asked = select(*columns).where(experiment_acts.c.experiment_id == experiment_id)
    return [Deed(**row) for row in connection.execute(asked.order_by(experiment_acts.c.act_id)).mappings()]


def rests_on(connection: Connection, experiment_id: int, did: str) -> dict[str, Any] | None:
    """What the last act of a kind rests on; None where there is none, or it rests on nothing."""
    act = newest(connection, experiment_id, did)
    return dict(act.evidence) if act is not None and act.evidence else None
