"""One row of a source table as a program posts it: read column by column, and kept in one spelling.

Kept is what a file could carry: money as a decimal with all places of its currency, days and moments as ISO text. So a
row is the same row however it was spelled, and turning it into the lake's types needs nothing but the contract.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from arrears.intake.casts import FLOAT_TOLERANCE
from arrears.money import to_major
from arrears.tables import Column, Kind, Table

Row = Mapping[str, Any]
"""Columns as the contract names them; empty ones are left out."""

LONGEST = 1_000
"""Bytes of a text; a key of two of them still fits an index of PostgreSQL."""

BETWEEN = "\n"
"""What parts the columns of a key."""

_WHOLE = re.compile(r"[+-]?[0-9]+")
_DECIMAL = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CLOCK = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?)(.*)", re.DOTALL
)
_OFFSET = re.compile(r"\s?(Z|z|[+-][0-9]{2}(:?[0-9]{2})?)")
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
_FLAGS = {
    **dict.fromkeys(("true", "t", "yes", "y", "1"), True),
    **dict.fromkeys(("false", "f", "no", "n", "0"), False),
}
_BIGGEST = 2**63 - 1
_MOST_MONEY, _FOUR_PLACES = Decimal(10) ** 14, Decimal("0.0001")


class Unread(ValueError):
    """A value that is none of its column's kind; `rule` is the name that a check of files gives it."""

    def __init__(self, rule: str = "wrong_type") -> None:
        super().__init__(rule)
        self.rule = rule


def read(column: Column, value: object) -> Any:  # noqa: ANN401 - whatever the column's kind is
    """The value as it is kept, but for money, which waits for its currency as a Decimal; None where it is empty.

    Raises
    ------
    Unread : it is no such kind, or a moment without its offset.

    Examples
    --------
    >>> from arrears.tables import TABLES
    >>> read(TABLES["contacts"].column("at"), "2026-06-15 10:00+08:00")
    '2026-06-15T02:00:00+00:00'
    >>> read(TABLES["payments"].column("amount"), "12.3")
    Decimal('12.3')
    """
    return None if value is None or value == "" else _READERS[column.kind](value)


def money(amount: Decimal, exponent: int) -> str:
    """An amount in major units, with every place that its currency has.

    Raises
    ------
    Unread : it has more places than that.

    Examples
    --------
    >>> money(Decimal("12.3"), 2), money(Decimal("12"), 0)
    ('12.30', '12')
    """
    minor = amount.scaleb(exponent)
    if minor != minor.to_integral_value():
        raise Unread("too_many_decimals")
    return f"{amount:.{exponent}f}"


def key_of(table: Table, row: Row) -> str:
    """The row's key as one text.

    Examples
    --------
    >>> from arrears.tables import TABLES
    >>> key_of(TABLES["payments"], {"payment_id": "P1", "line": 1}).splitlines()
    ['P1', '1']
    """
    return BETWEEN.join(str(row[name]) for name in table.key)


