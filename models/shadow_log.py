"""What models in the shadow said: kept night by night beside what was acted on, and never changed after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
from sqlalchemy import Connection, insert, text

from arrears.queues.copying import copy_in
from arrears.state.shadow import shadow_nights
from models.likeness import likeness
from models.scorer import Floats

SHADOWED = ("propensity", "roll_rate")
"""Models that are scored in the shadow: those that answer about every account of a night."""


@dataclass(frozen=True)
class ShadowNight:
    """One night of a model in the shadow.

    Attributes
    ----------
    as_of : the day that the night knew.
    champion : the version, or the rules, that was acted on.
    because : why nobody was scored; None where somebody was.
    likeness : `models.likeness.Likeness.document()`; empty where nobody was scored.
    """

    night_id: int
    as_of: date
    model: str
    version: str
    champion: str
    accounts: int
    because: str | None
    likeness: Mapping[str, Any]


@dataclass(frozen=True)
class ShadowScores:
    """What was said of accounts on days, row by row."""

    account_id: Sequence[str]
    as_of: Sequence[date]
    answer: Floats
    champion_answer: Floats


def keep(
    connection: Connection,
    night_id: int,
    *,
    model: str,
    version: str,
    champion: str,
    account_id: Sequence[str],
    answer: Floats,
    champion_answer: Floats,
) -> None:
    """Write what a model in the shadow said of the accounts of a night.

    Parameters
    ----------
    account_id, answer, champion_answer : (n,) of those that both could answer about.
    """
    told = likeness(answer, champion_answer).document() if len(answer) else {}
    row = {"night_id": night_id, "model": model, "version": version, "champion": champion}
    connection.execute(insert(shadow_nights).values(**row, accounts=len(answer), because=None, likeness=told))
    count = len(answer)
    columns = {"night_id": [night_id] * count, "model": [model] * count, "account_id": list(account_id)}
    copy_in(connection, "shadow_scores", pa.table(columns | {"answer": answer, "champion_answer": champion_answer}))


def keep_failure(
    connection: Connection, night_id: int, *, model: str, version: str, champion: str, because: str
) -> None:
    """Write down that a model in the shadow scored nobody that night, and why."""
    row = {"night_id": night_id, "model": model, "version": version, "champion": champion}
    connection.execute(insert(shadow_nights).values(**row, accounts=0, because=because, likeness={}))


def nights_of(connection: Connection, model: str, *, version: str | None = None, limit: int = 400) -> list[ShadowNight]:
    """The nights of a model in the shadow, the newest first.

    Parameters
    ----------
    version : only those of one version; None: of all.
    """
    sql = text("""
        SELECT s.night_id, n.as_of, s.model, s.version, s.champion, s.accounts, s.because, s.likeness
        FROM shadow_nights s JOIN nights n USING (night_id)
        WHERE s.model = :model AND (CAST(:version AS text) IS NULL OR s.version = :version)
        ORDER BY s.night_id DESC LIMIT :limit
    """)
    asked = {"model": model, "version": version, "limit": limit}
    return [ShadowNight(**row) for row in connection.execute(sql, asked).mappings()]


def scores_of(connection: Connection, model: str, version: str) -> ShadowScores:
    """Everything that one version in the shadow said; of several nights of one day the last."""
    sql = text("""
        SELECT DISTINCT ON (n.as_of, c.account_id) c.account_id, n.as_of, c.answer, c.champion_answer
        FROM shadow_scores c JOIN shadow_nights s USING (night_id, model) JOIN nights n USING (night_id)
        WHERE c.model = :model AND s.version = :version
        ORDER BY n.as_of, c.account_id, c.night_id DESC
    """)
    rows = connection.execute(sql, {"model": model, "version": version}).all()
    account_id, as_of, answer, champion = zip(*rows, strict=True) if rows else ((), (), (), ())
    return ShadowScores(account_id, as_of, np.array(answer, dtype=float), np.array(champion, dtype=float))
