"""How a file's value becomes a lake's value, as SQL.

CSV arrives as text and Parquet with types of its own; either way a cast gives the value, or NULL and the name of the
rule that the file's value breaks. Nothing is rounded, guessed or given a zone it did not state.
"""

from __future__ import annotations

from dataclasses import dataclass

from arrears.tables import LAKE_TYPES, Column, Kind

_WHOLE = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"}
_FLOATS = {"FLOAT", "DOUBLE"}
_NAIVE = {"TIMESTAMP", "TIMESTAMP_NS", "TIMESTAMP_MS", "TIMESTAMP_S"}
_DECIMAL_TEXT = r"^[+-]?[0-9]+(\.[0-9]+)?$"
_DATE_TEXT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_MOMENT_TEXT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?"
_OFFSET_TEXT = r"\s?(Z|z|[+-][0-9]{2}(:?[0-9]{2})?)$"
FLOAT_TOLERANCE = 1e-6


@dataclass(frozen=True)
class Cast:
    """A value and what may be wrong with it, all as SQL over the raw row.

    `value` is NULL where the file's value cannot be read; `faults` maps a rule to the condition under which a row
    breaks it.
    """

    value: str
    faults: dict[str, str]


def cast(column: Column, raw_type: str, *, exponent: str = "2") -> Cast:
    """The cast of a column that the file has.

    Parameters
    ----------
    raw_type : DuckDB's type of the file's column.
    exponent : for money, SQL that gives the currency's decimals, NULL where the currency is not known.
    """
    raw = f'raw."{column.name}"'
    if raw_type == "VARCHAR":
        return _from_text(column.kind, f"nullif({raw}, '')", exponent)
    return _from_typed(column.kind, raw, raw_type, exponent)


def nothing(column: Column) -> Cast:
    """The cast of a column that the file does not have."""
    return Cast(f"NULL::{column.lake_type}", {})


def _from_text(kind: Kind, text: str, exponent: str) -> Cast:
    match kind:
        case "text":
            return Cast(text, {})
        case "list":
            return Cast(f"list_transform(string_split({text}, ';'), lambda part: trim(part))", {})
        case "money":
            return _money_text(text, exponent)
        case "moment":
            return _moment_text(text)
        case "date":
            return _checked(text, f"TRY_CAST({text} AS DATE)", pattern=_DATE_TEXT)
        case "integer":
            return _checked(text, f"TRY_CAST({text} AS BIGINT)", pattern=r"^[+-]?[0-9]+$")
        case "number":
            return _checked(text, f"TRY_CAST({text} AS DOUBLE)", pattern=r"^[+-]?[0-9.]+([eE][+-]?[0-9]+)?$")
        case "flag":
            return _checked(text, f"TRY_CAST({text} AS BOOLEAN)", pattern=r"(?i)^(true|false|t|f|yes|no|y|n|1|0)$")


def _from_typed(kind: Kind, raw: str, raw_type: str, exponent: str) -> Cast:
    family = raw_type.split("(")[0]
    match kind:
        case "money" if family in _FLOATS:
            return _money_float(raw, exponent)
        case "money" if family in _WHOLE | {"DECIMAL"}:
            return _money_exact(f"TRY_CAST({raw} AS DECIMAL(30,8))", raw, "false", exponent)
        case "date" if family == "DATE":
            return Cast(raw, {})
        case "date" if family in _NAIVE:
            midnight = f"{raw}::TIMESTAMP = date_trunc('day', {raw}::TIMESTAMP)"
            return Cast(f"CASE WHEN {midnight} THEN {raw}::DATE END", {"wrong_type": f"NOT ({midnight})"})
        case "moment" if family == "TIMESTAMP WITH TIME ZONE":
            return Cast(raw, {})
        case "moment" if family in _NAIVE:
            return Cast("NULL::TIMESTAMPTZ", {"no_offset": f"{raw} IS NOT NULL"})
        case "integer" | "number" | "text" if family in _WHOLE:
            return _checked(raw, f"TRY_CAST({raw} AS {LAKE_TYPES[kind]})")
        case "integer" if family in _FLOATS | {"DECIMAL"}:
            return _checked(raw, f"CASE WHEN {raw} = trunc({raw}) THEN TRY_CAST({raw} AS BIGINT) END")
        case "number" if family in _FLOATS | {"DECIMAL"}:
            return _checked(raw, f"CASE WHEN isfinite({raw}::DOUBLE) THEN {raw}::DOUBLE END")
        case "text" if family in {"ENUM", "UUID"}:
            return Cast(f"{raw}::VARCHAR", {})
        case "flag" if family == "BOOLEAN":
            return Cast(raw, {})
        case "list" if raw_type == "VARCHAR[]":
            return Cast(raw, {})
        case _:
            return Cast(f"NULL::{LAKE_TYPES[kind]}", {"wrong_type": f"{raw} IS NOT NULL"})


