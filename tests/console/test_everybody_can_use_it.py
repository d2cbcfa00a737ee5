"""Every page of the console passes axe at WCAG 2.1 A and AA, wide and narrow, light and dark."""

import pytest

from tests.console.axe import violations

pytestmark = [pytest.mark.browser]

PAGES = ("/", "/queues", "/portfolio", "/models", "/conduct", "/team", "/exports", "/desk", "/nowhere")
VIEWS = [(1366, False), (360, True)]


@pytest.fixture(scope="module")
def debtor_address(served):
    with served.client() as client:
        return "/debtors/" + client.get("/v1/queues/pay/items?limit=1").json()["items"][0]["debtor_id"]


@pytest.mark.parametrize(("width", "dark"), VIEWS, ids=["wide-light", "narrow-dark"])
def test_no_page_shuts_anybody_out(look, debtor_address, width, dark):
    window = look(width, dark=dark)
    found = {}
    for path in (*PAGES, debtor_address):
        window.page.goto(window.address + path)
        if path == "/portfolio":
            window.page.wait_for_selector("#aging", timeout=60_000)
        found[path] = violations(window.page)
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_door_shuts_nobody_out(browser, served, dark):
    context = browser.new_context(color_scheme="dark" if dark else "light")
    page = context.new_page()
    for path in ("/", "/sign-in?token=spent"):
        page.goto(served.address + path)
        assert violations(page) == [], path
    context.close()
