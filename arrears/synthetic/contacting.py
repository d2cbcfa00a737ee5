"""What happens when debtors are called, texted or written to: who is reached, how talks end, what it leaves in them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from arrears.synthetic.chance import Flags, Floats, Ints, Stream, chosen, uniform
from arrears.synthetic.paying import kinds
from arrears.synthetic.reaching import LATE, Line, lines, reach_chance
from arrears.synthetic.setting import Setting
from arrears.synthetic.state import State
from arrears.synthetic.talking import DISPUTE_DAYS, Listeners, Talk, after_message, after_talk, endings

CHANNELS = ("call", "sms", "email", "letter")
"""Channels in the order in which arrays number them."""
CALL, SMS, EMAIL, LETTER = range(len(CHANNELS))
BEST_NUMBER = -1
NO_ENDING = -1


@dataclass(frozen=True)
class Actions:
    """What is to be done on a day, in this order; each row is about one group.

    Attributes
    ----------
    group : whom: one debtor's accounts with one client.
    channel : a number of `CHANNELS`.
    hour : the hour of the debtor's own day; a letter's is ignored.
    number : which of the debtor's numbers, 0 or 1, or `BEST_NUMBER`.
    """

    group: Ints
    channel: Ints
    hour: Ints
    number: Ints

    @classmethod
    def none(cls) -> Actions:
        """Nobody is contacted."""
        return cls(*(np.zeros(0, np.int64) for _ in range(4)))

    @classmethod
    def calls(cls, groups: Ints, hours: Ints) -> Actions:
        """One dial to the best number of each group's debtor."""
        rows = len(groups)
        return cls(groups, np.full(rows, CALL), hours, np.full(rows, BEST_NUMBER))


@dataclass(frozen=True)
class Contacts:
    """What came of each action, in the actions' order.

    Attributes
    ----------
    account : the group's latest account, which the contact is booked on.
    number : the number dialled, 0 or 1.
    line : a number of `arrears.synthetic.reaching.Line`; for a message whether it arrived.
    arrived : the right party was reached, or the message delivered.
    ending : a number of `arrears.synthetic.talking.Talk`, `NO_ENDING` where nobody talked.
    """

    actions: Actions
    account: Ints
    number: Ints
    line: Ints
    arrived: Flags
    ending: Ints


@dataclass(frozen=True)
class Promises:
    """Promises made on a day, by account."""

    account: Ints
    due_on: Ints
    amount_minor: Ints


def contact(setting: Setting, state: State, day: int, actions: Actions) -> tuple[Contacts, Promises]:
    """Work the actions of a day and change the state accordingly."""
    rows = len(actions.group)
    contacts = Contacts(
        actions=actions,
        account=lead_accounts(setting, state, actions.group),
        number=np.zeros(rows, np.int64),
        line=np.full(rows, int(Line.NO_ANSWER)),
        arrived=np.zeros(rows, np.bool_),
        ending=np.full(rows, NO_ENDING),
    )
    promised: list[Ints] = []
    # Who is called twice in a day is called the second time as the first call left them.
    for turn, which in enumerate(_turns(setting.accounts.group_debtor[actions.group], actions.channel == CALL)):
        promised.append(_dial(setting, state, day, contacts, which, turn))
    for channel in (SMS, EMAIL, LETTER):
        _send(setting, state, day, contacts, np.flatnonzero(actions.channel == channel))
    return contacts, _promises(setting, state, promised)


def turning_up(setting: Setting, state: State, day: int) -> Ints:
    """Late, unpaid accounts whose debtors call or look in by themselves on that day; it changes nothing."""
    late = np.flatnonzero((state.cycles > 0) & ~state.paid & ~state.gone)
    facing = setting.moods.face(setting.accounts.debtor[late], day).astype(np.int64)
    chance = np.asarray(setting.given.moods.turns_up)[facing]
    return np.asarray(late[uniform(setting.seed, Stream.INBOUND, late, day) < chance])


def lead_accounts(setting: Setting, state: State, groups: Ints) -> Ints:
    """The account of each group that is the most cycles late, the first of them."""
    if not len(groups):
        return np.zeros(0, np.int64)
    accounts, place = setting.accounts.of_groups(groups)
    cycles = np.where(state.gone[accounts], -1, state.cycles[accounts]).astype(np.int64)
    # Groups lie one after the other, and the accounts of each in their order.
    latest = np.maximum.reduceat(cycles, np.flatnonzero(np.diff(place, prepend=-1)))
    late = np.flatnonzero(cycles == latest[place])
    return np.asarray(accounts[late[np.diff(place[late], prepend=-1) > 0]])


