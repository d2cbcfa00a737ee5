"""Which lane an account's work belongs to: what holds it for pay may ask for other work, or the account only waits.

The rules of conduct say what may not be done; here stands what is done instead. Every lane but those without contact is
then judged by the gate for itself, so a lane named here is a wish and never a permission.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from arrears.policy import codes
from arrears.policy.columns import NOBODY, Flags, Rows, Words
from arrears.policy.rule import PAY
from arrears.policy.verdict import NO_WAY, Judgement
from arrears.policy.ways import ItemWay
from arrears.state.closed import WITHOUT_CONTACT

PROMISE = "promise"

WITHOUT_WAYS = (*WITHOUT_CONTACT, "skip_trace")
"""Lanes whose items name no way to anybody: nobody is contacted, or how to is what is looked for."""

PRECEDENCE = (
    "legal_review",
    "estate",
    "attorney",
    "dispute",
    "hardship",
    "specialist",
    "callback",
    PROMISE,
    "payer",
    PAY,
    "skip_trace",
)
"""Which lane a person's item of one work group is for, where its accounts ask for several: the first of these.

A debtor with no number is not looked for while a cosigner of another account can be asked to pay.
"""

MOOT = frozenset({"nothing_owed", "account_closed", "cured", "payment_pending", "recall"})
"""Holds under which there is no work at all, whatever else holds."""

_BY_HOLD = {
    "bankruptcy": "legal_review",
    "litigation": "legal_review",
    "cease": "legal_review",
    "deceased": "estate",
    "mourning": "estate",
    "attorney": "attorney",
    "disputed": "dispute",
    "dispute_review": "dispute",
    "deduction": "dispute",
    "contested": "dispute",
    "hardship": "hardship",
    "vulnerable": "specialist",
    "complaint": "specialist",
    "servicemember": "specialist",
    "identity_theft": "specialist",
    "counsellor": "specialist",
    NO_WAY: "skip_trace",
}

_SPOKEN = ("call", "visit")

_SPEAKS = {"attorney": "attorney", "estate": "estate"}
"""Parts in an account that have a lane of their own, where nobody else may be reached."""

_SAID = {
    "attorney": "An attorney speaks for the debtor",
    "estate": "The debtor's estate is spoken with",
    "payer": "The insurer denied the claim",
    "skip_trace": "No number or address is known that reaches the debtor",
}
_WAITS_FOR_PAYER = ("filed", "pending", "appealed", "paid")


def lane_of(hold: str) -> str | None:
    """The lane that a hold for pay asks for; None where the account only waits.

    Parameters
    ----------
    hold : a hold's code.

    Examples
    --------
    >>> lane_of("disputed"), lane_of("bankruptcy"), lane_of("calls_in_window"), lane_of("nothing_owed")
    ('dispute', 'legal_review', None, None)
    """
    return _BY_HOLD.get(hold)


def written(ways: Sequence[ItemWay]) -> tuple[ItemWay, ...]:
    """Those of some ways by which a reminder of a promise goes: a talk needs the debtor's own consent.

    A call within seven days of the talk in which the promise was made is barred (12 CFR 1006.14(b)(2)(i)(B)).
    """
    return tuple(each for each in ways if each.way.channel not in _SPOKEN)


@dataclass(frozen=True)
class Wishes:
    """Which lane each account's work asks for, before any gate but pay's.

    Attributes
    ----------
    lane : (accounts,) "" where it waits.
    because : (accounts,) the reason in a collector's words; None where it is past due and nothing else.
    """

    lane: Words
    because: np.ndarray[tuple[int], np.dtype[np.object_]]


def wishes(judgement: Judgement, count: int, promised: Mapping[int, str]) -> Wishes:
    """The lane of every account by what the rules said of it for pay.

    Parameters
    ----------
    judgement : for pay.
    count : so many accounts are asked about: the first of the facts.
    promised : accounts with a promise to follow up, with the reason.
    """
    held, moot = judgement.is_held[:count], _under(judgement, MOOT, count)
    lane = np.full(count, len(PRECEDENCE))
    because = np.full(count, None, dtype=np.object_)

    def ask_for(name: str, rows: Rows, why: str | None) -> None:
        place = PRECEDENCE.index(name)
        chosen = rows[lane[rows] > place]
        lane[chosen], because[chosen] = place, why

    for each in judgement.reasons:
        asked = lane_of(each.rule.code)
        if asked is not None:
            rows = np.unique(judgement.facts.asks.account[each.asks])
            ask_for(asked, rows[(rows < count)][held[rows[rows < count]]], each.rule.sentence)
    for part, name in _SPEAKS.items():
        ask_for(name, np.flatnonzero(~held & _speaks_alone(judgement, part)[:count]), _SAID[name])
    for row, why in promised.items():
        ask_for(PROMISE, np.array([row]), why)
    ask_for("payer", np.flatnonzero(_denied(judgement)[:count]), _SAID["payer"])
    ask_for("skip_trace", np.flatnonzero(_unreachable(judgement)[:count]), _SAID["skip_trace"])
    ask_for(PAY, np.flatnonzero(~held), None)
    lane[moot & held] = len(PRECEDENCE)
    because[lane == len(PRECEDENCE)] = None
    return Wishes(lane=np.array([*PRECEDENCE, ""])[lane], because=because)


def _under(judgement: Judgement, holds: frozenset[str], count: int) -> Flags:
    """(count,) accounts with a hold of these codes."""
    found = np.zeros(len(judgement.facts.accounts), dtype=np.bool_)
    for each in judgement.reasons:
        if each.rule.code in holds:
            found[judgement.facts.asks.account[each.asks]] = True
    return found[:count]


def _speaks_alone(judgement: Judgement, part: str) -> Flags:
    """(accounts,) whoever may be reached about it has this part."""
    facts = judgement.facts
    open_ = ~judgement.held
    speaks = facts.parties.part[facts.asks.party] == codes.PART.of(part)
    found = np.zeros(len(facts.accounts), dtype=np.bool_)
    found[facts.asks.account[open_ & speaks]] = True
    found[facts.asks.account[open_ & ~speaks]] = False
    return found


def _denied(judgement: Judgement) -> Flags:
    """(accounts,) medical debts whose payer denied a claim, and none is open."""
    facts, claims = judgement.facts, judgement.facts.claims
    named = claims.account != NOBODY
    count = len(facts.accounts)
    denied = _among(count, claims.account[named & codes.CLAIM.among(claims.status, "denied")])
    open_ = _among(count, claims.account[named & codes.CLAIM.among(claims.status, *_WAITS_FOR_PAYER)])
    medical = codes.DEBT_CLASS.among(facts.accounts.debt_class, "medical")
    return np.asarray(denied & ~open_ & medical)


def _unreachable(judgement: Judgement) -> Flags:
    """(accounts,) nobody on it has a number or address that is not known to be bad."""
    return np.asarray(np.bincount(judgement.facts.asks.account, minlength=len(judgement.facts.accounts)) == 0)


def _among(count: int, rows: Rows) -> Flags:
    """(count,) whether each row is one of these."""
    found = np.zeros(count, dtype=np.bool_)
    found[rows] = True
    return found
