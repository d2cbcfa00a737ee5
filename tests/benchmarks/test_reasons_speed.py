"""How fast reasons are: thousands of accounts a night, one account while somebody waits. Printed, never asserted."""

import numpy as np
import pytest

from models.artifact import Part, load, write
from models.contributions import shap_values
from models.propensity import PROPENSITY
from models.reasons import explain

ROWS, FEATURES, TREES = 5_000, 60, 200


@pytest.fixture(scope="module")
def artifact(tmp_path_factory):
    import lightgbm

    random = np.random.default_rng(0)
    x = random.normal(size=(20_000, FEATURES))
    x[random.random(x.shape) < 0.1] = np.nan
    y = (np.nan_to_num(x[:, 0]) + np.nan_to_num(x[:, 1]) + random.normal(size=len(x)) > 0).astype(float)
    names = [f"feature_{place}" for place in range(FEATURES)]
    settings = {"objective": "binary", "verbosity": -1, "num_leaves": 31, "num_threads": 2}
    booster = lightgbm.train(settings, lightgbm.Dataset(x, y, feature_name=names), TREES)
    folder = tmp_path_factory.mktemp("speed") / "model"
    return load(write(folder, PROPENSITY, names, [Part("propensity", booster)]))


@pytest.fixture(scope="module")
def rows():
    return np.random.default_rng(1).normal(size=(ROWS, FEATURES))


@pytest.mark.bench
def test_contributions_of_a_night(benchmark, artifact, rows):
    benchmark.pedantic(shap_values, (artifact, "propensity", rows), rounds=2, warmup_rounds=1)
    benchmark.extra_info["rows"] = ROWS


@pytest.mark.bench
def test_contributions_and_sentences_of_a_night(benchmark, artifact, rows):
    benchmark.pedantic(
        explain, (artifact, "propensity", rows), {"currencies": ["TWD"] * ROWS}, rounds=1, warmup_rounds=0
    )
    benchmark.extra_info["rows"] = ROWS


@pytest.mark.bench
def test_one_account_while_somebody_waits(benchmark, artifact, rows):
    benchmark(explain, artifact, "propensity", rows[:1], currencies=["TWD"])
