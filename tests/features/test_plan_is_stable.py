"""The features' SQL is the same text in every process, or no night could be replayed in another."""

import os
import subprocess
import sys

PRINT = """
from arrears.lake import Lake
from features.build import plan
from features.delinquency import positions_plan
from pathlib import Path
import sys
lake = Lake(Path(sys.argv[1]))
print(plan(lake.present, lake.settings).fingerprint, positions_plan(lake.present, lake.settings).fingerprint)
"""


def test_the_fingerprint_does_not_depend_on_the_process(demo_lake, tmp_path):
    told = {
        subprocess.run(
            [sys.executable, "-c", PRINT, str(demo_lake.root)],
            env={**os.environ, "PYTHONHASHSEED": seed, "XDG_CACHE_HOME": str(tmp_path / seed)},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(told) == 1