def digest(row: Row) -> str:
    """SHA-256 of what the row says; when it was recorded is no part of it."""
    return hashlib.sha256(json.dumps(dict(row), sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def in_lake(table: Table, row: Row) -> dict[str, Any]:
    """The row as the lake types it, every column of the table by its name there; bookkeeping but `deleted` left out.

    Examples
    --------
    >>> from arrears.tables import TABLES
    >>> told = in_lake(TABLES["changes"], {"change_id": "C1", "on": "2026-06-15", "amount": "12.30"})
    >>> told["amount_minor"], told["on"], told["deleted"]
    (1230, datetime.date(2026, 6, 15), False)
    """
    told = {column.lake_name: _typed(column.kind, row.get(column.name)) for column in table.columns}
    return told | {"deleted": bool(row.get("deleted", False))}


def from_lake(table: Table, values: Mapping[str, Any], currency: str | None) -> dict[str, Any]:
    """A row in the lake's types as it is kept; columns that the contract does not know are left out.

    Parameters
    ----------
    currency : of the row's money; None where it has none.

    Examples
    --------
    >>> from arrears.tables import TABLES
    >>> from_lake(TABLES["promises"], {"promise_id": "P1", "amount_minor": 1230, "due_on": date(2026, 6, 15)}, "USD")
    {'promise_id': 'P1', 'due_on': '2026-06-15', 'amount': '12.30'}
    """
    told = {column.name: _kept(column, values.get(column.lake_name), currency) for column in table.columns}
    kept = {name: value for name, value in told.items() if value is not None}
    return kept | ({"deleted": True} if values.get("deleted") else {})


def _typed(kind: Kind, value: Any) -> Any:  # noqa: ANN401 - whatever the kind is
    if value is None:
        return None
    match kind:
        case "date":
            return date.fromisoformat(value)
        case "moment":
            return datetime.fromisoformat(value)
        case "money":
            return int(str(value).replace(".", ""))
        case _:
            return value


def _kept(column: Column, value: Any, currency: str | None) -> Any:  # noqa: ANN401 - as above
    if value is None:
        return None
    match column.kind:
        case "date":
            return value.isoformat()
        case "moment":
            return value.astimezone(UTC).isoformat()
        case "money":
            return str(to_major(int(value), str(currency)))
        case "list":
            return list(value)
        case _:
            return value


def _text(value: object) -> str:
    told = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(told, str) or "\x00" in told or not _is_short(told):
        raise Unread
    return told


def _is_short(text: str) -> bool:
    try:
        return len(text.encode()) <= LONGEST
    except UnicodeEncodeError:  # half of a pair of surrogates is no text
        return False


def _date(value: object) -> str:
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise Unread
    return str(_tried(date.fromisoformat, value))


def _moment(value: object) -> str:
    parts = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    if parts is None:
        raise Unread
    if not parts[3]:
        raise Unread("no_offset")
    if not _OFFSET.fullmatch(parts[3]):
        raise Unread
    moment = _tried(datetime.fromisoformat, f"{parts[1]}T{parts[2]}{parts[3].strip().upper()}")
    return str(_tried(lambda at: at.astimezone(UTC).isoformat(), moment))


def _money(value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise Unread
    if isinstance(value, str) and not _DECIMAL.fullmatch(value):
        raise Unread
    amount = _tried(Decimal, value)
    if not amount.is_finite() or abs(amount) >= _MOST_MONEY:
        raise Unread
    return _nearest(amount) if isinstance(value, float) else amount


def _nearest(amount: Decimal) -> Decimal:
    """What a float stands for: the amount of four places, more than which no currency has, if it lies next to it."""
    near = amount.quantize(_FOUR_PLACES)
    return near if abs(amount - near) <= FLOAT_TOLERANCE else amount


def _integer(value: object) -> int:
    if isinstance(value, str) and _WHOLE.fullmatch(value):
        value = int(value) if len(value) < 30 else None  # noqa: PLR2004 - a text of digits has no end
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > _BIGGEST:
        raise Unread
    return value


def _number(value: object) -> float:
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise Unread
    return float(value)


def _flag(value: object) -> bool:
    told = _FLAGS.get(value.lower()) if isinstance(value, str) else value
    if not isinstance(told, bool):
        raise Unread
    return told


def _list(value: object) -> list[str]:
    parts = [part.strip() for part in value.split(";")] if isinstance(value, str) else value
    if not isinstance(parts, list):
        raise Unread
    return [_text(part) for part in parts]


def _tried(make: Callable[[Any], Any], value: object) -> Any:  # noqa: ANN401 - whatever it makes
    try:
        return make(value)
    except (ValueError, OverflowError, InvalidOperation):
        raise Unread from None


_READERS: dict[Kind, Callable[[object], Any]] = {
    "text": _text,
    "date": _date,
    "moment": _moment,
    "money": _money,
    "integer": _integer,
    "number": _number,
    "flag": _flag,
    "list": _list,
}
