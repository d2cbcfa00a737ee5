"""The list of open items: whole, in every order, page by page, and told with who holds what."""

import base64
from datetime import date, timedelta

import pytest

from arrears.errors import WrongUse
from arrears.queues.supervise.chosen import TEAM, Filter
from arrears.queues.supervise.lists import SORTS, clients, open_items
from tests.queues.supervise.made_day import TEN, item, lease, night

MADE_UP = base64.urlsafe_b64encode(b'["a", "b", "c"]').decode()


@pytest.fixture(scope="module")
def connection(module_database):
    with module_database.begin() as opened:
        one = night(opened)
        for number in range(1, 8):
            item(
                opened,
                one,
                f"D{number}",
                place=float(number % 3),
                raised=1 if number == 5 else 0,
                value_minor=100.0 * (number % 4),
                currency="EUR" if number == 3 else "USD",
                rolls_on=None if number == 2 else date(2026, 6, 10 + number % 2),
                balance_minor=None if number == 1 else 1_000 * number,
                p_roll=None if number == 4 else 0.1 * (number % 3),
                days_past_due=None if number == 6 else number,
                judged_at=TEN - timedelta(hours=number % 3),
                ready_at=TEN + timedelta(hours=1) if number == 7 else TEN,
                state="claimed" if number == 4 else "ready",
                client="bank" if number == 6 else "",
                assigned_to="C1" if number in (1, 4) else None,
            )
        claimed = open_items(opened, Filter(standing="claimed"), now=TEN).rows[0]
        lease(opened, claimed.work_item_id, "D4", "C1", minutes=5)
        item(opened, one, "D8", state="worked")
        yield opened


def test_the_order_of_a_list_is_the_order_of_work(connection):
    rows = open_items(connection, Filter(), now=TEN, sort="place").rows
    assert [row.debtor_id for row in rows] == ["D5", "D3", "D6", "D1", "D4", "D7", "D2"]


@pytest.mark.parametrize("sort", list(SORTS))
@pytest.mark.parametrize("limit", [1, 2, 3, 7])
def test_pages_tell_every_item_once_in_every_order(connection, sort, limit):
    whole = [row.debtor_id for row in open_items(connection, Filter(), now=TEN, sort=sort).rows]
    told, after = [], None
    while True:
        page = open_items(connection, Filter(), now=TEN, sort=sort, after=after, limit=limit)
        told += [row.debtor_id for row in page.rows]
        after = page.after
        assert page.total == 7
        if after is None:
            break
    assert told == whole
    assert sorted(told) == [f"D{number}" for number in range(1, 8)]


@pytest.mark.parametrize(
    ("fits", "debtors"),
    [
        ({"standing": "claimed"}, {"D4"}),
        ({"standing": "waiting"}, {"D7"}),
        ({"standing": "ready"}, {"D1", "D2", "D3", "D5", "D6"}),
        ({"collector": "C1"}, {"D1", "D4"}),
        ({"collector": TEAM, "client": "bank"}, {"D6"}),
        ({"search": "d7"}, {"D7"}),
        ({"search": "D7-1"}, {"D7"}),
        ({"search": "%"}, set()),
        ({"lane": "callback"}, set()),
        ({"bucket": "1-29"}, set()),
    ],
)
def test_a_filter_lets_through_what_fits(connection, fits, debtors):
    page = open_items(connection, Filter(**fits), now=TEN)
    assert {row.debtor_id for row in page.rows} == debtors
    assert page.total == len(debtors)


def test_clients_are_those_of_open_items(connection):
    assert clients(connection) == ["", "bank"]


@pytest.mark.parametrize(
    "asked", [{"sort": "luck"}, {"after": "no cursor"}, {"after": "WzFd"}, {"after": "WyJhIl0"}, {"after": MADE_UP}]
)
def test_a_sort_or_cursor_that_is_none_is_refused(connection, asked):
    with pytest.raises(WrongUse):
        open_items(connection, Filter(), now=TEN, **asked)
