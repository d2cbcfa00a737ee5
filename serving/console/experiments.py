"""What the pages Experiments show: every test with its verdict, the strategy in force, and one test in full."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, text

from arrears.experiments import enrolments, history, records
from arrears.experiments.design import Design
from arrears.experiments.history import Deed
from arrears.experiments.metrics import METRICS
from arrears.experiments.promoted import Promotion, standing_promotion
from arrears.experiments.records import Experiment
from arrears.experiments.unanswered import unanswered
from arrears.queues import in_force
from arrears.queues.strategy import DEFAULT, strategy
from arrears.queues.supervise.acts import LONGEST
from arrears.state.reading import reading
from models.under_test import UnderTest
from serving.console import experiments_charts as charts
from serving.console import experiments_told as told
from serving.console.experiments_choices import BEFORE
from serving.console.experiments_funnel import STEPS, arms_so_far, days_of
from serving.console.experiments_minutes import uneven_minutes
from serving.console.experiments_payers import ToldByBook, told_by_book
from serving.console.experiments_standing import standing, together
from serving.console.experiments_waiting import UNDECIDED, as_it_stands
from serving.console.words import decimal
from serving.deployment import Deployment
from serving.people.may_enter import may_enter
from serving.people.sign_ins import Person
from serving.planned import hindrances
from serving.present import in_zone
from serving.problems import Problem
from serving.recent import Recent

_READ = """
    SELECT DISTINCT ON (experiment_id) experiment_id, evidence
    FROM experiment_acts WHERE did = 'read' ORDER BY experiment_id, act_id DESC
