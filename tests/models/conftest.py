"""What tests of models share: a small fitted folder, an MLflow store and a real PostgreSQL."""

from __future__ import annotations

import numpy as np
import pytest

from models.artifact import Part, write
from models.registry import Registry
from models.spec import ModelSpec

SPEC = ModelSpec("propensity", "Does it pay?", "binary", 30, monotone={"paid_share": 1})


@pytest.fixture(scope="session")
def booster():
    import lightgbm

    random = np.random.default_rng(0)
    x = random.normal(size=(600, 3))
    y = (random.random(600) < 1 / (1 + np.exp(-x[:, 0]))).astype(float)
    parameters = {"objective": "binary", "verbosity": -1, "num_threads": 1, "num_leaves": 7}
    return lightgbm.train(parameters, lightgbm.Dataset(x, y), 20)


@pytest.fixture
def model_folder(booster, tmp_path):
    part = Part("propensity", booster, {"method": "platt", "parameters": [0.9, 0.1]})
    return write(tmp_path / "folder", SPEC, ["paid_share", "dpd", "owed_minor"], [part])


@pytest.fixture
def registry(tracking_uri, database):
    return Registry(tracking_uri, database)


@pytest.fixture
def registered(registry, model_folder):
    """A function that registers the folder once more, with a verdict."""

    def register(verdict="promote", because="it beats the scorecard"):
        client = registry.tracking.client
        run = client.create_run(registry.tracking.experiment("propensity")).info.run_id
        return registry.register(model_folder, run_id=run, verdict=verdict, because=because, metrics={"log_loss": 0.25})

    return register
