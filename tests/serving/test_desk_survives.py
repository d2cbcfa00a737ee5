"""A worker killed in the middle, a database killed in the middle: nothing lost, nothing double, leases come back."""

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import psutil
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from arrears.state import embedded, upgrade
from arrears.state.server import own_database
from serving.desk.outcome import outcome
from serving.desk.working import claim, expire, held_by
from serving.live import Live
from tests.night.any_book import loaded
from tests.serving.desk_day import ANNA, BEN, a_night, as_remembered, book, desk_on

NO_ANSWER = {"disposition": "no_answer"}
ROOT = Path(__file__).parents[2]
WORKER = """
import sys
from sqlalchemy import create_engine
from arrears.lake import Lake
from pathlib import Path
from serving.desk.working import claim
from serving.desk.outcome import outcome
from tests.serving.desk_day import ANNA, desk_on
engine = create_engine(sys.argv[1], connect_args={"options": "-c timezone=UTC"})
desk = desk_on(Lake(Path(sys.argv[2])), engine)
print("ready", flush=True)
sys.stdin.readline()
if sys.argv[3] == "claim":
    claim(desk.deployment, ANNA, key="k")
else:
    outcome(desk.deployment, ANNA, int(sys.argv[3]), {"disposition": "no_answer"}, key="k")
print("done", flush=True)
"""


@pytest.fixture(scope="module")
def monday(tmp_path_factory, module_database, no_registry):
    lake = loaded(tmp_path_factory.mktemp("survives"), "TW", book(8))
    a_night(lake, module_database, no_registry)
    return lake, module_database, Live()


@pytest.fixture
def desk(monday):
    lake, engine, live = monday
    yield desk_on(lake, engine, live=live)
    as_remembered(engine)


@contextmanager
def killed_while_it_waits_for(engine, lake, table, *, act):
    """A worker that stands in the middle of its transaction, before it may write a table, and is killed there."""
    address = engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", WORKER, address, str(lake.root), str(act)]
    worker = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert worker.stdout.readline() == "ready\n"
        with engine.begin() as connection:
            connection.execute(text(f"LOCK TABLE {table} IN SHARE MODE"))
            worker.stdin.write("go\n")
            worker.stdin.flush()
            waits = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = CAST(:table AS regclass)"
            until(lambda: connection.execute(text(waits), {"table": table}).scalar_one() == 1)
            yield
            worker.kill()
            worker.wait()
    finally:
        worker.kill()
        worker.communicate()
    open_ = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND xact_start IS NOT NULL"
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:  # each look a new one
        until(lambda: connection.execute(text(open_)).scalar_one() == 1)


def until(true, seconds=60):
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends, "it did not come about"
        time.sleep(0.02)


def test_a_worker_killed_in_the_middle_of_a_claim_holds_nothing(desk, monday):
    with killed_while_it_waits_for(desk.deployment.engine, monday[0], "decisions", act="claim"):
        pass
    assert desk.rows("SELECT count(*) FROM leases") == [(0,)]
    assert desk.rows("SELECT count(*) FROM work_items WHERE state <> 'ready'") == [(0,)]
    assert desk.rows("SELECT count(*) FROM idempotency_keys") == [(0,)]
    first = desk.rows("SELECT work_item_id FROM work_items ORDER BY place LIMIT 1")
    assert [(claim(desk.deployment, BEN).item.work_item_id,)] == first


def test_a_worker_killed_in_the_middle_of_an_outcome_has_stored_none_of_it(desk, monday):
    here = desk.deployment
    held = claim(here, ANNA)
    item = held.item.work_item_id
    with killed_while_it_waits_for(here.engine, monday[0], "source_events", act=item):
        pass
    for table in ("outcomes", "contact_ledger", "source_events", "idempotency_keys"):
        assert desk.rows(f"SELECT count(*) FROM {table}") == [(0,)]
    assert held_by(here, ANNA) == held
    stored = outcome(here, ANNA, item, NO_ANSWER, key="k")
    assert not stored.after_lease
    assert desk.rows("SELECT contact_id FROM outcomes") == [(stored.contact_id,)]


def test_what_a_killed_worker_had_claimed_comes_back_with_the_end_of_its_lease(desk):
    held = claim(desk.deployment, ANNA)
    desk.move(minutes=16)
    assert expire(desk.deployment) == 1
    again = desk.rows("SELECT state FROM work_items WHERE follows = :item", item=held.item.work_item_id)
    assert again == [("ready",)]


@pytest.fixture
def own_state(tmp_path):
    """The state of a deployment of the test's own, whose server writes to disk what it commits and may be killed."""
    state = tmp_path / "state"
    yield state
    data = embedded.data_folder(state)
    shutil.rmtree(data.parent if os.geteuid() == 0 else data)


def work(desk, acknowledged):
    """Claim and record until nobody is left, whatever becomes of the database meanwhile."""
    while True:
        try:
            if (held := claim(desk.deployment, ANNA)) is None:
                return
            stored = outcome(desk.deployment, ANNA, held.item.work_item_id, NO_ANSWER)
        except DBAPIError:
            time.sleep(0.05)
        else:
            acknowledged.append(stored.contact_id)


def stop(state, how):
    """The server's process gets a signal, and is gone."""
    pid = int((embedded.data_folder(state) / "postmaster.pid").read_text().splitlines()[0])
    psutil.Process(pid).send_signal(how)
    until(lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT], ids=["killed", "stopped"])
def test_a_database_that_stops_and_starts_has_every_outcome_it_acknowledged(own_state, monday, no_registry, how):
    acknowledged = []
    with embedded.start(own_state) as server:
        address = own_database(server.url, "desk")
        engine = create_engine(address, pool_pre_ping=True, connect_args={"options": "-c timezone=UTC"})
        upgrade(engine)
        a_night(monday[0], engine, no_registry)
        desk = desk_on(monday[0], engine, live=monday[2])
        worker = Thread(target=work, args=[desk, acknowledged])
        worker.start()
        until(lambda: len(acknowledged) >= 2)
        stop(own_state, how)
    with embedded.start(own_state):
        worker.join(60)
        assert not worker.is_alive()
        kept = [contact for (contact,) in desk.rows("SELECT contact_id FROM outcomes")]
        assert set(acknowledged) <= set(kept)
        assert len(kept) == len(set(kept)) == 8
        ledger = [contact for (contact,) in desk.rows("SELECT contact_id FROM contact_ledger WHERE source = 'desk'")]
        assert sorted(ledger) == sorted(kept)
        assert desk.rows("SELECT count(*) FROM leases WHERE ended_at IS NULL") == [(0,)]
        engine.dispose()
