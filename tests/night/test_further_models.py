"""Models that a night does not need: used where one is champion, recorded by version, replayed by it."""

import math
from datetime import timedelta

import numpy as np
import pytest

from arrears.queues import store
from arrears.queues.strategy import strategy
from models.artifact import Part, write
from models.contact import CONTACT
from models.registry import Registry
from serving.night.nightly import build_by_champions, run_night
from serving.night.replay import replay
from serving.scores.champion import Champions
from serving.scores.further import further_of, further_on
from tests.night.desk_book import AS_OF, DAY, StandingClock, lake_of, people, statement

AT_RISK = strategy("value_at_risk")
LATE = [10, 40, 70, 100, 130]


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    tables = people(*(f"D{number}" for number in range(1, 6)))
    tables["statements"] = [statement(f"A{number}", days_past_due=late) for number, late in enumerate(LATE, start=1)]
    return lake_of(tmp_path_factory.mktemp("further"), tables)


def easier_when_late(seed):
    """A model of contacts in which the later a debtor is the more often an attempt reaches somebody."""
    import lightgbm

    random = np.random.default_rng(seed)
    x = random.uniform(0, 180, size=(2_000, 1))
    y = (random.random(len(x)) < x[:, 0] / 400).astype(float)
    settings = {"objective": "binary", "verbosity": -1, "num_threads": 1, "num_leaves": 7}
    return lightgbm.train(settings, lightgbm.Dataset(x, y, feature_name=["days_past_due"]), 20)


def promoted(registry, folder, seed, features=("days_past_due",)):
    run = registry.tracking.client.create_run(registry.tracking.experiment("contact")).info.run_id
    parts = [Part("contact", easier_when_late(seed))]
    made = write(folder / f"contact-{seed}", CONTACT, features, parts, training={"trained_on": [AS_OF.isoformat()]})
    version = registry.register(made, run_id=run, verdict="promote", because="a test says so")
    registry.promote("contact", version, who="test", why="to serve")
    return version


@pytest.fixture(scope="module")
def registry(module_database, tmp_path_factory):
    folder = tmp_path_factory.mktemp("registry")
    registry = Registry(f"sqlite:///{folder / 'mlflow.db'}", module_database)
    promoted(registry, folder, 1)
    return registry


@pytest.fixture(scope="module")
def night(module_database, lake, registry):
    return run_night(module_database, lake, registry, AS_OF, AT_RISK, clock=StandingClock(), limits_on=DAY)


def test_a_model_of_contacts_says_how_likely_each_account_is_reached(night, registry):
    book, terms = night.built.book, night.built.terms
    artifact = registry.champion("contact").artifact
    said = artifact.predict(book.x[:, [book.names.index("days_past_due")]])
    assert terms["right_party_share"].tolist() == said.tolist()
    assert said[np.argsort(book.days_past_due)][0] < said[np.argsort(book.days_past_due)][-1]
    assert terms["p_contact"] == pytest.approx(1 - (1 - said) ** terms["attempts"])


def test_without_one_the_clients_setting_says_it(lake, no_registry, night):
    built = build_by_champions(lake, no_registry, AS_OF, AT_RISK, limits_on=DAY)
    assert set(built.terms["right_party_share"].tolist()) == {lake.settings.for_client("bank").value.right_party_share}
    assert built.terms["p_contact"].tolist() != night.built.terms["p_contact"].tolist()


def test_a_night_records_what_it_asked_and_replays_by_that_version(night, module_database, lake, registry, tmp_path):
    with module_database.connect() as connection:
        told = store.night(connection, night.night_id).further_models
    assert told == {"contact": {"version": "1", "because": None}}
    assert promoted(registry, tmp_path, 2) == "2"
    assert replay(module_database, lake.root, registry, night.night_id).difference is None
    assert further_of(registry, told)["contact"].version == "1"


def test_what_a_call_adds_is_asked_only_by_a_strategy_that_reads_it(registry):
    assert list(further_on(registry, AS_OF, AT_RISK)) == ["contact"]
    asked = further_on(registry, AS_OF, strategy("incremental_value"))
    assert asked["uplift"].because == "No champion of uplift is registered."


def test_one_that_is_too_old_or_reads_what_it_may_not_is_recorded_with_the_reason(registry):
    later = further_on(registry, AS_OF + timedelta(days=500), AT_RISK)["contact"]
    assert later.loaded is None
    assert "learned from days at least 500 back" in later.because


def test_a_running_service_watches_them_and_misses_none_where_there_is_none(registry):
    champions = Champions(registry)
    champions.look()
    assert champions.of("contact").name == "contact"
    assert champions.of("uplift") is None
    assert (
        champions.trouble == "No champion of propensity and roll_rate is registered: the rules score answers instead."
    )


def test_one_that_may_not_serve_is_no_trouble_of_the_scores(registry):
    champions = Champions(registry, day=lambda: AS_OF + timedelta(days=500))
    champions.look()
    assert champions.of("contact") is None
    assert "contact" not in champions.trouble


def test_the_features_that_it_lacks_leave_the_setting_in_force(module_database, lake, registry, tmp_path):
    promoted(registry, tmp_path, 3, features=("rpc_count_90d",))
    ran = run_night(module_database, lake, registry, AS_OF, AT_RISK, clock=StandingClock(), limits_on=DAY)
    with module_database.connect() as connection:
        told = store.night(connection, ran.night_id).further_models["contact"]
    assert told["version"] is None
    assert "features that the book has not, as rpc_count_90d" in told["because"]
    assert not math.isnan(ran.built.terms["right_party_share"][0])