"""

_FIRST = ("running", "planned", "ended")
"""In which order tests stand in the list: of a state those that wait for a person first, then the newest."""

DID = {
    "planned": "Planned",
    "withdrawn": "Withdrawn",
    "started": "Started",
    "read": "Read",
    "arm_ended": "One arm ended",
    "closed": "Closed to newcomers",
    "ended": "Ended",
    "rolled_back": "Promotion taken back",
}


def every(deployment: Deployment, person: Person, done: str | None) -> dict[str, Any]:
    """What the list shows."""
    with reading(deployment.engine) as connection:
        tests, counted = records.every(connection), enrolments.counts(connection)
        readings = {row.experiment_id: row.evidence for row in connection.execute(text(_READ))}
        registered = UnderTest(deployment.registry, deployment.lake)
        moves, promoted = in_force.moves(connection), standing_promotion(connection, registered)
    zone = deployment.settings.portfolio.zone
    listed = [_listed(each, readings.get(each.experiment_id)) for each in tests]
    return {
        "tests": [
            row | {"debtors": counted.get(row["test"].experiment_id, {})}
            for row in sorted(listed, key=lambda row: (_FIRST.index(row["test"].state), not row["waits"]))
        ],
        "today": deployment.day,
        "labels": {each.experiment_id: each.label for each in tests},
        "moves": [(each, in_zone(each.at, zone)) for each in moves],
        "in_force": strategy_in_force(moves),
        "promoted": promoted,
        "may_change": may_enter("POST", "/experiments", person.role),
        "longest": LONGEST,
        "done": done,
    }


def one(deployment: Deployment, person: Person, name: str, version: int, done: str | None = None) -> dict[str, Any]:
    """What the page of a test shows, and its report.

    Raises
    ------
    Problem : there is no such test.
    """
    now, zone = deployment.clock.now(), deployment.settings.portfolio.zone
    with reading(deployment.engine) as connection:
        test = found(connection, name, version)
        acts = history.deeds(connection, test.experiment_id)
        read, plan = (history.rests_on(connection, test.experiment_id, did) for did in ("read", "planned"))
        arms = arms_so_far(connection, test, now=now, zone=zone)
        came_in, silent = days_of(connection, test), unanswered(connection, test)
        book = _by_book(deployment, connection, test)
        in_its_way = _hindrances(deployment, connection, test) if test.state == "planned" else []
        taken_back = _taken_back(deployment, connection, test)
    read = None if read is None else as_it_stands(read, test)
    return {
        "test": test,
        "design": test.design,
        "metric": METRICS[test.design.primary.metric],
        "must_not": told.rails_designed(test.design),
        "known_before": [BEFORE.get(each.name, each.name) for each in test.design.covariates],
        "plan": plan_shown(plan, test.design),
        "verdicts": told.verdicts(test, read, acts),
        "standing": standing(read, test.design) if test.started_on else None,
        "taken_back": taken_back,
        "read": read,
        "challengers": [_challenged(each, test.design) for each in read["challengers"]] if read else [],
        "shares": told.shares_said(read, test.design) if read else None,
        "unanswered": told.unanswered_said(silent, test.design),
        "arms": arms,
        "uneven": uneven_minutes(arms, test.design.champion.name),
        "steps": STEPS,
        "book": book,
        "came_in": came_in,
        "acts": [(each, DID[each.did], in_zone(each.at, zone)) for each in reversed(_told_once(acts))],
        "hindrances": in_its_way,
        "refused": "",
        "because": "",
        "promotable": [each["arm"] for each in read["challengers"] if _promotes(each)] if read else [],
        "may_change": may_enter("POST", "/experiments", person.role),
        "longest": LONGEST,
        "done": done,
    }


def found(connection: Connection, name: str, version: int) -> Experiment:
    """A test of an address.

    Raises
    ------
    Problem : there is none.
    """
    test = records.find(connection, name, version, even_withdrawn=True)
    if test is None:
        raise Problem("not-found", "No test of that name and version is on record.")
    return test


def strategy_in_force(moves: Sequence[in_force.Move]) -> str:
    """Name and version of what nights follow."""
    if moves:
        return moves[0].strategy
    house = strategy(DEFAULT)
    return f"{house.name}/{house.version}"


def _hindrances(deployment: Deployment, connection: Connection, test: Experiment) -> list[str]:
    registered = UnderTest(deployment.registry, deployment.lake)
    return hindrances(connection, test.design, deployment.lake, today=deployment.day, registered=registered)


def _by_book(deployment: Deployment, connection: Connection, test: Experiment) -> ToldByBook:
    """What the book tells of each arm; all of its payments are read for it, so what was counted may stand a while."""
    if deployment.night(connection) is None:
        return ToldByBook(None, None)
    recent = deployment.of_night("recent", Recent).of
    return recent(f"the book's words of {test.label}", lambda: told_by_book(connection, deployment.lake, test))


def _listed(test: Experiment, read: Mapping[str, Any] | None) -> dict[str, Any]:
    read = None if read is None else as_it_stands(read, test)
    decisions = [each["verdict"]["decision"] for each in read["challengers"]] if read else []
    return {
        "test": test,
        "verdict": told.verdict_words(test, decisions),
        "standing": standing(read, test.design) if test.state == "running" else None,
        "waits": test.state == "running" and not {"promote", UNDECIDED}.isdisjoint(decisions),
    }


def _taken_back(deployment: Deployment, connection: Connection, test: Experiment) -> Promotion | None:
    """The promotion that this test brought about, where it is the one that would be taken back next."""
    if test.ended_by != "promoted":
        return None
    newest = standing_promotion(connection, UnderTest(deployment.registry, deployment.lake))
    if newest is None:
        return None
    rests_on = newest.of_model or in_force.standing(connection)
    return newest if rests_on is not None and rests_on.experiment_id == test.experiment_id else None


def _promotes(challenged: Mapping[str, Any]) -> bool:
    return bool(challenged["verdict"]["decision"] == "promote")


def plan_shown(evidence: Mapping[str, Any] | None, design: Design) -> dict[str, Any] | None:
    """A plan's document with its power curve drawn; None where a design was written down without one."""
    if evidence is None or "plan" not in evidence:
        return None
    plan = evidence["plan"]
    worth, currency = design.primary.smallest_effect_minor, design.cohort.currency
    curve = charts.power_curve(plan["curve"], worth=worth, power=design.stop.power, currency=currency)
    return {**evidence, "curve": curve}


def _challenged(each: Mapping[str, Any], design: Design) -> dict[str, Any]:
    currency = design.cohort.currency
    drawn = {one["name"]: charts.interval(one) for one in each["guardrails"]}
    return {
        "arm": each["arm"],
        "decided_on": each["decided_on"],
        "effect": told.effect_of(each, design),
        "together": together(each, design),
        "bounds": charts.boundaries(each["looks"], each["to_come"]) if each["looks"] or each["to_come"] else None,
        "looks": [told.look_said(look, design) for look in each["looks"]],
        "to_come": each["to_come"],
        "claim": None if each["adjusted"] is None else decimal(each["adjusted"]["p"]),
        "rails": [(rail, drawn[rail.name]) for rail in told.rails(each, design)],
        "further": told.further(each, currency),
    }


def _told_once(acts: Sequence[Deed]) -> list[Deed]:
    """The acts, and of readings in a row that say the same only the last."""
    kept = list[Deed]()
    for act in acts:
        if kept and (kept[-1].did, kept[-1].because) == (act.did, act.because) == ("read", act.because):
            kept.pop()
        kept.append(act)
    return kept
