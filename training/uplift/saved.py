"""How much of what is at risk a call saves where a segment's log proves no ranking, so that one list holds like worths.

What is at risk is the most that a contact could save; what a proved ranking tells is what it was seen to add. Where
both stand in one list, the first is multiplied by the share of it that working in its own order was seen to add. One
segment says that with much noise, so all of them are taken together and each keeps as much of its own answer as its log
deserves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from training.uplift.lessons import Floats
from training.uplift.rankings import VALUE_AT_RISK

LEAST = 0.02
"""Share that is never gone below: a segment of which the log says nothing good comes last, in its own order."""
_Z = 1.959964


def put_to_scale(segments: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The section `selection`, in which value at risk's own segments are told in what calls were seen to save.

    Parameters
    ----------
    segments : as `segment.Chosen.document` gives them.

    Returns
    -------
    dict : `segments`, with the `scale` of those by value at risk, and `saved_share_elsewhere` for accounts of segments
        that the log does not know. All 1 where no segment proves anything: the list is value at risk's own then.

    Examples
    --------
    >>> proved = {"ranking": "uplift", "scale": 1.0, "candidates": [], "at_risk_worked_minor": None}
    >>> adds = {"estimate": 300.0, "low": 104.0, "high": 496.0}
    >>> own = {"ranking": "value_at_risk", "adds_minor": adds}
    >>> stands = {"ranking": "value_at_risk", "scale": 1.0, "candidates": [own], "at_risk_worked_minor": 1000.0}
    >>> told = put_to_scale([proved, stands])
    >>> [round(each["scale"], 3) for each in told["segments"]], round(told["saved_share_elsewhere"], 3)
    ([1.0, 0.3], 0.3)
    >>> put_to_scale([stands])["segments"][0]["scale"]
    1.0
    """
    if all(each["ranking"] == VALUE_AT_RISK for each in segments):
        return {"segments": list(segments), "saved_share_elsewhere": 1.0}
    told = np.array([_seen(each) for each in segments])
    each_share, together = shrunk(told[:, 0], told[:, 1])
    return {
        "segments": [
            dict(each) | ({"scale": float(share)} if each["ranking"] == VALUE_AT_RISK else {})
            for each, share in zip(segments, each_share, strict=True)
        ],
        "saved_share_elsewhere": together,
    }


def shrunk(share: Floats, error: Floats) -> tuple[Floats, float]:
    """Shares drawn towards their common mean, and that mean, all within `LEAST` and 1.

    Parameters
    ----------
    share, error : (n,) estimates and standard errors; NaN where there is none.

    Notes
    -----
    The spread between segments is DerSimonian and Laird's (1986), and each keeps the part of its own answer that this
    spread has of its variance. Where nobody has an estimate every share is 1: nothing is known against it.

    Examples
    --------
    >>> each, mean = shrunk(np.array([0.5, 0.1, np.nan]), np.array([0.01, 0.01, np.nan]))
    >>> each.round(2).tolist(), round(mean, 2)  # told surely, and a third of which nothing is told
    ([0.5, 0.1, 0.3], 0.3)
    >>> shrunk(np.array([0.5, 0.1]), np.array([0.4, 0.4]))[0].round(2).tolist()  # no surer than their mean
    [0.3, 0.3]
    """
    known = ~np.isnan(share) & (error > 0)
    if not known.any():
        return np.ones(len(share)), 1.0
    weight = 1 / error[known] ** 2
    mean = float(np.average(share[known], weights=weight))
    apart = float((weight * (share[known] - mean) ** 2).sum()) - (known.sum() - 1)
    scaled = float(weight.sum() - (weight**2).sum() / weight.sum())
    spread = max(0.0, apart / scaled) if scaled > 0 else 0.0
    mean = float(np.average(share[known], weights=1 / (error[known] ** 2 + spread)))
    own = np.zeros(len(share))
    own[known] = spread / (spread + error[known] ** 2)
    drawn = np.where(known, own * np.nan_to_num(share) + (1 - own) * mean, mean)
    return np.clip(drawn, LEAST, 1.0), float(np.clip(mean, LEAST, 1.0))


def _seen(segment: Mapping[str, Any]) -> tuple[float, float]:
    """Of each minor unit at risk, what working by value at risk was seen to add, and its standard error."""
    own = next((each for each in segment["candidates"] if each["ranking"] == VALUE_AT_RISK), None)
    at_risk = segment["at_risk_worked_minor"]
    if own is None or own["adds_minor"] is None or not at_risk or at_risk <= 0:
        return np.nan, np.nan
    adds = own["adds_minor"]
    return adds["estimate"] / at_risk, (adds["high"] - adds["low"]) / (2 * _Z) / at_risk
