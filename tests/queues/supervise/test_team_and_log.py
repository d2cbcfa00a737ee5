"""The team as a lake knows it, a night's plan as its report told it, and the log of decisions."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from sqlalchemy import insert

from arrears.clock import SystemClock
from arrears.lake import Lake
from arrears.loading import load
from arrears.queues.desk.decisions import decide
from arrears.queues.supervise.decision_log import log
from arrears.queues.supervise.month import month_to_date
from arrears.queues.supervise.planned import planned
from arrears.queues.supervise.promised import falling_due
from arrears.queues.supervise.roster import roster_of
from arrears.state.desk import allocations
from tests.queues.supervise.made_day import TEN, TODAY, item, night

TABLES = {
    "debtors": "debtor_id,kind\nD1,person\n",
    "accounts": "account_id,debtor_id,opened_on,currency,role\nD1-1,D1,2026-01-01,USD,first_party\n",
    "dues": "due_id,account_id,due_on,amount,kind\nU1,D1-1,2026-04-01,900.00,invoice\n",
}
COLLECTORS = (
    "collector_id,name,team,languages,licences,clients,skills,minutes_per_day,starts_on,ends_on\n"
    "C1,Ann,East,en;es,US-CA,,legal,420,,\n"
    "C2,Bob,East,en,US-CA,bank,,240,2026-06-01,2026-06-03\n"
)
SHIFTS = "collector_id,starts_at,ends_at\nC1,2026-06-02T09:00:00-04:00,2026-06-02T12:30:00-04:00\n"


@pytest.fixture
def lake(tmp_path):
    """A function that loads a small book with some more tables."""

    def loaded(**more):
        source = tmp_path / "source"
        source.mkdir()
        for name, text in (TABLES | more).items():
            (source / f"{name}.csv").write_text(text)
        load(source, tmp_path / "lake", SystemClock())
        return Lake(tmp_path / "lake")

    return loaded


@pytest.fixture
def connection(database):
    with database.begin() as opened:
        yield opened


def test_a_roster_tells_what_everybody_may_take_and_when_they_are_there(lake):
    roster = roster_of(lake(collectors=COLLECTORS, shifts=SHIFTS))
    ann, bob = roster.collectors
    assert (ann.collector_id, ann.member.name, ann.minutes_per_day) == ("C1", "Ann", 420.0)
    assert ann.member.may_take(client="shop", language="es", skill="legal")
    assert not bob.member.may_take(client="shop")
    assert roster.named("C2") is bob
    assert roster.named("C9") is None
    assert [one.collector_id for one in roster.on(date(2026, 6, 4))] == ["C1"]
    assert roster.shifts.starts_at.tolist() == [datetime(2026, 6, 2, 13)]  # noqa: DTZ001 - an instant of NumPy
    assert roster.shifts.ends_at - roster.shifts.starts_at == np.timedelta64(210, "m")


def test_a_book_without_a_team_has_nobody(lake, tmp_path):
    assert roster_of(lake()).collectors == ()
    assert roster_of(Lake(tmp_path / "nowhere")).collectors == ()


def test_without_shifts_the_desks_hours_count(lake):
    assert roster_of(lake(collectors=COLLECTORS)).shifts is None


def test_a_book_without_payments_and_promises_has_none(lake, connection):
    small = lake()
    assert month_to_date(connection, small, TODAY, goals={}, country=None) == []
    assert falling_due(connection, small, TODAY) == []


def test_a_plan_tells_its_gap_and_the_best_hour_first(connection):
    one = night(connection)
    assert planned(connection, one) is None
    groups = [{"collectors": ["C1"], "hour_value": 10.0}, {"collectors": ["C2", "C3"], "hour_value": 30.0}]
    report = {"placed": 5, "gap": 0.002, "unit": "USD", "groups": groups}
    for told in ({**report, "placed": 4}, report):
        connection.execute(insert(allocations).values(night_id=one, at=TEN, report=told))
    found = planned(connection, one)
    assert (found.placed, found.gap, found.unit) == (5, 0.002, "USD")
    assert [hour.adds for hour in found.hours] == [30.0, 10.0]


def test_a_plan_without_money_tells_no_hour(connection):
    one = night(connection)
    report = {"placed": 5, "gap": 0.0, "unit": "places", "groups": [{"collectors": ["C1"], "hour_value": 1.0}]}
    connection.execute(insert(allocations).values(night_id=one, at=TEN, report=report))
    assert planned(connection, one).hours == ()


def test_the_log_is_read_newest_first_and_by_what_it_says(connection):
    one = night(connection)
    first, second = item(connection, one, "D1"), item(connection, one, "D2", lane="callback", explores=True)
    decide(connection, [first], "served", at=TEN, collector="C1")
    decide(connection, [second], "served", at=TEN + timedelta(hours=1), collector="C2")
    decide(connection, [first], "skipped", at=TEN + timedelta(hours=2), collector="C1", because=["language"])

    def debtors(**asked):
        return [(row["debtor_id"], row["action"]) for row in log(connection, limit=10, **asked)]

    every = [("D1", "skipped"), ("D2", "served"), ("D1", "served")]
    assert debtors() == every
    assert debtors(night_id=one) == every
    assert debtors(night_id=one + 1) == []
    assert debtors(action="skipped") == every[:1]
    assert debtors(collector="C2") == every[1:2]
    assert debtors(lane="callback") == every[1:2]
    assert debtors(debtor_id="D1") == [every[0], every[2]]
    assert debtors(explores=True) == every[1:2]
    assert debtors(since=datetime(2026, 6, 2, 15, tzinfo=UTC)) == every[:2]
    newest = log(connection, limit=1)[0]
    assert newest["because"] == ["language"]
    assert debtors(before=newest["decision_id"]) == every[1:]
