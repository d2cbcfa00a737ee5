"""No page of the project points at a file that is not there."""

import re
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
_LINK = re.compile(r"\]\((?!https?://|#)([^)#]+)")


def test_every_link_of_the_docs_leads_somewhere() -> None:
    pages = [*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md")]
    dead = [
        f"{page.relative_to(PROJECT)} -> {target}"
        for page in pages
        for target in _LINK.findall(page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert dead == []
