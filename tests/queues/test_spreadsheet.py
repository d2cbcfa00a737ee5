"""A queue as a spreadsheet: whole, in order, and nothing in it that a spreadsheet would run."""

import csv
import io
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from arrears.queues.files.cells import FORMULA_STARTS, checksum
from arrears.queues.files.spreadsheet import COLUMNS, rows_of_csv
from arrears.queues.item import WorkItem

ITEM = WorkItem(
    bucket="30-59",
    days_past_due=35,
    past_due_minor=10_000,
    balance_minor=100_050,
    stop_roll_minor=None,
    rolls_on=date(2026, 7, 15),
    currency="USD",
    work_item_id=1,
    night_id=7,
    debtor_id="D1",
    work_group="bank/USD",
    client="bank",
    lane="pay",
    state="ready",
    state_since=datetime(2026, 7, 1, tzinfo=UTC),
    state_because=None,
    rank=1,
    priority=-12.25,
    value_minor=-40.4,
    expected_minutes=3.333,
    accounts=["A1", "A2"],
    lead_account_id="A1",
    propensity=0.4,
    p_roll=0.2,
    terms={},
    reasons={"propensity": {"reasons": [{"sentence": "Paid last month"}]}, "roll": None},
    as_of=date(2026, 6, 30),
    scored_by="models",
    propensity_model="propensity",
    propensity_version="3",
    roll_rate_model="roll_rate",
    roll_rate_version="2",
    strategy_name="value_at_risk",
    strategy_version="1",
    experiment=None,
    arm=None,
    chosen_with_probability=1.0,
    feature_fingerprint="f",
    verdict="allowed",
    ways=[],
    allowed_until=None,
    people=["D1"],
    judged_for=date(2026, 7, 1),
    judged_at=datetime(2026, 7, 1, tzinfo=UTC),
    place=1.0,
    ready_at=datetime(2026, 7, 1, tzinfo=UTC),
)


def read(*items, zone="UTC"):
    return list(csv.DictReader(io.StringIO("".join(rows_of_csv(items, zone)))))


def test_a_row_says_what_the_item_says():
    (row,) = read(ITEM)
    assert tuple(row) == COLUMNS
    assert (row["accounts"], row["reasons"], row["rolls_on"]) == ("A1 A2", "Paid last month", "2026-07-15")
    assert (Decimal(row["balance"]), row["stop_roll"], row["strategy"]) == (Decimal("1000.50"), "", "value_at_risk/1")


CALL = {
    "person": "D1",
    "part": "primary",
    "channel": "call",
    "point": "P1",
    "opens_at": "2026-07-01T12:00:00+00:00",
    "allowed_until": "2026-07-02T01:00:00+00:00",
    "conditions": [],
    "accounts": ["A1"],
}
LETTER = CALL | {"channel": "letter", "point": None, "opens_at": None, "allowed_until": None}
LATER = CALL | {"point": "P2", "opens_at": CALL["allowed_until"], "allowed_until": None}


@pytest.mark.parametrize(
    ("ways", "told"),
    [
        ([], ("", "", "", "")),
        ([CALL], ("call", CALL["opens_at"], CALL["allowed_until"], "call:D1:P1")),
        ([CALL, LETTER], ("call letter", CALL["opens_at"], CALL["allowed_until"], "call:D1:P1 letter:D1")),
        ([LETTER], ("letter", "", "", "letter:D1")),
        ([CALL, LATER, LETTER], ("call letter", CALL["opens_at"], CALL["allowed_until"], "call:D1:P1 letter:D1")),
    ],
)
def test_a_row_names_the_ways_that_are_open_at_one_time_and_that_time(ways, told):
    (row,) = read(replace(ITEM, ways=ways))
    assert tuple(row[name] for name in COLUMNS if name.startswith("allowed")) == told


def test_hours_are_told_on_the_clock_of_the_house():
    (row,) = read(replace(ITEM, ways=[CALL]), zone="America/New_York")
    assert (row["allowed_from"], row["allowed_until"]) == ("2026-07-01T08:00:00-04:00", "2026-07-01T21:00:00-04:00")


def test_a_negative_number_stays_a_number():
    (row,) = read(ITEM)
    assert (row["value"], row["value_per_minute"]) == ("-0.40", "-0.12")


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_text_that_a_spreadsheet_would_run_stays_text(start):
    (row,) = read(replace(ITEM, debtor_id=f"{start}HYPERLINK(1)"))
    assert row["debtor_id"] == f"'{start}HYPERLINK(1)"


def test_text_with_commas_and_quotes_comes_back_as_it_was():
    (row,) = read(replace(ITEM, work_group='bank, "old"'))
    assert row["work_group"] == 'bank, "old"'


def test_the_checksum_is_the_files():
    lines = list(rows_of_csv([ITEM], "UTC"))
    assert checksum(lines) == checksum(["".join(lines)])
    assert checksum(lines) != checksum(lines[:1])
