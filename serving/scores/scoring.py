"""From a book to its scores and their reasons: by the champions, or by rules where there are none, which it says.

A night scores a whole book here and a live request one row of it; both get the same numbers. What may be done with an
account is for policy, what it is worth for the queue; which version of a model serves is for `champion`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from arrears.buckets import AGEING
from arrears.policy.columns import Numbers, Rows
from arrears.queues.value import WORST_RANK
from models.registry import Loaded
from serving.gate.book import Book
from serving.scores.losses import Losses

PROPENSITY, ROLL_RATE = "propensity", "roll_rate"
RULES = "rules"
RULES_VERSION = "1"
BY_RULES = f"{RULES}-{RULES_VERSION}"
"""The version that is recorded where rules answered."""

_ROUNDED = 1e-9
"""How far beyond 0 and 1 the sums of floating-point numbers may lie."""

RULES_PROPENSITY = (0.90, 0.70, 0.45, 0.25, 0.18, 0.14, 0.11, 0.08, 0.04)
"""Chance of paying by bucket, CURRENT to charged off, that the rules score assumes: an order more than an estimate."""


@dataclass(frozen=True)
class Champion:
    """What serves for one model: a loaded version, or the rules and why."""

    name: str
    loaded: Loaded | None
    because: str | None = None

    @property
    def version(self) -> str:
        """The version as every decision records it."""
        return self.loaded.version if self.loaded else BY_RULES

    @property
    def label(self) -> str:
        """Name and version, as `propensity/14`."""
        return f"{self.name}/{self.version}"


@dataclass(frozen=True)
class Scores:
    """Scores of a book, row by row.

    Attributes
    ----------
    propensity_by, roll_rate_by : what gave each, as recorded.
    scored_by : "rules" where either of the two came from rules.
    degraded_because : the sentence why rules scored, None on a good night.
    propensity : (n,).
    p_roll : (n,), NaN where no further bucket exists.
    next_bucket : (n, 8).
    reasons : (n,) JSON documents with `propensity` and `roll`: base, margin, contributions, reasons and answer.
    """

    propensity_by: Champion
    roll_rate_by: Champion
    propensity: Numbers
    p_roll: Numbers
    next_bucket: Numbers
    reasons: Sequence[Mapping[str, Any]]

    @property
    def scored_by(self) -> Literal["models", "rules"]:
        """Models only where both answered."""
        return scored_by((self.propensity_by, self.roll_rate_by))

    @property
    def degraded_because(self) -> str | None:
        """Why rules scored."""
        told = [each.because for each in (self.propensity_by, self.roll_rate_by) if each.because]
        return " ".join(dict.fromkeys(told)) or None


def scored_by(answering: Sequence[Champion]) -> Literal["models", "rules"]:
    """What the two models' answers are by: models only where both answered."""
    return "rules" if any(each.because for each in answering) else "models"


def fitting(champion: Champion, names: Sequence[str]) -> Champion:
    """The champion if the book has every feature it reads, else the rules: it never learned what their lack means."""
    if champion.loaded is None:
        return champion
    missing = [name for name in champion.loaded.artifact.features if name not in names]
    if not missing:
        return champion
    lacks = f"{len(missing)} features that the book has not, as {missing[0]}"
    return Champion(champion.name, None, f"Version {champion.version} of {champion.name} reads {lacks}.")


def score(book: Book, propensity: Champion, roll_rate: Champion, losses: Losses, *, explain: bool = True) -> Scores:
    """Score every account of a book.

    Parameters
    ----------
    losses : the roll matrix that the rules read, where there is no roll-rate model.
    explain : False leaves the reasons empty; a trial run needs none.
    """
    chance, told_paying = _propensity(book, propensity, explain=explain)
    p_roll, next_bucket, told_rolling = _roll(book, roll_rate, losses, explain=explain)
    reasons = [{"propensity": pays, "roll": rolls} for pays, rolls in zip(told_paying, told_rolling, strict=True)]
    return Scores(propensity, roll_rate, chance, p_roll, next_bucket, reasons)


def answers_of(book: Book, by: Champion) -> Numbers:
    """(n,) what a loaded version of one of the two models answers of each account, without reasons.

    Raises
    ------
    ValueError : it is no version of propensity or roll_rate, or none is loaded.
    """
    if by.loaded is None or by.name not in (PROPENSITY, ROLL_RATE):
        message = f"{by.label} answers nothing about a book"
        raise ValueError(message)
    if not len(book):
        return np.empty(0)
    artifact = by.loaded.artifact
    x = artifact.matrix(_columns(book), len(book))
    if by.name == PROPENSITY:
        return artifact.predict(x)
    return artifact.p_roll(x, np.minimum(book.bucket_rank, WORST_RANK))


