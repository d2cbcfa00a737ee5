"""Reasons: exact sums, one path's numbers equal to the other's, and sentences that may be read to anybody."""

import math
import re
from itertools import product

import numpy as np
import pytest

from features.catalog import CATALOG
from models.artifact import Part, load, write
from models.contributions import shap_values
from models.phrases import PHRASES
from models.reasons import MOST_REASONS, concepts_of, explain, explain_roll, tell
from models.roll_rate import ROLL_RATE, deeper_moves, edge_name
from models.sentences import Tone, sentence
from models.spec import ModelSpec

FEATURES = ("days_past_due", "paid_30d_minor", "paid_90d_minor", "balance_minor", "limit_use_share", "rpc_count_30d")
BANNED = re.compile(
    r"\b(arm|strateg\w*|probab\w*|likel\w*|chance|score\w*|model\w*|propensity|champion|challenger|holdout|experiment\w*"
    r"|predict\w*|forecast\w*|risk\w*|null|nan|none\.|disput\w*|attorney|complain\w*|cease)\b",
    re.IGNORECASE,
)
VALUES = (0.0, 0.004, 0.37, 1.0, 2.0, 61.0, 123_450.0, -1.0, -5_000.0, math.nan)


def rows(count=700, seed=3):
    random = np.random.default_rng(seed)
    x = random.normal(size=(count, len(FEATURES))) * [30, 4000, 9000, 90_000, 1, 2]
    x[random.random(x.shape) < 0.2] = np.nan
    return x


def fitted(monotone, leaves=15, trees=120):
    import lightgbm

    random = np.random.default_rng(5)
    x = rows(4000)
    drive = np.nan_to_num(x[:, 0]) / 30 - np.nan_to_num(x[:, 1]) / 4000 + np.isnan(x[:, 2])
    y = (drive + random.normal(size=len(x)) > 0).astype(float)
    settings = {
        "objective": "binary",
        "verbosity": -1,
        "num_threads": 1,
        "num_leaves": leaves,
        "learning_rate": 0.05,
        "monotone_constraints": monotone,
    }
    return lightgbm.train(settings, lightgbm.Dataset(x, y, feature_name=list(FEATURES)), trees)


@pytest.fixture(scope="module", params=[[0] * 6, [1, -1, -1, 0, 1, 0]], ids=["free", "monotone"])
def artifact(request, tmp_path_factory):
    spec = ModelSpec("propensity", "Does it pay?", "binary", 30)
    part = Part("propensity", fitted(request.param), {"method": "platt", "parameters": [0.8, -0.2]})
    return load(write(tmp_path_factory.mktemp("reasons") / "model", spec, FEATURES, [part]))


@pytest.fixture(scope="module")
def chain(tmp_path_factory):
    booster = fitted([0] * 6, trees=30)
    parts = [Part(edge_name(rank), booster) for rank in range(3)]
    random = np.random.default_rng(1)
    moves = deeper_moves(random.integers(0, 8, 4000), random.integers(0, 8, 4000), edges=3)
    return load(write(tmp_path_factory.mktemp("chain") / "model", ROLL_RATE, FEATURES, parts, moves=moves))


def test_batch_and_single_rows_agree(artifact):
    x = rows()
    _, many = shap_values(artifact, "propensity", x, batch=True)
    _, few = shap_values(artifact, "propensity", x, batch=False)
    assert np.abs(many - few).max() < 2e-5


def test_they_agree_on_a_row_of_nulls(artifact):
    nothing = np.full((1, len(FEATURES)), np.nan)
    many, few = (shap_values(artifact, "propensity", nothing, batch=batch)[1] for batch in (True, False))
    assert np.abs(many - few).max() < 2e-5


@pytest.mark.parametrize("batch", [True, False])
def test_base_and_contributions_sum_to_the_raw_margin(artifact, batch):
    x = rows(200)
    base, contributions = shap_values(artifact, "propensity", x, batch=batch)
    assert np.abs(base + contributions.sum(axis=1) - artifact.margin(x, "propensity")).max() < 2e-5


def test_concepts_sum_to_the_raw_margin_too(artifact):
    for told in explain(artifact, "propensity", rows(90), currencies=["TWD"] * 90):
        assert told.base + sum(told.contributions.values()) == pytest.approx(told.margin, abs=2e-5)


