"""When somebody may be tried again: parts of the debtor's day, weekends, holidays, month ends and clocks that move."""

import pytest

from arrears.queues.next.hours import DeskHours, desk_hours, hours_of, part_of_day
from arrears.queues.next.outcome import History
from arrears.settings import default_settings
from tests.queues.next.told import NEW_YORK, clock, following, house, shown


def ready(disposition: str, at: str, zone: str = NEW_YORK, settings=None, **history) -> str:
    return shown(following(disposition, at, History(**history), settings or house(), zone).ready_at)


# Parts of the day ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "part"),
    [
        ("07:59", None),
        ("08:00", "morning"),
        ("10:59", "morning"),
        ("11:00", "midday"),
        ("13:59", "midday"),
        ("14:00", "afternoon"),
        ("16:59", "afternoon"),
        ("17:00", "evening"),
        ("20:59", "evening"),
        ("21:00", None),
    ],
)
def test_a_day_has_four_parts(at, part):
    assert part_of_day(clock(f"2026-06-02 {at}"), NEW_YORK) == part


def test_a_part_is_of_the_debtors_day_whatever_clock_tells_it():
    assert part_of_day(clock("2026-06-02 23:30", "UTC"), NEW_YORK) == "evening"


# Another part of the same day ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("08:00", "Tue 2026-06-02 12:00"),
        ("09:30", "Tue 2026-06-02 13:30"),
        ("09:31", "Tue 2026-06-02 14:00"),  # 29 minutes of midday are not begun any more
        ("10:59", "Tue 2026-06-02 14:59"),
        ("13:00", "Tue 2026-06-02 17:00"),
        ("16:30", "Tue 2026-06-02 20:30"),
        ("16:31", "Wed 2026-06-03 08:00"),  # nor 29 of the evening
        ("20:00", "Wed 2026-06-03 08:00"),
    ],
)
def test_no_answer_is_tried_in_another_part_four_hours_later(at, expected):
    assert ready("no_answer", f"2026-06-02 {at}") == expected


def test_a_part_of_today_that_was_never_tried_comes_before_one_that_was():
    assert ready("no_answer", "2026-06-02 08:30", parts_tried=("midday",)) == "Tue 2026-06-02 14:00"


def test_a_part_tried_on_an_earlier_day_is_better_than_waiting_for_tomorrow():
    tried = ("midday", "afternoon", "evening")
    assert ready("no_answer", "2026-06-02 08:30", parts_tried=tried) == "Tue 2026-06-02 12:30"


def test_the_same_part_is_not_tried_twice_on_a_day():
    short = house(outcomes={"no_answer": {"ready": {"hours": 1, "other_part": True}}})
    assert ready("no_answer", "2026-06-02 17:10", settings=short) == "Wed 2026-06-03 08:00"


# Weekends and holidays -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("disposition", "at", "expected"),
    [
        ("no_answer", "2026-06-05 19:00", "Mon 2026-06-08 08:00"),  # Friday evening
        ("voicemail", "2026-06-04 12:00", "Mon 2026-06-08 08:00"),  # Thursday: two days later is Saturday
        ("voicemail", "2026-06-03 12:00", "Fri 2026-06-05 08:00"),
        ("paid", "2026-06-04 12:00", "Tue 2026-06-09 08:00"),
        ("inquiry", "2026-06-05 12:00", "Mon 2026-06-08 08:00"),
        # Thursday 2 July 2026: the 3rd is a holiday observed.
        ("no_answer", "2026-07-02 19:00", "Mon 2026-07-06 08:00"),
        ("unverified", "2026-07-02 12:00", "Mon 2026-07-06 08:00"),
        ("paid", "2026-07-02 12:00", "Wed 2026-07-08 08:00"),
        # Month and year ends.
        ("refused", "2026-06-26 12:00", "Mon 2026-07-06 08:00"),  # the 3rd once more
        ("voicemail", "2026-02-27 12:00", "Mon 2026-03-02 08:00"),
        ("paid", "2026-12-31 12:00", "Wed 2027-01-06 08:00"),
        ("delivered", "2028-02-28 12:00", "Wed 2028-03-01 08:00"),
    ],
)
def test_days_off_are_passed_over(disposition, at, expected):
    assert ready(disposition, at) == expected


