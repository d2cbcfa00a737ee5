"""How a model folder answers: boosters' margins, their calibration, and the answer that follows.

This one file is also the code that MLflow stores beside a registered model, so it imports nothing of the project and
needs only numpy and lightgbm: a copy of it answers in any folder, and both ways run the same lines.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pandas as pd
    from mlflow.models import set_model
    from mlflow.pyfunc import PythonModel

Floats = npt.NDArray[np.float64]
Ranks = npt.NDArray[np.int64]


class Scorer:
    """A model folder, opened.

    Attributes
    ----------
    document : what `model.json` says.
    features : names of the columns of X, in order.
    boosters : name -> LightGBM booster.
    """

    def __init__(self, folder: Path | str) -> None:
        from lightgbm import Booster

        root = Path(folder)
        self.document: dict[str, Any] = json.loads((root / "model.json").read_text(encoding="utf-8"))
        self.features: tuple[str, ...] = tuple(self.document["features"])
        self.boosters: dict[str, Any] = {}
        for part in self.document["boosters"]:
            self.boosters[part["name"]] = Booster(model_file=str(root / part["file"]))
        self._calibrations = {part["name"]: part["calibration"] for part in self.document["boosters"]}

    def margin(self, x: Floats, booster: str) -> Floats:
        """Raw log-odds of one booster, shape (n,)."""
        # One row costs more in starting threads than in walking trees.
        threads = {"num_threads": 1} if len(x) < 256 else {}  # noqa: PLR2004 - where threads begin to pay
        margins: Floats = np.asarray(self.boosters[booster].predict(x, raw_score=True, **threads), dtype=np.float64)
        return margins

    def calibrated(self, margins: Floats, booster: str) -> Floats:
        """Probabilities that one booster's margins stand for, shape (n,)."""
        return sigmoid(calibrated_margin(margins, self._calibrations[booster]))

    def probability(self, x: Floats, booster: str) -> Floats:
        """Calibrated probability of one booster, shape (n,)."""
        return self.calibrated(self.margin(x, booster), booster)

    def of_segment(self, x: Floats, segment: Mapping[str, Any]) -> Floats:
        """What an effect model answers by a segment's own boosters, shape (n,).

        By `uplift` what the treatment adds: the answer with the column that follows the features 1 less the one with 0,
        averaged over the boosters. By another ranking the chance itself, 0-1.
        """
        names = segment["boosters"]
        if segment["ranking"] == "uplift":
            told = [self._expected(x, name, 1.0) - self._expected(x, name, 0.0) for name in names]
            return np.asarray(np.mean(told, axis=0), dtype=np.float64)
        return np.asarray(np.clip(self._expected(x, names[0]), 0.0, 1.0), dtype=np.float64)

    def _expected(self, x: Floats, booster: str, treated: float | None = None) -> Floats:
        asked = x if treated is None else np.column_stack([x, np.full(len(x), treated)])
        (scale,) = (float(part["scale"]) for part in self.document["boosters"] if part["name"] == booster)
        told: Floats = np.asarray(self.boosters[booster].predict(asked, num_threads=1), dtype=np.float64)
        return np.asarray(told * scale, dtype=np.float64)

    def answers(self, x: Floats, bucket_rank: Ranks | None = None) -> dict[str, Floats]:
        """Every answer of the model by name, each of shape (n,).

        Parameters
        ----------
        x : (n, features), NaN where a feature is null.
        bucket_rank : (n,), 0 for CURRENT to 7 for 180+; needed by a chain alone.
        """
        return KINDS[self.document["kind"]](self, x, bucket_rank)


