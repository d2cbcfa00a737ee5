"""Learners of the effect: they find what was planted, agree with published code, and refuse what cannot teach."""

import numpy as np
import pytest

from arrears.errors import BadInput, Refused
from training.uplift.averaged import AveragedLearner, on_two_scales
from training.uplift.crossed import CrossedLearner
from training.uplift.double import DoubleLearner
from training.uplift.lessons import Learner, Lessons
from training.uplift.robust import RobustLearner, parts, robust_scores
from training.uplift.single import SingleLearner
from training.uplift.trees import Size

ROWS = 6_000
SMALL = Size(rounds=60, leaves=8, rate=0.1, least_rows=30)
LEARNERS: list[Learner] = [
    SingleLearner(SMALL),
    DoubleLearner(SMALL),
    CrossedLearner(SMALL, SMALL),
    RobustLearner(SMALL, SMALL),
    RobustLearner(SMALL, SMALL, outcomes="double", name="dr_learner of two models"),
    on_two_scales(SMALL),
]
each_learner = pytest.mark.parametrize("learner", LEARNERS, ids=lambda learner: learner.name)


def log(seed=0, *, effect=30.0, rows=ROWS, noise=10.0):
    """Those with x1 above 0 gain `effect` from the treatment, which was likelier for those with x0 above 0."""
    random = np.random.default_rng(seed)
    x = random.standard_normal((rows, 4))
    probability = np.where(x[:, 0] > 0, 0.6, 0.2)
    treated = random.random(rows) < probability
    outcome = 20 * x[:, 0] + treated * effect * (x[:, 1] > 0) + random.normal(0, noise, rows)
    return x, treated, probability, outcome


@each_learner
def test_the_planted_effect_is_found_despite_who_was_treated(learner):
    found = learner.fit(*log()).effect(np.array([[0.5, 1.0, 0, 0], [0.5, -1.0, 0, 0], [-0.5, 1.0, 0, 0]]))
    assert found == pytest.approx([30, 0, 30], abs=6)


@each_learner
def test_without_an_effect_hardly_any_is_found(learner):
    x, *_ = log()
    assert np.abs(learner.fit(*log(effect=0.0)).effect(x)).mean() < 2.5


@each_learner
def test_the_unit_of_the_outcome_is_the_unit_of_the_effect(learner):
    x, treated, probability, outcome = log()
    euros, cents = (learner.fit(x, treated, probability, outcome * unit).effect(x[:50]) for unit in (1, 100))
    assert cents == pytest.approx(100 * euros, rel=1e-6, abs=1e-3)


@each_learner
def test_of_a_yes_or_no_outcome_the_effect_is_a_difference_of_probabilities(learner):
    x, treated, probability, outcome = log()
    effect = learner.fit(x, treated, probability, (outcome > 0).astype(float)).effect(x)
    assert np.abs(effect).max() < 1.5
    assert effect[x[:, 1] > 0].mean() > effect[x[:, 1] < 0].mean() + 0.2


@each_learner
def test_learning_twice_gives_the_same(learner):
    first, again = (learner.fit(*log()).effect(log()[0]) for _ in range(2))
    assert np.array_equal(first, again)


@each_learner
def test_a_fact_that_is_unknown_is_no_obstacle(learner):
    x, *told = log()
    x[::3, 2] = np.nan
    assert np.isfinite(learner.fit(x, *told).effect(x)).all()


@each_learner
@pytest.mark.parametrize("arm", [True, False])
def test_a_log_with_one_arm_is_refused_with_its_numbers(learner, arm):
    x, _, probability, outcome = log(rows=500)
    with pytest.raises(Refused, match="50 of each are needed"):
        learner.fit(x, np.full(500, arm), probability, outcome)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"outcome": np.zeros(3)}, "3 rows of outcome"),
        ({"probability": np.full(ROWS, 1.2)}, "outside 0-1"),
        ({"outcome": np.full(ROWS, np.nan)}, "no numbers"),
    ],
)
def test_a_log_that_makes_no_sense_is_refused(changed, said):
    told = dict(zip(("features", "treated", "probability", "outcome"), log(), strict=True))
    with pytest.raises(BadInput, match=said):
        DoubleLearner(SMALL).fit(**(told | changed))


def test_a_treatment_that_never_harms_has_no_negative_effect():
    x, treated, probability, outcome = log(effect=-30.0)
    assert SingleLearner(SMALL).fit(x, treated, probability, outcome).effect(x).min() < -20
    assert SingleLearner(SMALL, never_harms=True).fit(x, treated, probability, outcome).effect(x).min() >= 0


def test_an_average_is_the_mean_of_its_members():
    members = LEARNERS[:2]
    x, *_ = log()
    alone = [member.fit(*log()).effect(x) for member in members]
    assert AveragedLearner(tuple(members)).fit(*log()).effect(x) == pytest.approx(np.mean(alone, axis=0))


