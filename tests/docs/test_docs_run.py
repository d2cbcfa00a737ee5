"""What the docs tell a reader to type works, in the order in which they tell it, from an empty folder."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.docs.conftest import PROJECT, follow, typed
from tests.docs.shell_blocks import shell_blocks, shown_outputs

HOW_TOS = sorted((PROJECT / "docs" / "how-to").glob("*.md"))
SHOWING = [page for page in HOW_TOS if shown_outputs(page)]


@pytest.mark.slow
def test_the_first_morning_runs(newcomer: Path) -> None:
    assert (newcomer / "queue.csv").read_text(encoding="utf-8").count("\n") == 5130


@pytest.mark.slow
@pytest.mark.parametrize("page", HOW_TOS, ids=lambda page: page.stem)
def test_every_command_of_the_page_runs(page: Path, newcomer: Path) -> None:
    follow(page, newcomer)


@pytest.mark.slow
@pytest.mark.parametrize("page", SHOWING, ids=lambda page: page.stem)
def test_what_the_page_shows_is_what_its_commands_print(page: Path, tmp_path: Path) -> None:
    (tmp_path / ".venv").symlink_to(PROJECT / ".venv")
    for block, shown in shown_outputs(page):
        printed = [line.rstrip() for line in typed(block, tmp_path).splitlines()]
        assert shown.rstrip() in "\n".join(printed)


def test_every_page_with_commands_is_run() -> None:
    told = {page for page in (PROJECT / "docs").rglob("*.md") if shell_blocks(page)}
    assert told <= {PROJECT / "docs" / "tutorial.md", *HOW_TOS}


def test_make_run_types_what_the_tutorial_teaches(tmp_path: Path) -> None:
    dry = ["make", "--dry-run", "--always-make", "-C", str(PROJECT), "made", f"ROOT={tmp_path}"]
    said = subprocess.run(dry, capture_output=True, text=True, check=True).stdout
    typed_by_make = re.findall(r"^\.venv/bin/arrears .*$", said, re.MULTILINE)
    taught = "\n".join(shell_blocks(PROJECT / "docs" / "tutorial.md"))
    assert len(typed_by_make) == 4
    assert [line for line in typed_by_make if line not in taught] == []


def test_readme_names_the_two_commands() -> None:
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    targets = (PROJECT / "Makefile").read_text(encoding="utf-8")
    for target in ("run", "test"):
        assert f"make {target}" in readme
        assert f"\n{target}:" in targets
