"""What the champions say of standings: rows to the scoring calls, contributions back, sentences out.

Without a champion the night's own record answers, or the rules score; either says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from anyio import to_thread

from arrears.queues.value import WORST_RANK
from models.registry import Loaded
from serving import inside, running
from serving.deployment import Deployment
from serving.explained import BASE, FIRST_CONTRIBUTION, Floats, explained_rows, rows_for
from serving.scoring import PROPENSITY, ROLL_RATE
from serving.standing import Standing


@dataclass(frozen=True)
class Told:
    """What one champion said: its label, and an explanation a standing, None where no further bucket exists."""

    label: str
    rows: list[Mapping[str, Any] | None]


async def told_of(deployment: Deployment, name: str, standings: Sequence[Standing]) -> Told | None:
    """Explanations of one model for every standing, as a night records them; None without a champion that fits."""
    loaded = deployment.champions.of(name)
    if loaded is None or not all(set(loaded.artifact.features) <= each.features.keys() for each in standings):
        return None
    # The oldest bucket has no next one, so nothing is asked about it.
    rolls = [place for place, each in enumerate(standings) if name != ROLL_RATE or each.rank < WORST_RANK]
    rows: list[Mapping[str, Any] | None] = [None] * len(standings)
    told = await _explained(deployment, loaded, [standings[place] for place in rolls])
    for place, one in zip(rolls, told, strict=True):
        rows[place] = one
    return Told(loaded.label, rows)


async def _explained(
    deployment: Deployment, loaded: Loaded, standings: Sequence[Standing]
) -> Sequence[Mapping[str, Any]]:
    if not standings:
        return []
    names = loaded.artifact.features
    x = loaded.artifact.matrix({each: [one.features[each] for one in standings] for each in names}, len(standings))
    ranks = np.array([each.rank for each in standings], dtype=np.int64)
    answer = await _called(deployment, loaded.name, rows_for(loaded, x, ranks))
    return await to_thread.run_sync(_in_words, deployment, loaded, standings, x, answer)


async def _called(deployment: Deployment, name: str, rows: Floats) -> Floats:
    """Through BentoML, which lets rows of several requests travel together; directly where it does not host us."""
    hosted = running.hosted()
    if hosted is None:
        return await to_thread.run_sync(explained_rows, deployment.champions, name, rows)
    return await inside.call(hosted, name, rows)


def _in_words(
    deployment: Deployment, loaded: Loaded, standings: Sequence[Standing], x: Floats, answer: Floats
) -> list[Mapping[str, Any]]:
    from models.reasons import tell
    from models.roll_rate import explained_booster, share_beyond

    artifact = loaded.artifact
    is_chain = loaded.name == ROLL_RATE
    found: list[Mapping[str, Any]] = []
    for row, each in enumerate(standings):
        one = slice(row, row + 1)
        (told,) = tell(
            artifact,
            explained_booster(artifact, each.rank) if is_chain else artifact.boosters[0],
            x[one],
            float(answer[row, BASE]),
            answer[one, FIRST_CONTRIBUTION:],
            currencies=[each.currency],
            locale=deployment.settings.portfolio.locale,
            share=share_beyond(artifact, each.rank) if is_chain else 1.0,
        )
        found.append(asdict(told))
    return found


MODELS = {"propensity": PROPENSITY, "roll": ROLL_RATE}
"""Under which name a night records a model's explanation, and the model's own name."""
