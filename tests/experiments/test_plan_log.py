"""Is it worth a test? What a plan keeps of the logged past: the evaluation's sentence, or why there is none."""

import json

import pytest

from arrears.places import find_places
from arrears.queues.strategy import strategy
from commands.evaluate_policy import evaluation_document
from commands.experiment_plan import logged
from tests.experiments.designs import changed
from tests.training.logged_nights import FIRST_DAY, known_book, known_lake, working_days, write_nights


def design(challenger="propensity/1", currency="USD"):
    arms = [
        {"name": "champion", "role": "champion", "share": 0.5, "strategy": "severity/1"},
        {"name": "challenger", "role": "challenger", "share": 0.5, "strategy": challenger},
    ]
    return changed(arms=arms, cohort={"currency": currency}, primary={"horizon_days": 1})


@pytest.fixture(scope="module")
def logs(module_database, tmp_path_factory):
    """A deployment whose nights are on record, and its lake."""
    book, folder = known_book(), tmp_path_factory.mktemp("logged")
    chosen = write_nights(module_database, book, working_days())
    url = module_database.url.render_as_string(hide_password=False)
    return find_places({"DATABASE_URL": url}, root=folder), known_lake(folder, book, chosen)


def test_a_plan_keeps_what_the_log_says_of_the_challenger(logs):
    where, lake = logs
    (told,) = logged(where, lake, design())
    whole = evaluation_document(where, lake, strategy("propensity"), "USD", 1, FIRST_DAY, progress=lambda _: None)
    assert told["said"] == whole["said"]
    assert (told["arm"], told["strategy"], told["against"]) == ("challenger", "propensity/1", "severity/1")
    assert told["low_minor"] < told["estimate_minor"] < told["high_minor"]
    assert told["ran"] == {"severity/1": told["days"]}
    assert json.loads(json.dumps(told)) == told, "it is plain JSON"


def test_where_the_log_tells_nothing_the_reason_stands_in_one_sentence(logs):
    where, lake = logs
    (told,) = logged(where, lake, design(currency="EUR"))
    assert told["said"].startswith("The log does not tell what propensity/1 brings: ")
    assert "estimate_minor" not in told


def test_without_a_night_on_record_no_database_is_begun_for_it(logs, tmp_path):
    (told,) = logged(find_places({}, root=tmp_path), logs[1], design())
    assert told["said"] == "The log does not tell what propensity/1 brings: no night is on record."
    assert not (tmp_path / "data").exists()


def test_of_versions_of_a_model_the_log_is_not_asked(logs):
    where, lake = logs
    arms = [
        {"name": name, "role": name, "share": 0.5, "model": f"propensity/{place}"}
        for place, name in enumerate(("champion", "challenger"), start=1)
    ]
    assert logged(where, lake, changed(arms=arms)) == []


def test_a_strategy_that_is_not_at_hand_is_a_reason_too(logs):
    where, lake = logs
    (told,) = logged(where, lake, design("propensity/9"))
    assert "the version at hand is 1" in told["said"]
