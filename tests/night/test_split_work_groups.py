"""An item is of one client, in one currency, on one side of charge-off: values of unlike kinds are never in one."""

from datetime import date, timedelta

import pytest
from sqlalchemy import text

from arrears.queues import store
from arrears.queues.desk import leases
from arrears.queues.desk.history import opened
from arrears.queues.record import record_night
from arrears.queues.strategy import strategy
from arrears.state.closed import BY_ALL, BY_CLIENT
from models.lawful import approvals_of
from serving.night import rows as night_rows
from serving.night.nightly import build, run_night
from serving.night.replay import replay
from serving.scores.champion import champions_on
from tests.night.desk_book import (
    AS_OF,
    DAY,
    MORNING,
    StandingClock,
    account,
    debtor,
    lake_of,
    phone,
    statement,
)
from training.policy_value.nights import recorded_nights
from training.policy_value.reranked import ranking_under

OVER = {"charged_off_on": date(2026, 5, 1), "charged_off_balance": 900}


def book(**charged_off):
    """D1 owes the bank dollars, euros, and dollars after charge-off, and the shop dollars; D2 and D3 owe one debt.

    D4 owes the bank dollars before and after charge-off.
    """
    return {
        "debtors": [debtor("D1"), debtor("D2"), debtor("D3"), debtor("D4")],
        "accounts": [
            account("A1", "D1", **charged_off),
            account("A2", "D1", currency="EUR"),
            account("A3", "D1", **OVER),
            account("A4", "D1"),
            account("A5", "D1", client="shop"),
            account("B1", "D2", **charged_off),
            account("C1", "D3"),
            account("E1", "D4"),
            account("E2", "D4", **OVER),
        ],
        "statements": [statement(name) for name in ("A1", "A2", "A3", "A4", "A5", "B1", "C1", "E1", "E2")],
        "points": [phone("D1"), phone("D2"), phone("D3"), phone("D4")],
    }


@pytest.fixture(scope="module")
def lakes(tmp_path_factory):
    """The book, and the same after A1 and B1 were charged off."""
    folder = tmp_path_factory.mktemp("groups")
    return lake_of(folder, book()), lake_of(folder, book(**OVER))


@pytest.fixture
def run(database, no_registry, lakes):
    """Run a night over one of the lakes; gives its id."""

    def night(lake=lakes[0], at=MORNING):
        value = strategy("value_at_risk")
        return run_night(database, lake, no_registry, AS_OF, value, clock=StandingClock(at), limits_on=DAY).night_id

    return night


def rows(database, sql, **values):
    with database.begin() as connection:
        found = connection.execute(text(sql), values)
        return [tuple(row) for row in found] if found.returns_rows else []


def open_of(database, who="D1"):
    sql = """
        SELECT client, currency, work_group, accounts FROM work_items
        WHERE debtor_id = :who AND state IN ('ready', 'claimed') ORDER BY work_group
    """
    return rows(database, sql, who=who)


def test_an_item_is_of_one_client_one_currency_and_one_side_of_charge_off(database, run):
    run()
    assert [(*row[:3], sorted(row[3])) for row in open_of(database)] == [
        ("bank", "EUR", "bank/EUR", ["A2"]),
        ("bank", "USD", "bank/USD", ["A1", "A4"]),
        ("bank", "USD", "bank/USD/charged_off", ["A3"]),
        ("shop", "USD", "shop/USD", ["A5"]),
    ]


def test_every_account_counts_in_the_value_of_its_item_and_in_no_other(database, run):
    night = run()
    with database.connect() as connection:
        items = [item for item in store.open_items(connection, night) if item.debtor_id == "D1"]
        own = {each: store.account(connection, night, each) for item in items for each in item.accounts}
    for item in items:
        judged = [own[each] for each in item.accounts]
        assert item.terms["gross_minor"] == pytest.approx(sum(each.terms["gross_minor"] for each in judged))
        assert item.value_minor == pytest.approx(item.terms["gross_minor"] - item.terms["cost_minor"])
        fee = item.work_group.endswith("charged_off")
        assert (item.terms["exposure_minor"] is None, item.terms["amount_minor"] is None) == (fee, not fee)
        assert item.client in ("bank", "shop")


