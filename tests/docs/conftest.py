"""One newcomer for all pages: an empty root in which the tutorial was followed."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.docs.shell_blocks import shell_blocks

PROJECT = Path(__file__).resolve().parents[2]


def follow(page: Path, root: Path) -> None:
    """Type everything that a page tells its reader to type, as a reader in `root` would."""
    for block in shell_blocks(page):
        typed(block, root)


def typed(block: str, root: Path) -> str:
    """Type one block in `root` and say what it printed; a failure shows it."""
    command = ["/usr/bin/env", "bash", "-euo", "pipefail", "-c", block]
    run = subprocess.run(
        command,
        check=False,
        cwd=root,
        env={**os.environ, "ARREARS_ROOT": str(root)},
        capture_output=True,
        text=True,
        timeout=500,
    )
    assert run.returncode == 0, f"{block}\n{run.stdout[-2000:]}\n{run.stderr[-2000:]}"
    return run.stdout


@pytest.fixture(scope="session")
def newcomer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root in which the tutorial was followed from an empty folder."""
    root = tmp_path_factory.mktemp("newcomer")
    (root / ".venv").symlink_to(PROJECT / ".venv")
    follow(PROJECT / "docs" / "tutorial.md", root)
    return root
