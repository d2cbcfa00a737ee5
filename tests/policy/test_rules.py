"""Rules at their edges, in pairs: just inside and just outside."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arrears.policy.facts import NO_HOLDS, Facts, HoldFacts
from arrears.policy.rules import CLOSED_STATUSES, HOLD_SENTENCES, RULES
from arrears.policy.verdict import Hold, Verdict, judge
from arrears.tables import TABLES

TODAY = date(2026, 6, 30)
A_DAY = timedelta(days=1)


def facts(
    *, balance=10_000, past_due=500, small=0, bucket="30-59", status="", pending=False, holds=NO_HOLDS, rows=1
) -> Facts:
    return Facts(
        as_of=TODAY,
        bucket=np.array([bucket] * rows),
        status=np.array([status] * rows),
        balance_minor=np.array([balance] * rows, dtype=float),
        past_due_minor=np.array([past_due] * rows, dtype=float),
        small_balance_minor=np.array([small] * rows, dtype=float),
        payment_pending=np.array([pending] * rows),
        holds=holds,
    )


def hold(*rows: tuple[int, str, date, date | None]) -> HoldFacts:
    row, kind, starts, ends = zip(*rows, strict=True)
    return HoldFacts(np.array(row), np.array(kind), np.array(starts, "M8[D]"), np.array(ends, "M8[D]"))


def codes(found: Facts) -> list[str]:
    return [each.code for each in judge(found).verdict(0).holds]


def test_an_ordinary_late_account_may_be_worked():
    assert judge(facts()).verdict(0) == Verdict(())


@pytest.mark.parametrize(
    ("given", "held"),
    [
        (facts(balance=1), []),
        (facts(balance=0), ["nothing_owed"]),
        (facts(balance=-1), ["nothing_owed"]),
        (facts(past_due=0), ["nothing_owed"]),
        (facts(balance=501, past_due=501, small=500), []),
        (facts(balance=500, past_due=501, small=500), ["nothing_owed"]),
        (facts(balance=np.nan, past_due=np.nan), []),
        (facts(balance=np.nan, past_due=0), ["nothing_owed"]),
        (facts(status="open"), []),
        (facts(status="settled"), ["account_closed"]),
        (facts(bucket="LEFT"), ["account_closed"]),
        (facts(bucket="CHARGED_OFF"), []),
        (facts(bucket="CURRENT"), ["cured"]),
        (facts(bucket="1-29"), []),
        (facts(pending=True), ["payment_pending"]),
    ],
)
def test_what_an_account_itself_says_holds_it(given, held):
    assert codes(given) == held


@pytest.mark.parametrize(
    ("starts", "ends", "until"),
    [
        (TODAY, None, None),
        (TODAY, TODAY, TODAY + A_DAY),
        (TODAY - A_DAY, TODAY + A_DAY, TODAY + 2 * A_DAY),
    ],
)
def test_a_hold_holds_from_its_first_to_its_last_day(starts, ends, until):
    verdict = judge(facts(holds=hold((0, "cease", starts, ends)))).verdict(0)
    assert verdict.holds == (Hold("cease", "The debtor asked us to stop contact", until),)


@pytest.mark.parametrize(("starts", "ends"), [(TODAY + A_DAY, None), (TODAY - 2 * A_DAY, TODAY - A_DAY)])
def test_a_hold_that_has_not_begun_or_is_over_holds_nothing(starts, ends):
    assert codes(facts(holds=hold((0, "cease", starts, ends)))) == []


def test_every_reason_is_kept_and_the_longest_decides():
    spring, summer = TODAY + 10 * A_DAY, TODAY + 20 * A_DAY
    verdict = judge(
        facts(balance=0, holds=hold((0, "disaster", TODAY, spring), (0, "complaint", TODAY, summer)))
    ).verdict(0)
    assert [each.code for each in verdict.holds] == ["nothing_owed", "complaint", "disaster"]
    assert verdict.until is None
    assert Verdict(verdict.holds[1:]).until == summer + A_DAY


@pytest.mark.parametrize("first", [0, 1])
def test_of_two_holds_of_one_kind_the_open_one_stands_in_any_order(first):
    rows = [(0, "cease", TODAY, TODAY + A_DAY), (0, "cease", TODAY, None)]
    assert judge(facts(holds=hold(rows[first], rows[1 - first]))).verdict(0).until is None


def test_a_hold_touches_only_its_own_account():
    judged = judge(facts(rows=3, holds=hold((1, "attorney", TODAY, None))))
    assert judged.is_held.tolist() == [False, True, False]
    assert judged.counts() == {"attorney": 1}


def test_every_kind_of_hold_that_a_source_can_name_has_a_rule():
    kinds = next(column for column in TABLES["holds"].columns if column.name == "kind").choices
    assert set(HOLD_SENTENCES) == set(kinds)


def test_every_status_that_ends_an_account_is_one_a_source_can_name():
    statuses = next(column for column in TABLES["accounts"].columns if column.name == "status").choices
    assert set(CLOSED_STATUSES) | {"open"} == set(statuses)


def test_codes_are_unique():
    assert len({rule.code for rule in RULES}) == len(RULES)


accounts = st.tuples(
    st.sampled_from([-1, 0, 1, 10_000, np.nan]),
    st.sampled_from(["CURRENT", "1-29", "180+", "LEFT"]),
    st.sampled_from(["", "open", "closed"]),
    st.booleans(),
    st.lists(st.tuples(st.sampled_from(sorted(HOLD_SENTENCES)), st.integers(-3, 3), st.none() | st.integers(-3, 3))),
)


@given(st.lists(accounts, min_size=1, max_size=8))
def test_one_account_alone_is_judged_as_it_is_in_its_book(book):
    whole = judge(_columns(book))
    for row, each in enumerate(book):
        assert judge(_columns([each])).verdict(0) == whole.verdict(row)


def _columns(book) -> Facts:
    balance, bucket, status, pending, holds = zip(*book, strict=True)
    rows = [
        (row, kind, TODAY + first * A_DAY, None if last is None else TODAY + last * A_DAY)
        for row, own in enumerate(holds)
        for kind, first, last in own
    ]
    return Facts(
        as_of=TODAY,
        bucket=np.array(bucket),
        status=np.array(status),
        balance_minor=np.array(balance, dtype=float),
        past_due_minor=np.full(len(book), np.nan),
        small_balance_minor=np.zeros(len(book)),
        payment_pending=np.array(pending),
        holds=hold(*rows) if rows else NO_HOLDS,
    )
