"""What programs send and get when they tell facts between loads."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, JsonValue

MOST_ROWS = 1_000
"""Rows that one request may bring."""

PostedRow = Annotated[
    dict[str, JsonValue],
    Field(description="Columns as the source table has them; money in major units, as text or number."),
]
PostedRows = PostedRow | Annotated[list[PostedRow], Field(min_length=1, max_length=MOST_ROWS)]


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True)


class Effects(_Answer):
    """What became of one debtor's open items."""

    debtor_id: str
    withdrawn: Annotated[dict[int, str], Field(description="Items that left their queue, with the hold's code.")]
    moved: Annotated[dict[int, str], Field(description="Items that made way for one in another lane, with that lane.")]
    reranked: Annotated[list[int], Field(description="Items that made way for one with other amounts or ways.")]
    noticed: Annotated[list[int], Field(description="Items in somebody's hands, who are told.")]
    made: Annotated[list[int], Field(description="Items of debtors whom no rule holds any more.")]


class EventsStored(_Answer):
    """What was done with posted rows."""

    stored: Annotated[int, Field(description="Rows that were news.")]
    same: Annotated[int, Field(description="Rows that were known word for word.")]
    effects: list[Effects]


class RowRefused(_Answer):
    """One row of a file that was not stored, and why."""

    row: Annotated[int, Field(description="Its place in the file, from 1.")]
    problems: list[str]


class OutcomeRow(_Answer):
    """What happens next after one row."""

    row: Annotated[int, Field(description="Its place in the file, from 1.")]
    next: Annotated[str, Field(description="In a sentence.")]


class OutcomesStored(_Answer):
    """What was done with a file of outcomes, row by row."""

    stored: int
    same: int
    refused: list[RowRefused]
    next: list[OutcomeRow]
    left_out: Annotated[list[int], Field(description="Columns that were not read, by their place from 1.")]
    effects: list[Effects]