def reached(setting: Setting, state: State, day: int, groups: Ints, hours: Ints, number: Ints) -> Floats:
    """The chance that a dial on that day and hour reaches the right party; `number` must be 0 or 1."""
    debtor = setting.accounts.group_debtor[groups]
    lead = lead_accounts(setting, state, groups)
    fades = setting.given.reaching.fatigue_fades
    stage = (state.cycles[lead] >= LATE).astype(np.int64)
    answers = np.asarray(setting.given.moods.answers)[setting.moods.face(debtor, day).astype(np.int64)]
    level = setting.reach_levels[setting.accounts.product[lead], stage]
    return reach_chance(
        level * answers * setting.drifted(day, setting.given.drift.reach),
        setting.hour_shares[setting.people.hours[debtor], hours],
        setting.people.answering[debtor],
        state.tired[debtor] * fades ** (day - state.tried_on[debtor]).clip(0, 500),
        setting.numbers.theirs[debtor, number],
        setting.given,
        weekend=not setting.calendar.works(day),
    )


def best_number(setting: Setting, state: State, debtors: Ints) -> Ints:
    """The number a house would dial first: one not known to be bad, verified before unverified."""
    known = setting.numbers
    bad = known.told_bad[debtors] | state.known_bad[debtors] | ~known.there[debtors]
    rank = np.where(bad, 2, np.where(known.unverified[debtors], 1, 0))
    return np.asarray(rank[:, 1] < rank[:, 0], np.int64)


def ending_chances(setting: Setting, state: State, day: int, groups: Ints) -> Floats:
    """(groups, endings): how a talk on that day would end."""
    lead = lead_accounts(setting, state, groups)
    debtor = setting.accounts.group_debtor[groups]
    fades = setting.given.talking.saturation_fades
    return endings(
        setting.accounts.product[lead],
        setting.people.warmth[debtor],
        np.asarray(setting.given.moods.promise)[setting.moods.face(debtor, day).astype(np.int64)],
        state.saturation[groups] * fades ** (day - state.talked_on[groups]).clip(0, 500),
        state.lifts.promised_for[lead] >= day,
        setting.shocked(lead, day),
        setting.given,
    )


def listening(setting: Setting, state: State, groups: Ints) -> tuple[Ints, Ints]:
    """Accounts on which a talk with these groups works, late and unpaid this cycle, and the place of each's group."""
    accounts, place = setting.accounts.of_groups(groups)
    works = (state.cycles[accounts] > 0) & ~state.paid[accounts] & ~state.gone[accounts]
    return accounts[works], place[works]


def listeners(setting: Setting, state: State, day: int, accounts: Ints) -> Listeners:
    """What decides how a talk or message works on these accounts."""
    debtor = setting.accounts.debtor[accounts]
    drift = setting.given.drift
    return Listeners(
        product=setting.accounts.product[accounts],
        cycles=state.cycles[accounts].astype(np.int64),
        warmth=setting.people.warmth[debtor],
        willing=setting.people.willing[debtor],
        prickly=setting.people.prickly[debtor],
        broken=state.broken[accounts],
        promise_day=setting.calendar.promise_days[setting.people.payday[debtor], day],
        lift=setting.drifted(day, drift.lift),
        message=setting.drifted(day, drift.sms),
    )


def _turns(debtors: Ints, calls: Flags) -> list[Ints]:
    """Rows of the first calls to each debtor, then of the second, and so on."""
    rows = np.flatnonzero(calls)
    order = np.argsort(debtors[rows], kind="stable")
    ordered: Ints = debtors[rows][order]
    starts = np.flatnonzero(np.diff(ordered, prepend=-1))
    turn = np.arange(len(rows)) - np.repeat(starts, np.diff(np.append(starts, len(rows))))
    return [np.sort(rows[order][turn == one]) for one in range(int(turn.max(initial=-1)) + 1)]


