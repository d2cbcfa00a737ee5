"""Arms that are versions of a model: what must be true of them, how one comes into force, and how that is taken back.

Where a version is kept and how its alias moves is for the registry, which this room does not know: whoever acts hands
it in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from arrears.errors import ArrearsError, Refused, WrongUse
from arrears.experiments.arm_models import UPLIFT, parted
from arrears.experiments.design import Design
from arrears.queues.strategy import Strategy


class Registered(Protocol):
    """What a test asks of the registry of models."""

    def champion(self, name: str) -> str | None:
        """The version that serves; None where none does."""

    def unfit(self, name: str, version: str) -> str | None:
        """Why a version may not answer for an arm; None where it may."""

    def rests_on(self, name: str) -> Mapping[str, Any]:
        """What the newest move of the champion rests on."""

    def promote(self, name: str, version: str, *, who: str, why: str, evidence: Mapping[str, Any]) -> None:
        """Make a version champion, through the gate of models."""

    def roll_back(self, name: str, *, who: str, why: str, evidence: Mapping[str, Any]) -> None:
        """Make the champion before the present one champion again."""


def unfit(design: Design, chosen: Strategy, registered: Registered | None) -> list[ArrearsError]:
    """Everything for which nights could not work a test of a model's versions, or its challengers not come into force.

    The champion's arm is not the champion, a version cannot answer, or nothing would read the answer.

    Parameters
    ----------
    chosen : the strategy in force, which all arms follow.
    """
    asked, found = f"start the test {design.label}", list[ArrearsError]()
    try:
        registered = _asked(registered, asked)
    except WrongUse as problem:
        return [problem]
    name, version = parted(design.champion.model or "")
    if name == UPLIFT and not chosen.reads_effect:
        told = f"{chosen.name}/{chosen.version} is in force, and reads no {name}: both arms would be ranked alike"
        do = "Test it once a strategy is in force that reads what a call adds."
        found.append(Refused(asked=asked, found=told, do=do))
    serves = registered.champion(name)
    if serves != version:
        told = f"its champion is {name}/{version}, and {_said(name, serves)}"
        found.append(Refused(asked=asked, found=told, do="Test against the version that serves."))
    for arm in design.arms:
        why = registered.unfit(*parted(arm.model or ""))
        if why is not None:
            found.append(Refused(asked=asked, found=f"the arm {arm.name}: {why}", do="Name a version that may serve."))
    return found


def bring_into_force(
    design: Design,
    challenger: str,
    registered: Registered | None,
    *,
    who: str,
    why: str,
    evidence: Mapping[str, Any],
) -> None:
    """Make a challenger's version champion; where an earlier attempt moved the alias and then died, nothing.

    The caller has ended the test and not committed yet: a refusal here leaves it running. Should the commit fail, the
    alias has moved with this test as its evidence, and the next attempt ends the test and moves nothing.

    Parameters
    ----------
    challenger : name/version.

    Raises
    ------
    Refused : another version serves by now, or the gate of models refuses.
    """
    asked = f"promote a challenger of {design.label}"
    registered = _asked(registered, asked)
    (name, version), (_, tested_against) = parted(challenger), parted(design.champion.model or "")
    serves = registered.champion(name)
    if serves == version and registered.rests_on(name).get("experiment") == design.label:
        return
    if serves != tested_against:
        raise Refused(
            asked=asked,
            found=f"it was tested against {design.champion.model}, and {_said(name, serves)}",
            do="Test it against the version that serves.",
        )
    registered.promote(name, version, who=who, why=why, evidence={"experiment": design.label, "reading": evidence})


def moved_by(design: Design, registered: Registered | None) -> str | None:
    """The challenger's version that serves by a promotion of this test; None where none does.

    Where the test still runs, an attempt to promote died after the alias had moved and before it was written down.
    """
    if registered is None or design.champion.model is None:
        return None
    name, _ = parted(design.champion.model)
    serves = f"{name}/{registered.champion(name)}"
    is_challenger = serves in {each.model for each in design.challengers}
    return serves if is_challenger and registered.rests_on(name).get("experiment") == design.label else None


def refuse_unfinished(design: Design, registered: Registered | None, *, asked: str) -> None:
    """Let nothing but promoting be done with a running test whose promotion died half way.

    Raises
    ------
    Refused : a challenger serves already, which nothing on record tells.
    """
    serves = moved_by(design, registered)
    if serves is not None:
        raise Refused(
            asked=asked,
            found=f"{serves} serves by {design.label} already: its promotion was cut short before it was written down",
            do="Promote it once more, which only writes it down; then take it back where it should not serve.",
        )


def stands(design: Design, challenger: str, registered: Registered) -> bool:
    """Whether a promotion may be taken back: its version serves, or taking it back moved the alias and then died."""
    name, version = parted(challenger)
    return registered.champion(name) == version or registered.rests_on(name).get("takes_back") == design.label


def take_back(design: Design, challenger: str, registered: Registered | None, *, who: str, why: str) -> None:
    """Make the version that a challenger took the place of champion again; where that was done already, nothing.

    Raises
    ------
    Refused : another version serves by now.
    """
    asked = f"take the promotion of {challenger} back"
    registered = _asked(registered, asked)
    name, version = parted(challenger)
    serves = registered.champion(name)
    if serves != version and registered.rests_on(name).get("takes_back") == design.label:
        return
    if serves != version:
        raise Refused(
            asked=asked,
            found=_said(name, serves),
            do=f"`arrears models history {name}` tells who moved it; `arrears models roll-back {name}` undoes that.",
        )
    registered.roll_back(name, who=who, why=why, evidence={"takes_back": design.label})


def _asked(registered: Registered | None, asked: str) -> Registered:
    if registered is None:
        raise WrongUse(
            asked=asked,
            found="its arms are versions of a model, and no registry of models is at hand",
            do="Use `arrears experiment` or the console of a deployment that has one.",
        )
    return registered


def _said(name: str, serves: str | None) -> str:
    return f"{name}/{serves} serves" if serves else f"no version of {name} serves"