def test_a_desk_that_works_on_saturdays_does():
    assert ready("voicemail", "2026-06-04 12:00", settings=house(working_days="mon-sat")) == "Sat 2026-06-06 08:00"


def test_where_no_country_is_known_only_weekends_are_days_off():
    assert ready("unverified", "2026-07-02 12:00", settings=house(country="")) == "Fri 2026-07-03 08:00"


# The desk's hours ----------------------------------------------------------------------------------------------------


def test_a_desk_that_closes_at_five_tries_nobody_in_the_evening():
    short = house(working_day="09:00-17:00")
    assert ready("no_answer", "2026-06-02 13:30", settings=short) == "Wed 2026-06-03 09:00"


def test_a_debtor_far_to_the_west_is_tried_when_both_are_awake():
    short = house(working_day="09:00-17:00")
    # Honolulu's morning begins at 14:00 in New York, where the desk closes at 17:00, which is 11:00 there.
    assert ready("refused", "2026-06-02 08:30", "Pacific/Honolulu", short) == "Tue 2026-06-09 08:00"
    assert ready("no_answer", "2026-06-02 08:30", "Pacific/Honolulu", short) == "Wed 2026-06-03 08:00"


def test_a_debtor_whose_day_the_desk_never_meets_is_ready_in_the_debtors_day():
    short = house(working_day="09:00-10:00")
    assert ready("refused", "2026-06-02 12:00", "Asia/Tokyo", short) == "Tue 2026-06-09 08:00"


def test_shifts_that_are_known_count_instead_of_the_usual_day():
    from arrears.policy.preferences import bands
    from arrears.queues.next.after import after
    from tests.queues.next.told import told

    evenings = DeskHours(bands("mon-fri 16:00-20:00"), NEW_YORK, "US")
    then = after(told("refused"), History(), clock("2026-06-02 17:00"), NEW_YORK, house(), hours=evenings)
    assert shown(then.ready_at) == "Tue 2026-06-09 16:00"


def test_a_desks_week_is_that_of_its_shifts():
    def shift(begins: str, ends: str):
        return clock(f"2026-06-{begins}"), clock(f"2026-06-{ends}")

    shifts = [shift("01 10:00", "01 18:30"), shift("01 12:00", "01 20:00"), shift("06 22:00", "07 06:00")]
    hours = hours_of(shifts, house())
    assert [(band.begins, band.ends, band.weekdays) for band in hours.week] == [
        (10 * 60, 20 * 60, 1),  # Monday
        (22 * 60, 24 * 60, 1 << 5),  # Saturday's night shift, until midnight
    ]
    assert (hours.zone, hours.country) == (NEW_YORK, "US")


def test_a_desk_without_shifts_has_the_usual_week():
    assert hours_of([], house()) == desk_hours(house())


def test_the_usual_day_is_the_settings():
    assert desk_hours(default_settings()).zone == "UTC"
    assert desk_hours(house()).country == "US"


# Clocks that move ----------------------------------------------------------------------------------------------------


def test_hours_pass_over_the_hour_that_spring_leaves_out():
    # Sunday 8 March 2026: 01:59 is followed by 03:00, so 8 hours after 01:30 clocks show 10:30.
    every_day = house(working_days="mon-sun", outcomes={"no_answer": {"ready": {"hours": 8}}})
    assert ready("no_answer", "2026-03-08 01:30", settings=every_day) == "Sun 2026-03-08 10:30"


def test_hours_pass_through_the_hour_that_autumn_has_twice():
    # Sunday 1 November 2026: 01:30 comes twice, so 8 hours after the first clocks show 08:30.
    every_day = house(working_days="mon-sun", outcomes={"no_answer": {"ready": {"hours": 8}}})
    assert ready("no_answer", "2026-11-01 01:30", settings=every_day) == "Sun 2026-11-01 08:30"


@pytest.mark.parametrize("at", ["2026-03-06 12:00", "2026-10-30 12:00"])
def test_days_later_is_the_same_hour_of_the_debtors_clock_on_either_side_of_a_change(at):
    assert ready("refused", at).endswith("08:00")


def test_a_day_that_a_zone_left_out_is_passed_over():
    # Samoa had no 30 December 2011.
    every_day = house(zone="Pacific/Apia", country="", working_days="mon-sun")
    assert ready("unverified", "2011-12-29 12:00", "Pacific/Apia", every_day) == "Sat 2011-12-31 08:00"
