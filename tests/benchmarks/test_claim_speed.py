"""How long a claim takes at the store: with a million ready items, from one's own list and from the team's.

Every claim is a whole transaction, committed to disk: what one holds, the next item, everybody it reaches locked, facts
since its verdict looked for, lease, reserved contact, decision and event written.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import Engine, create_engine, text

from arrears.queues.desk import leases
from arrears.queues.desk.claim import Pools, Taken, candidates, take
from arrears.queues.desk.team import Member
from arrears.state import embedded, upgrade
from arrears.state.server import own_database
from tests.benchmarks.sizes import sized
from tests.queues.desk.laid_out import MORNING, a_night, an_item, lay

ENOUGH_MS = 10
"""The wait that 99 in 100 claims may have."""

COLLECTORS, LISTED = 200, 60
LEASE, WARM = timedelta(minutes=15), 8
POOLS = Pools()
WAY = {
    "person": "D1",
    "part": "primary",
    "channel": "call",
    "point": "P1",
    "opens_at": "2026-06-01T12:00:00+00:00",
    "allowed_until": "2026-06-02T01:00:00+00:00",
    "conditions": [],
    "accounts": ["A1"],
}
MODEL_WORDS = {
    "propensity": {"reasons": [{"code": f"c{n}", "sentence": "Paid within the last month " * 2} for n in range(4)]}
}


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Engine]:
    """A server of the bench's own: it writes to disk what it commits, as one in earnest does."""
    state = tmp_path / "state"
    with embedded.start(state) as server:
        engine = create_engine(own_database(server.url, "bench"), connect_args={"options": "-c timezone=UTC"})
        upgrade(engine)
        yield engine
        engine.dispose()
    data = embedded.data_folder(state)
    shutil.rmtree(data.parent if os.geteuid() == 0 else data)


@pytest.mark.parametrize(
    ("ready", "claims"),
    [
        (15_000, 60),
        pytest.param(*sized((1_000_000, 1_000), (30_000, 100)), marks=[pytest.mark.bench, pytest.mark.slow]),
    ],
)
def test_how_long_a_claim_takes_at_the_store(
    ready: int, claims: int, own_server: Engine, record_property: Callable[[str, object], None]
) -> None:
    fill(own_server, ready)
    for member in team(WARM):  # each connection plans its statements once
        claim(own_server, member)
    # By turns, so that what the machine does beside falls on both.
    pairs = [
        (timed(own_server, one), timed(own_server, other)) for one, other in zip(own(claims), team(claims), strict=True)
    ]
    for name, took in zip(("own list", "the team's"), np.array(pairs).T, strict=True):
        middle, worst = np.percentile(took, [50, 99])
        record_property(
            f"claim from {name}, {ready:,} ready", f"p50 {middle:.1f} ms, p99 {worst:.1f} ms (may be {ENOUGH_MS} ms)"
        )


def own(claims: int) -> list[Member]:
    """Collectors who have a list."""
    return [Member(f"C{number % COLLECTORS:03d}") for number in range(claims)]


def team(claims: int) -> list[Member]:
    """Collectors without a list, each able to take some of the team's."""
    languages, licences = (("en",), ("en", "es")), (("US-NY",), ("US-NY", "US-CA"))
    return [
        Member(f"X{number}", languages=languages[number % 2], licences=licences[number // 2 % 2])
        for number in range(claims)
    ]


def timed(engine: Engine, member: Member) -> float:
    """Milliseconds that a claim took."""
    began = time.perf_counter()
    claim(engine, member)
    return (time.perf_counter() - began) * 1_000


def claim(engine: Engine, member: Member) -> None:
    """Take the next item as the desk does."""
    with engine.begin() as connection:
        _, overdue = leases.held_by(connection, member.collector_id, MORNING)
        assert not overdue
        item = next(candidates(connection, member, at=MORNING, pools=POOLS))
        assert isinstance(
            take(connection, item, collector=member.collector_id, at=MORNING, lease=LEASE, judged=False), Taken
        )


def fill(engine: Engine, ready: int) -> None:
    """Items for everybody's list, the rest the team's; some ask for something, and some at the head wait."""
    with engine.begin() as connection:
        night = a_night(connection)
        columns = [name for name in an_item(night, 1) if name not in VARIES]
        (pattern,) = lay(connection, night, {"ways": [WAY, WAY | {"channel": "letter"}], "reasons": MODEL_WORDS})
        same = ", ".join(columns)
        varies = ", ".join(VARIES.values())
        insert = f"""
            INSERT INTO work_items ({same}, {", ".join(VARIES)})
            SELECT {", ".join(f"p.{name}" for name in columns)}, {varies}
            FROM generate_series(2, :ready) AS n, work_items p WHERE p.work_item_id = :pattern
        """
        told = {"ready": ready, "pattern": pattern, "listed": COLLECTORS * LISTED, "lists": COLLECTORS}
        connection.execute(text(insert), told)
    with engine.connect() as connection:
        own = connection.execution_options(isolation_level="AUTOCOMMIT")
        for last in ("VACUUM ANALYZE", "CHECKPOINT"):  # writing the million out is no part of a claim
            own.execute(text(last))


VARIES = {
    "debtor_id": "'D' || n",
    "people": "ARRAY['D' || n]",
    "accounts": "ARRAY['A' || n]",
    "lead_account_id": "'A' || n",
    "rank": "n",
    "place": "n",
    "assigned_to": "CASE WHEN n <= :listed THEN 'C' || lpad((n % :lists)::text, 3, '0') END",
    "language": "CASE n % 3 WHEN 0 THEN 'en' WHEN 1 THEN 'es' END",
    "region": "CASE n % 4 WHEN 0 THEN 'US-NY' WHEN 1 THEN 'US-CA' WHEN 2 THEN 'US-TX' END",
    "skill": "CASE WHEN n % 50 = 0 THEN 'legal' END",
    "ready_at": "p.ready_at + CASE WHEN n % 3 = 0 AND n < 30000 THEN interval '4 hours' ELSE interval '0' END",
}
