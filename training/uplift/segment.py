"""One segment: the ranking that its held-out log proves, the models that serve it, and why it was chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from arrears.errors import Refused
from arrears.queues.added import RANKINGS
from models.artifact import Part
from models.uplift import LOSS, said_of
from training.policy_value.value import Value
from training.uplift.averaged import on_two_scales
from training.uplift.held_out import HeldOut, held_out
from training.uplift.lessons import LEAST_OF_EACH_ARM, Floats, Learner
from training.uplift.logged import Listed
from training.uplift.qini import qini
from training.uplift.rankings import VALUE_AT_RISK, worked
from training.uplift.selector import LEVEL, Selection, select
from training.uplift.single import SingleLearner, outcomes_of
from training.uplift.trees import PLAIN, Mean, fit_mean

UPLIFT = "uplift"


@dataclass(frozen=True)
class Chosen:
    """What was decided about a segment.

    Attributes
    ----------
    document : of the artifact's section `selection`.
    parts : boosters that serve it, none where value at risk stands.
    said : the segment in words.
    """

    document: Mapping[str, Any]
    parts: Sequence[Part]
    said: str

    @property
    def is_uplift(self) -> bool:
        """Whether a learner's ranking was proved."""
        return bool(self.document["ranking"] == UPLIFT)


def chosen_for(
    name: str,
    client: str,
    basis: str,
    currency: str,
    log: Listed,
    features: Sequence[str],
    *,
    capacity: float,
    level: float = LEVEL,
) -> Chosen:
    """Choose a segment's ranking and fit what serves it.

    Parameters
    ----------
    name : unique among the segments, beginning the names of its boosters.
    basis : `loss` or `fee`, as in `models.uplift`.
    features : names of the log's columns.
    capacity : share of the rows that can be worked, 0-1.
    level : chance of proving something by luck in a segment where nothing adds anything.
    """
    of_segment = {"name": name, "client": client, "basis": basis, "currency": currency}
    said = said_of(of_segment)
    missing = _too_little(log, features)
    judged = _judged(log, basis) if missing is None else missing
    if isinstance(judged, str):
        return Chosen(of_segment | _nothing_proved(log, judged), (), said)
    orders = {order: score for order, score in judged.orders.items() if order in RANKINGS}
    orders[VALUE_AT_RISK] = log.at_risk_minor  # as the nights themselves valued it, by models older than these rows
    selection = select(
        said,
        orders,
        judged.choices,
        judged.predicted,
        judged.balance,
        capacity=capacity,
        currency=currency,
        proof="adds",
        level=level,
    )
    parts = _parts(name, selection.chosen, log, basis)
    told = _told(selection, orders, [part.name for part in parts], log)
    area = qini(orders[UPLIFT], judged.choices, judged.predicted).above_chance
    return Chosen(of_segment | told | {"qini_minor": _interval(area)}, parts, said)


def _too_little(log: Listed, features: Sequence[str]) -> str | None:
    called, came, debtors = int(log.acted.sum()), int((log.share > 0).sum()), len(np.unique(log.debtor))
    if not features:
        return "nothing is known of its accounts that differs between them"
    least = LEAST_OF_EACH_ARM
    if debtors < least:
        return f"{debtors} debtors; {least} are needed"
    if min(called, len(log.acted) - called) < 2 * least:  # each half of its debtors has to teach
        return f"{called} rows on the list and {len(log.acted) - called} off it; {2 * least} of each are needed"
    if min(came, int((log.share < 1).sum())) < least:
        return f"something came of {came} of {len(log.acted)} rows; {least} of each kind are needed"
    return None


def _judged(log: Listed, basis: str) -> HeldOut | str:
    """Rankings of rows by models that never saw their debtor, or why there are none."""
    try:
        return held_out(log.lessons, log.stake_minor, log.debtor, [_learner(basis)])
    except Refused as refusal:  # one half of its debtors cannot teach the other
        return refusal.found


