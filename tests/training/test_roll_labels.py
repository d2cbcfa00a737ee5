"""Roll-rate labels: the next settled status or nothing, never what nobody could know."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest

from arrears.clock import end_of_day
from arrears.errors import Refused
from training.chain import fit_chain
from training.roll_labels import next_buckets, origins

JAN, FEB, MAR = date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)


def statuses(*rows):
    """(cycle_end, bucket) known at the cycle's own end, or (cycle_end, bucket, known_at)."""
    return pa.Table.from_pylist(
        [
            {
                "account_id": "A",
                "cycle_end": row[0],
                "bucket": row[1],
                "balance_minor": 500,
                "recorded_at": row[2] if len(row) > 2 else end_of_day(row[0], "UTC"),
            }
            for row in rows
        ]
    )


def label(as_of, table, *, standing_on=date(2027, 1, 1), settles_days=0):
    snapshots = pa.Table.from_pylist([{"account_id": "A", "as_of": as_of, "cutoff": end_of_day(as_of, "UTC")}])
    told = {"zone": "UTC", "settles_days": settles_days}
    stood = origins(snapshots, table, **told)
    found = next_buckets(stood, table, standing_at=end_of_day(standing_on, "UTC"), **told).to_pylist()
    return (found[0]["origin"], found[0]["next_bucket"]) if found else None


BOOK = statuses((JAN, "CURRENT"), (FEB, "1-29"), (MAR, "30-59"))


def test_the_origin_is_the_last_status_known_and_the_label_the_next():
    assert label(FEB, BOOK) == ("1-29", "30-59")


def test_a_day_before_the_first_status_has_no_row():
    assert label(JAN - timedelta(days=1), BOOK) is None


def test_the_newest_status_has_no_label_yet():
    assert label(MAR, BOOK) == ("30-59", None)


def test_after_a_month_without_a_status_the_label_is_missing():
    gap = statuses((JAN, "CURRENT"), (MAR, "30-59"))
    assert label(JAN, gap) == ("CURRENT", None)


@pytest.mark.parametrize(("standing_on", "known"), [(MAR - timedelta(days=1), None), (MAR, "30-59")])
def test_a_label_is_known_on_the_day_its_status_is(standing_on, known):
    assert label(FEB, BOOK, standing_on=standing_on) == ("1-29", known)


@pytest.mark.parametrize(("as_of", "origin"), [(date(2026, 2, 27), None), (date(2026, 2, 28), "CURRENT")])
def test_a_status_is_no_origin_until_it_has_settled(as_of, origin):
    found = label(as_of, BOOK, settles_days=28)
    assert (found[0] if found else None) == origin


def test_a_status_recorded_late_is_no_origin_before():
    late = statuses(
        (JAN, "CURRENT", datetime(2026, 3, 15, tzinfo=UTC)), (FEB, "1-29", datetime(2026, 4, 1, tzinfo=UTC))
    )
    assert label(FEB, late) is None
    assert label(MAR, late) == ("CURRENT", "1-29")


def test_a_status_added_later_changes_no_earlier_origin():
    more = statuses((JAN, "CURRENT"), (FEB, "1-29"), (MAR, "30-59"), (date(2026, 4, 30), "CURRENT"))
    assert label(FEB, more) == label(FEB, BOOK)


def test_an_origin_whose_status_was_taken_back_has_no_label():
    snapshots = pa.Table.from_pylist([{"account_id": "A", "as_of": FEB, "cutoff": end_of_day(FEB, "UTC")}])
    stood = origins(snapshots, BOOK, zone="UTC", settles_days=0)
    since = statuses((JAN, "CURRENT"), (MAR, "30-59"))
    found = next_buckets(stood, since, standing_at=end_of_day(MAR, "UTC"), zone="UTC", settles_days=0).to_pylist()
    assert [(row["origin"], row["next_bucket"]) for row in found] == [("1-29", None)]


def test_a_book_in_which_too_few_end_late_teaches_nothing():
    x, ranks = np.zeros((1000, 1)), np.zeros(1000, dtype=np.int64)
    with pytest.raises(Refused, match="0 mature labels end late, and 300 are needed"):
        fit_chain(x, ranks, ranks, ["paid_30d_minor"])
