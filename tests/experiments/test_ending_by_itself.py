"""What the written rule does without a person: end one arm, end a test, take nobody new in; it never promotes."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from arrears.errors import Refused
from arrears.experiments import acting, history, life, narrowing, records
from tests.experiments.designs import changed, shared

NOW = datetime(2026, 7, 20, 8, tzinfo=UTC)
DAY = date(2026, 7, 19)
BY: dict[str, Any] = {"at": NOW, "by": "strategist"}
ARMS = [
    arm | {"strategy": f"{name}/1"}
    for arm, name in zip(shared(0.5, 0.25, 0.25), ("value_at_risk", "severity", "propensity"), strict=True)
]


@pytest.fixture
def connection(module_database):
    with module_database.connect() as connection:
        yield connection
        connection.rollback()


@pytest.fixture
def started(connection):
    """A test of two challengers."""
    life.plan(connection, changed(arms=ARMS), evidence={}, **BY)
    life.start(connection, records.find(connection, "earlier_calls"), because="ready", **BY)
    return records.find(connection, "earlier_calls")


def reading(*decisions, on=DAY, mismatch=False):
    """A reading in which each challenger is decided so."""
    said = [
        {"arm": f"challenger{place}", "verdict": {"decision": decision, "reasons": ["it was read"]}}
        for place, decision in enumerate(decisions, start=1)
    ]
    return {"as_of": on.isoformat(), "challengers": said, "mismatch": {"found": mismatch}}


def kept(connection, test, *decisions, on=DAY):
    ended_by = acting.keep_reading(connection, test, reading(*decisions, on=on), at=NOW)
    return ended_by, records.of_id(connection, test.experiment_id)


@pytest.mark.parametrize(
    ("decisions", "ended_by"),
    [
        (("continue", "continue"), None),
        (("stop_for_harm", "continue"), None),
        (("stop_for_harm", "stop_for_harm"), "harm"),
        (("no_difference", "no_difference"), "no_difference"),
        (("no_difference", "continue"), None),
        (("no_difference", "stop_for_harm"), "no_difference"),
        (("promote", "no_difference"), None),
        (("promote", "stop_for_harm"), None),
        (("promote", "promote"), None),
    ],
)
def test_a_test_ends_by_itself_once_no_challenger_is_left_that_could_win(connection, started, decisions, ended_by):
    told, test = kept(connection, started, *decisions)
    assert (told, test.ended_by) == (ended_by, ended_by)
    assert test.ended_on == (DAY if ended_by else None)
    if ended_by:
        act = history.newest(connection, test.experiment_id, "ended")
        assert (act.by, act.evidence) == (acting.ITSELF, reading(*decisions))


def test_harm_in_one_arm_ends_that_arm_and_no_other(connection, started):
    _, test = kept(connection, started, "stop_for_harm", "continue")
    assert (test.state, test.arms_ended) == ("running", {"challenger1": DAY})
    assert [arm.name for arm in test.arms_left] == ["champion", "challenger2"]
    act = history.newest(connection, test.experiment_id, "arm_ended")
    assert act.because == "challenger1: stop for harm (it was read)"
    assert [each["arm"] for each in act.evidence["challengers"]] == ["challenger1"]


def test_an_arm_ends_once_and_what_is_left_decides_later(connection, started):
    kept(connection, started, "stop_for_harm", "continue")
    later = date(2026, 7, 26)
    _, test = kept(connection, started, "stop_for_harm", "continue", on=later)
    assert test.arms_ended == {"challenger1": DAY}
    assert [act.did for act in history.acts(connection, test.experiment_id)].count("arm_ended") == 1
    ended_by, test = kept(connection, started, "stop_for_harm", "no_difference", on=date(2026, 8, 2))
    assert (ended_by, test.state) == ("no_difference", "ended")


def test_the_last_arm_that_does_harm_ends_the_test_for_harm(connection, started):
    kept(connection, started, "stop_for_harm", "continue")
    assert kept(connection, started, "stop_for_harm", "stop_for_harm")[0] == "harm"


@pytest.mark.parametrize(
    ("decisions", "closes"),
    [
        (("promote", "no_difference"), True),
        (("promote", "stop_for_harm"), True),
        (("promote", "promote"), True),
        (("promote", "continue"), False),
        (("no_difference", "continue"), False),
    ],
)
def test_nobody_new_comes_in_once_all_is_decided_and_a_person_is_waited_for(connection, started, decisions, closes):
    _, test = kept(connection, started, *decisions)
    assert test.closed_on == (DAY if closes else None)
    _, again = kept(connection, started, *decisions, on=date(2026, 7, 26))
    assert again.closed_on == test.closed_on, "it stays closed since the first day"
    closings = [act for act in history.acts(connection, test.experiment_id) if act.did == "closed"]
    assert len(closings) == closes


@pytest.mark.parametrize(("on", "closes"), [(date(2026, 7, 25), True), (date(2026, 7, 26), False)])
def test_a_test_is_not_closed_after_its_last_day_of_enrolment(connection, started, on, closes):
    assert started.design.enrolment.last_day == date(2026, 7, 26)
    _, test = kept(connection, started, "promote", "promote", on=on)
    assert (test.closed_on is not None) == closes


def test_an_arm_that_was_ended_is_not_promoted_and_another_still_is(connection, started):
    _, test = kept(connection, started, "stop_for_harm", "promote")
    with pytest.raises(Refused, match="stop for harm"):
        acting.promote(connection, test, "challenger1", on=DAY, because="I like it", **BY)
    assert acting.promote(connection, test, "challenger2", on=DAY, because="it collects more", **BY) == "propensity/1"
    assert records.of_id(connection, test.experiment_id).ended_by == "promoted"


def test_a_winner_is_not_promoted_once_the_arms_do_not_hold_their_shares(connection, started):
    acting.keep_reading(connection, started, reading("promote", "continue", mismatch=True), at=NOW)
    with pytest.raises(Refused, match="do not hold their shares"):
        acting.promote(connection, started, "challenger1", on=DAY, because="it collects more", **BY)


def test_a_test_that_has_ended_neither_ends_arms_nor_closes(connection, started):
    acting.stop(connection, started, on=DAY, because="a fault", **BY)
    told: dict[str, Any] = {"on": DAY, "because": "late", "evidence": {}, **BY}
    assert not narrowing.end_arm(connection, started, "challenger1", **told)
    assert not narrowing.close(connection, started, **told)
    assert acting.keep_reading(connection, started, reading("stop_for_harm", "continue"), at=NOW) is None
    assert history.acts(connection, started.experiment_id)[-1].did == "ended"


@pytest.mark.parametrize("undo", ["arms_ended = '{}'", "closed_on = NULL", "closed_on = '2026-08-01'"])
def test_the_database_itself_keeps_an_ended_arm_ended_and_a_closed_test_closed(connection, started, undo):
    told: dict[str, Any] = {"on": DAY, "because": "harm", "evidence": {}, **BY}
    narrowing.end_arm(connection, started, "challenger1", **told)
    narrowing.close(connection, started, **told)
    with pytest.raises(IntegrityError, match="stays"), connection.begin_nested():
        connection.execute(text(f"UPDATE experiments SET {undo}"))
    assert records.of_id(connection, started.experiment_id).arms_ended == {"challenger1": DAY}
