"""What is true of whatever happens next, for any outcome, moment, zone and history."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from arrears.clock import day_of, is_business_day
from arrears.lanes import LANES
from arrears.queues.next.after import after
from arrears.queues.next.entries import DISPOSITIONS, entries
from arrears.queues.next.hours import desk_hours, part_of_day
from arrears.queues.next.outcome import History, Next, Outcome
from tests.queues.next.told import house, told

ZONES = [
    "America/New_York",
    "America/Los_Angeles",
    "Pacific/Honolulu",
    "America/St_Johns",
    "Asia/Taipei",
    "Europe/London",
]
PARTS = ["morning", "midday", "afternoon", "evening"]
HOUSE = house()
unhurried = settings(deadline=None)  # the first call reads the limits, the zones and the holidays

moments = st.integers(0, 5 * 365 * 24 * 60).map(
    lambda minutes: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
zones = st.sampled_from(ZONES)
histories = st.builds(
    History,
    lane=st.sampled_from(LANES),
    tries_today=st.integers(0, 3),
    parts_tried=st.lists(st.sampled_from(PARTS), unique=True).map(tuple),
    points_left=st.lists(st.sampled_from(["Q", "R"]), unique=True).map(tuple),
    other_channels_left=st.booleans(),
    in_a_row=st.integers(0, 4),
    open_promises=st.sampled_from([(), ("R",)]),
    one_book=st.booleans(),
)


def recorded(disposition: str, at: datetime, zone: str) -> Outcome:
    """An outcome that is whole at any moment."""
    own: dict[str, object] = {}
    if disposition in ("promise", "plan_made"):
        own["due_on"] = day_of(at, zone) + timedelta(days=4)
    if disposition == "callback":
        own["callback_at"] = datetime.combine(
            day_of(at, zone) + timedelta(days=9), datetime.min.time().replace(hour=12), ZoneInfo(zone)
        )
    return told(disposition, **own)


def then(disposition: str, at: datetime, zone: str, history: History) -> Next:
    return after(recorded(disposition, at, zone), history, at, zone, HOUSE)


@unhurried
@given(st.sampled_from(DISPOSITIONS), moments, zones, histories)
def test_nothing_is_ready_before_its_outcome_and_everything_within_forty_days(disposition, at, zone, history):
    found = then(disposition, at, zone, history)
    assert found.ready_at is not None
    assert found.ready_at.utcoffset() is not None
    assert at <= found.ready_at <= at + timedelta(days=40)


WAITING = [name for name, entry in entries().items() if entry.ready.at != "now"]


@unhurried
@given(st.sampled_from(WAITING), moments, zones, histories)
def test_whatever_waits_is_ready_in_a_part_of_the_debtors_day(disposition, at, zone, history):
    found = then(disposition, at, zone, history)
    assert found.ready_at is not None
    assert part_of_day(found.ready_at, zone) is not None


@unhurried
@given(st.sampled_from([name for name in WAITING if name != "callback"]), moments, zones, histories)
def test_whatever_waits_is_ready_while_the_desk_is_open(disposition, at, zone, history):
    found = then(disposition, at, zone, history)
    hours = desk_hours(HOUSE)
    assert found.ready_at is not None
    shown = found.ready_at.astimezone(ZoneInfo(hours.zone))
    assert is_business_day(shown.date(), "US")
    assert 8 <= shown.hour < 21


@unhurried
@given(st.sampled_from(["no_answer", "busy"]), moments, zones, histories)
def test_a_try_of_today_comes_hours_later_in_another_part_and_within_the_days_number(disposition, at, zone, history):
    found = then(disposition, at, zone, history)
    assert found.ready_at is not None
    assert found.ready_at - at >= timedelta(hours=4)
    if day_of(found.ready_at, zone) == day_of(at, zone):
        assert history.tries_today == 0
        assert part_of_day(found.ready_at, zone) != part_of_day(at, zone)


@unhurried
@given(moments, zones, histories)
def test_the_parts_tried_are_each_told_once(at, zone, history):
    found = then("no_answer", at, zone, history)
    assert len(set(found.parts_tried)) == len(found.parts_tried)
    assert set(history.parts_tried) <= set(found.parts_tried)


@unhurried
@given(st.sampled_from(DISPOSITIONS), moments, zones, histories)
def test_the_next_item_is_in_a_lane_that_exists_and_with_a_point_that_is_known(disposition, at, zone, history):
    found = then(disposition, at, zone, history)
    assert found.lane in LANES
    assert found.point_id in (None, "P", *history.points_left)


@unhurried
@given(st.sampled_from(["promise", "plan_made"]), moments, zones, histories)
def test_a_promise_is_never_spoken_of_in_its_time_nor_in_the_week_after_the_talk(disposition, at, zone, history):
    found = then(disposition, at, zone, history)
    assert found.ready_at is not None
    day = day_of(found.ready_at, zone)
    assert day > day_of(at, zone) + timedelta(days=4)
    assert (day - day_of(at, zone)).days >= 7


@unhurried
@given(st.sampled_from(DISPOSITIONS), moments, zones, histories)
def test_the_same_outcome_always_has_the_same_consequence(disposition, at, zone, history):
    assert then(disposition, at, zone, history) == then(disposition, at, zone, history)


@unhurried
@given(st.sampled_from(DISPOSITIONS), moments, zones, histories)
def test_every_fact_happened_by_the_day_of_the_outcome(disposition, at, zone, history):
    found = then(disposition, at, zone, history)
    assume(found.facts)
    today = day_of(at, zone)
    began = ("starts_on", "opened_on", "made_on", "given_on", "cancelled_on")
    told_days = [fact.row[name] for fact in found.facts for name in began if name in fact.row]
    assert all(isinstance(day, date) and day <= today for day in told_days)
