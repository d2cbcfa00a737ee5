"""A world that is worked day by day: the same setting and the same actions make the same world.

History is made by stepping a world under the house's old policy; a simulation steps the same world on under another.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from arrears.errors import WrongUse
from arrears.synthetic.chance import Ints
from arrears.synthetic.contacting import Actions, Contacts, Promises, contact, turning_up
from arrears.synthetic.months import Ends, Payments, begin, close_cycles, first_standing, settle
from arrears.synthetic.setting import Setting, setting
from arrears.synthetic.state import State


@dataclass(frozen=True)
class Happened:
    """All that happened on one day."""

    day: int
    contacts: Contacts
    promises: Promises
    payments: Payments
    ends: Ends
    opened: Ints
    resolved: Ints
    turned_up: Ints


@dataclass
class World:
    """A setting and how it stands on the morning of a day.

    Examples
    --------
    >>> world = World.new(setting(debtors=200, days=30, seed=1))
    >>> other = world.copy()
    >>> nobody = world.step(0, Actions.none())
    >>> bool((other.step(0, Actions.none()).payments.account == nobody.payments.account).all())
    True
    """

    setting: Setting
    state: State
    day: int

    @classmethod
    def new(cls, made: Setting) -> World:
        """The world on its first morning."""
        state = State.blank(len(made.accounts), made.accounts.groups, len(made.people))
        first_standing(made, state)
        return cls(made, state, 0)

    def copy(self) -> World:
        """The same world, to be worked otherwise from this morning on."""
        return World(self.setting, self.state.copy(), self.day)

    def step(self, day: int, actions: Actions) -> Happened:
        """Work one day: contacts first, then payments, then cycles end.

        Parameters
        ----------
        day : the day's number, which must be the world's own; it guards against a day worked twice.
        actions : what is done; whether it may be done is for the caller to ask.

        Raises
        ------
        WrongUse : another day's turn it is, or the world's last day is over.
        """
        self._check(day)
        setting, state = self.setting, self.state
        opened = np.flatnonzero(setting.accounts.opened == day)
        begin(setting, state, opened, day - 1)
        turned_up = turning_up(setting, state, day)
        contacts, promises = contact(setting, state, day, actions)
        payments = settle(setting, state, day)
        ends = close_cycles(setting, state, day)
        resolved = np.flatnonzero(state.disputed_until == day)
        self.day = day + 1
        return Happened(day, contacts, promises, payments, ends, opened, resolved, turned_up)

    def save(self, folder: Path) -> None:
        """Write how the world stands; `opened` reads it again."""
        self.state.save(folder / "state.npz", self.day)

    @classmethod
    def opened(cls, folder: Path, made: Setting) -> World:
        """The world as it was saved, in its own setting."""
        state, day = State.read(folder / "state.npz")
        return cls(made, state, day)

    def _check(self, day: int) -> None:
        last = len(self.setting.calendar.dates) - 31
        if day != self.day or day > last:
            raise WrongUse(
                asked=f"work day {day} of the world",
                found=f"the world stands on the morning of day {self.day} and ends with day {last}",
                do="Step each day once, in order.",
            )


__all__ = ["Actions", "Happened", "World", "setting"]
