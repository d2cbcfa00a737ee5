"""What an uplift model answers: each segment by its own boosters and ranking, the same in a copy that MLflow runs."""

import numpy as np
import pytest

from arrears.queues.added import AT_RISK, REPAYMENT, RESPONSE, UPLIFT
from models.artifact import Part, load, write
from models.uplift import UPLIFT as SPEC
from models.uplift import added

FEATURES = ("days_past_due", "balance_minor")
ROWS = 6
PROVED = {"estimate": 900.0, "low": 400.0, "high": 1_400.0}


def booster(columns, objective, seed):
    """Trees over days past due and, where there is one, the treatment."""
    import lightgbm

    random = np.random.default_rng(seed)
    x = random.uniform(0, 100, size=(2_000, columns))
    if columns > len(FEATURES):
        x[:, -1] = random.random(len(x)) < 0.5
    chance = 0.2 + 0.4 * (x[:, 0] > 50) * (x[:, -1] if columns > len(FEATURES) else 1)
    y = (random.random(len(x)) < chance).astype(float)
    settings = {"objective": objective, "verbosity": -1, "num_threads": 1, "num_leaves": 7}
    return lightgbm.train(settings, lightgbm.Dataset(x, y), 30)


def segment(name, client, basis, ranking, boosters, scale=1.0):
    told = {"name": name, "client": client, "currency": "USD", "basis": basis, "ranking": ranking}
    return told | {"boosters": boosters, "scale": scale, "adds_minor": PROVED, "because": "a test says so"}


@pytest.fixture(scope="module")
def artifact(tmp_path_factory):
    parts = [
        Part("one_by_odds", booster(3, "binary", 1), facts={"scale": 1.0}),
        Part("one_by_shares", booster(3, "regression", 2), facts={"scale": 2.0}),
        Part("two_paid", booster(2, "binary", 3), facts={"scale": 1.0}),
        Part("three_paid", booster(2, "regression", 4), facts={"scale": 5.0}),
    ]
    segments = [
        segment("one", "bank", "loss", "uplift", ["one_by_odds", "one_by_shares"]),
        segment("two", "bank", "fee", "repayment", ["two_paid"], scale=0.25),
        segment("three", "shop", "fee", "response", ["three_paid"], scale=700.0),
        segment("four", "shop", "loss", "value_at_risk", []),
    ]
    folder = write(tmp_path_factory.mktemp("uplift") / "model", SPEC, FEATURES, parts, selection={"segments": segments})
    return load(folder)


@pytest.fixture(scope="module")
def x():
    return np.column_stack([[10.0, 90, 20, 80, 30, 70], np.full(ROWS, 5e4)])


def asked(artifact, x, client, *, can_roll, currency="USD"):
    columns = {"client": np.full(len(x), client), "currency": np.full(len(x), currency)}
    return added(artifact, x, can_roll=np.full(len(x), can_roll), **columns)


def test_an_effect_is_the_answer_with_the_treatment_less_the_one_without_averaged_over_the_scales(artifact, x):
    found = asked(artifact, x, "bank", can_roll=True)
    told = []
    for name, scale in (("one_by_odds", 1.0), ("one_by_shares", 2.0)):
        with_, without = (
            artifact.scorer.boosters[name].predict(np.column_stack([x, np.full(ROWS, treated)]))
            for treated in (1.0, 0.0)
        )
        told.append((with_ - without) * scale)
    assert found.ranking.tolist() == [UPLIFT] * ROWS
    assert found.share == pytest.approx(np.mean(told, axis=0))
    assert found.share[1::2].min() > 0.3 > found.share[::2].max()
    assert (found.adds_minor[0], found.low_minor[0], found.high_minor[0]) == (900.0, 400.0, 1_400.0)


def test_expected_repayment_is_worth_its_chance_times_what_is_at_stake(artifact, x):
    found, stake = asked(artifact, x, "bank", can_roll=False), np.linspace(1e3, 9e3, ROWS)
    chance = artifact.scorer.boosters["two_paid"].predict(x)
    assert found.ranking.tolist() == [REPAYMENT] * ROWS
    assert found.worth(stake, np.zeros(ROWS)) == pytest.approx(0.25 * chance * stake)


def test_the_likeliest_payer_is_worth_most_whatever_is_at_stake(artifact, x):
    found = asked(artifact, x, "shop", can_roll=False)
    worth = [found.worth(stake, np.zeros(ROWS)) for stake in (np.full(ROWS, 1e3), np.linspace(1e3, 9e3, ROWS))]
    assert found.ranking.tolist() == [RESPONSE] * ROWS
    assert worth[0].tolist() == worth[1].tolist()
    chance = np.clip(5.0 * artifact.scorer.boosters["three_paid"].predict(x), 0.0, 1.0)
    assert worth[0] == pytest.approx(700.0 * chance)


@pytest.mark.parametrize(
    ("client", "currency"), [("shop", "USD"), ("nobody", "USD"), ("bank", "EUR")], ids=["at risk", "client", "currency"]
)
def test_where_no_ranking_is_proved_what_is_at_risk_stands(artifact, x, client, currency):
    found = asked(artifact, x, client, can_roll=True, currency=currency)
    assert found.ranking.tolist() == [AT_RISK] * ROWS
    assert found.worth(np.full(ROWS, 1e3), np.arange(ROWS)).tolist() == list(range(ROWS))
    assert np.isnan(found.adds_minor).all()


def test_one_account_alone_is_told_what_it_is_in_its_book(artifact, x):
    whole = asked(artifact, x, "bank", can_roll=True).share
    assert [asked(artifact, x[[row]], "bank", can_roll=True).share[0] for row in range(ROWS)] == whole.tolist()


def test_all_segments_answer_for_every_row_elsewhere(artifact, x):
    answers = artifact.scorer.answers(x)
    assert sorted(answers) == ["one", "three", "two"]
    assert answers["one"].tolist() == asked(artifact, x, "bank", can_roll=True).share.tolist()
