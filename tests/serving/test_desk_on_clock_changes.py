"""The desk on the days on which clocks change: the law's hours are those on the debtor's wall."""

import itertools
from datetime import UTC, date, datetime, timedelta

import pytest

from arrears.queues.desk.team import Member
from arrears.queues.strategy import strategy
from serving.desk.returns import release
from serving.desk.working import claim
from serving.night.nightly import run_night
from tests.night.desk_book import StandingClock, account, debtor, lake_of, phone, statement
from tests.serving.desk_day import desk_on, forget

KNOWN = "2026-03-01T12:00:00+00:00"
PHOENIX = {"region": "AZ", "postal_code": "85004", "city": "Phoenix"}

_numbers = itertools.count()

# Morning and evening of the law, 08:00 and 21:00 on the debtor's wall. In the spring night an hour is missing, in the
# autumn night one comes twice. Arizona moves no clock, but its north-east does: there the evening is Denver's.
SPRING, AUTUMN = date(2026, 3, 8), date(2026, 11, 1)
HOURS = [
    pytest.param(SPRING, "D1", "12:00", "25:00", id="Albany in spring"),
    pytest.param(AUTUMN, "D1", "13:00", "26:00", id="Albany in autumn"),
    pytest.param(SPRING, "D2", "15:00", "27:00", id="Phoenix in spring"),
    pytest.param(AUTUMN, "D2", "15:00", "28:00", id="Phoenix in autumn"),
]


@pytest.fixture(scope="module")
def sunday(module_database, tmp_path_factory, no_registry):
    """A function that gives the desk of a Sunday on which clocks change."""
    tables = {
        "debtors": [debtor("D1"), debtor("D2", **PHOENIX)],
        "accounts": [account("A1", "D1"), account("A2", "D2")],
        "statements": [statement(name, cycle_end=date(2026, 2, 20)) for name in ("A1", "A2")],
        "points": [phone("D1"), phone("D2", value="+16025550100")],
    }
    known = {table: [{**row, "recorded_at": KNOWN} for row in rows] for table, rows in tables.items()}
    lake = lake_of(tmp_path_factory.mktemp("sunday"), known)
    built = []

    def desk(day):
        if built != [day]:
            forget(module_database)
            night = datetime(day.year, day.month, day.day, 6, tzinfo=UTC)  # before the change, and before every hour
            run_night(
                module_database,
                lake,
                no_registry,
                day - timedelta(days=2),
                strategy("severity"),
                clock=StandingClock(night),
                served_on=day,
            )
            built[:] = [day]
        return desk_on(lake, module_database)

    return desk


def moment(day, clock, **later):
    """So many hours and minutes of UTC after a day's midnight there."""
    hours, minutes = map(int, clock.split(":"))
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(hours=hours, minutes=minutes, **later)


def is_served(desk, at, debtor):
    """Whether a debtor is served to somebody at a moment; whatever was claimed is given back."""
    desk.at(at)
    held = {}
    # Nobody is given again what they gave back, so each claim is somebody new's.
    while (claimed := claim(desk.deployment, new := Member(f"C{next(_numbers)}", languages=None))) is not None:
        held[new] = claimed.item
    for member, item in held.items():
        release(desk.deployment, member, item.work_item_id, "the test is over")
    return debtor in {item.debtor_id for item in held.values()}


@pytest.mark.parametrize(("day", "who", "opens", "closes"), HOURS)
def test_a_debtor_is_served_between_eight_and_nine_on_the_own_wall(sunday, day, who, opens, closes):
    desk = sunday(day)
    before, first = moment(day, opens, seconds=-1), moment(day, opens)
    last, after = moment(day, closes, seconds=-1), moment(day, closes)
    assert not is_served(desk, before, who)
    assert is_served(desk, first, who)
    assert is_served(desk, last, who)
    assert not is_served(desk, after, who)
