"""Medical debts: what bureaus take, what a nonprofit hospital must wait for, and what single states add."""

from __future__ import annotations

import numpy as np

from arrears.policy import codes, places
from arrears.policy.calendar_days import years_after
from arrears.policy.columns import NEVER
from arrears.policy.facts import Facts
from arrears.policy.per_account import first_day, notices_of
from arrears.policy.rule import CONTACT_LANES, LANE_GATES, Found, Rule, Values, nothing, open_ended
from arrears.policy.rules.lanes import FURNISH, held_for
from arrears.policy.zonetime import Days

_STATES = places.mask(f"US-{state}" for state in places.US_STATES) & ~places.bit("US")


def bureaus_refuse_it(facts: Facts, values: Values) -> Found:
    """Bureaus list no medical debt that is small, younger than a year, or paid."""
    accounts = facts.accounts
    small = accounts.balance_minor < values["least_minor"]
    paid = codes.STATUS.among(accounts.status, "paid", "settled") | codes.BUCKET.among(accounts.bucket, "PAID_OFF")
    until = facts.begins(years_after(accounts.first_delinquent_on, values["years"]), accounts.person)
    never = small | paid
    missing = np.isnan(accounts.balance_minor) | np.isnat(accounts.first_delinquent_on)
    return Found(never | (until > facts.at), np.where(never, NEVER, until), missing=missing & ~never)


def hospital_must_wait(facts: Facts, values: Values) -> Found:
    """No extraordinary action before the first bill's and the notice's time is over, nor while aid is asked for."""
    accounts = facts.accounts
    billed: Days = np.where(
        np.isnat(accounts.first_bill_on), _first_notice(facts, "first_bill"), accounts.first_bill_on
    )
    by_bill = _after(billed, values["bill_days"])
    by_notice = _after(_first_notice(facts, "extraordinary_action"), values["notice_days"])
    until = facts.begins(np.maximum(by_bill, by_notice), accounts.person)  # NaT wins: without a notice there is no end
    unknown = np.isnat(billed)
    waits = ~unknown & ~(until <= facts.at)
    aid, asked_on = held_for(facts, "aid_pending")
    asked = aid.holds & ~(asked_on > _after(billed, values["aid_days"]))
    ends = np.where(asked, np.maximum(until, aid.until), until)
    return Found(waits | asked, ends, missing=unknown)


def state_notice_is_due(facts: Facts, values: Values) -> Found:
    """A state asks for a notice, and days between it and the first step of collection."""
    if "pre_collection_days" not in values:
        return nothing(len(facts.accounts))
    first = _after(_first_notice(facts, "pre_collection"), values["pre_collection_days"])
    until = facts.begins(first, facts.accounts.person)
    return Found(~(until <= facts.at), until)


def state_bars_the_file(facts: Facts, values: Values) -> Found:
    """A state lets nobody furnish medical debt."""
    return open_ended(np.full(len(facts.accounts), values.get("furnishing") == "barred"))


def state_is_not_known(facts: Facts, values: Values) -> Found:
    """Nobody knows the state whose law may bar the file: somebody looks first."""
    found = nothing(len(facts.people))
    if "unknown_state" not in values:
        return found
    return Found(found.holds, found.until, conditions=(facts.people.places & _STATES) == 0)


def _after(days: Days, count: int) -> Days:
    return days + np.timedelta64(count, "D")


def _first_notice(facts: Facts, kind: str) -> Days:
    """(accounts,) the day of the first notice of a kind that did not come back."""
    notices = facts.notices
    ours = notices_of(facts, codes.NOTICE.of(kind)) & np.isnat(notices.returned_on)
    return first_day(notices.sent_on[ours], notices.account[ours], len(facts.accounts))


RULES = (
    Rule(
        "FC-03",
        "medical_not_listed",
        "Bureaus do not list this medical debt",
        "account",
        bureaus_refuse_it,
        lanes=FURNISH,
        cures="accounts.first_delinquent_on",
    ),
    Rule(
        "HC-02",
        "hospital_must_wait",
        "The hospital must wait before an extraordinary action",
        "account",
        hospital_must_wait,
        lanes=LANE_GATES,
        needs=("notices", "holds"),
        cures="notices",
    ),
    Rule(
        "ST-04",
        "state_notice_due",
        "The state's notice before collection is due",
        "account",
        state_notice_is_due,
        lanes=CONTACT_LANES | LANE_GATES,
        spares=frozenset({"required_disclosure", "service_reply", "opt_out_confirmation"}),
        needs=("notices",),
        cures="notices",
    ),
    Rule(
        "ST-04",
        "state_bars_furnishing",
        "The state lets nobody furnish medical debt",
        "account",
        state_bars_the_file,
        lanes=FURNISH,
    ),
    Rule(
        "ST-04",
        "state_not_known",
        "The state is not known",
        "person",
        state_is_not_known,
        lanes=FURNISH,
        condition="REVIEW_STATE",
    ),
)
