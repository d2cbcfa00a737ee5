"""What may be done with a running test: end it, and bring a challenger into force where the written rule says so.

Nobody promotes by looking at a chart. The newest reading's verdict decides, a person gives the reason and the name, and
both stand in the history with the numbers that they rest on.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from arrears.errors import Refused, WrongUse
from arrears.experiments import records
from arrears.experiments.records import Experiment
from arrears.queues import in_force

ITSELF = "arrears"
"""Who ends a test whose guardrail broke."""


def newest_reading(connection: Connection, experiment: Experiment) -> Mapping[str, Any] | None:
    """The readout that was written down last; None where the test was not read yet."""
    read = records.newest(connection, experiment.experiment_id, "read")
    return read.evidence if read else None


def keep_reading(connection: Connection, experiment: Experiment, readout: Mapping[str, Any], *, at: datetime) -> bool:
    """Write a reading down where it says anything new, and end the test where it did harm; True where that ended it.

    Parameters
    ----------
    readout : `readout.Readout.document()`.
    """
    if newest_reading(connection, experiment) != readout:
        told = "; ".join(f"{each['arm']}: {said(each['verdict'])}" for each in readout["challengers"])
        records.note(connection, experiment.experiment_id, at=at, by=ITSELF, did="read", because=told, evidence=readout)
    harm = [each for each in readout["challengers"] if each["verdict"]["decision"] == "stop_for_harm"]
    if not harm or experiment.state != "running":
        return False
    because = "; ".join(f"{each['arm']}: {said(each['verdict'])}" for each in harm)
    on = date.fromisoformat(readout["as_of"])
    records.end(connection, experiment, ended_by="harm", on=on, at=at, by=ITSELF, because=because, evidence=readout)
    return True


def promote(
    connection: Connection, experiment: Experiment, arm: str | None, *, on: date, at: datetime, by: str, because: str
) -> str:
    """End a test and bring a challenger's strategy into force; the strategy's label.

    Parameters
    ----------
    arm : the challenger; None where there is but one.
    on : from this day on nobody is worked by the test.

    Raises
    ------
    WrongUse : no reason, or no such challenger.
    Refused : the written rule does not say so, with what it says.
    """
    asked = f"promote a challenger of {experiment.label}"
    challengers = {each.name: each for each in experiment.design.challengers}
    if arm is None and len(challengers) == 1:
        (arm,) = challengers
    if arm not in challengers or not because.strip():
        raise WrongUse(
            asked=asked,
            found="no reason" if arm in challengers else f"no challenger of that name among {', '.join(challengers)}",
            do="Name one with --arm and say why.",
        )
    evidence = newest_reading(connection, experiment)
    verdicts = {each["arm"]: each["verdict"] for each in evidence["challengers"]} if evidence else {}
    decided = verdicts.get(arm)
    if evidence is None or decided is None or decided["decision"] != "promote":
        raise Refused(
            asked=asked,
            found="it was not read yet" if decided is None else f"the rule says {said(decided)}",
            do="Let it run on: `arrears experiment read` tells each day what the rule says.",
        )
    chosen = in_force.in_force(connection)
    if experiment.design.champion.strategy != f"{chosen.name}/{chosen.version}":
        raise Refused(
            asked=asked,
            found=f"it was tested against {experiment.design.champion.strategy}, and {chosen.name}/{chosen.version} is "
            "in force by now",
            do="Test it against what is in force.",
        )
    strategy = challengers[arm].strategy or ""
    in_force.promote(connection, strategy, at=at, by=by, because=because, experiment_id=experiment.experiment_id)
    records.end(connection, experiment, ended_by="promoted", on=on, at=at, by=by, because=because, evidence=evidence)
    return strategy


def stop(connection: Connection, experiment: Experiment, *, on: date, at: datetime, by: str, because: str) -> None:
    """End a test by hand; nothing is promoted.

    Raises
    ------
    WrongUse : no reason.
    Refused : it does not run.
    """
    evidence = newest_reading(connection, experiment) or {}
    decisions = {each["verdict"]["decision"] for each in evidence.get("challengers", ())}
    ended_by = "no_difference" if decisions == {"no_difference"} else "stopped"
    records.end(connection, experiment, ended_by=ended_by, on=on, at=at, by=by, because=because, evidence=evidence)


def roll_back(connection: Connection, *, at: datetime, by: str, because: str) -> str:
    """Take the newest promotion back; the label of the strategy that is in force again.

    Raises
    ------
    WrongUse : no reason.
    Refused : no promotion stands.
    """
    move = in_force.roll_back(connection, at=at, by=by, because=because)
    if move.experiment_id is not None:
        evidence = {"strategy": move.strategy, "replaces": move.replaces}
        records.note(
            connection, move.experiment_id, at=at, by=by, did="rolled_back", because=because, evidence=evidence
        )
    return move.strategy


def said(verdict: Mapping[str, Any]) -> str:
    """A verdict in words.

    Examples
    --------
    >>> said({"decision": "stop_for_harm", "reasons": ["complaints is worse by more than its margin"]})
    'stop for harm (complaints is worse by more than its margin)'
    """
    reasons = "; ".join(verdict["reasons"])
    return str(verdict["decision"]).replace("_", " ") + (f" ({reasons})" if reasons else "")
