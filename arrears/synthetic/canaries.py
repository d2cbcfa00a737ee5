"""Names that nobody bears: planted where a source carries personal data, so that a leak can be found by searching.

Each is made of syllables that no language puts together; a log, an error or a metric that holds one has let personal
data out.
"""

from __future__ import annotations

import numpy as np

_FIRST = ("Quibble", "Zanthor", "Wumpel", "Fizzoque", "Grombly", "Yaxwint", "Plovnik", "Drazzle", "Kweppo", "Snorvex")
_LAST = ("wortle", "quazzim", "bramblox", "zifkins", "mugglave", "thwexley", "pongrish", "vuddlesby", "jaxomere")


def canary_names(rows: int, seed: int) -> list[str]:
    """So many distinct names that can be nobody's.

    Examples
    --------
    >>> names = canary_names(3, seed=1)
    >>> len(set(names)), all(name.split()[1].startswith("Canary") for name in names)
    (3, True)
    """
    random = np.random.default_rng([seed, 5])
    first, last = random.integers(0, len(_FIRST), rows), random.integers(0, len(_LAST), rows)
    return [f"{_FIRST[a]} Canary{_LAST[b]}{number}" for number, (a, b) in enumerate(zip(first, last, strict=True))]
