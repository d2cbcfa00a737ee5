"""The desk's hours are those of its shifts, read once for each lake and day."""

from datetime import date

from arrears.clock import SystemClock
from arrears.lake import Lake
from arrears.loading import load
from arrears.queues.next.hours import desk_hours
from serving.desk.memory import DeskMemory
from tests.lake.small_source import small_book, write_csv

JUNE = date(2026, 6, 1)


COLLECTOR = {"collector_id": "anna", "name": "Anna", "team": "one", "languages": "en", "licences": "NY"} | {
    "minutes_per_day": 420,
    "starts_on": "2026-01-05",
}


def lake_with(folder, shifts):
    book = small_book() | {"collectors": [COLLECTOR], "shifts": shifts}
    load(write_csv(folder / "source", book), folder / "lake", SystemClock())
    return Lake(folder / "lake")


def shift(starts_at, ends_at):
    return {"collector_id": "anna", "starts_at": f"{starts_at}+00:00", "ends_at": f"{ends_at}+00:00"}


def test_shifts_about_a_day_make_the_week_and_others_do_not(tmp_path):
    near, far = shift("2026-06-01T11:00", "2026-06-01T19:00"), shift("2026-01-06T01:00", "2026-01-06T05:00")
    lake = lake_with(tmp_path, [near, far])
    memory = DeskMemory()
    hours = memory.hours(lake, lake.settings, JUNE)
    assert [(band.begins, band.ends, band.weekdays) for band in hours.week] == [(11 * 60, 19 * 60, 1)]
    assert memory.hours(lake, lake.settings, JUNE) is hours
    assert memory.hours(lake, lake.settings, date(2026, 1, 5)) != hours


def test_without_shifts_the_settings_say(tmp_path):
    lake = Lake(tmp_path / "none")
    assert DeskMemory().hours(lake, lake.settings, JUNE) == desk_hours(lake.settings)
