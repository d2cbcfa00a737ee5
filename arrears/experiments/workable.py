"""Whether nights could work a test: its first day is to come, its champion is in force, its versions are at hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial

from sqlalchemy import Connection

from arrears.errors import ArrearsError, Refused
from arrears.experiments.design import Design, refuse_outdated
from arrears.experiments.design_parts import Arm
from arrears.experiments.model_arms import Registered, unfit
from arrears.queues.in_force import in_force, of_label
from arrears.queues.strategy import Strategy


def refuse_unworkable(
    connection: Connection, design: Design, today: date | None, registered: Registered | None
) -> None:
    """Let a test start only where nights can work its arms from its first day on.

    Parameters
    ----------
    today : of the portfolio; None: nobody asks whether the first day is over.
    registered : tells of the models whose versions its arms are.

    Raises
    ------
    ArrearsError : the first of `unworkable`.
    """
    for fault in unworkable(connection, design, today, registered):
        raise fault


def unworkable(
    connection: Connection, design: Design, today: date | None, registered: Registered | None
) -> list[ArrearsError]:
    """Everything for which nights could not work a test, each as it is refused when the test starts.

    It was planned by an earlier version and says what no new design may, its first day is over, its champion is not
    what is in force, or a version is not at hand.
    """
    chosen = in_force(connection)
    checks: list[Callable[[], None]] = [partial(refuse_outdated, design), partial(_refuse_late, design, today)]
    if design.champion.model is not None:
        checked = refusals(checks)
        try:
            return [*checked, *unfit(design, chosen, registered)]
        except ArrearsError as unanswered:
            return [*checked, unanswered]
    checks += [partial(_refuse_absent, design, arm) for arm in design.arms]
    checks.append(partial(_refuse_other_champion, design, chosen))
    return refusals(checks)


def refuse_unknown(design: Design) -> None:
    """Let nothing be planned with a strategy that is not at hand.

    Raises
    ------
    Refused : the arm and what it follows.

    Examples
    --------
    >>> from arrears.experiments.design import read_design
    >>> from arrears.experiments.example import EXAMPLE
    >>> refuse_unknown(read_design(EXAMPLE))
    """
    for arm in design.arms:
        _refuse_absent(design, arm)


def refusals(checks: list[Callable[[], None]]) -> list[ArrearsError]:
    """What each of some checks refuses, in their order."""
    found = []
    for check in checks:
        try:
            check()
        except ArrearsError as problem:
            found.append(problem)
    return found


def _refuse_late(design: Design, today: date | None) -> None:
    if today is not None and design.enrolment.starts < today:
        raise Refused(
            asked=f"start the test {design.label}",
            found=f"its first day is {design.enrolment.starts}, and today is {today}",
            do="Plan it from a later day: its looks count whole weeks from the first.",
        )


def _refuse_absent(design: Design, arm: Arm) -> None:
    if arm.strategy is None:
        return
    try:
        of_label(arm.strategy)
    except ArrearsError as problem:
        raise Refused(
            asked=f"work the test {design.label}",
            found=f"the arm {arm.name} follows {arm.strategy}: {problem.found}",
            do=problem.do,
        ) from problem


def _refuse_other_champion(design: Design, chosen: Strategy) -> None:
    if design.champion.strategy != f"{chosen.name}/{chosen.version}":
        raise Refused(
            asked=f"start the test {design.label}",
            found=f"its champion is {design.champion.strategy}, in force is {chosen.name}/{chosen.version}",
            do="Test against what is in force.",
        )
