"""Where the debt or debtor stands in law: bankruptcy, service in the forces, stolen identity, suits and complaints.

A hold of the holds table holds in every country; where law asks for it too, its clause is named beside the house's.
Limits switch each rule: a scope that does not name a rule's word says nothing about it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from arrears.policy.calendar_days import years_after
from arrears.policy.columns import Flags, Rows
from arrears.policy.facts import Facts
from arrears.policy.rule import CONTACT_LANES, LANE_GATES, Found, Rule, Values, nothing
from arrears.policy.rules.holding import (
    FREE,
    held_through,
    holds_of,
    last_days,
    latest,
    on_hold,
    persons_of,
    without,
)

LEGAL, PLACEMENT, FURNISH = frozenset({"legal_review"}), frozenset({"placement_review"}), frozenset({"furnish"})
POLICY_SPARES = frozenset({"service_reply", "required_disclosure"})
"""Purposes for which a hold of the house's own making leaves people reachable."""
_STAYS_CO_DEBTORS = ("12", "13")


def is_under(facts: Facts, values: Values, *, kind: str, switch: str, about_debt: bool = False) -> Found:
    """A hold of this kind runs."""
    if not values.get(switch):
        return nothing(len(facts.parties))
    return on_hold(facts, kind, about_debt=about_debt)


def is_bankrupt(facts: Facts, values: Values, *, spares: tuple[str, ...] = ()) -> Found:
    """A petition was filed and no order ended the stay; after it the order is looked at before a word is said.

    Filing stays collection whether or not anybody gave notice of it.
    """
    del values
    rows = holds_of(facts, "bankruptcy")
    if not len(rows):
        return nothing(len(facts.parties))
    ends = last_days(facts, rows, facts.holds.ends_on[rows])
    found = without(facts, held_through(facts, ends, facts.parties.person), spares)
    return Found(found.holds, found.until, conditions=~found.holds & (ends > FREE))


def debt_is_discharged(facts: Facts, values: Values, *, lien_stands: bool = False) -> Found:
    """Nobody owes it any more; a lien that outlived the discharge may still be looked at for suit."""
    del values
    found = on_hold(facts, "discharged")
    if not lien_stands:
        return found
    secured = (facts.accounts.secured == 1)[facts.parties.account]
    return Found(found.holds & ~secured, found.until)


def co_debtor_is_bankrupt(facts: Facts, values: Values) -> Found:
    """Somebody else on the account is under a plan of chapter 13 or 12, which stays collection from co-debtors too.

    A petition whose chapter nobody told may be one.
    """
    del values
    rows = holds_of(facts, "bankruptcy")
    if not len(rows):
        return nothing(len(facts.parties))
    told = {chapter: _stays_co_debtors(chapter) for chapter in np.unique(facts.holds.chapter[rows]).tolist()}
    stays = np.array([told[chapter] is True for chapter in facts.holds.chapter[rows].tolist()])
    may = np.array([told[chapter] is None for chapter in facts.holds.chapter[rows].tolist()])
    found, unsure = _beside_filers(facts, rows[stays]), _beside_filers(facts, rows[may])
    return Found(found.holds, found.until, missing=unsure.holds & ~found.holds)


def serves_in_the_forces(facts: Facts, values: Values) -> Found:
    """Active service: a trained colleague speaks with the debtor."""
    if not values.get("to_specialist"):
        return nothing(len(facts.parties))
    return on_hold(facts, "servicemember")


def served_in_the_forces(facts: Facts, values: Values) -> Found:
    """No remedy in court during service; none against a pledge for a while after it."""
    if not values.get("bar_remedies"):
        return nothing(len(facts.parties))
    rows = holds_of(facts, "servicemember")
    if not len(rows):
        return nothing(len(facts.parties))
    ends = facts.holds.ends_on[rows]
    later = last_days(facts, rows, years_after(ends, values.get("pledge_years_after", 0)))
    pledged = (facts.accounts.secured != 0)[facts.parties.account]
    return held_through(facts, np.where(pledged, later, last_days(facts, rows, ends)), facts.parties.person)


