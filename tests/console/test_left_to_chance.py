"""The page Strategies tells what a night left to chance: slice, holdout and edge, and draws the chance by rank."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from arrears.queues.holdout import HOLDOUT
from serving.console.words import short_day
from tests.console.axe import violations


@pytest.fixture(scope="module")
def page(served):
    with served.client() as client:
        client.timeout = 120
        client.headers["Accept"] = "text/html"
        return client.get("/strategies").text.split("<main")[1]


@pytest.fixture(scope="module")
def told(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))


@pytest.fixture(scope="module")
def logged(served):
    """Debtors in the holdout, the first days of their episodes, and how many items lots decided about."""
    sql = """
        SELECT count(DISTINCT debtor_id) FILTER (WHERE experiment = :holdout) AS debtors, min(arm) AS first,
            max(arm) AS newest, count(*) FILTER (WHERE explores) AS explores, count(*) AS items
        FROM work_items WHERE made_by = 'night'
    """
    with served.engine.connect() as connection:
        return connection.execute(text(sql), {"holdout": HOLDOUT}).one()


def test_the_slice_is_counted(told, logged):
    drawn, items = re.search(r"([\d,]+) of ([\d,]+) items of this night were drawn", told).groups()
    assert int(items.replace(",", "")) == logged.items
    assert 0.01 * logged.items < int(drawn) < 0.02 * logged.items


def test_the_holdout_says_how_many_since_when_and_until_when(told, logged):
    assert f"{logged.debtors} debtors of this night are in it" in told
    first, newest = (date.fromisoformat(each) for each in (logged.first, logged.newest))
    assert f"the longest since {short_day(first)}, the newest since {short_day(newest)}" in told
    released = [short_day(day + timedelta(days=90)) for day in (first, newest)]
    assert f"released 90 days after that day, the first on {released[0]} and the last on {released[1]}" in told


def test_the_edge_says_from_which_rank_to_which(told):
    first, last, items = re.search(r"from rank ([\d,]+) to rank ([\d,]+), ([\d,]+) items", told).groups()
    first, last, items = (int(each.replace(",", "")) for each in (first, last, items))
    assert 1 < first < last
    assert 0.9 * (last - first + 1) <= items <= last - first + 1


def test_the_picture_falls_from_the_left_to_the_right_at_the_edge(page):
    chart = page.split('aria-label="Chance to be worked by rank"')[1]
    course = re.search(r'class="series" d="M([^"]+)"', chart).group(1)
    points = [tuple(map(float, point.split())) for point in course.split("L")]
    assert len(points) == 4
    assert [x for x, _ in points] == sorted(x for x, _ in points)
    assert points[0][1] == points[1][1] < points[2][1] == points[3][1], "places of the sheet grow downwards"
    assert 'class="other"' in chart, "what the holdout has is the same at every rank"


def test_no_collectors_page_tells_of_any_of_it(served):
    with served.client() as client:
        client.timeout = 120
        client.headers["Accept"] = "text/html"
        desk = client.get("/desk").text.split("<main")[1].casefold()
    assert not [word for word in ("holdout", "held out", "random", "by lot", "experiment") if word in desk]


@pytest.mark.browser
@pytest.mark.parametrize(("width", "dark"), [(1366, False), (360, True)], ids=["wide-light", "narrow-dark"])
def test_the_page_fits_its_window_and_shuts_nobody_out(look, width, dark):
    window = look(width, dark=dark)
    window.open("/strategies")
    assert window.overflow() <= 0
    assert window.errors == []
    assert violations(window.page) == []
