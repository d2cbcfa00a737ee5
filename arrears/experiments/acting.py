"""What may be done with a running test: end it, and bring a challenger into force where the written rule says so.

Nobody promotes by looking at a chart. The newest reading's verdict decides, a person gives the reason and the name, and
both stand in the history with the numbers that they rest on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from arrears.errors import Refused, WrongUse
from arrears.experiments import history, life, narrowing, records
from arrears.experiments.model_arms import Registered, bring_into_force, moved_by, refuse_unfinished, take_back
from arrears.experiments.no_longer_worked import no_longer_worked
from arrears.experiments.promoted import Promotion, standing_promotion
from arrears.experiments.records import Experiment
from arrears.queues import in_force

ITSELF = "arrears"
"""Who does what the written rule says without a person."""


def newest_reading(connection: Connection, experiment: Experiment) -> Mapping[str, Any] | None:
    """The readout that was written down last; None where the test was not read yet."""
    read = history.newest(connection, experiment.experiment_id, "read")
    return read.evidence if read else None


def keep_reading(
    connection: Connection,
    experiment: Experiment,
    readout: Mapping[str, Any],
    *,
    at: datetime,
    registered: Registered | None = None,
) -> str | None:
    """Write a reading down where it says anything new, and do what the rule says without anybody: all but promoting.

    A challenger that does harm ends alone while others are left; a test ends whose last one does harm, or whose
    challengers are all not worth having. Where all are decided and one may be promoted, nobody new comes in: it waits
    for a person, and its looks need no more debtors. Where a person's promotion died after the alias had moved, it is
    written down.

    Parameters
    ----------
    readout : `readout.Readout.document()`.
    registered : tells of the models whose versions the arms are.

    Returns
    -------
    str | None : what ended the test, of `arrears.state.closed.EXPERIMENT_ENDS`; None where it did not.
    """
    test = records.of_id(connection, experiment.experiment_id)
    if test is None or test.state != "running":
        return None
    told = "; ".join(f"{each['arm']}: {said(each['verdict'])}" for each in readout["challengers"])
    if newest_reading(connection, experiment) != readout:
        history.note(connection, experiment.experiment_id, at=at, by=ITSELF, did="read", because=told, evidence=readout)
    on = no_longer_worked(connection, test, date.fromisoformat(readout["as_of"]))
    serves = moved_by(test.design, registered)
    if serves is not None:
        because = f"{serves} serves by a promotion that was cut short before it was written down"
        evidence = {**readout, "promoted": serves}
        life.end(connection, test, ended_by="promoted", on=on, at=at, by=ITSELF, because=because, evidence=evidence)
        return "promoted"
    left = [each for each in readout["challengers"] if each["arm"] not in test.arms_ended]
    decided = [each["verdict"]["decision"] for each in left]
    ended_by = _ends(decided)
    if ended_by is not None:
        because = "; ".join(f"{each['arm']}: {said(each['verdict'])}" for each in left)
        life.end(connection, test, ended_by=ended_by, on=on, at=at, by=ITSELF, because=because, evidence=readout)
        return ended_by
    for each in left:
        if each["verdict"]["decision"] == "stop_for_harm":
            because = f"{each['arm']}: {said(each['verdict'])}"
            evidence = {**readout, "challengers": [each]}
            narrowing.end_arm(
                connection, test, each["arm"], on=on, at=at, by=ITSELF, because=because, evidence=evidence
            )
    if "continue" not in decided and on < test.design.enrolment.last_day:
        narrowing.close(connection, test, on=on, at=at, by=ITSELF, because=told, evidence=readout)
    return None


def _ends(decided: Sequence[str]) -> str | None:
    """What ends a test by itself whose challengers are decided so; None: it goes on."""
    if set(decided) <= {"stop_for_harm"}:
        return "harm"
    return "no_difference" if set(decided) <= {"stop_for_harm", "no_difference"} else None


def promote(
    connection: Connection,
    experiment: Experiment,
    arm: str | None,
    *,
    on: date,
    at: datetime,
    by: str,
    because: str,
    registered: Registered | None = None,
) -> str:
    """End a test and bring a challenger's strategy, or its version of a model, into force; its label.

    Parameters
    ----------
    arm : the challenger; None where there is but one.
    on : today; nobody is worked by the test from then on, or from the day after that of its last night.
    registered : moves the alias of a model whose versions the arms are.

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
    if evidence["mismatch"]["found"]:
        raise Refused(
            asked=asked,
            found="the arms do not hold their shares any more",
            do="Find out why before anything is believed; stop the test, and plan it anew.",
        )
    if any(each["arm"] in (arm, experiment.design.champion.name) for each in evidence.get("unanswered", ())):
        raise Refused(
            asked=asked,
            found="a version that it compares did not answer on some night, and the night's own did",
            do="Find out why; stop the test, and plan it anew.",
        )
    label = challengers[arm].model or challengers[arm].strategy or ""
    if challengers[arm].model is None:
        _refuse_another_champion(connection, experiment, asked)
        in_force.promote(connection, label, at=at, by=by, because=because, experiment_id=experiment.experiment_id)
    told, on = {**evidence, "promoted": label}, no_longer_worked(connection, experiment, on)
    life.end(connection, experiment, ended_by="promoted", on=on, at=at, by=by, because=because, evidence=told)
    if challengers[arm].model is not None:
        # Last: where it fails, the caller's transaction leaves the test running.
        bring_into_force(experiment.design, label, registered, who=by, why=because, evidence=evidence)
    return label


