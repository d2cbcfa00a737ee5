"""The page Models says of a version in the shadow who was right: in numbers, in words, and before anything matured."""

import json
import logging
import re
import sqlite3
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from arrears.places import find_places
from arrears.queues.strategy import strategy
from commands import shadow as command
from models import shadow_judged
from models.registry import Version
from models.shadow_judged import NOTE, Judged, kept_of
from models.tracking import RegistryUnreachable
from serving.console.frame import filled
from serving.console.registry import models_of
from serving.console.words import MINUS
from serving.deployment import Deployment
from serving.night.nightly import run_night
from serving.present import Present
from serving.scores.champion import Champions
from tests.night.desk_book import AS_OF, DAY, MORNING, StandingClock, lake_of
from tests.night.model_arms import NAMES, NO_LOTS, book, registered, two_versions

KNOWN = date(2026, 7, 31)
NOT_YET = "Not yet measured beside what serves now. An answer matures when"
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


def keep(registry, told, known_on=KNOWN):
    shadow_judged.keep(registry, "propensity", "2", told, known_on=known_on, champion="1")


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
    keep(registry, told)
    assert kept_of(registry.version("propensity", "2")) == shadow_judged.Kept(told, KNOWN, "1")
    assert kept_of(registry.version("propensity", "1")) is None
    found = page(database, registry, tmp_path)
    assert f'<span class="chip {chip}">{verdict}</span>' in found
    said = words(found)
    assert f"Its log loss {0.4412 + middle:.4f} Of what serves 0.4412" in said
    assert "Debtors matured 4,560 9,120 answers on 12 days; 23 % paid" in said
    assert "Known up to 31 Jul 2026" in said


def test_before_anything_matured_the_page_says_when_it_will_know(database, registry, tmp_path):
    assert NOT_YET in words(page(database, registry, tmp_path))
    keep(registry, Judged(0, 0))
    said = words(page(database, registry, tmp_path))
    assert "No outcome of nights beside propensity/1 was known on 31 Jul 2026. An answer matures when" in said


@pytest.mark.parametrize(("debtors", "verdict"), [(29, "Too few debtors yet"), (30, "It said better what came")])
def test_few_debtors_are_told_and_never_judged(database, registry, tmp_path, debtors, verdict):
    keep(registry, Judged(400, 12, debtors, 0.23, 0.43, 0.44, -0.01, -0.011, -0.009))
    found = page(database, registry, tmp_path)
    assert f">{verdict}" in found
    said = words(found)
    assert (f"to {MINUS}0.0090" in said) == (debtors == 30), "an interval of so few is not shown, whoever wrote it"
    assert ("with 30 debtors" in said) == (debtors == 29)


def test_a_number_without_an_interval_is_shown_as_that(database, registry, tmp_path):
    keep(registry, Judged(1, 1, 1, 1.0, 0.2, 0.9, -0.7))
    said = words(page(database, registry, tmp_path))
    assert "Too few debtors yet" in said
    assert f"Difference, below 0 is better {MINUS}0.7000 Debtors matured 1 1 answer on 1 day" in said


def test_once_another_version_serves_the_old_measurement_is_shown_no_more(database, registry, tmp_path):
    keep(registry, Judged(9_120, 12, 4_560, 0.23, 0.43, 0.44, -0.01, -0.011, -0.009))
    registry.promote("propensity", registered(registry, tmp_path, 3), who="test", why="newer")
    found = page(database, registry, tmp_path)
    assert NOT_YET in words(found)
    assert "It said better" not in found
    assert "Of what serves" not in found


@pytest.mark.parametrize(
    "note",
    [
        "",
        "no JSON",
        "{}",
        "[]",
        json.dumps({"known_on": "2026-07-31", "accounts": 3, "days": 1}),
        json.dumps({"known_on": "2026-07-31", "champion": "1", "judged": {"accounts": 0, "days": 0, "lift": 2}}),
        json.dumps({"known_on": "2026-07-31", "champion": "1", "judged": {"accounts": 3, "days": 1}}),
        json.dumps({"known_on": "someday", "champion": "1", "judged": {"accounts": 0, "days": 0}}),
        json.dumps({"known_on": "2026-07-31", "champion": "1", "judged": {"accounts": "many", "days": 0}}),
    ],
)
def test_a_note_that_cannot_be_read_is_due_again(note):
    kept = kept_of(Version("propensity", "2", "", MORNING, ("shadow",), "promote", "", {}, {NOTE: note}))
    assert kept is None
    assert shadow_judged.is_due(kept, KNOWN, champion="1")


def test_a_note_that_cannot_be_read_fails_no_page(database, registry, tmp_path):
    registry.note("propensity", "2", NOTE, "{}")
    assert NOT_YET in words(page(database, registry, tmp_path))


def paid(name, day):
    told = {"payment_id": f"P-{name}", "line": 1, "account_id": f"A{name[1:]}", "paid_on": day, "amount": 200}
    return told | {"recorded_at": f"{day}T18:00:00+00:00"}


