"""How long the desk stands still while one night takes another's place, and what logging its choices costs: printed.

Between the first withdrawal and the commit nobody can claim; the rows themselves are written before and after that.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import Connection, Engine, text

from arrears.queues.carry_over import carry_over, clear
from arrears.queues.night_decisions import decide_night
from tests.benchmarks.sizes import sized
from tests.queues.desk.laid_out import MORNING, a_night, an_item, lay

DAY = date(2026, 6, 2)
VARIES = ("debtor_id", "accounts", "people", "lead_account_id", "rank", "made_by", "ready_at")


@pytest.mark.parametrize(
    "items", [5_000, pytest.param(sized(1_000_000, 30_000), marks=[pytest.mark.bench, pytest.mark.slow])]
)
def test_a_night_takes_anothers_place(
    items: int, database: Engine, record_property: Callable[[str, object], None]
) -> None:
    """Of the older night's items one in a hundred waits for its moment; of the new night's as many persons are held."""
    with database.begin() as connection:
        fill(connection, a_night(connection), items, waiting_every=100)
        new = a_night(connection, at=MORNING + timedelta(days=1))
    with database.begin() as connection:
        began = time.perf_counter()
        before = clear(connection, new, at=MORNING, day=DAY, zone="UTC")
        cleared = time.perf_counter()
        fill(connection, new, items, waiting_every=0, instead=len(before.waiting))
        filled = time.perf_counter()
        hold(connection, new, items)
        held = time.perf_counter()
        connection.execute(text("ANALYZE work_items, night_accounts"))  # as `record_night` does
        moved = carry_over(connection, new, before, at=MORNING)
        carried = time.perf_counter()
        listed, held_back = decide_night(connection, new, at=MORNING)
        decided = time.perf_counter()
    assert moved == len(before.waiting) == items // 100
    assert (listed, held_back) == (items, items // 4)
    took = {
        "withdrawn": cleared - began,
        "written": filled - cleared,
        "moved": carried - held,
        "logged": decided - carried,
    }
    for name, seconds in took.items():
        record_property(f"night of {items:,} items {name}", f"{seconds:.2f} s")


def fill(connection: Connection, night: int, items: int, *, waiting_every: int, instead: int = 0) -> None:
    """Ready items of a night; every so many waits for tomorrow, or the first so many stand behind one that does."""
    (pattern,) = lay(connection, night, {"debtor_id": f"pattern-{night}", "state": "withdrawn"})
    same = ", ".join(name for name in an_item(night, 1) if name not in VARIES)
    waits = f"n % {waiting_every} = 0" if waiting_every else "false"
    hides = f"n % 100 = 0 AND n <= {100 * instead}"
    sql = f"""
        INSERT INTO work_items ({same}, {", ".join(VARIES)}, state, state_because)
        SELECT {same.replace("night_id", str(night))}, 'D' || n, ARRAY['A' || n], ARRAY['D' || n], 'A' || n, n,
            CASE WHEN {waits} THEN 'return' ELSE 'night' END,
            CASE WHEN {waits} THEN :later ELSE ready_at END,
            CASE WHEN {hides} THEN 'withdrawn' ELSE 'ready' END,
            CASE WHEN {hides} THEN 'it waits for a moment that was agreed on' END
        FROM generate_series(1, :items) AS n, work_items p WHERE p.work_item_id = :pattern
    """
    connection.execute(text(sql), {"items": items, "pattern": pattern, "later": MORNING + timedelta(days=3)})


def hold(connection: Connection, night: int, items: int) -> None:
    """A quarter as many accounts that a rule holds."""
    sql = """
        INSERT INTO night_accounts (night_id, account_id, debtor_id, client, currency, bucket, charged_off, verdict,
            held_because, features, scored_by, propensity, reasons, terms, value_minor, expected_minutes, priority)
        SELECT :night, 'H' || n, 'H' || n, '', 'USD', '30-59', false, 'held',
            '[{"code": "disputed"}, {"code": "no_consent"}]', '{}', 'rules', 0.5, '{}', '{}', 1, 5, 1
        FROM generate_series(1, :held) AS n
    """
    connection.execute(text(sql), {"night": night, "held": items // 4})
