"""Pages of a queue: every item once, in order, whatever the sort."""

import base64
import json
from datetime import date

import pytest
from sqlalchemy import text

from arrears.errors import WrongUse
from arrears.queues import store
from arrears.queues.desk.successor import succeed


@pytest.fixture
def connection(night_database):
    with night_database.connect() as connection:
        yield connection


@pytest.fixture
def two_currencies(night_database):
    """The night with every second item of a bucket in another currency, for the length of a test."""
    change = """
        UPDATE work_items SET currency = 'JPY' WHERE rank IN (
            SELECT rank FROM (SELECT rank, row_number() OVER (ORDER BY rank) AS place FROM work_items
                              WHERE bucket = '90-119') AS listed WHERE place % 2 = 0)
    """
    with night_database.connect() as connection:
        connection.execute(text(change))
        yield connection
        connection.rollback()


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("sort", sorted(store.SORTS))
def test_walking_the_pages_meets_every_item_once(connection, sort, descending):
    asked = {"bucket": "90-119", "sort": sort, "descending": descending, "limit": 30}
    pages, after = [], None
    while True:
        page = store.items(connection, 1, after=after, **asked)
        pages.append([item.rank for item in page.rows])
        after = page.after
        if after is None:
            break
    assert [len(ranks) for ranks in pages] == [30, 30, 16]
    assert len({rank for ranks in pages for rank in ranks}) == page.total == 76


def test_a_sort_is_a_sort(connection):
    page = store.items(connection, 1, sort="balance", descending=True, limit=100)
    balances = [item.balance_minor for item in page.rows]
    assert balances == sorted(balances, reverse=True)


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("sort", sorted(store.MONEY_SORTS))
def test_a_list_by_money_goes_through_one_currency_after_the_other(two_currencies, sort, descending):
    asked = {"bucket": "90-119", "sort": sort, "descending": descending, "limit": 30}
    items, after = [], None
    while not items or after:
        page = store.items(two_currencies, 1, after=after, **asked)
        items, after = items + page.rows, page.after
    assert [item.currency for item in items] == ["JPY"] * 38 + ["TWD"] * 38
    assert len({item.rank for item in items}) == 76
    if sort == "balance":
        for own in (items[:38], items[38:]):
            amounts = [item.balance_minor for item in own]
            assert amounts == sorted(amounts, reverse=descending)


def test_a_search_finds_the_beginning_of_an_id_and_takes_no_wildcards(connection):
    found = store.items(connection, 1, search="a0001")
    assert found.total == len(found.rows) > 0
    assert all(item.lead_account_id.startswith("A0001") for item in found.rows)
    assert store.items(connection, 1, search="%01").total == 0


def test_items_that_roll_by_a_day(connection):
    soon = store.items(connection, 1, rolls_by=date(2005, 10, 29))
    assert all(item.rolls_on == date(2005, 10, 29) for item in soon.rows)
    assert store.items(connection, 1, rolls_by=date(2005, 10, 28)).total == 0


@pytest.mark.parametrize("fault", [{"sort": "luck"}, {"after": "luck"}, {"after": "WzFd"}])
def test_what_means_nothing_is_refused(connection, fault):
    with pytest.raises(WrongUse):
        store.items(connection, 1, **fault)


@pytest.mark.parametrize(
    ("sort", "parts"),
    [
        ("rank", [1, 1]),
        ("rank", [1, 1, 1]),
        ("rank", ["", "x", 1]),
        ("rank", ["", 1, "x"]),
        ("rank", ["", True, 1]),
        ("value", ["TWD", [], 1]),
        ("rolls_on", ["", "never", 1]),
        ("account", ["", 1, 1]),
    ],
)
def test_a_cursor_of_other_kinds_never_reaches_the_database(connection, sort, parts):
    after = base64.urlsafe_b64encode(json.dumps(parts).encode()).decode()
    with pytest.raises(WrongUse):
        store.items(connection, 1, sort=sort, after=after)


def test_a_cursor_of_held_accounts_holds_an_id(connection):
    with pytest.raises(WrongUse):
        store.held(connection, 1, after=base64.urlsafe_b64encode(b"[5]").decode())


def test_held_accounts_are_paged_by_id(connection):
    first = store.held(connection, 1, code="nothing_owed", limit=1_000)
    second = store.held(connection, 1, code="nothing_owed", limit=1_000, after=first.after)
    assert (len(first.rows), len(second.rows), second.after) == (1_000, 689, None)
    assert first.rows[-1].account_id < second.rows[0].account_id
    assert store.held(connection, 1, code="cease").total == 0


def test_an_account_leads_to_its_item_and_back(connection):
    item = store.items(connection, 1, limit=1).rows[0]
    judged = store.account(connection, 1, item.lead_account_id)
    assert store.item_of(connection, 1, judged.account_id) == item == store.item(connection, item.work_item_id)
    assert store.accounts_of(connection, 1, judged.debtor_id) == [judged]
    assert store.accounts(connection, 1, [judged.account_id]) == [judged]
    assert len(judged.features) == len(store.night(connection, 1).feature_names)


def test_a_held_account_has_no_item_and_an_unknown_one_nothing(connection):
    held = store.held(connection, 1, limit=1).rows[0]
    assert store.item_of(connection, 1, held.account_id) is None
    assert store.account(connection, 1, "nobody") is None
    assert store.item(connection, 0) is None
    assert store.night(connection, 0) is None


def test_the_queue_sums_what_is_ready(connection):
    (queue,) = store.queues(connection, 1)
    items = store.open_items(connection, 1)
    assert (queue.lane, queue.currency, queue.ready) == ("pay", "TWD", 5_129)
    assert queue.balance_minor == sum(item.balance_minor for item in items)


def test_open_items_are_listed_whichever_night_they_came_of(connection):
    before = store.items(connection, 1, state="ready", limit=1).total
    assert (store.items(connection, 2, state="ready", limit=1).total, store.items(connection, 2, limit=1).total) == (
        before,
        0,
    )
    assert len(store.open_items(connection, 2)) == len(store.open_items(connection, 1)) == before


def test_of_items_that_follow_each_other_an_account_is_worked_in_the_last(connection):
    item = store.items(connection, 1, limit=1).rows[0]
    with connection.begin_nested() as undone:
        made = succeed(
            connection,
            [item.work_item_id],
            state="released",
            because="later",
            at=item.state_since,
            by="C1",
            made_by="return",
        )
        found = store.item_of(connection, 1, item.lead_account_id)
        assert (found.work_item_id, found.follows, found.made_by) == (
            made[item.work_item_id],
            item.work_item_id,
            "return",
        )
        undone.rollback()


def test_pages_tell_items_of_one_rank_apart(connection):
    with connection.begin_nested() as undone:
        connection.execute(text("UPDATE work_items SET rank = 1"))
        first = store.items(connection, 1, limit=3)
        second = store.items(connection, 1, limit=3, after=first.after)
        ids = [item.work_item_id for item in first.rows + second.rows]
        assert ids == sorted(set(ids))
        undone.rollback()
