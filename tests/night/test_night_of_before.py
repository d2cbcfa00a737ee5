"""A test that an earlier version took, and that no new design may look like, goes on being worked, read and ended."""

from collections import Counter
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import insert

from arrears.experiments import acting, enrolments, records
from arrears.queues.strategy import strategy
from arrears.state.experiments import experiments
from serving.night.nightly import run_night
from serving.night.replay import replay
from tests.experiments.designs import changed
from tests.night.desk_book import AS_OF, DAY, MORNING, StandingClock, lake_of, people, statement
from training.experiments.reading import read_test

NAMES = [f"D{number}" for number in range(1, 41)]
BEGUN = {"starts": DAY.isoformat(), "weeks": 6, "debtors": 40}
MIXED = [
    {"name": "champion", "role": "champion", "share": 0.5, "strategy": "value_at_risk/1", "model": None},
    {"name": "challenger", "role": "challenger", "share": 0.5, "strategy": None, "model": "propensity/2"},
]
NOW = datetime(2026, 6, 12, 20, tzinfo=UTC)


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    tables = people(*NAMES)
    tables["statements"] = [statement(f"A{name[1:]}", balance=9000, past_due=90) for name in NAMES]
    return lake_of(tmp_path_factory.mktemp("before"), tables)


@pytest.fixture(scope="module")
def of_before(module_database):
    own = changed(enrolment=BEGUN, strata=[], exclusion=None, secondary=[], covariates=[])
    told = own.document() | {"sentence": "why " * 300, "arms": MIXED}
    told["stop"] |= {"alpha": 1e-5, "guardrail_alpha": 1e-6, "power": 0.99999}
    told["primary"] |= {"smallest_effect_minor": 0.0005}
    row = {"name": own.name, "version": 1, "design": told, "fingerprint": "as it was", "state": "running"}
    with module_database.begin() as connection:
        connection.execute(
            insert(experiments).values(row | {"planned_at": NOW, "planned_by": "Ines", "started_on": DAY})
        )
    return module_database


def test_nights_work_by_it_repeat_and_it_is_read_and_ended(of_before, lake, no_registry):
    run = run_night(
        of_before, lake, no_registry, AS_OF, strategy("value_at_risk"), clock=StandingClock(MORNING), served_on=DAY
    )
    with of_before.connect() as connection:
        (test,) = records.running(connection)
        drawn = enrolments.enrolled(connection, test.experiment_id)
    assert min(Counter(each.arm for each in drawn).values()) > 5
    assert replay(of_before, lake.root, no_registry, run.night_id).difference is None
    assert read_test(of_before, lake, test, at=MORNING).ended_by is None
    with of_before.begin() as connection:
        acting.stop(connection, test, on=date(2026, 7, 1), at=MORNING, by="Ines", because="it is old")
        assert records.running(connection) == []