def sigmoid(margins: Floats) -> Floats:
    """Probability of a log-odds, without overflow at either end."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * margins)), dtype=np.float64)


def calibrated_margin(margins: Floats, calibration: Mapping[str, Any]) -> Floats:
    """Log-odds after calibration.

    Methods: `identity`; `platt` a m + b; `beta` -a softplus(-m) + b softplus(m) + c, which is beta calibration written
    in log-odds; `quadratic` a m² + b m + c between `low` and `high`, going on straight beyond them.
    """
    numbers = calibration.get("parameters", ())
    match calibration["method"]:
        case "identity":
            return margins
        case "platt":
            slope, level = numbers
            return np.asarray(slope * margins + level, dtype=np.float64)
        case "beta":
            low_end, high_end, level = numbers
            bent = high_end * np.logaddexp(0.0, margins) - low_end * np.logaddexp(0.0, -margins) + level
            return np.asarray(bent, dtype=np.float64)
        case "quadratic":
            return _quadratic(margins, calibration)
        case unknown:
            message = f"no calibration method is called {unknown}"
            raise ValueError(message)


def _quadratic(margins: Floats, calibration: Mapping[str, Any]) -> Floats:
    square, slope, level = calibration["parameters"]
    inside = np.clip(margins, calibration["low"], calibration["high"])
    bent = square * inside**2 + slope * inside + level
    return np.asarray(bent + (2.0 * square * inside + slope) * (margins - inside), dtype=np.float64)


def _binary(scorer: Scorer, x: Floats, bucket_rank: Ranks | None) -> dict[str, Floats]:
    del bucket_rank
    (name,) = scorer.boosters
    return {name: scorer.probability(x, name)}


def _two_part(scorer: Scorer, x: Floats, bucket_rank: Ranks | None) -> dict[str, Floats]:
    del bucket_rank
    return two_part(*(scorer.probability(x, name) for name in ("any", "full", "share")))


def two_part(p_any: Floats, full: Floats, share: Floats) -> dict[str, Floats]:
    """Chances that none, part or all of what is asked comes, the share where it is part, and the expected share.

    Parameters
    ----------
    p_any : (n,) chance that anything comes. full : (n,) that all does, if anything. share : (n,) what comes of a part.
    """
    p_full, p_partial = p_any * full, p_any * (1.0 - full)
    return {
        "p_none": 1.0 - p_any,
        "p_partial": p_partial,
        "p_full": p_full,
        "partial_share": share,
        "expected_share": p_full + p_partial * share,
    }


def _chain(scorer: Scorer, x: Floats, bucket_rank: Ranks | None) -> dict[str, Floats]:
    """One column per ageing bucket, summing to 1, and `p_roll` of the bucket each account stands in.

    Booster k answers "worse than bucket k?". Beyond the last booster the chance goes on by `moves`:
    shares[origin][step] of those worse than one bucket are worse than the next, by the bucket an account stands in;
    the last row pools all. Without `bucket_rank` that row is used and `p_roll` is null, as it is in the oldest bucket.
    """
    moves = scorer.document["moves"]
    buckets, deeper = moves["buckets"], np.asarray(moves["shares"], dtype=np.float64)
    edges = np.column_stack([scorer.probability(x, name) for name in scorer.boosters])
    stands = np.full(len(x), len(buckets)) if bucket_rank is None else np.asarray(bucket_rank)
    anchor = np.zeros(len(x), dtype=int) if bucket_rank is None else np.minimum(stands, edges.shape[1] - 1)
    near = _in_order(edges, anchor)
    far = near[:, -1:] * np.cumprod(deeper[stands], axis=1)
    worse = np.hstack([np.ones((len(x), 1)), near, far, np.zeros((len(x), 1))])
    answers = {bucket: worse[:, rank] - worse[:, rank + 1] for rank, bucket in enumerate(buckets)}
    has_next = stands < len(buckets) - 1
    next_edge = worse[np.arange(len(x)), np.minimum(stands + 1, len(buckets))]
    return {**answers, "p_roll": np.where(has_next, next_edge, np.nan)}


def _in_order(edges: Floats, anchor: Ranks) -> Floats:
    """Chances that never rise from edge to edge; the anchor's own stays as its booster gave it, the others bend."""
    steps = np.arange(edges.shape[1])
    beyond = steps >= anchor[:, None]
    falling = np.minimum.accumulate(np.where(beyond, edges, np.inf), axis=1)
    rising = np.maximum.accumulate(np.where(steps <= anchor[:, None], edges, -np.inf)[:, ::-1], axis=1)[:, ::-1]
    return np.asarray(np.where(beyond, falling, rising), dtype=np.float64)


def _effect(scorer: Scorer, x: Floats, bucket_rank: Ranks | None) -> dict[str, Floats]:
    """One column per segment that has boosters: what it would answer of each row, whichever segment the row is of."""
    del bucket_rank
    segments = scorer.document["selection"]["segments"]
    return {each["name"]: scorer.of_segment(x, each) for each in segments if each["boosters"]}


KINDS: dict[str, Callable[[Scorer, Floats, Ranks | None], dict[str, Floats]]] = {
    "binary": _binary,
    "chain": _chain,
    "effect": _effect,
    "two_part": _two_part,
}


def _serve_through_mlflow() -> None:
    class Model(PythonModel):  # type: ignore[misc] # mlflow is untyped here
        """Takes a table with the model's features (any order, more columns allowed) and gives a table of answers."""

        def load_context(self, context: Any) -> None:  # noqa: ANN401 - mlflow names no class for it
            self.scorer = Scorer(context.artifacts["model"])

        def predict(  # MLflow reads these hints: a DataFrame is checked against the signature
            self,
            context: Any,  # noqa: ANN401 - mlflow names no class for it
            model_input: pd.DataFrame,
            params: dict[str, Any] | None = None,
        ) -> pd.DataFrame:
            """Answers for each row, under the names that `Scorer.answers` gives them."""
            del context, params
            x = model_input[list(self.scorer.features)].to_numpy(dtype=np.float64)
            ranks = model_input["bucket_rank"].to_numpy(dtype=np.int64) if "bucket_rank" in model_input else None
            return pd.DataFrame(self.scorer.answers(x, ranks), index=model_input.index)

    set_model(Model())


if not __package__:  # MLflow runs a copy of this file on its own, outside any package
    import pandas as pd
    from mlflow.models import set_model
    from mlflow.pyfunc import PythonModel

    _serve_through_mlflow()
