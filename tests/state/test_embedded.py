"""The embedded server: started by the first, joined by others, stopped by the last, and hard to confuse."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import pytest
from sqlalchemy import create_engine, text

from arrears.errors import ArrearsError
from arrears.places import find_places
from arrears.state import embedded, opened, server

JOIN_AND_DIE = """
import os, sys
from pathlib import Path
from arrears.state import embedded
handle = embedded.start(Path(sys.argv[1]))
print(handle.url, flush=True)
os._exit(0)
"""


@pytest.fixture(scope="module")
def state(tmp_path_factory):
    """A deployment of this module's own; as root its data lie outside, so they are removed by hand."""
    folder = tmp_path_factory.mktemp("deployment") / "state"
    yield folder
    data = embedded.data_folder(folder)
    assert not (data / "postmaster.pid").exists()
    shutil.rmtree(data.parent if os.geteuid() == 0 else data)


def postmaster(state: Path) -> psutil.Process:
    return psutil.Process(int((embedded.data_folder(state) / "postmaster.pid").read_text().splitlines()[0]))


def answers(url: str) -> bool:
    engine = create_engine(url)
    with engine.connect() as connection:
        found = connection.execute(text("SELECT 1")).scalar_one()
    engine.dispose()
    return found == 1


def test_a_server_is_made_by_its_first_start_and_not_by_asking(tmp_path, state):
    assert not embedded.is_made(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()
    with embedded.start(state):
        assert embedded.is_made(state)
    assert embedded.is_made(state), "its data stay"


def test_the_last_to_leave_stops_the_server(state):
    with embedded.start(state) as first:
        process = postmaster(state)
        with embedded.start(state) as second:
            assert second.url == first.url
        assert answers(first.url)
    assert not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def test_a_handle_that_is_closed_twice_takes_nothing_from_another(state):
    with embedded.start(state) as first:
        second = embedded.start(state)
        second.close()
        second.close()
        assert answers(first.url)
        with embedded.start(state) as third:
            assert answers(third.url)
    first.close()
    assert not (embedded.data_folder(state) / "postmaster.pid").exists()


def test_a_user_that_was_killed_does_not_keep_the_server_running(state):
    subprocess.run([sys.executable, "-c", JOIN_AND_DIE, str(state)], check=True, capture_output=True)
    process = postmaster(state)
    assert process.is_running()
    with embedded.start(state):
        assert postmaster(state) == process
    assert not (embedded.data_folder(state) / "postmaster.pid").exists()


def test_a_server_that_was_killed_comes_back_with_everything_it_acknowledged(state):
    with embedded.start(state) as handle:
        engine = create_engine(handle.url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text("CREATE TABLE IF NOT EXISTS kept (word text)"))
            connection.execute(text("INSERT INTO kept VALUES ('acknowledged')"))
        engine.dispose()
        postmaster(state).kill()
    with embedded.start(state) as again:
        engine = create_engine(again.url)
        with engine.connect() as connection:
            assert connection.execute(text("SELECT word FROM kept")).scalars().first() == "acknowledged"
        engine.dispose()


def test_a_file_left_by_a_dead_server_is_no_server(state):
    data = embedded.data_folder(state)
    gone = subprocess.Popen(["true"])
    gone.wait()
    (data / "postmaster.pid").write_text(f"{gone.pid}\n{data}\n1\n5432\n{data}\n\n0 0\nready\n")
    with embedded.start(state) as handle:
        assert answers(handle.url)


def test_a_server_that_cannot_start_is_told_with_its_log(tmp_path, monkeypatch):
    monkeypatch.setattr(embedded, "data_folder", lambda state: state / "postgres")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    data = tmp_path / "postgres"
    data.mkdir()
    (data / "PG_VERSION").write_text("18\n")
    (data / "log").write_text("")
    with pytest.raises(ArrearsError, match="DATABASE_URL"):
        embedded.start(tmp_path, patience_seconds=0)


def test_a_deployment_is_opened_with_its_tables_and_keeps_values_out_of_the_servers_log(state, tmp_path):
    places = find_places({}, root=state.parent)
    moved = type(places)(**{**places.__dict__, "state": state})
    with opened(moved) as engine, engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM nights")).scalar_one() == 0
        assert connection.execute(text("SHOW log_min_error_statement")).scalar_one() == "panic"
        assert connection.execute(text("SHOW timezone")).scalar_one() == "UTC"


def test_a_named_database_is_used_as_it_is(database):
    url = database.url.render_as_string(hide_password=False).replace("postgresql+psycopg", "postgres")
    with opened(find_places({"DATABASE_URL": url})) as engine:
        assert engine.url.database == database.url.database


def test_an_address_where_nobody_answers_is_told_without_its_password(tmp_path):
    with (
        pytest.raises(ArrearsError, match="no answer from") as told,
        opened(find_places({"DATABASE_URL": f"postgresql://somebody:secret@/arrears?host={tmp_path}"})),
    ):
        pass
    assert "secret" not in str(told.value)


def test_an_error_of_the_database_holds_no_value(database):
    engine = server.connect(database.url.render_as_string(hide_password=False))
    with pytest.raises(Exception, match="hidden") as told, engine.begin() as connection:
        connection.execute(text("INSERT INTO people VALUES (:person, 'nobody', NULL)"), {"person": "CANARY"})
    assert "parameters hidden" in str(told.value)
    engine.dispose()


def test_users_are_listed_by_process(state):
    with embedded.start(state):
        listed = json.loads((embedded.data_folder(state) / ".handle_pids.json").read_text())
        assert os.getpid() in listed


def test_a_socket_in_a_folder_with_a_long_path_lies_elsewhere(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    long = tmp_path / ("a-folder-with-a-long-name" * 4) / "postgres"
    assert embedded._run_folder(long).parent == tmp_path


def test_a_run_folder_of_somebody_else_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    long = tmp_path / ("a-folder-with-a-long-name" * 4) / "postgres"
    if os.geteuid() != 0:
        pytest.skip("only root can give a folder away")
    os.chown(embedded._run_folder(long), 12_345, -1)
    with pytest.raises(ArrearsError, match="belongs to somebody else"):
        embedded._run_folder(long)


@pytest.mark.parametrize(("status", "waits"), [("starting", True), ("ready", False)])
def test_a_server_that_recovers_is_waited_for_and_a_ready_one_is_not(tmp_path, status, waits):
    (tmp_path / "postmaster.pid").write_text(f"{os.getpid()}\n{tmp_path}\n1\n5432\n{tmp_path}\n\n0 0\n{status}\n")
    began = time.monotonic()
    embedded._wait_while_recovering(tmp_path, began + 0.3)
    assert (time.monotonic() - began >= 0.3) == waits


def test_a_file_that_is_only_half_written_has_no_status_yet(tmp_path):
    (tmp_path / "postmaster.pid").write_text("12345\n/somewhere\n")
    assert embedded._postmaster(tmp_path) == (12_345, "")


def test_a_state_made_anew_at_the_same_path_meets_no_old_data(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)  # whose data lie outside the state
    state = tmp_path / "state"
    first = embedded.data_folder(state)
    assert embedded.data_folder(state) == first
    shutil.rmtree(state)
    assert embedded.data_folder(state) != first


def test_a_state_that_moves_keeps_its_data(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    first = embedded.data_folder(tmp_path / "state")
    (tmp_path / "state").rename(tmp_path / "moved")
    assert embedded.data_folder(tmp_path / "moved") == first
