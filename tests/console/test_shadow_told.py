"""The page Models says of a version in the shadow who was right: in numbers, in words, and before anything matured."""

import re
import sqlite3
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from arrears.places import find_places
from arrears.queues.strategy import strategy
from commands import shadow as command
from models import shadow_judged
from models.shadow_judged import Judged, kept_of
from models.tracking import RegistryUnreachable
from serving.console.frame import filled
from serving.console.registry import models_of
from serving.deployment import Deployment
from serving.night.nightly import run_night
from serving.present import Present
from serving.scores.champion import Champions
from tests.night.desk_book import AS_OF, DAY, MORNING, StandingClock, lake_of
from tests.night.model_arms import NAMES, NO_LOTS, book, two_versions

KNOWN = date(2026, 7, 31)
FRAME = {
    "room": "Models",
    "rooms": [],
    "may_find": False,
    "clock": {"day": "", "time": ""},
    "notices": [],
    "now": MORNING,
}


@pytest.fixture
def registry(database, shared_folder, empty_mlflow, tmp_path):
    found = two_versions(database, shared_folder, empty_mlflow, tmp_path)
    command.begin(found, "propensity", "2", who="scientist", why="is it any better?")
    return found


def page(database, registry, lake):
    deployment = Deployment(find_places({}), database, registry, Champions(registry), Present(lake, database))
    return filled("models.html", {**FRAME, **models_of(deployment), "is_opening": False})


def words(html):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


@pytest.mark.parametrize(
    ("low", "high", "verdict", "chip"),
    [
        (-0.011, -0.001, "It said better what came than what serves", "good"),
        (0.001, 0.011, "It said worse what came than what serves", "bad"),
        (-0.001, 0.001, "Neither is surely better: the interval holds 0", "going"),
    ],
)
def test_who_was_right_is_told_by_the_interval(database, registry, tmp_path, low, high, verdict, chip):
    middle = (low + high) / 2
    told = Judged(9_120, 12, 4_560, 0.23, 0.4412 + middle, 0.4412, middle, low, high)
    shadow_judged.keep(registry, "propensity", "2", told, known_on=KNOWN)
    assert kept_of(registry.version("propensity", "2")) == shadow_judged.Kept(told, KNOWN)
    assert kept_of(registry.version("propensity", "1")) is None
    found = page(database, registry, tmp_path)
    assert f'<span class="chip {chip}">{verdict}</span>' in found
    said = words(found)
    assert f"Its log loss {0.4412 + middle:.4f} Of what serves 0.4412" in said
    assert "Debtors matured 4,560 9,120 answers on 12 days; 23 % paid" in said
    assert "Known up to 31 Jul 2026" in said


def test_before_anything_matured_the_page_says_when_it_will_know(database, registry, tmp_path):
    assert "No outcome of these nights is known yet. An answer matures when" in words(
        page(database, registry, tmp_path)
    )
    shadow_judged.keep(registry, "propensity", "2", Judged(0, 0), known_on=KNOWN)
    assert "known yet, looked at with what was known on 31 Jul 2026." in words(page(database, registry, tmp_path))


def paid(name, day):
    told = {"payment_id": f"P-{name}", "line": 1, "account_id": f"A{name[1:]}", "paid_on": day, "amount": 200}
    return told | {"recorded_at": f"{day}T18:00:00+00:00"}


def test_a_night_measures_once_a_week_and_is_not_failed_by_it(database, registry, tmp_path_factory):
    lake = lake_of(tmp_path_factory.mktemp("night"), book(), settings=NO_LOTS)
    by, clock = strategy("value_at_risk"), StandingClock(MORNING)
    run_night(database, lake, registry, AS_OF, by, clock=clock, limits_on=DAY, served_on=DAY)
    payments = [paid(NAMES[0], DAY), paid(NAMES[1], AS_OF + timedelta(days=60))]
    later = lake_of(tmp_path_factory.mktemp("later"), book() | {"payments": payments}, settings=NO_LOTS)
    command.measure_all(database, registry, later)
    kept = kept_of(registry.version("propensity", "2"))
    assert (kept.judged.accounts, kept.judged.debtors, kept.judged.days) == (len(NAMES), len(NAMES), 1)
    assert kept.judged.happened == pytest.approx(1 / len(NAMES))
    assert kept.known_on == later.last_day
    shadow_judged.keep(registry, "propensity", "2", Judged(0, 0), known_on=later.last_day)
    command.measure_all(database, registry, later)
    assert kept_of(registry.version("propensity", "2")).judged.accounts == 0, "not again before a week is over"
    with database.begin() as connection:
        connection.execute(text("ALTER TABLE shadow_nights RENAME TO lost"))
    shadow_judged.keep(registry, "propensity", "2", Judged(0, 0), known_on=later.last_day - timedelta(days=7))
    command.measure_all(database, registry, later)
    assert kept_of(registry.version("propensity", "2")).known_on < later.last_day


@pytest.fixture
def scored(database, registry, tmp_path_factory):
    """A book whose one night scored the version in the shadow."""
    lake = lake_of(tmp_path_factory.mktemp("scored"), book(), settings=NO_LOTS)
    clock = StandingClock(MORNING)
    run_night(database, lake, registry, AS_OF, strategy("value_at_risk"), clock=clock, limits_on=DAY, served_on=DAY)
    return lake


@pytest.mark.parametrize(("later", "accounts"), [(0, 0), (1, 7)])
def test_a_reading_changes_nothing_that_was_measured_with_later_outcomes(database, registry, scored, later, accounts):
    shadow_judged.keep(registry, "propensity", "2", Judged(7, 1), known_on=scored.last_day + timedelta(days=later))
    told = command.read(database, registry, "propensity", scored.root)
    assert told["judged"]["accounts"] == 0, "nothing has matured in this book"
    assert kept_of(registry.version("propensity", "2")).judged.accounts == accounts


def test_a_registry_that_may_only_be_read_lets_the_shadow_be_read(database, registry, scored):
    with sqlite3.connect(registry.tracking.file) as store:
        store.execute(
            "CREATE TRIGGER only_read BEFORE INSERT ON model_version_tags BEGIN SELECT RAISE(ABORT, 'only read'); END"
        )
    told = command.read(database, registry, "propensity", scored.root)
    assert (told["version"], len(told["nights"])) == ("2", 1)
    assert kept_of(registry.version("propensity", "2")) is None
    with pytest.raises(RegistryUnreachable):
        command.measure(database, registry, scored, "propensity", "2")