def test_a_night_measures_once_a_week_and_is_not_failed_by_it(database, registry, tmp_path_factory, caplog):
    caplog.set_level(logging.WARNING)
    lake = lake_of(tmp_path_factory.mktemp("night"), book(), settings=NO_LOTS)
    by, clock = strategy("value_at_risk"), StandingClock(MORNING)
    run_night(database, lake, registry, AS_OF, by, clock=clock, limits_on=DAY, served_on=DAY)
    payments = [paid(NAMES[0], DAY), paid(NAMES[1], AS_OF + timedelta(days=60))]
    later = lake_of(tmp_path_factory.mktemp("later"), book() | {"payments": payments}, settings=NO_LOTS)
    command.measure_all(database, registry, later)
    kept = kept_of(registry.version("propensity", "2"))
    assert kept.champion == "1"
    assert (kept.judged.accounts, kept.judged.debtors, kept.judged.days) == (len(NAMES), len(NAMES), 1)
    assert kept.judged.happened == pytest.approx(1 / len(NAMES))
    assert kept.known_on == later.last_day
    keep(registry, Judged(0, 0), known_on=later.last_day)
    command.measure_all(database, registry, later)
    assert kept_of(registry.version("propensity", "2")).judged.accounts == 0, "not again before a week is over"
    keep(registry, Judged(0, 0), known_on=later.last_day + timedelta(days=1))
    command.measure_all(database, registry, later)
    assert kept_of(registry.version("propensity", "2")) == kept, "what a book of later days told is not of this one"
    with database.begin() as connection:
        connection.execute(text("ALTER TABLE shadow_nights RENAME TO lost"))
    keep(registry, Judged(0, 0), known_on=later.last_day - timedelta(days=7))
    command.measure_all(database, registry, later)
    assert kept_of(registry.version("propensity", "2")).known_on < later.last_day
    assert "shadow.unmeasured model=propensity" in caplog.text


def test_nights_beside_an_earlier_champion_are_not_judged_with_those_beside_this_one(
    database, registry, tmp_path_factory, tmp_path
):
    payments = [paid(NAMES[0], DAY), paid(NAMES[1], AS_OF + timedelta(days=60))]
    later = lake_of(tmp_path_factory.mktemp("later"), book() | {"payments": payments}, settings=NO_LOTS)
    by, clock = strategy("value_at_risk"), StandingClock(MORNING)
    run_night(database, later, registry, AS_OF, by, clock=clock, limits_on=DAY, served_on=DAY)
    command.measure_all(database, registry, later)
    newer = registered(registry, tmp_path, 3)
    registry.promote("propensity", newer, who="test", why="newer")
    command.measure_all(database, registry, later)
    kept = kept_of(registry.version("propensity", "2"))
    assert (kept.champion, kept.judged.accounts) == (newer, 0), "at once, as another serves by now"
    run_night(database, later, registry, AS_OF, by, clock=clock, limits_on=DAY, served_on=DAY, replace=True)
    assert command.measure(database, registry, later, "propensity", "2").accounts == len(NAMES)
    registry.promote("propensity", "1", who="test", why="back")
    judged = command.measure(database, registry, later, "propensity", "2")
    assert judged.accounts == len(NAMES), "of one day the last night beside it, not the last of all"


def test_a_fault_of_ours_is_not_taken_for_a_store_that_does_not_answer(database, registry):
    with pytest.raises(AttributeError):
        command.measure_all(database, registry, None)


@pytest.fixture
def scored(database, registry, tmp_path_factory):
    """A book whose one night scored the version in the shadow."""
    lake = lake_of(tmp_path_factory.mktemp("scored"), book(), settings=NO_LOTS)
    clock = StandingClock(MORNING)
    run_night(database, lake, registry, AS_OF, strategy("value_at_risk"), clock=clock, limits_on=DAY, served_on=DAY)
    return lake


@pytest.mark.parametrize(("later", "accounts"), [(0, 0), (1, 7)])
def test_a_reading_changes_nothing_that_was_measured_with_later_outcomes(database, registry, scored, later, accounts):
    keep(registry, Judged(7, 1, 7, 0.5, 0.4, 0.5, -0.1), known_on=scored.last_day + timedelta(days=later))
    told = command.read(database, registry, "propensity", scored.root)
    assert told["judged"]["accounts"] == 0, "nothing has matured in this book"
    assert kept_of(registry.version("propensity", "2")).judged.accounts == accounts


def test_a_reading_replaces_what_was_measured_beside_another_champion(database, registry, scored):
    known_on = scored.last_day + timedelta(days=1)
    shadow_judged.keep(registry, "propensity", "2", Judged(0, 7), known_on=known_on, champion="rules-1")
    command.read(database, registry, "propensity", scored.root)
    kept = kept_of(registry.version("propensity", "2"))
    assert (kept.champion, kept.known_on) == ("1", scored.last_day)


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