def test_the_night_comes_out_identical_again(database, run, lakes, no_registry):
    assert replay(database, lakes[0].root, no_registry, run()).difference is None


@pytest.mark.parametrize(("grouped_by", "differs"), [(BY_CLIENT, None), (BY_ALL, "served")])
def test_a_night_of_before_the_split_comes_out_as_its_client_made_its_groups(
    database, lakes, no_registry, grouped_by, differs
):
    night = a_night_of_before(database, lakes[0], no_registry)
    of_one = "SELECT work_group, cardinality(accounts) FROM work_items WHERE debtor_id = 'D1' ORDER BY 1"
    assert [accounts for _, accounts in rows(database, of_one)] == [4, 1]
    rows(database, "UPDATE nights SET grouped_by = :grouped_by", grouped_by=grouped_by)
    found = replay(database, lakes[0].root, no_registry, night).difference
    assert (found and found.column) == differs


def test_a_night_of_before_the_split_can_be_ranked_otherwise(database, lakes, no_registry):
    a_night_of_before(database, lakes[0], no_registry)
    with database.connect() as connection:
        (recorded,) = recorded_nights(connection, since=DAY)
    ranking, names = ranking_under(recorded, strategy("propensity")), list(recorded.accounts)
    again = sorted(sorted(names[row] for row in members) for members in ranking.members)
    assert again == sorted(map(sorted, recorded.items.accounts))
    assert ["A1", "A2", "A3", "A4"] in again


def a_night_of_before(database, lake, registry):
    """A night whose groups the client alone made, with their names of today as the migration gives them."""
    by_rules = champions_on(registry, AS_OF, approvals_of(lake))
    with database.begin() as connection:
        built = build(
            lake,
            by_rules,
            AS_OF,
            strategy("severity"),
            limits_on=DAY,
            connection=connection,
            now=MORNING,
            grouped_by=BY_CLIENT,
        )
        night = record_night(
            connection,
            night_rows.night(built, ran_at=MORNING) | {"grouped_by": BY_CLIENT},
            accounts=night_rows.accounts(built),
            items=night_rows.items(built, at=MORNING),
            who="test",
            at=MORNING,
        )
    named = "UPDATE work_items SET work_group = concat_ws('/', client, currency)"
    rows(database, named)
    return night


@pytest.mark.parametrize(("who", "one_book"), [("D2", True), ("D4", False)])
def test_a_promise_is_the_debtors_only_where_all_their_accounts_are_of_one_work_group(database, run, who, one_book):
    run()
    (item, *_) = rows(database, "SELECT work_item_id FROM work_items WHERE debtor_id = :who", who=who)
    with database.begin() as connection:
        assert opened(connection, item[0], collector="C1", at=MORNING).one_book == one_book


def test_who_is_held_is_logged_once_a_work_group(database, no_registry, tmp_path):
    tables = book() | {
        "holds": [{"hold_id": "H1", "debtor_id": "D1", "kind": "attorney", "starts_on": date(2026, 6, 1)}]
    }
    lake = lake_of(tmp_path, tables)
    run_night(database, lake, no_registry, AS_OF, strategy("severity"), clock=StandingClock(), limits_on=DAY)
    held = rows(database, "SELECT client, work_group FROM decisions WHERE debtor_id = 'D1' AND action = 'held'")
    listed = rows(database, "SELECT client, work_group FROM work_items WHERE debtor_id = 'D1' AND lane = 'attorney'")
    groups = [("bank", "bank/EUR"), ("bank", "bank/USD"), ("bank", "bank/USD/charged_off"), ("shop", "shop/USD")]
    assert sorted(held + listed) == groups


