"""The connections that a process keeps open: how many, and which of them are asked whether they still live.

A server that was restarted must not fail the first request after it. Asking before every use would cost a busy desk a
third of each query, so a connection is asked only where it has been quiet for a while.
"""

from __future__ import annotations

from time import monotonic
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.exc import InvalidatePoolError

KEPT = 20
"""Connections that stay open once they were needed."""

BEYOND = 20
"""Further ones in a rush; with `KEPT` one for each of the forty threads that answer requests."""

QUIET_SECONDS = 1.0
"""No server restarts faster."""


def ask_the_quiet(engine: Engine, *, after: float = QUIET_SECONDS) -> None:
    """Have each connection that was not used for `after` seconds asked before it is used again.

    Where one does not answer, all that are kept are opened anew.
    """

    @event.listens_for(engine, "checkin")
    def _remember(dbapi_connection: object, record: Any) -> None:  # noqa: ANN401 - SQLAlchemy's own
        del dbapi_connection
        record.info["used_at"] = monotonic()

    @event.listens_for(engine, "checkout")
    def _ask(dbapi_connection: Any, record: Any, proxy: object) -> None:  # noqa: ANN401 - as above
        del proxy
        used_at = record.info.get("used_at")
        if used_at is not None and monotonic() - used_at >= after:
            _ping(engine, dbapi_connection)


def _ping(engine: Engine, dbapi_connection: Any) -> None:  # noqa: ANN401 - as above
    try:
        engine.dialect.do_ping(dbapi_connection)
    except engine.dialect.loaded_dbapi.Error as problem:
        raise InvalidatePoolError from problem
