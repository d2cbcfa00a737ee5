"""Where the real data sets for tests are, and what a test does without them."""

import os
import shutil
from pathlib import Path

import pytest

_FOLDER = Path(__file__).resolve().parent.parent.parent / "shared" / "data"


def shared_data() -> Path:
    """The folder of real data sets beside the project; without it a test is skipped, but never in CI."""
    if not _FOLDER.exists():
        if os.environ.get("CI"):
            pytest.fail(f"CI must have the real data sets, and {_FOLDER.name} is not beside the project")
        pytest.skip("the real data sets are not beside this checkout")
    return _FOLDER


def fines_source(folder: Path) -> Path:
    """The Italian fines as a deployment takes them that accepts the house's limits where no law file is."""
    source = folder / "fines"
    shutil.copytree(shared_data() / "sources" / "fines", source)
    (source / "portfolio.toml").write_text('[portfolio]\nno_law_profile = ["IT"]\n')
    return source
