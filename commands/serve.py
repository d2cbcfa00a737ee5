"""`arrears serve`: start the database, the API and the console on this machine, and print a sign-in link.

BentoML's application runs in this very process. BentoML's own supervisor is left out on purpose: it opens control ports
on which anybody on the machine could start programs in our name.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import tempfile
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from arrears.clock import SystemClock
from arrears.errors import Refused, WrongUse
from arrears.places import Places
from commands.context import AsJson, Database, LakeDir, Tracking, emit, places

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Engine

HOST = "127.0.0.1"
LINE_KEPT_SECONDS = 75
"""An open Desk asks every few seconds: its connection outlives the quiet between."""

app = typer.Typer(add_completion=False)


@app.command()
def command(
    port: Annotated[int, typer.Option(help="The port to listen on; 0 takes a free one.", min=0, max=65535)] = 3000,
    *,
    new_link: Annotated[bool, typer.Option("--new-link", help="Print a sign-in link for a running service.")] = False,
    new_key: Annotated[bool, typer.Option("--new-key", help="Print a key for programs, good for 30 days.")] = False,
    lake: LakeDir = None,
    database: Database = None,
    tracking: Tracking = None,
    as_json: AsJson = False,
) -> None:
    """Start the API and the console on 127.0.0.1; ctrl-C ends everything."""
    from arrears.state.server import opened
    from serving.people import access

    where = places(lake=lake, database=database, tracking=tracking)
    signal.signal(
        signal.SIGTERM, _leave
    )  # uvicorn raises the signal anew once it has stopped; the database still runs then
    with opened(where) as engine:
        now = SystemClock().now()
        if new_key:
            key = access.new_key(engine, now=now)
            emit({"key": key}, as_json=as_json, human=lambda console: console.print(key, soft_wrap=True))
            return
        address = f"http://{HOST}:{port}"
        if new_link:
            _say_link(address, access.new_link_token(engine, now=now), as_json=as_json, starts=False)
            return
        listening = _listen(port)
        address = f"http://{HOST}:{listening.getsockname()[1]}"
        ready = partial(_say_link, address, _first_token(engine, now), as_json=as_json, starts=True)
        _serve(where, listening, ready)
    _end()


def _first_token(engine: Engine, now: datetime) -> str | None:
    """What signs the deployment's own manager in; None where that manager is disabled because people have names."""
    from serving.people import access

    try:
        return access.new_link_token(engine, now=now)
    except Refused:
        return None


def _listen(port: int) -> socket.socket:
    # Named as TCP, or asyncio leaves Nagle's algorithm on and every answer waits 40 ms for an acknowledgement.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
    except OSError as problem:
        listening.close()
        raise WrongUse(
            asked=f"serve on port {port}",
            found=f"the port cannot be had ({problem.strerror})",
            do="Stop what listens there, or choose another: `arrears serve --port 3001`.",
        ) from problem
    return listening


def _serve(where: Places, listening: socket.socket, ready: Any) -> None:  # noqa: ANN401 - a callable
    os.environ |= {
        "ARREARS_ROOT": str(where.root),
        "ARREARS_LAKE": str(where.lake),
        "MLFLOW_TRACKING_URI": where.tracking_uri,
    }
    if where.database_url is not None:
        os.environ["DATABASE_URL"] = where.database_url
    home = Path.cwd()
    # BentoML reads the folder it starts in: a user's own models.py there would stand in for ours.
    with tempfile.TemporaryDirectory(prefix="arrears-serve-") as scratch:
        empty, counters = Path(scratch, "empty"), Path(scratch, "metrics")
        empty.mkdir()
        counters.mkdir()
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(counters)
        os.chdir(empty)
        try:
            _run(listening, ready)
        finally:
            os.chdir(home)


def _run(listening: socket.socket, ready: Any) -> None:  # noqa: ANN401 - as above
    import uvicorn

    from commands.logs import log_to_stderr

    class Announcing(uvicorn.Server):
        """Says where it listens once it does."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets=sockets)
            ready()

    log_to_stderr()
    from commands.forecast import forecast_document
    from serving import running
    from serving.opening import open_deployment
    from serving.service import arrears

    # Opened here and not by BentoML, so that what is wrong with it is told in three lines.
    running.hold(open_deployment(os.environ, forecaster=forecast_document))

    config = uvicorn.Config(
        arrears.to_asgi(is_main=True),
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=5,
        timeout_keep_alive=LINE_KEPT_SECONDS,
    )
    with suppress(KeyboardInterrupt, SystemExit):
        Announcing(config).run(sockets=[listening])


def _say_link(address: str, token: str | None, *, as_json: bool, starts: bool) -> None:
    link = None if token is None else f"{address}/sign-in?token={token}"
    draw = partial(_draw, address=address, link=link, starts=starts)
    emit({"address": address, "sign_in": link}, as_json=as_json, human=draw)
    sys.stdout.flush()


def _draw(console: Console, *, address: str, link: str | None, starts: bool) -> None:
    if starts:
        console.print(f"Arrears serves on {address}")
    if link is None:
        console.print("Its own manager is disabled. A link of your own: arrears user token NAME")
        return
    console.print("Sign in once with this link (it works for 12 hours, for one browser):")
    console.print(f"  {link}", soft_wrap=True)
    if starts:
        console.print("Then look at Queues, and at any debtor from there. Ctrl-C ends the service.")
    else:
        console.print(f"It is for the service on {address}; if yours listens elsewhere, add its --port.")


def _end() -> None:
    """End at once: all is closed, and a thread still at work in a native library would abort a slower end."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _leave(signum: int, frame: object) -> None:
    del signum, frame
    raise SystemExit(0)
