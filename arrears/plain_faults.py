"""What is wrong with somebody's file, in the words of whoever wrote it: where, what was asked there, what was found.

Pydantic finds the faults and tells them in its own words, which speak of inputs, instances and tuples. Nobody who
plans a test has seen any of these.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

FORMS = {
    r"^[a-z][a-z0-9_]*$": "small letters a to z, digits and _, a letter first",
    r"^[A-Z]{3}$": "three capital letters, as USD",
    r"^[^\x00-\x1f]+$": "at least one character, and no line breaks or other control characters",
    r"^[^\x00]*$": "a text without the character of number 0",
}
"""What a text must look like, by the pattern that asks for it."""

_LONGEST = 60
"""Characters of a value that a message repeats."""

_A_PART = "a part with fields of its own, as [part] and lines below it"
_A_DAY = "a day, as 2026-06-01"
_WHOLE, _NUMBER, _EITHER = "a whole number", "a number", "true or false"
_ASKED: Mapping[str, str | Callable[[Mapping[str, Any]], str]] = {
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_from_float": _WHOLE,
    "int_parsing_size": "a smaller number",
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": "a finite number",
    "bool_type": _EITHER,
    "bool_parsing": _EITHER,
    "string_type": "a text in quotes",
    "tuple_type": "a list in square brackets",
    "list_type": "a list in square brackets",
    "model_type": _A_PART,
    "model_attributes_type": _A_PART,
    "dict_type": _A_PART,
    "date_type": _A_DAY,
    "date_parsing": _A_DAY,
    "date_from_datetime_parsing": _A_DAY,
    "date_from_datetime_inexact": "a day without a time, as 2026-06-01",
    "literal_error": lambda told: f"one of {_listed(told['expected'])}",
    "enum": lambda told: f"one of {_listed(told['expected'])}",
    "greater_than": lambda told: f"more than {_plain(told['gt'])}",
    "greater_than_equal": lambda told: f"{_plain(told['ge'])} or more",
    "less_than": lambda told: f"less than {_plain(told['lt'])}",
    "less_than_equal": lambda told: f"{_plain(told['le'])} or less",
    "too_short": lambda told: f"at least {told['min_length']} of them",
    "too_long": lambda told: f"at most {told['max_length']} of them",
    "string_too_short": lambda told: f"at least {told['min_length']} characters",
    "string_too_long": lambda told: f"at most {told['max_length']} characters",
    "string_pattern_mismatch": lambda told: FORMS.get(told["pattern"], "another form"),
}


def plain_faults(problem: ValidationError, model: type[BaseModel]) -> list[str]:
    """Each fault as a sentence without its point: the place, what is asked there, and what was found.

    Parameters
    ----------
    model : what was read; it knows which fields there are where one is not known.

    Examples
    --------
    >>> class Weeks(BaseModel, extra="forbid"):
    ...     weeks: int
    >>> try:
    ...     Weeks.model_validate({"week": 8})
    ... except ValidationError as problem:
    ...     plain_faults(problem, Weeks)
    ['weeks: missing', 'week: no such field; weeks is meant']
    """
    return [f"{place(each['loc'])}: {said_of(each, model)}" for each in faults_of(problem)]


def faults_of(problem: ValidationError) -> list[ErrorDetails]:
    """The faults themselves, without those that only follow from others: a list is short of members that are wrong."""
    return [each for each in problem.errors() if not (each["type"] == "too_short" and _is_long_enough(each))]


def place(loc: Sequence[int | str]) -> str:
    """Where a fault is, as the file has it: parts by name, members of a list by number from 1.

    Examples
    --------
    >>> place(("arms", 1, "share")), place(())
    ('arms 2, share', 'the whole')
    """
    named = ", ".join(part if isinstance(part, str) else f"#{part + 1}" for part in loc).replace(", #", " ")
    return named or "the whole"


def said_of(fault: ErrorDetails, model: type[BaseModel]) -> str:
    """What one fault is, without its place.

    Examples
    --------
    >>> class Weeks(BaseModel):
    ...     weeks: int
    >>> try:
    ...     Weeks.model_validate({"weeks": "many"})
    ... except ValidationError as problem:
    ...     said_of(problem.errors()[0], Weeks)
    'must be a whole number, and is the text "many"'
    """
    kind, told = fault["type"], fault.get("ctx", {})
    if kind == "value_error":
        return re.sub(rf"\S{{{_LONGEST + 1},}}", lambda word: _short(word[0]), str(told["error"]))
    if kind == "missing":
        return "missing"
    if kind == "extra_forbidden":
        return _unknown(fault["loc"], model)
    asked = _ASKED.get(kind, "something else")
    return f"must be {asked if isinstance(asked, str) else asked(told)}, and is {_found(fault['input'], kind)}"


def _is_long_enough(fault: ErrorDetails) -> bool:
    return isinstance(fault["input"], Sequence) and len(fault["input"]) >= fault["ctx"]["min_length"]


def _unknown(loc: Sequence[int | str], model: type[BaseModel]) -> str:
    fields = list(_part_at(loc[:-1], model).model_fields)
    meant = difflib.get_close_matches(str(loc[-1]), fields, n=1)
    return f"no such field; {f'{meant[0]} is meant' if meant else 'there are ' + ', '.join(fields)}"


def _part_at(loc: Sequence[int | str], model: type[BaseModel]) -> type[BaseModel]:
    """The part of a model in which a place lies."""
    for name in loc:
        if isinstance(name, str) and name in model.model_fields:
            model = next(iter(_models_in(model.model_fields[name].annotation)), model)
    return model


def _models_in(annotation: object) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [found for inner in get_args(annotation) for found in _models_in(inner)]


def _listed(expected: str) -> str:
    return expected.replace("'", "").replace(" or ", ", ")


def _plain(bound: float) -> str:
    return str(int(bound)) if bound == int(bound) else f"{bound:g}"


def _found(value: object, kind: str) -> str:
    if kind in ("too_short", "too_long") and isinstance(value, Sequence):
        return f"{len(value)}"
    if kind in ("string_too_short", "string_too_long"):
        return f"{len(str(value))}"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'the text "{_short(value)}"' if value else "an empty text"
    if isinstance(value, Mapping):
        return "a part with fields of its own"
    if isinstance(value, Sequence):
        return "a list"
    return "nothing" if value is None else _short(str(value))


def _short(text: str) -> str:
    shown = re.sub(r"[\x00-\x1f]", "?", text)
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"