def _checked(raw: str, value: str, pattern: str | None = None) -> Cast:
    read = f"CASE WHEN regexp_matches({raw}, '{pattern}') THEN {value} END" if pattern else value
    return Cast(read, {"wrong_type": f"{raw} IS NOT NULL AND ({read}) IS NULL"})


def _moment_text(text: str) -> Cast:
    whole = f"regexp_matches({text}, '{_MOMENT_TEXT}{_OFFSET_TEXT}')"
    read = f"CASE WHEN {whole} THEN TRY_CAST({text} AS TIMESTAMPTZ) END"
    naive = f"regexp_matches({text}, '{_MOMENT_TEXT}$') AND TRY_CAST({text} AS TIMESTAMP) IS NOT NULL"
    return Cast(
        read,
        {
            "no_offset": naive,
            "wrong_type": f"{text} IS NOT NULL AND ({read}) IS NULL AND NOT ({naive})",
        },
    )


def _money_text(text: str, exponent: str) -> Cast:
    exact = f"CASE WHEN regexp_matches({text}, '{_DECIMAL_TEXT}') THEN TRY_CAST({text} AS DECIMAL(30,8)) END"
    # DECIMAL(30,8) would round a ninth decimal away unseen: count decimals in the text itself.
    longer = f"length(rtrim(split_part({text}, '.', 2), '0')) > {exponent}"
    return _money_exact(exact, text, longer, exponent)


def _money_exact(exact: str, raw: str, longer: str, exponent: str) -> Cast:
    minor = _scaled(exact, exponent)
    too_many = f"({exact}) IS NOT NULL AND (({longer}) OR {minor} <> trunc({minor}))"
    value = f"CASE WHEN NOT ({too_many}) THEN TRY_CAST({minor} AS BIGINT) END"
    unread = f"{raw} IS NOT NULL AND (({exact}) IS NULL OR abs({minor}) > 9000000000000000000)"
    return Cast(value, {"wrong_type": unread, "too_many_decimals": too_many})


def _money_float(raw: str, exponent: str) -> Cast:
    minor = f"round({_scaled(raw, exponent)})"
    whole = f"isfinite({raw}) AND abs({minor}) < 9e15"
    too_many = f"{whole} AND abs({raw} - {_unscaled(minor, exponent)}) > {FLOAT_TOLERANCE}"
    value = f"CASE WHEN {whole} AND NOT ({too_many}) THEN TRY_CAST({minor} AS BIGINT) END"
    return Cast(value, {"wrong_type": f"{raw} IS NOT NULL AND NOT ({whole})", "too_many_decimals": too_many})


def _scaled(amount: str, exponent: str) -> str:
    cases = " ".join(f"WHEN {digits} THEN ({amount}) * {10**digits}" for digits in range(5))
    return f"(CASE {exponent} {cases} END)"


def _unscaled(minor: str, exponent: str) -> str:
    cases = " ".join(f"WHEN {digits} THEN ({minor}) / {10**digits}" for digits in range(5))
    return f"(CASE {exponent} {cases} END)"
