"""Lessons about what a call adds, from days on which lot alone decided and from months of the holdout."""

from __future__ import annotations

import numpy as np

from arrears.errors import Refused
from arrears.synthetic.chance import Flags, Floats
from training.simulation.heads import SIZE, with_column
from training.simulation.log import Log, Past
from training.simulation.talk_effect import TalkLearner
from training.uplift.lessons import EffectModel, Learner, Lessons
from training.uplift.single import SingleLearner

_TALKS = TalkLearner()
LEARNERS: tuple[Learner, ...] = (_TALKS, SingleLearner(SIZE))
"""The candidates that learn effects."""
CURRENCY = "USD"


def lessons_of(log: Log, talks: Floats) -> Lessons:
    """Rows as lessons.

    Parameters
    ----------
    talks : (n,) how many the treatment is expected to lead to: the last feature.
    """
    return Lessons(with_column(log.x, talks), log.called, log.probability, log.cash_minor / log.payable_minor)


def effects_of(past: Past, reach: Floats, month_reach: Floats) -> dict[str, EffectModel]:
    """Every learner by its name, fitted on lots; the one of talks on months as well, as both tell what a talk adds.

    Parameters
    ----------
    reach, month_reach : of each row of the calls and of the months, the chance that one call reaches.
    """
    lots = lessons_of(past.calls.only(past.calls.by_lot), reach[past.calls.by_lot])
    every = {each.name: each.fit(*_columns(lots)) for each in LEARNERS}
    if not len(past.months):
        return every
    months = lessons_of(past.months, month_reach * calls_of_a_month(past.months, month_reach))
    # The learner cuts its rows into halves in their order, and each has to hold some of both.
    order = np.argsort(np.concatenate([np.linspace(0, 1, len(lots)), np.linspace(0, 1, len(months))]), kind="stable")
    features, treated, probability, outcome = (
        np.concatenate(pair)[order] for pair in zip(_columns(lots), _columns(months), strict=True)
    )
    return every | {_TALKS.name: _TALKS.fit(features, treated, probability, outcome)}


def calls_of_a_month(months: Log, reach: Floats) -> float:
    """How many calls lead as surely to a talk as being called often for a month does, over being called seldom.

    Parameters
    ----------
    reach : (n,) the chance that one call reaches.

    Raises
    ------
    Refused : nobody was called often, or nobody seldom, or it made no difference to talks.
    """
    often, seldom = months.reached[months.called], months.reached[~months.called]
    more = float(often.mean() - seldom.mean()) if len(often) and len(seldom) else 0.0
    if more <= 0:
        raise Refused(
            asked="learn what a call adds from a holdout",
            found=f"{len(often)} months called often, {len(seldom)} called seldom, and no more talks in the former",
            do="Hold out more debtors, or wait for more months of them.",
        )
    return more / float(reach.mean())


def _columns(lessons: Lessons) -> tuple[Floats, Flags, Floats, Floats]:
    return lessons.features, lessons.treated, lessons.probability, lessons.outcome
