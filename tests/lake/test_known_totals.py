"""The real data sets arrive whole: their totals in the lake are those that their papers and README give."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest

from arrears.lake import Lake
from arrears.loading import load
from tests.lake.small_source import Standing
from tests.shared_data import fines_source, shared_data

STATUS = "SELECT account_id, cycle_end, cycles_past_due AS status FROM statements WHERE known_until IS NULL"
MONTHS_LATE = {
    "2005-04-30": (26921, 0, 2766, 184, 49, 13, 19, 46, 2),
    "2005-05-31": (27032, 0, 2626, 178, 84, 17, 4, 58, 1),
    "2005-06-30": (26490, 2, 3159, 180, 69, 35, 5, 58, 2),
    "2005-07-31": (25787, 4, 3819, 240, 76, 21, 23, 27, 3),
    "2005-08-31": (25562, 28, 3927, 326, 99, 25, 12, 20, 1),
    "2005-09-30": (23182, 3688, 2667, 322, 76, 26, 11, 9, 19),
}


def test_the_demo_has_every_account_and_limit(demo: duckdb.DuckDBPyConnection):
    totals = demo.execute("SELECT count(*), sum(credit_limit_minor)::BIGINT FROM accounts").fetchall()
    assert totals == [(30000, 502452968000)]


def test_the_demo_has_every_bill_of_september(demo: duckdb.DuckDBPyConnection):
    bills = "SELECT sum(balance_minor)::BIGINT FROM statements WHERE cycle_end = '2005-09-30'"
    assert demo.execute(bills).fetchall() == [(153669992700,)]


def test_the_demo_has_every_payment_of_every_month(demo: duckdb.DuckDBPyConnection, demo_lake: Lake):
    source = Path(str(demo_lake.root.parent / "source" / "payments.parquet"))
    by_month = "SELECT paid_on, sum({0})::BIGINT FROM {1} GROUP BY 1 ORDER BY 1"
    paid = demo.execute(by_month.format("amount_minor", "payments")).fetchall()
    assert paid == demo.execute(by_month.format("amount * 100", f"'{source}'")).fetchall()
    assert paid[-1][1] == 16990741500


@pytest.mark.parametrize("cycle_end", MONTHS_LATE)
def test_each_months_statuses_are_counted_as_published(demo: duckdb.DuckDBPyConnection, cycle_end: str):
    counts = dict(
        demo.execute(f"SELECT status, count(*) FROM ({STATUS}) WHERE cycle_end = '{cycle_end}' GROUP BY 1").fetchall()
    )
    assert tuple(counts.get(months, 0) for months in range(9)) == MONTHS_LATE[cycle_end]


def test_the_pooled_moves_from_current_are_as_published(demo: duckdb.DuckDBPyConnection):
    moves = f"""
        SELECT later.status, count(*) FROM ({STATUS}) AS earlier JOIN ({STATUS}) AS later
          ON later.account_id = earlier.account_id AND later.cycle_end = last_day(earlier.cycle_end + INTERVAL 1 DAY)
        WHERE earlier.status = 0 GROUP BY 1"""
    counts = dict(demo.execute(moves).fetchall())
    assert (counts[0], counts[1], counts[2]) == (123723, 1860, 6209)


def test_the_scoring_day_has_its_past_due_accounts(demo: duckdb.DuckDBPyConnection):
    september = f"({STATUS.replace('SELECT', 'SELECT balance_minor,')}) WHERE cycle_end = '2005-09-30' AND status > 0"
    counts = demo.execute(f"SELECT count(*), count(*) FILTER (balance_minor <= 0) FROM {september}").fetchall()
    assert counts == [(6818, 1689)]


def test_the_label_of_the_demo_is_in_no_table(demo_lake: Lake):
    assert not [name for table in demo_lake.tables for name in demo_lake.columns(table) if "default" in name]


@pytest.fixture(scope="module")
def fines(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    folder = tmp_path_factory.mktemp("fines")
    return loaded(fines_source(folder), folder)


@pytest.fixture(scope="module")
def receivables(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    return loaded(shared_data() / "sources" / "receivables", tmp_path_factory.mktemp("receivables"))


def loaded(source: Path, folder: Path) -> Lake:
    """The lake of a real ledger, which is taken with warnings and without errors."""
    report = load(source, folder / "lake", Standing())
    assert report.warnings
    return Lake(folder / "lake")


def ask(lake: Lake, select: str) -> list[tuple[Any, ...]]:
    with lake.connect() as con:
        return con.execute(select).fetchall()


def test_the_fines_have_every_due(fines: Lake):
    by_kind = "SELECT kind, sum(amount_minor)::BIGINT FROM dues GROUP BY 1 ORDER BY 1"
    assert ask(fines, by_kind) == [("fee", 8663210), ("invoice", 34558000), ("penalty", 16728750)]


def test_the_fines_have_every_payment(fines: Lake):
    paid = "SELECT count(*), sum(amount_minor)::BIGINT, count(DISTINCT account_id) FROM payments"
    assert ask(fines, paid) == [(4910, 21044690, 4626)]


def test_the_fines_know_who_was_placed_later(fines: Lake):
    placed = "SELECT count(*), count(placed_on) FROM accounts WHERE known_until IS NULL"
    assert ask(fines, placed) == [(10000, 3387)]


def test_the_fines_have_every_dispute(fines: Lake):
    assert ask(fines, "SELECT count(*) FROM disputes") == [(245,)]


def test_the_receivables_have_every_invoice(receivables: Lake):
    invoices = "SELECT count(*), sum(amount_minor)::BIGINT, round(avg(amount_minor) / 100, 4) FROM dues"
    assert ask(receivables, invoices) == [(2466, 14770318, 59.8959)]


def test_the_receivables_are_as_late_as_published(receivables: Lake):
    late = "SELECT greatest(paid_on - due_on, 0) AS late FROM payments JOIN dues USING (account_id)"
    assert ask(receivables, f"SELECT count(*) FILTER (late > 0), round(avg(late), 4) FROM ({late})") == [(877, 3.4424)]