def stop(
    connection: Connection,
    experiment: Experiment,
    *,
    on: date,
    at: datetime,
    by: str,
    because: str,
    registered: Registered | None = None,
) -> None:
    """End a test by hand; nothing is promoted.

    Parameters
    ----------
    registered : tells of the models whose versions the arms are.

    Raises
    ------
    WrongUse : no reason.
    Refused : it does not run, or its challenger serves already, since a promotion was cut short.
    """
    if experiment.state == "running":
        refuse_unfinished(experiment.design, registered, asked=f"end the test {experiment.label}")
    evidence = newest_reading(connection, experiment) or {}
    decisions = {each["verdict"]["decision"] for each in evidence.get("challengers", ())}
    ended_by = "no_difference" if decisions == {"no_difference"} else "stopped"
    on = no_longer_worked(connection, experiment, on)
    life.end(connection, experiment, ended_by=ended_by, on=on, at=at, by=by, because=because, evidence=evidence)


def roll_back(
    connection: Connection,
    *,
    at: datetime,
    by: str,
    because: str,
    registered: Registered | None = None,
    expected: tuple[str, str] | None = None,
) -> str:
    """Take the newest promotion back, of a strategy or of a model's version; the label of what is in force again.

    Parameters
    ----------
    registered : moves the alias of a model back.
    expected : the label that the promotion to take back brought into force, and the one before it; None: the newest,
        whichever it is.

    Raises
    ------
    WrongUse : no reason.
    Refused : no promotion stands, or another than the expected.
    """
    if not because.strip():
        raise WrongUse(asked="take a promotion back", found="no reason", do="Say why.")
    in_force.alone(connection)
    for test in records.running(connection):
        refuse_unfinished(test.design, registered, asked="take a promotion back")
    newest = standing_promotion(connection, registered)
    if newest is not None and expected is not None and (newest.label, newest.before) != expected:
        raise Refused(
            asked="take a promotion back",
            found=f"not the one that was shown: what stands is {newest.label} instead of {newest.before}",
            do="Open the page anew: it shows what would be taken back by now.",
        )
    if newest is not None and newest.of_model is not None:
        return _take_model_back(connection, newest, newest.of_model, registered, at=at, by=by, because=because)
    move = in_force.roll_back(connection, at=at, by=by, because=because)
    if move.experiment_id is not None:
        evidence = {"strategy": move.strategy, "replaces": move.replaces}
        history.note(
            connection, move.experiment_id, at=at, by=by, did="rolled_back", because=because, evidence=evidence
        )
    return move.strategy


def _take_model_back(
    connection: Connection,
    newest: Promotion,
    test: Experiment,
    registered: Registered | None,
    *,
    at: datetime,
    by: str,
    because: str,
) -> str:
    evidence = {"model": newest.before, "replaces": newest.label}
    history.note(connection, test.experiment_id, at=at, by=by, did="rolled_back", because=because, evidence=evidence)
    take_back(test.design, newest.label, registered, who=by, why=because)
    return newest.before


def _refuse_another_champion(connection: Connection, experiment: Experiment, asked: str) -> None:
    chosen = in_force.in_force(connection)
    if experiment.design.champion.strategy != f"{chosen.name}/{chosen.version}":
        raise Refused(
            asked=asked,
            found=f"it was tested against {experiment.design.champion.strategy}, and {chosen.name}/{chosen.version} is "
            "in force by now",
            do="Test it against what is in force.",
        )


def said(verdict: Mapping[str, Any]) -> str:
    """A verdict in words.

    Examples
    --------
    >>> said({"decision": "stop_for_harm", "reasons": ["complaints is worse by more than its margin"]})
    'stop for harm (complaints is worse by more than its margin)'
    """
    reasons = "; ".join(verdict["reasons"])
    return str(verdict["decision"]).replace("_", " ") + (f" ({reasons})" if reasons else "")
