"""The roll-rate model: which bucket an account will stand in at its next statement, and whether that is a worse one.

A chain of boosters answers "worse than CURRENT?", "worse than 1-29?" and so on, as far as history speaks of each;
`models.scorer` makes the buckets of their answers. Deeper edges go on by the moves seen, which `deeper_moves` counts.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from arrears.buckets import AGEING, Bucket
from arrears.errors import WrongUse
from arrears.roll_matrix import BORROWED_MOVES
from models.artifact import Artifact
from models.scorer import Floats, Ranks
from models.spec import ModelSpec

LEAST_WORSE = 300
"""Training rows worse than a bucket below which no booster of its own is fitted for that edge."""

ROLL_RATE = ModelSpec(
    name="roll_rate",
    question="Which bucket will this account stand in at its next statement?",
    kind="chain",
    horizon_days=30,
    # Certain by the chain's own meaning: who stands deeper has further to come back.
    monotone={"days_past_due": +1, "cycles_late_last": +1},
    parameters={
        "learning_rate": 0.08,
        "num_leaves": 15,
        "min_data_in_leaf": 200,
        "lambda_l2": 50.0,
        "feature_fraction": 0.5,
    },
)

NEXT_RANK: dict[Bucket, int] = {
    **{bucket: place for place, bucket in enumerate(AGEING)},
    Bucket.CHARGED_OFF: len(AGEING) - 1,
    Bucket.PAID_OFF: 0,
}
"""What a next status counts as: a charge-off is as bad as the oldest bucket, a debt paid off is a cure; an account that
was sold, recalled or went bankrupt (LEFT) teaches nothing about paying and is left out."""


def edge_name(rank: int) -> str:
    """Name of the booster that answers "worse than this bucket?", also its file's name.

    Examples
    --------
    >>> edge_name(0)
    'worse_than_current'
    """
    return f"worse_than_{AGEING[rank].value.lower().replace('+', '_plus').replace('-', '_')}"


def edges_that_history_speaks_of(next_rank: Ranks) -> int:
    """How many edges get a booster: from CURRENT on, until fewer than `LEAST_WORSE` rows were ever worse.

    Examples
    --------
    >>> edges_that_history_speaks_of(np.repeat([0, 1, 2], [1000, 400, 200]))
    1
    """
    enough = [int((next_rank > rank).sum()) >= LEAST_WORSE for rank in range(len(AGEING) - 1)]
    return enough.index(False) if False in enough else len(enough)


def deeper_moves(origin_rank: Ranks, next_rank: Ranks, edges: int) -> dict[str, Any]:
    """Moves beyond the last booster, as `models.scorer` reads them.

    Parameters
    ----------
    origin_rank, next_rank : where each account stood, and where it stood a cycle later.
    edges : how many edges have a booster.

    Returns
    -------
    dict with `buckets`, and `shares` of shape (9, 7 - edges): of the accounts that became worse than one bucket, the
    share that became worse than the next, by origin; the last row is all origins together.

    Notes
    -----
    Few accounts go that deep, so each origin borrows `BORROWED_MOVES` accounts from all origins together, and those
    as many from an even chance.
    """
    shares = np.empty((len(AGEING) + 1, len(AGEING) - 1 - edges))
    for step, rank in enumerate(range(edges, len(AGEING) - 1)):
        reached, passed = next_rank > rank - 1, next_rank > rank
        overall = (passed.sum() + 0.5 * BORROWED_MOVES) / (reached.sum() + BORROWED_MOVES)
        for origin in range(len(AGEING)):
            here = origin_rank == origin
            own, total = int((passed & here).sum()), int((reached & here).sum())
            shares[origin, step] = (own + overall * BORROWED_MOVES) / (total + BORROWED_MOVES)
        shares[-1, step] = overall
    return {"buckets": [bucket.value for bucket in AGEING], "shares": shares.tolist()}


def explained_booster(artifact: Artifact, rank: int) -> str:
    """The one booster whose answer is the chance to roll of an account in the bucket of this rank.

    Notes
    -----
    Beyond the last booster the chance is the last one's, times a share of moves seen (`share_beyond`).

    Raises
    ------
    WrongUse : an account in the oldest bucket has no next one.
    """
    if rank >= len(AGEING) - 1:
        raise WrongUse(
            asked=f"the chance to roll from bucket {AGEING[-1]}",
            found="no further bucket exists",
            do="Take the account's propensity instead.",
        )
    return artifact.boosters[min(rank, len(artifact.boosters) - 1)]


def share_beyond(artifact: Artifact, rank: int) -> float:
    """What the explained booster's answer is multiplied by; 1 wherever a bucket has a booster of its own."""
    steps = rank + 1 - len(artifact.boosters)
    shares = artifact.document["moves"]["shares"][rank]
    return float(np.prod(shares[:steps])) if steps > 0 else 1.0


def outcomes(answer: Floats, origin_rank: Ranks) -> dict[str, Floats]:
    """Chances to cure, improve, stay and roll, from the distribution over the ageing buckets.

    Parameters
    ----------
    answer : (n, 8), each row summing to 1.
    origin_rank : (n,) where each account stands; an account that is CURRENT can stay or roll.

    Examples
    --------
    >>> told = outcomes(np.array([[0.5, 0.1, 0.3, 0.1, 0, 0, 0, 0]]), np.array([2]))
    >>> {name: float(chance[0].round(3)) for name, chance in told.items()}
    {'cure': 0.5, 'improve': 0.1, 'stay': 0.3, 'roll': 0.1}
    """
    steps = np.arange(len(AGEING))
    stands = origin_rank[:, None]
    late = origin_rank > 0
    return {
        "cure": np.where(late, answer[:, 0], 0.0),
        "improve": (answer * ((steps < stands) & (steps > 0))).sum(axis=1),
        "stay": (answer * (steps == stands)).sum(axis=1),
        "roll": (answer * (steps > stands)).sum(axis=1),
    }
