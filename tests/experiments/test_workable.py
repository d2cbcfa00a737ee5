"""Whatever keeps nights from working a test is told, all of it, and a start is refused by the first."""

from datetime import date
from typing import Any, cast

import pytest

from arrears.errors import ArrearsError, Refused
from arrears.experiments.workable import refuse_unknown, refuse_unworkable, unworkable
from models.tracking import RegistryUnreachable
from tests.experiments.designs import changed

DAY = date(2026, 6, 1)
ARMS = [
    {"name": "champion", "role": "champion", "share": 0.5, "strategy": "severity/1"},
    {"name": "challenger", "role": "challenger", "share": 0.5, "strategy": "luck/1"},
]
MODELS = [
    {"name": name, "role": name, "share": 0.5, "model": f"propensity/{version}"}
    for name, version in (("champion", 1), ("challenger", 2))
]


class Unreachable:
    """A registry that does not answer."""

    def champion(self, name):
        raise RegistryUnreachable(asked=f"ask for {name}", found="no answer", do="Start it.")


def found(database, design, **asked):
    with database.connect() as connection:
        return [each.found for each in unworkable(connection, design, asked.get("today", DAY), asked.get("registered"))]


@pytest.mark.parametrize(("today", "count"), [(DAY, 2), (date(2026, 6, 2), 3)])
def test_everything_in_the_way_is_told_and_the_first_refuses(database, today, count):
    design = changed(arms=ARMS)
    told = found(database, design, today=today)
    assert len(told) == count
    assert told[-2:] == [
        "the arm challenger follows luck/1: no such strategy",
        "its champion is severity/1, in force is value_at_risk/1",
    ]
    with database.connect() as connection, pytest.raises(Refused) as refusal:
        refuse_unworkable(connection, design, today, None)
    assert refusal.value.found == told[0]


def test_a_registry_that_does_not_answer_is_in_the_way_and_no_failure(database):
    design = changed(arms=MODELS)
    assert found(database, design, registered=Unreachable()) == ["no answer"]
    assert len(found(database, design, registered=Unreachable(), today=date(2026, 6, 2))) == 2
    with database.connect() as connection, pytest.raises(ArrearsError, match="no answer"):
        refuse_unworkable(connection, design, DAY, cast(Any, Unreachable()))


def test_a_strategy_that_is_not_at_hand_is_not_planned_and_a_model_is_asked_for_later():
    with pytest.raises(Refused, match="the arm challenger follows luck/1: no such strategy"):
        refuse_unknown(changed(arms=ARMS))
    refuse_unknown(changed(arms=MODELS))
