"""How a file's value becomes a lake's value, as SQL.

CSV arrives as text and Parquet with types of its own; either way a cast gives the value, or NULL and the name of the
rule that the file's value breaks. Nothing is rounded, guessed or given a zone it did not state.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from arrears.tables import LAKE_TYPES, Column, Kind

FLOAT_TOLERANCE = 1e-6
"""How far, in major units, a float may lie from a whole minor unit and still be taken for it."""

_DECIMAL = r"^[+-]?[0-9]+(\.[0-9]+)?$"
_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_CLOCK = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?"
_OFFSET = r"\s?(Z|z|[+-][0-9]{2}(:?[0-9]{2})?)$"
_NUMBER = r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?$"
_FLAG = r"(?i)^(true|false|t|f|yes|no|y|n|1|0)$"

_FAMILIES: dict[str, str] = {
    **dict.fromkeys(("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"), "whole"),
    **dict.fromkeys(("UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"), "whole"),
    **dict.fromkeys(("FLOAT", "DOUBLE"), "float"),
    **dict.fromkeys(("TIMESTAMP", "TIMESTAMP_NS", "TIMESTAMP_MS", "TIMESTAMP_S"), "naive"),
    **dict.fromkeys(("ENUM", "UUID"), "word"),
    "VARCHAR": "text",
    "DECIMAL": "decimal",
    "DATE": "date",
    "TIMESTAMP WITH TIME ZONE": "moment",
    "BOOLEAN": "flag",
    "VARCHAR[]": "texts",
}


@dataclass(frozen=True)
class Cast:
    """A value and what may be wrong with it, all as SQL over the alias `raw`.

    `value` is NULL where the file's value cannot be read, `empty` is true where the file has none; `faults` maps a rule
    to the condition under which a row breaks it.
    """

    value: str
    empty: str = "true"
    faults: Mapping[str, str] = field(default_factory=dict)


def cast(column: Column, raw_type: str, *, exponent: str = "NULL") -> Cast:
    """The cast of a column that the file has.

    Parameters
    ----------
    raw_type : DuckDB's type of the file's column.
    exponent : for money, SQL that gives the currency's decimals, NULL where the currency is not known.

    Examples
    --------
    >>> from arrears.tables import TABLES
    >>> cast(TABLES["accounts"].column("opened_on"), "DATE").value
    'raw."opened_on"'
    >>> list(cast(TABLES["contacts"].column("at"), "TIMESTAMP").faults)
    ['no_offset']
    """
    family = _FAMILIES.get(raw_type.partition("(")[0], "other")
    raw = f'raw."{column.name}"'
    if family == "text":
        raw = f"nullif({raw}, '')"
    if column.kind == "money":
        read = _money(family, raw, exponent)
    else:
        reader = _READERS[column.kind].get(family)
        read = reader(raw) if reader else _unreadable(column.kind, raw)
    return Cast(read.value, f"{raw} IS NULL", read.faults)


def nothing(column: Column) -> Cast:
    """The cast of a column that the file does not have."""
    return Cast(f"NULL::{column.lake_type}")


def _as_is(raw: str) -> Cast:
    return Cast(raw)


def _unreadable(kind: Kind, raw: str) -> Cast:
    return Cast(f"NULL::{LAKE_TYPES[kind]}", faults={"wrong_type": f"{raw} IS NOT NULL"})


def _checked(value: str, raw: str) -> Cast:
    return Cast(value, faults={"wrong_type": f"{raw} IS NOT NULL AND ({value}) IS NULL"})


def _matching(pattern: str, sql_type: str) -> Callable[[str], Cast]:
    def read(raw: str) -> Cast:
        return _checked(f"CASE WHEN regexp_matches({raw}, '{pattern}') THEN TRY_CAST({raw} AS {sql_type}) END", raw)

    return read


def _tried(sql_type: str) -> Callable[[str], Cast]:
    return lambda raw: _checked(f"TRY_CAST({raw} AS {sql_type})", raw)


def _whole_number(raw: str) -> Cast:
    return _checked(f"CASE WHEN {raw} = trunc({raw}) THEN TRY_CAST({raw} AS BIGINT) END", raw)


def _finite(raw: str) -> Cast:
    return _checked(f"CASE WHEN isfinite({raw}::DOUBLE) THEN {raw}::DOUBLE END", raw)


def _parted(raw: str) -> Cast:
    return Cast(f"list_transform(string_split({raw}, ';'), lambda part: trim(part))")


def _midnight(raw: str) -> Cast:
    # Many writers know no dates and store them as moments at midnight.
    return _checked(f"CASE WHEN {raw}::TIMESTAMP = date_trunc('day', {raw}::TIMESTAMP) THEN {raw}::DATE END", raw)


def _without_offset(raw: str) -> Cast:
    return Cast("NULL::TIMESTAMPTZ", faults={"no_offset": f"{raw} IS NOT NULL"})


def _moment_text(raw: str) -> Cast:
    value = f"CASE WHEN regexp_matches({raw}, '{_CLOCK}{_OFFSET}') THEN TRY_CAST({raw} AS TIMESTAMPTZ) END"
    naive = f"regexp_matches({raw}, '{_CLOCK}$') AND TRY_CAST({raw} AS TIMESTAMP) IS NOT NULL"
    wrong = f"{raw} IS NOT NULL AND ({value}) IS NULL AND NOT ({naive})"
    return Cast(value, faults={"no_offset": naive, "wrong_type": wrong})


def _money(family: str, raw: str, exponent: str) -> Cast:
    match family:
        case "text":
            exact = f"CASE WHEN regexp_matches({raw}, '{_DECIMAL}') THEN TRY_CAST({raw} AS DECIMAL(30, 8)) END"
            return _money_exact(exact, raw, exponent)
        case "whole" | "decimal":
            return _money_exact(f"TRY_CAST({raw} AS DECIMAL(30, 8))", raw, exponent)
        case "float":
            return _money_float(raw, exponent)
        case _:
            return _unreadable("money", raw)


def _money_exact(exact: str, raw: str, exponent: str) -> Cast:
    minor = _scaled(exact, exponent)
    # A ninth decimal would be rounded away unseen by the cast: decimals are counted as they are written.
    too_many = f"length(rtrim(split_part({raw}::VARCHAR, '.', 2), '0')) > {exponent}"
    value = f"CASE WHEN NOT ({too_many}) THEN TRY_CAST({minor} AS BIGINT) END"
    too_large = f"{minor} IS NOT NULL AND TRY_CAST(trunc({minor}) AS BIGINT) IS NULL"
    wrong = f"{raw} IS NOT NULL AND (({exact}) IS NULL OR ({too_large}))"
    return Cast(value, faults={"wrong_type": wrong, "too_many_decimals": f"({exact}) IS NOT NULL AND ({too_many})"})


def _money_float(raw: str, exponent: str) -> Cast:
    nearest = f"round({_scaled(f'{raw}::DOUBLE', exponent)})"
    major = _scaled(f"{nearest}::DOUBLE", exponent, by="/")
    # Beyond 2^53 a float no longer tells one minor unit from the next.
    countable = f"isfinite({raw}) AND coalesce(abs({nearest}) < 9007199254740992, true)"
    too_many = f"abs({raw} - {major}) > {FLOAT_TOLERANCE}"
    value = f"CASE WHEN {countable} AND NOT ({too_many}) THEN TRY_CAST({nearest} AS BIGINT) END"
    return Cast(
        value,
        faults={
            "wrong_type": f"{raw} IS NOT NULL AND NOT ({countable})",
            "too_many_decimals": f"{countable} AND {too_many}",
        },
    )


def _scaled(amount: str, exponent: str, *, by: str = "*") -> str:
    # Constant factors keep decimals exact; ISO 4217 knows no currency with more than four places.
    cases = " ".join(f"WHEN {digits} THEN ({amount}) {by} {10**digits}" for digits in range(5))
    return f"(CASE {exponent} {cases} END)"


_Readers = dict[str, Callable[[str], Cast]]

_READERS: dict[Kind, _Readers] = {
    "text": {"text": _as_is, "whole": _tried("VARCHAR"), "word": _tried("VARCHAR")},
    "date": {"text": _matching(_DATE, "DATE"), "date": _as_is, "naive": _midnight},
    "moment": {"text": _moment_text, "moment": _as_is, "naive": _without_offset},
    "integer": {
        "text": _matching(r"^[+-]?[0-9]+$", "BIGINT"),
        "whole": _tried("BIGINT"),
        "float": _whole_number,
        "decimal": _whole_number,
    },
    "number": {"text": _matching(_NUMBER, "DOUBLE"), "whole": _finite, "float": _finite, "decimal": _finite},
    "flag": {"text": _matching(_FLAG, "BOOLEAN"), "flag": _as_is},
    "list": {"text": _parted, "texts": _as_is},
}
