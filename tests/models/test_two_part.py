"""A model of two parts: classes that sum to one, an expected share between the ends, bands, and reasons in words."""

from __future__ import annotations

import numpy as np
import pytest

from models.artifact import Part, load, write
from models.bands import Bands
from models.reasons import explain
from models.repayment import REPAYMENT, bands_of, expected_minor

FEATURES = ["days_past_due", "paid_90d_minor", "balance_minor"]
X = np.random.default_rng(2).normal(size=(300, 3)) * [40, 5000, 90_000]
BANDS = Bands(coverage=0.9, edges=(), reach=(0.4, None), rows=(500, 0), least=0.0, most=1.0)


@pytest.fixture(scope="module")
def artifact(tmp_path_factory):
    import lightgbm

    said = {"any": X[:, 0] < 0, "full": X[:, 1] > 0, "share": 1 / (1 + np.exp(X[:, 2] / 90_000))}
    parts = []
    for name, y in said.items():
        objective = "cross_entropy" if name == "share" else "binary"
        settings = {"objective": objective, "verbosity": -1, "num_threads": 1, "num_leaves": 7}
        rows = lightgbm.Dataset(X, y.astype(float), feature_name=FEATURES)
        parts.append(Part(name, lightgbm.train(settings, rows, 10)))
    folder = tmp_path_factory.mktemp("two-part") / "model"
    return load(write(folder, REPAYMENT, FEATURES, parts, bands={"USD": BANDS.document()}))


def test_the_three_classes_sum_to_one(artifact):
    told = artifact.scorer.answers(X)
    assert told["p_none"] + told["p_partial"] + told["p_full"] == pytest.approx(np.ones(len(X)))


def test_the_expected_share_is_all_of_the_full_and_a_part_of_the_partial(artifact):
    told = artifact.scorer.answers(X)
    assert artifact.predict(X) == pytest.approx(told["p_full"] + told["p_partial"] * told["partial_share"])
    assert 0 < artifact.predict(X).min() < artifact.predict(X).max() < 1


def test_money_is_the_share_of_what_is_asked(artifact):
    assert expected_minor(artifact, X[:2], np.array([10_000.0, 0.0])) == pytest.approx(
        [10_000 * artifact.predict(X[:1])[0], 0.0]
    )


def test_bands_are_of_a_currency_and_absent_where_too_few_were_known(artifact):
    assert bands_of(artifact, "USD") == BANDS
    assert bands_of(artifact, "EUR") is None


def test_reasons_say_what_counts_for_paying_and_what_against(artifact):
    late, paying = np.array([[90.0, 0.0, 5e5]]), np.array([[-90.0, 0.0, 5e5]])
    ((lead, *_), (good, *_)) = (explain(artifact, "any", x, currencies=["USD"])[0].reasons for x in (late, paying))
    assert (lead.feature, lead.contribution < 0) == ("days_past_due", True)
    assert lead.sentence == "Was 90 days past due by the last settled status."
    assert good.contribution > 0
