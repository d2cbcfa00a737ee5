"""What models in the shadow said: kept night by night beside the champion's answers, and never changed after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
from sqlalchemy import Connection, insert, text

from arrears.queues.copying import copy_in, copy_out
from arrears.state.shadow import shadow_nights
from models.likeness import likeness
from models.scorer import Floats

SHADOWED = ("propensity", "roll_rate")
"""Models that are scored in the shadow: those that answer about every account of a night."""


MOST_DAYS = 120
"""How many days a reading goes back: outcomes of the longest horizon are known of a month of them."""

_SAID = """
    SELECT c.account_id, n.as_of, c.answer, c.champion_answer
    FROM shadow_scores c JOIN (
        SELECT DISTINCT ON (n.as_of) s.night_id, n.as_of FROM shadow_nights s JOIN nights n USING (night_id)
        WHERE s.model = %(model)s AND s.version = %(version)s AND s.champion = %(champion)s AND s.accounts > 0
        ORDER BY n.as_of DESC, s.night_id DESC LIMIT %(days)s
    ) AS n USING (night_id)
    WHERE c.model = %(model)s ORDER BY n.as_of, c.account_id
"""
_COLUMNS = pa.schema(
    {"account_id": pa.string(), "as_of": pa.date32(), "answer": pa.float64(), "champion_answer": pa.float64()}
)


@dataclass(frozen=True)
class ShadowNight:
    """One night of a model in the shadow.

    Attributes
    ----------
    as_of : the day that the night knew.
    champion : the version, or the rules, whose answers stand beside; an arm of a test may act on another's.
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
    """What was said of accounts on days, row by row; each column (n,)."""

    account_id: np.ndarray[Any, np.dtype[np.object_]]
    as_of: np.ndarray[Any, np.dtype[np.datetime64]]
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


def scores_of(
    connection: Connection, model: str, version: str, *, champion: str, days: int = MOST_DAYS
) -> ShadowScores:
    """What one version in the shadow said beside one champion on the newest days; of several nights of a day the last.

    Parameters
    ----------
    champion : the version, or the rules, beside whose answers; nights beside another are left out.
    days : at most so many are read: a large book says millions of things a week.
    """
    asked = {"model": model, "version": version, "champion": champion, "days": days}
    rows = copy_out(connection, _SAID, asked, _COLUMNS)
    return ShadowScores(
        account_id=rows["account_id"].to_numpy(),
        as_of=rows["as_of"].to_numpy(),
        answer=rows["answer"].to_numpy(),
        champion_answer=rows["champion_answer"].to_numpy(),
    )
