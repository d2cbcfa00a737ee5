"""Reasons as a night keeps them, read back: which model said what, and the sentences that matter most."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

ORDER = ("roll", "propensity")
"""Which model's reasons come first where there is little room: what is about to happen, then whether it pays."""


def sentences_of(reasons: Mapping[str, Any], *, most: int = 2) -> list[str]:
    """The strongest sentences of an item, each said once.

    Examples
    --------
    >>> told = {"roll": {"reasons": [{"sentence": "Two months late."}, {"sentence": "Paid little."}]},
    ...         "propensity": {"reasons": [{"sentence": "Two months late."}]}}
    >>> sentences_of(told)
    ['Two months late.', 'Paid little.']
    """
    found = [reason["sentence"] for name in ORDER for reason in (reasons.get(name) or {}).get("reasons", ())]
    return list(dict.fromkeys(found))[:most]
