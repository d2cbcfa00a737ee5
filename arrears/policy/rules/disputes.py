"""Disputes: what a debtor contests is not collected until it is resolved, and what is not contested may be."""

from __future__ import annotations

import numpy as np

from arrears.policy import codes
from arrears.policy.columns import NEVER, NOBODY, Flags, Instants, Rows
from arrears.policy.facts import Facts
from arrears.policy.rule import CONTACT_LANES, Found, Rule, Values, nothing
from arrears.policy.rules.notices import period_ends
from arrears.policy.rules.regime import covered

COLLECTING = frozenset(CONTACT_LANES - {"dispute"}) | {"legal_review"}
"""Lanes in which a contested debt is collected; the lane `dispute` is where it is answered."""

_FORMAL = ("written", "electronic")
_FAR = np.iinfo(np.int64).max


def is_disputed(facts: Facts, values: Values) -> Found:
    """A written dispute of the validation period, or a request for the original creditor, waits for its answer."""
    count, disputes = len(facts.accounts), facts.disputes
    if "hold_in_period" not in values or not len(disputes.account):
        return nothing(count)
    until = resolved_from(facts)
    runs = _is_open(facts, until)
    formal = runs & codes.FORM.among(disputes.form, *_FORMAL)
    in_time, unknown = _in_period(facts, values)
    inside = covered(facts, values)
    standing = formal & in_time
    holds = _contests_all(facts, standing, np.isnan(disputes.amount_minor)) & inside
    return Found(
        holds,
        _latest(until, standing, disputes.account, count),
        missing=_any(facts, formal & unknown) & inside,
        conditions=_any(facts, runs) & inside,
    )


def is_disputed_otherwise(facts: Facts, values: Values) -> Found:
    """A dispute told by mouth or sent after the period: no law stops collecting, the house looks at it."""
    count, disputes = len(facts.accounts), facts.disputes
    if "late_dispute" not in values or not len(disputes.account):
        return nothing(count)
    until = resolved_from(facts)
    runs = _is_open(facts, until)
    oral = runs & ~codes.FORM.among(disputes.form, *_FORMAL)
    in_time, unknown = _in_period(facts, values)
    late = runs & ~oral & ~in_time & ~unknown
    asked = {"late_dispute": late, "oral_dispute": oral}
    chosen = {does: np.zeros(len(runs), dtype=np.bool_) for does in ("block", "review", "allow")}
    for name, flags in asked.items():
        chosen[values[name]] |= flags
    holds = _any(facts, chosen["block"])
    return Found(
        holds,
        _latest(until, chosen["block"], disputes.account, count),
        conditions=_any(facts, chosen["review"]),
    )


def commercial_part_is_disputed(facts: Facts, values: Values) -> Found:
    """A customer's deduction leaves dunning: the contested part alone where it is told and coded, else the account."""
    count, disputes = len(facts.accounts), facts.disputes
    if not len(disputes.account):
        return nothing(count)
    until = resolved_from(facts)
    runs = _is_open(facts, until)
    partial = np.isin(disputes.code, ("", *values["codes"])) & ~np.isnan(disputes.amount_minor)
    return Found(
        _contests_all(facts, runs, ~partial),
        _latest(until, runs, disputes.account, count),
        conditions=_any(facts, runs),
    )


def dispute_stands_long(facts: Facts, values: Values) -> Found:
    """A deduction that nobody has settled for too long goes to its owner's superior; it holds nothing of its own."""
    found, disputes = nothing(len(facts.accounts)), facts.disputes
    if not len(disputes.account):
        return found
    runs = _is_open(facts, resolved_from(facts))
    today = facts.today[facts.accounts.person[disputes.account]]
    long = runs & (disputes.opened_on + np.timedelta64(values["escalate_days"], "D") < today)
    return Found(found.holds, found.until, conditions=_any(facts, long))


def resolved_from(facts: Facts) -> Instants:
    """(disputes,) the instant from which each no longer stands: the day after it was resolved; NaT: it stands."""
    disputes = facts.disputes
    person = facts.accounts.person[disputes.account]
    return facts.begins(disputes.resolved_on + np.timedelta64(1, "D"), person)


def open_disputes(facts: Facts) -> Flags:
    """(disputes,) those that have reached us and stand."""
    return _is_open(facts, resolved_from(facts))


def _is_open(facts: Facts, until: Instants) -> Flags:
    disputes = facts.disputes
    return np.asarray((disputes.account != NOBODY) & ~(until <= facts.at) & ~(disputes.received_at > facts.at))


def _in_period(facts: Facts, values: Values) -> tuple[Flags, Flags]:
    """Which disputes were sent in time, and of which nobody can tell: a late letter whose sending day is not known."""
    disputes = facts.disputes
    ends = period_ends(facts, values)[disputes.account]
    told = ~np.isnat(disputes.submitted_on)
    zones = facts.person_zones[facts.accounts.person[disputes.account]]
    reached = facts.zones.earliest_days(zones, disputes.received_at, otherwise=facts.zone)
    sent = np.where(told, disputes.submitted_on, np.fmin(reached, disputes.opened_on))
    in_time = np.isnat(ends) | (sent <= ends)
    return in_time, ~in_time & ~told & (disputes.form == codes.FORM.of("written"))


def _contests_all(facts: Facts, standing: Flags, whole: Flags) -> Flags:
    """(accounts,) nothing is left uncontested; what is owed and not known may all be contested."""
    disputes, count = facts.disputes, len(facts.accounts)
    contested = _any(facts, standing)
    chosen = standing & ~whole
    part = np.bincount(disputes.account[chosen], disputes.amount_minor[chosen], minlength=count)
    return contested & (_any(facts, standing & whole) | ~(part < facts.accounts.balance_minor))


def _any(facts: Facts, flags: Flags) -> Flags:
    found = np.zeros(len(facts.accounts), dtype=np.bool_)
    found[facts.disputes.account[flags]] = True
    return found


def _latest(until: Instants, chosen: Flags, account: Rows, count: int) -> Instants:
    """(count,) the last of the chosen ends of each account; one that stands open has none."""
    ends = np.where(np.isnat(until[chosen]), _FAR, until[chosen].astype("M8[us]").astype(np.int64))
    found = np.full(count, np.iinfo(np.int64).min)
    np.maximum.at(found, account[chosen], ends)
    return np.where(found == _FAR, NEVER, found.view("M8[us]"))


RULES = (
    Rule(
        "RF-14",
        "disputed",
        "The debt is disputed",
        "account",
        is_disputed,
        lanes=COLLECTING,
        spares=frozenset({"service_reply", "required_disclosure", "legal_notice", "opt_out_confirmation"}),
        needs=("disputes",),
        cures="disputes",
        condition="DISPUTED",
    ),
    Rule(
        "RF-14",
        "dispute_review",
        "A late or spoken dispute is looked at",
        "account",
        is_disputed_otherwise,
        lanes=COLLECTING,
        spares=frozenset({"service_reply", "required_disclosure", "legal_notice", "opt_out_confirmation"}),
        condition="REVIEW_DISPUTE",
    ),
    Rule(
        "B2-03",
        "deduction",
        "The customer disputes the bill",
        "account",
        commercial_part_is_disputed,
        lanes=COLLECTING,
        spares=frozenset({"service_reply"}),
        cures="disputes",
        condition="DISPUTED_PART",
    ),
    Rule(
        "B2-03",
        "deduction_stands_long",
        "The deduction has stood too long",
        "account",
        dispute_stands_long,
        condition="ESCALATE_DISPUTE",
    ),
)
