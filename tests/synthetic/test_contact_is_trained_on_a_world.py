"""From a world's calls to a registered model of contact that the gate lets through, with what hours do beside it."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from arrears.clock import SystemClock
from models import contact
from models.promote import promote
from models.registry import Registry
from training.train import train
from training.trained import TrainRequest

pytestmark = pytest.mark.slow
CALL_DAYS = 90


@pytest.fixture(scope="module")
def registry(tmp_path_factory, module_database):
    return Registry(f"sqlite:///{tmp_path_factory.mktemp('contact') / 'mlflow.db'}", module_database, SystemClock())


@pytest.fixture(scope="module")
def report(made_lake, registry):
    since = made_lake.last_day - timedelta(days=CALL_DAYS)
    return train("contact", made_lake, registry, TrainRequest(training_day=made_lake.last_day, from_=since))


def test_it_tells_later_calls_that_reach_from_those_that_do_not(report):
    assert report.report["test"]["auc"]["low"] > 0.6


def test_the_gate_follows_its_verdict(report, registry):
    checks = {check["name"]: check["passed"] for check in report.verdict["checks"]}
    assert (report.verdict["verdict"] == "promote") == all(checks.values())
    if report.verdict["verdict"] == "promote":
        assert promote(registry, "contact", report.version, who="Ada", why="it was judged").to_version == report.version


def test_the_registered_version_answers_for_an_attempt(report, registry):
    artifact = registry.load("contact", report.version).artifact
    nothing_known = artifact.matrix({}, 3)
    chances = contact.per_attempt(artifact, nothing_known)
    assert ((chances > 0.01) & (chances < 0.6)).all()
    at = contact.at_hour(artifact, nothing_known, np.array([9, 13, 18]), ["consumer"] * 3)
    assert (at > 0).all()
