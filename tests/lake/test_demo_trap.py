"""The built-in portfolio's trap: a month's status is settled by what is paid in the next, so it must not be known yet.

The tests stand at the end of August and ask who pays 3 % of the August bill in September.
"""

from __future__ import annotations

import duckdb
import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

CUTOFF = "TIMESTAMPTZ '2005-08-31 23:59:59.999999+08'"
KNOWN = f"recorded_at <= {CUTOFF} AND (known_until IS NULL OR known_until > {CUTOFF}) AND NOT deleted"
OWING = 100_000  # a bill over 1,000
PAYS = f"""
    SELECT bills.account_id, coalesce(sum(amount_minor), 0) >= 0.03 * any_value(balance_minor) AS pays,
           coalesce(sum(amount_minor), 0) AS paid
    FROM (SELECT account_id, balance_minor FROM statements
          WHERE cycle_end = '2005-08-31' AND known_until IS NULL AND balance_minor > {OWING}) AS bills
    LEFT JOIN payments ON payments.account_id = bills.account_id AND date_trunc('month', paid_on) = '2005-09-01'
    GROUP BY bills.account_id"""


def auc(con: duckdb.DuckDBPyConnection, statuses: str) -> float:
    rows = con.execute(f"SELECT pays, status FROM ({PAYS}) JOIN ({statuses}) USING (account_id)").fetchnumpy()
    return float(roc_auc_score(rows["pays"], -np.asarray(rows["status"], dtype=float)))


def status_of(cycle_end: str, known: str) -> str:
    return f"SELECT account_id, cycles_past_due AS status FROM statements WHERE cycle_end = '{cycle_end}' AND {known}"


def test_augusts_status_is_not_known_at_the_end_of_august(demo: duckdb.DuckDBPyConnection):
    known = demo.execute(f"SELECT count(status) FROM ({status_of('2005-08-31', KNOWN)})").fetchall()
    assert known == [(0,)]


def test_augusts_bill_is_known_at_the_end_of_august(demo: duckdb.DuckDBPyConnection):
    bills = f"SELECT count(balance_minor) FROM statements WHERE cycle_end = '2005-08-31' AND {KNOWN}"
    assert demo.execute(bills).fetchall() == [(30000,)]


def test_the_latest_known_status_is_julys(demo: duckdb.DuckDBPyConnection):
    latest = f"SELECT max(cycle_end)::VARCHAR FROM statements WHERE cycles_past_due IS NOT NULL AND {KNOWN}"
    assert demo.execute(latest).fetchall() == [("2005-07-31",)]


@pytest.mark.parametrize("cycle_end", ["2005-04-30", "2005-05-31", "2005-06-30", "2005-07-31"])
def test_no_known_status_alone_tells_septembers_payment(demo: duckdb.DuckDBPyConnection, cycle_end: str):
    assert 0.5 < auc(demo, status_of(cycle_end, KNOWN)) <= 0.80


def test_augusts_status_would_have_told_it(demo: duckdb.DuckDBPyConnection):
    assert auc(demo, status_of("2005-08-31", "known_until IS NULL")) == pytest.approx(0.92, abs=0.005)


def test_almost_nobody_whom_august_calls_current_pays_nothing_in_september(demo: duckdb.DuckDBPyConnection):
    current = status_of("2005-08-31", "known_until IS NULL AND cycles_past_due = 0")
    counts = f"SELECT count(*), count(*) FILTER (paid = 0) FROM ({PAYS}) JOIN ({current}) USING (account_id)"
    assert demo.execute(counts).fetchall() == [(20528, 11)]