def _beside_filers(facts: Facts, rows: Rows) -> Found:
    """Every natural person on an account of a filer, but the filer where nobody else filed."""
    parties = facts.parties
    if not len(rows):
        return nothing(len(parties))
    filed = latest(len(facts.people), persons_of(facts, rows), facts.holds.ends_on[rows])[parties.person]
    files: Flags = np.isnat(filed) | (filed > FREE)
    of_account = latest(len(facts.accounts), parties.account[files], filed[files])[parties.account]
    filers = np.bincount(parties.account[files], minlength=len(facts.accounts))[parties.account]
    found = held_through(facts, of_account, parties.person)
    others = ~files | (filers > 1)
    return Found(found.holds & others & ~facts.people.business[parties.person], found.until)


def _stays_co_debtors(chapter: str) -> bool | None:
    digits = "".join(each for each in chapter if each.isdigit())
    return digits in _STAYS_CO_DEBTORS if digits else None


def hold_rule(
    register: str,
    kind: str,
    sentence: str,
    *,
    lanes: frozenset[str],
    about_debt: bool = False,
    switch: str = "",
    spares: frozenset[str] = frozenset(),
) -> Rule:
    """A rule that a kind of hold makes, where a scope names `switch`: the kind itself unless told."""
    find: Callable[[Facts, Values], Found] = partial(is_under, kind=kind, switch=switch or kind, about_debt=about_debt)
    return Rule(register, kind, sentence, "party", find, lanes=lanes, spares=spares)


_BANKRUPT = "The debtor is in bankruptcy"
_DISCHARGED = "The debt was discharged in bankruptcy"
_SERVES = "The debtor is on active military service"
_THEFT = "The debtor reported identity theft"
_PAUSED = CONTACT_LANES | LEGAL

RULES = (
    Rule(
        "LS-01",
        "bankruptcy",
        _BANKRUPT,
        "party",
        is_bankrupt,
        lanes=(CONTACT_LANES - {"attorney"}) | LANE_GATES,
        condition="CHECK_ORDER",
    ),
    Rule(
        "LS-01",
        "bankruptcy",
        _BANKRUPT,
        "party",
        partial(is_bankrupt, spares=("attorney",)),
        lanes=frozenset({"attorney"}),
        condition="CHECK_ORDER",
    ),
    Rule("LS-02", "discharged", _DISCHARGED, "party", debt_is_discharged, lanes=CONTACT_LANES | PLACEMENT | FURNISH),
    Rule("LS-02", "discharged", _DISCHARGED, "party", partial(debt_is_discharged, lien_stands=True), lanes=LEGAL),
    Rule(
        "LS-03",
        "codebtor",
        "A co-debtor is in bankruptcy",
        "party",
        co_debtor_is_bankrupt,
        lanes=CONTACT_LANES | LEGAL,
        cures="holds",
    ),
    Rule("LS-04", "servicemember", _SERVES, "party", serves_in_the_forces, lanes=CONTACT_LANES - {"specialist"}),
    Rule("LS-04", "servicemember", _SERVES, "party", served_in_the_forces, lanes=LEGAL),
    hold_rule("LS-05", "identity_theft", _THEFT, lanes=_PAUSED, about_debt=True, switch="pause_collecting"),
    hold_rule("LS-05", "identity_theft", _THEFT, lanes=PLACEMENT | FURNISH, about_debt=True, switch="bar_sale"),
    hold_rule("LS-06", "litigation", "The debt is in litigation", lanes=CONTACT_LANES, about_debt=True),
    hold_rule(
        "LS-07",
        "complaint",
        "A complaint is open",
        lanes=(CONTACT_LANES - {"specialist"}) | LEGAL | PLACEMENT,  # where it is answered
        about_debt=True,
        spares=POLICY_SPARES,
    ),
)
