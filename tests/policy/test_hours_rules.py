"""Hours and named times judged as the gate judges; the walk over clocks equals a slow one on every minute."""

from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arrears.errors import BadInput
from arrears.policy.judge import judge
from arrears.policy.limits import Limits, read_limits
from arrears.policy.rules import RULES
from arrears.policy.week import closes, opens, week_of
from tests.policy.case import Case, facts_of, held_by, judged
from tests.policy.cases import hours, named
from tests.policy.cases.hours import BOSTON, LOS_ANGELES, reached

MINUTE = 60_000_000
ZONES = (
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/St_Johns",
    "Pacific/Honolulu",
    "Europe/London",
    "Asia/Taipei",
    "Australia/Lord_Howe",
)
MOMENTS = st.integers(*(int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000 for year in (2026, 2029)))


@pytest.mark.parametrize("case", [*hours.CASES, *named.CASES], ids=lambda case: f"{case.rule}: {case.told}")
def test_the_rule_says_what_the_register_says(case: Case):
    assert held_by(judged(case.facts(), *case.profiles), case.rule) == case.expected


@pytest.mark.parametrize(
    ("told", "facts", "shuts"),
    [
        ("New York, 20:59", reached("2026-06-02 20:59"), "2026-06-03T01:00"),
        (
            "New York and California, 11:00",
            reached("2026-06-02 11:00", debtor=LOS_ANGELES, number="+12125550100"),
            "2026-06-03T01:00",
        ),
    ],
)
def test_an_open_way_ends_when_the_first_place_closes(told, facts, shuts):
    judgement = judged(facts, "us_federal")
    assert str(judgement.allowed_until[0]) == f"{shuts}:00.000000", told


def test_hours_named_later_today_end_an_open_way():
    facts = reached("2026-06-02 14:00", **named.NOT_3_TO_5)
    assert str(judged(facts, "us_federal").allowed_until[0]) == "2026-06-02T19:00:00.000000"


@pytest.mark.parametrize(
    ("told", "place", "facts", "expected"),
    [
        ("no Sundays, on Sunday", "", reached("2026-06-07 14:00"), "2026-06-08 08:00"),
        ("no Sundays, on Saturday", "", reached("2026-06-06 14:00"), "allow"),
        (
            "Patriots' Day kept free",
            "US-MA",
            reached("2026-04-20 12:00", debtor=BOSTON, number="+16175550100"),
            "2026-04-21 00:00",
        ),
    ],
)
def test_a_house_may_keep_days_free_that_no_law_names(told, place, facts, expected):
    limits = _switched_on("ST-02", place)
    assert held_by(judge(facts, limits, rules=RULES), "ST-02") == expected, told


def test_a_margin_keeps_the_edges_of_the_day_free():
    limits = _with_value("RF-04", "safety_margin_min", 15)
    early, late = reached("2026-06-02 08:14"), reached("2026-06-02 20:45")
    assert held_by(judge(early, limits), "RF-04") == "2026-06-02 08:15"
    assert held_by(judge(late, limits), "RF-04") == "2026-06-03 08:15"


@pytest.mark.parametrize("told", ["25:00-26:00", "late", "08:00-20:60"])
def test_hours_of_a_limit_that_cannot_be_read_are_refused(told):
    with pytest.raises(BadInput, match=told):
        week_of((told,))


def test_many_debtors_are_judged_as_each_alone():
    debtors = [
        {"debtor_id": f"D{place}", "postal_code": postal, "region": region}
        for place, (postal, region) in enumerate([("12207", "NY"), ("90012", "CA"), (None, None), ("60601", "IL")] * 30)
    ]
    rows = [{"debtor_id": row["debtor_id"], "account_id": f"A{place}"} for place, row in enumerate(debtors)]
    points = [
        {"point_id": f"P{place}", "debtor_id": row["debtor_id"], "value": "+18005550100"}
        for place, row in enumerate(debtors)
    ]
    wishes = [
        named.wish("07:00-12:00", debtor_id=row["debtor_id"], preference_id=row["debtor_id"]) for row in debtors[::3]
    ]
    whole = judged(
        facts_of("2026-06-02 10:30", debtors=debtors, accounts=rows, points=points, preferences=wishes), "us_federal"
    )
    for place in range(len(debtors)):
        alone = facts_of(
            "2026-06-02 10:30",
            debtors=[debtors[place]],
            accounts=[rows[place]],
            points=[points[place]],
            preferences=[wish for wish in wishes if wish["debtor_id"] == f"D{place}"],
        )
        one = judged(alone, "us_federal")
        for rule in ("RF-04", "RF-05"):
            ask = int(np.flatnonzero((whole.facts.asks.account == place) & (whole.facts.asks.point >= 0))[0])
            assert held_by(whole, rule, ask) == held_by(one, rule), (place, rule)


