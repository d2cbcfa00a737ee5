"""The Desk in a real Chromium: ten debtors by keyboard alone, at the size of a desk's screen, and for everybody."""

import re

import pytest

from tests.console.axe import violations
from tests.console.conftest import Watched

pytestmark = [pytest.mark.browser]

SCREEN = {"width": 1366, "height": 768}


@pytest.fixture(scope="module")
def desk_states(browser, desks):
    """A function that signs a new collector in and tells what the browser keeps of it."""

    def state():
        context = browser.new_context()
        context.new_page().goto(desks.collector().link())
        kept = context.storage_state()
        context.close()
        return kept

    return state


@pytest.fixture(scope="module")
def collector_state(desk_states):
    return desk_states()


@pytest.fixture
def desk(browser, desks, collector_state):
    """A function that opens a collector's window."""
    contexts = []

    def window(*, state=None, size=SCREEN, dark=False, script=True):
        context = browser.new_context(
            storage_state=state or collector_state,
            viewport=size,
            color_scheme="dark" if dark else "light",
            java_script_enabled=script,
        )
        contexts.append(context)
        return Watched(context.new_page(), desks.served.address)

    yield window
    for context in contexts:
        context.close()


def with_debtor(window):
    window.open("/desk")
    if window.page.locator("[data-start]").count():
        window.page.click("[data-start]")
    window.page.wait_for_selector(".strip")
    return window.page


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def stored(page):
    page.wait_for_url(re.compile(r"/desk\?stored="))
    page.wait_for_selector(".receipt")
    return page.inner_text(".receipt")


def test_ten_debtors_are_worked_by_keyboard(desk, desks, desk_states):
    """Seven in three keys each; a promise, a callback and an attorney with their answers; never a mouse."""
    window = desk(state=desk_states())
    window.open("/desk")
    page = window.page
    press(page, "Enter")
    page.wait_for_selector(".strip")
    worked, items = [], []

    def begins():
        """A number that is dead sends its debtor to be searched for: the same person, another item."""
        worked.append(page.inner_text("h1"))
        items.append(page.get_attribute(".strip", "data-item"))

    for key, title in zip("nbvaxwt", SHORT, strict=True):
        begins()
        press(page, "o", key, "Enter")
        assert f"{worked[-1]}: {title}." in stored(page)
    begins()
    press(page, "1", "o", "p")  # verified, then a promise: the amount is marked, so typing replaces it
    page.keyboard.type("1500")
    press(page, "Tab")
    page.keyboard.type("10052005")
    press(page, "Tab", "Tab", "Space", "Enter")
    assert f"{worked[-1]}: Promise to pay." in stored(page)
    begins()
    press(page, "o", "c", "Enter")
    assert f"{worked[-1]}: Call back. Next: callback, Tue 4 Oct 2005, 10:00." in stored(page)
    begins()
    press(page, "o", "y")
    page.keyboard.type("A. Counsel")
    press(page, "Tab")
    page.keyboard.type("counsel@example.org")
    press(page, "Enter")
    assert f"{worked[-1]}: Has an attorney." in stored(page)
    assert len(set(items)) == 10
    assert page.inner_text(".day dd >> nth=0") == "10"
    assert window.errors == []
    (promise,) = desks.rows(
        "SELECT row ->> 'amount' AS amount, row ->> 'due_on' AS due_on FROM source_events "
        "WHERE source_table = 'promises' AND account_id = :account",
        account=worked[7].replace("D", "A"),
    )
    assert (promise.amount, promise.due_on) == ("1500.00", "2005-10-05")


SHORT = (
    "No answer",
    "Busy",
    "Voicemail",
    "Abandoned",
    "Not in service",
    "Wrong number",
    "Somebody else answered",
)


def test_the_main_facts_need_no_scrolling(desk):
    page = with_debtor(desk())
    for seen in (".strip .until", ".numbers", ".verified", ".amounts", "#why", "#lately", ".choices", ".send"):
        box = page.locator(seen).first.bounding_box()
        assert box["y"] + box["height"] <= SCREEN["height"], seen
        assert box["x"] + box["width"] <= SCREEN["width"], seen


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1366, 360])
def test_the_desk_fits_its_window_and_everybody_can_use_it(desk, width, dark):
    window = desk(size={"width": width, "height": 768}, dark=dark)
    page = with_debtor(window)
    for disposition in ("", "promise", "attorney", "dispute", "callback"):
        if disposition:
            page.check(f"#o-{disposition}", force=True)
        assert violations(page) == []
        assert window.overflow() <= 0
    for path in ("/desk/lookup", "/desk/list"):
        window.open(path)
        assert violations(page) == []
        assert window.overflow() <= 0
    assert window.errors == []


def test_an_outcome_shows_its_questions_and_no_others_without_script(desk):
    page = with_debtor(desk(script=False))
    assert page.locator(".ask:visible").count() == 0
    page.check("#o-attorney", force=True)
    assert page.locator(".ask:visible").count() == 4
    page.check("#o-no_answer", force=True)
    assert page.locator(".ask:visible").count() == 0
    page.click(".send button >> nth=1")
    page.wait_for_selector(".receipt")
    assert "No answer" in page.inner_text(".receipt")


def test_nothing_moves_when_something_comes_in(desk, desks):
    page = with_debtor(desk())
    before = page.locator(".choices").bounding_box()
    item = page.get_attribute(".strip", "data-item")
    sql = """
        INSERT INTO work_item_events (work_item_id, at, did, by, because, detail)
        SELECT work_item_id, taken_at + interval '1 second', 'noticed', 'events', 'payments', '{"amount": "70.00"}'
        FROM leases WHERE work_item_id = :item AND ended_at IS NULL
    """
    from sqlalchemy import text

    with desks.engine.begin() as connection:
        connection.execute(text(sql), {"item": item})
    page.wait_for_selector(".note", timeout=40_000)
    assert "A payment of 70.00 TWD came." in page.inner_text(".note")
    assert page.locator(".choices").bounding_box() == before
    assert page.get_attribute(".strip", "data-item") == item


def test_who_spoke_is_verified_before_a_promise_is_asked(desk):
    page = with_debtor(desk())
    press(page, "o", "p")
    assert page.evaluate("document.activeElement.dataset.verified") == "1"


def test_focus_goes_to_what_must_be_mended(desk):
    page = with_debtor(desk())
    press(page, "1", "o", "p", "Enter")
    page.wait_for_selector("[data-faults]")
    assert page.evaluate("document.activeElement.name") == "method"
    assert page.locator("[role=alert]").count() == 1


def test_the_keys_leave_typing_alone(desk):
    page = with_debtor(desk())
    press(page, "z")
    page.locator("#snooze input[name=because]").focus()
    page.keyboard.type("so says the son")
    assert page.input_value("#snooze input[name=because]") == "so says the son"
