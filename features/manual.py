"""The catalog as a page of the manual."""

from __future__ import annotations

from features.catalog import CATALOG
from features.feature import Feature

_OPENING = """# Features

What a model may know about an account on a day. Each is one Ibis expression over facts that `known_on` let through;
a test compares every one with a slow reading in plain Python. A feature whose columns a source does not supply is
absent, and `arrears features` says so. None reads a protected attribute, a dispute, a hold or a preference.

This page is written from the catalog by `features.manual.page`.
"""


def page() -> str:
    """The whole page, groups in the order of the catalog.

    Examples
    --------
    >>> page().startswith("# Features")
    True
    """
    groups = dict.fromkeys(known.group for known in CATALOG)
    parts = [_OPENING]
    for group in groups:
        own = [known for known in CATALOG if known.group == group]
        parts.append(f"## {group.replace('_', ' ').capitalize()}\n\n{_table(own)}")
    return "\n".join(parts)


def _table(features: list[Feature]) -> str:
    head = "| name | what it says | concept | unit | window | null means | reads |\n|---|---|---|---|---|---|---|\n"
    return head + "".join(_row(known) for known in features)


def _row(known: Feature) -> str:
    window = "all that is known" if known.window_days is None else f"{known.window_days} days"
    reads = ", ".join(f"`{read}`".replace("|", "` or `") for read in known.reads)
    cells = (f"`{known.name}`", known.sentence, known.concept, known.unit, window, known.null_means, reads)
    return f"| {' | '.join(cells)} |\n"
