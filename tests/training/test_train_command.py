"""`arrears train` and `arrears models`: documents, exit codes, and a gate that nothing goes round."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from contextlib import suppress

import pytest

from arrears.clock import SystemClock
from arrears.loading import load
from commands.main import main
from models.artifact import Part, write
from models.registry import Registry
from models.spec import ModelSpec
from tests.lake.small_source import small_book, write_csv


@pytest.fixture
def arrears(database, tmp_path, monkeypatch, capsys):
    """The command in a home of its own; its answer is the code, the document on stdout, and stderr."""
    load(write_csv(tmp_path / "source", small_book()), tmp_path / "data" / "lake", SystemClock())
    monkeypatch.setenv("ARREARS_ROOT", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", database.url.render_as_string(hide_password=False))
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.delenv("ARREARS_LAKE", raising=False)

    def run(*words, as_json=True):
        monkeypatch.setattr(sys, "argv", ["arrears", *words, *(["--json"] if as_json else [])])
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main()
        told = capsys.readouterr()
        return left.value.code or 0, json.loads(told.out) if as_json and told.out else told.out, told.err

    return run


@pytest.fixture
def three_versions(tmp_path, tracking_uri):
    """Versions 1 and 2 may be promoted, version 3 may not."""
    import lightgbm
    import numpy as np

    x = np.random.default_rng(0).normal(size=(200, 1))
    rows = lightgbm.Dataset(x, (x[:, 0] > 0).astype(float))
    booster = lightgbm.train({"objective": "binary", "verbosity": -1, "num_threads": 1}, rows, 3)
    spec = ModelSpec("propensity", "Does it pay?", "binary", 30)
    folder = write(tmp_path / "folder", spec, ["paid_share"], [Part("propensity", booster)])
    registry = Registry(tracking_uri)
    run = registry.tracking.client.create_run(registry.tracking.experiment("propensity")).info.run_id
    for verdict in ("promote", "promote", "refuse"):
        registry.register(folder, run_id=run, verdict=verdict, because="it was tested", metrics={"test_auc": 0.8})


def test_training_on_next_to_nothing_is_refused_with_the_numbers(arrears):
    code, out, err = arrears("train", "propensity", "--from", "2025-01-31", "--to", "2025-02-28")
    assert (code, out) == (4, "")
    assert "mature labels" in err
    assert "100 of each are needed" in err


@pytest.mark.parametrize(
    ("model", "because"),
    [
        ("contact", "the book has no contacts"),
        ("promise", "the book has no promises"),
        ("self_cure", "the book has no contacts"),
        ("repayment", "mature labels"),
    ],
)
def test_a_book_that_cannot_teach_a_model_is_told_so_in_a_sentence(arrears, model, because):
    code, out, err = arrears("train", model, "--from", "2025-01-31", "--to", "2025-02-28")
    assert (code, out) == (4, "")
    assert because in err


@pytest.mark.parametrize(("on_terminal", "shown"), [(True, True), (False, False)])
def test_steps_are_drawn_on_a_terminal_and_nowhere_else(tmp_path, tracking_uri, on_terminal, shown):
    load(write_csv(tmp_path / "source", small_book()), tmp_path / "lake", SystemClock())
    words = ("train", "propensity", "--from", "2025-01-31", "--lake", tmp_path / "lake", "--tracking", tracking_uri)
    ours, theirs = pty.openpty() if on_terminal else os.pipe()
    command = [sys.executable, "-c", "from commands.main import main; main()", *map(str, words)]
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "120"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=theirs, env=environment) as process:
        os.close(theirs)
        told = everything(ours)
        assert process.stdout.read() == b""
    assert process.returncode == 4
    assert "mature labels" in told
    assert ("reading the book" in told) is shown
    assert ("\x1b" in told) is shown


def everything(descriptor):
    """All that is written there until the other end is closed, which a terminal tells by an error."""
    told = b""
    with suppress(OSError):
        while some := os.read(descriptor, 4096):
            told += some
    os.close(descriptor)
    return told.decode()


def test_an_unknown_model_is_wrong_use(arrears):
    code, _, err = arrears("train", "fortune")
    assert code == 2
    assert "propensity, roll_rate, contact, promise, repayment, self_cure, uplift" in " ".join(err.split())


def test_an_unknown_rule_for_days_names_the_rules(arrears):
    code, _, err = arrears("train", "propensity", "--as-of-rule", "on_whim")
    assert code == 2
    assert "on_opening" in err


def test_a_feature_that_does_not_exist_cannot_be_left_out(arrears):
    code, _, err = arrears("train", "propensity", "--without", "shoe_size")
    assert code == 2
    assert "shoe_size" in err


def test_a_threshold_that_cannot_be_read_is_wrong_use(arrears):
    code, _, err = arrears("train", "propensity", "--threshold", "half")
    assert code == 2
    assert "stop_roll" in err


def test_a_lake_without_a_fact_is_bad_input(arrears, tmp_path):
    code, _, err = arrears("train", "propensity", "--lake", str(tmp_path / "nowhere"))
    assert code == 3
    assert "arrears load" in err


def test_without_models_the_list_is_empty(arrears):
    assert arrears("models", "list")[:2] == (0, {"versions": []})


def test_the_list_names_versions_verdicts_and_aliases(arrears, three_versions):
    arrears("models", "promote", "propensity", "2", "--why", "better", "--who", "ana")
    _, document, _ = arrears("models", "list", "propensity")
    told = [(each["version"], each["verdict"], each["aliases"]) for each in document["versions"]]
    assert told == [("3", "refuse", []), ("2", "promote", ["champion"]), ("1", "promote", [])]


def test_one_version_is_shown_with_its_features(arrears, three_versions):
    _, document, _ = arrears("models", "show", "propensity", "1")
    assert (document["question"], document["features"]) == ("Does it pay?", ["paid_share"])


def test_a_refused_version_is_not_promoted(arrears, three_versions):
    code, _, err = arrears("models", "promote", "propensity", "3", "--why", "hope")
    assert code == 4
    assert "its verdict is to refuse" in err


def test_a_roll_back_brings_the_earlier_champion_back_and_the_history_keeps_all(arrears, three_versions):
    for version in ("1", "2"):
        arrears("models", "promote", "propensity", version, "--why", "better", "--who", "ana")
    arrears("models", "roll-back", "propensity", "--why", "calls fell", "--who", "bo")
    _, document, _ = arrears("models", "history", "propensity")
    told = [(move["from_version"], move["to_version"], move["who"], move["state"]) for move in document["moves"]]
    assert told == [(None, "1", "ana", "moved"), ("1", "2", "ana", "moved"), ("2", "1", "bo", "moved")]


@pytest.mark.parametrize("words", [("list",), ("show", "propensity", "1"), ("history", "propensity")])
def test_people_read_the_same_without_json(arrears, three_versions, words):
    arrears("models", "promote", "propensity", "1", "--why", "first", "--who", "ana")
    code, out, _ = arrears("models", *words, as_json=False)
    assert code == 0
    assert "propensity" in out