def test_two_scales_differ_where_the_outcome_is_yes_or_no():
    x, treated, probability, outcome = log()
    members = on_two_scales(SMALL).members
    odds, shares = (each.fit(x, treated, probability, (outcome > 0).astype(float)).effect(x) for each in members)
    assert not np.allclose(odds, shares, atol=0.01)


def test_right_probabilities_mend_wrong_outcome_models():
    x, treated, probability, outcome = log(rows=60_000)
    scores = robust_scores(
        Lessons(x, treated, probability, outcome), np.full(60_000, 7.0), np.full(60_000, -7.0), clip=0.01
    )
    assert scores.mean() == pytest.approx(15.0, abs=4 * scores.std() / np.sqrt(60_000))


def test_right_outcome_models_mend_wrong_probabilities():
    x, treated, _, outcome = log(rows=60_000)
    lessons = Lessons(x, treated, np.full(60_000, 0.9), outcome)
    scores = robust_scores(lessons, 20 * x[:, 0], 20 * x[:, 0] + 30 * (x[:, 1] > 0), clip=0.01)
    assert scores.mean() == pytest.approx(15.0, abs=4 * scores.std() / np.sqrt(60_000))


def test_a_row_stands_for_no_more_than_the_clip_allows():
    rare = Lessons(np.zeros((1, 1)), np.array([True]), np.array([0.001]), np.array([1.0]))
    assert robust_scores(rare, np.zeros(1), np.zeros(1), clip=0.05).tolist() == [20.0]


class TestAgainstPublishedCode:
    """The same booster inside econml's learners (Battocchi et al., https://github.com/py-why/EconML)."""

    def regressor(self):
        from lightgbm import LGBMRegressor

        return LGBMRegressor(
            n_estimators=SMALL.rounds,
            num_leaves=SMALL.leaves,
            learning_rate=SMALL.rate,
            min_child_samples=SMALL.least_rows,
            n_jobs=1,
            deterministic=True,
            force_row_wise=True,
            verbosity=-1,
            random_state=SMALL.seed,
        )

    def test_the_t_learner_is_theirs(self):
        from econml.metalearners import TLearner

        x, treated, probability, outcome = log()
        theirs = TLearner(models=self.regressor()).fit(outcome, treated.astype(int), X=x).effect(x)
        ours = DoubleLearner(SMALL).fit(x, treated, probability, outcome).effect(x)
        assert ours == pytest.approx(theirs, abs=1e-4)

    def test_the_s_learner_is_theirs(self):
        from econml.metalearners import SLearner

        x, treated, probability, outcome = log()
        theirs = SLearner(overall_model=self.regressor()).fit(outcome, treated.astype(int), X=x).effect(x)
        ours = SingleLearner(SMALL).fit(x, treated, probability, outcome).effect(x)
        assert ours == pytest.approx(theirs, abs=1e-4)

    def test_the_x_learner_is_theirs_where_the_probability_is_one_number(self):
        from econml.metalearners import XLearner

        x, treated, _, outcome = log()
        theirs = XLearner(
            models=self.regressor(),
            cate_models=self.regressor(),
            propensity_model=known_chance(lambda rows: np.full(len(rows), 0.4)),
        ).fit(outcome, treated.astype(int), X=x)
        ours = CrossedLearner(SMALL, SMALL).fit(x, treated, np.full(ROWS, 0.4), outcome)
        assert ours.effect(x) == pytest.approx(theirs.effect(x), abs=1e-4)

    def test_the_dr_learner_is_theirs_on_the_same_parts(self):
        from econml.dr import DRLearner

        x, treated, probability, outcome = log()
        part = parts(ROWS, 2, seed=0)
        theirs = DRLearner(
            model_propensity=known_chance(lambda rows: np.where(rows[:, 0] > 0, 0.6, 0.2)),
            model_regression=self.regressor(),
            model_final=self.regressor(),
            cv=[(np.flatnonzero(part != each), np.flatnonzero(part == each)) for each in (0, 1)],
            min_propensity=0.01,
        ).fit(outcome, treated.astype(int), X=x)
        ours = RobustLearner(SMALL, SMALL).fit(x, treated, probability, outcome)
        assert ours.effect(x) == pytest.approx(theirs.effect(x), abs=1e-4)


def known_chance(of_rows):
    from sklearn.base import BaseEstimator, ClassifierMixin

    class Known(ClassifierMixin, BaseEstimator):
        def fit(self, _x, treated, **_):
            self.classes_ = np.unique(treated)
            return self

        def predict_proba(self, x):
            chance = of_rows(x)
            return np.column_stack([1 - chance, chance])

        def predict(self, x):
            return (self.predict_proba(x)[:, 1] > 0.5).astype(int)

    return Known()
