"""The compiled expressions and a slow reading of the same rules give the same numbers, row by row."""

from datetime import date
from functools import cache

import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings

from features import delinquency, promises, snapshots
from features.build import FeaturePlan, plan
from features.catalog import CATALOG
from features.plan import Plan
from tests.book import Book, Row, opened, settings, supplied
from tests.features.portfolios import AS_OF, books, promised_books
from tests.reference import features
from tests.reference_delinquency import View, position
from tests.reference_promises import promises as judged

DAYS = [date(2026, 3, 31), AS_OF]
SETTINGS = settings("Asia/Taipei", "US", status_settles_days=28).model_copy(
    update={"clients": {"strict": {"delinquency": {"paid_share": 1.0, "edges": [5, 30, 60, 90, 120, 150, 180]}}}}
)
often = hypothesis_settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # each example runs SQL: shrinking would take minutes
)


@cache
def _features(tables: tuple[str, ...]) -> FeaturePlan:
    return plan(supplied({key: [] for key in tables}), SETTINGS)


@cache
def _positions(tables: tuple[str, ...]) -> Plan:
    return delinquency.positions_plan(supplied({key: [] for key in tables}), SETTINGS)


@cache
def _promises(tables: tuple[str, ...]) -> Plan:
    return promises.promises_plan(supplied({key: [] for key in tables}), SETTINGS)


@often
@given(books())
def test_every_feature_equals_its_slow_reading(book: Book):
    con = opened(book)
    snapshots.on_days(con, SETTINGS, DAYS)
    for row in _features(tuple(book)).run(con).to_pylist():
        expected = features(View(book, SETTINGS, row["debtor_id"], row["as_of"]), row["account_id"])
        for name in _features(tuple(book)).names:
            where = (name, row["account_id"], row["as_of"])
            if expected[name] is None or row[name] is None:
                assert row[name] is expected[name], where
            else:
                assert row[name] == pytest.approx(expected[name], rel=1e-9), where


@often
@given(books())
def test_every_position_equals_its_slow_reading(book: Book):
    con = opened(book)
    snapshots.on_days(con, SETTINGS, DAYS, with_exits=True)
    rows = _positions(tuple(book)).run(con).to_pylist()
    there = [View(book, SETTINGS, debtor, day).accounts() for debtor in ("D1", "D2") for day in DAYS]
    assert len(rows) == sum(map(len, there))
    for row in rows:
        expected = position(View(book, SETTINGS, row["debtor_id"], row["as_of"]), row["account_id"])
        assert {name: row[name] for name in expected} == expected, (row["account_id"], row["as_of"])


@often
@given(books().filter(lambda book: "promises" in book))
def test_every_promise_equals_its_slow_reading(book: Book):
    assert_promises_agree(book, ("D1", "D2"))


@often
@given(promised_books())
def test_promises_whose_windows_cross_equal_their_slow_reading(book: Book):
    assert_promises_agree(book, ("D1",))


def assert_promises_agree(book: Book, debtors: tuple[str, ...]) -> None:
    con = opened(book)
    snapshots.on_days(con, SETTINGS, DAYS)
    rows = _promises(tuple(book)).run(con).to_pylist()
    for debtor in debtors:
        for day in DAYS:
            mine = [row for row in rows if (row["debtor_id"], row["as_of"]) == (debtor, day)]
            found = {row["promise_id"]: (row["kept_minor"], row["status"]) for row in mine}
            view = View(book, SETTINGS, debtor, day)
            # A debtor whose every account has left the book is not asked about.
            stands = any(not has_left(account, day) for account in view.accounts())
            expected = judged(view) if stands else []
            assert found == {row["promise_id"]: (row["kept_minor"], row["status"]) for row in expected}


def has_left(account: Row, day: date) -> bool:
    return account["status"] in snapshots.EXITS and (account["closed_on"] is None or account["closed_on"] <= day)


def test_the_slow_reading_knows_every_feature():
    book = {"accounts": [], "dues": [], "statements": [], "payments": []}
    con_free = View(book, SETTINGS, "D1", AS_OF)
    assert con_free.accounts() == []
    tables = ("accounts", "debtors", "dues", "statements", "payments", "promises", "contacts", "notices")
    assert set(_features(tables).names) == {feature.name for feature in CATALOG}
