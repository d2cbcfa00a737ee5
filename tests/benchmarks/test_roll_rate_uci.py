"""Roll rates of the built-in portfolio: totals known from the published data, and the numbers the model has to reach.

Everything goes through the product's own lake, features, labels and folds. Judged on the moves from July to August,
as known on 31 August; the moves before teach.
"""

from datetime import date

import numpy as np
import pytest

from arrears.buckets import AGEING, Bucket
from arrears.roll_rates import bucket_counts, monthly, moves, pooled, settled_by
from features.delinquency import cycle_statuses
from models.roll_rate import NEXT_RANK, edge_name
from training.fit_roll_rate import judge
from training.forecast import forecast
from training.forecast_start import standing_on
from training.roll_rate_book import read_book
from training.roll_rate_folds import MARKOV, MODEL, judge_fold
from training.roll_rate_scores import THREE_STATES
from training.splits import Fold, check_gap
from training.trained import TrainRequest

DAYS = (date(2005, 5, 31), date(2005, 6, 30), date(2005, 7, 31), date(2005, 8, 31))
SCORING_DAY = date(2005, 9, 30)
MONTHS_LATE = {
    date(2005, 4, 30): (26_921, 0, 2_766, 184, 49, 13, 19, 46 + 2),
    date(2005, 5, 31): (27_032, 0, 2_626, 178, 84, 17, 4, 58 + 1),
    date(2005, 6, 30): (26_490, 2, 3_159, 180, 69, 35, 5, 58 + 2),
    date(2005, 7, 31): (25_787, 4, 3_819, 240, 76, 21, 23, 27 + 3),
    date(2005, 8, 31): (25_562, 28, 3_927, 326, 99, 25, 12, 20 + 1),
    date(2005, 9, 30): (23_182, 3_688, 2_667, 322, 76, 26, 11, 9 + 19),
}
"""Published counts of accounts by months late; seven months and more are the oldest bucket."""


@pytest.fixture(scope="module")
def statuses(demo_lake):
    with demo_lake.connect() as con:
        return cycle_statuses(demo_lake.present, demo_lake.settings).run(con)


@pytest.fixture(scope="module")
def book(demo_lake):
    return read_book(demo_lake, TrainRequest(training_day=SCORING_DAY, from_=DAYS[0], to=SCORING_DAY))


@pytest.fixture(scope="module")
def newest(book):
    fold = Fold(DAYS[:3], DAYS[3:])
    check_gap(fold.train, fold.test, horizon_days=30)
    return judge_fold(book, fold, THREE_STATES, zone="Asia/Taipei")


@pytest.fixture(scope="module")
def trained(book, newest):
    return judge(book, [newest], THREE_STATES)


def beside_markov(newest, measure):
    model, markov = (getattr(newest.scores[answer], measure) for answer in (MODEL, MARKOV))
    return f"{model:.4f}; Markov {markov:.4f}; ratio {model / markov:.2f}"


def test_bucket_counts_are_the_published_ones(statuses):
    counts = bucket_counts(statuses)
    assert {day: tuple(buckets[bucket] for bucket in AGEING) for day, buckets in counts.items()} == MONTHS_LATE


def test_pooled_moves_are_the_published_ones(statuses):
    accounts = pooled(monthly(moves(statuses))).accounts
    assert accounts[0, :3].tolist() == [123_723, 1_860, 6_209]
    assert accounts.sum() == 5 * 30_000


def test_on_the_scoring_day_four_months_of_moves_have_settled(statuses):
    settled = settled_by(moves(statuses), SCORING_DAY, zone="Asia/Taipei", settles_days=28)
    assert [str(month.month_to) for month in monthly(settled)] == [
        "2005-05-31",
        "2005-06-30",
        "2005-07-31",
        "2005-08-31",
    ]


def test_the_label_of_a_day_is_the_move_between_the_two_months_before_its_end(book):
    july_to_august = book.on(DAYS[3:])
    moved = np.zeros((8, 8))
    np.add.at(moved, (book.origin_rank[july_to_august], book.next_rank[july_to_august]), 1)
    assert moved.sum(axis=1).tolist() == list(MONTHS_LATE[date(2005, 7, 31)])
    assert moved.sum(axis=0).tolist() == list(MONTHS_LATE[date(2005, 8, 31)])


def test_the_scoring_days_own_label_is_missing(book):
    assert not book.on([SCORING_DAY]).any()


def test_no_feature_is_demographic(book):
    assert not {name for name in book.features if any(word in name for word in ("sex", "age_", "educ", "marri"))}


def test_markov_is_where_it_was_measured(newest):
    assert newest.scores[MARKOV].log_loss == pytest.approx(0.316, abs=0.001)
    assert newest.scores[MARKOV].rps == pytest.approx(0.0445, abs=0.0002)


def test_log_loss_reaches_its_target(newest, record_property):
    record_property("roll rate, log loss (at most 0.287)", beside_markov(newest, "log_loss"))
    assert newest.scores[MODEL].log_loss <= 0.287


def test_ranked_probability_score_reaches_its_target(newest, record_property):
    record_property("roll rate, RPS (at most 0.041)", beside_markov(newest, "rps"))
    assert newest.scores[MODEL].rps <= 0.041


def test_flows_are_forecast_much_closer_than_by_markov(newest, record_property):
    record_property("roll rate, error of flows (at most 0.7 of Markov's)", beside_markov(newest, "flow_error"))
    assert newest.scores[MODEL].flow_error <= 0.7 * newest.scores[MARKOV].flow_error


def test_next_months_money_is_forecast_closer_than_by_markov(newest):
    assert newest.scores[MODEL].balance_error < newest.scores[MARKOV].balance_error


def test_the_model_is_better_in_every_group_of_origins(newest):
    model, markov = newest.scores[MODEL].log_loss_by_origin, newest.scores[MARKOV].log_loss_by_origin
    assert all(model[group] < markov[group] for group in markov)


def test_the_verdict_is_to_promote_by_an_interval(trained):
    assert trained.verdict.word == "promote"
    assert trained.report["differences"]["log_loss less Markov matrix"]["high"] < -0.03


def test_four_edges_have_a_booster_of_their_own(trained):
    assert [part.name for part in trained.parts] == [edge_name(rank) for rank in range(5)][: len(trained.parts)]
    assert len(trained.parts) >= 4


def test_the_charts_show_forecast_and_truth(trained):
    assert all(title in trained.charts["roll_rates.svg"] for title in ("Forecast", "What happened"))


def test_charged_off_counts_as_the_oldest_bucket_and_paid_off_as_cured():
    assert (NEXT_RANK[Bucket.CHARGED_OFF], NEXT_RANK[Bucket.PAID_OFF], Bucket.LEFT in NEXT_RANK) == (7, 0, False)


def test_the_forecast_for_august_covers_what_came(demo_lake):
    standing = standing_on(demo_lake, DAYS[3], "TWD", None)
    (august,) = forecast(standing.start, standing.months, 1, by="count")
    came = dict(zip(AGEING, MONTHS_LATE[DAYS[3]], strict=True))
    covered = [august.totals[bucket].low <= came[bucket] <= august.totals[bucket].high for bucket in AGEING]
    assert sum(covered) >= 7
