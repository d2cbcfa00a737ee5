"""Whether nights could work a test: its first day is to come, its champion is in force, its versions are at hand."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection

from arrears.errors import Refused
from arrears.experiments.design import Design, refuse_outdated
from arrears.experiments.model_arms import Registered, refuse_unfit
from arrears.queues.in_force import in_force, of_label


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
    BadInput : it was planned by an earlier version, and says what no new design may.
    Refused : its first day is over, its champion is not what is in force, or a version is not at hand.
    """
    refuse_outdated(design)
    chosen = in_force(connection)
    asked = f"start the test {design.label}"
    if today is not None and design.enrolment.starts < today:
        raise Refused(
            asked=asked,
            found=f"its first day is {design.enrolment.starts}, and today is {today}",
            do="Plan it from a later day: its looks count whole weeks from the first.",
        )
    if design.champion.model is not None:
        refuse_unfit(design, chosen, registered)
        return
    for arm in design.arms:
        of_label(arm.strategy or "")
    if design.champion.strategy != f"{chosen.name}/{chosen.version}":
        raise Refused(
            asked=asked,
            found=f"its champion is {design.champion.strategy}, in force is {chosen.name}/{chosen.version}",
            do="Test against what is in force.",
        )
