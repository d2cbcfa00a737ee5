"""Degraded, not down: without models the same queue is served by rules, and says so everywhere."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from arrears.errors import BadInput
from arrears.lake import Lake
from arrears.queues import store
from arrears.queues.strategy import strategy
from models.artifact import Part
from models.propensity import PROPENSITY
from models.registry import Registry
from serving.night.nightly import build_by_champions
from serving.night.worths import rank
from serving.scores.champion import STALE_AFTER_DAYS, Champions, champion_on, champions_on, staleness
from tests.demo_day import SCORING_DAY
from tests.served import fitted, promote, small_models


def test_without_a_model_rules_score_and_the_night_says_why(night_database):
    with night_database.connect() as connection:
        night = store.latest_night(connection)
        item = store.items(connection, night.night_id, limit=1).rows[0]
    assert night.scored_by == item.scored_by == "rules"
    assert "No champion of propensity is registered." in night.degraded_because
    assert item.reasons["roll"]["reasons"][0]["sentence"].startswith("Scored by rules")


def test_a_registry_that_cannot_be_read_is_no_reason_to_stop(tmp_path):
    (tmp_path / "mlflow.db").write_text("this is no database")
    found = champion_on(Registry(f"sqlite:///{tmp_path / 'mlflow.db'}"), "propensity", SCORING_DAY)
    assert found.loaded is None
    assert "registry does not answer" in found.because


def test_a_registry_whose_file_is_gone_is_not_one_without_models(database, tmp_path):
    registry = small_models(database, tmp_path)
    registry.tracking.file.unlink()
    for found in champions_on(Registry(registry.tracking.uri, database), SCORING_DAY):
        assert found.loaded is None
        assert found.because.startswith("The model registry does not answer (its file is gone")


@pytest.mark.parametrize(("age", "is_stale"), [(STALE_AFTER_DAYS, False), (STALE_AFTER_DAYS + 1, True)])
def test_a_champion_is_stale_after_its_days(age, is_stale):
    trained_on = SCORING_DAY - timedelta(days=age)
    artifact = SimpleNamespace(document={"training": {"trained_on": ["2004-01-31", trained_on.isoformat()]}})
    version: Any = SimpleNamespace(name="propensity", version="3", artifact=artifact)
    assert (staleness(version, SCORING_DAY) is not None) == is_stale


@pytest.fixture(scope="module")
def built(demo_lake, no_registry):
    return build_by_champions(demo_lake, no_registry, SCORING_DAY, strategy("severity"))


@pytest.mark.parametrize("name", ["propensity", "value_at_risk"])
def test_every_strategy_serves_the_same_people(built, name):
    ranking = rank(built.book, built.terms, built.lanes.served, strategy(name))
    assert set(ranking.lead.tolist()) == set(built.ranking.lead.tolist())
    assert len(ranking) == 5_129


def test_severity_is_the_human_habit(built):
    leads = built.ranking.lead
    keys = list(zip(-built.book.bucket_rank[leads], -built.book.balance_minor[leads], strict=True))
    assert keys == sorted(keys)


def test_an_empty_lake_is_refused(tmp_path, no_registry):
    with pytest.raises(BadInput, match="arrears load"):
        build_by_champions(Lake(tmp_path), no_registry, SCORING_DAY, strategy("severity"))


UNKNOWN = ("days_past_due", "balance_minor", "paid_90d_minor", "has_disputed")


def test_a_champion_that_reads_what_no_model_may_does_not_serve_and_that_is_said(database, tmp_path):
    registry = small_models(database, tmp_path)
    version = promote(registry, tmp_path / "next", PROPENSITY, [Part("propensity", fitted(5))], features=UNKNOWN)
    propensity, roll_rate = champions_on(registry, SCORING_DAY)
    assert propensity.loaded is None
    assert propensity.because == f"Version {version} of propensity may not serve: has_disputed is not in the catalog."
    assert roll_rate.loaded is not None
    watched = Champions(registry)
    for _ in range(2):
        watched.look()
        assert watched.of("propensity") is None
        assert watched.held("propensity", version) is None
        assert watched.of("roll_rate") is not None
        assert watched.trouble == f"{propensity.because} The rules score answers instead."
    promote(registry, tmp_path / "lawful", PROPENSITY, [Part("propensity", fitted(5))])
    watched.look()
    assert watched.of("propensity") is not None
    assert watched.trouble is None
