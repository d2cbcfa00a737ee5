"""How a number that was reached is told, with its interval."""

from collections.abc import Mapping


def told(found: Mapping[str, float]) -> str:
    """The estimate and where nineteen in twenty resamplings by debtor fell."""
    return f"{found['estimate']:.4f} ({found['low']:.4f} to {found['high']:.4f})"
