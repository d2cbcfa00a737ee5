"""Recomputing from current events gives what the night's own way of reading gives, account by account."""

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from arrears.events.keep import New, keep
from arrears.tables import TABLES
from serving.api import routes
from serving.gate.bench import Bench
from serving.gate.book import questions, read_book
from serving.live import Live

DAY = date(2005, 10, 3)


@pytest.fixture(scope="module")
def asked(demo_lake):
    return questions(demo_lake.present, demo_lake.settings)


@pytest.fixture(scope="module")
def bench(demo_lake, asked):
    laid_out = Bench(demo_lake, asked)
    yield laid_out
    laid_out.close()


@pytest.mark.parametrize("debtor", ["D00001", "D00003", "D14589", "D29999"])
def test_the_bench_answers_as_the_book_does(demo_lake, asked, bench, debtor):
    with demo_lake.connect(only_debtor=debtor) as con:
        book = read_book(con, asked, DAY, past_due_only=False)
    positions, features = bench.ask(debtor, DAY)
    assert positions["account_id"].to_pylist() == book.account_id.tolist()
    assert positions["bucket"].to_pylist() == book.bucket.tolist()
    known = [
        [np.nan if each[name] is None else each[name] for name in asked.features.names] for each in features.to_pylist()
    ]
    np.testing.assert_array_equal(np.array(known, dtype=float), book.x)


def test_a_debtor_nobody_knows_leaves_the_bench_empty(bench):
    assert [table.num_rows for table in bench.ask("nobody", DAY)] == [0, 0]


def test_nothing_of_the_debtor_before_stays_on_the_bench(bench):
    bench.ask("D00001", DAY)
    assert bench.ask("D00003", DAY)[0]["debtor_id"].to_pylist() == ["D00003"]


def test_an_account_nobody_knows_stands_nowhere(demo_lake):
    live = Live()
    assert live.standing(demo_lake, "nobody", DAY) is None
    assert live.standing_by_rules(demo_lake, "nobody", DAY) is None
    live.close()


def test_rules_answer_for_a_champion_that_reads_features_the_book_has_not(demo_lake, database):
    live = Live()
    loaded = SimpleNamespace(artifact=SimpleNamespace(features=("a_table_that_is_gone",)))
    champions = SimpleNamespace(wait=lambda: None, of=dict.fromkeys(("propensity", "roll_rate"), loaded).get)
    deployment: Any = SimpleNamespace(lake=demo_lake, live=live, day=DAY, champions=champions, engine=database)
    (found,) = routes._fresh(deployment, ["A14589"])
    assert found.otherwise["propensity"]["reasons"][0]["sentence"].startswith("Scored by rules")
    live.close()


def test_both_ways_stand_in_the_same_place(demo_lake):
    live = Live()
    by_model, by_rules = live.standing(demo_lake, "A14589", DAY), live.standing_by_rules(demo_lake, "A14589", DAY)
    assert by_model.bucket == by_rules.bucket
    np.testing.assert_equal(dict(by_model.features), dict(by_rules.features))
    assert by_rules.otherwise["propensity"]["reasons"][0]["sentence"].startswith("Scored by rules")
    live.close()


def test_both_ways_know_what_came_since_the_load(demo_lake, database):
    row = {"payment_id": "T1", "line": 1, "account_id": "A14589", "paid_on": "2005-10-03", "amount": "12.00"}
    new = New(TABLES["payments"], row, datetime(2005, 10, 3, 2, tzinfo=UTC), "D14589", "A14589")
    with database.begin() as connection:
        keep(connection, [new], by="test")
    live = Live()
    with database.connect() as connection:
        ways = [look(demo_lake, "A14589", DAY, connection) for look in (live.standing, live.standing_by_rules)]
    before = live.standing(demo_lake, "A14589", DAY)
    told = [way.features["paid_30d_minor"] - before.features["paid_30d_minor"] for way in ways]
    assert told == [1_200, 1_200]
    live.close()