def test_calibration_is_a_step_of_its_own(artifact):
    (told,) = explain(artifact, "propensity", rows(1), currencies=["USD"])
    assert told.raw == pytest.approx(1 / (1 + math.exp(-told.margin)))
    assert told.calibrated == pytest.approx(1 / (1 + math.exp(-(0.8 * told.margin - 0.2))))


def test_features_of_one_concept_are_one_reason(artifact):
    told = explain(artifact, "propensity", rows(50), currencies=["USD"] * 50)
    assert all(len({reason.concept for reason in each.reasons}) == len(each.reasons) for each in told)


def test_there_are_at_most_four_reasons_and_the_strongest_comes_first(artifact):
    for told in explain(artifact, "propensity", rows(50), currencies=["USD"] * 50):
        sizes = [abs(reason.contribution) for reason in told.reasons]
        assert len(sizes) <= MOST_REASONS
        assert sizes == sorted(sizes, reverse=True)


def test_a_reason_names_the_feature_that_pulls_its_concept(artifact):
    x = rows(40)
    _, contributions = shap_values(artifact, "propensity", x)
    for row, told in enumerate(explain(artifact, "propensity", x, currencies=["USD"] * 40)):
        for reason in told.reasons:
            assert contributions[row, FEATURES.index(reason.feature)] * reason.contribution > 0


def with_the_debtor(tmp_path, count):
    """An account whose features of the debtor, here in the place of payments, weigh most: 2.0 of 3.1 log-odds."""
    features = ("days_past_due", "debtor_past_due_account_count", "debtor_balance_minor", *FEATURES[3:])
    spec = ModelSpec("propensity", "Does it pay?", "binary", 30)
    artifact = load(write(tmp_path / "model", spec, features, [Part("propensity", fitted([0] * 6, trees=1))]))
    given = np.array([[-1.0, -1.5, -0.5, -0.6, 0.3, 0.2]])
    x = np.array([[30.0, 1, 100_000, 100_000, 0.5, 2]])
    (told,) = tell(artifact, "propensity", x, 0.5, given, currencies=["USD"], account_counts=[count])
    return told


def test_an_only_account_is_not_told_again_as_all_accounts_of_its_debtor(tmp_path):
    told = with_the_debtor(tmp_path, 1)
    assert [reason.concept for reason in told.reasons] == ["how late", "amount owed", "use of limit", "contact"]
    assert told.contributions["all accounts of the debtor"] == pytest.approx(-2.0)
    assert sum(told.contributions.values()) == pytest.approx(-3.1)


@pytest.mark.parametrize("count", [2, math.nan], ids=["two", "not known"])
def test_several_accounts_of_a_debtor_are_told(tmp_path, count):
    told = with_the_debtor(tmp_path, count)
    assert told.reasons[0].sentence == "The customer has 1 account past due."
    assert len(told.reasons) == MOST_REASONS


def test_an_only_account_that_will_roll_is_not_told_twice_either(chain):
    x, ranks = rows(80), np.arange(80) % 7
    told = explain_roll(chain, x, ranks, currencies=["TWD"] * 80, account_counts=[1.0] * 80)
    assert told == explain_roll(chain, x, ranks, currencies=["TWD"] * 80)  # this chain reads nothing of the debtor


def test_a_code_is_the_concept_and_the_feature(artifact):
    (told,) = explain(artifact, "propensity", rows(1), currencies=["USD"])
    assert all(reason.code == f"{reason.concept.replace(' ', '_')}.{reason.feature}" for reason in told.reasons)


def test_money_is_said_in_the_rows_own_currency(artifact):
    told = explain(artifact, "propensity", rows(60), currencies=["JPY"] * 60)
    said = [r.sentence for each in told for r in each.reasons if r.feature == "paid_90d_minor" and (r.value or 0) > 0]
    assert said
    assert all("¥" in one for one in said)


def test_nothing_reaches_stdout(artifact, capfd):
    shap_values(artifact, "propensity", rows(200), batch=True)
    assert capfd.readouterr().out == ""


def test_no_rows_have_no_explanations(artifact):
    assert explain(artifact, "propensity", np.empty((0, len(FEATURES))), currencies=[]) == []


