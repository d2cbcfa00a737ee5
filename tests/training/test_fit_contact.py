"""Contact learns from calls, and keeps what hours do only where later calls prove it."""

from __future__ import annotations

import re
from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from models import contact
from models.artifact import load, write
from models.hours import Hours
from training.call_labels import Calls
from training.dataset import Panel
from training.examples import Examples
from training.fit_contact import learn
from training.trained import TrainRequest

REQUEST = TrainRequest(training_day=date(2026, 12, 31))
FIRST = np.datetime64("2025-03-03")
EVENING = 17


def world(*, evenings_better, days=60, calls=120, seed=0):
    """Calls that reach by their second column where the first is above 0, and more often after `EVENING`."""
    random = np.random.default_rng(seed)
    rows = days * calls
    x = random.normal(size=(rows, 2))
    hours = random.integers(9, 21, rows)
    p = 1 / (1 + np.exp(-(np.where(x[:, 0] > 0, 2 * x[:, 1], 0.5) - 1)))
    p = np.clip(p * np.where(hours >= EVENING, 1.0 + evenings_better, 1.0 - evenings_better), 0, 1)
    reached = (random.random(rows) < p).astype(float)
    as_of = np.repeat(FIRST + np.arange(days), calls)
    debtors = random.integers(0, 900, rows)
    positions = pa.table(
        {"account_id": debtors.astype(str), "bucket": ["1-29"] * rows, "balance_minor": 1_000 + debtors % 7}
    )
    panel = Panel(("answered", "partner"), x, positions, debtors, as_of, {}, "fingerprint")
    examples = Examples(panel, np.arange(rows), reached, as_of + 1, 1, ends=("reached", "missed"), each="calls")
    return Calls(examples, hours, np.full(rows, "consumer", dtype=object))


@pytest.fixture(scope="module")
def trained():
    return learn(world(evenings_better=0.4), REQUEST)


def test_what_hours_do_is_kept_where_it_lowers_log_loss_on_later_calls(trained):
    section = trained.sections["hours"]
    assert section["log_loss_with"] < section["log_loss_without"]
    kept = Hours.of(section["kept"]).multiplier(np.array([10, 19]), ["consumer"] * 2)
    assert kept[0] < 0.8
    assert kept[1] > 1.2


def test_the_artifact_answers_for_an_attempt_and_for_its_hour(trained, tmp_path):
    folder = write(tmp_path / "model", trained.spec, trained.features, trained.parts, **trained.sections)
    artifact, x, consumers = load(folder), np.array([[1.0, 0.2], [-1.0, 0.0]]), ["consumer"] * 2
    plain = contact.per_attempt(artifact, x)
    assert plain.tolist() == artifact.predict(x).tolist()
    assert (contact.at_hour(artifact, x, np.array([19, 19]), consumers) > plain).all()
    assert (contact.at_hour(artifact, x, np.array([10, 10]), consumers) < plain).all()


def test_hours_that_do_nothing_are_not_kept():
    section = learn(world(evenings_better=0.0, days=40), REQUEST).sections["hours"]
    assert section["kept"] is None
    assert section["because"] == "On later calls hours did not lower log loss beyond chance."


def test_a_model_of_calls_is_judged_as_any_other_and_speaks_of_calls(trained):
    sentences = {check.name: check.sentence for check in trained.verdict.checks}
    assert set(sentences) == {"enough_to_judge", "beats_baseline", "calibrated"}
    assert re.match(r"The test holds \d+ reached calls", sentences["enough_to_judge"])


def test_calls_have_no_money_to_be_ranked_by(trained):
    assert "recovery_at_capacity" not in trained.report
    assert set(trained.charts) == {"calibration.svg"}
