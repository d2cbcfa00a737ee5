"""The lots that decide who gets what: a hash that any process and any language draws alike.

The bytes hashed are the UTF-8 of four texts with one byte 1F (hexadecimal) between each two:

    arrears experiment, 1F, the purpose, 1F, the salt, 1F, the key

SHA-256 of them gives 32 bytes; the first four, most significant first, are a number `n` from 0 to 2^32 - 1, and the lot
is `n * 10000 / 2^32` rounded down: a whole number from 0 to 9999. The key is taken as it is written, byte for byte:
nothing is folded, trimmed or normalised. Purpose and salt contain no 1F, so no two questions hash the same bytes. In
DuckDB: `('0x' || sha256(text)[:8])::UBIGINT * 10000 // 4294967296`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

STEPS = 10_000
"""Lots there are, and so the steps in which a share may be told."""

Purpose = Literal["slot", "arm", "stratum", "collector"]

Lots = NDArray[np.int64]
_BETWEEN = b"\x1f"


def lots(purpose: Purpose, salt: str, keys: Sequence[str]) -> Lots:
    """The lot of every key.

    Parameters
    ----------
    purpose : `slot` says which of the tests that exclude each other; `arm` which arm of a test; `stratum` where the
        dealing of a stratum begins; `collector` which arm a collector works where arms have staff of their own.
    salt : a group's name for `slot`, else the design's salt.
    keys : ids of households or debtors.

    Examples
    --------
    >>> lots("arm", "spring", ["D1", "D2", "Zoë"]).tolist()
    [1365, 5527, 2027]
    """
    return numbers(purpose, salt, keys) * STEPS >> 32


def numbers(purpose: Purpose, salt: str, keys: Sequence[str]) -> Lots:
    """The numbers behind the lots, 0 to 2^32 - 1: fine enough to order by.

    Examples
    --------
    >>> numbers("arm", "spring", ["D1"]).tolist()
    [586353643]
    """
    begun = hashlib.sha256(_BETWEEN.join((b"arrears experiment", purpose.encode(), salt.encode(), b"")))
    digests = bytearray()
    for key in keys:
        own = begun.copy()
        own.update(key.encode())
        digests += own.digest()[:4]
    return np.frombuffer(bytes(digests), ">u4").astype(np.int64)
