"""A book in yen and dollars: its night orders people by what the house says that yen are worth."""

from datetime import date

import pytest

from arrears.clock import SystemClock
from arrears.lake import Lake
from arrears.loading import load
from arrears.queues import store
from arrears.queues.strategy import strategy
from commands.night import summary
from serving.night.nightly import run_night
from serving.night.replay import replay
from tests.demo_day import DemoClock

AS_OF = date(2026, 6, 30)

# 90,000 yen are 576.00 dollars at the rate: between the two balances in dollars, though the number is the largest.
SOURCE = {
    "debtors": "debtor_id,kind\nD1,person\nD2,person\nD3,person\n",
    "accounts": """account_id,debtor_id,opened_on,currency,role
A1,D1,2025-01-01,USD,first_party
A2,D2,2025-01-01,JPY,first_party
A3,D3,2025-01-01,USD,first_party
""",
    "statements": """account_id,cycle_end,balance,past_due,days_past_due,minimum_due
A1,2026-06-20,600.00,60.00,35,30.00
A2,2026-06-20,90000,9000,35,4500
A3,2026-06-20,500.00,50.00,35,25.00
""",
}


@pytest.fixture(scope="module")
def ran(module_database, tmp_path_factory, no_registry):
    source = tmp_path_factory.mktemp("source")
    for table, rows in SOURCE.items():
        (source / f"{table}.csv").write_text(rows)
    (source / "portfolio.toml").write_text(
        '[portfolio]\ncountry = "TW"\nno_law_profile = ["TW"]\n'
        '[value.rates]\non = "2026-06-30"\nworth = {USD = 1.0, JPY = 0.0064}\n'
    )
    root = source.parent / "lake-of-two-currencies"
    load(source, root, SystemClock())
    night = run_night(module_database, Lake(root), no_registry, AS_OF, strategy("severity"), clock=DemoClock())
    return root, night


def test_a_night_orders_yen_and_dollars_by_the_rates_and_says_of_which_day(module_database, ran):
    _, night = ran
    with module_database.connect() as connection:
        items = store.open_items(connection, night.night_id)
    assert [(item.lead_account_id, item.balance_minor) for item in items] == [
        ("A1", 60_000),
        ("A2", 90_000),
        ("A3", 50_000),
    ]
    told = summary(night.built, night_id=night.night_id)
    assert (told["currencies_by"], told["rates_on"]) == ("rates", AS_OF)


def test_its_replay_uses_the_rates_of_that_night(module_database, ran, no_registry):
    root, night = ran
    assert replay(module_database, root, no_registry, night.night_id).difference is None
