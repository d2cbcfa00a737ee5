"""Which tests share a worker: those of one file, and those that share something slow to make.

A running service serves every test of the pages and the API; one newcomer follows all pages of the docs.
"""

from xdist.scheduler import LoadScopeScheduling

SHARED = {"tests/console/": "the service", "tests/serving/": "the service", "tests/docs/": "the newcomer"}
APART = {"tests/serving/test_gate_proves.py", "tests/serving/test_desk_survives.py"}
"""Slow files of those folders that use no such thing: another worker may take them."""


class BySharedThings(LoadScopeScheduling):
    """Hands out tests file by file, and whole folders where their tests share one slow thing."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::", 1)[0]
        if file in APART:
            return file
        return next((thing for folder, thing in SHARED.items() if file.startswith(folder)), file)
