"""The chain's answers: coherent buckets, one booster for each chance to roll, moves seen where history is thin."""

import numpy as np
import pytest

from arrears.buckets import AGEING
from arrears.errors import WrongUse
from models.artifact import Part, load, write
from models.roll_rate import (
    LEAST_WORSE,
    ROLL_RATE,
    deeper_moves,
    edge_name,
    edges_that_history_speaks_of,
    explained_booster,
    outcomes,
    share_beyond,
)

EDGES = 4


def booster(seed):
    import lightgbm

    random = np.random.default_rng(seed)
    x = random.normal(size=(500, 2))
    y = (x[:, 0] + random.normal(size=500) > 0.4 * seed).astype(float)
    settings = {"objective": "binary", "verbosity": -1, "num_threads": 1, "num_leaves": 6}
    return lightgbm.train(settings, lightgbm.Dataset(x, y, feature_name=["a", "b"]), 15)


@pytest.fixture(scope="module")
def artifact(tmp_path_factory):
    random = np.random.default_rng(0)
    parts = [Part(edge_name(rank), booster(rank)) for rank in range(EDGES)]
    moves = deeper_moves(random.integers(0, 8, 5000), random.integers(0, 8, 5000), EDGES)
    return load(write(tmp_path_factory.mktemp("chain") / "model", ROLL_RATE, ["a", "b"], parts, moves=moves))


X = np.random.default_rng(9).normal(size=(800, 2)) * 2
RANKS = np.arange(800) % 8


def test_every_distribution_sums_to_one_and_is_never_negative(artifact):
    answer = artifact.predict(X, RANKS)
    assert answer.shape == (800, 8)
    assert np.allclose(answer.sum(axis=1), 1)
    assert answer.min() >= -1e-12


def test_the_chance_to_roll_is_the_chance_of_all_worse_buckets(artifact):
    worse = np.arange(8) > RANKS[:, None]
    told = (artifact.predict(X, RANKS) * worse).sum(axis=1)
    assert np.allclose(told[RANKS < 7], artifact.p_roll(X, RANKS)[RANKS < 7])


def test_the_chance_to_roll_is_one_boosters_own_answer(artifact):
    chance = artifact.p_roll(X, RANKS)
    for rank in range(EDGES):
        here = rank == RANKS
        alone = artifact.calibrated(artifact.margin(X[here], edge_name(rank)), edge_name(rank))
        assert np.allclose(chance[here], alone)


def test_beyond_the_last_booster_moves_seen_carry_its_answer_on(artifact):
    for rank in (EDGES, 6):
        here = np.full(len(X), rank)
        booster = explained_booster(artifact, rank)
        alone = artifact.calibrated(artifact.margin(X, booster), booster)
        told = artifact.p_roll(X, here)
        assert booster == edge_name(EDGES - 1)
        assert told == pytest.approx(alone * share_beyond(artifact, rank))


def test_the_oldest_bucket_has_no_chance_to_roll(artifact):
    assert np.isnan(artifact.p_roll(X, np.full(len(X), 7))).all()
    with pytest.raises(WrongUse, match="no further bucket"):
        explained_booster(artifact, 7)


def test_without_a_bucket_the_distribution_is_still_whole(artifact):
    answer = artifact.predict(X)
    assert np.allclose(answer.sum(axis=1), 1)


def test_a_bucket_with_its_own_booster_has_nothing_multiplied(artifact):
    assert [share_beyond(artifact, rank) for rank in range(EDGES)] == [1.0] * EDGES


def test_an_edge_gets_a_booster_from_the_least_number_on():
    just = np.repeat([0, 1], [1000, LEAST_WORSE])
    below = np.repeat([0, 1], [1000, LEAST_WORSE - 1])
    assert (edges_that_history_speaks_of(just), edges_that_history_speaks_of(below)) == (1, 0)


def test_deeper_moves_borrow_where_few_were_seen():
    origin, after = np.repeat([3, 4], [1000, 1]), np.concatenate([np.repeat([4, 5], [500, 500]), [5]])
    shares = np.array(deeper_moves(origin, after, 4)["shares"])
    assert shares[3, 0] == pytest.approx(0.5, abs=0.01)
    assert 0.5 < shares[4, 0] < 0.6


def test_shares_of_deeper_moves_are_shares():
    random = np.random.default_rng(2)
    shares = np.array(deeper_moves(random.integers(0, 8, 300), random.integers(0, 8, 300), 2)["shares"])
    assert shares.shape == (9, 5)
    assert ((shares > 0) & (shares < 1)).all()


def test_cure_improve_stay_and_roll_are_everything():
    answer = np.random.default_rng(1).dirichlet(np.ones(8), size=200)
    assert np.allclose(sum(outcomes(answer, np.arange(200) % 8).values()), 1)


def test_a_current_account_cannot_cure():
    answer = np.eye(8)[[0]]
    assert {name: float(chance[0]) for name, chance in outcomes(answer, np.array([0])).items()} == {
        "cure": 0.0, "improve": 0.0, "stay": 1.0, "roll": 0.0,
    }  # fmt: skip


def test_boosters_are_named_after_the_buckets():
    assert edge_name(1) == "worse_than_1_29"
    assert len({edge_name(rank) for rank in range(len(AGEING))}) == len(AGEING)
