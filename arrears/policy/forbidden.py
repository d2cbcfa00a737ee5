"""What no model may read (FL-01): protected attributes, the use of consumer rights, fine location and their stand-ins.

What is forbidden stands as data in the limits, in columns of the source tables, so that a harmless name hides nothing.
These limits hold in every country and profile: a right that was used is a gate, and never a reason to be treated worse.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from arrears.policy.limits import PROFILES, Limit, read_limits

RULE = "FL-01"
_BY_VALUE, _APPROVABLE, _COMMERCIAL = "by_value_only", "approvable", "approvable_commercial"


@dataclass(frozen=True)
class Approvals:
    """What a deployment's people approved.

    Attributes
    ----------
    features : by name.
    commercial : the book holds companies' debts alone, so that a disputed amount may be approved.
    """

    features: frozenset[str] = frozenset()
    commercial: bool = False


NO_APPROVALS = Approvals()


@dataclass(frozen=True)
class Ban:
    """Columns of one kind that no feature may be built from.

    Attributes
    ----------
    entries : `table`, `table.column`, or `table.column=value` for one of a column's values.
    kind : in a few words, what they tell.
    """

    entries: frozenset[str]
    kind: str
    clause: str
    link: str


def forbidden_reads(feature: str, reads: Iterable[str], approvals: Approvals = NO_APPROVALS) -> dict[str, Ban]:
    """What a feature may not be built from, of all that it reads.

    Parameters
    ----------
    feature : its name, by which approvals know it.
    reads : `table.column`, or `table.column=value` where nothing but that value is asked for.
    approvals : what the limits leave to a person's approval is allowed for the features named there.

    Returns
    -------
    dict : the reads that are forbidden, each with its ban.

    Examples
    --------
    >>> forbidden_reads("paid_in_state", ["payments.amount", "debtors.region", "contacts.disposition=promise"])
    {}
    >>> [ban.clause for ban in forbidden_reads("calls", ["contacts.disposition=attorney"]).values()]
    ['15 USC 1691(a)(3); 12 CFR 1002.2(z), 1002.4(a)']
    """
    found: dict[str, Ban] = {}
    allowed = _approvable(commercial=approvals.commercial) if feature in approvals.features else frozenset()
    for read in sorted(reads):
        ban = next((ban for ban in _bans() if _concerns(ban, read)), None)
        if ban is not None and not _names(read) & allowed:
            found[read] = ban
    return found


def _concerns(ban: Ban, read: str) -> bool:
    # Without a value named, every value of the column is read, the forbidden ones too.
    every_value = read in _named(_BY_VALUE) and any(entry.startswith(f"{read}=") for entry in ban.entries)
    return every_value or bool(_names(read) & ban.entries)


def _names(read: str) -> frozenset[str]:
    column = read.partition("=")[0]
    return frozenset({read, column, column.partition(".")[0]})


@cache
def _bans() -> tuple[Ban, ...]:
    return tuple(
        Ban(_entries(limit), limit.unit, limit.clause, limit.link)
        for limit in _limits()
        if limit.name not in (_BY_VALUE, _APPROVABLE, _COMMERCIAL)
    )


def _approvable(*, commercial: bool) -> frozenset[str]:
    return _named(_APPROVABLE) | (_named(_COMMERCIAL) if commercial else frozenset())


@cache
def _named(name: str) -> frozenset[str]:
    return frozenset().union(*(_entries(limit) for limit in _limits() if limit.name == name))


def _limits() -> list[Limit]:
    return [limit for _, limit in read_limits(PROFILES).all if limit.rule == RULE and limit.on and limit.to is None]


def _entries(limit: Limit) -> frozenset[str]:
    return frozenset(map(str, limit.value)) if isinstance(limit.value, tuple) else frozenset({str(limit.value)})
