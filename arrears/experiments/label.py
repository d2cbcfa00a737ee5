"""The label of a test as people write it: its name, or name/version."""

from __future__ import annotations

import re

LABEL = r"^[a-z][a-z0-9_]{0,59}/[1-9][0-9]{0,8}$"
"""A label that names a version, as a pattern of addresses."""

_LABEL = re.compile(r"([a-z][a-z0-9_]{0,59})(?:/([1-9][0-9]{0,8}))?")


def parted(label: str) -> tuple[str, int | None] | None:
    """Name and version that a label tells; no version where it names none, None where it is no label.

    Examples
    --------
    >>> parted("earlier_calls/2"), parted("earlier_calls")
    (('earlier_calls', 2), ('earlier_calls', None))
    >>> [parted(label) for label in ("earlier_calls/²", "earlier_calls/", "earlier_calls/99999999999", "")]
    [None, None, None, None]
    """
    found = _LABEL.fullmatch(label)
    if found is None:
        return None
    return found[1], None if found[2] is None else int(found[2])
