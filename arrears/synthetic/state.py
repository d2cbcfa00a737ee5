"""How a world stands on a morning: everything that a day can change."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from arrears.synthetic.chance import Flags, Floats, Ints
from arrears.synthetic.lifts import NO_DAY, Lifts
from arrears.synthetic.reaching import NUMBERS

_LIFTS = "lifts."


@dataclass
class State:
    """One value per account, group or debtor.

    Attributes
    ----------
    cycles : (accounts,) cycles past due, 0 to 6, or `arrears.synthetic.paying.CHARGED_OFF`.
    paid : (accounts,) has paid, or tried to, since the cycle began.
    then : (accounts,) where one that has paid stands at its cycle's end.
    pays_on : (accounts,) the day on which a current account pays; `NO_DAY` if it misses.
    broken : (accounts,) promises broken in a row.
    gone : (accounts,) closed.
    charged_off_on : (accounts,) the day of charge-off, else `NO_DAY`.
    owed_minor : (accounts,) what is owed after charge-off.
    disputed_until : (accounts,) the last day of an open dispute, else `NO_DAY`.
    saturation, talked_on : (groups,) what the last talk left, as it stood on that day.
    tired, tried_on : (debtors,) attempts that reached nobody, faded, as they stood on that day.
    ceased : (debtors,) asked not to be contacted.
    known_bad : (debtors, 2) numbers found not to be the debtor's.
    """

    cycles: NDArray[np.int8]
    paid: Flags
    then: NDArray[np.int8]
    pays_on: Ints
    broken: Ints
    gone: Flags
    charged_off_on: Ints
    owed_minor: Ints
    disputed_until: Ints
    lifts: Lifts
    saturation: Floats
    talked_on: Ints
    tired: Floats
    tried_on: Ints
    ceased: Flags
    known_bad: Flags

    @classmethod
    def blank(cls, accounts: int, groups: int, debtors: int) -> Self:
        """Nobody is late and nobody has been contacted."""
        never = [np.full(rows, NO_DAY) for rows in (accounts, accounts, accounts, groups, debtors)]
        return cls(
            cycles=np.zeros(accounts, np.int8),
            paid=np.zeros(accounts, np.bool_),
            then=np.zeros(accounts, np.int8),
            pays_on=never[0],
            broken=np.zeros(accounts, np.int64),
            gone=np.zeros(accounts, np.bool_),
            charged_off_on=never[1],
            owed_minor=np.zeros(accounts, np.int64),
            disputed_until=never[2],
            lifts=Lifts.none(accounts),
            saturation=np.zeros(groups),
            talked_on=never[3],
            tired=np.zeros(debtors),
            tried_on=never[4],
            ceased=np.zeros(debtors, np.bool_),
            known_bad=np.zeros((debtors, NUMBERS), np.bool_),
        )

    def copy(self) -> Self:
        """A state that can go its own way from here."""
        return self._of({name: values.copy() for name, values in self._arrays().items()})

    def save(self, file: Path, day: int) -> None:
        """Write the state of a morning."""
        arrays: dict[str, Any] = self._arrays()
        np.savez(file, day=np.asarray(day), **arrays)

    @classmethod
    def read(cls, file: Path) -> tuple[Self, int]:
        """A saved state and its day."""
        with np.load(file) as saved:
            return cls._of({name: saved[name] for name in saved.files if name != "day"}), int(saved["day"])

    def _arrays(self) -> dict[str, NDArray[Any]]:
        own = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "lifts"}
        return own | {f"{_LIFTS}{field.name}": getattr(self.lifts, field.name) for field in fields(self.lifts)}

    @classmethod
    def _of(cls, arrays: dict[str, NDArray[Any]]) -> Self:
        lifts = {name.removeprefix(_LIFTS): values for name, values in arrays.items() if name.startswith(_LIFTS)}
        own = {name: values for name, values in arrays.items() if not name.startswith(_LIFTS)}
        return cls(lifts=Lifts(**lifts), **own)
