"""What is held, told apart by what would end it."""

import pytest

from arrears.queues.supervise.held_money import cures, held_money
from tests.queues.supervise.made_day import account, hold, night

LAW, HOUSE = hold("cease", kind="law"), hold("stale_events", kind="policy")
NOTHING, NO_WAY = hold("nothing_owed"), hold("no_way")
NO_ZONE = hold("hours", kind="law", missing=True)
NO_CONSENT = hold("no_consent", kind="presumption", missing=True)


@pytest.fixture
def held(database):
    """A function that holds one account for some reasons and tells what it counts as."""

    def why(*because):
        with database.begin() as connection:
            one = night(connection)
            account(connection, one, "D1-1", verdict="held", held_because=list(because))
            account(connection, one, "D2-1")
            return [(row.why, row.accounts, row.balance_minor) for row in held_money(connection, one)]

    return why


@pytest.mark.parametrize(
    ("because", "why"),
    [
        ([NO_ZONE], "data"),
        ([NO_ZONE, NO_CONSENT], "data"),
        ([NO_WAY], "data"),
        ([NO_ZONE, HOUSE], "house"),
        ([NO_ZONE, HOUSE, LAW], "law"),
        ([LAW], "law"),
        ([NOTHING, LAW, NO_ZONE], "account"),
    ],
)
def test_an_account_counts_once_by_what_stands_in_the_way(held, because, why):
    assert held(*because) == [(why, 1, 50_000)]


def test_a_missing_fact_names_its_cure_and_what_waits_for_it_alone(database):
    with database.begin() as connection:
        one = night(connection)
        account(connection, one, "D1-1", verdict="held", held_because=[NO_ZONE])
        account(connection, one, "D2-1", verdict="held", held_because=[NO_ZONE, NO_CONSENT])
        account(connection, one, "D3-1", verdict="held", held_because=[NO_ZONE, LAW])
        account(connection, one, "D4-1", verdict="held", held_because=[NO_ZONE], currency="EUR", balance_minor=7)
        account(connection, one, "D5-1", verdict="held", held_because=[NO_WAY], balance_minor=None)
        found = {cure.code: cure for cure in cures(connection, one)}
    assert set(found) == {"hours", "no_consent", "no_way"}
    zone = found["hours"]
    assert (zone.accounts, zone.alone, zone.cured_by) == (3, 2, ("debtors",))
    assert zone.balance_minor == {"USD": 100_000, "EUR": 7}
    assert (found["no_consent"].alone, found["no_consent"].cured_by) == (0, ("consents",))
    assert (found["no_way"].cured_by, found["no_way"].balance_minor) == (("points",), {"USD": 0})


def test_a_night_without_holds_holds_nothing(held):
    assert held() == []
