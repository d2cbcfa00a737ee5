"""What is known of each group that might be called on a morning, as the row a model reads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from arrears.queues.value import CHARGED_OFF_RANK
from arrears.synthetic.chance import Flags, Floats, Ints
from arrears.synthetic.lifts import NO_DAY
from training.simulation.contacted import MONTH, QUARTER, WEEK
from training.simulation.observed import Observed
from training.simulation.standing import Position
from training.simulation.windows import shares

MOST_CYCLES = 7


@dataclass(frozen=True)
class Morning:
    """Groups on a morning, one row each; money in minor units.

    Attributes
    ----------
    day : the day to be worked.
    groups, debtors, accounts : numbers; `accounts` leads its group: charged off before late, later before less late.
    names, x : features and their (n, k) values, NaN where unknown.
    bucket_rank : of the leading account, 1 for 1-29 to 7 for 180+, 8 for charged off.
    balance_minor, past_due_minor : of all accounts of the group that are past due.
    payable_minor : what would bring them up to date with the due that comes next; of charged-off ones one due.
    """

    day: int
    groups: Ints
    debtors: Ints
    accounts: Ints
    names: tuple[str, ...]
    x: Floats
    bucket_rank: Ints
    balance_minor: Floats
    past_due_minor: Floats
    payable_minor: Floats

    def __len__(self) -> int:
        return len(self.groups)

    @property
    def charged_off(self) -> Flags:
        """Led by an account that was charged off."""
        return np.asarray(self.bucket_rank == CHARGED_OFF_RANK)


def morning_of(observed: Observed, groups: Ints) -> Morning:
    """The morning after the last day seen, of those of these groups that have an account past due.

    Parameters
    ----------
    groups : in rising order.
    """
    made = observed.made
    accounts, place = made.accounts.of_groups(groups)
    position = observed.standing.position(accounts)
    late = np.flatnonzero(position.bucket_rank > 0)
    accounts, place = accounts[late], place[late]
    there, place = np.unique(place, return_inverse=True)
    groups, position = groups[there], _only(position, late)
    order = np.lexsort((accounts, -position.days_past_due, -position.bucket_rank, place))
    lead = order[np.searchsorted(place[order], np.arange(len(groups)))]
    lost = position.bucket_rank == CHARGED_OFF_RANK
    due = made.accounts.due_minor[accounts]
    payable = np.where(lost, 0, position.past_due_minor) + due
    past_due = np.where(lost, 0, position.past_due_minor)

    def summed(values: Ints) -> Floats:
        return np.bincount(place, values, minlength=len(groups)).astype(np.float64)

    sums = {
        "group_balance_minor": summed(position.balance_minor),
        "group_past_due_minor": summed(past_due),
        "group_payable_minor": summed(payable),
        "group_past_due_count": summed(np.ones_like(due)),
    }
    debtors = made.accounts.group_debtor[groups]
    columns = _account(observed, accounts[lead], _only(position, lead)) | sums | _debtor(observed, debtors)
    return Morning(
        day=observed.day + 1,
        groups=groups,
        debtors=debtors,
        accounts=accounts[lead],
        names=tuple(columns),
        x=np.column_stack([np.asarray(column, np.float64) for column in columns.values()]),
        bucket_rank=position.bucket_rank[lead],
        balance_minor=sums["group_balance_minor"],
        past_due_minor=sums["group_past_due_minor"],
        payable_minor=sums["group_payable_minor"],
    )


def _account(observed: Observed, accounts: Ints, position: Position) -> dict[str, Floats | Ints | Flags]:
    made, standing, day = observed.made, observed.standing, observed.day
    since, until = standing.in_cycle(accounts)
    owed, limit = position.balance_minor, made.accounts.limit_minor[accounts]
    previous = standing.cycles_late_previous[accounts]
    return {
        "product": made.accounts.product[accounts],
        "days_past_due": position.days_past_due,
        "bucket_rank": position.bucket_rank,
        "cycles_late_last": np.minimum(standing.cycles_late[accounts], MOST_CYCLES),
        "cycles_late_previous": np.where(previous < 0, np.nan, np.minimum(previous, MOST_CYCLES)),
        "past_due_minor": position.past_due_minor,
        "balance_minor": owed,
        "minimum_due_minor": made.accounts.due_minor[accounts],
        "limit_use_share": shares(owed, limit),
        "days_in_cycle": since,
        "days_until_cycle_end": until,
        "autopay": made.accounts.autopay[accounts],
        "days_since_opened": day - made.accounts.opened[accounts],
        "paid_30d_minor": standing.paid.over(30)[accounts],
        "paid_90d_minor": standing.paid.over(90)[accounts],
        "paid_count_90d": standing.paid_count.over(90)[accounts],
        "paid_count_365d": standing.paid_count.over(365)[accounts],
        "days_since_last_paid": _since(standing.last_paid_on[accounts], day),
    }


def _debtor(observed: Observed, debtors: Ints) -> dict[str, Floats | Ints | Flags]:
    made, contacted, day = observed.made, observed.contacted, observed.day
    promised = observed.promised.counts(day)
    calls, answered = contacted.calls.over(QUARTER)[debtors], contacted.answered.over(QUARTER)[debtors]
    number = observed.blocks.best_number(debtors)
    on = made.calendar.on(day + 1)
    rows = len(debtors)
    return {
        "is_business": made.people.business[debtors],
        "language": made.people.language[debtors],
        "contact_attempt_count_7d": contacted.attempts.over(WEEK)[debtors],
        "contact_attempt_count_30d": contacted.attempts.over(MONTH)[debtors],
        "contact_attempt_count_90d": contacted.attempts.over(QUARTER)[debtors],
        "call_count_90d": calls,
        "call_answered_share_90d": shares(answered, calls),
        "days_since_last_contact_attempt": _since(contacted.last_attempt_on[debtors], day),
        "rpc_count_30d": contacted.talks.over(MONTH)[debtors],
        "rpc_count_90d": contacted.talks.over(QUARTER)[debtors],
        "days_since_last_rpc": _since(contacted.last_talk_on[debtors], day),
        "inbound_count_7d": contacted.inbound.over(WEEK)[debtors],
        "inbound_count_30d": contacted.inbound.over(MONTH)[debtors],
        "inbound_count_90d": contacted.inbound.over(QUARTER)[debtors],
        "days_since_last_inbound": _since(contacted.last_inbound_on[debtors], day),
        "promise_count_365d": promised["made"][debtors],
        "promise_kept_count_180d": promised["kept"][debtors],
        "promise_broken_count_180d": promised["broken"][debtors],
        "promise_kept_share_180d": shares(promised["kept"][debtors], promised["over"][debtors]),
        "promise_open_minor": promised["open_minor"][debtors],
        "days_since_last_promise": _since(observed.promised.last_made_on(NO_DAY)[debtors], day),
        "number_unverified": made.numbers.unverified[debtors, number],
        "number_is_second": number,
        "number_bad_count": observed.blocks.bad_number[debtors].sum(axis=1),
        "day_of_month": np.full(rows, on.day),
        "month": np.full(rows, on.month),
        "weekday": np.full(rows, on.weekday()),
    }


def _since(days: Ints, day: int) -> Floats:
    return np.where(days == NO_DAY, np.nan, (day - days).astype(np.float64))


def _only(position: Position, rows: Ints) -> Position:
    return Position(
        position.days_past_due[rows],
        position.bucket_rank[rows],
        position.past_due_minor[rows],
        position.balance_minor[rows],
    )