def _dial(setting: Setting, state: State, day: int, contacts: Contacts, rows: Ints, turn: int) -> Ints:
    groups, hours = contacts.actions.group[rows], contacts.actions.hour[rows]
    debtor = setting.accounts.group_debtor[groups]
    asked = contacts.actions.number[rows]
    number = np.where(asked == BEST_NUMBER, best_number(setting, state, debtor), asked)
    chance = reached(setting, state, day, groups, hours, number)
    arrived = uniform(setting.seed, Stream.REACH, debtor, day, turn) < chance
    theirs = setting.numbers.theirs[debtor, number]
    line = lines(uniform(setting.seed, Stream.LINE, debtor, day, turn), theirs, setting.given)
    line = np.where(arrived, int(Line.RIGHT_PARTY), line)
    _remember_attempt(setting, state, day, debtor, arrived)
    found_bad = np.isin(line, (Line.NOT_IN_SERVICE, Line.WRONG_NUMBER))
    state.known_bad[debtor[found_bad], number[found_bad]] = True
    contacts.number[rows], contacts.line[rows], contacts.arrived[rows] = number, line, arrived
    return _talk(setting, state, day, contacts, rows[arrived], turn)


def _talk(setting: Setting, state: State, day: int, contacts: Contacts, rows: Ints, turn: int) -> Ints:
    groups = contacts.actions.group[rows]
    draws = uniform(setting.seed, Stream.TALK, groups, day, turn)
    ending = chosen(draws, ending_chances(setting, state, day, groups))
    contacts.ending[rows] = ending
    accounts, place = listening(setting, state, groups)
    before = state.lifts.take(accounts)
    how = ending[place]
    state.lifts.put(accounts, after_talk(before, how, listeners(setting, state, day, accounts), day, setting.given))
    promised = accounts[how == Talk.PROMISE]
    mixes = setting.tables.mixes[setting.accounts.product[promised], state.cycles[promised]]
    state.lifts.promise_kind[promised] = kinds(setting.seed, Stream.PROMISED_KIND, promised, day, mixes)
    disputes = accounts[(how == Talk.DISPUTE) & (state.disputed_until[accounts] < day)]
    state.disputed_until[disputes] = day + DISPUTE_DAYS
    state.ceased[setting.accounts.group_debtor[groups[ending == Talk.CEASE]]] = True
    talking = setting.given.talking
    left = state.saturation[groups] * talking.saturation_fades ** (day - state.talked_on[groups]).clip(0, 500)
    state.saturation[groups], state.talked_on[groups] = left + talking.saturation, day
    return np.asarray(promised)


def _remember_attempt(setting: Setting, state: State, day: int, debtor: Ints, arrived: Flags) -> None:
    fades = setting.given.reaching.fatigue_fades
    left = state.tired[debtor] * fades ** (day - state.tried_on[debtor]).clip(0, 500)
    state.tired[debtor], state.tried_on[debtor] = np.where(arrived, 0.0, left + 1.0), day


def _send(setting: Setting, state: State, day: int, contacts: Contacts, rows: Ints) -> None:
    if not len(rows):
        return
    groups = contacts.actions.group[rows]
    channel = int(contacts.actions.channel[rows[0]])
    arrived = delivered_chance(setting, state, groups, channel) > uniform(
        setting.seed, Stream.DELIVERED, groups, day, channel
    )
    contacts.arrived[rows] = arrived
    contacts.number[rows] = best_number(setting, state, setting.accounts.group_debtor[groups])
    accounts, _ = listening(setting, state, groups[arrived])
    who = listeners(setting, state, day, accounts)
    state.lifts.put(accounts, after_message(state.lifts.take(accounts), CHANNELS[channel], who, day, setting.given))


def delivered_chance(setting: Setting, state: State, groups: Ints, channel: int) -> Floats:
    """The chance that a message reaches the debtor of each group."""
    debtor = setting.accounts.group_debtor[groups]
    if channel == SMS:
        there = setting.numbers.theirs[debtor, best_number(setting, state, debtor)]
    else:
        there = setting.numbers.email[debtor] if channel == EMAIL else np.ones(len(groups), np.bool_)
    return np.where(there, setting.given.reaching.delivered, 0.0)


def _promises(setting: Setting, state: State, turns: list[Ints]) -> Promises:
    # A second promise on one day replaces the first.
    account = np.unique(np.concatenate(turns)) if turns else np.zeros(0, np.int64)
    dues = setting.tables.dues[state.lifts.promise_kind[account], state.cycles[account]]
    return Promises(account, state.lifts.promised_for[account], dues * setting.accounts.due_minor[account])
