"""How the house chose whom to contact before us: the latest and largest first, and a few at random.

The chance of every choice is known and logged, for those chosen and for those who could have been: with it the past can
be judged, and effects learned.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from arrears.synthetic.chance import Flags, Floats, Ints, Stream, uniform
from arrears.synthetic.contacting import BEST_NUMBER, CALL, EMAIL, LETTER, SMS, Actions, best_number, lead_accounts
from arrears.synthetic.lifts import AFTER
from arrears.synthetic.paying import CHARGED_OFF
from arrears.synthetic.setting import Setting
from arrears.synthetic.world import World

VERSION = "latest-and-largest/1"
FIRST_CALL, LAST_CALL, LAST_OFFICE_CALL = 9, 19, 16
LOST_AS_LATE = 1
"""A charged-off account is called like one that is a single cycle late."""
QUIET_DAYS = 7
"""After a talk nobody calls for so many days (12 CFR 1006.14(b)(2)(i)(B))."""
_MESSAGES = ((SMS, 3, 3), (SMS, 12, 3), (EMAIL, 6, 4), (LETTER, 2, 6))
"""Channel, days after the cycle's end, and the most cycles late at which it is sent."""


@dataclass(frozen=True)
class Decisions:
    """Choices of a day: who could have been contacted, with which chance, and who was.

    Attributes
    ----------
    probability : the chance with which the group was chosen for the channel.
    explored : true where the choice was by lot alone.
    kept_with : the chance with which a row of somebody not chosen is kept; 1 for those chosen.
    """

    group: Ints
    channel: Ints
    hour: Ints
    chosen: Flags
    probability: Floats
    explored: Flags
    kept_with: Floats


def decide(world: World) -> tuple[Actions, Decisions]:
    """What the old policy does on the world's day, and every choice it made."""
    made, day = world.setting, world.day
    if not made.calendar.works(day):
        return Actions.none(), _joined([])
    groups = _free(world)
    lead = lead_accounts(made, world.state, groups)
    parts = [_calls(world, *_free_to_call(world, groups, lead))]
    parts += [_messages(world, groups, lead, *message) for message in _MESSAGES]
    decisions = _joined(parts)
    done = np.flatnonzero(decisions.chosen)
    best = np.full(len(done), BEST_NUMBER)
    return Actions(decisions.group[done], decisions.channel[done], decisions.hour[done], best), decisions


def callable_groups(world: World) -> Ints:
    """Groups that the house may call on the world's day: none on a day on which it does not work."""
    if not world.setting.calendar.works(world.day):
        return np.zeros(0, np.int64)
    groups = _free(world)
    return _free_to_call(world, groups, lead_accounts(world.setting, world.state, groups))[0]


def call_hours(made: Setting, groups: Ints, day: int) -> Ints:
    """The hours, drawn by lot, at which these groups are called on the day, if they are."""
    last = np.where(made.people.business[made.accounts.group_debtor[groups]], LAST_OFFICE_CALL, LAST_CALL)
    drawn = uniform(made.seed, Stream.HOUR, groups, day) * (last - FIRST_CALL + 1)
    return np.asarray(FIRST_CALL + drawn.astype(np.int64))


def late_groups(world: World) -> Ints:
    """Groups with an account that is late or charged off."""
    late = np.flatnonzero((world.state.cycles > 0) & ~world.state.gone)
    groups = world.setting.accounts.group[late]
    return groups[np.diff(groups, prepend=-1) > 0]


def collectors(made: Setting) -> int:
    """How many collectors the house has."""
    return max(3, round(len(made.accounts) / made.given.policy.accounts_per_collector))


def score(world: World, lead: Ints) -> Floats:
    """What the old policy sorts by: cycles late and the money past due, as the house's files show them."""
    state, accounts = world.state, world.setting.accounts
    lost = state.cycles[lead] == CHARGED_OFF
    past_due = np.where(lost, state.owed_minor[lead] / 10, state.cycles[lead] * accounts.due_minor[lead])
    lateness = np.where(lost, LOST_AS_LATE, state.cycles[lead])
    return np.asarray(0.5 * lateness + np.log(np.maximum(past_due, 100)))


