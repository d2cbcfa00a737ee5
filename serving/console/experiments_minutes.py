"""Whether the arms of a test were worked alike: minutes a debtor that lie apart are told with the numbers."""

from __future__ import annotations

from collections.abc import Sequence

from arrears.experiments.looks import LEAST_DEBTORS
from serving.console.experiments_funnel import ArmSoFar
from serving.console.words import decimal, sentence, share

UNEVEN = 0.1
"""Share of the champion's minutes a debtor by which a challenger's may differ and nothing is said."""


def uneven_minutes(arms: Sequence[ArmSoFar], champion: str) -> list[str]:
    """A sentence for each challenger whose debtors had other minutes than the champion's by more than `UNEVEN`.

    Notes
    -----
    A night gives every arm its minutes by its debtors. Where arms have staff of their own these are the minutes of who
    is there: an arm whose collectors are away works its debtors less. Nothing is said before both arms' collectors have
    held `looks.LEAST_DEBTORS` debtors.

    Examples
    --------
    >>> arms = [ArmSoFar("old", 100, served=90, minutes=200.0), ArmSoFar("new", 100, served=40, minutes=100.0)]
    >>> uneven_minutes(arms, "old")[0].split(":")[0]
    'Debtors of new had 1.00 minutes each and those of old 2.00, 50 % fewer'
    """
    own = next(each for each in arms if each.arm == champion)
    return [_sentence(each, own) for each in arms if each.arm != champion and _lie_apart(each, own)]


def _lie_apart(arm: ArmSoFar, champion: ArmSoFar) -> bool:
    if min(arm.served, champion.served) < LEAST_DEBTORS:
        return False
    had, others = arm.each(arm.minutes) or 0.0, champion.each(champion.minutes) or 0.0
    return round(abs(had - others), 9) > UNEVEN * others


def _sentence(arm: ArmSoFar, champion: ArmSoFar) -> str:
    had, others = arm.each(arm.minutes) or 0.0, champion.each(champion.minutes) or 0.0
    apart = f"{share(abs(had / others - 1))} {'fewer' if had < others else 'more'}" if others else "more"
    return (
        f"Debtors of {sentence(arm.arm)} had {decimal(had, 2)} minutes each and those of {sentence(champion.arm)} "
        f"{decimal(others, 2)}, {apart}: part of what differs between the arms may be how long they were worked."
    )
