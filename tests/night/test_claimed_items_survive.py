"""A new night takes nothing out of a collector's hands, doubles nothing, and keeps what waits for its moment."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import text

from arrears.queues.desk import leases
from arrears.queues.strategy import strategy
from serving.night.nightly import run_night
from serving.night.replay import replay
from tests.night.desk_book import AS_OF, DAY, MORNING, StandingClock, lake_of, people

DEBTORS = ("D1", "D2", "D3", "D4")


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    return lake_of(tmp_path_factory.mktemp("survive"), people(*DEBTORS))


@pytest.fixture
def run(database, no_registry, lake):
    """Run a night at a moment of its day; gives its id."""

    def night(at=MORNING, lake=lake):
        clock = StandingClock(at)
        ran = run_night(database, lake, no_registry, AS_OF, strategy("severity"), clock=clock, limits_on=DAY)
        return ran.night_id

    return night


def rows(database, sql, **values):
    with database.begin() as connection:
        found = connection.execute(text(sql), values)
        return [tuple(row) for row in found] if found.returns_rows else []


def claim(database, debtor, *, at=MORNING, minutes=15):
    rows(database, "UPDATE work_items SET state = 'claimed' WHERE debtor_id = :who AND state = 'ready'", who=debtor)
    lease = """
        INSERT INTO leases (work_item_id, person, collector, taken_at, expires_at)
        SELECT work_item_id, debtor_id, 'C1', :at, :until FROM work_items WHERE debtor_id = :who AND state = 'claimed'
    """
    rows(database, lease, who=debtor, at=at, until=at + timedelta(minutes=minutes))


def put_off(database, debtor, to, **own):
    """The item is given back, and its successor waits."""
    told = {"lane": "'pay'", "ready_at": ":to", "made_by": "'return'"} | own
    rows(database, "UPDATE work_items SET state = 'released' WHERE debtor_id = :who AND state = 'ready'", who=debtor)
    columns = rows(database, "SELECT column_name FROM information_schema.columns WHERE table_name = 'work_items'")
    names = [name for (name,) in columns if name != "work_item_id"]
    sources = {"state": "'ready'", "follows": "work_item_id"} | told
    chosen = ", ".join(sources.get(name, name) for name in names)
    made = f"""
        INSERT INTO work_items ({", ".join(names)}) SELECT {chosen} FROM work_items
        WHERE debtor_id = :who AND state = 'released'
    """
    rows(database, made, who=debtor, to=to)


def states(database, night):
    found = rows(database, "SELECT debtor_id, state FROM work_items WHERE night_id = :night ORDER BY 1", night=night)
    return {who: [state for debtor, state in found if debtor == who] for who in DEBTORS}


def open_items(database):
    return rows(database, "SELECT debtor_id, night_id, state FROM work_items WHERE state IN ('ready', 'claimed')")


def test_who_is_in_a_collectors_hands_stays_there_and_is_not_doubled(database, run):
    first = run()
    claim(database, "D2")
    second = run(MORNING + timedelta(minutes=5))
    assert sorted(open_items(database)) == [
        ("D1", second, "ready"),
        ("D2", first, "claimed"),
        ("D3", second, "ready"),
        ("D4", second, "ready"),
    ]
    assert states(database, second)["D2"] == ["withdrawn"], "on record, for a replay"
    assert rows(database, "SELECT count(*) FROM leases WHERE ended_at IS NULL") == [(1,)]


@pytest.mark.parametrize(("minutes", "left"), [(14, "claimed"), (15, "expired")])
def test_a_lease_that_is_over_is_ended_first_and_its_person_served_anew(database, run, minutes, left):
    first = run()
    claim(database, "D2")
    second = run(MORNING + timedelta(minutes=minutes))
    assert states(database, first)["D2"] == [left]
    assert states(database, second)["D2"] == ["ready" if left == "expired" else "withdrawn"]


def test_what_waits_for_a_moment_stays_with_its_moment_and_owner_and_gets_fresh_amounts(database, run):
    first = run()
    tomorrow = MORNING + timedelta(days=1)
    put_off(database, "D3", tomorrow, assigned_to="'C7'", tries="2", tried_on="DATE '2026-06-15'", value_minor="-1")
    second = run(MORNING + timedelta(hours=1))
    kept = """
        SELECT i.night_id, i.ready_at, i.assigned_to, i.tries, i.made_by, i.value_minor = n.value_minor
        FROM work_items i JOIN work_items n ON n.night_id = i.night_id AND n.debtor_id = 'D4' AND n.made_by = 'night'
        WHERE i.debtor_id = 'D3' AND i.state = 'ready'
    """
    assert rows(database, kept) == [(second, tomorrow, "C7", 2, "return", True)]
    assert states(database, first)["D3"] == ["released", "withdrawn"]


def test_what_is_ready_by_now_is_served_anew_unless_it_was_tried_on_that_day(database, run):
    run()
    put_off(database, "D3", MORNING, made_by="'return'")
    put_off(database, "D4", MORNING, tries="1", tried_on="DATE '2026-06-15'")
    run(MORNING + timedelta(hours=1))
    ready = rows(database, "SELECT debtor_id, made_by, tries FROM work_items WHERE state = 'ready' ORDER BY 1")
    assert ready == [("D1", "night", 0), ("D2", "night", 0), ("D3", "night", 0), ("D4", "return", 1)]


def test_a_callback_is_kept_even_when_its_hour_has_passed(database, run):
    run()
    put_off(database, "D1", MORNING - timedelta(hours=1), lane="'callback'", assigned_to="'C2'")
    second = run()
    kept = rows(
        database, "SELECT night_id, lane, assigned_to FROM work_items WHERE debtor_id = 'D1' AND state = 'ready'"
    )
    assert kept == [(second, "callback", "C2")]


def test_who_is_held_for_a_time_waits_on_and_who_is_held_until_a_fact_changes_leaves(database, run, tmp_path):
    run()
    for who in ("D3", "D4"):
        put_off(database, who, MORNING + timedelta(days=30), balance_minor="-1")
    hold = {"hold_id": "H3", "debtor_id": "D3", "kind": "disaster", "starts_on": AS_OF, "ends_on": DAY}
    holds = [hold, hold | {"hold_id": "H4", "debtor_id": "D4", "ends_on": None}]
    second = run(lake=lake_of(tmp_path, people(*DEBTORS) | {"holds": holds}))
    kept = "SELECT debtor_id, night_id, balance_minor FROM work_items WHERE state = 'ready' AND made_by = 'return'"
    assert rows(database, kept) == [("D3", second, 90_000)]
    held = """
        SELECT debtor_id, 'disaster' = ANY (because), is_eligible, probability, work_item_id
        FROM decisions WHERE night_id = :night AND action = 'held'
    """
    assert rows(database, held, night=second) == [("D4", True, False, 1.0, None)]


def test_a_list_for_tomorrow_that_is_made_again_waits_for_nothing(database, run):
    run(MORNING - timedelta(days=2))
    second = run(MORNING - timedelta(days=2))
    assert open_items(database) == [(who, second, "ready") for who in DEBTORS]


def test_a_night_over_a_day_in_full_swing_comes_out_identical_when_replayed(database, run, lake, no_registry):
    run()
    claim(database, "D2")
    put_off(database, "D3", MORNING + timedelta(days=1))
    second = run(MORNING + timedelta(minutes=5))
    found = replay(database, lake.root, no_registry, second)
    assert (found.difference, found.items) == (None, len(DEBTORS))


@pytest.mark.parametrize(("days", "again"), [(29, False), (31, True)])
def test_papers_that_were_looked_at_come_back_after_a_month_and_what_waits_for_its_day_stays(
    database, no_registry, run, tmp_path, days, again
):
    cease = {"kind": "cease", "form": "written", "starts_on": AS_OF}
    holds = [cease | {"hold_id": f"H{who}", "debtor_id": who} for who in ("D2", "D3")]
    papers = lake_of(tmp_path, people(*DEBTORS) | {"holds": holds})
    run(lake=papers)
    assert rows(database, "SELECT count(*) FROM work_items WHERE lane = 'legal_review'") == [(2,)]
    claim(database, "D2")
    worked = "UPDATE work_items SET state = 'worked', state_since = :at WHERE debtor_id = 'D2'"
    rows(database, worked, at=MORNING - timedelta(days=days))
    put_off(database, "D3", MORNING + timedelta(days=10), lane="lane")
    second = run(lake=papers)
    assert replay(database, papers.root, no_registry, second).difference is None
    open_ = "SELECT debtor_id, lane, made_by FROM work_items WHERE lane = 'legal_review' AND state = 'ready' ORDER BY 1"
    back = [("D2", "legal_review", "night")] if again else []
    assert rows(database, open_) == [*back, ("D3", "legal_review", "return")]


def test_what_comes_back_from_somebodys_hands_joins_the_night_that_ran_meanwhile(database, run, tmp_path):
    run()
    for who in ("D2", "D4"):
        claim(database, who)
    hold = {"hold_id": "H4", "debtor_id": "D4", "kind": "hardship", "starts_on": AS_OF}
    tables = people(*DEBTORS) | {"holds": [hold]}
    tables["statements"] = [row | {"balance": 700} for row in tables["statements"]]
    second = run(MORNING + timedelta(minutes=5), lake=lake_of(tmp_path, tables))
    with database.begin() as connection:
        back = leases.expire(connection, at=MORNING + timedelta(minutes=15))
    found = (
        "SELECT debtor_id, night_id, lane, balance_minor FROM work_items WHERE work_item_id = ANY (:items) ORDER BY 1"
    )
    assert rows(database, found, items=list(back.values())) == [
        ("D2", second, "pay", 70_000),
        ("D4", second, "hardship", 70_000),
    ]
    assert sorted(open_items(database)) == [(who, second, "ready") for who in DEBTORS]


def test_two_nights_at_once_come_one_after_the_other(database, run):
    nights = []
    threads = [threading.Thread(target=lambda: nights.append(run())) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(open_items(database)) == [(who, max(nights), "ready") for who in DEBTORS]
    assert rows(database, "SELECT count(*) FROM nights WHERE state = 'served'") == [(1,)]


def test_every_choice_of_a_night_is_logged_once(database, run):
    run()
    claim(database, "D2")
    second = run(MORNING + timedelta(minutes=5))
    listed = """
        SELECT d.debtor_id, d.action, d.is_eligible, d.probability = i.chosen_with_probability, d.strategy
        FROM decisions d JOIN work_items i USING (work_item_id) WHERE d.night_id = :night ORDER BY 1
    """
    assert rows(database, listed, night=second) == [
        (who, "listed", True, True, "severity/1") for who in ("D1", "D3", "D4")
    ]