def test_the_booster_of_the_bucket_an_account_stands_in_is_explained(chain):
    told = explain_roll(chain, rows(4), np.array([0, 1, 2, 5]), currencies=["TWD"] * 4)
    assert [each.booster for each in told] == [edge_name(rank) for rank in (0, 1, 2, 2)]


def test_the_answer_explained_is_the_chance_to_roll(chain):
    x, ranks = rows(80), np.arange(80) % 7
    told = explain_roll(chain, x, ranks, currencies=["TWD"] * 80)
    assert [each.answer for each in told] == pytest.approx(chain.p_roll(x, ranks).tolist())


def test_an_account_in_the_oldest_bucket_has_no_roll_to_explain(chain):
    assert explain_roll(chain, rows(1), np.array([7]), currencies=["TWD"]) == [None]


def test_what_makes_a_roll_likelier_counts_against_the_account(chain):
    x = np.array([[300.0, 0, 0, 100_000, 0.5, 0]])
    told = explain_roll(chain, x, np.array([0]), currencies=["USD"])[0]
    late = next(reason for reason in told.reasons if reason.feature == "days_past_due")
    assert late.contribution > 0
    assert late.sentence == "Was 300 days past due by the last settled status."


def test_every_feature_of_the_catalog_has_a_phrase():
    assert {feature.name for feature in CATALOG} == set(PHRASES)


def test_every_feature_has_a_concept():
    assert all(concepts_of([feature.name])[feature.name] == feature.concept for feature in CATALOG)


@pytest.mark.parametrize("feature", sorted(PHRASES))
def test_no_sentence_tells_what_a_collector_must_not_see(feature):
    for value, tone in product(VALUES, Tone):
        said = sentence(feature, {feature: value}, tone, currency="EUR")
        assert not BANNED.search(said), said
        assert "{" not in said
        assert re.fullmatch(r"[A-Z0-9€¥$].*[^. ]\.", said), said
        assert "  " not in said


@pytest.mark.parametrize("feature", sorted(PHRASES))
def test_the_same_value_is_said_differently_for_and_against(feature):
    for value in VALUES:
        good, bad = (sentence(feature, {feature: value}, tone, currency="EUR") for tone in Tone)
        assert good != bad


def test_a_payment_is_measured_against_what_is_past_due():
    known = {"paid_30d_minor": 4210.0, "past_due_minor": 6100.0, "bill_last_minor": 99_000.0}
    said = sentence("paid_30d_minor", known, Tone.BAD, currency="USD")
    assert said == "Paid only $42.10 in the last 30 days, against $61.00 past due."


def test_a_payment_that_reached_the_measure_is_not_belittled():
    known = {"paid_30d_minor": 6100.0, "past_due_minor": 6100.0}
    said = sentence("paid_30d_minor", known, Tone.BAD, currency="USD")
    assert said == "Paid $61.00 in the last 30 days, against $61.00 past due, which counts against it."


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.0, "Paid off nothing in the last 90 days."),
        (0.0049, "Paid off less than 1% of the debt in the last 90 days."),
        (0.0051, "Paid off only 1% of the debt in the last 90 days."),
    ],
)
def test_a_share_too_small_to_say_is_not_belittled_twice(value, said):
    feature = "paid_balance_share_90d"
    assert sentence(feature, {feature: value}, Tone.BAD, currency="USD") == said


def test_a_share_too_small_to_say_needs_no_more_than_that():
    said = sentence("limit_use_share", {"limit_use_share": 0.004}, Tone.GOOD, currency="USD")
    assert said == "Uses less than 1% of the credit limit."


@pytest.mark.parametrize(("value", "said"), [(0.99, "Paid only 99% of"), (1.1, "Paid 110% of")])
def test_more_than_all_is_never_only(value, said):
    told = sentence("paid_bill_share_last", {"paid_bill_share_last": value}, Tone.BAD, currency="USD")
    assert told.startswith(said)
    assert told.endswith("which counts against it.") is (value > 1)


def test_one_is_said_in_the_singular():
    assert (
        sentence("days_past_due", {"days_past_due": 1.0}, Tone.BAD, currency="USD")
        == "Was 1 day past due by the last settled status."
    )


def test_a_feature_nobody_put_into_words_still_speaks():
    said = sentence("a_new_thing", {"a_new_thing": 3.0}, Tone.BAD, currency="USD")
    assert said == "A new thing: 3, which counts against it."
