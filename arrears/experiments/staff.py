"""Which collector works which arm, where a design gives arms staff of their own.

Collectors are dealt to arms as the shares say: those who are in the team when the test starts in an order that a hash
draws, evenly, and who joins later by a hash alone. What was dealt is kept with the start and never changes, so a
collector stays with an arm whoever comes and goes. The lots are those of `lots`, with the purpose `collector`, the
design's salt, and the collector's id as key.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from arrears.errors import Refused
from arrears.experiments.design import Design
from arrears.experiments.lots import STEPS, lots, numbers

LEAST = 10
"""Collectors of each arm: fewer tell too little of how much collectors differ."""


@dataclass(frozen=True)
class Staff:
    """Who works which arm of one test.

    Attributes
    ----------
    dealt : arm by collector, of those who were in the team at the start.
    """

    design: Design
    dealt: Mapping[str, str]

    def arms(self, collectors: Sequence[str]) -> list[str]:
        """The arm of each collector.

        Examples
        --------
        >>> from arrears.experiments.design import read_design
        >>> from arrears.experiments.example import EXAMPLE
        >>> Staff(read_design(EXAMPLE), {"C1": "challenger"}).arms(["C1", "C5", "C6"])
        ['challenger', 'challenger', 'champion']
        """
        later = lots("collector", self.design.salt, list(collectors)).tolist()
        drawn = _at(self.design, later)
        return [self.dealt.get(who, arm) for who, arm in zip(collectors, drawn, strict=True)]


def dealt(design: Design, collectors: Sequence[str]) -> dict[str, str]:
    """The arm of everybody who is in the team when a test starts.

    Raises
    ------
    Refused : fewer than `LEAST` collectors in an arm, with the counts.

    Examples
    --------
    >>> from arrears.experiments.design import read_design
    >>> from arrears.experiments.example import EXAMPLE
    >>> found = dealt(read_design(EXAMPLE), [f"C{number}" for number in range(20)])
    >>> sorted(Counter(found.values()).items())
    [('challenger', 10), ('champion', 10)]
    """
    names = sorted(set(collectors))
    order = np.argsort(numbers("collector", design.salt, names), kind="stable")
    # Evenly, from a start within the first place: each has each arm with the same chance, whatever their number.
    start = int(lots("collector", design.salt, [""])[0])
    steps = [(place * STEPS + start) // len(names) for place in range(len(names))]
    found = dict(zip((names[place] for place in order.tolist()), _at(design, steps), strict=True))
    counts = Counter(found.values())
    if any(counts[arm.name] < LEAST for arm in design.arms):
        told = ", ".join(f"{arm.name} {counts[arm.name]}" for arm in design.arms)
        needed = max(-(-LEAST * STEPS // arm.steps) for arm in design.arms)
        raise Refused(
            asked=f"start {design.label} with staff of its own for each arm",
            found=f"{len(names)} collectors in the team, by the shares {told}",
            do=f"Each arm needs {LEAST}: that takes about {needed} collectors by these shares. Or let everybody work "
            'all arms (staff = "shared").',
        )
    return found


def _at(design: Design, steps: Sequence[int]) -> list[str]:
    """The arms at some lots."""
    names = [arm.name for arm in design.arms]
    places = np.searchsorted(np.cumsum([arm.steps for arm in design.arms]), steps, side="right")
    return [names[place] for place in places.tolist()]
