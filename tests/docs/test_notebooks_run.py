"""The notebooks run from top to bottom on what `make run` made, and every one shows a picture."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tests.docs.conftest import PROJECT

NOTEBOOKS = sorted((PROJECT / "notebooks").glob("*.ipynb"))


@pytest.mark.slow
# Jupyter warns that its kernel speaks TCP on this machine's loopback; that is how it is meant here.
@pytest.mark.filterwarnings("ignore:Kernel is running over TCP:UserWarning")
@pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda file: file.stem)
def test_the_notebook_runs_and_shows_pictures(file: Path, newcomer: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARREARS_ROOT", str(newcomer))
    notebook = nbformat.read(file, as_version=4)
    NotebookClient(
        notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(newcomer)}}
    ).execute()
    shown = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert any("image/svg+xml" in output.get("data", {}) for output in shown)
