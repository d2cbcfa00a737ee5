"""By which ranking a segment should be worked: the one that a held-out log proves better, and else value at risk.

Learners of effects can be worse than simple orders where effects are weak, and nothing is learned where the log never
did otherwise. So uplift is never the default: it must win.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from arrears.errors import BadInput, WrongUse
from arrears.money import say_money
from training.policy_value.choices import Choices
from training.policy_value.doubly_robust import Predicted
from training.policy_value.value import Value
from training.uplift.candidates import Candidate, candidates
from training.uplift.lessons import Floats
from training.uplift.rankings import VALUE_AT_RISK, WITHOUT_EFFECT

Proof = Literal["beats", "adds"]
"""What a ranking must prove: that it `beats` the fallback; or that working by it `adds` something at all, whereupon
the best by effects put to scale is taken, the fallback among them. Either way luck is bounded where nothing adds
anything. The first needs many drawn calls: the value of two orders differs in few rows, and large balances are loud."""

LEVEL = 0.05
"""Share of segments without any effect in which something other than the fallback may be chosen by luck."""


@dataclass(frozen=True)
class Selection:
    """The ranking chosen for a segment, and why.

    Attributes
    ----------
    segment : which rows, for example a work group and bucket.
    because : one sentence, for a manager.
    capacity : share of the rows that can be worked.
    currency : in whose minor units the candidates' values are.
    rows, debtors : in the log that judged.
    """

    segment: str
    chosen: str
    because: str
    fallback: str
    proof: Proof
    level: float
    capacity: float
    currency: str
    rows: int
    debtors: int
    candidates: tuple[Candidate, ...]

    @property
    def is_uplift(self) -> bool:
        """Whether a learner's ranking was chosen."""
        return self.chosen not in WITHOUT_EFFECT

    def candidate(self, name: str) -> Candidate:
        """One ranking's values."""
        return next(each for each in self.candidates if each.name == name)

    def document(self) -> dict[str, Any]:
        """The selection as JSON."""
        return asdict(self)


def select_each(
    segment: npt.NDArray[np.str_],
    orders: Mapping[str, Floats],
    choices: Choices,
    predicted: Predicted,
    balance: Floats,
    *,
    capacity: float,
    currency: str,
    proof: Proof = "beats",
) -> dict[str, Selection]:
    """A selection of each segment's own.

    Parameters
    ----------
    segment : (n,) the segment of each row; everything else as in `select`. Each segment has the same capacity.
    """
    found = {}
    for name in np.unique(segment).tolist():
        own = segment == name
        found[name] = select(
            name,
            {order: score[own] for order, score in orders.items()},
            Choices(choices.acted[own], choices.chance[own], choices.outcome[own], choices.debtor[own]),
            Predicted(predicted.if_acted[own], predicted.if_not[own]),
            balance[own],
            capacity=capacity,
            currency=currency,
            proof=proof,
        )
    return found


def select(
    segment: str,
    orders: Mapping[str, Floats],
    choices: Choices,
    predicted: Predicted,
    balance: Floats,
    *,
    capacity: float,
    currency: str,
    fallback: str = VALUE_AT_RISK,
    proof: Proof = "beats",
    level: float = LEVEL,
    least_lead: float = 0.0,
) -> Selection:
    """Choose among rankings by what a log says of rows on which none of them was fitted.

    Parameters
    ----------
    orders : by name, (n,) scores; higher is worked first.
    choices : what was done, with which probability, and the cash that came of it.
    predicted : (n,) expected cash if worked and if not, of models that never saw the row's debtor.
    balance : (n,) what is owed, above 0, in the unit of the cash.
    capacity : share of the rows that can be worked, 0-1.
    currency : of the cash, whose minor units the log counts.
    level : chance of choosing something else by luck where nothing adds anything.
    least_lead : so many of its standard errors a lead by effects put to scale must be, where `adds` is to be proved. 1
        keeps the fallback unless another order is better by more than its own error (Breiman et al. 1984, section 3.4).

    Raises
    ------
    WrongUse : the fallback is not among the rankings, or the capacity is no share.
    BadInput : somebody owes nothing.
    """
    if fallback not in orders or not 0 < capacity < 1:
        raise WrongUse(
            asked=f"choose a ranking for {segment}",
            found=f"capacity {capacity}, rankings {', '.join(orders)}",
            do=f"Give a capacity between 0 and 1, and {fallback} among the rankings.",
        )
    if owing_nothing := int((balance <= 0).sum()):
        raise BadInput(
            asked=f"choose a ranking for {segment}",
            found=f"{owing_nothing} of {len(choices)} rows with a balance at or below zero",
            do="Leave out who owes nothing: nothing can be collected from them.",
        )
    found = candidates(orders, choices, predicted, balance, capacity=capacity, fallback=fallback)
    winner = _winner(found, fallback, proof, level, least_lead)
    return Selection(
        segment=segment,
        chosen=winner or fallback,
        because=_because(found, winner, fallback, _Words(proof, level, currency, capacity, least_lead)),
        fallback=fallback,
        proof=proof,
        level=level,
        capacity=capacity,
        currency=currency,
        rows=len(choices),
        debtors=len(np.unique(choices.debtor)),
        candidates=found,
    )


