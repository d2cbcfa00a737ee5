"""What the written rule says of a challenger: it reads findings and nothing else, so nobody can argue with it later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Decision = Literal["continue", "stop_for_harm", "promote", "no_difference"]


@dataclass(frozen=True)
class AtLook:
    """A look, as the rule reads it.

    Attributes
    ----------
    z, low, high : the difference in standard errors and its bounds.
    at_most : upper end of the interval that holds at every look, in the metric's unit.
    worth : the smallest effect worth finding.
    may_promote : enough whole weeks are in.
    is_last : there will be no further look.
    does : what the challenger does more or less of, as `metrics.Metric` says it.
    """

    z: float
    low: float
    high: float
    at_most: float
    worth: float
    may_promote: bool
    is_last: bool
    does: str = "collects {}"


@dataclass(frozen=True)
class Verdict:
    """What to do, and every reason for it as a sentence."""

    decision: Decision
    reasons: tuple[str, ...]


def verdict(
    look: AtLook | None,
    *,
    broken: Sequence[str],
    unsafe: Sequence[str],
    mismatch: bool,
    unread: Sequence[str] = (),
    unanswered: Sequence[str] = (),
) -> Verdict:
    """Apply the rule.

    Parameters
    ----------
    look : today's; None: a day between looks, on which only a guardrail may end the test.
    broken : guardrails that are surely worse by more than their margin.
    unsafe : guardrails that are not yet surely within their margin, the broken ones included.
    mismatch : the arms do not hold their shares.
    unread : guardrails of which nothing is known: the book does not tell them, or too few have matured.
    unanswered : arms whose version of a model did not answer on some night: until now they were not what is compared.

    Examples
    --------
    >>> better = AtLook(z=3.0, low=-2.3, high=2.3, at_most=900.0, worth=240.0, may_promote=True, is_last=False)
    >>> verdict(better, broken=[], unsafe=[], mismatch=False).decision
    'promote'
    >>> verdict(better, broken=[], unsafe=["complaints"], mismatch=False).decision
    'continue'

    Notes
    -----
    A winner that is kept back at the last look by something that nobody could read waits for a person: what is not
    known is no reason to call it no better.
    """
    if broken:
        return Verdict("stop_for_harm", tuple(f"{name} is worse by more than its margin" for name in broken))
    if look is None:
        return Verdict("continue", ("only guardrails are read between looks",))
    if look.z <= look.low:
        return Verdict("stop_for_harm", (f"the challenger {look.does.format('less')}: the lower bound is crossed",))
    wins, held = look.may_promote and look.z >= look.high, _held_back(unsafe, unread, unanswered, mismatch=mismatch)
    if wins and not held:
        return Verdict("promote", (f"the challenger {look.does.format('more')}: the upper bound is crossed",))
    if look.at_most < look.worth and not wins and not mismatch and not unanswered:
        return Verdict("no_difference", ("what the challenger adds is less than what is worth having",))
    if look.is_last and not unanswered and not mismatch and not (wins and unread):
        return Verdict("no_difference", held if wins else ("the last look crosses no bound", *held))
    return Verdict("continue", held if wins else ("no bound is crossed", *held))


def _held_back(
    unsafe: Sequence[str], unread: Sequence[str], unanswered: Sequence[str], *, mismatch: bool
) -> tuple[str, ...]:
    """Why a challenger that wins may not be promoted yet."""
    reasons = [f"{name} is not yet surely within its margin" for name in unsafe]
    reasons += [f"{name} is not read yet: too few have matured, or the book tells nothing of it" for name in unread]
    if mismatch:
        reasons.append("the arms do not hold their shares: find out why before anything is believed")
    reasons += [f"the version of the arm {arm} did not answer on some night: the night's own did" for arm in unanswered]
    return tuple(reasons)
