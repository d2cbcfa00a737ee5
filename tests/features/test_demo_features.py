"""The built-in portfolio: who is past due on the scoring day, and that no status feature knows what it must not."""

from collections import Counter
from collections.abc import Iterator
from datetime import date

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute
import pytest
from sklearn.metrics import roc_auc_score

from arrears.lake import Lake
from features import snapshots
from features.build import plan
from features.catalog import CATALOG
from features.delinquency import cycle_statuses, positions_plan

SCORING_DAY, LAST_LABELLED = date(2005, 9, 30), date(2005, 8, 31)
SEPTEMBER = {"CURRENT": 23_182, "1-29": 3_688, "30-59": 2_667, "60-89": 322}
SEPTEMBER |= {"90-119": 76, "120-149": 26, "150-179": 11, "180+": 28}
STATUS = [known.name for known in CATALOG if known.group == "delinquency_history"]


@pytest.fixture(scope="module")
def con(demo_lake: Lake) -> Iterator[duckdb.DuckDBPyConnection]:
    with demo_lake.connect() as opened:
        snapshots.on_days(opened, demo_lake.settings, [LAST_LABELLED, SCORING_DAY])
        yield opened


@pytest.fixture(scope="module")
def scoring_day(demo_lake: Lake, con: duckdb.DuckDBPyConnection) -> list[dict]:
    rows = positions_plan(demo_lake.present, demo_lake.settings).run(con).to_pylist()
    return [row for row in rows if row["as_of"] == SCORING_DAY]


@pytest.fixture(scope="module")
def august(demo_lake: Lake, con: duckdb.DuckDBPyConnection) -> pa.Table:
    table = plan(demo_lake.present, demo_lake.settings).run(con)
    return table.filter(pa.compute.equal(table["as_of"], LAST_LABELLED))


def test_septembers_codes_decide_who_is_past_due_on_the_scoring_day(scoring_day: list[dict]):
    assert Counter(row["bucket"] for row in scoring_day) == SEPTEMBER


def test_1689_of_the_6818_past_due_owe_nothing(scoring_day: list[dict]):
    past_due = [row for row in scoring_day if row["bucket"] != "CURRENT"]
    assert (len(past_due), sum(row["balance_minor"] <= 0 for row in past_due)) == (6_818, 1_689)


def test_the_settled_bucket_on_the_scoring_day_is_augusts(demo_lake: Lake, con, scoring_day: list[dict]):
    statuses = cycle_statuses(demo_lake.present, demo_lake.settings).run(con).to_pylist()
    august = Counter(row["bucket"] for row in statuses if row["cycle_end"] == LAST_LABELLED)
    assert Counter(row["bucket_settled"] for row in scoring_day) == august
    assert august["1-29"] == 28


def test_days_and_money_are_whole_numbers(demo_lake: Lake, con: duckdb.DuckDBPyConnection):
    table = positions_plan(demo_lake.present, demo_lake.settings).run(con)
    kinds = {name: table.schema.field(name).type for name in table.column_names if name.endswith(("_minor", "_due"))}
    assert set(kinds.values()) == {pa.int64()}


def test_what_stops_the_roll_is_three_hundredths_of_the_bill(scoring_day: list[dict]):
    owing = [row for row in scoring_day if row["balance_minor"] > 0]
    assert all(abs(row["stop_roll_minor"] - 0.03 * row["balance_minor"]) <= 50 for row in owing)


def test_no_status_feature_alone_tells_septembers_payment(demo_lake: Lake, con, august: pa.Table):
    pays = con.execute(
        """SELECT coalesce(sum(payments.amount_minor), 0) >= 0.03 * any_value(bills.balance_minor) AS pays
        FROM statements AS bills LEFT JOIN payments
        ON payments.account_id = bills.account_id AND payments.paid_on = '2005-09-15'
        WHERE bills.cycle_end = '2005-08-31' AND bills.known_until IS NULL
        GROUP BY bills.account_id ORDER BY bills.account_id"""
    ).fetchnumpy()["pays"]
    owes = np.asarray(august["bill_last_minor"]) > 100_000
    known = [name for name in STATUS if name in august.column_names]
    assert len(known) >= 6
    for name in known:
        values = np.nan_to_num(np.asarray(august[name], dtype=float), nan=-1.0)
        area = roc_auc_score(pays[owes], values[owes])
        assert 0.20 <= area <= 0.80, name


def test_no_feature_of_the_demo_is_empty(august: pa.Table):
    assert [name for name in august.column_names if august[name].null_count == august.num_rows] == []


def test_one_debtors_features_are_the_books_features_of_that_debtor(demo_lake: Lake, august: pa.Table):
    made = plan(demo_lake.present, demo_lake.settings)
    with demo_lake.connect(only_debtor="D00007") as con:
        snapshots.on_days(con, demo_lake.settings, [LAST_LABELLED])
        live = made.run(con)
    assert live.to_pylist() == august.filter(pa.compute.equal(august["debtor_id"], "D00007")).to_pylist()