WEEKS = (
    (("08:00-21:00",), ""),
    (("01:15-01:45", "02:10-02:50", "23:30-24:00", "00:00-00:20"), ""),
    (("mon-sat 07:00-21:00", "sun 13:00-17:00"), "CA-ON"),
    (("mon-fri 09:00-17:00",), "US"),
)


@pytest.mark.parametrize("hours_of_week", WEEKS, ids=lambda week: week[0][0])
@pytest.mark.parametrize("day", ["2026-03-08", "2026-11-01", "2028-02-29", "2026-12-31"])
@pytest.mark.parametrize("zones", [("America/New_York",), ("America/New_York", "America/Phoenix")], ids=str)
def test_every_minute_of_a_day_is_judged_as_by_a_slow_clock(hours_of_week, day, zones):
    told, calendar = hours_of_week
    week = week_of(told, calendar)
    start = datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(zones[0])).astimezone(UTC)
    ahead = 5 * 1440
    is_open = [_slowly_open(told, calendar, zones, start + timedelta(minutes=m)) for m in range(ahead)]
    first = int(start.timestamp()) * 1_000_000
    next_open, next_shut = _next(is_open, wanted=True), _next(is_open, wanted=False)
    for minute in range(25 * 60):
        at = first + minute * MINUTE
        assert opens(week, zones, at) == first + next_open[minute] * MINUTE, minute
        assert closes(week, zones, at) == first + next_shut[minute] * MINUTE, minute


@settings(max_examples=200, deadline=None)
@given(
    zones=st.lists(st.sampled_from(ZONES), min_size=1, max_size=4, unique=True),
    more=st.sampled_from(ZONES),
    moment=MOMENTS,
)
def test_a_further_plausible_zone_never_widens_the_window(zones, more, moment):
    week = week_of(("08:00-21:00",))
    few, many = opens(week, tuple(zones), moment), opens(week, (*zones, more), moment)
    assert many is None or (few is not None and few <= many)
    if many == moment:
        assert closes(week, (*zones, more), moment) <= closes(week, tuple(zones), moment)


@settings(max_examples=200, deadline=None)
@given(
    zones=st.lists(st.sampled_from(ZONES), min_size=1, max_size=3, unique=True),
    moment=MOMENTS,
    hours_of_week=st.sampled_from(WEEKS),
)
def test_it_is_open_at_the_instant_told_and_shut_until_then(zones, moment, hours_of_week):
    told, calendar = hours_of_week
    week = week_of(told, calendar)
    first = opens(week, tuple(zones), moment)
    if first is not None:
        assert _slowly_open(told, calendar, zones, _utc(first))
        assert first == moment or not _slowly_open(told, calendar, zones, _utc(first - 1))


def _utc(microseconds: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)


def _slowly_open(told, calendar, zones, moment: datetime) -> bool:
    """Each zone's clock read by zoneinfo, each band by its words."""
    return all(_open_here(told, calendar, moment.astimezone(ZoneInfo(zone))) for zone in zones)


def _open_here(told, calendar, local: datetime) -> bool:
    if calendar and local.date() in _holidays(calendar):
        return False
    return any(_in_band(each, local) for each in told)


@cache
def _holidays(calendar: str) -> holidays.HolidayBase:
    country, _, region = calendar.partition("-")
    return holidays.country_holidays(country, subdiv=region or None)


def _in_band(told: str, local: datetime) -> bool:
    days, _, clock = told.rpartition(" ")
    names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    first, _, last = (days or "mon-sun").partition("-")
    begins, ends = clock.split("-")
    shown = f"{local.hour:02}:{local.minute:02}:{local.second:02}.{local.microsecond:06}"
    return names.index(first) <= local.weekday() <= names.index(last or first) and begins <= shown < ends


def _next(is_open: list[bool], *, wanted: bool) -> list[int]:
    """For each minute the first one, from it on, that is as wanted."""
    found, last = [0] * len(is_open), len(is_open)
    for minute in range(len(is_open) - 1, -1, -1):
        last = minute if is_open[minute] == wanted else last
        found[minute] = last
    return found


def _switched_on(rule: str, place: str) -> Limits:
    return _changed(lambda limit: (limit.rule, limit.place) == (rule, place), {"on": True})


def _with_value(rule: str, name: str, value: int) -> Limits:
    return _changed(lambda limit: (limit.rule, limit.name) == (rule, name), {"value": value})


def _changed(is_meant, update) -> Limits:
    shipped = read_limits(("us_federal", "us_states", "house"))
    return Limits(
        {
            profile: tuple(limit.model_copy(update=update) if is_meant(limit) else limit for limit in limits)
            for profile, limits in shipped.by_profile.items()
        }
    )


def test_a_rule_of_hours_judges_a_night_ahead_by_when_it_opens():
    judgement = judged(reached("2026-06-02 00:00"), "us_federal", by=np.datetime64("2026-06-03T04:00", "us"))
    assert not judgement.held[0]
    assert str(judgement.opens_at[0]) == "2026-06-02T12:00:00.000000"
