"""Signing in with the printed link, once, in a real Chromium."""

import pytest
from httpx import URL

pytestmark = [pytest.mark.browser]


def test_a_link_signs_in_once(browser, served):
    link = served.new_link()
    context = browser.new_context()
    page = context.new_page()
    page.goto(link)
    assert page.url == f"{served.address}/"
    assert page.locator("nav[aria-label=Rooms]").is_visible()
    (cookie,) = context.cookies()
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Lax")
    stranger = browser.new_context()
    later = stranger.new_page()
    answer = later.goto(link)
    assert answer.status == 410
    assert f"arrears serve --new-link --port {URL(served.address).port}" in later.inner_text("main")
    assert stranger.cookies() == []
    context.close()
    stranger.close()


def test_the_printed_link_is_a_link(browser, served):
    context = browser.new_context()
    page = context.new_page()
    page.goto(served.first_link)
    assert page.url == f"{served.address}/"
    context.close()


def test_without_signing_in_nothing_is_shown(browser, served):
    context = browser.new_context()
    page = context.new_page()
    errors = []
    page.on("console", lambda told: errors.append(told.text) if told.type == "error" else None)
    for path in ("/", "/queues", "/debtors/D00014", "/portfolio", "/models"):
        answer = page.goto(served.address + path)
        assert answer.status == 401
        assert page.inner_text("h1") == "Sign in first"
        assert page.inner_text("code") == f"arrears serve --new-link --port {URL(served.address).port}"
        assert page.locator("nav").count() == 0
    assert [error for error in errors if "401" not in error] == []
    context.close()


def test_signing_out_ends_the_session(browser, served):
    context = browser.new_context()
    page = context.new_page()
    page.goto(served.new_link())
    page.click("text=Sign out")
    assert page.inner_text("h1") == "Sign in first"
    context.close()
