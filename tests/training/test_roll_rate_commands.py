"""`arrears roll-rates` and `arrears forecast`, as typed: one JSON document each, or tables, or a refusal that helps."""

import json
import os
import subprocess
import sys

import pytest

from tests.demo_day import SCORING_DAY


def arrears(*words, folder):
    command = [sys.executable, "-c", "from commands.main import main; main()", *map(str, words)]
    environment = {**os.environ, "MLFLOW_TRACKING_URI": f"sqlite:///{folder / 'mlflow.db'}", "COLUMNS": "120"}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("commands")


@pytest.fixture(scope="module")
def rates(demo_lake, folder):
    return json.loads(
        arrears("roll-rates", "--every", "month", "--json", "--lake", demo_lake.root, folder=folder).stdout
    )


@pytest.fixture(scope="module")
def ahead(demo_lake, folder):
    words = ("forecast", "--as-of", SCORING_DAY, "--months", 3, "--json", "--lake", demo_lake.root)
    return json.loads(arrears(*words, folder=folder).stdout)


def test_pooled_counts_are_the_published_ones(rates):
    assert rates["pooled"]["counts"]["CURRENT"] == {"CURRENT": 123_723, "1-29": 1_860, "30-59": 6_209}


def test_every_month_is_told_and_adds_up_to_the_pool(rates):
    cured = [month["counts"]["30-59"]["CURRENT"] for month in rates["months"]]
    assert (len(cured), sum(cured)) == (5, rates["pooled"]["counts"]["30-59"]["CURRENT"])


def test_shares_of_a_bucket_sum_to_one(rates):
    assert [sum(row.values()) for row in rates["pooled"]["shares"].values()] == pytest.approx([1] * 8, abs=1e-5)


def test_a_bucket_nobody_was_in_has_no_row(rates):
    assert "1-29" not in rates["months"][0]["shares"]


def test_a_span_takes_only_months_within_it(demo_lake, folder):
    words = ("roll-rates", "--from", "2005-06-01", "--to", "2005-08-31", "--by", "balance", "--json")
    told = json.loads(arrears(*words, "--lake", demo_lake.root, folder=folder).stdout)
    assert (told["pooled"]["from"], told["pooled"]["to"]) == ("2005-06-30", "2005-08-31")
    assert told["unit"] == "minor units of TWD"


def test_a_person_gets_a_table(demo_lake, folder):
    told = arrears("roll-rates", "--lake", demo_lake.root, folder=folder)
    assert (told.returncode, told.stderr) == (0, "")
    assert "123,723" in told.stdout


def test_a_currency_the_book_does_not_have_is_wrong_use(demo_lake, folder):
    told = arrears("roll-rates", "--currency", "EUR", "--lake", demo_lake.root, folder=folder)
    assert told.returncode == 2
    assert "accounts in TWD" in told.stderr


def test_a_span_without_a_move_is_refused(demo_lake, folder):
    told = arrears("roll-rates", "--from", "2005-09-01", "--lake", demo_lake.root, folder=folder)
    assert told.returncode == 4
    assert "do: Take a longer span" in told.stderr


def test_a_forecast_starts_from_the_last_settled_statuses(ahead):
    assert (ahead["settled_on"], len(ahead["moves"]), ahead["accounts"]) == ("2005-08-31", 4, 30_000)


def test_without_a_champion_markov_stands_alone_and_it_is_said(ahead):
    assert ahead["model"] is None
    assert list(ahead["forecasts"]) == ["Markov matrix"]
    assert "No roll-rate model is champion: the Markov matrix stands alone." in ahead["said"]


def test_a_forecast_loses_no_account(ahead):
    for month in ahead["forecasts"]["Markov matrix"]["count"]:
        assert sum(band["expected"] for band in month["totals"].values()) == pytest.approx(30_000, abs=1)


def test_a_day_without_accounts_is_wrong_use(demo_lake, folder):
    told = arrears("forecast", "--as-of", "2004-01-31", "--lake", demo_lake.root, folder=folder)
    assert told.returncode == 2
    assert "no account in TWD on that day" in told.stderr
