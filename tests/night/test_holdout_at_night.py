"""A night marks whoever is in the random holdout, works them in random order, and logs the chances of everybody."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from sqlalchemy import Engine, text

from arrears.queues.holdout import HOLDOUT, number
from arrears.queues.strategy import strategy
from serving.night.nightly import run_night
from serving.night.reallocate import reallocate
from serving.night.replay import replay
from tests.night.desk_book import AS_OF, DAY, StandingClock, account, lake_of, people, statement

COUNT, SHARE = 120, 0.1
BEGAN = date(2026, 6, 5)
NAMES = [f"D{place}" for place in range(1, COUNT + 1)]
DRAWN = {name for name in NAMES if number(name, BEGAN) < SHARE}
DISPUTES, OWES_TWO, *_ = sorted(DRAWN)
ANN = {"collector_id": "C1", "name": "Ann", "team": "East", "languages": "en", "licences": "NY"}
SETTINGS = f"[desk]\nrandom_slice_share = 0.05\nholdout_share = {SHARE}\nedge_share = 0.3\n"
ITEMS = """
    SELECT i.debtor_id, i.work_group, i.lane, i.rank, i.experiment, i.arm, i.explores, i.assigned_to,
        i.chosen_with_probability AS chance, d.probability, d.experiment AS logged, d.arm AS logged_arm
    FROM work_items i JOIN decisions d USING (work_item_id) WHERE d.action = 'listed' AND i.night_id = :night
    ORDER BY i.rank
"""


def book():
    tables = people(*NAMES) | {"collectors": [ANN | {"minutes_per_day": 240}]}
    tables["statements"] = [statement(f"A{place}", balance=100 * place) for place in range(1, COUNT + 1)]
    disputed = {"dispute_id": "X", "account_id": f"A{DISPUTES[1:]}", "opened_on": BEGAN, "form": "written"}
    tables["disputes"] = [disputed]
    tables["accounts"] += [account("B1", OWES_TWO, client="shop")]
    tables["statements"] += [statement("B1", cycle_end=date(2026, 6, 9), balance=50)]
    return tables


@dataclass
class Nights:
    """Runs a night and gives its items; keeps the lake of the last one."""

    database: Engine
    registry: Any
    folders: pytest.TempPathFactory
    lake: Any = None

    def __call__(self, tables, *, settings=SETTINGS):
        self.lake = lake_of(self.folders.mktemp("held"), tables, settings=settings)
        by, clock = strategy("severity"), StandingClock()
        ran = run_night(self.database, self.lake, self.registry, AS_OF, by, clock=clock, limits_on=DAY)
        assert replay(self.database, self.lake.root, self.registry, ran.night_id).difference is None
        with self.database.connect() as connection:
            return connection.execute(text(ITEMS), {"night": ran.night_id}).all()


@pytest.fixture(scope="module")
def night(module_database, no_registry, tmp_path_factory):
    return Nights(module_database, no_registry, tmp_path_factory)


@pytest.fixture(scope="module")
def rows(night):
    return night(book())


def test_a_night_marks_the_whole_person_and_the_log_of_decisions_says_the_same(rows):
    held = [row for row in rows if row.experiment == HOLDOUT]
    assert {row.debtor_id for row in held} == DRAWN
    assert len(held) == len(DRAWN) + 1, "one of them owes two creditors"
    assert {row.arm for row in held} == {str(BEGAN)}, "the second account goes on with the person's episode"
    assert {(row.experiment, row.arm) for row in rows if row.debtor_id not in DRAWN} == {(None, None)}
    assert all((row.logged, row.logged_arm, row.probability) == (row.experiment, row.arm, row.chance) for row in rows)


def test_whoever_is_in_it_has_one_chance_and_a_random_place_and_a_duty_of_theirs_keeps_its_rank(rows):
    free = [row for row in rows if row.experiment == HOLDOUT and row.lane == "pay"]
    (duty,) = [row for row in rows if row.debtor_id == DISPUTES]
    assert len({row.chance for row in free}) == 1
    assert 0.1 < free[0].chance < 0.9
    assert all(row.explores for row in free)
    assert (duty.lane, duty.explores, duty.chance > 0.99 or duty.chance < 0.01) == ("dispute", False, True)
    chances = np.array([row.chance for row in rows if row.lane == "pay"])
    assert chances.sum() == pytest.approx(round(chances.sum()), abs=1e-3), "as many as the minutes reach"


def test_around_the_end_of_the_minutes_the_chance_falls_with_the_rank_and_the_lot_says_who_is_given_out(rows):
    ruled = [row for row in rows if row.experiment is None and row.lane == "pay"]
    chances = np.array([row.chance for row in ruled])
    assert (np.diff(chances) <= 1e-12).all()
    edge = [row for row in ruled if chances.min() + 1e-9 < row.chance < chances.max() - 1e-9]
    assert len(edge) >= 8, "no hard cut"
    given = [row for row in edge if row.assigned_to]
    assert 0 < len(given) < len(edge)


def test_whom_a_lot_left_off_stays_off_when_the_day_is_shared_out_anew(rows, night, module_database):
    found = reallocate(module_database, night.lake, clock=StandingClock(), by="M", because="again")
    sql = "SELECT debtor_id, work_group FROM work_items WHERE state = 'ready' AND explores AND assigned_to IS NOT NULL"
    with module_database.connect() as connection:
        now = {tuple(row) for row in connection.execute(text(sql))}
    before = {(row.debtor_id, row.work_group) for row in rows if row.explores and row.assigned_to}
    assert found.items == len(rows)
    assert now, "some hours are left"
    assert now <= before


def test_a_holdout_of_ten_days_is_over_on_the_tenth(night):
    """On Monday the 15th an episode that began on the 5th has lasted ten days."""
    rows = night(book(), settings=SETTINGS + "holdout_days = 10\n")
    assert {row.experiment for row in rows} == {None}


def test_whoever_was_cured_and_fell_late_again_is_drawn_anew_and_a_longer_episode_from_its_first_day(night):
    tables, since = book(), date(2026, 4, 5)
    history = [statement(f"A{place}", cycle_end=since, balance=100 * place) for place in range(1, COUNT + 1)]
    cured = [
        statement(f"A{place}", cycle_end=since + timedelta(days=30), days_past_due=0, past_due=0)
        for place in range(1, COUNT + 1, 2)
    ]
    rows = night(tables | {"statements": [*history, *cured, *tables["statements"]]})
    expected = {name for place, name in enumerate(NAMES, 1) if number(name, BEGAN if place % 2 else since) < SHARE}
    assert {row.debtor_id for row in rows if row.experiment} == expected != DRAWN


def test_the_demos_night_logs_every_lot(night_database):
    sql = """
        SELECT count(*), count(*) FILTER (WHERE i.explores),
            count(DISTINCT i.debtor_id) FILTER (WHERE i.arm IS NOT NULL), sum(d.probability),
            bool_and(d.explores = i.explores AND d.probability = i.chosen_with_probability)
        FROM decisions d JOIN work_items i USING (work_item_id) WHERE d.action = 'listed'
    """
    with night_database.connect() as connection:
        listed, drawn, held, worked, same = connection.execute(text(sql)).one()
        off = connection.execute(text("SELECT count(*) FROM decisions WHERE action = 'held'")).scalar_one()
    assert (listed, off) == (5_129, 1_689)
    assert 30 <= held <= 75, "a hundredth of 5,129 debtors, but for those who have been late for 90 days"
    assert held + 72 <= drawn <= held + 72 + 110, "the edge and 1.5 %"
    assert worked == pytest.approx(round(worked), abs=0.01)
    assert same
