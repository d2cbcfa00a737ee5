"""The settings of the desk: what a house may choose, within what can be meant."""

import pytest

from arrears.errors import BadInput
from arrears.settings import default_settings, settings_of


def desk(**own):
    return settings_of({"desk": own}, where="a test").desk


def test_a_house_that_says_nothing_has_the_defaults():
    settings = default_settings().desk
    assert (settings.lease_minutes, settings.skip_budget, settings.callback_owner_minutes) == (15, 5, 10)
    assert (settings.random_slice_share, settings.fairness_cap, settings.owner_bonus) == (0.015, 0.05, 0.05)
    assert (settings.tries_per_day, settings.working_day, settings.working_days) == (2, "09:00-17:00", "mon-fri")
    assert (settings.coverage_days, settings.high_balance, settings.month_goal) == (0, 0.0, {})
    assert (settings.lane_quotas, settings.outcomes) == ({}, {})


@pytest.mark.parametrize(
    "own",
    [
        {"working_day": "07:30-22:00"},
        {"working_days": "mon,wed,sat-sun"},
        {"lane_quotas": {"callback": {"least": 0.1, "most": 0.4}, "pay": {"least": 0.9}}},
        {"high_balance": 10_000.0, "high_balance_skill": "large"},
        {"month_goal": {"USD": 250_000.0, "EUR": 1.0}},
        {"outcomes": {"voicemail": {"ready": {"days": 3}}}},
        {"random_slice_share": 0.0},
    ],
)
def test_what_can_be_meant_is_taken(own):
    assert desk(**own)


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ({"lease_minutes": 0}, "desk.lease_minutes"),
        ({"skip_budget": -1}, "desk.skip_budget"),
        ({"tries_per_day": 0}, "desk.tries_per_day"),
        ({"random_slice_share": 0.2}, "desk.random_slice_share"),
        ({"fairness_cap": 1.5}, "desk.fairness_cap"),
        ({"working_day": "9-17"}, "write the working day"),
        ({"working_day": "17:00-09:00"}, "write the working day"),
        ({"working_day": "09:00-25:00"}, "write the working day"),
        ({"working_days": "weekdays"}, "write the working days"),
        ({"lane_quotas": {"limbo": {"most": 0.5}}}, "limbo is no lane"),
        ({"lane_quotas": {"pay": {"least": 0.6, "most": 0.5}}}, "least is not more than most"),
        ({"lane_quotas": {"pay": {"least": 0.6}, "callback": {"least": 0.5}}}, "more than the whole"),
        ({"high_balance": 10_000.0}, "needs high_balance_skill"),
        ({"month_goal": {"DUC": 1.0}}, "DUC is no currency"),
        ({"month_goal": {"USD": 0.0}}, "desk.month_goal.USD"),
        ({"outcomes": {"limbo": {}}}, "limbo is no disposition"),
        ({"outcomes": {"busy": {"hold": "cease"}}}, "desk.outcomes.busy.hold"),
        ({"outcomes": {"busy": {"ready": {"hours": 1, "days": 1}}}}, "exactly one of"),
        ({"promise_longest_days": 0}, "desk.promise_longest_days"),
        ({"colour": "red"}, "desk.colour"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(own, said):
    with pytest.raises(BadInput) as refused:
        desk(**own)
    assert said in refused.value.found


def test_a_load_refuses_a_source_whose_outcomes_do_not_hang_together(tmp_path):
    from arrears.clock import SystemClock
    from arrears.lake import Lake
    from arrears.loading import check
    from tests.lake.small_source import small_book, write_csv

    twice = '[desk.outcomes.busy]\nkey = "n"\n'
    report = check(write_csv(tmp_path / "source", small_book(), twice), Lake(tmp_path / "lake"), SystemClock())
    assert [problem.rule for problem in report.errors] == ["bad_setting"]


def test_a_client_has_its_own_coverage_and_promises():
    settings = settings_of({"clients": {"acme": {"desk": {"coverage_days": 30}}}}, where="a test")
    assert settings.for_client("acme").desk.coverage_days == 30
    assert settings.desk.coverage_days == 0


def test_a_client_has_no_desk_of_its_own():
    with pytest.raises(BadInput, match=r"desk\.lease_minutes is one for all clients"):
        settings_of({"clients": {"acme": {"desk": {"lease_minutes": 5}}}}, where="a test")
