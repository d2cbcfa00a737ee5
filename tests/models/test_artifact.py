"""A model folder answers as its boosters did, holds text only, and says so when it is none of ours."""

from __future__ import annotations

import json

import numpy as np
import pytest

from arrears.errors import BadInput, WrongUse
from models.artifact import Part, load, write
from models.scorer import sigmoid
from models.spec import ModelSpec

SPEC = ModelSpec("propensity", "Does it pay?", "binary", 30)
FEATURES = ["paid_share", "dpd", "owed_minor"]
X = np.random.default_rng(1).normal(size=(400, 3))


def test_a_folder_answers_as_its_booster_did(model_folder, booster):
    expected = sigmoid(0.9 * booster.predict(X, raw_score=True) + 0.1)
    assert load(model_folder).predict(X) == pytest.approx(expected)


def test_one_row_and_many_give_the_same_answer(model_folder):
    model = load(model_folder)
    assert model.predict(X[:1])[0] == model.predict(X)[0]


def test_contributions_can_start_from_the_raw_margin(model_folder, booster):
    assert load(model_folder).margin(X, "propensity") == pytest.approx(booster.predict(X, raw_score=True))


def test_a_folder_holds_text_alone(model_folder):
    for file in model_folder.iterdir():
        assert file.suffix in (".json", ".txt")
        file.read_text(encoding="utf-8")


def test_columns_are_laid_in_the_models_order_and_a_missing_one_is_null(model_folder):
    x = load(model_folder).matrix({"owed_minor": [3.0], "paid_share": [1.0], "unknown": [9.0]}, 1)
    assert (x[0, 0], np.isnan(x[0, 1]), x[0, 2]) == (1.0, True, 3.0)


def test_it_tells_what_it_is(model_folder):
    model = load(model_folder)
    assert (model.name, model.features, model.horizon_days, model.boosters) == (
        "propensity",
        tuple(FEATURES),
        30,
        ("propensity",),
    )


def test_further_sections_are_kept(booster, tmp_path):
    day = np.datetime64("2005-08-31").astype(object)
    folder = write(tmp_path, SPEC, FEATURES, [Part("propensity", booster)], training={"rows": np.int64(7), "to": day})
    assert load(folder).document["training"] == {"rows": 7, "to": "2005-08-31"}


def test_what_json_cannot_say_is_refused(booster, tmp_path):
    with pytest.raises(TypeError, match="object"):
        write(tmp_path, SPEC, FEATURES, [Part("propensity", booster)], training={"what": object()})


def test_a_written_model_never_changes(model_folder, booster):
    with pytest.raises(WrongUse, match="never changes"):
        write(model_folder, SPEC, FEATURES, [Part("propensity", booster)])


def test_an_empty_folder_is_no_model(tmp_path):
    with pytest.raises(BadInput, match=r"no model\.json"):
        load(tmp_path)


def test_a_folder_of_another_format_is_named(model_folder):
    document = json.loads((model_folder / "model.json").read_text())
    (model_folder / "model.json").write_text(json.dumps(document | {"format": 99}))
    with pytest.raises(BadInput, match="format 99"):
        load(model_folder)
