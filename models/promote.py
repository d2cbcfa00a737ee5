"""The gate between a trained model and the queue: only a version whose own verdict says so becomes champion.

There is no way past it. A version that was refused is trained again, on more data or with better features.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from arrears.errors import Refused
from models.alias_history import Move
from models.registry import CHAMPION, Registry


def promote(
    registry: Registry,
    name: str,
    version: str,
    *,
    who: str,
    why: str,
    alias: str = CHAMPION,
    evidence: Mapping[str, Any] | None = None,
) -> Move:
    """Make a version champion (or challenger), if the verdict of its training allows it.

    Parameters
    ----------
    evidence : what it rests on beside that verdict, as the test that it won.

    Raises
    ------
    Refused : its verdict is to refuse; nothing moved.
    WrongUse : no such version.
    """
    found = registry.version(name, version)
    if found.verdict != "promote":
        raise Refused(
            asked=f"promote {name}/{version} to {alias}",
            found=f"its verdict is to refuse: {found.because}",
            do="Train again when there is more mature data, or with better features; the champion stays.",
        )
    told = {"verdict": found.verdict, "because": found.because, "metrics": dict(found.metrics), **(evidence or {})}
    return registry.promote(name, version, who=who, why=why, evidence=told, alias=alias)
