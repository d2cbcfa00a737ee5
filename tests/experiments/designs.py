"""Designs that tests change one thing of."""

from collections.abc import Mapping
from typing import Any

from arrears.experiments.design import Design, design_of, read_design
from arrears.experiments.example import EXAMPLE


def changed(**parts) -> Design:
    """The example with some of its parts replaced; a part that is a mapping is merged into the example's."""
    return _with(read_design(EXAMPLE).document(), parts)


def simple(**parts) -> Design:
    """A test of severity in June, of nothing but cash, with some of its parts replaced as `changed` does."""
    told = {
        "name": "simple",
        "sentence": "Rank by severity, and see whether more is paid.",
        "salt": "June",
        "arms": compared(champion=("value_at_risk/1", 0.5), challenger=("severity/1", 0.5)),
        "cohort": {"currency": "USD", "buckets": ["30-59"]},
        "enrolment": {"starts": "2026-06-15", "weeks": 4, "debtors": 120},
        "primary": {
            "metric": "net_cash",
            "horizon_days": 30,
            "settlement_days": 5,
            "smallest_effect_minor": 100.0,
        },
    }
    return _with(told, parts)


def compared(by: str = "strategy", **arms: tuple[str, float]) -> list[dict[str, object]]:
    """Arms by name, each with what it is worked by, a strategy or a model, and its share."""
    return [
        {"name": name, "role": "champion" if name == "champion" else "challenger", "share": share, by: label}
        for name, (label, share) in arms.items()
    ]


def shared(*shares: float) -> list[dict[str, object]]:
    """Arms with those shares: the champion, then challengers."""
    return [
        {
            "name": f"challenger{place}" if place else "champion",
            "role": "challenger" if place else "champion",
            "share": share,
            "strategy": f"value_at_risk/{place + 1}",
        }
        for place, share in enumerate(shares)
    ]


def _with(told: Mapping[str, Any], parts: Mapping[str, Any]) -> Design:
    own = {
        name: told[name] | part if isinstance(part, dict) and isinstance(told.get(name), dict) else part
        for name, part in parts.items()
    }
    return design_of({**told, **own})
