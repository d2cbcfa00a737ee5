"""Closed lists of the house: lanes, what states items may be in, who may sign in, what an alias move can be."""

from __future__ import annotations

from arrears import lanes

LANES = lanes.LANES
"""What a work item is for."""

WITHOUT_CONTACT = ("payer", "legal_review", "placement_review")
"""Lanes whose work reaches no debtor: their items have no ways, and no rule of contact judges them."""

OPEN_STATES = ("ready", "claimed")
"""States in which a person counts as served: at most one open item per person and work group."""

ITEM_STATES = {
    "ready": "waits for its hour and its collector; a claim, an event, a manager or the next night moves it on",
    "claimed": "one collector holds its lease; an outcome, a release, a skip, an event or the lease's end moves it on",
    "worked": "its outcome is stored: final, what comes next is an item of its own",
    "released": "given back or put off: final, the person comes back with an item of its own",
    "expired": "its lease ended without a word: final, the person comes back with an item of its own",
    "withdrawn": "a later night, an event or a manager took it away: final",
}
"""Every state of a work item, and who moves it on."""

MOVES = (
    ("ready", "claimed"),
    ("ready", "released"),
    ("ready", "withdrawn"),
    ("claimed", "worked"),
    ("claimed", "released"),
    ("claimed", "expired"),
    ("claimed", "withdrawn"),
)
"""The legal moves from state to state; every other is refused by the database itself."""

ITEM_ORIGINS = {
    "night": "a night served it",
    "outcome": "what an outcome asks for next",
    "return": "given back, put off, or its lease ended",
    "event": "a payment, a promise or another fact moved or re-ranked it",
    "inbound": "somebody called in",
    "manager": "a manager made or moved it",
}
"""What made a work item."""

BY_CLIENT, BY_ALL = "client", "client_currency_charge_off"
GROUPED_BY = (BY_CLIENT, BY_ALL)
"""What makes a night's work groups: the client alone once, since then also currency and side of charge-off."""

ROLES = ("manager", "collector", "strategist", "scientist", "auditor")

EXPERIMENT_STATES = {
    "planned": "a design that may still be changed or dropped",
    "running": "nights enrol debtors and work them by their arms",
    "ended": "nobody is worked by it any more: final",
    "withdrawn": "its plan was thrown away before it started, and binds nothing: final",
}
"""Every state of a champion/challenger test."""

EXPERIMENT_ENDS = {
    "promoted": "a challenger's strategy or model is in force now",
    "harm": "a guardrail broke, or the challenger did worse",
    "no_difference": "whatever difference there is, is not worth having",
    "stopped": "somebody stopped it, with a reason",
}
"""What can end a test."""

EXPERIMENT_ACTS = {
    "planned": "its design was written down",
    "withdrawn": "its plan was thrown away before it started",
    "started": "its nights begin to enrol",
    "read": "it was read, with the verdict of the written rule",
    "arm_ended": "one of its challengers did harm, and nobody is worked by that any more",
    "closed": "nobody comes into it any more: it is decided, and waits for a person",
    "ended": "it was ended, with the reading that this rests on",
    "rolled_back": "its promotion was taken back",
}
"""What can be done with a test."""

ALIAS_STATES = {
    "intended": "written before the alias moves",
    "moved": "the registry has it: follows an intention",
    "abandoned": "the alias never moved: follows an intention",
}
"""An alias move is written twice, never changed: first the intention, then what became of it."""

ACTIONS = {
    "listed": "a night put it on a list",
    "held": "a rule held it: nobody was offered it",
    "served": "a collector claimed it",
    "skipped": "a collector gave it back",
    "withdrawn": "an event took it away before anybody worked it",
}
"""What became of a choice, as the log of decisions keeps it."""

ITEM_EVENTS = {
    "made": "it came into being after its night",
    "assigned": "it was put on a collector's list",
    "claimed": "a collector took its lease",
    "extended": "the lease was lengthened",
    "released": "its collector gave it back",
    "skipped": "its collector passed it over, with a reason",
    "snoozed": "it was put off",
    "expired": "its lease ended without a word",
    "worked": "its outcome was stored",
    "reworked": "an outcome came after the lease had ended",
    "withdrawn": "it left its queue",
    "reassigned": "a manager put it on another list",
    "raised": "a manager moved it up or down",
    "noticed": "a fact about its debtor came while somebody worked it",
}
"""What can happen to a work item."""
