"""Bounds that are asked of a new design alone: one that is on record was taken once, and is read as it was taken."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import AfterValidator, ValidationInfo

ON_RECORD: Mapping[str, bool] = {"is_on_record": True}
"""What pydantic is told of a design that is on record."""


def is_new(info: ValidationInfo) -> bool:
    """Whether a design is being planned; False where it is read from its record."""
    return not (info.context or {}).get("is_on_record", False)


def between(least: object, most: object) -> AfterValidator:
    """Of a new design: a value from one to another, both allowed.

    Examples
    --------
    >>> from typing import Annotated
    >>> from pydantic import TypeAdapter
    >>> few = TypeAdapter(Annotated[int, between(1, 3)])
    >>> few.validate_python(3), few.validate_python(4, context=ON_RECORD)
    (3, 4)
    """
    return of_new(lambda value: None if least <= value <= most else f"{value} does not lie between {least} and {most}")


def of_length(least: int, most: int) -> AfterValidator:
    """Of a new design: a text of so many characters."""
    return of_new(
        lambda text: None if least <= len(text) <= most else f"{len(text)} characters, and not {least} to {most}"
    )


def of_new(fault_of: Callable[[Any], str | None]) -> AfterValidator:
    """Of a new design: a value without a fault.

    Parameters
    ----------
    fault_of : what is wrong with a value, in words; None where nothing is.
    """

    def checked(value: Any, info: ValidationInfo) -> Any:  # noqa: ANN401 - a field's value, of whatever type
        fault = fault_of(value) if is_new(info) else None
        if fault is not None:
            raise ValueError(fault)
        return value

    return AfterValidator(checked)
