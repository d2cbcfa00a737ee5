"""A night by registered models: their versions on every item, reasons in the sum, and a replay after a promotion."""

import math

import numpy as np
import pytest

from arrears.queues import store
from arrears.queues.strategy import strategy
from models.artifact import Part, write
from models.propensity import PROPENSITY
from models.registry import Registry
from models.roll_rate import ROLL_RATE, deeper_moves, edge_name
from serving.night.nightly import run_night
from serving.night.replay import replay
from serving.scores.scoring import Champion, fitting
from tests.demo_day import SCORING_DAY, DemoClock

FEATURES = ("days_past_due", "balance_minor", "paid_90d_minor", "limit_use_share")


def fitted(seed):
    """A small model of nothing in particular: what it says matters here less than that it says it."""
    import lightgbm

    random = np.random.default_rng(seed)
    x = random.normal(size=(2_000, len(FEATURES))) * [60, 5e6, 1e6, 0.5]
    y = (x[:, 0] / 60 + random.normal(size=len(x)) > 0).astype(float)
    settings = {"objective": "binary", "verbosity": -1, "num_threads": 1, "num_leaves": 7}
    return lightgbm.train(settings, lightgbm.Dataset(x, y, feature_name=list(FEATURES)), 20)


def register(registry, folder, spec, parts, **sections):
    run = registry.tracking.client.create_run(registry.tracking.experiment(spec.name)).info.run_id
    made = write(folder, spec, FEATURES, parts, training={"trained_on": [SCORING_DAY.isoformat()]}, **sections)
    version = registry.register(made, run_id=run, verdict="promote", because="a test says so")
    registry.promote(spec.name, version, who="test", why="to serve")
    return version


@pytest.fixture(scope="module")
def registry(module_database, tmp_path_factory):
    folder = tmp_path_factory.mktemp("registry")
    registry = Registry(f"sqlite:///{folder / 'mlflow.db'}", module_database)
    random = np.random.default_rng(1)
    moves = deeper_moves(random.integers(0, 8, 4_000), random.integers(0, 8, 4_000), edges=3)
    register(registry, folder / "propensity", PROPENSITY, [Part("propensity", fitted(0))])
    register(
        registry, folder / "roll", ROLL_RATE, [Part(edge_name(rank), fitted(rank)) for rank in range(3)], moves=moves
    )
    return registry


@pytest.fixture(scope="module")
def night(module_database, demo_lake, registry):
    return run_night(module_database, demo_lake, registry, SCORING_DAY, strategy("value_at_risk"), clock=DemoClock())


def test_every_item_names_the_versions_that_scored_it(module_database, night):
    with module_database.connect() as connection:
        found = store.night(connection, night.night_id)
        items = store.open_items(connection, night.night_id)
    assert (found.scored_by, found.degraded_because, found.served) == ("models", None, 5_129)
    assert {(item.scored_by, item.propensity_version, item.roll_rate_version) for item in items} == {
        ("models", "1", "1")
    }


def test_reasons_of_every_account_sum_to_its_margin(module_database, night):
    with module_database.connect() as connection:
        accounts = store.recorded_accounts(connection, night.night_id, ("bucket", "reasons", "propensity", "p_roll"))
    assert len(accounts) == 6_818
    for account in accounts:
        for told in account["reasons"].values():
            if told is not None:
                total = told["base"] + sum(told["contributions"].values())
                assert math.isclose(total, told["margin"], abs_tol=2e-5)
        assert account["reasons"]["propensity"]["answer"] == pytest.approx(account["propensity"])
        if account["p_roll"] is not None:
            assert account["reasons"]["roll"]["answer"] == pytest.approx(account["p_roll"])
        assert (account["reasons"]["roll"] is None) == (account["bucket"] == "180+")


def test_a_replay_takes_the_version_that_scored_and_not_the_one_promoted_since(
    module_database, demo_lake, registry, night, tmp_path
):
    register(registry, tmp_path / "propensity", PROPENSITY, [Part("propensity", fitted(9))])
    assert registry.champion_version("propensity") == "2"
    assert replay(module_database, demo_lake.root, registry, night.night_id).difference is None


def test_a_model_that_reads_what_the_book_has_not_makes_way_for_the_rules(registry):
    champion = Champion("propensity", registry.champion("propensity"))
    assert fitting(champion, FEATURES) is champion
    found = fitting(champion, FEATURES[1:])
    assert found.loaded is None
    assert found.because.endswith("reads 1 features that the book has not, as days_past_due.")
