"""Roll money and the gap between groups are read from the book, each when its own watch is over."""

from datetime import date, timedelta

import pytest

from arrears.experiments import enrolments, kept_sums, life, records
from arrears.experiments.design import design_of
from arrears.experiments.looks import looks_so_far, planned_looks
from tests.experiments.smallest_night import smallest_night
from tests.experiments.test_read_and_act import BY, DESIGN, NAMES, NOW, book, paid
from tests.night.desk_book import DAY, lake_of, statement
from training.experiments.daily import PRIMARY, observed_of
from training.experiments.reading import read_test

ARM = {name: ("champion", "challenger")[place % 2] for place, name in enumerate(NAMES)}
FEMALE = {name for place, name in enumerate(NAMES) if place % 4 < 2}
AGED = {name for place, name in enumerate(NAMES) if place % 8 < 4}
OWED = {name: 1000_00 + 700 * int(name[1:]) for name in NAMES}
WOMEN, OLD = "fairness_gap of sex female", "fairness_gap of age 60 and more"
GAPS = [
    {
        "metric": "fairness_gap",
        "protected": {"attribute": attribute, "group": group},
        "margin": 0.5,
        "horizon_days": 5,
        "settlement_days": 1,
    }
    for attribute, group in (("age", "60 and more"), ("sex", "female"))
]
PLAIN = DESIGN.document()
ROLLS = design_of(
    {
        **PLAIN,
        "primary": PLAIN["primary"] | {"metric": "net_roll_money"},
        "guardrails": [*PLAIN["guardrails"], *GAPS],
    }
)
MATURED = DAY + timedelta(days=5 + 30 + 2)

WEEK_MATURED = DAY + timedelta(days=6 + 5 + 1 + 1)
"""The day after that by whose end the gaps of a whole week's debtors can be measured."""


def spoke(name, number, day=DAY):
    at = f"{day}T15:00:00+00:00"
    told = {"contact_id": f"C-{name}-{number}", "debtor_id": name, "at": at, "channel": "call", "direction": "out"}
    return told | {"disposition": "no_answer", "recorded_at": at}


def lake_until(folder, last):
    """Everybody of the champion's rolled by the next cycle, nobody of the challenger's, whose women are called more."""
    tables = book()
    ends = [
        statement(
            f"A{name[1:]}",
            cycle_end=date(2026, 7, 5),
            days_past_due=70 if ARM[name] == "champion" else 40,
            recorded_at="2026-07-06T12:00:00+00:00",
        )
        for name in NAMES
    ]
    tables["statements"] = [*tables["statements"], *ends]
    tables["protected"] = [
        {"debtor_id": name, "attribute": attribute, "group": group[0] if name in whose else group[1]}
        for attribute, group, whose in (("sex", ("female", "male"), FEMALE), ("age", ("60 and more", "under 60"), AGED))
        for name in NAMES
    ]
    calls = {name: 4 if ARM[name] == "challenger" and name in FEMALE else 1 for name in NAMES}
    tables["contacts"] = [spoke(name, number) for name, count in calls.items() for number in range(count)]
    tables["payments"] = [paid("D1", 1, last)]
    return lake_of(folder, tables)


@pytest.fixture
def test(database):
    with database.begin() as connection:
        life.plan(connection, ROLLS, evidence={}, **BY)
        life.start(connection, records.find(connection, "simple"), because="ready", **BY)
        found = records.find(connection, "simple")
        who = [
            enrolments.Enrolled(found.experiment_id, name, arm, name, "", {"balance_before_minor": float(OWED[name])})
            for name, arm in ARM.items()
        ]
        enrolments.enrol(connection, smallest_night(connection), DAY, who)
        return found


def total(database, test, measure, column):
    """What was written down of a column, by arm."""
    with database.connect() as connection:
        (moments,) = kept_sums.by_day(connection, test.experiment_id, measure).values()
    place = 1 + [each.name for each in moments.columns].index(column)
    return {arm: products[place] for (arm, _), products in moments.cells.items()}


def test_roll_money_is_read_when_every_cycle_has_ended_and_settled_and_not_a_day_sooner(database, test, tmp_path):
    early = read_test(database, lake_until(tmp_path, MATURED), test, at=NOW)
    with database.connect() as connection:
        assert kept_sums.by_day(connection, test.experiment_id, PRIMARY) == {}
    found = read_test(database, lake_until(tmp_path, MATURED + timedelta(days=1)), test, at=NOW)
    assert (early.readout.challengers[0].looks, found.days) == ((), 1)
    kept = {arm: sum(OWED[name] for name in NAMES if ARM[name] == arm) for arm in ("champion", "challenger")}
    assert total(database, test, PRIMARY, "net_roll_money_minor") == {
        "champion": -kept["champion"],
        "challenger": kept["challenger"],
    }
    first = planned_looks(test.design)[0].on
    assert first == MATURED + timedelta(days=6)
    with database.connect() as connection:
        observed = observed_of(connection, test)
    assert looks_so_far(test.design, observed, "challenger", as_of=first - timedelta(days=1)) == ()
    (look,) = looks_so_far(test.design, observed, "challenger", as_of=first)
    assert look.found.effect == pytest.approx(sum(OWED.values()) / len(OWED) * 2, rel=0.01)


def test_a_gap_between_groups_that_widens_breaks_its_guardrail(database, test, tmp_path):
    found = read_test(database, lake_until(tmp_path, WEEK_MATURED), test, at=NOW)
    (arm,) = found.readout.challengers
    assert arm.verdict.decision == "stop_for_harm"
    assert arm.verdict.reasons == ("fairness_gap of sex female is worse by more than its margin",)
    gaps = {each.name: each for each in arm.guardrails if each.metric == "fairness_gap"}
    assert gaps[WOMEN].worse == pytest.approx(3.0)
    assert gaps[OLD].worse == pytest.approx(0.0), "as many of the old are women as of the young"
    assert total(database, test, WOMEN, "contacts_in_group") == {"champion": 30, "challenger": 120}
    assert total(database, test, WOMEN, "outside_group") == {"champion": 30, "challenger": 30}


def test_a_gap_of_which_one_side_has_too_few_is_not_told(database, test, tmp_path):
    """A group of 29 in an arm."""
    tables = book()
    tables["contacts"] = [spoke(name, 1) for name in NAMES]
    tables["payments"] = [paid("D1", 1, WEEK_MATURED)]
    few = sorted(FEMALE, key=lambda name: (ARM[name], int(name[1:])))[1:]
    tables["protected"] = [
        {"debtor_id": name, "attribute": "sex", "group": "female" if name in few else "male"} for name in NAMES
    ]
    found = read_test(database, lake_of(tmp_path, tables), test, at=NOW)
    assert [each.metric for each in found.readout.challengers[0].guardrails] == ["complaints"]
