"""The reference says what the code says."""

import pytest

from commands.main import COMMANDS
from tests.docs.reference import REFERENCE, reference_pages


@pytest.mark.parametrize("page", ["commands.md", "conduct.md", "settings.md", "tables.md"])
def test_the_page_is_what_the_code_says_now(page: str) -> None:
    assert (REFERENCE / page).read_text(encoding="utf-8") == reference_pages()[REFERENCE / page], "run: make docs"


def test_every_command_is_documented() -> None:
    page = (REFERENCE / "commands.md").read_text(encoding="utf-8")
    assert [name for name in COMMANDS if f"## `arrears {name}`" not in page] == []
