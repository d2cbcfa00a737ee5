"""The registry: what is stored can be opened anywhere, and every move of an alias is on record."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys

import numpy as np
import pytest

from arrears.errors import Refused, WrongUse
from models.alias_history import AliasHistory
from models.promote import promote
from models.registry import Registry
from models.tracking import RegistryUnreachable

X = np.array([[0.0, 1.0, 2.0], [1.5, 0.0, 0.0], [np.nan, 3.0, np.nan]])


def test_a_registered_version_answers_as_its_folder_did(registry, registered):
    version = registered()
    loaded = registry.load("propensity", version)
    assert loaded.label == "propensity/1"
    assert loaded.artifact.predict(X).shape == (3,)


def test_a_store_that_was_never_written_is_not_made_by_asking(tmp_path):
    registry = Registry(f"sqlite:///{tmp_path / 'mlflow.db'}")
    assert registry.champion("propensity") is None
    assert registry.versions("propensity") == []
    assert not (tmp_path / "mlflow.db").exists()


def test_without_a_promotion_there_is_no_champion(registry, registered):
    registered()
    assert registry.champion("propensity") is None


def test_versions_come_newest_first_with_verdict_and_metrics(registry, registered):
    registered()
    registered("refuse", "too few payers")
    newest, oldest = registry.versions("propensity")
    assert (newest.version, newest.verdict, newest.because) == ("2", "refuse", "too few payers")
    assert (oldest.version, oldest.metrics) == ("1", {"log_loss": 0.25})


def test_promotion_moves_the_champion_and_writes_who_and_why(registry, registered):
    registered()
    promote(registry, "propensity", "1", who="ana", why="first model")
    (move,) = registry.history("propensity")
    assert (move.who, move.why, move.from_version, move.to_version, move.state) == (
        "ana",
        "first model",
        None,
        "1",
        "moved",
    )
    assert registry.champion("propensity").version == "1"


def test_a_version_whose_verdict_is_refuse_is_not_promoted(registry, registered):
    registered("refuse", "no better than the balance rule")
    with pytest.raises(Refused, match="no better than the balance rule"):
        promote(registry, "propensity", "1", who="ana", why="hope")
    assert registry.champion("propensity") is None
    assert registry.history("propensity") == []


def test_a_version_that_does_not_exist_is_wrong_use(registry, registered):
    registered()
    with pytest.raises(WrongUse, match="1 versions"):
        promote(registry, "propensity", "7", who="ana", why="typo")


def test_roll_back_twice_goes_back_two_champions(registry, registered):
    for version in ("1", "2", "3"):
        registered()
        promote(registry, "propensity", version, who="ana", why="better")
    registry.roll_back("propensity", who="bo", why="calls fell")
    registry.roll_back("propensity", who="bo", why="still falling")
    assert registry.champion_version("propensity") == "1"
    with pytest.raises(Refused, match="no champion before"):
        registry.roll_back("propensity", who="bo", why="further")


def test_roll_back_after_promoting_the_champion_again_goes_to_the_one_before_it(registry, registered):
    for version in ("1", "2"):
        registered()
        promote(registry, "propensity", version, who="ana", why="better")
    promote(registry, "propensity", "2", who="ana", why="once more")
    registry.roll_back("propensity", who="bo", why="calls fell")
    assert registry.champion_version("propensity") == "1"


def test_a_roll_back_to_a_version_that_was_deleted_is_refused_and_never_recorded_as_moved(registry, registered):
    for version in ("1", "2"):
        registered()
        promote(registry, "propensity", version, who="ana", why="better")
    registry.tracking.client.delete_model_version("propensity", "1")
    with pytest.raises(Refused, match="no longer has that version"):
        registry.roll_back("propensity", who="bo", why="calls fell")
    assert registry.champion_version("propensity") == "2"
    assert registry.history("propensity")[-1].state == "abandoned"


def test_a_move_that_died_before_the_alias_moved_is_abandoned_at_the_next_start(registry, registered, monkeypatch):
    registered()
    monkeypatch.setattr(registry, "_point", _die)
    with pytest.raises(KeyboardInterrupt):
        promote(registry, "propensity", "1", who="ana", why="first model")
    (settled,) = Registry(registry.tracking.uri, registry._database).reconcile()
    assert (settled.state, registry.champion_version("propensity")) == ("abandoned", None)


def test_a_move_that_died_after_the_alias_moved_is_recorded_at_the_next_start(registry, registered, monkeypatch):
    registered()
    monkeypatch.setattr("models.alias_history.AliasHistory.settle", _die)
    with pytest.raises(KeyboardInterrupt):
        promote(registry, "propensity", "1", who="ana", why="first model")
    monkeypatch.undo()
    (settled,) = registry.reconcile()
    assert (settled.state, registry.champion_version("propensity")) == ("moved", "1")


def test_a_move_that_died_after_the_alias_moved_is_on_record_before_the_next_promotion(
    registry, registered, monkeypatch
):
    registered()
    registered()
    with monkeypatch.context() as dying:
        dying.setattr("models.alias_history.AliasHistory.settle", _die)
        with pytest.raises(KeyboardInterrupt):
            promote(registry, "propensity", "1", who="ana", why="first model")
    promote(registry, "propensity", "2", who="ana", why="better")
    assert [(move.to_version, move.state) for move in registry.history("propensity")] == [
        ("1", "moved"),
        ("2", "moved"),
    ]
    assert registry.reconcile() == []
    registry.roll_back("propensity", who="bo", why="calls fell")
    assert registry.champion_version("propensity") == "1"


def test_a_roll_back_counts_a_move_that_died_after_the_alias_moved(registry, registered, monkeypatch):
    for version in ("1", "2"):
        registered()
        with monkeypatch.context() as dying:
            if version == "2":
                dying.setattr("models.alias_history.AliasHistory.settle", _die)
            with contextlib.suppress(KeyboardInterrupt):
                promote(registry, "propensity", version, who="ana", why="better")
    registry.roll_back("propensity", who="bo", why="calls fell")
    assert registry.champion_version("propensity") == "1"


def test_of_two_open_intentions_each_is_judged_by_where_the_alias_stood_after_it(registry, registered, monkeypatch):
    for _ in range(3):
        registered()
    # Three died: after the alias moved, before it moved, after it moved.
    for version, dies_in in (("1", "settle"), ("2", "_point"), ("3", "settle")):
        with monkeypatch.context() as dying:
            dying.setattr(registry, "_settle_open", lambda *_: [])
            owner = registry if dies_in == "_point" else AliasHistory
            dying.setattr(owner, dies_in, _die)
            with pytest.raises(KeyboardInterrupt):
                promote(registry, "propensity", version, who="ana", why="better")
    registry.reconcile()
    assert [(move.to_version, move.state) for move in registry.history("propensity")] == [
        ("1", "moved"),
        ("2", "abandoned"),
        ("3", "moved"),
    ]


def test_a_store_that_held_a_champion_and_is_gone_is_unreachable_and_not_empty(registry, registered):
    registered()
    promote(registry, "propensity", "1", who="ana", why="first model")
    assert registry.tracking.file is not None
    registry.tracking.file.unlink()
    again = Registry(registry.tracking.uri, registry._database)
    asks = (
        lambda: again.champion("propensity"),
        lambda: again.load("propensity", "1"),
        again.names,
        lambda: again.versions("propensity"),
        lambda: promote(again, "propensity", "1", who="ana", why="once more"),
        again.reconcile,
    )
    for ask in asks:
        with pytest.raises(RegistryUnreachable, match="MLFLOW_TRACKING_URI"):
            ask()
    assert not registry.tracking.file.exists()
    assert [move.state for move in again.history("propensity")] == ["moved"]


def test_loading_from_a_store_that_was_never_written_makes_none(tmp_path):
    registry = Registry(f"sqlite:///{tmp_path / 'mlflow.db'}")
    with pytest.raises(WrongUse, match="0 versions"):
        registry.load("propensity", "1")
    assert not (tmp_path / "mlflow.db").exists()


def test_reconciling_twice_changes_nothing_more(registry, registered):
    registered()
    promote(registry, "propensity", "1", who="ana", why="first model")
    assert registry.reconcile() == []
    assert len(registry.history("propensity")) == 1


def test_an_alias_moved_in_mlflow_itself_is_found_and_written_down(registry, registered):
    registered()
    registry.tracking.client.set_registered_model_alias("propensity", "champion", "1")
    registry.reconcile()
    (move,) = registry.history("propensity")
    assert (move.who, move.to_version, move.state) == ("unknown", "1", "moved")


def test_a_reader_without_database_cannot_move_an_alias(tracking_uri, registered):
    registered()
    with pytest.raises(WrongUse, match="no database"):
        promote(Registry(tracking_uri), "propensity", "1", who="ana", why="first model")


def test_plain_mlflow_loads_the_champion_from_another_folder_without_this_project(registry, registered, tmp_path):
    registered()
    promote(registry, "propensity", "1", who="ana", why="first model")
    # -I leaves out the working folder; this project's own installation is taken off the path by hand.
    code = """
import json, sys
sys.meta_path[:] = [finder for finder in sys.meta_path if "editable" not in repr(finder).lower()]
sys.path[:] = [folder for folder in sys.path if "site-packages" in folder or "lib/python" in folder]
import mlflow, pandas
model = mlflow.pyfunc.load_model("models:/propensity@champion")
rows = pandas.DataFrame({"owed_minor": [2.0, 0.0], "dpd": [1.0, 0.0], "paid_share": [0.0, 1.5]})
ours = [name for name in sys.modules if name.split(".")[0] in ("models", "arrears", "training")]
print(json.dumps({"answer": model.predict(rows)["propensity"].tolist(), "ours": ours}))
"""
    environ = {**os.environ, "MLFLOW_TRACKING_URI": registry.tracking.uri, "MLFLOW_DISABLE_TELEMETRY": "true"}
    done = subprocess.run(
        [sys.executable, "-I", "-c", code], cwd=tmp_path, env=environ, capture_output=True, text=True, check=True
    )
    said = json.loads(done.stdout.splitlines()[-1])
    assert said["ours"] == []
    assert said["answer"] == pytest.approx(registry.champion("propensity").artifact.predict(X[:2]).tolist())


def _die(*_args, **_kwargs):
    raise KeyboardInterrupt
