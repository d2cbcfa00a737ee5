"""A design as a TOML text, as people keep it in a file and read it on a page."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from arrears.experiments.design import Design


def as_toml(design: Design) -> str:
    """The design as a text from which `read_design` reads the same design; what is left to its default stands in it.

    Examples
    --------
    >>> from arrears.experiments.design import read_design
    >>> from arrears.experiments.example import EXAMPLE
    >>> design = read_design(EXAMPLE)
    >>> read_design(as_toml(design)) == design, as_toml(design).splitlines()[0]
    (True, 'name = "earlier_calls"')
    """
    return document_as_toml(design.model_dump(mode="python"))


def document_as_toml(document: Mapping[str, Any]) -> str:
    """A mapping as a TOML text: what is None is left out, as TOML has no word for it.

    Examples
    --------
    >>> told = {"stop": {"alpha": 0.05}, "name": "later", "arms": [{"share": 0.5}], "salt": None}
    >>> print(document_as_toml(told), end="")
    name = "later"
    <BLANKLINE>
    [stop]
    alpha = 0.05
    <BLANKLINE>
    [[arms]]
    share = 0.5
    """
    told = {name: value for name, value in document.items() if value is not None}
    plain = {name: value for name, value in told.items() if not _is_table(value) and not _is_tables(value)}
    parts = [_lines(plain)]
    for name, value in told.items():
        if _is_table(value):
            parts.append(f"[{_key(name)}]\n{_lines(value)}")
        elif _is_tables(value):
            parts.extend(f"[[{_key(name)}]]\n{_lines(each)}" for each in value)
    return "\n".join(part for part in parts if part)


def _is_table(value: object) -> bool:
    return isinstance(value, Mapping)


def _is_tables(value: object) -> bool:
    return isinstance(value, list | tuple) and bool(value) and all(isinstance(each, Mapping) for each in value)


def _lines(table: Mapping[str, Any]) -> str:
    return "".join(f"{_key(name)} = {_said(value)}\n" for name, value in table.items() if value is not None)


def _key(name: str) -> str:
    is_bare = name.isascii() and name.replace("_", "").replace("-", "").isalnum()
    return name if is_bare else _text(name)


def _said(value: Any) -> str:  # noqa: ANN401 - a document's leaves are of any plain kind
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return _text(value)
        case int():
            return f"{value:_}"
        case float():
            return repr(value)
        case date():
            return value.isoformat()
        case Mapping():
            inside = ", ".join(f"{_key(name)} = {_said(each)}" for name, each in value.items() if each is not None)
            return "{" + inside + "}"
        case list() | tuple():
            return "[" + ", ".join(map(_said, value)) + "]"
        case _:
            message = f"TOML has no {type(value).__name__}"
            raise TypeError(message)


def _text(value: str) -> str:
    # JSON escapes what TOML wants escaped, but for one control character and halves of characters.
    quoted = json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
    return quoted.encode("utf-8", "replace").decode("utf-8")
