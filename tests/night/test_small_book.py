"""A book of seven accounts, written out: holds, clients, agencies and people with two accounts, from load to item."""

from datetime import UTC, date, datetime

import pytest

from arrears.clock import SystemClock
from arrears.lake import Lake
from arrears.loading import load
from arrears.queues import store
from arrears.queues.strategy import strategy
from serving.night.nightly import run_night
from serving.scores.why import why
from tests.demo_day import DemoClock

AS_OF = date(2026, 6, 30)

SOURCE = {
    "debtors": """
        debtor_id,kind
        D1,person
        D2,person
        D3,person
        D4,business
        D5,person
        """,
    "accounts": """
        account_id,debtor_id,opened_on,currency,role,client,status
        A1,D1,2025-01-01,USD,first_party,bank,open
        A2,D1,2025-01-01,USD,first_party,bank,open
        A3,D1,2025-01-01,USD,first_party,shop,open
        B1,D2,2025-01-01,USD,first_party,bank,open
        C1,D3,2025-01-01,USD,first_party,bank,open
        C2,D3,2025-01-01,USD,first_party,bank,open
        E1,D4,2025-01-01,USD,third_party,shop,open
        F1,D5,2025-01-01,USD,first_party,bank,open
        """,
    "statements": """
        account_id,cycle_end,balance,past_due,days_past_due,minimum_due
        A1,2026-06-20,1000.00,100.00,35,50.00
        A2,2026-06-20,500.00,50.00,65,25.00
        A3,2026-06-20,800.00,80.00,10,40.00
        B1,2026-06-20,700.00,70.00,35,35.00
        C1,2026-06-20,900.00,90.00,35,45.00
        C2,2026-06-20,900.00,90.00,35,45.00
        E1,2026-06-20,600.00,60.00,35,30.00
        F1,2026-06-20,400.00,0.00,0,20.00
        """,
    "payments": """
        payment_id,line,account_id,paid_on,amount,status
        P1,1,C1,2026-06-29,10.00,pending
        """,
    "holds": """
        hold_id,account_id,debtor_id,kind,starts_on,ends_on,recorded_at
        H1,,D2,attorney,2026-06-01,,2026-06-01T10:00:00+00:00
        H2,C2,,disaster,2026-06-01,2026-07-15,2026-06-01T10:00:00+00:00
        H3,A1,,complaint,2026-06-01,2026-06-15,2026-06-01T10:00:00+00:00
        H4,A3,,cease,2026-06-01,,2026-07-01T10:00:00+00:00
        """,
}


@pytest.fixture(scope="module")
def night(module_database, tmp_path_factory, no_registry):
    source = tmp_path_factory.mktemp("source")
    for table, rows in SOURCE.items():
        lines = "".join(f"{line.strip()}\n" for line in rows.strip().splitlines())
        (source / f"{table}.csv").write_text(lines)
    (source / "portfolio.toml").write_text('[portfolio]\ncountry = "TW"\nno_law_profile = ["TW"]\n')
    root = source.parent / "small-lake"
    load(source, root, SystemClock())
    return run_night(module_database, Lake(root), no_registry, AS_OF, strategy("value_at_risk"), clock=DemoClock())


@pytest.fixture
def connection(module_database, night):
    with module_database.connect() as connection:
        yield connection


def holds(connection, night, account):
    return [(hold["code"], hold["until"]) for hold in store.account(connection, night.night_id, account).held_because]


def test_a_debtors_hold_holds_every_account_of_the_debtor(connection, night):
    assert holds(connection, night, "B1") == [("attorney", None)]


def test_an_accounts_hold_says_until_when(connection, night):
    midnight_in_taipei = datetime(2026, 7, 15, 16, tzinfo=UTC)
    assert holds(connection, night, "C2") == [("disaster", midnight_in_taipei.isoformat())]
    assert store.account(connection, night.night_id, "C2").held_until == midnight_in_taipei


def test_a_pending_payment_holds_its_account(connection, night):
    assert holds(connection, night, "C1") == [("payment_pending", None)]


def test_a_hold_that_is_over_and_one_that_nobody_knew_yet_hold_nothing(connection, night):
    assert holds(connection, night, "A1") == holds(connection, night, "A3") == []


def test_a_current_account_is_no_work(connection, night):
    assert store.account(connection, night.night_id, "F1") is None


def test_a_person_has_one_item_per_work_group(connection, night):
    served = {
        (item.debtor_id, item.work_group): sorted(item.accounts)
        for item in store.open_items(connection, night.night_id)
    }
    assert served == {("D1", "bank/USD"): ["A1", "A2"], ("D1", "shop/USD"): ["A3"], ("D4", "shop/USD"): ["E1"]}


def test_an_item_sums_its_accounts_and_shows_the_most_valuable(connection, night):
    item = store.item_of(connection, night.night_id, "A1")
    each = [store.account(connection, night.night_id, account) for account in ("A1", "A2")]
    assert item.terms["exposure_minor"] == 150_000
    assert item.terms["gross_minor"] == pytest.approx(sum(account.terms["gross_minor"] for account in each))
    assert item.lead_account_id == max(each, key=lambda account: account.priority).account_id
    assert item.expected_minutes == pytest.approx(each[0].expected_minutes)


def test_an_agencys_account_earns_its_fee(connection, night):
    terms = store.item_of(connection, night.night_id, "E1").terms
    assert (terms["exposure_minor"], terms["amount_minor"], terms["fee_share"]) == (None, 60_000, 0.25)


def test_why_tells_rank_terms_and_verdict(connection, night):
    served, held = why(connection, "A1"), why(connection, "C2")
    assert served.item.rank >= 1
    assert {term.name: term.value for term in served.item_terms}["exposure_minor"] == 150_000
    assert {term.name: term.value for term in served.terms}["exposure_minor"] in (100_000, 50_000)
    assert held.item is None
    assert held.account.held_because[0]["sentence"] == "The debtor lives in a disaster area"


@pytest.mark.parametrize(
    ("account", "day", "found"), [("F1", None, "did not judge"), ("A1", date(2020, 1, 1), "no night")]
)
def test_why_says_what_it_lacks(connection, night, account, day, found):
    from arrears.errors import WrongUse

    with pytest.raises(WrongUse, match=found):
        why(connection, account, day)
