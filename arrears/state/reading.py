"""Connections for questions alone: each statement stands for itself, so nothing has to be begun or rolled back.

A rolled back transaction makes the driver forget the statements that it keeps prepared on that connection, and planning
the desk's statements anew costs the server more than running them.
"""

from __future__ import annotations

from sqlalchemy import Connection, Engine


def reading(engine: Engine) -> Connection:
    """A connection whose statements see what is committed when each begins; use it in a `with` block."""
    return engine.connect().execution_options(isolation_level="AUTOCOMMIT")
