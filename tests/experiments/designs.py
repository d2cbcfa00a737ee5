"""Designs that tests change one thing of."""

from arrears.experiments.design import Design, design_of, read_design
from arrears.experiments.example import EXAMPLE


def changed(**parts) -> Design:
    """The example with some of its parts replaced; a part that is a mapping is merged into the example's."""
    told = read_design(EXAMPLE).document()
    for name, part in parts.items():
        told[name] = told[name] | part if isinstance(part, dict) and isinstance(told.get(name), dict) else part
    return design_of(told)


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
