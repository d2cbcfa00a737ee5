"""What the desk asks for each outcome: the fields that its entry names, and which of them it cannot do without."""

from __future__ import annotations

from dataclasses import replace

from arrears.queues.next.entries import entries
from arrears.queues.next.fields import FIELDS, Field


def asks(disposition: str) -> tuple[Field, ...]:
    """What the desk asks for a disposition: first what it needs, then what it would like to know.

    Raises
    ------
    KeyError : no such disposition.

    Examples
    --------
    >>> [field.label for field in asks("promise") if field.required]
    ['Who was verified', 'Accounts talked about', 'Amount', 'By when', 'How will it be paid']
    >>> asks("no_answer")
    ()
    """
    entry = entries()[disposition]
    needed = (replace(FIELDS[name], required=True) for name in entry.required)
    return (*needed, *(FIELDS[name] for name in entry.optional))
