"""The page Today against what the day's tables hold: every headline is a number that can be counted elsewhere."""

import re

import pytest


@pytest.fixture(scope="module")
def client(served):
    with served.client() as client:
        client.headers["Accept"] = "text/html"
        yield client


@pytest.fixture(scope="module")
def page(client):
    return client.get("/").text


def words(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.split("<main")[1]))


@pytest.mark.parametrize(
    "told",
    [
        "Ready to work 5,129",
        "of 5,040 minutes a day",
        "12 collectors, 5,040 minutes a day",
        "Worked today 0 of 5,129",
        "Held 1,689",
        "Nothing to collect 1,689",
        "1-29",
        "Last event none yet",
        "no goal is set",
        "none falls due",
        "Nothing is owed",
        "Worked next",
        "no call yet",
    ],
)
def test_the_first_screen_tells_the_day(page, told):
    assert told in words(page)


def test_minutes_by_hour_are_drawn_with_what_each_bar_says(page):
    assert re.search(r"<title>\d\d:00: [\d,]+ minutes needed</title>", page)
    assert re.search(r"<title>\d\d:00: [\d,]+ minutes available</title>", page)
    assert 'aria-label="Minutes needed and available by hour"' in page


@pytest.mark.browser
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1366, 1280, 800, 360])
def test_the_managers_pages_fit_their_window_and_break_nothing(look, width, dark):
    window = look(width, dark=dark)
    for path in ("/", "/queues?collector=C03", "/team", "/strategies"):
        window.open(path)
        assert window.overflow() <= 0, path
    assert window.errors == []


@pytest.mark.browser
def test_a_manager_reassigns_by_keyboard_without_script(look):
    window = look(script=False)
    window.open("/queues?bucket=180%2B")
    page = window.page
    assert page.locator("button[value=reassign]").is_hidden()
    page.locator("input[name=item]").first.focus()
    page.keyboard.press("Space")
    page.get_by_label("Because").first.fill("she knows them")
    page.get_by_label("To the list of").select_option("C05")
    page.locator("button[value=reassign]").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**done=*")
    assert "1 item is on the list of Collector 5 (synthetic) now." in page.inner_text(".notice.done")
    page.click(".notice.done button")
    assert "Undone. 1 item is as before." in page.inner_text(".notice.done")


@pytest.mark.browser
def test_one_tick_ticks_the_page(look):
    window = look()
    window.open("/queues")
    window.page.check("[data-tick-all]")
    assert window.page.locator("input[name=item]:checked").count() == 50
    assert window.page.locator("button[value=put_off]").is_visible()
