"""Who may do what: one table of addresses, and for each the roles that may read there and the roles that may change.

The door asks it before any route does. Managers may do everything; an address without an entry is theirs alone, so that
what somebody forgets to enter is shut. Which debtors a collector may look at is for the route to ask.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from arrears.state.closed import ROLES

READING = frozenset({"GET", "HEAD", "OPTIONS"})

NOBODY: frozenset[str] = frozenset()
EVERYBODY = frozenset(ROLES)
MANAGERS = frozenset({"manager"})
COLLECTING = frozenset({"manager", "collector"})
LOOKING = frozenset({"manager", "strategist", "auditor"})
STUDYING = frozenset({"manager", "strategist", "scientist", "auditor"})
PLANNING = frozenset({"manager", "strategist"})
SCORING = frozenset({"manager", "strategist", "scientist"})
AUDITING = frozenset({"manager", "auditor"})

TABLE: tuple[tuple[str, frozenset[str], frozenset[str]], ...] = (
    # address and all below it           may read     may change
    ("/static", EVERYBODY, NOBODY),
    ("/sign-out", NOBODY, EVERYBODY),
    ("/livez", EVERYBODY, NOBODY),
    ("/metrics", STUDYING, NOBODY),
    ("/", LOOKING, NOBODY),
    ("/desk", COLLECTING, COLLECTING),
    ("/queues", STUDYING, MANAGERS),
    ("/queues/export.csv", LOOKING, NOBODY),
    ("/debtors", EVERYBODY, NOBODY),
    ("/find", STUDYING, NOBODY),
    ("/team", LOOKING, MANAGERS),
    ("/exports", LOOKING, MANAGERS),
    ("/portfolio", STUDYING, NOBODY),
    ("/strategies", STUDYING, PLANNING),
    ("/experiments", STUDYING, PLANNING),
    ("/models", STUDYING, NOBODY),
    ("/conduct", EVERYBODY, NOBODY),
    ("/v1/openapi.json", EVERYBODY, NOBODY),
    ("/v1/score", NOBODY, SCORING),
    ("/v1/queues", STUDYING, MANAGERS),
    ("/v1/queues/{}/claim", NOBODY, COLLECTING),
    ("/v1/items", LOOKING, MANAGERS),
    ("/v1/items/{}", LOOKING | COLLECTING, NOBODY),
    ("/v1/items/{}/outcome", NOBODY, COLLECTING),
    ("/v1/items/{}/release", NOBODY, COLLECTING),
    ("/v1/items/{}/skip", NOBODY, COLLECTING),
    ("/v1/items/{}/snooze", NOBODY, COLLECTING),
    ("/v1/items/{}/extend", NOBODY, COLLECTING),
    ("/v1/items/{}/callback", NOBODY, COLLECTING),
    ("/v1/items/{}/move", NOBODY, MANAGERS),
    ("/v1/items/reassign", NOBODY, MANAGERS),
    ("/v1/items/put-off", NOBODY, MANAGERS),
    ("/v1/acts", LOOKING, MANAGERS),
    ("/v1/team", LOOKING, MANAGERS),
    ("/v1/lookup", NOBODY, COLLECTING),
    ("/v1/desk", COLLECTING, COLLECTING),
    ("/v1/events", LOOKING, MANAGERS),
    ("/v1/outcomes", LOOKING, MANAGERS),
    ("/v1/accounts", STUDYING, NOBODY),
    ("/v1/accounts/{}/brief", LOOKING, NOBODY),
    ("/v1/collectors", LOOKING, MANAGERS),
    ("/v1/exports", LOOKING, MANAGERS),
    ("/v1/decisions", STUDYING, NOBODY),
    ("/v1/strategies", STUDYING, PLANNING),
    ("/v1/experiments", STUDYING, PLANNING),
    ("/v1/models", STUDYING, NOBODY),
    ("/v1/audit", AUDITING, NOBODY),
)
"""`{}` stands for one word of an address; the longest entry that fits counts; `/` is itself alone."""

HOMES: Mapping[str, str] = {"collector": "/desk", "scientist": "/models"}
"""Where a role begins that may not enter `/`."""


def may_enter(method: str, path: str, role: str) -> bool:
    """True where the role may do this.

    Examples
    --------
    >>> may_enter("POST", "/v1/queues/pay/claim", "collector"), may_enter("GET", "/v1/queues", "collector")
    (True, False)
    """
    return role in who_may(method, path)


def who_may(method: str, path: str) -> frozenset[str]:
    """The roles that may do this: managers, and whom the table names.

    Examples
    --------
    >>> sorted(who_may("GET", "/v1/audit")), sorted(who_may("GET", "/wp-login.php"))
    (['auditor', 'manager'], ['manager'])
    """
    entry = entry_of(path)
    if entry is None:
        return MANAGERS
    _, may_read, may_change = entry
    return MANAGERS | (may_read if method in READING else may_change)


def entry_of(path: str) -> tuple[str, frozenset[str], frozenset[str]] | None:
    """The entry of the table that counts for a path, or None."""
    at, longest = _tree(), None
    for word in path.split("/")[1:]:
        below = at.below.get(word) or at.below.get("{}")
        if below is None:
            break
        at = below
        longest = at.entry or longest
    return longest


def told_who_may(method: str, path: str) -> str:
    """The roles that may do this, in words.

    Examples
    --------
    >>> told_who_may("GET", "/v1/audit")
    'a manager or an auditor'
    """
    allowed = [role for role in ROLES if role in who_may(method, path)]
    named = [a_role(role) for role in allowed]
    return " or ".join([", ".join(named[:-1]), named[-1]] if len(named) > 1 else named)


def a_role(role: str) -> str:
    """A role with its article.

    Examples
    --------
    >>> a_role("auditor"), a_role("manager")
    ('an auditor', 'a manager')
    """
    return f"{'an' if role[0] in 'aeiou' else 'a'} {role}"


@dataclass
class _Branch:
    below: dict[str, _Branch] = field(default_factory=dict)
    entry: tuple[str, frozenset[str], frozenset[str]] | None = None


@cache
def _tree() -> _Branch:
    root = _Branch()
    for entry in TABLE:
        at = root
        for word in entry[0].split("/")[1:]:
            at = at.below.setdefault(word, _Branch())
        at.entry = entry
    return root
