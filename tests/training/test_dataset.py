"""The rows a model learns from: who is in, on which days, and which columns only seem to say something."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from arrears.clock import SystemClock
from arrears.errors import Refused, WrongUse
from arrears.lake import Lake
from arrears.loading import load
from features import build, catalog
from features.facts import lake_table
from features.feature import Feature
from tests.lake.small_source import Tables, account, due, payment, write_csv
from training.dataset import days_between, read_dataset, read_panel
from training.fit_propensity import examples
from training.trained import TrainRequest

LATE = date(2025, 12, 31)


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    """A1 pays half each month, A2 owes until it is recalled, A3 owes nothing from the start."""
    folder = tmp_path_factory.mktemp("book")
    tables: Tables = {
        "debtors": [{"debtor_id": name, "kind": "person"} for name in ("D1", "D2", "D3")],
        "accounts": [
            account("A1", "D1"),
            account("A2", "D2", recorded_at="2025-01-01T00:00:00Z"),
            account("A2", "D2", status="recalled", closed_on="2025-04-10", recorded_at="2025-04-10T00:00:00Z"),
            account("A3", "D3"),
        ],
        "dues": [due("U1", "A1", "100.00"), due("U2", "A2", "50.00"), due("U3", "A3", "10.00")],
        "payments": [
            payment("P1", "A1", "50.00", paid_on="2025-03-10"),
            payment("P2", "A1", "25.00", paid_on="2025-04-10"),
            payment("P3", "A3", "10.00", paid_on="2025-01-10"),
            payment("P4", "A1", "1.00", paid_on="2025-12-01"),
        ],
    }
    load(write_csv(folder / "source", tables), folder / "lake", SystemClock())
    return Lake(folder / "lake")


def asked(**own):
    return TrainRequest(training_day=LATE, from_=date(2025, 2, 1), to=date(2025, 5, 31), threshold="any", **own)


def test_who_owes_nothing_is_not_learned_from(lake):
    data = read_dataset(lake, asked())
    named = data.panel.column("account_id")[data.rows]
    assert set(named) == {"A1", "A2"}


def test_who_left_the_book_is_not_learned_from_after(lake):
    data = examples(read_dataset(lake, asked()))
    own = data.panel.column("account_id")[data.rows] == "A2"
    assert data.as_of[own].max() == np.datetime64("2025-03-31")


def test_labels_say_who_paid_in_the_month_after(lake):
    data = examples(read_dataset(lake, asked()))
    own = data.panel.column("account_id")[data.rows] == "A1"
    assert data.y[own].tolist() == [1.0, 1.0, 0.0, 0.0]


def test_rows_that_were_not_known_yet_can_be_left_out(lake):
    data = examples(read_dataset(lake, asked()))
    march = date(2025, 3, 31)
    matures = date(2025, 5, 7)  # 30 April and five business days
    assert len(data.on([march], known_by=matures)) == 2
    assert len(data.on([march], known_by=matures - timedelta(days=1))) == 0


def test_an_account_stands_on_the_day_it_was_opened(lake):
    panel = read_panel(lake, TrainRequest(training_day=LATE, as_of_rule="on_opening"))
    assert set(panel.as_of.astype(str)) == {"2025-01-01"}


def test_an_account_stands_on_the_day_of_its_first_due(lake):
    panel = read_panel(lake, TrainRequest(training_day=LATE, as_of_rule="on_due:invoice"))
    assert set(panel.as_of.astype(str)) == {"2025-02-01"}


def test_a_column_that_no_two_accounts_of_a_day_differ_in_is_left_out(lake):
    panel = read_panel(lake, asked())
    assert "days_since_opened" not in panel.features
    assert panel.left_out["days_since_opened"] == "says only which day it is"


def test_a_feature_can_be_left_out_on_request(lake):
    panel = read_panel(lake, asked(without=("balance_minor",)))
    assert panel.left_out["balance_minor"] == "left out on request"


def test_a_column_that_repeats_an_earlier_one_is_left_out(lake):
    assert read_panel(lake, asked()).left_out["balance_minor"] == "the same as past_due_minor on every row"


def test_a_column_stays_when_the_one_it_repeats_is_left_out(lake):
    assert "balance_minor" in read_panel(lake, asked(without=("past_due_minor",))).features


def test_columns_and_positions_are_of_the_same_rows(lake):
    panel = read_panel(lake, asked())
    assert len(panel.x) == len(panel.positions) == len(panel.as_of) == len(panel.debtors)
    assert panel.x.shape[1] == len(panel.features)


def test_days_before_the_book_began_have_no_account(lake):
    with pytest.raises(WrongUse, match="no account there"):
        read_panel(lake, TrainRequest(training_day=LATE, from_=date(2020, 1, 1), to=date(2020, 2, 1)))


@pytest.mark.parametrize(
    ("every", "days"),
    [("month", ["2026-01-31"]), ("week", ["2026-01-25", "2026-02-01"]), ("day", ["2026-01-25", "2026-01-26"])],
)
def test_days_follow_the_step(every, days):
    found = days_between(date(2026, 1, 25), date(2026, 2, 3), every)
    assert [str(day) for day in found[: len(days)]] == days


def test_a_step_that_does_not_exist_names_those_that_do():
    with pytest.raises(WrongUse, match="month, week or day"):
        days_between(date(2026, 1, 1), date(2026, 2, 1), "fortnight")


def test_a_feature_made_of_disputes_is_refused_before_anything_is_fitted_whatever_its_name(lake, monkeypatch):
    harmless = Feature(
        "quiet_share", "account", "amount owed", "Nothing to see.", "share", "account",
        lambda row: row.balance_minor / lake_table("disputes").count().as_scalar(), ("accounts.opened_on",),
    )  # fmt: skip
    more = (*catalog.CATALOG, harmless)
    monkeypatch.setattr(catalog, "CATALOG", more)
    monkeypatch.setattr(build, "CATALOG", more)
    with pytest.raises(Refused) as refused:
        read_panel(lake, asked())
    assert "quiet_share is built from disputes" in refused.value.found
    assert refused.value.exit_code == 4
