"""Asks axe whether a page can be used by everybody: WCAG 2 A and AA, in the browser that shows it."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from playwright.sync_api import Page

RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa")


def violations(page: Page) -> list[str]:
    """What axe finds wrong, each as its rule, what it asks for, and where."""
    # Evaluated over the browser's own protocol: the page's policy lets in no script of others, and need not.
    page.evaluate(_script())
    found: Any = page.evaluate("(tags) => axe.run({runOnly: {type: 'tag', values: tags}})", list(RULES))
    return [
        f"{each['id']}: {each['help']} at {' '.join(map(str, node['target']))}"
        for each in found["violations"]
        for node in each["nodes"]
    ]


@cache
def _script() -> str:
    return files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8") + "; undefined"
