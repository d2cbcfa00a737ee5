"""A running service stands on the portfolio's present day, also after a load that changes the settings."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import insert

from arrears.clock import SystemClock
from arrears.loading import load
from arrears.state.desk import decisions
from serving.opening import open_deployment
from serving.present import Present, clock_of


def load_settings(folder, lake, text):
    folder.mkdir(exist_ok=True)
    (folder / "debtors.csv").write_text("debtor_id,kind\nD1,person\n")
    (folder / "accounts.csv").write_text(
        "account_id,debtor_id,opened_on,currency,role\nA1,D1,2005-01-01,USD,first_party\n"
    )
    (folder / "statements.csv").write_text("account_id,cycle_end,balance,days_past_due\nA1,2005-09-30,10.00,35\n")
    (folder / "portfolio.toml").write_text(text)
    load(folder, lake, SystemClock())


@pytest.fixture
def lake(tmp_path):
    return tmp_path / "lake"


def test_before_the_first_load_the_defaults_and_the_machines_clock_hold(lake):
    present = Present(lake)
    assert present.settings.portfolio.zone == "UTC"
    assert abs(present.clock.now() - datetime.now(UTC)) < timedelta(minutes=1)


def test_a_load_that_changes_the_settings_is_picked_up(lake, tmp_path):
    present = Present(lake)
    assert present.settings.value.fee_share == 0.25
    load_settings(tmp_path / "source", lake, '[portfolio]\nzone = "Asia/Taipei"\n[value]\nfee_share = 0.3\n')
    assert (present.settings.value.fee_share, present.settings.portfolio.zone) == (0.3, "Asia/Taipei")


def test_a_load_that_moves_the_day_moves_the_clock_and_one_that_does_not_lets_it_run_on(lake, tmp_path):
    load_settings(tmp_path / "source", lake, '[portfolio]\nstands_at = "2005-10-03T02:00:00+00:00"\n')
    present = Present(lake)
    running = present.clock
    assert present.day == date(2005, 10, 3)
    load_settings(tmp_path / "other", lake, '[portfolio]\nstands_at = "2005-10-03T02:00:00+00:00"\nlocale = "de"\n')
    assert present.settings.portfolio.locale == "de"
    assert present.clock is running
    load_settings(tmp_path / "third", lake, '[portfolio]\nstands_at = "2005-11-03T02:00:00+00:00"\n')
    assert present.day == date(2005, 11, 3)


def test_the_zone_tells_which_day_it_is(lake, tmp_path):
    load_settings(tmp_path / "source", lake, '[portfolio]\nstands_at = "2005-10-03T20:00:00+00:00"\n')
    present = Present(lake)
    assert present.day == date(2005, 10, 3)
    moved = '[portfolio]\nstands_at = "2005-10-03T20:00:00+00:00"\nzone = "Asia/Taipei"\n'
    load_settings(tmp_path / "other", lake, moved)
    assert present.day == date(2005, 10, 4)


def test_a_running_deployment_and_its_champions_stand_on_the_new_day(database, lake, tmp_path, tracking_uri):
    environ = {
        "ARREARS_ROOT": str(tmp_path),
        "ARREARS_LAKE": str(lake),
        "DATABASE_URL": database.url.render_as_string(hide_password=False),
        "MLFLOW_TRACKING_URI": tracking_uri,
    }
    deployment = open_deployment(environ)
    try:
        load_settings(tmp_path / "source", lake, '[portfolio]\nlocale = "de"\nstands_at = "2005-10-03T02:00:00Z"\n')
        assert deployment.settings.portfolio.locale == "de"
        assert deployment.clock.now().date() == deployment.day == date(2005, 10, 3)
        assert deployment.champions.day is not None
        assert deployment.champions.day() == date(2005, 10, 3)
    finally:
        deployment.close()


def test_a_clock_goes_on_from_what_was_recorded_on_its_day(database):
    stands_at = datetime(2005, 10, 3, 2, tzinfo=UTC)
    recorded(database, stands_at + timedelta(hours=3))
    assert timedelta(hours=3) <= clock_of(stands_at, database).now() - stands_at < timedelta(hours=3, minutes=1)


@pytest.mark.parametrize("later", [timedelta(hours=-1), timedelta(days=1)], ids=["before", "the day after"])
def test_what_was_recorded_on_another_day_moves_no_clock(database, later):
    stands_at = datetime(2005, 10, 3, 2, tzinfo=UTC)
    recorded(database, stands_at + later)
    assert clock_of(stands_at, database).now() - stands_at < timedelta(minutes=1)


def recorded(database, at):
    """Somebody was held by a night at that moment."""
    row = {
        "at": at,
        "night_id": 1,
        "debtor_id": "D1",
        "work_group": "bank",
        "lane": "pay",
        "action": "held",
        "is_eligible": False,
        "probability": 0.0,
        "explores": False,
        "strategy": "severity/1",
        "propensity_version": "rules",
        "roll_rate_version": "rules",
    }
    with database.begin() as connection:
        connection.execute(insert(decisions).values(row))