_LEASE = """
    INSERT INTO leases (work_item_id, person, collector, taken_at, expires_at)
    SELECT work_item_id, debtor_id, 'C1', :at, :until FROM work_items WHERE debtor_id = :who AND state = 'claimed'
"""


def take(database, who, group):
    claimed = (
        "UPDATE work_items SET state = 'claimed' WHERE debtor_id = :who AND work_group = :group AND state = 'ready'"
    )
    rows(database, claimed, who=who, group=group)
    rows(database, _LEASE, who=who, at=MORNING, until=MORNING + timedelta(days=2))


def put_off(database, who, group, to, owner="C7"):
    """The item of a group makes way for a callback that was agreed on."""
    columns = rows(database, "SELECT column_name FROM information_schema.columns WHERE table_name = 'work_items'")
    names = [name for (name,) in columns if name != "work_item_id"]
    told = {
        "state": "'ready'",
        "follows": "work_item_id",
        "lane": "'callback'",
        "ready_at": ":to",
        "made_by": "'return'",
    }
    told["assigned_to"] = ":owner"
    given = (
        "UPDATE work_items SET state = 'released' WHERE debtor_id = :who AND work_group = :group AND state = 'ready'"
    )
    rows(database, given, who=who, group=group)
    made = f"""
        INSERT INTO work_items ({", ".join(names)}) SELECT {", ".join(told.get(name, name) for name in names)}
        FROM work_items WHERE debtor_id = :who AND work_group = :group AND state = 'released'
    """
    rows(database, made, who=who, group=group, to=to, owner=owner)


def ready_of(database, who):
    sql = """
        SELECT work_group, lane, accounts, assigned_to, ready_at FROM work_items
        WHERE debtor_id = :who AND state = 'ready' ORDER BY work_group
    """
    return rows(database, sql, who=who)


TOMORROW = MORNING + timedelta(days=1)


def test_a_callback_goes_with_its_account_when_that_is_charged_off_overnight(database, run, lakes):
    run()
    put_off(database, "D2", "bank/USD", TOMORROW)
    run(lakes[1], MORNING + timedelta(hours=1))
    assert ready_of(database, "D2") == [("bank/USD/charged_off", "callback", ["B1"], "C7", TOMORROW)]


def test_only_the_group_of_the_account_that_was_charged_off_takes_the_callback_along(database, run, lakes):
    run()
    put_off(database, "D1", "bank/USD", TOMORROW)
    (lead,) = rows(database, "SELECT lead_account_id FROM work_items WHERE lane = 'callback'")
    run(lakes[1], MORNING + timedelta(hours=1))
    callbacks = [(group, accounts) for group, lane, accounts, *_ in ready_of(database, "D1") if lane == "callback"]
    over = ("bank/USD/charged_off", ["A1", "A3"])
    assert [(group, sorted(accounts)) for group, accounts in callbacks] == [
        over if lead == ("A1",) else ("bank/USD", ["A4"])
    ]
    assert [group for group, *_ in ready_of(database, "D1")] == [
        "bank/EUR",
        "bank/USD",
        "bank/USD/charged_off",
        "shop/USD",
    ]


def test_what_is_in_a_collectors_hands_when_its_account_is_charged_off_comes_back_in_the_new_group(
    database, run, lakes
):
    run()
    take(database, "D2", "bank/USD")
    night = run(lakes[1], MORNING + timedelta(hours=1))
    assert ready_of(database, "D2") == []
    with database.begin() as connection:
        leases.expire(connection, at=MORNING + timedelta(days=3))
    assert [row[:3] for row in ready_of(database, "D2")] == [("bank/USD/charged_off", "pay", ["B1"])]
    moved = "SELECT night_id FROM work_items WHERE debtor_id = 'D2' AND state = 'ready'"
    assert rows(database, moved) == [(night,)]
