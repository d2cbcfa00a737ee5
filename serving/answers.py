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
from serving.deployment import Deployment
from serving.door import from_inside
from serving.explained import BASE, FIRST_CONTRIBUTION, Floats, Ranks, explained_rows, rows_for
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
    columns = {
        feature: [each.features.get(feature, np.nan) for each in standings] for feature in loaded.artifact.features
    }
    x = loaded.artifact.matrix(columns, len(standings))
    ranks = np.minimum(np.array([each.rank for each in standings], dtype=np.int64), WORST_RANK)
    answer = await _called(deployment, name, rows_for(loaded, x, ranks))
    rows = await to_thread.run_sync(_in_words, deployment, loaded, standings, x, ranks, answer)
    return Told(loaded.label, rows)


async def _called(deployment: Deployment, name: str, rows: Floats) -> Floats:
    """Through BentoML, which lets rows of several requests travel together; directly where it does not host us."""
    import bentoml

    try:
        hosted = bentoml.get_current_service()
    except bentoml.exceptions.BentoMLException:
        hosted = None
    if hosted is None:
        return await to_thread.run_sync(explained_rows, deployment.champions, name, rows)
    with from_inside():
        return np.asarray(await getattr(hosted.to_async, name)(rows), dtype=np.float64)


def _in_words(
    deployment: Deployment,
    loaded: Loaded,
    standings: Sequence[Standing],
    x: Floats,
    ranks: Ranks,
    answer: Floats,
) -> list[Mapping[str, Any] | None]:
    from models.reasons import tell
    from models.roll_rate import explained_booster, share_beyond

    artifact = loaded.artifact
    locale = deployment.settings.portfolio.locale
    found: list[Mapping[str, Any] | None] = []
    for row, standing in enumerate(standings):
        rank = int(ranks[row])
        if loaded.name == ROLL_RATE and rank >= WORST_RANK:
            found.append(None)
            continue
        booster = explained_booster(artifact, rank) if loaded.name == ROLL_RATE else artifact.boosters[0]
        share = share_beyond(artifact, rank) if loaded.name == ROLL_RATE else 1.0
        one = slice(row, row + 1)
        (told,) = tell(
            artifact,
            booster,
            x[one],
            float(answer[row, BASE]),
            answer[one, FIRST_CONTRIBUTION:],
            currencies=[standing.currency],
            locale=locale,
            share=share,
        )
        found.append(asdict(told))
    return found


MODELS = {"propensity": PROPENSITY, "roll": ROLL_RATE}
"""Under which name a night records a model's explanation, and the model's own name."""
