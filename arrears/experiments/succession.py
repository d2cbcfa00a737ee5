"""What tests may stand beside each other, and how one with other shares follows another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from arrears.errors import Refused, WrongUse
from arrears.experiments.design import Design, design_of
from arrears.experiments.design_parts import Exclusion

_OWN = ("version", "predecessor", "sentence", "enrolment")
"""Fields of a design that a successor has for itself, beside its arms' shares."""


def successor(design: Design, *, shares: Mapping[str, float], starts: date, weeks: int, debtors: int) -> Design:
    """The same test with other shares, for debtors that come in from a day on.

    Whoever came in before keeps the arm that the earlier version drew. The successor is read by itself, on its own
    debtors with its own error: shares that change over time would mix seasons into the arms' difference.

    Parameters
    ----------
    shares : by name of arm, of all its arms.
    starts, weeks, debtors : of the successor's own enrolment.

    Raises
    ------
    WrongUse : other arms, or a start that is not after the earlier one's.
    BadInput : the successor cannot be a test, with the numbers.

    Examples
    --------
    >>> from arrears.experiments.design import read_design
    >>> from arrears.experiments.example import EXAMPLE
    >>> shares = {"champion": 0.2, "challenger": 0.8}
    >>> follows = successor(read_design(EXAMPLE), shares=shares, starts=date(2026, 7, 1), weeks=8, debtors=30_000)
    >>> follows.label, follows.predecessor, [arm.share for arm in follows.arms]
    ('earlier_calls/2', 1, [0.2, 0.8])
    """
    named = [arm.name for arm in design.arms]
    if sorted(shares) != sorted(named) or starts <= design.enrolment.starts:
        raise WrongUse(
            asked=f"a successor of {design.label}",
            found=f"shares for {', '.join(sorted(shares))} from {starts}; its arms are {', '.join(named)}, and it "
            f"started on {design.enrolment.starts}",
            do="Give each of its arms a share, from a later day.",
        )
    told = design.document()
    arms = [arm | {"share": shares[arm["name"]]} for arm in told["arms"]]
    enrolment = told["enrolment"] | {"starts": starts, "weeks": weeks, "debtors": debtors}
    follows = {"version": design.version + 1, "predecessor": design.version, "arms": arms, "enrolment": enrolment}
    return design_of(told | follows, where=f"the successor of {design.label}")


def refuse_another_test(design: Design, earlier: Design) -> None:
    """Let a successor change shares, enrolment and its sentence, and nothing else: what is compared is the same.

    Raises
    ------
    Refused : something else differs, with its name.

    Examples
    --------
    >>> from arrears.experiments.design import read_design
    >>> from arrears.experiments.example import EXAMPLE
    >>> refuse_another_test(read_design(EXAMPLE), read_design(EXAMPLE))
    """
    differ = sorted(name for name, own in _compared(design).items() if own != _compared(earlier)[name])
    if differ:
        raise Refused(
            asked=f"let {design.label} follow {earlier.label}",
            found=f"{', '.join(differ)} would change, and earlier debtors keep the arms of {earlier.label}",
            do="Change shares and enrolment alone, or plan a test of another name.",
        )


def refuse_overlap(design: Design, others: Sequence[Design]) -> None:
    """Let no debtor be in two tests at once.

    Parameters
    ----------
    others : started or planned; versions of the same test are no others.

    Raises
    ------
    Refused : one of them could hold the same debtors on the same days, with the days and slots.

    Examples
    --------
    >>> from arrears.experiments.design import read_design
    >>> from arrears.experiments.example import EXAMPLE
    >>> refuse_overlap(read_design(EXAMPLE), [read_design(EXAMPLE)])
    """
    found = [_told(design, other) for other in others if other.name != design.name and _overlap(design, other)]
    if found:
        raise Refused(
            asked=f"run the test {design.label}",
            found="; ".join(found),
            do="Start after them, choose another cohort, or give both one exclusion group and slots that do not meet.",
        )


def runs_until(design: Design) -> date:
    """The last day on which its arms are worked and measured.

    Examples
    --------
    >>> from arrears.experiments.design import read_design
    >>> from arrears.experiments.example import EXAMPLE
    >>> str(runs_until(read_design(EXAMPLE)))
    '2026-08-30'
    """
    last = design.enrolment.last_day
    return max(each.matures(last) for each in (design.watch, *(guardrail.watch for guardrail in design.guardrails)))


def _compared(design: Design) -> dict[str, Any]:
    """What a successor shares with the test that it follows."""
    told = design.document()
    arms = [{name: value for name, value in arm.items() if name != "share"} for arm in told["arms"]]
    return {name: value for name, value in told.items() if name not in _OWN} | {"arms": arms}


def _overlap(design: Design, other: Design) -> bool:
    days = design.enrolment.starts <= runs_until(other) and other.enrolment.starts <= runs_until(design)
    return days and design.cohort.meets(other.cohort) and not _kept_apart(design.exclusion, other.exclusion)


def _kept_apart(one: Exclusion | None, other: Exclusion | None) -> bool:
    return one is not None and other is not None and one.keeps_apart(other)


def _told(design: Design, other: Design) -> str:
    first = max(design.enrolment.starts, other.enrolment.starts)
    days = (min(runs_until(design), runs_until(other)) - first) // timedelta(days=1) + 1
    meet = f"by slots {_slots(other)} against {_slots(design)}"
    return f"{other.label} holds the same cohort for {days} days from {first}, {meet}"


def _slots(design: Design) -> str:
    low, high = design.slots
    return f"{low}-{high - 1} of {design.group if design.exclusion else 'no group'}"
