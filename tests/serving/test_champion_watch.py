"""A promotion is served within a minute and without a restart; without models the rules serve, and say so."""

import time
from datetime import timedelta

import pytest
from sqlalchemy import text

from models.artifact import Part
from models.propensity import PROPENSITY
from models.registry import Registry
from serving.opening import open_deployment
from serving.scores.champion import ASKED_EVERY_SECONDS, STALE_AFTER_DAYS, Champions
from tests.demo_day import SCORING_DAY
from tests.served import fitted, promote, serving, small_models

pytestmark = [pytest.mark.slow]


def test_the_registry_is_asked_well_within_a_minute():
    assert ASKED_EVERY_SECONDS <= 20


def test_a_promotion_is_picked_up_while_the_service_runs(served, tmp_path):
    with served.client() as client:
        before = client.post("/v1/score", json={"accounts": ["A00014"]}).json()["accounts"][0]["propensity"]
        version = promote(served.registry, tmp_path / "next", PROPENSITY, [Part("propensity", fitted(5))])
        label = f"propensity/{version}"
        deadline = time.monotonic() + 60
        found = before
        while found["model"] != label and time.monotonic() < deadline:
            time.sleep(1)
            found = client.post("/v1/score", json={"accounts": ["A00014"]}).json()["accounts"][0]["propensity"]
        assert found["model"] == label
        assert found["answer"] != before["answer"]


def test_a_version_that_just_served_can_still_finish_a_request(database, tmp_path):
    registry = small_models(database, tmp_path)
    champions = Champions(registry)
    champions.look()
    first = champions.of("propensity").version
    promote(registry, tmp_path / "next", PROPENSITY, [Part("propensity", fitted(5))])
    champions.look()
    assert champions.of("propensity").version != first
    assert champions.held("propensity", first).version == first
    assert champions.held("propensity", "99") is None


@pytest.mark.parametrize(("age", "serves"), [(STALE_AFTER_DAYS, True), (STALE_AFTER_DAYS + 1, False)])
def test_a_champion_too_old_for_the_day_does_not_serve_and_that_is_said(database, tmp_path, age, serves):
    champions = Champions(small_models(database, tmp_path), day=lambda: SCORING_DAY + timedelta(days=age))
    champions.look()
    assert (champions.of("propensity") is not None) == serves
    assert (champions.trouble is None) == serves


def test_a_move_that_died_half_way_is_settled_when_the_service_starts(database, tmp_path, monkeypatch):
    registry = small_models(database, tmp_path)
    with monkeypatch.context() as dying:
        dying.setattr("models.alias_history.AliasHistory.settle", _die)
        with pytest.raises(KeyboardInterrupt):
            promote(registry, tmp_path / "next", PROPENSITY, [Part("propensity", fitted(5))])
    assert registry.history("propensity")[-1].state == "intended"
    environ = {
        "ARREARS_ROOT": str(tmp_path),
        "DATABASE_URL": database.url.render_as_string(hide_password=False),
        "MLFLOW_TRACKING_URI": registry.tracking.uri,
    }
    deployment = open_deployment(environ)
    try:
        deadline = time.monotonic() + 60
        while registry.history("propensity")[-1].state == "intended" and time.monotonic() < deadline:
            time.sleep(0.2)
    finally:
        deployment.close()
    assert registry.history("propensity")[-1].state == "moved"


def _die(*_args, **_kwargs):
    raise KeyboardInterrupt


def test_a_registry_that_breaks_is_said_and_takes_nothing_away(database, tmp_path):
    champions = Champions(small_models(database, tmp_path))
    champions.look()
    champions.registry = Registry("http://127.0.0.1:9")
    champions.look()
    assert champions.trouble.startswith("The model registry does not answer")
    assert champions.of("propensity") is not None


def test_an_empty_registry_is_said(no_registry):
    champions = Champions(no_registry)
    champions.look()
    assert champions.trouble.startswith("No champion of propensity and roll_rate")


def test_without_models_rules_answer_and_every_page_says_so(night_database, demo_lake, no_registry, tmp_path):
    with serving(night_database, demo_lake.root, no_registry, tmp_path) as service, service.client() as client:
        for fresh in (False, True):
            told = client.post("/v1/score", json={"accounts": ["A00014"], "fresh": fresh}).json()
            (found,) = told["accounts"]
            assert (found["propensity"]["scored_by"], found["roll"]["scored_by"]) == ("rules", "rules")
            assert found["propensity"]["model"] == "propensity/rules-1"
        assert "rules score" in told["degraded_because"]
        for path in ("/", "/queues", "/debtors/D00014", "/models"):
            page = client.get(path, headers={"Accept": "text/html"})
            assert page.status_code == 200
            assert "Degraded." in page.text


def test_before_the_first_night_pages_name_the_command(database, demo_lake, no_registry, tmp_path):
    with serving(database, demo_lake.root, no_registry, tmp_path) as service, service.client() as client:
        for path in ("/", "/queues"):
            assert "arrears night --as-of DAY" in client.get(path).text
        answer = client.get("/v1/queues")
        assert (answer.status_code, answer.json()["type"]) == (503, "urn:arrears:problem:no-night")


def test_an_empty_deployment_serves_and_names_the_first_command(database, no_registry, tmp_path):
    with serving(database, tmp_path / "no-lake", no_registry, tmp_path) as service, service.client() as client:
        for path in ("/", "/portfolio"):
            assert "arrears load demo" in client.get(path).text
        assert client.post("/v1/score", json={"accounts": ["A1"], "fresh": True}).status_code == 503
    with database.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM nights")).scalar() == 0
