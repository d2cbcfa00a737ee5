"""`train roll_rate` on small books: promoted where something can be learned, refused where nothing can, by the gate."""

from __future__ import annotations

import pytest

from arrears.errors import Refused
from models.promote import promote
from models.registry import CHAMPION, Registry
from tests.training.statement_book import MONTHS, drawn_lake
from training.train import train
from training.trained import TrainRequest

ACCOUNTS = 1500


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    return drawn_lake(tmp_path_factory.mktemp("told"), ACCOUNTS, told_by_balance=True)


@pytest.fixture(scope="module")
def noise(tmp_path_factory):
    return drawn_lake(tmp_path_factory.mktemp("noise"), ACCOUNTS, told_by_balance=False)


@pytest.fixture
def registry(tracking_uri, database):
    return Registry(tracking_uri, database)


class Watcher:
    def __init__(self):
        self.steps, self.parts, self.expected = [], set(), 0

    def expect(self, steps):
        self.expected += steps

    def step(self, what):
        self.steps.append(what)

    def part(self, what):
        self.parts.add(what)


def trained(lake, registry, **more):
    return train("roll_rate", lake, registry, TrainRequest(training_day=lake.last_day, from_=MONTHS[0]), **more)


def test_a_book_with_something_to_learn_is_promoted_and_every_step_is_told(told, registry):
    watcher = Watcher()
    report = trained(told, registry, progress=watcher)
    assert report.verdict["verdict"] == "promote", report.verdict["because"]
    promote(registry, "roll_rate", report.version, who="ana", why="it passed")
    assert CHAMPION in registry.version("roll_rate", report.version).aliases
    assert watcher.steps == [
        "reading the book",
        *(f"fold {number} of 3" for number in (1, 2, 3)),
        "fitting the model that would serve",
        "logging and registering",
    ]
    assert watcher.expected == len(watcher.steps)
    assert {"booster 1 of 3: worse than CURRENT", "baselines", "statuses known on 2026-06-30"} <= watcher.parts
    told_outcomes = report.report["outcomes_of_late_accounts"]
    for side in ("forecast", "happened"):
        assert sum(shares[side] for shares in told_outcomes.values()) == pytest.approx(1)


def test_a_book_of_noise_is_refused_and_no_champion_comes_of_it(noise, registry):
    report = trained(noise, registry)
    assert report.verdict["verdict"] == "refuse"
    assert "does not beat the best baseline" in report.verdict["because"]
    with pytest.raises(Refused, match="its verdict is to refuse"):
        promote(registry, "roll_rate", report.version, who="ana", why="hope")
