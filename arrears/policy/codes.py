"""Closed lists as small integers: what rules compare over millions of rows, in the words of the source tables.

A value that no list knows is refused when the facts are assembled; -1 stands for a value that is not given.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from arrears.buckets import Bucket
from arrears.errors import BadInput
from arrears.tables import TABLES

Coded = NDArray[np.int8]
NOT_GIVEN = -1


@dataclass(frozen=True)
class Codes:
    """One closed list.

    Examples
    --------
    >>> CHANNEL.of("call"), CHANNEL.name(CHANNEL.of("sms")), CHANNEL.array(["email", None]).tolist()
    (0, 'sms', [2, -1])
    """

    of_what: str
    names: tuple[str, ...]

    @cached_property
    def _places(self) -> dict[str | None, int]:
        return {name: place for place, name in enumerate(self.names)} | {None: NOT_GIVEN, "": NOT_GIVEN}

    def of(self, name: str) -> int:
        """The code of one value.

        Raises
        ------
        BadInput : the list has no such value.
        """
        return self._place(name)

    def name(self, code: int) -> str:
        """The value of a code, "" where none is given."""
        return "" if code < 0 else self.names[code]

    def array(self, values: Iterable[str | None]) -> Coded:
        """The codes of a column of values.

        Raises
        ------
        BadInput : a value is in no list.
        """
        return np.fromiter((self._place(value) for value in values), np.int8)

    def among(self, column: Coded, *names: str) -> NDArray[np.bool_]:
        """Where a column holds one of these values."""
        wanted = self._wanted.get(names)
        if wanted is None:
            wanted = np.zeros(len(self.names) + 1, dtype=np.bool_)  # the last place answers for -1
            wanted[[self.of(name) for name in names]] = True
            self._wanted[names] = wanted
        return wanted[column]

    @cached_property
    def _wanted(self) -> dict[tuple[str, ...], NDArray[np.bool_]]:
        return {}

    def _place(self, value: str | None) -> int:
        place = self._places.get(value)
        if place is None:
            raise BadInput(
                asked=f"judge by {self.of_what}",
                found=f"a {self.of_what} that no rule knows",
                do=f"Use one of: {', '.join(self.names)}.",
            )
        return place


def _choices(table: str, column: str) -> tuple[str, ...]:
    return next(each for each in TABLES[table].columns if each.name == column).choices


CHANNEL = Codes("channel", _choices("contacts", "channel"))
DIRECTION = Codes("direction", _choices("contacts", "direction"))
CONNECT = Codes("connect status", _choices("contacts", "connect"))
DISPOSITION = Codes("disposition", _choices("contacts", "disposition"))
PURPOSE = Codes("purpose", (*_choices("contacts", "purpose"), "opt_out_confirmation"))
TECHNOLOGY = Codes("technology", _choices("contacts", "technology"))
BUCKET = Codes("bucket", tuple(str(bucket) for bucket in Bucket))
ROLE = Codes("role", _choices("accounts", "role"))
DEBT_CLASS = Codes("debt class", _choices("accounts", "debt_class"))
STATUS = Codes("account status", _choices("accounts", "status"))
PART = Codes("party role", _choices("parties", "role"))
HOLD = Codes("kind of hold", _choices("holds", "kind"))
FORM = Codes("form", _choices("holds", "form"))
POINT = Codes("kind of point", _choices("points", "kind"))
LINE = Codes("line type", _choices("points", "line_type"))
SOURCE = Codes("source of a point", _choices("points", "source"))
POINT_STATUS = Codes("status of a point", _choices("points", "status"))
CONSENT = Codes("kind of consent", _choices("consents", "kind"))
PREFERENCE = Codes("kind of preference", _choices("preferences", "kind"))
NOTICE = Codes("kind of notice", _choices("notices", "kind"))
CLAIM = Codes("status of a claim", _choices("claims", "status"))
