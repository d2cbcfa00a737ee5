"""Items of before a test whose arms have staff of their own, and of after it: who may take them."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from arrears.experiments import life, records
from arrears.queues.carry_over import join_serving_night
from arrears.state.schema import work_items
from tests.night.desk_book import DAY, MORNING, lake_of
from tests.night.test_arms import NO_LOTS
from tests.night.test_separate_staff import BY, SEPARATE, TEAM, book
from tests.night.test_staff_over_nights import ran

_BACK = [column.name for column in work_items.columns if column.name != "work_item_id"]


def given_back(connection, item, **changed):
    """A ready item in the place of one that was in somebody's hands."""
    connection.execute(text("UPDATE work_items SET state = 'expired' WHERE work_item_id = :item"), {"item": item})
    own = {"state": "'ready'", "made_by": "'return'", "follows": ":item"} | changed
    told = ", ".join(own.get(name, name) for name in _BACK)
    sql = f"INSERT INTO work_items ({', '.join(_BACK)}) SELECT {told} FROM work_items WHERE work_item_id = :item"
    return connection.execute(text(f"{sql} RETURNING work_item_id"), {"item": item}).scalar_one()


@pytest.fixture(scope="module")
def before(module_database, tmp_path_factory, no_registry):
    """Two nights, one before the test's first day; in between four debtors were in the hands of a collector."""
    database, lake = module_database, lake_of(tmp_path_factory.mktemp("before"), book(), settings=NO_LOTS)
    first = ran(database, lake, no_registry, 0)
    with database.begin() as connection:
        life.plan(connection, SEPARATE, evidence={}, **BY)
        life.start(connection, records.find(connection, "simple"), because="ready", team=TEAM, **BY)
        sql = """
            UPDATE work_items SET state = 'claimed' WHERE night_id = :night AND debtor_id = ANY (:debtors)
            RETURNING debtor_id, work_item_id
        """
        asked = {"night": first, "debtors": ["D300", "D301", "D302", "D303"]}
        items = {row.debtor_id: row.work_item_id for row in connection.execute(text(sql), asked)}
    second = ran(database, lake, no_registry, 1)
    with database.connect() as connection:
        staff = life.staff_of(connection, records.find(connection, "simple"))
    return lake, second, items, dict(zip(TEAM, staff.arms(TEAM), strict=True))


def joined(connection, item):
    (new,) = join_serving_night(connection, [item], at=MORNING + timedelta(days=1, hours=2)).values()
    told = text("SELECT arm, kept_from, not_for, assigned_to FROM work_items WHERE work_item_id = :item")
    return connection.execute(told, {"item": new}).one()


def test_what_comes_back_after_the_first_night_is_for_its_arms_staff(before, module_database):
    _, _, items, staff = before
    with module_database.begin() as connection:
        row = joined(connection, given_back(connection, items["D300"], not_for="ARRAY['C1']", assigned_to="NULL"))
    assert set(row.kept_from) == {name for name in TEAM if staff[name] != row.arm}
    assert row.not_for == ["C1"], "who gave it back is another matter"


@pytest.mark.parametrize(("debtor", "lane"), [("D301", "pay"), ("D302", "callback")])
def test_a_list_of_before_the_test_gives_way_to_the_arm_and_a_callback_does_not(before, module_database, debtor, lane):
    _, night, items, staff = before
    with module_database.begin() as connection:
        asked = text("SELECT arm FROM night_accounts WHERE night_id = :night AND debtor_id = :debtor")
        arm = connection.execute(asked, {"night": night, "debtor": debtor}).scalar_one()
        stranger = next(name for name in TEAM if staff[name] != arm)
        row = joined(connection, given_back(connection, items[debtor], assigned_to=f"'{stranger}'", lane=f"'{lane}'"))
    others = {name for name in TEAM if staff[name] != arm}
    assert row.assigned_to == (stranger if lane == "callback" else None)
    assert set(row.kept_from) == (others - {stranger} if lane == "callback" else others)


def test_after_the_test_nobody_is_barred_from_what_waited(before, module_database, no_registry):
    lake, _, items, _ = before
    with module_database.begin() as connection:
        new = joined(connection, given_back(connection, items["D303"], assigned_to="NULL", not_for="ARRAY['C2']"))
        assert new.kept_from
        connection.execute(text("UPDATE work_items SET lane = 'callback' WHERE debtor_id = 'D303' AND state = 'ready'"))
        ended = "UPDATE experiments SET state = 'ended', ended_by = 'stopped', ended_on = :day"
        connection.execute(text(ended), {"day": DAY + timedelta(days=2)})
    later = ran(module_database, lake, no_registry, 2)
    with module_database.connect() as connection:
        asked = text("""
            SELECT debtor_id, lane, kept_from, not_for FROM work_items
            WHERE night_id = :night AND state = 'ready' AND (cardinality(kept_from) > 0 OR debtor_id = 'D303')
        """)
        (row,) = connection.execute(asked, {"night": later}).all()
    assert (row.debtor_id, row.lane, row.kept_from, row.not_for) == ("D303", "callback", [], ["C2"])
