"""A fact about one account moves the item of its work group, and leaves the person's others as they are."""

import pytest

from serving.events.settle import settle
from serving.live import Live
from tests.night.any_book import loaded
from tests.night.test_events_settled import payment, post
from tests.serving.desk_day import a_night, book, desk_on

OVER = {"charged_off_on": "2026-05-01", "charged_off_balance": 900}
HELD = {"hold_id": "H1", "account_id": "B1", "kind": "disaster", "starts_on": "2026-06-01"}


@pytest.fixture
def desk(tmp_path, database, no_registry):
    """D1 owes A1, C1 in euros, which is free, and B1 after charge-off, which is held."""
    rows, live = book(), Live()
    first = rows["accounts"][0]
    rows["accounts"] += [
        first | {"account_id": "B1"} | OVER,
        first | {"account_id": "C1", "currency": "EUR"},
    ]
    rows["statements"] += [rows["statements"][0] | {"account_id": name} for name in ("B1", "C1")]
    lake = loaded(tmp_path, "TW", rows | {"holds": [HELD | {"ends_on": "2026-07-15"}]})
    a_night(lake, database, no_registry)
    yield desk_on(lake, database, live=live)
    live.close()


def open_of(desk):
    sql = """
        SELECT work_item_id, currency, bucket = 'CHARGED_OFF', accounts, made_by, balance_minor FROM work_items
        WHERE debtor_id = 'D1' AND state IN ('ready', 'claimed') ORDER BY work_group
    """
    return desk.rows(sql)


def test_a_payment_moves_the_item_of_its_own_group_alone(desk):
    (_, *euros), dollars = open_of(desk)
    assert (euros[2], dollars[3]) == (["C1"], ["A1"])
    post(desk, "payments", **payment("30", account="C1"))
    (_, *euros), after = open_of(desk)
    assert (euros[3], euros[4], after) == ("event", 87_000, dollars)


def test_what_was_held_comes_in_the_group_of_its_own_side_of_charge_off(desk):
    before = open_of(desk)
    post(desk, "holds", **HELD, ends_on="2026-06-14")
    *stay, made = open_of(desk)
    assert stay == before
    assert made[1:5] == ("USD", True, ["B1"], "event")
    told = desk.rows("SELECT client, work_group FROM work_items WHERE work_item_id = :item", item=made[0])
    assert told[0][1].endswith("USD/charged_off")
    settle(desk.deployment, ["D1"])
    assert open_of(desk) == [*stay, made], "and not twice"
