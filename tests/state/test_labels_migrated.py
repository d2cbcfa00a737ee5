"""A night that an earlier version served tells the arm of every account, so that its day does after the upgrade."""

import json

import pytest
from sqlalchemy import insert, text

from arrears.experiments.design import read_design
from arrears.experiments.example import EXAMPLE
from arrears.state import migrate
from arrears.state.schema import night_accounts, work_items
from tests.queues.desk.laid_out import MORNING, a_night, an_item, rows
from tests.state.before import as_of_version

BEFORE = "v0009"
LAID = (
    {"experiment": "earlier_calls/1", "arm": "challenger"},
    {"experiment": "holdout", "arm": "2026-06-01"},
    {},
)
DRAWN = (("D2", "champion"), ("D4", "champion"), ("D5", "challenger"))


def an_account(night, number):
    return {
        "night_id": night,
        "account_id": f"A{number}",
        "debtor_id": f"D{number}",
        "client": "",
        "currency": "USD",
        "charged_off": False,
        "bucket": "30-59",
        "days_past_due": 40,
        "past_due_minor": 100,
        "balance_minor": 100,
        "stop_roll_minor": 100,
        "verdict": "allowed",
        "held_because": [],
        "features": [],
        "scored_by": "rules",
        "propensity": 0.5,
        "reasons": {},
        "terms": {},
        "value_minor": 1.0,
        "expected_minutes": 5.0,
        "priority": 1.0,
    }


@pytest.fixture
def migrated(empty_database):
    """Two nights of the version before: of the served one three debtors have items, and two more were drawn before."""
    with empty_database.begin() as connection:
        as_of_version(connection, BEFORE)
        earlier = a_night(connection)
        connection.execute(text("UPDATE nights SET state = 'superseded'"))
        night = a_night(connection)
        for number, changed in enumerate(LAID, start=1):
            connection.execute(insert(work_items).values(an_item(night, number, **changed)))
        for each in (earlier, night):
            for number in range(1, 6):
                connection.execute(insert(night_accounts).values(an_account(each, number)))
        design = read_design(EXAMPLE)
        test = connection.execute(
            text("""
                INSERT INTO experiments (name, version, design, fingerprint, state, planned_at, planned_by, started_on,
                    arms_ended)
                VALUES ('earlier_calls', 1, CAST(:design AS jsonb), 'f', 'running', :at, 'M', '2026-05-01',
                    '{"challenger": "2026-05-20"}')
                RETURNING experiment_id
            """),
            {"design": json.dumps(design.document()), "at": MORNING},
        ).scalar_one()
        for debtor, arm in DRAWN:
            drawn = """
                INSERT INTO experiment_debtors (experiment_id, debtor_id, arm, household, stratum, enrolled_on,
                    night_id, covariates)
                VALUES (:test, :debtor, :arm, :debtor, '', '2026-05-29', :night, '{}')
            """
            connection.execute(text(drawn), {"test": test, "debtor": debtor, "arm": arm, "night": earlier})
    migrate.upgrade(empty_database)
    with empty_database.begin() as connection:
        yield connection, earlier, night


def test_accounts_of_the_served_night_get_the_arm_of_their_debtors(migrated):
    """Whom no item labels and a night drew stays in the arm, unless it was ended; the holdout is no test."""
    connection, _, night = migrated
    told = "SELECT debtor_id, experiment, arm FROM night_accounts WHERE night_id = :night ORDER BY debtor_id"
    assert rows(connection, told, night=night) == [
        ("D1", "earlier_calls/1", "challenger"),
        ("D2", None, None),
        ("D3", None, None),
        ("D4", "earlier_calls/1", "champion"),
        ("D5", None, None),
    ]


def test_nights_that_are_over_stay_as_they_were_written(migrated):
    connection, earlier, _ = migrated
    told = "SELECT DISTINCT experiment, arm FROM night_accounts WHERE night_id = :night"
    assert rows(connection, told, night=earlier) == [(None, None)]
