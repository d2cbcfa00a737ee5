"""What was done with a test: each act with who, when and why, and what it rests on.

Readings are large, and a list shows none of them: `deeds` tells the acts without.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from arrears.state.experiments import experiment_acts


@dataclass(frozen=True)
class Act:
    """One thing that was done with a test, and the reading that it rests on."""

    act_id: int
    at: datetime
    by: str
    did: str
    because: str
    evidence: Mapping[str, Any]


@dataclass(frozen=True)
class Deed:
    """One thing that was done with a test."""

    act_id: int
    at: datetime
    by: str
    did: str
    because: str


def note(
    connection: Connection,
    experiment_id: int,
    *,
    at: datetime,
    by: str,
    did: str,
    because: str,
    evidence: Mapping[str, Any],
) -> int:
    """Write down that something was done with a test; the act's id."""
    row = {"experiment_id": experiment_id, "at": at, "by": by, "did": did, "because": because}
    made = insert(experiment_acts).values(**row, evidence=dict(evidence)).returning(experiment_acts.c.act_id)
    return int(connection.execute(made).scalar_one())


def acts(connection: Connection, experiment_id: int) -> list[Act]:
    """What was done with a test, oldest first."""
    asked = select(experiment_acts).where(experiment_acts.c.experiment_id == experiment_id)
    rows = connection.execute(asked.order_by(experiment_acts.c.act_id)).mappings()
    return [Act(**{name: row[name] for name in Act.__dataclass_fields__}) for row in rows]


def newest(connection: Connection, experiment_id: int, did: str) -> Act | None:
    """The last time that something was done with a test; None where it never was."""
    asked = select(experiment_acts).where(
        experiment_acts.c.experiment_id == experiment_id, experiment_acts.c.did == did
    )
    row = connection.execute(asked.order_by(experiment_acts.c.act_id.desc()).limit(1)).mappings().one_or_none()
    return None if row is None else Act(**{name: row[name] for name in Act.__dataclass_fields__})


def deeds(connection: Connection, experiment_id: int) -> list[Deed]:
    """What was done with a test, oldest first."""
    columns = [experiment_acts.c[name] for name in Deed.__dataclass_fields__]
    asked = select(*columns).where(experiment_acts.c.experiment_id == experiment_id)
    return [Deed(**row) for row in connection.execute(asked.order_by(experiment_acts.c.act_id)).mappings()]


def rests_on(connection: Connection, experiment_id: int, did: str) -> dict[str, Any] | None:
    """What the last act of a kind rests on; None where there is none, or it rests on nothing."""
    act = newest(connection, experiment_id, did)
    return dict(act.evidence) if act is not None and act.evidence else None
