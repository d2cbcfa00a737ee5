"""What a model may read: features whose expressions touch nothing that the law keeps from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from arrears.errors import Refused
from arrears.lake import Lake
from arrears.policy.forbidden import NO_APPROVALS, Approvals, forbidden_reads
from arrears.settings import Settings, default_settings
from arrears.tables import TABLES
from features import catalog
from features.build import answer
from features.facts import Facts
from features.feature import Feature
from features.kept_text import kept_texts
from features.lineage import Reads, lineage

_SHOWN = 5
_OTHERS = "SELECT count(*) FROM accounts WHERE debt_class IS DISTINCT FROM 'commercial'"


def reads_of_catalog() -> Mapping[str, Reads]:
    """What every feature of the catalog reads in a book that supplies everything."""
    return _reads(catalog.CATALOG)


def approvals_of(lake: Lake) -> Approvals:
    """What the deployment's people approved, for the book they have."""
    if not lake.exists() or not lake.settings.conduct.approved:
        return NO_APPROVALS
    with lake.connect() as con:
        ((others,),) = con.execute(_OTHERS).fetchall()
    return Approvals(lake.settings.conduct.approved, commercial=others == 0)


def unlawful(names: Iterable[str], approved: Approvals = NO_APPROVALS) -> dict[str, str]:
    """Which of some features may not be, each with the reason as a clause of a sentence.

    Parameters
    ----------
    names : as a model names its inputs; one that the catalog does not have is refused too, for nobody can tell what it
        was built from.
    approved : features that named persons approved.
    """
    known = reads_of_catalog()
    found: dict[str, str] = {}
    for name in names:
        if name not in known:
            found[name] = f"{name} is not in the catalog"
            continue
        for read, ban in forbidden_reads(name, known[name], approved).items():
            found.setdefault(name, f"{name} is built from {read}, {ban.kind} ({ban.clause})")
    return found


def refuse_unlawful(asked: str, names: Iterable[str], approved: Approvals = NO_APPROVALS) -> None:
    """Refuse features that may not be.

    Raises
    ------
    Refused : names each feature, the column it is built from, and the clause.
    """
    if found := unlawful(names, approved):
        told = list(found.values())
        more = f"; and {len(told) - _SHOWN} more" if len(told) > _SHOWN else ""
        raise Refused(
            asked=asked,
            found="; ".join(told[:_SHOWN]) + more,
            do="Take the feature out of the catalog, or leave it out: what a debtor did by right is a gate, no input.",
        )


@lru_cache(maxsize=4)
def _reads(features: tuple[Feature, ...]) -> Mapping[str, Reads]:
    everything = {table.name: frozenset(column.name for column in table.columns) for table in TABLES.values()}
    settings, names = default_settings(), [one.name for one in features]

    def found(present: Mapping[str, frozenset[str]], settings: Settings) -> dict[str, str]:
        reads = lineage(answer(Facts(present, settings), features), names)
        return {name: " ".join(sorted(read)) for name, read in reads.items()}

    # What an expression reads follows from the code alone, as long as it is the code that is looked at.
    is_own = all(one.is_own for one in features)
    told = (
        kept_texts(f"reads of {' '.join(names)}", everything, settings, found)
        if is_own
        else found(everything, settings)
    )
    return {name: frozenset(read.split()) for name, read in told.items()}
