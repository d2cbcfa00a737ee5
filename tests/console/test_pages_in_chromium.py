"""Every page in a real Chromium: wide and narrow, light and dark, with and without script, by keyboard alone."""

import httpx
import pytest

pytestmark = [pytest.mark.browser]

PAGES = ["/", "/queues", "/queues?bucket=180%2B&sort=balance", "/portfolio", "/portfolio?by=balance", "/models"]
FIRST_DEBTOR = ".queue .who a"


@pytest.fixture(scope="module")
def debtor(served):
    with served.client() as client:
        return "/debtors/" + client.get("/v1/queues/pay/items?limit=1").json()["items"][0]["debtor_id"]


def portfolio_is_worked_out(window):
    window.page.wait_for_selector("#aging", timeout=60_000)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_pages_fit_their_window_and_break_nothing(look, debtor, width, dark):
    window = look(width, dark=dark)
    for path in [*PAGES, debtor]:
        window.open(path)
        if path == "/portfolio":
            portfolio_is_worked_out(window)
        assert window.overflow() <= 0, path
    assert window.errors == []
    assert {httpx.URL(url).host for url in window.asked} == {"127.0.0.1"}


def test_every_page_says_everything_without_script(look, debtor):
    window = look(script=False)
    for path, words in {
        "/": "Worked next",
        "/queues": "of 5,129 items",
        "/models": "It beats the scorecard.",
        debtor: "Why this rank",
    }.items():
        window.open(path)
        assert words in window.page.inner_text("main"), path
    window.open("/portfolio")
    portfolio_is_worked_out(window)
    assert window.page.locator("#rolls").count() == 1


def test_colours_follow_the_system(look):
    grounds = []
    for dark in (False, True):
        window = look(dark=dark)
        window.open("/")
        grounds.append(window.page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert grounds == ["rgb(245, 244, 240)", "rgb(20, 23, 26)"]


def test_a_queue_is_walked_by_keyboard(look):
    window = look()
    window.open("/queues")
    page = window.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("j")
    page.keyboard.press("j")
    second = page.locator(FIRST_DEBTOR).nth(1)
    assert page.evaluate("document.activeElement.textContent") == second.inner_text()
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    page.wait_for_url("**/debtors/*")
    assert page.inner_text("h1").startswith("D")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.type") == "search"


def test_focus_is_seen(look):
    window = look()
    window.open("/queues")
    window.page.keyboard.press("Tab")
    window.page.keyboard.press("Tab")
    assert window.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_search_finds_the_debtor_of_an_account(look):
    window = look()
    window.open("/")
    window.page.fill("#find", "A00014")
    window.page.keyboard.press("Enter")
    window.page.wait_for_url("**/debtors/D00014")


@pytest.mark.parametrize("width", [1280, 360])
def test_search_works_with_the_mouse_alone(look, width):
    window = look(width)
    window.open("/")
    window.page.fill("#find", "A00014")
    window.page.click(".find button")
    window.page.wait_for_url("**/debtors/D00014")


def test_filters_and_pages_keep_their_place(look):
    window = look()
    window.open("/queues")
    page = window.page
    page.select_option("select[name=bucket]", "60-89")
    page.select_option("select[name=sort]", "balance")
    page.click("button:has-text('Show')")
    first = page.inner_text(FIRST_DEBTOR)
    page.click("a[rel=next]")
    assert page.inner_text(FIRST_DEBTOR) != first
    assert set(page.locator(".queue .bucket").all_inner_texts()) == {"60-89"}
    page.click("a[rel=first]")
    assert page.inner_text(FIRST_DEBTOR) == first


def test_reasons_and_calibration_are_drawn(look, debtor):
    window = look()
    window.open(debtor)
    page = window.page
    assert page.locator(".chart .wide svg").count() >= 2
    assert "calibrated" in page.inner_text(".steps >> nth=0")
    assert page.locator(".chart .narrow").first.is_hidden()


def test_an_unknown_page_and_debtor_are_told_kindly(look):
    window = look()
    for path in ("/nowhere", "/debtors/nobody"):
        answer = window.page.goto(window.address + path)
        assert answer.status == 404
        assert "Nothing there" in window.page.inner_text("h1")
