"""The few distinct things that a million addresses and numbers say: as much of each as tells where it is.

Above a few rows the columns are shortened and compared by Arrow, so that each distinct beginning is read once; few rows
are read as they are. Reading what was shortened gives the same answer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from arrears.policy.columns import Rows

FEW = 64
"""Up to so many rows, shortening costs more than it saves."""

_ABROAD, _DIALLED, _NORTH_AMERICAN, _NATIONAL = 8, 11, 5, 6
"""How many characters of a number tell where it is: from a plus, from 00 or 011, from +1, and from the area's code."""

_TAIL = r"(\d{5})(?:-\d{4})?[ ,]*(?:USA?|U\.S\.A?\.?|United States(?: of America)?)?\s*$"
_ZIP = re.compile(r"(?:\b([A-Za-z]{2})[ ,]+)?" + _TAIL)
_ZIP_COLUMN = r"(?:\b(?P<state>[A-Za-z]{2})[ ,]+)?" + _TAIL.replace("(", "(?P<zip>", 1)


def text(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """A column as trimmed text, "" where null."""
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    return pc.utf8_trim_whitespace(pc.fill_null(whole.cast(pa.string()), ""))


def distinct_rows(columns: Sequence[pa.ChunkedArray | pa.Array]) -> tuple[list[tuple[str, ...]], Rows]:
    """The distinct rows of some columns of text, and which of them each row is.

    Examples
    --------
    >>> rows, which = distinct_rows([pa.array(["US", None, "US"] * 40), pa.array(["NY", "", "NY "] * 40)])
    >>> rows, which[:3].tolist()
    ([('US', 'NY'), ('', '')], [0, 1, 0])
    """
    count = len(columns[0])
    if count <= FEW:
        told = [[(each or "").strip() for each in column.to_pylist()] for column in columns]
        return list(zip(*told, strict=True)), np.arange(count)
    texts = [text(column) for column in columns]
    code = np.zeros(count, np.int64)
    for column in texts:
        encoded = column.dictionary_encode()
        pairs = code * len(encoded.dictionary) + encoded.indices.to_numpy()
        code = pa.array(pairs).dictionary_encode().indices.to_numpy().astype(np.int64)
    first = np.zeros(code.max() + 1, np.int64)
    first[code[::-1]] = np.arange(count)[::-1]
    chosen = pa.array(first)
    return list(zip(*(column.take(chosen).to_pylist() for column in texts), strict=True)), code


def beginning(number: str) -> str:
    """As much of a number as tells where it is: a plus and digits.

    Examples
    --------
    >>> beginning("+1 (212) 555-0100"), beginning("(212) 555-0100"), beginning("+44 20 7946 0000")
    ('+1212', '212555', '+4420794')
    """
    digits = re.sub("[^0-9+]", "", number)
    if digits.startswith("+"):
        return digits[: _NORTH_AMERICAN if digits.startswith("+1") else _ABROAD]
    return digits[: _DIALLED if digits.startswith(("00", "011")) else _NATIONAL]


def shortened_number(numbers: pa.Array) -> pa.Array:
    """The beginnings of a column of numbers."""
    digits = pc.replace_substring_regex(numbers, pattern="[^0-9+]", replacement="")
    abroad, dialled, american, national = (
        pc.utf8_slice_codeunits(digits, 0, length) for length in (_ABROAD, _DIALLED, _NORTH_AMERICAN, _NATIONAL)
    )
    with_code = pc.if_else(pc.starts_with(digits, "+1"), american, abroad)
    is_dialled = pc.or_(pc.starts_with(digits, "00"), pc.starts_with(digits, "011"))
    return pc.if_else(pc.starts_with(digits, "+"), with_code, pc.if_else(is_dialled, dialled, national))


def state_and_zip(post: str) -> tuple[str, str]:
    """The state and ZIP at the end of an American address as it is written on a letter; "" where there is none.

    Examples
    --------
    >>> state_and_zip("PO Box 7, Albany, NY 12207-0007"), state_and_zip("at sea")
    (('NY', '12207'), ('', ''))
    """
    found = _ZIP.search(post)
    return ((found[1] or "").upper(), found[2]) if found else ("", "")


def shortened_post(addresses: pa.Array) -> pa.Array:
    """The states and ZIPs at the end of a column of addresses, as they would be written alone."""
    found = pc.extract_regex(addresses, pattern=_ZIP_COLUMN)
    parts = [pc.fill_null(pc.struct_field(found, name), "") for name in ("state", "zip")]
    return pc.utf8_trim_whitespace(pc.binary_join_element_wise(*parts, " "))
