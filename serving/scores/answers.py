"""What the champions say of standings: rows to the scoring call, contributions back, sentences out.

Without a champion the night's own record answers, or the rules score; either says so.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from anyio import to_thread

from arrears.queues.value import WORST_RANK
from models.registry import Loaded
from serving import running
from serving.deployment import Deployment
from serving.scores import inside
from serving.scores.explained import (
    BASE,
    FIRST_CONTRIBUTION,
    SCORING_CALL,
    Floats,
    Ranks,
    explained_rows,
    rows_for,
    together,
)
from serving.scores.scoring import PROPENSITY, ROLL_RATE
from serving.scores.standing import Standing


@dataclass(frozen=True)
class Told:
    """What one champion said: its label, and an explanation a standing, None where no further bucket exists."""

    label: str
    rows: list[Mapping[str, Any] | None]


async def told_of(deployment: Deployment, standings: Sequence[Standing]) -> dict[str, Told]:
    """Explanations of every standing as a night records them, by model; a champion that does not fit is left out.

    Rows of all models travel together: one call, however many models answer.
    """
    asked = [one for name in MODELS.values() if (one := _asked(deployment, name, standings)) is not None]
    some = [one for one in asked if one.places]
    answers = await _called(deployment, together([one.rows for one in some])) if some else np.empty((0, 0))
    return await to_thread.run_sync(_all_in_words, deployment, standings, asked, answers)


@dataclass(frozen=True)
class _Asked:
    """What one champion is asked: the standings it can answer for, and their features in its order."""

    loaded: Loaded
    places: list[int]
    x: Floats
    ranks: Ranks

    @property
    def rows(self) -> Floats:
        return rows_for(self.loaded, self.x, self.ranks)


def _asked(deployment: Deployment, name: str, standings: Sequence[Standing]) -> _Asked | None:
    loaded = deployment.champions.of(name)
    if loaded is None or not all(set(loaded.artifact.features) <= each.features.keys() for each in standings):
        return None
    # The oldest bucket has no next one, so nothing is asked about it.
    places = [place for place, each in enumerate(standings) if name != ROLL_RATE or each.rank < WORST_RANK]
    chosen = [standings[place] for place in places]
    columns = {each: [one.features[each] for one in chosen] for each in loaded.artifact.features}
    ranks = np.array([one.rank for one in chosen], dtype=np.int64)
    return _Asked(loaded, places, loaded.artifact.matrix(columns, len(chosen)), ranks)


async def _called(deployment: Deployment, rows: Floats) -> Floats:
    """Through BentoML, which lets rows of several requests travel together; directly where it does not host us."""
    hosted = running.hosted()
    if hosted is None:
        return await to_thread.run_sync(explained_rows, deployment.champions, rows)
    return await inside.call(hosted, SCORING_CALL, rows)


def _all_in_words(
    deployment: Deployment, standings: Sequence[Standing], asked: Sequence[_Asked], answers: Floats
) -> dict[str, Told]:
    told, first = {}, 0
    for one in asked:
        rows: list[Mapping[str, Any] | None] = [None] * len(standings)
        of_model = answers[first : first + len(one.places)]
        first += len(one.places)
        for place, said in zip(one.places, _in_words(deployment, one, standings, of_model), strict=True):
            rows[place] = said
        told[one.loaded.name] = Told(one.loaded.label, rows)
    return told


def _in_words(
    deployment: Deployment, asked: _Asked, standings: Sequence[Standing], answers: Floats
) -> list[Mapping[str, Any]]:
    from models.reasons import ACCOUNT_COUNT, tell
    from models.roll_rate import explained_booster, share_beyond

    artifact = asked.loaded.artifact
    is_chain = asked.loaded.name == ROLL_RATE
    last = FIRST_CONTRIBUTION + len(artifact.features)
    found: list[Mapping[str, Any]] = []
    for row, place in enumerate(asked.places):
        each, one = standings[place], slice(row, row + 1)
        (told,) = tell(
            artifact,
            explained_booster(artifact, each.rank) if is_chain else artifact.boosters[0],
            asked.x[one],
            float(answers[row, BASE]),
            answers[one, FIRST_CONTRIBUTION:last],
            currencies=[each.currency],
            account_counts=[each.features.get(ACCOUNT_COUNT, math.nan)],
            locale=deployment.settings.portfolio.locale,
            share=share_beyond(artifact, each.rank) if is_chain else 1.0,
        )
        found.append(told.document())
    return found


MODELS = {"propensity": PROPENSITY, "roll": ROLL_RATE}
"""Under which name a night records a model's explanation, and the model's own name."""
