"""Promises as their days pass: whom to remind and how, and when one that was not kept may be spoken of."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arrears.clock import add_business_days, is_business_day
from arrears.queues.next.promises import (
    SINGLE,
    STATUS,
    Promises,
    Talks,
    business_day_from,
    called_from,
    consent_days,
    kept_at,
    reminders,
    shortfalls,
    talk_days,
)
from arrears.settings import settings_of
from tests.queues.next.told import house

NEVER = None
MADE = "2026-06-01"  # a Monday


def days(*told: str | date | None) -> np.ndarray:
    return np.array([each or "NaT" for each in told], "M8[D]")


def promise(due_on="2026-06-10", status="open", kept=0, made_on=MADE, group=0, amount=10_000) -> dict:
    grace = add_business_days(date.fromisoformat(due_on), 3, "US")
    return {
        "group": group,
        "made_on": made_on,
        "due_on": due_on,
        "grace_ends_on": grace.isoformat(),
        "amount_minor": amount,
        "kept_minor": kept,
        "status": status,
    }


def columns(*rows: dict) -> Promises:
    return Promises(
        group=np.array([row["group"] for row in rows], np.int64),
        made_on=days(*(row["made_on"] for row in rows)),
        due_on=days(*(row["due_on"] for row in rows)),
        grace_ends_on=days(*(row["grace_ends_on"] for row in rows)),
        amount_minor=np.array([row["amount_minor"] for row in rows], np.int64),
        kept_minor=np.array([row["kept_minor"] for row in rows], np.int64),
        status=STATUS.array([row["status"] for row in rows]),
        arrangement=np.full(len(rows), SINGLE),
    )


def reminded(on: str, *rows: dict, talked=MADE, agreed=NEVER, settings=None) -> list[str]:
    """What goes out on a day: `message before`, `call today` and so on."""
    found = reminders(columns(*rows), Talks(days(talked), days(agreed)), date.fromisoformat(on), settings or house())
    ways, times = ("message", "call"), ("before", "today")
    return [
        f"{ways[int(call)]} {times[int(today)]}" for call, today in zip(found.by_call, found.is_due_today, strict=True)
    ]


# Reminders -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("2026-06-08", []),
        ("2026-06-09", ["message before"]),
        ("2026-06-10", ["message today"]),
        ("2026-06-11", []),
    ],
)
def test_a_message_goes_the_day_before_and_on_the_day(on, expected):
    assert reminded(on, promise("2026-06-10")) == expected


@pytest.mark.parametrize(
    ("due_on", "on", "expected"),
    [
        ("2026-06-15", "2026-06-12", ["message before"]),  # Monday is told on Friday
        ("2026-06-15", "2026-06-14", []),  # and not once more on Sunday, should a night run then
        ("2026-06-13", "2026-06-12", ["message before"]),  # Saturday too
        ("2026-06-13", "2026-06-13", ["message today"]),
        ("2026-07-06", "2026-07-02", ["message before"]),  # Friday the 3rd is a holiday observed
        ("2026-07-03", "2026-07-02", ["message before"]),
        ("2026-07-07", "2026-07-02", []),
    ],
)
def test_what_is_due_after_days_off_is_told_on_the_business_day_before(due_on, on, expected):
    assert reminded(on, promise(due_on)) == expected


@pytest.mark.parametrize(("kept", "expected"), [(9_499, ["message today"]), (9_500, [])])
def test_whoever_has_paid_is_not_reminded(kept, expected):
    assert reminded("2026-06-10", promise("2026-06-10", kept=kept)) == expected


@pytest.mark.parametrize("status", ["kept", "partly_kept", "broken"])
def test_only_what_is_open_is_reminded_of(status):
    assert reminded("2026-06-10", promise("2026-06-10", status)) == []


# A call instead ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("due_on", "agreed", "expected"),
    [
        ("2026-06-04", NEVER, ["message today"]),
        ("2026-06-04", MADE, ["call today"]),  # agreed in the talk itself
        ("2026-06-04", "2026-05-20", ["message today"]),  # for another promise, before
        ("2026-06-10", NEVER, ["message today"]),  # the law would allow a call: the house's way is a message
        ("2026-06-10", MADE, ["call today"]),
    ],
)
def test_a_call_is_made_only_where_the_debtor_agreed_to_one(due_on, agreed, expected):
    assert reminded(due_on, promise(due_on), agreed=agreed) == expected


@pytest.mark.parametrize(
    ("talked", "expected"),
    [
        (MADE, ["call today"]),
        ("2026-06-04", ["message today"]),  # the talk on the 4th used the consent up, and bars calls for a week
        ("2026-06-03", ["call today"]),  # on the 10th that week is over
    ],
)
def test_a_later_talk_uses_the_consent_up(talked, expected):
    assert reminded("2026-06-10", promise("2026-06-10"), talked=talked, agreed=MADE) == expected


def test_consent_given_in_the_later_talk_opens_the_call_again():
    assert reminded("2026-06-10", promise("2026-06-10"), talked="2026-06-08", agreed="2026-06-08") == ["call today"]


def test_nobody_spoken_with_is_nobody_barred():
    assert reminded("2026-06-10", promise("2026-06-10"), talked=NEVER, agreed=MADE) == ["call today"]


# Shortfalls ----------------------------------------------------------------------------------------------------------


def short(*rows: dict, talked=MADE) -> list[tuple[int, str, int]]:
    found = shortfalls(columns(*rows), Talks(days(talked), days(NEVER)), house())
    return list(zip(found.promise.tolist(), found.called_from.astype(str), found.remainder_minor.tolist(), strict=True))


def test_a_broken_promise_comes_back_on_the_first_morning_after_its_grace():
    # Due on Wednesday the 10th; grace is over on Monday the 15th.
    assert short(promise("2026-06-10", "broken")) == [(0, "2026-06-16", 10_000)]


def test_a_promise_kept_in_part_comes_back_with_what_is_missing():
    assert short(promise("2026-06-10", "partly_kept", kept=4_000)) == [(0, "2026-06-16", 6_000)]


@pytest.mark.parametrize("status", ["open", "kept"])
def test_a_promise_that_is_open_or_kept_does_not(status):
    assert short(promise("2026-06-10", status)) == []


def test_the_week_after_the_talk_is_waited_for_where_grace_is_over_before():
    # Promised on Monday the 1st for the same day: grace is over on the 4th, the law bars calls through the 7th.
    assert short(promise(MADE, "broken")) == [(0, "2026-06-08", 10_000)]


def test_grace_that_ends_on_a_friday_is_spoken_of_on_monday():
    # Due on Tuesday the 9th: grace is over on Friday the 12th.
    assert short(promise("2026-06-09", "broken")) == [(0, "2026-06-15", 10_000)]


@pytest.mark.parametrize(("on", "count"), [(date(2026, 6, 15), 0), (date(2026, 6, 16), 1)])
def test_the_lane_has_it_from_that_day_on(on, count):
    found = shortfalls(columns(promise("2026-06-10", "broken")), Talks(days(MADE), days(NEVER)), house())
    assert len(found.on(on).promise) == count


@pytest.mark.parametrize(("talked", "count"), [("2026-06-15", 1), ("2026-06-16", 0)])
def test_a_talk_after_its_grace_has_dealt_with_it(talked, count):
    assert len(short(promise("2026-06-10", "broken"), talked=talked)) == count


def test_another_promise_still_open_does_not_stay_it():
    broken, waiting = promise("2026-06-10", "broken"), promise("2026-07-10", "open")
    assert [row for row, _, _ in short(broken, waiting)] == [0]


@pytest.mark.parametrize(("made_on", "count"), [("2026-06-15", 1), ("2026-06-16", 0)])
def test_a_promise_made_since_has_taken_its_place(made_on, count):
    broken, anew = promise("2026-06-10", "broken"), promise("2026-07-10", "open", made_on=made_on)
    assert len(short(broken, anew)) == count


def test_what_one_debtor_promises_says_nothing_of_another():
    anew = promise("2026-07-10", "open", made_on="2026-06-20", group=1)
    found = shortfalls(
        columns(promise("2026-06-10", "broken"), anew),
        Talks(days(MADE, "2026-06-20"), days(NEVER, NEVER)),
        house(),
    )
    assert found.promise.tolist() == [0]


def test_a_book_without_promises_has_nothing_to_do():
    nobody = Talks(days(), days())
    assert len(reminders(columns(), nobody, date(2026, 6, 10), house()).promise) == 0
    assert len(shortfalls(columns(), nobody, house()).promise) == 0


# What law and house set ----------------------------------------------------------------------------------------------


def test_the_days_after_a_talk_are_the_limits_of_law_and_house():
    assert (talk_days(house()), consent_days(house())) == (7, 7)


def test_a_house_may_wait_longer_after_a_talk():
    own = {"rule": "RF-02", "name": "cooldown_days", "value": 10}
    longer = settings_of({"conduct": {"limits": [own]}}, where="the test's settings")
    assert talk_days(longer) == 10


def test_where_no_profile_is_asked_nothing_is_waited_for():
    lawless = settings_of({"conduct": {"profiles": []}}, where="the test's settings")
    assert called_from(days("2026-06-04"), days("2026-06-04"), None, lawless).astype(str).tolist() == ["2026-06-05"]


# Properties ----------------------------------------------------------------------------------------------------------

ANY_DAY = st.dates(date(2024, 1, 1), date(2028, 12, 31))


@settings(deadline=None)
@given(st.lists(st.tuples(ANY_DAY, st.none() | ANY_DAY), min_size=1, max_size=20))
def test_a_book_and_one_promise_say_the_same(pairs):
    grace, talk = days(*(pair[0] for pair in pairs)), days(*(pair[1] for pair in pairs))
    whole = called_from(grace, talk, "US", house())
    one_by_one = [called_from(grace[n : n + 1], talk[n : n + 1], "US", house())[0] for n in range(len(pairs))]
    assert whole.tolist() == [each.item() for each in one_by_one]


@settings(deadline=None)
@given(ANY_DAY, st.none() | ANY_DAY)
def test_nobody_is_called_in_grace_nor_in_the_week_after_a_talk_nor_on_a_day_off(grace, talk):
    found = called_from(days(grace), days(talk), "US", house())[0].item()
    assert found > grace
    assert talk is None or (found - talk).days >= 7
    assert is_business_day(found, "US")


@settings(deadline=None)
@given(ANY_DAY)
def test_a_business_day_from_a_day_is_the_nearest(day):
    found = business_day_from(days(day), "US")[0].item()
    assert found == (day if is_business_day(day, "US") else add_business_days(day, 1, "US"))


@settings(deadline=None)
@given(st.integers(1, 10**12))
def test_enough_to_keep_a_promise_is_its_share_rounded_up(amount):
    assert kept_at(np.array([amount]), house()).tolist() == [-(-amount * 95 // 100)]
