"""Scores of a whole book as a table: one row an account, with what speaks for and against each chance."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from arrears.errors import WrongUse
from arrears.queues.files.cells import safe
from serving.night.built import Built
from serving.scores.scoring import scored_by


def rows(built: Built) -> list[dict[str, Any]]:
    """One document per account, by id."""
    return [_row(built, row) for row in range(len(built.book))]


def write(scored: list[dict[str, Any]], file: Path) -> None:
    """Write the rows as Parquet or CSV, by the file's ending.

    Raises
    ------
    WrongUse : another ending.
    """
    match file.suffix:
        case ".parquet":
            pq.write_table(pa.Table.from_pylist(scored), file)
        case ".csv":
            plain = [{name: safe(value) for name, value in row.items()} for row in scored]
            pyarrow.csv.write_csv(pa.Table.from_pylist(plain), file)
        case other:
            raise WrongUse(
                asked=f"write scores to {file.name}", found=f"ending {other or 'none'}", do="Use .parquet or .csv."
            )


def _row(built: Built, row: int) -> dict[str, Any]:
    book, scores = built.book, built.scores
    answering = built.answering(built.part_of_account(row))
    propensity, roll_rate = answering
    return {
        "account_id": str(book.account_id[row]),
        "debtor_id": str(book.debtor_id[row]),
        "as_of": book.as_of,
        "bucket": str(book.bucket[row]),
        "propensity": float(scores.propensity[row]),
        "p_roll": None if np.isnan(scores.p_roll[row]) else float(scores.p_roll[row]),
        "pays_because": _because(scores.reasons[row]["propensity"]),
        "rolls_because": _because(scores.reasons[row]["roll"]),
        "scored_by": scored_by(answering),
        "propensity_version": propensity.version,
        "roll_rate_version": roll_rate.version,
    }


def _because(told: dict[str, Any] | None) -> str:
    return "; ".join(reason["sentence"] for reason in told["reasons"]) if told else ""
