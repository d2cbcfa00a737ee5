"""How fast a large world is made, and in how much memory: a million accounts over two years. Printed only."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.benchmarks.sizes import sized

pytestmark = [pytest.mark.bench, pytest.mark.slow]

DEBTORS, DAYS = sized((720_000, 730), (2_000, 120))

# A process of its own tells the most memory that this world took, and nothing else.
_MAKE = """
import json, resource, sys
from pathlib import Path
from arrears.synthetic import make
folder, debtors, days = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
made = make(folder / "book", folder / "truth", debtors=debtors, days=days, seed=1)
used = resource.getrusage(resource.RUSAGE_SELF)
told = {"accounts": len(made.setting.accounts), "rows": sum(made.rows.values())}
told |= {"truth_rows": sum(made.truth_rows.values())}
told |= {"megabytes": used.ru_maxrss / 1024, "processor": used.ru_utime + used.ru_stime}
print(json.dumps(told))
"""


def test_a_million_accounts_over_two_years(tmp_path: Path, record_property):
    start = time.perf_counter()
    arguments = [sys.executable, "-c", _MAKE, str(tmp_path), str(DEBTORS), str(DAYS)]
    done = subprocess.run(arguments, check=True, capture_output=True, text=True)
    seconds = time.perf_counter() - start
    told = json.loads(done.stdout)
    size = sum(file.stat().st_size for file in tmp_path.rglob("*") if file.is_file())
    record_property("synthetic_accounts", f"{told['accounts']:,} over {DAYS} days")
    record_property(
        "synthetic_s", f"{seconds:.0f}, of a processor {told['processor']:.0f} (asked: under 300 on 2 cores)"
    )
    record_property("synthetic_rows", f"{told['rows']:,} and {told['truth_rows']:,} of truth, {size / 1e9:.1f} GB")
    record_property("synthetic_peak_mb", f"{told['megabytes']:.0f}")
    assert told["accounts"] >= 1_000_000
    assert told["rows"] > 20 * told["accounts"]
