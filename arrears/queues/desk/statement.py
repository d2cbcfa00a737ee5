"""One statement of the desk, straight to the driver: the desk runs a dozen a claim, and what lies between costs more.

The driver keeps what it runs often prepared, so a statement's text is always the same and its values come apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import psycopg
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

Found = tuple[Any, ...]


def run(connection: Connection, sql: str, values: Mapping[str, Any]) -> list[Found]:
    """Run a statement in the connection's transaction; its rows, none where it returns none.

    Parameters
    ----------
    sql : with placeholders as psycopg writes them, `%(name)s`.

    Raises
    ------
    DBAPIError : as SQLAlchemy tells what the driver meets, without the values.
    """
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)  # noqa: S101 - the house's only driver
    try:
        cursor = driver.execute(sql, values)
        return cursor.fetchall() if cursor.pgresult is not None and cursor.pgresult.nfields else []
    except psycopg.Error as problem:
        told = DBAPIError.instance(sql, {}, problem, psycopg.Error, hide_parameters=True)
        raise told from problem


def first(connection: Connection, sql: str, values: Mapping[str, Any]) -> Found | None:
    """Its first row; None where there is none."""
    return next(iter(run(connection, sql, values)), None)


def one(connection: Connection, sql: str, values: Mapping[str, Any]) -> Found:
    """Its one row."""
    (row,) = run(connection, sql, values)
    return row
