"""Contacts as the house booked them: counts by debtor, and the last weeks row by row for limits of frequency."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from arrears.synthetic.chance import Flags, Ints
from arrears.synthetic.clocks import Clocks
from arrears.synthetic.contacting import CALL, NO_ENDING, Contacts
from arrears.synthetic.lifts import NO_DAY
from arrears.synthetic.reaching import Line
from arrears.synthetic.recording import called_in
from arrears.synthetic.setting import Setting
from training.simulation.windows import Window

WEEK, MONTH, QUARTER = 7, 30, 90
NOON = 12
KEPT_DAYS = 35
"""Days of contacts that are kept row by row: longer than any limit of frequency counts."""
ANSWERED = (Line.RIGHT_PARTY, Line.THIRD_PARTY, Line.HUNG_UP, Line.WRONG_NUMBER)
"""Lines on which somebody answered."""


@dataclass(frozen=True)
class Booked:
    """Contacts of some days, one row each.

    Attributes
    ----------
    at : microseconds of UTC. `line` : a number of `Line`, -1 where no line was dialled.
    inbound : the debtor began it. `talked` : a conversation with the right party.
    number : which of the debtor's numbers was dialled, -1 where none or nobody noted it.
    """

    day: Ints
    account: Ints
    channel: Ints
    at: Ints
    number: Ints
    line: Ints
    inbound: Flags
    talked: Flags


class Contacted:
    """Contacts of every debtor by the end of the last day seen.

    Attributes
    ----------
    attempts, calls, answered, talks, inbound : how many in the last days.
    last_attempt_on, last_talk_on, last_inbound_on : `NO_DAY` if never.
    """

    def __init__(self, made: Setting) -> None:
        rows = len(made.people)
        self._made, self._clocks = made, Clocks(made)
        self.attempts = Window(rows, (WEEK, MONTH, QUARTER))
        self.calls, self.answered = Window(rows, (QUARTER,)), Window(rows, (QUARTER,))
        self.talks = Window(rows, (MONTH, QUARTER))
        self.inbound = Window(rows, (WEEK, MONTH, QUARTER))
        self.last_attempt_on, self.last_talk_on, self.last_inbound_on = (np.full(rows, NO_DAY) for _ in range(3))
        self._days: tuple[Booked, ...] = ()

    def copy(self) -> Contacted:
        """The same that can go its own way from here."""
        other = Contacted.__new__(Contacted)
        for name, value in vars(self).items():
            other.__dict__[name] = value.copy() if isinstance(value, (np.ndarray, Window)) else value
        return other

    def see(self, day: int, contacts: Contacts, turned_up: Ints) -> None:
        """Book the contacts of a day."""
        for window in (self.attempts, self.calls, self.answered, self.talks, self.inbound):
            window.begin(day)
        debtor = self._made.accounts.debtor
        tried, came = debtor[contacts.account], debtor[turned_up]
        call = contacts.actions.channel == CALL
        talked = call & (contacts.ending != NO_ENDING)
        by_phone = called_in(self._made, turned_up, day)
        self.attempts.add(day, tried)
        self.calls.add(day, tried[call])
        self.answered.add(day, tried[call & np.isin(contacts.line, ANSWERED)])
        self.inbound.add(day, came)
        self.talks.add(day, np.concatenate([tried[talked], came[by_phone]]))
        self.last_attempt_on[tried], self.last_inbound_on[came] = day, day
        self.last_talk_on[tried[talked]] = self.last_talk_on[came[by_phone]] = day
        self._book(day, contacts, turned_up, talked, by_phone)

    def lately(self) -> Booked:
        """Every contact of the last weeks."""
        return _joined(self._days)

    def _book(self, day: int, contacts: Contacts, turned_up: Ints, talked: Flags, by_phone: Flags) -> None:
        out, came = len(talked), len(turned_up)
        none = np.full(came, -1)
        call = contacts.actions.channel == CALL
        account = np.concatenate([contacts.account, turned_up])
        place = self._made.people.place[self._made.accounts.debtor[account]]
        hour = np.concatenate([contacts.actions.hour, np.full(came, NOON)])
        today = Booked(
            day=np.full(out + came, day),
            account=account,
            channel=np.concatenate([contacts.actions.channel, np.where(by_phone, CALL, -1)]),
            at=self._clocks.local(place, day, hour * 60),
            number=np.concatenate([np.where(call, contacts.number, -1), none]),
            line=np.concatenate([np.where(call, contacts.line, -1), np.where(by_phone, int(Line.RIGHT_PARTY), -1)]),
            inbound=np.repeat([False, True], [out, came]),
            talked=np.concatenate([talked, by_phone]),
        )
        self._days = (*self._days[1 - KEPT_DAYS :], today)


def _joined(days: tuple[Booked, ...]) -> Booked:
    return Booked(*(np.concatenate([getattr(day, field.name) for day in days]) for field in fields(Booked)))