def _winner(found: tuple[Candidate, ...], fallback: str, proof: Proof, level: float, least_lead: float) -> str | None:
    """The best of those that passed the proof, if it is not the fallback."""
    passed = {each.name: _merit(each, proof) for each in found if _passes(each, proof, level)}
    if proof == "adds":
        ahead = {each.name for each in found if each.expected and _leads(each.expected, least_lead)}
        passed = {name: merit for name, merit in passed.items() if name in ahead}
    best = max(passed, key=lambda name: passed[name], default=fallback)
    return best if best != fallback else None


def _leads(expected: Value, least_lead: float) -> bool:
    return expected.estimate > least_lead * expected.standard_error


def _passes(one: Candidate, proof: Proof, level: float) -> bool:
    return (one.p_beats if proof == "beats" else one.p_adds) <= level


def _merit(one: Candidate, proof: Proof) -> float:
    found = one.beats if proof == "beats" else one.expected
    return found.estimate if found is not None else 0.0


@dataclass(frozen=True)
class _Words:
    """How a choice is told."""

    proof: Proof
    level: float
    currency: str
    capacity: float
    least_lead: float

    def money(self, value: Value) -> str:
        each = value.times(1 / self.capacity)
        low, mean, high = (say_money(round(minor), self.currency) for minor in (each.low, each.estimate, each.high))
        return f"{mean} a debtor worked ({low} to {high})"


def _because(found: tuple[Candidate, ...], winner: str | None, fallback: str, words: _Words) -> str:
    if winner is not None:
        return _won(next(each for each in found if each.name == winner), fallback, words)
    others = [each for each in found if each.beats is not None]
    if not others:
        unknown = next((each.unknown for each in found if each.unknown), "there is none")
        return f"{_said(fallback)} stands: the log cannot tell what another order would bring ({unknown})."
    if words.proof == "adds":
        return _stands_by_scale(others, fallback, words)
    best = max(others, key=lambda each: _merit(each, "beats"))
    return f"{_said(fallback)} stands: the best other order, {_said(best.name)}, {_lead(best, fallback, words)}."


def _stands_by_scale(others: list[Candidate], fallback: str, words: _Words) -> str:
    proved = [each for each in others if _passes(each, "adds", words.level)]
    if not proved:
        return f"{_said(fallback)} stands: no other order is proved to add anything over working nobody."
    best = max(proved, key=lambda each: _merit(each, "adds"))
    shown = words.money(best.expected) if best.expected else "nothing"
    least = f"; more than {words.least_lead:g} of its standard errors is asked for" if words.least_lead > 0 else ""
    return (
        f"{_said(fallback)} stands: by effects put to scale, the best other order that adds something, "
        f"{_said(best.name)}, leads it by {shown}{least}."
    )


def _won(winner: Candidate, fallback: str, words: _Words) -> str:
    name = _said(winner.name)
    if words.proof == "beats" or winner.adds is None or winner.expected is None:
        return f"{name} is proved better: it {_lead(winner, fallback, words)}."
    return (
        f"Working by {name} adds {words.money(winner.adds)}; by effects put to scale it leads {_said(fallback)} "
        f"by {words.money(winner.expected)}."
    )


def _lead(one: Candidate, fallback: str, words: _Words) -> str:
    shown = words.money(one.beats) if one.beats else "nothing"
    return (
        f"leads {_said(fallback)} by {shown}, "
        f"and so many orders tried have such a lead by luck with chance {one.p_beats:.3f}"
    )


def _said(name: str) -> str:
    return name.replace("_", " ")
