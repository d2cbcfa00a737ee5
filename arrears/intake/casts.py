"""How a file's value becomes a lake's value, as SQL.

CSV arrives as text and Parquet with types of its own; either way a cast gives the value, or NULL and the name of the
rule that the file's value breaks. Nothing is rounded, guessed or given a zone it did not state.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from arrears.tables import LAKE_TYPES, Column, Kind

FLOAT_TOLERANCE = 1e-6
"""How far, in major units, a float may lie from a whole minor unit and still be taken for it."""

# Eighteen digits are read as a machine word, a hundred times faster than thirty; no currency has more than four places.
_EXACT = "DECIMAL(18, 4)"
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
    """How one column becomes a value, in steps that are each computed once, and what may be wrong with it.

    `raw` is SQL over the file's row (alias `raw`) and gives the column `"NAME"`, NULL where the file has nothing;
    `read` is SQL over that column and gives `"read:NAME"`, NULL where it cannot be read; `minor`, for money, moves what
    was read by the column `exponent` and gives `"minor:NAME"`. `value` and `faults` (rule to condition) are SQL over
    all of these.
    """

    raw: str
    read: str
    value: str
    faults: Mapping[str, str]
    minor: str | None = None


def cast(column: Column, raw_type: str) -> Cast:
    """The cast of a column that the file has.

    Parameters
    ----------
    raw_type : DuckDB's type of the file's column.

    Examples
    --------
    >>> from arrears.tables import TABLES
    >>> cast(TABLES["accounts"].column("opened_on"), "DATE").read
    '"opened_on"'
    >>> list(cast(TABLES["contacts"].column("at"), "TIMESTAMP").faults)
    ['no_offset', 'wrong_type']
    """
    name = f'"{column.name}"'
    family = _FAMILIES.get(raw_type.partition("(")[0], "other")
    raw = f"nullif(raw.{name}, '')" if family == "text" else f"raw.{name}"
    reader = _READERS[column.kind].get(family)
    if reader is None:
        return Cast(raw, f"NULL::{LAKE_TYPES[column.kind]}", _read(column), {"wrong_type": f"{name} IS NOT NULL"})
    if column.kind == "money":
        return _money(column, raw, reader(name), exact=family != "float")
    faults = {"wrong_type": f"{name} IS NOT NULL AND {_read(column)} IS NULL"}
    if column.kind == "moment":
        naive = _NAIVE_MOMENTS.get(family, "false").format(name)
        faults = {"no_offset": naive, "wrong_type": f"{faults['wrong_type']} AND NOT ({naive})"}
    return Cast(raw, reader(name), _read(column), faults if reader is not _as_is else {})


def nothing(column: Column) -> Cast:
    """The cast of a column that the file does not have."""
    empty = f"NULL::{column.lake_type}"
    return Cast(empty, empty, empty, {})


def _read(column: Column) -> str:
    return f'"read:{column.name}"'


def _money(column: Column, raw: str, read: str, *, exact: bool) -> Cast:
    name, got, minor = f'"{column.name}"', _read(column), f'"minor:{column.name}"'
    if exact:
        # Decimals are counted as they are written: reading into four places rounds a fifth away unseen.
        too_many = f"length(rtrim(split_part({name}::VARCHAR, '.', 2), '0')) > exponent"
        too_large, scaled = "false", scaled_by_exponent(f"{got}::DECIMAL(28, 4)")
    else:
        too_many = f"abs({got} - {scaled_by_exponent(f'{minor}::DOUBLE', by='/')}) > {FLOAT_TOLERANCE}"
        # Beyond 2^53 a float no longer tells one minor unit from the next.
        too_large, scaled = f"abs({minor}) > 9007199254740992", f"round({scaled_by_exponent(got)})"
    return Cast(
        raw,
        read,
        f"CASE WHEN NOT ({too_large} OR {too_many}) THEN TRY_CAST({minor} AS BIGINT) END",
        {
            "wrong_type": f"{name} IS NOT NULL AND ({got} IS NULL OR {too_large})",
            "too_many_decimals": f"{got} IS NOT NULL AND NOT ({too_large}) AND {too_many}",
        },
        scaled,
    )


def scaled_by_exponent(amount: str, *, by: str = "*") -> str:
    """SQL for an amount moved by as many places as the column `exponent` says; NULL where it says nothing."""
    # Constant factors keep decimals exact; ISO 4217 knows no currency with more than four places.
    cases = " ".join(f"WHEN {digits} THEN {amount} {by} {10**digits}" for digits in range(5))
    return f"(CASE exponent {cases} END)"


def _as_is(name: str) -> str:
    return name


def _matching(pattern: str, sql_type: str) -> Callable[[str], str]:
    return lambda name: f"CASE WHEN regexp_matches({name}, '{pattern}') THEN TRY_CAST({name} AS {sql_type}) END"


def _tried(sql_type: str) -> Callable[[str], str]:
    return lambda name: f"TRY_CAST({name} AS {sql_type})"


def _whole_number(name: str) -> str:
    return f"CASE WHEN {name} = trunc({name}) THEN TRY_CAST({name} AS BIGINT) END"


def _finite(name: str) -> str:
    return f"CASE WHEN isfinite({name}::DOUBLE) THEN {name}::DOUBLE END"


def _parted(name: str) -> str:
    return f"list_transform(string_split({name}, ';'), lambda part: trim(part))"


def _midnight(name: str) -> str:
    # Many writers know no dates and store them as moments at midnight.
    return f"CASE WHEN {name}::TIMESTAMP = date_trunc('day', {name}::TIMESTAMP) THEN {name}::DATE END"


def _moment(name: str) -> str:
    # DuckDB wants seconds and a colon in the offset; ISO 8601 wants neither.
    seconds = f"regexp_replace({name}, '^(.{{16}})(\\s?[Zz+-])', '\\1:00\\2')"
    spelled = f"regexp_replace({seconds}, '([+-][0-9]{{2}})([0-9]{{2}})$', '\\1:\\2')"
    return f"CASE WHEN regexp_matches({name}, '{_CLOCK}{_OFFSET}') THEN TRY_CAST({spelled} AS TIMESTAMPTZ) END"


def _never(name: str) -> str:
    del name
    return "NULL::TIMESTAMPTZ"


_NAIVE_MOMENTS = {
    "text": f"regexp_matches({{0}}, '{_CLOCK.replace('{', '{{').replace('}', '}}')}$')",
    "naive": "{0} IS NOT NULL",
}
"""When a value is a moment but for its offset."""

_READERS: dict[Kind, dict[str, Callable[[str], str]]] = {
    "text": {"text": _as_is, "whole": _tried("VARCHAR"), "word": _tried("VARCHAR")},
    "date": {"text": _matching(_DATE, "DATE"), "date": _as_is, "naive": _midnight},
    "moment": {"text": _moment, "moment": _as_is, "naive": _never},
    "money": {
        "text": _matching(_DECIMAL, _EXACT),
        "whole": _tried(_EXACT),
        "decimal": _tried(_EXACT),
        "float": _finite,
    },
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
"""How a column of each kind is read from each family of DuckDB's types; a pair that is not here cannot be read."""
