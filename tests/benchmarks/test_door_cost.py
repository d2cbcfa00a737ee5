"""What a request costs before any route answers it: processor time of the service, and of its PostgreSQL apart.

An address that nobody answers passes the door with all it asks, and does nothing behind it. The service has no book, so
nothing runs in its background. Printed, never asserted.
"""

import psutil
import pytest

from tests.benchmarks.sizes import sized
from tests.served import serving

pytestmark = [pytest.mark.bench]

REQUESTS = sized(2_000, 100)
OPEN, SHUT = "/healthz", "/nowhere"


@pytest.mark.parametrize("path", [OPEN, SHUT], ids=["without signing in", "signed in"])
def test_processor_time_of_a_request(database, no_registry, tmp_path, path, record_property):
    with serving(database, tmp_path / "lake", no_registry, tmp_path) as service, service.client() as client:
        process = psutil.Process(service.process.pid)
        for _ in range(REQUESTS // 10):
            client.get(path)
        before = _spent(process)
        for _ in range(REQUESTS):
            client.get(path)
        microseconds = (_spent(process) - before) / REQUESTS * 1e6
    record_property(f"processor time of GET {path}", f"{microseconds:,.0f} microseconds")


def _spent(process):
    times = process.cpu_times()
    return times.user + times.system
