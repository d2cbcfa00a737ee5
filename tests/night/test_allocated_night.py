"""A night gives its items to who may take them and has the time; what nobody takes stays on the team's list."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from arrears.queues import store
from arrears.queues.item import WorkItem
from arrears.queues.strategy import strategy
from serving.night.nightly import run_night
from serving.night.reallocate import reallocate
from serving.night.replay import replay
from tests.night.desk_book import AS_OF, DAY, MORNING, StandingClock, account, debtor, lake_of, people, phone, statement


def collector(name, **own):
    base = {"collector_id": name, "name": name, "team": "Albany", "languages": "en", "licences": "NY"}
    base |= {"clients": None, "products": None, "territories": None, "skills": None, "minutes_per_day": 420}
    return base | own


def shift(name, opens, closes):
    return {
        "collector_id": name,
        "starts_at": f"2026-06-15T{opens:02}:00:00-04:00",
        "ends_at": f"2026-06-15T{closes:02}:00:00-04:00",
    }


def book(names, *collectors, **tables):
    return people(*names) | {"collectors": collectors} | tables


@dataclass
class Nights:
    """Serves a night and gives its items by debtor, and its report; keeps the lake of the last one."""

    database: Engine
    registry: Any
    folder: Path
    lake: Any = None

    def __call__(self, tables, *, settings="", clock=None) -> tuple[dict[str, WorkItem], Any]:
        self.lake = lake_of(self.folder, tables, settings=settings)
        by, clock = strategy("severity"), clock or StandingClock()
        night = run_night(self.database, self.lake, self.registry, AS_OF, by, clock=clock, limits_on=DAY)
        assert replay(self.database, self.lake.root, self.registry, night.night_id).difference is None
        with self.database.connect() as connection:
            items = store.items(connection, night.night_id, limit=200).rows
            report = connection.execute(text("SELECT report FROM allocations ORDER BY 1 DESC LIMIT 1")).scalar()
        return {item.debtor_id: item for item in items}, report


@pytest.fixture
def served(database, no_registry, tmp_path):
    return Nights(database, no_registry, tmp_path)


def test_an_item_goes_to_who_speaks_the_language_has_the_licence_the_product_and_the_skill(served):
    tables = book(
        ("D1", "D2", "D3", "D4"),
        collector("SPANISH", languages="es"),
        collector("CARDS", products="card"),
        collector("JERSEY", licences="NJ"),
        collector("DISPUTES", skills="disputes", products="loan"),
    )
    tables["debtors"] = [
        debtor("D1", language="es"),
        debtor("D2", language="en"),
        debtor("D3", language="en", region="NJ", postal_code="07030", city="Hoboken"),
        debtor("D4", language="en"),
    ]
    products = {"A1": "loan", "A2": "card", "A3": "loan", "A4": "loan"}
    tables["accounts"] = [account(f"A{n}", f"D{n}", product=products[f"A{n}"]) for n in range(1, 5)]
    tables["disputes"] = [{"dispute_id": "X", "account_id": "A4", "opened_on": date(2026, 6, 1), "form": "written"}]
    items, report = served(tables)
    assert {name: item.assigned_to for name, item in items.items()} == {
        "D1": "SPANISH",
        "D2": "CARDS",
        "D3": "JERSEY",
        "D4": "DISPUTES",
    }
    assert (items["D1"].language, items["D3"].region, items["D4"].skill) == ("es", "NJ", "disputes")
    assert (items["D4"].lane, report["placed"], report["left_out"]) == ("dispute", 4, {})


def test_what_nobody_may_take_and_what_goes_beyond_the_minutes_is_the_teams_with_the_reason(served):
    names = [f"D{number}" for number in range(1, 31)]
    tables = book(names, collector("C1", minutes_per_day=30))
    tables["debtors"][0] = debtor("D1", language="zh")
    items, report = served(tables, settings="[desk]\nrandom_slice_share = 0\nholdout_share = 0\n")
    assert items["D1"].assigned_to is None
    left_out = {reason: told["items"] for reason, told in report["left_out"].items()}
    assert left_out == {"no_eligible_collector": 1, "no_room": 30 - 1 - report["placed"]}
    taken = [item for item in items.values() if item.assigned_to == "C1"]
    assert sum(item.expected_minutes for item in taken) <= 30
    assert len(taken) == report["placed"] > 0
    assert sorted(item.place for item in taken) == list(range(1, len(taken) + 1))
    assert report["groups"][0]["hour_value"] > 0
    waiting = [item for item in items.values() if item.assigned_to is None]
    assert [item.place for item in sorted(waiting, key=lambda item: item.rank)] == sorted(
        item.rank for item in waiting
    ), "the team works by rank"


def test_without_collectors_everything_is_the_teams_by_rank(served):
    items, report = served(people("D1", "D2"))
    assert report is None
    assert {(item.assigned_to, item.place == item.rank) for item in items.values() if not item.explores} == {
        (None, True)
    }


def test_an_account_stays_with_its_owner_or_goes_to_the_substitute_while_they_are_away(served, database):
    tables = book(("D1", "D2"), collector("C1"), collector("C2"), collector("C3"))
    tables["accounts"] = [account("A1", "D1", owner="C1"), account("A2", "D2", owner="C2")]
    away = """
        INSERT INTO absences (collector, from_on, to_on, substitute, by, at)
        VALUES ('C2', :day, :day, 'C3', 'M', :at), ('C1', :day, :day, 'C3', 'M', :later)
    """
    with database.begin() as connection:
        connection.execute(text(away), {"day": DAY, "at": MORNING, "later": MORNING + timedelta(seconds=1)})
    items, report = served(tables)
    assert {name: item.assigned_to for name, item in items.items()} == {"D1": "C1", "D2": "C3"}
    assert {name: item.owner for name, item in items.items()} == {"D1": "C1", "D2": "C2"}
    assert report["away"] == ["C2"], "an absence that is told later is not known yet"


@pytest.mark.parametrize(("touched_on", "placed"), [(date(2026, 6, 5), "D9"), (date(2026, 6, 6), None)])
def test_who_a_client_wants_touched_is_worked_before_whoever_is_worth_more(served, touched_on, placed):
    """Ten days: touched on the 5th, ten days are over on the 15th."""
    names = [f"D{number}" for number in range(1, 10)]
    tables = book(names, collector("C1", minutes_per_day=8))
    tables["shifts"] = [shift("C1", 10, 11)]
    tables["statements"] = [statement(f"A{n}", balance=9_000 - 900 * n) for n in range(1, 10)]
    call = {"channel": "email", "direction": "out", "disposition": "delivered"}
    tables["contacts"] = [
        call | {"contact_id": f"C{name}", "account_id": f"A{name[1:]}", "at": f"{on}T15:00:00+00:00"}
        for name in names
        for on in [touched_on if name == "D9" else date(2026, 6, 11)]
    ]
    items, _ = served(tables, settings="[desk]\ncoverage_days = 10\nrandom_slice_share = 0\n")
    taken = {name for name, item in items.items() if item.assigned_to}
    assert ("D9" in taken) == (placed == "D9")


def test_a_debtor_far_west_goes_to_who_works_in_their_hours(served):
    tables = book(("D1", "D2"), collector("EARLY", licences="NY;CA"), collector("LATE", licences="NY;CA"))
    tables["debtors"] = [debtor("D1"), debtor("D2", region="CA", postal_code="94102", city="San Francisco")]
    tables["points"] = [phone("D1"), phone("D2", value="+14155550100")]
    tables["shifts"] = [shift("EARLY", 8, 11), shift("LATE", 20, 23)]
    items, _ = served(tables)
    assert (items["D1"].assigned_to, items["D2"].assigned_to) == ("EARLY", "LATE")
    assert items["D2"].zone == "America/Los_Angeles"


def test_equal_collectors_get_lists_of_equal_value(served):
    names = [f"D{number}" for number in range(1, 81)]
    tables = book(names, collector("C1", minutes_per_day=60), collector("C2", minutes_per_day=60))
    tables["statements"] = [statement(f"A{n}", balance=1_000 + 37 * n) for n in range(1, 81)]
    items, _ = served(tables)
    worth = defaultdict(float)
    for item in items.values():
        worth[item.assigned_to] += item.value_minor if item.assigned_to else 0
    assert abs(worth["C1"] - worth["C2"]) / ((worth["C1"] + worth["C2"]) / 2) <= 0.06


def test_the_day_is_shared_out_anew_when_somebody_falls_ill(served, database):
    tables = book([f"D{n}" for n in range(1, 7)], collector("C1"), collector("C2"))
    items, _ = served(tables)
    on_list = {name: item.assigned_to for name, item in items.items()}
    assert {"C1", "C2"} <= set(on_list.values())
    ill = "INSERT INTO absences (collector, from_on, to_on, by, at) VALUES ('C2', :day, :day, 'M', :at)"
    kept = next(name for name, who in on_list.items() if who == "C1")
    put = """
        UPDATE work_items SET state = 'claimed' WHERE debtor_id = :kept;
    """
    with database.begin() as connection:
        connection.execute(text(ill), {"day": DAY, "at": MORNING})
        connection.execute(text(put), {"kept": kept})
    found = reallocate(database, served.lake, clock=StandingClock(), by="M", because="C2 is ill")
    with database.connect() as connection:
        lists = connection.execute(text("SELECT assigned_to, count(*) FROM work_items GROUP BY 1")).all()
        moved = connection.execute(
            text("SELECT count(*) FROM work_item_events WHERE because = 'C2 is ill'")
        ).scalar_one()
    assert [tuple(row) for row in lists] == [("C1", 6)]
    assert (found.items, found.moved) == (5, sum(who == "C2" for who in on_list.values()))
    assert found.moved <= moved <= 5
    assert found.report["away"] == ["C2"]


def test_what_a_manager_put_on_a_list_stays_there_while_its_collector_is_at_work(served, database):
    items, _ = served(book(("D1", "D2"), collector("C1"), collector("C2")))
    (item,) = (item for name, item in items.items() if name == "D1")
    other = {"C1": "C2", "C2": "C1"}[item.assigned_to]
    put = """
        WITH moved AS (UPDATE work_items SET assigned_to = :to WHERE work_item_id = :item RETURNING work_item_id)
        INSERT INTO work_item_events (work_item_id, at, did, by) SELECT work_item_id, :at, 'reassigned', 'M' FROM moved
    """
    with database.begin() as connection:
        connection.execute(text(put), {"to": other, "item": item.work_item_id, "at": MORNING})
    found = reallocate(database, served.lake, clock=StandingClock(), by="M", because="again")
    with database.connect() as connection:
        on_list = store.item(connection, item.work_item_id).assigned_to
    assert (found.items, on_list) == (1, other)


def test_hours_that_are_over_are_nobodys(served, database):
    served(book([f"D{n}" for n in range(1, 40)], collector("C1")))
    late = StandingClock(MORNING + timedelta(hours=7))  # 16:30 in Albany, half an hour before the end
    found = reallocate(database, served.lake, clock=late, by="M", because="late")
    assert found.report["minutes"] == pytest.approx(420 / 8 / 2)


def test_without_a_night_there_is_nothing_to_share_out(database, tmp_path):
    lake = lake_of(tmp_path, people("D1"))
    assert reallocate(database, lake, clock=StandingClock(), by="M", because="none") is None
