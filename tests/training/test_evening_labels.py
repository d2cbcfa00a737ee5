"""Calls, promises and self-cures as rows: who stands on which evening, what each label says, and from which day on."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from arrears.clock import SystemClock
from arrears.errors import Refused, WrongUse
from arrears.lake import Lake
from arrears.loading import load
from tests.lake.small_source import account, due, payment, small_book, write_csv
from training.call_labels import read_calls
from training.fit_contact import fit as fit_contact
from training.promise_labels import read_promises
from training.self_cure_labels import read_uncontacted
from training.trained import TrainRequest

SETTINGS = '[portfolio]\nzone = "America/New_York"\ncountry = "US"\n'
LAST = date(2026, 3, 31)
REQUEST = TrainRequest(training_day=LAST)


def call(contact_id, at, *, reached=False, **own):
    talk = {"connect": "answered", "conversation": "true", "verified_party": "primary"} if reached else {}
    plain = {"contact_id": contact_id, "account_id": "A1", "at": at, "channel": "call", "direction": "out"}
    return plain | {"disposition": "refused" if reached else "no_answer", "recorded_at": at} | talk | own


def promise(promise_id, account_id, **own):
    plain = {"promise_id": promise_id, "account_id": account_id, "made_on": "2026-03-10", "due_on": "2026-03-12"}
    return plain | {"amount": "50.00", "recorded_at": "2026-03-10T20:00:00Z"} | own


CALLS = [
    call("C1", "2026-03-10T15:00:00Z", reached=True),
    call("C2", "2026-03-12T03:30:00Z"),  # still the 11th in New York
    call("C3", "2026-03-12T04:30:00Z"),  # the 12th
    call("C4", "2026-03-11T16:00:00Z", reached=True, account_id="", debtor_id="D2"),
    call("C4", "2026-03-11T16:00:00Z", account_id="", debtor_id="D2", recorded_at="2026-03-20T12:00:00Z"),
    call("C5", "2026-03-12T16:00:00Z", recorded_at="2026-03-18T12:00:00Z"),
    call("C6", "2026-03-13T16:00:00Z", recorded_at="2026-04-02T12:00:00Z"),
    call("S1", "2026-03-13T16:00:00Z", channel="sms", disposition="delivered"),
    call("I1", "2026-03-13T17:00:00Z", reached=True, direction="in"),
    call("E1", "2026-02-10T17:00:00Z", channel="email", disposition="delivered", account_id="S3"),
    call("E2", "2026-02-01T04:30:00Z", account_id="S4"),  # on the evening of 31 January itself, before it ends
]
PROMISES = [
    promise("kept on the last day", "A1"),
    promise("a day too late", "A2"),
    promise("in part", "A3"),
    promise("cancelled", "A4", cancelled_on="2026-03-13"),
    promise("not over", "A4", made_on="2026-03-27", due_on="2026-03-30", recorded_at="2026-03-27T20:00:00Z"),
]
PAYMENTS = [
    payment("P1", "A1", "50.00", paid_on="2026-03-17"),
    payment("P2", "A2", "50.00", paid_on="2026-03-18"),
    payment("P3", "A3", "20.00", paid_on="2026-03-11"),
    payment("P5", "S1", "90.00", paid_on="2026-03-02"),
    payment("P6", "S2", "89.00", paid_on="2026-03-02"),
    payment("P7", "S3", "100.00", paid_on="2026-02-03"),
]
ACCOUNTS = {"A1": "D1", "A2": "D2", "A3": "D3", "A4": "D4", "S1": "E1", "S2": "E2", "S3": "E3", "S4": "E4"}


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    return loaded(tmp_path_factory.mktemp("evenings"), CALLS, PROMISES)


@pytest.fixture(scope="module")
def calls(lake):
    return read_calls(lake, REQUEST)


@pytest.fixture(scope="module")
def promises(lake):
    return read_promises(lake, REQUEST)


def loaded(folder, contacts, promises):
    tables = {
        "debtors": [{"debtor_id": name, "kind": "person", "region": "IL"} for name in ACCOUNTS.values()],
        "accounts": [account(name, debtor, debt_class="consumer") for name, debtor in ACCOUNTS.items()],
        "dues": [due(f"U-{name}", name, "100.00", due_on="2026-01-15") for name in ACCOUNTS],
        "payments": PAYMENTS,
        "contacts": contacts,
        "promises": promises,
    }
    load(write_csv(folder / "source", tables, SETTINGS), folder / "lake", SystemClock())
    return Lake(folder / "lake")


def stood(examples):
    names = examples.column("account_id")
    return sorted(zip(names, examples.as_of.astype(str), examples.y, examples.matures_on.astype(str), strict=True))


def test_a_call_stands_on_the_evening_before_in_the_portfolios_zone(calls):
    assert stood(calls.examples) == [
        ("A1", "2026-03-09", 1.0, "2026-03-10"),
        ("A1", "2026-03-10", 0.0, "2026-03-11"),
        ("A1", "2026-03-11", 0.0, "2026-03-12"),
        ("A1", "2026-03-11", 0.0, "2026-03-18"),
        ("A2", "2026-03-10", 1.0, "2026-03-11"),
        ("S4", "2026-01-30", 0.0, "2026-01-31"),
    ]


def test_a_call_that_is_told_later_is_counted_as_not_over(calls):
    assert calls.examples.immature == 1


def test_the_hour_is_that_of_the_debtors_clock(calls):
    known = calls.examples.matures_on.astype(str)
    assert calls.hours[known == "2026-03-10"].tolist() == [10]
    assert 22 in calls.hours[known == "2026-03-11"]


def test_neither_the_call_nor_what_followed_it_is_in_its_features(lake, calls, tmp_path):
    before = [each for each in CALLS if each["contact_id"] in ("E1", "E2")]
    evening = np.flatnonzero(calls.examples.matures_on.astype(str) == "2026-03-10")
    assert features_of(calls.examples, evening)["contact_attempt_count_7d"] == 0
    without = read_calls(loaded(tmp_path, [*before, CALLS[0]], PROMISES), REQUEST).examples
    place = np.flatnonzero(without.as_of.astype(str) == "2026-03-09")
    assert same(features_of(calls.examples, evening), features_of(without, place))


def test_a_later_call_knows_the_earlier_one(calls):
    evening = np.flatnonzero(calls.examples.matures_on.astype(str) == "2026-03-11")
    (of_a1,) = [each for each in evening if calls.examples.column("account_id")[each] == "A1"]
    assert features_of(calls.examples, [of_a1])["contact_attempt_count_7d"] == 1


def test_a_promise_is_kept_until_the_last_day_of_its_grace_and_known_when_payments_have_settled(promises):
    assert stood(promises) == [
        ("A1", "2026-03-09", 1.0, "2026-03-24"),
        ("A2", "2026-03-09", 0.0, "2026-03-24"),
        ("A3", "2026-03-09", 0.0, "2026-03-24"),
    ]


def test_a_promise_whose_grace_is_not_over_is_absent(promises):
    assert promises.immature == 1


def test_the_promise_itself_is_not_in_its_features(promises):
    for row in range(3):
        known = features_of(promises, [row])
        assert known.get("promise_count_365d", 0) == 0
        assert known.get("promise_open_minor", 0) == 0


def test_a_label_is_missing_until_the_day_on_which_it_is_known(lake):
    early = TrainRequest(training_day=date(2026, 3, 23))
    promises = read_promises(lake, early)
    assert (len(promises.y), promises.immature) == (0, 4)


def test_a_cure_pays_nine_tenths_of_what_was_past_due_and_nobody_called_within_the_horizon(lake):
    asked = TrainRequest(training_day=LAST, from_=date(2026, 1, 31), to=date(2026, 1, 31))
    found = read_uncontacted(lake, asked)
    own = {name: y for name, _, y, _ in stood(found) if name.startswith("S")}
    assert own == {"S1": 1.0, "S2": 0.0, "S4": 0.0}


@pytest.mark.parametrize("read", [read_calls, read_promises, read_uncontacted])
def test_a_book_without_the_table_is_refused_by_its_name(tmp_path, read):
    load(write_csv(tmp_path / "source", small_book()), tmp_path / "lake", SystemClock())
    with pytest.raises(Refused, match=r"the book has no (contacts|promises)"):
        read(Lake(tmp_path / "lake"), REQUEST)


def test_options_that_a_model_does_not_have_are_named(lake):
    with pytest.raises(WrongUse, match="Leave out --threshold, --every"):
        fit_contact(lake, TrainRequest(training_day=LAST, threshold="any", every="week"))


def features_of(examples, rows):
    """The features of the first of some rows, by name."""
    return dict(zip(examples.features, examples.x[rows][0], strict=True))


def same(some, other):
    shared = some.keys() & other.keys()
    return len(shared) > 5 and all(np.array_equal(some[each], other[each], equal_nan=True) for each in shared)