def scored_anew(book: Book, scores: Scores, by: Champion, rows: Rows, losses: Losses) -> Scores:
    """The same scores with some accounts answered by another version of one of the two models.

    Parameters
    ----------
    rows : positions of those accounts.

    Raises
    ------
    ValueError : the version has no chance for one of them, or one that is none.
    """
    some = book.only(rows)
    told = list(scores.reasons)
    if by.name == PROPENSITY:
        chance = scores.propensity.copy()
        own, pays = _propensity(some, by, explain=True)
        _refuse_no_chances(by, own, np.ones(len(some), dtype=np.bool_))
        chance[rows] = own
        for row, each in zip(rows.tolist(), pays, strict=True):
            told[row] = {**told[row], "propensity": each}
        return replace(scores, propensity=chance, reasons=told)
    p_roll, next_bucket = scores.p_roll.copy(), scores.next_bucket.copy()
    own, buckets, rolls = _roll(some, by, losses, explain=True)
    _refuse_no_chances(by, own, some.bucket_rank < WORST_RANK)
    _refuse_no_chances(by, buckets, np.ones(next_bucket[rows].shape, dtype=np.bool_))
    p_roll[rows], next_bucket[rows] = own, buckets
    for row, each in zip(rows.tolist(), rolls, strict=True):
        told[row] = {**told[row], "roll": each}
    return replace(scores, p_roll=p_roll, next_bucket=next_bucket, reasons=told)


def _refuse_no_chances(by: Champion, answer: Numbers, asked: np.ndarray[Any, np.dtype[np.bool_]]) -> None:
    """A number that is no chance would put its account anywhere on a list, and nobody would see why."""
    found = np.asarray(answer)
    if found.shape != asked.shape or not ((found[asked] >= -_ROUNDED) & (found[asked] <= 1 + _ROUNDED)).all():
        message = f"{by.label} has answers that are no chances"
        raise ValueError(message)


def _propensity(book: Book, champion: Champion, *, explain: bool) -> tuple[Numbers, list[Any]]:
    if champion.loaded is None:
        chance = np.array(RULES_PROPENSITY)[book.bucket_rank]
        return chance, [_by_rule(book, row, float(answer)) for row, answer in enumerate(chance)]
    artifact = champion.loaded.artifact
    x = artifact.matrix(_columns(book), len(book))
    chance = artifact.predict(x)
    if not explain or not len(book):
        return chance, [None] * len(book)
    from models.reasons import explain as told

    (booster,) = artifact.boosters
    return chance, [each.document() for each in told(artifact, booster, x, **_said_with(book))]


def _roll(book: Book, champion: Champion, losses: Losses, *, explain: bool) -> tuple[Numbers, Numbers, list[Any]]:
    ranks = np.minimum(book.bucket_rank, WORST_RANK)
    if champion.loaded is None:
        next_bucket = losses.next_bucket(ranks)
        chance = _beyond(next_bucket, ranks)
        return chance, next_bucket, [_by_rule(book, row, float(answer)) for row, answer in enumerate(chance)]
    artifact = champion.loaded.artifact
    x = artifact.matrix(_columns(book), len(book))
    next_bucket, chance = artifact.predict(x, ranks), artifact.p_roll(x, ranks)
    if not explain or not len(book):
        return chance, next_bucket, [None] * len(book)
    from models.reasons import explain_roll

    told = explain_roll(artifact, x, ranks, **_said_with(book))
    return chance, next_bucket, [each and each.document() for each in told]


def _said_with(book: Book) -> dict[str, Any]:
    """What reasons need beside the features that a model reads."""
    from models.reasons import ACCOUNT_COUNT

    return {
        "currencies": book.currency.tolist(),
        "locale": book.settings.portfolio.locale,
        "account_counts": _columns(book).get(ACCOUNT_COUNT),
    }


def _beyond(next_bucket: Numbers, ranks: np.ndarray[Any, np.dtype[np.int64]]) -> Numbers:
    worse = np.arange(len(AGEING)) > ranks[:, None]
    return np.where(ranks < WORST_RANK, (next_bucket * worse).sum(axis=1), np.nan)


def _by_rule(book: Book, row: int, answer: float) -> dict[str, Any] | None:
    if np.isnan(answer):
        return None
    bucket = str(book.bucket[row])
    reason = {
        "code": "rules.bucket",
        "concept": "how late",
        "feature": "bucket",
        "value": None,
        "contribution": 0.0,
        "sentence": f"Scored by rules: {_said(bucket)}",
    }
    return {"booster": None, "base": None, "margin": None, "contributions": {}, "answer": answer, "reasons": [reason]}


def _said(bucket: str) -> str:
    return "charged off" if bucket == "CHARGED_OFF" else "current" if bucket == "CURRENT" else f"{bucket} days past due"


def _columns(book: Book) -> dict[str, Numbers]:
    return {name: book.x[:, place] for place, name in enumerate(book.names)}
