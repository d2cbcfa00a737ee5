"""What the docs tell a reader to type works, in the order in which they tell it, from an empty folder."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.docs.shell_blocks import shell_blocks

PROJECT = Path(__file__).resolve().parents[2]
PAGES = [PROJECT / "docs" / "tutorial.md", *sorted((PROJECT / "docs" / "how-to").glob("*.md"))]


@pytest.fixture(scope="module")
def newcomer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty root with the project's tools beside it, as after set-up and before the first command."""
    root = tmp_path_factory.mktemp("newcomer")
    (root / ".venv").symlink_to(PROJECT / ".venv")
    return root


@pytest.mark.slow
@pytest.mark.xdist_group("docs")
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_command_of_the_page_runs(page: Path, newcomer: Path) -> None:
    for block in shell_blocks(page):
        run = subprocess.run(
            ["/usr/bin/env", "bash", "-euo", "pipefail", "-c", block],
            check=False,
            cwd=newcomer,
            env={**os.environ, "ARREARS_ROOT": str(newcomer)},
            capture_output=True,
            text=True,
            timeout=400,
        )
        assert run.returncode == 0, f"{block}\n{run.stdout[-2000:]}\n{run.stderr[-2000:]}"


def test_every_page_with_commands_is_run() -> None:
    told = {page for page in (PROJECT / "docs").rglob("*.md") if shell_blocks(page)}
    assert told <= set(PAGES)


def test_readme_names_the_two_commands() -> None:
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    targets = (PROJECT / "Makefile").read_text(encoding="utf-8")
    for target in ("run", "test"):
        assert f"make {target}" in readme
        assert f"\n{target}:" in targets
