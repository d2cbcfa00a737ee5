"""One step forward in time for the roll-rate model: fit on what was known, judge beside the baselines on what came.

A fold's chain is corrected only by what its own training days taught.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from arrears.clock import end_of_day
from models.artifact import IDENTITY, Part
from models.calibration import choose, loss_under
from models.roll_rate import edges_that_history_speaks_of
from models.scorer import Floats, Ranks
from training.chain import Chain, fit_chain
from training.progress import QUIET, Progress
from training.roll_rate_baselines import Scorecard, markov, rule_of_thumb
from training.roll_rate_book import Book
from training.roll_rate_scores import Groups, RollRateScores, group_names, group_of, grouped, score
from training.splits import Fold

MODEL, THUMB, MARKOV, SCORECARD = "model", "rule of thumb", "Markov matrix", "scorecard"
DAYS_TO_CALIBRATE = 4
"""One day to learn from, one to fit a correction on, two to check it."""

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class FoldResult:
    """What was tested, what the model and the baselines said before anyone knew, and how good that was."""

    fold: Fold
    rows: Mask
    chain: Chain
    answer: Floats
    p_roll: Floats
    chances: Mapping[str, Floats]
    scores: Mapping[str, RollRateScores]

    def facts(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "train": [str(day) for day in self.fold.train],
            "test": [str(day) for day in self.fold.test],
            "rows": int(self.rows.sum()),
            "boosters": len(self.chain.parts),
            "scores": {name: scores.facts() for name, scores in self.scores.items()},
        }


def judge_fold(
    book: Book,
    fold: Fold,
    groups: Groups,
    *,
    zone: str,
    parameters: Mapping[str, Any] | None = None,
    progress: Progress = QUIET,
) -> FoldResult:
    """Fit on a fold's training days and judge on its test, with labels as they were known when the test begins.

    The test itself is judged by what the book knows of it.
    """
    then = book.known_by(end_of_day(fold.starts_on, zone))
    train, test = then.on(fold.train), book.on(fold.test)
    chain = _fitted(then, train, parameters, progress)
    chain = replace(chain, parts=_calibrated(book, fold, chain, zone, parameters, progress))
    progress.part("baselines")
    answer, p_roll = chain.answer(book.x(test), book.origin_rank[test])
    chances = {MODEL: grouped(answer, groups), **_baselines(then, train, test, groups)}
    origin, happened = (group_of(ranks[test], groups) for ranks in (book.origin_rank, book.next_rank))
    scores = {
        name: score(given, origin, happened, book.balance_minor[test], group_names(groups))
        for name, given in chances.items()
    }
    return FoldResult(fold, test, chain, answer, p_roll, chances, scores)


def final_chain(
    book: Book, newest: FoldResult, parameters: Mapping[str, Any] | None = None, progress: Progress = QUIET
) -> Chain:
    """The same recipe on every mature label, with the corrections that the newest fold chose."""
    chain = _fitted(book, book.labelled, parameters, progress)
    chosen = {part.name: part.calibration for part in newest.chain.parts}
    parts = tuple(replace(part, calibration=chosen.get(part.name, IDENTITY)) for part in chain.parts)
    return replace(chain, parts=parts)


def _fitted(book: Book, rows: Mask, parameters: Mapping[str, Any] | None, progress: Progress) -> Chain:
    ranks = book.origin_rank[rows], book.next_rank[rows]
    return fit_chain(book.x(rows), *ranks, book.features, parameters=parameters, progress=progress)


def _baselines(book: Book, train: Mask, test: Mask, groups: Groups) -> dict[str, Floats]:
    origin, happened = group_of(book.origin_rank, groups), group_of(np.maximum(book.next_rank, 0), groups)
    pairs = origin[train], happened[train]
    return {
        THUMB: rule_of_thumb(*pairs, origin[test], len(groups)),
        MARKOV: markov(*pairs, origin[test], len(groups)),
        SCORECARD: Scorecard(book.x(train), *pairs, len(groups)).chances(book.x(test), origin[test]),
    }


def _calibrated(
    book: Book, fold: Fold, chain: Chain, zone: str, parameters: Mapping[str, Any] | None, progress: Progress
) -> tuple[Part, ...]:
    """Each edge's correction, fitted on one training day and kept if it helps on both days after it.

    One held-out month is not enough: the level of one month differs from the next by more than a correction gains.
    """
    if len(fold.train) < DAYS_TO_CALIBRATE:
        return chain.parts
    begins = end_of_day(fold.starts_on, zone)
    unseen = [_unseen(book, fold.train[:end], begins, zone, parameters, progress) for end in (-2, -1, None)]
    parts = []
    for rank, part in enumerate(chain.parts):
        slices = [one for found in unseen if found is not None and (one := _slice(found, rank)) is not None]
        if len(slices) < len(unseen):
            parts.append(part)
            continue
        first, second, third = slices
        choice = choose(first, second)
        helps = loss_under(choice.calibration, *third) < loss_under(IDENTITY, *third)
        facts = {**(part.facts or {}), "held_out_log_loss": dict(choice.held_out_log_loss)}
        parts.append(replace(part, calibration=choice.calibration if helps else IDENTITY, facts=facts))
    return tuple(parts)


def _unseen(
    book: Book,
    days: Sequence[date],
    begins: datetime,
    zone: str,
    parameters: Mapping[str, Any] | None,
    progress: Progress,
) -> tuple[Floats, Ranks] | None:
    """Margins and next ranks of the last of these days, by a chain that learned from the others.

    Nothing is looked at that was not known when the fold's test begins; None where too little was.
    """
    then, judged = book.known_by(end_of_day(days[-1], zone)), book.known_by(begins)
    train, test = then.on(days[:-1]), judged.on(days[-1:])
    if not test.any() or not edges_that_history_speaks_of(then.next_rank[train]):
        return None
    return _fitted(then, train, parameters, progress).margins(book.x(test)), judged.next_rank[test]


def _slice(found: tuple[Floats, Ranks], rank: int) -> tuple[Floats, Floats] | None:
    margins, next_rank = found
    return (margins[:, rank], (next_rank > rank).astype(np.float64)) if rank < margins.shape[1] else None