def _free(world: World) -> Ints:
    """Late groups whom nothing forbids to contact."""
    made = world.setting
    groups = late_groups(world)
    groups = groups[~made.stopped(made.accounts.group_start[groups], world.day)]
    return np.asarray(groups[~world.state.ceased[made.accounts.group_debtor[groups]]])


def _free_to_call(world: World, groups: Ints, lead: Ints) -> tuple[Ints, Ints]:
    """Those of them with a number, no talk lately and no open promise, and their leading accounts."""
    made, state, day = world.setting, world.state, world.day
    debtor = made.accounts.group_debtor[groups]
    number = best_number(made, state, debtor)
    usable = made.numbers.there & ~made.numbers.told_bad & ~state.known_bad
    free = usable[debtor, number] & (state.talked_on[groups] < day - QUIET_DAYS)
    free &= (state.lifts.promised_for[lead] + AFTER < day) & (state.lifts.own_until[lead] < day)
    return groups[free], lead[free]


def _calls(world: World, groups: Ints, lead: Ints) -> Decisions:
    made, day = world.setting, world.day
    policy = made.given.policy
    dials = min(collectors(made) * policy.dials_per_collector, policy.most_called * len(groups))
    top = min(len(groups), int(dials * (1 - policy.explored) / policy.top_chance))
    rest = len(groups) - top
    by_lot = min(1.0, dials * policy.explored / rest) if rest else 0.0
    is_top = np.zeros(len(groups), np.bool_)
    is_top[np.argpartition(-score(world, lead), top - 1)[:top] if 0 < top < len(groups) else slice(0, top)] = True
    probability = np.where(is_top, policy.top_chance, by_lot)
    chosen = uniform(made.seed, Stream.CALLED, groups, day) < probability
    hour = call_hours(made, groups, day)
    return _kept(
        made, day, CALL, Decisions(groups, np.full(len(groups), CALL), hour, chosen, probability, ~is_top, probability)
    )


def _messages(world: World, groups: Ints, lead: Ints, channel: int, after: int, most: int) -> Decisions:
    made, state, day = world.setting, world.state, world.day
    since = day - made.calendar.previous_end(made.accounts.cycle_day[lead], day)
    open_promise = state.lifts.promised_for[lead] + AFTER >= day
    due = (since == after) & (state.cycles[lead] <= most) & ~state.paid[lead] & ~open_promise
    if channel == EMAIL:
        due &= made.numbers.email[made.accounts.group_debtor[groups]]
    groups = groups[due]
    policy = made.given.policy
    chance = {SMS: policy.sms_chance, EMAIL: policy.email_chance, LETTER: policy.letter_chance}[channel]
    rows = len(groups)
    chosen = uniform(made.seed, Stream.MESSAGED, groups, day, channel) < chance
    whole = np.full(rows, chance)
    at = np.full(rows, 10)
    return Decisions(groups, np.full(rows, channel), at, chosen, whole, np.ones(rows, np.bool_), np.ones(rows))


def _kept(made: Setting, day: int, channel: int, every: Decisions) -> Decisions:
    """Everybody chosen, and of the others about as many as the log may keep in a day."""
    others = int((~every.chosen).sum())
    share = min(1.0, made.given.policy.rows_kept / max(1, others))
    draws = uniform(made.seed, Stream.KEPT_ROW, every.group, day, channel)
    keep = every.chosen | (draws < share)
    kept_with = np.where(every.chosen, 1.0, share)
    return Decisions(
        every.group[keep],
        every.channel[keep],
        every.hour[keep],
        every.chosen[keep],
        every.probability[keep],
        every.explored[keep],
        kept_with[keep],
    )


def _joined(parts: list[Decisions]) -> Decisions:
    empty = np.zeros(0)
    if not parts:
        whole = empty.astype(np.int64)
        return Decisions(whole, whole, whole, empty.astype(np.bool_), empty, empty.astype(np.bool_), empty)
    return Decisions(
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("group", "channel", "hour", "chosen", "probability", "explored", "kept_with")
        )
    )