def _learner(basis: str) -> Learner:
    """The candidate: for yes or no the mean of both scales, for shares of what is owed the one there is."""
    return replace(on_two_scales(), name=UPLIFT) if basis == LOSS else SingleLearner(by_shares=True, name=UPLIFT)


def _parts(name: str, chosen: str, log: Listed, basis: str) -> list[Part]:
    """The winner, fitted on all rows of the segment."""
    lessons = log.lessons
    if chosen == VALUE_AT_RISK:
        return []
    if chosen != UPLIFT:
        paid = fit_mean(lessons.features, lessons.outcome, size=PLAIN, yes_or_no=lessons.yes_or_no)
        return [_part(f"{name}_paid", paid)]
    scales = {"by_odds": False, "by_shares": True} if basis == LOSS else {"by_shares": True}
    return [
        _part(f"{name}_{scale}", outcomes_of(lessons, SingleLearner(by_shares=by_shares)))
        for scale, by_shares in scales.items()
    ]


def _part(name: str, mean: Mean) -> Part:
    return Part(name, mean.fitted, facts={"scale": mean.scale})


def _told(selection: Selection, orders: Mapping[str, Floats], boosters: list[str], log: Listed) -> dict[str, Any]:
    """The section's entry: the ranking, the sentence why, what it was proved to add, and what it was proved by."""
    winner, score = selection.candidate(selection.chosen), orders[selection.chosen]
    at_risk = log.at_risk_minor[worked(log.at_risk_minor, selection.capacity)]
    share = float(worked(score, selection.capacity).mean())
    each_worked = winner.adds.times(1 / share) if winner.adds and share else None
    return {
        "ranking": selection.chosen,
        "because": selection.because,
        "boosters": boosters,
        "scale": scale_of(selection.chosen, score, selection.capacity, each_worked.estimate if each_worked else 0.0),
        "adds_minor": _interval(each_worked),
        "leads_minor": _interval(winner.expected.times(1 / share) if winner.expected and share else None),
        "at_risk_worked_minor": float(at_risk.mean()),
        "effective_rows": winner.adds.effective_rows if winner.adds else 0.0,
        **_counts(log),
        "capacity": selection.capacity,
        "candidates": [
            {
                "ranking": each.name,
                "adds_minor": _interval(each.adds.times(1 / share) if each.adds and share else None),
                "p_adds": each.p_adds,
                "unknown": each.unknown,
            }
            for each in selection.candidates
        ],
    }


def scale_of(ranking: str, score: Floats, capacity: float, adds_each_minor: float) -> float:
    """What an answer is multiplied by to be what the log proved: effects are told in their own unit, chances not.

    Parameters
    ----------
    score : (n,) of the segment's rows. `capacity` : share of them that can be worked.
    adds_each_minor : what working by the ranking was proved to add for each row worked.

    Examples
    --------
    >>> scale_of("repayment", np.array([900.0, 300.0, 10.0, 0.0]), 0.5, 60.0)  # 600.00 are expected of each worked
    0.1
    >>> scale_of("uplift", np.array([9.0, 1.0]), 0.5, 60.0)
    1.0
    """
    mean = float(score[worked(score, capacity)].mean())
    if ranking in (UPLIFT, VALUE_AT_RISK) or mean <= 0 or adds_each_minor <= 0:
        return 1.0
    return adds_each_minor / mean


def _nothing_proved(log: Listed, why: str) -> dict[str, Any]:
    return {
        "ranking": VALUE_AT_RISK,
        "because": f"value at risk stands: {why}.",
        "boosters": [],
        "scale": 1.0,
        "adds_minor": None,
        "leads_minor": None,
        "at_risk_worked_minor": None,
        "effective_rows": 0.0,
        **_counts(log),
        "capacity": None,
        "candidates": [],
        "qini_minor": None,
    }


def _counts(log: Listed) -> dict[str, int]:
    return {"rows": len(log.acted), "debtors": len(np.unique(log.debtor))}


def _interval(value: Value | None) -> dict[str, float] | None:
    told = None if value is None else asdict(value)
    return None if told is None else {name: told[name] for name in ("estimate", "low", "high")}
