"""An item is closed and its successor opened in one statement; nothing else about an item ever changes."""

import threading
from datetime import timedelta
from typing import Any

import pytest

from arrears.errors import WrongUse
from arrears.queues.desk.successor import close, succeed
from tests.queues.desk.laid_out import MORNING, a_night, lay, row_of, rows

LATER = MORNING + timedelta(hours=4)
RETURNED: dict[str, Any] = {"state": "released", "because": "too_long", "at": MORNING, "by": "C1", "made_by": "return"}


@pytest.fixture
def connection(database):
    with database.begin() as connection:
        yield connection


def test_a_successor_is_its_predecessor_but_for_what_changed(connection):
    (item,) = lay(connection, a_night(connection), {"terms": {"a": 1}, "not_for": ["C9"]})
    changed = {"lane": "callback", "ready_at": LATER, "terms": {"b": 2}, "accounts": ["A1", "A2"]}
    made = succeed(connection, [item], **RETURNED, changed=changed)
    old, new = row_of(connection, item), row_of(connection, made[item])
    assert (old["state"], old["state_because"], old["state_since"]) == ("released", "too_long", MORNING)
    followed = {"work_item_id": made[item], "follows": item, "made_by": "return", "state": "ready"}
    assert new == row_of(connection, item) | changed | followed | {"state_because": None, "state_since": MORNING}


def test_both_steps_are_among_the_events(connection):
    (item,) = lay(connection, a_night(connection), {})
    made = succeed(connection, [item], **RETURNED, did="skipped", why="skip")
    told = rows(connection, 'SELECT work_item_id, did, "by", because FROM work_item_events ORDER BY 1')
    assert told == [(item, "skipped", "C1", "too_long"), (made[item], "made", "C1", "skip")]


def test_many_are_succeeded_at_once(connection):
    items = lay(connection, a_night(connection), {}, {}, {})
    made = succeed(connection, items, **RETURNED)
    assert sorted(made) == sorted(items)
    assert len(set(made.values()) | set(items)) == 6


def test_what_is_not_open_stays_as_it_is(connection):
    items = lay(connection, a_night(connection), {}, {"state": "withdrawn"})
    assert list(succeed(connection, items, **RETURNED)) == items[:1]
    assert close(connection, items, state="withdrawn", because=None, at=MORNING, by="C1") == []


def test_only_a_claimed_item_can_have_been_worked(connection):
    items = lay(connection, a_night(connection), {}, {"state": "claimed"})
    assert close(connection, items, state="worked", because=None, at=MORNING, by="C1") == items[1:]


def test_the_states_that_may_be_closed_can_be_named(connection):
    items = lay(connection, a_night(connection), {}, {"state": "claimed"})
    gone = close(connection, items, state="withdrawn", because="paid", at=MORNING, by="events", only=("ready",))
    assert gone == items[:1]


@pytest.mark.parametrize("column", ["state", "follows", "work_item_id", "colour"])
def test_a_column_that_follows_by_itself_is_refused(connection, column):
    with pytest.raises(WrongUse, match=column):
        succeed(connection, [1], **RETURNED, changed={column: 1})


def test_two_who_close_the_same_item_make_one_successor(database):
    with database.begin() as connection:
        (item,) = lay(connection, a_night(connection), {})
    made, ready = [], threading.Barrier(4)

    def give_back():
        ready.wait()
        with database.begin() as connection:
            made.append(succeed(connection, [item], **RETURNED))

    threads = [threading.Thread(target=give_back) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(len(each) for each in made) == [0, 0, 0, 1]
    with database.connect() as connection:
        assert rows(connection, "SELECT count(*) FROM work_items") == [(2,)]
