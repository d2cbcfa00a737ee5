"""What tests of the console share: one running service, and a real Chromium that looks at it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.served import Served

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
]
PLACES = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium where there is one, else Playwright's own."""
    found = next((place for place in PLACES if Path(place).exists()), None)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture(scope="session")
def signed_in(browser: Browser, served: Served) -> Any:
    """What a browser keeps after it has opened a link: its cookie."""
    context = browser.new_context()
    context.new_page().goto(served.new_link())
    state = context.storage_state()
    context.close()
    return state


class Watched:
    """A page that remembers what went wrong on it and whom it asked."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.errors: list[str] = []
        self.asked: list[str] = []
        page.on("console", lambda told: self.errors.append(told.text) if told.type == "error" else None)
        page.on("pageerror", lambda problem: self.errors.append(str(problem)))
        page.on("request", lambda request: self.asked.append(request.url))

    def open(self, path: str) -> None:
        """Go to an address of the service."""
        answer = self.page.goto(self.address + path)
        assert answer is not None
        assert answer.status == 200, path

    def overflow(self) -> int:
        """Pixels by which the page is wider than its window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


@pytest.fixture
def look(browser: Browser, served: Served, signed_in: Any) -> Iterator[Any]:
    """A function that opens a window, signed in, as wide, dark or scriptless as asked."""
    contexts: list[BrowserContext] = []

    def window(width: int = 1280, *, dark: bool = False, script: bool = True) -> Watched:
        context = browser.new_context(
            storage_state=signed_in,
            viewport={"width": width, "height": 800},
            color_scheme="dark" if dark else "light",
            java_script_enabled=script,
        )
        contexts.append(context)
        return Watched(context.new_page(), served.address)

    yield window
    for context in contexts:
        context.close()
