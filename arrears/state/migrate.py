"""Bring a database's tables up to this version of the code, quickly when they are.

The steps lie in `migrations/versions`, one file each; Alembic keeps their order. All missing steps run in one
transaction under a lock, so two commands that start together cannot trip over each other.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from arrears.errors import Refused

_STEPS = Path(__file__).parent / "migrations"
_LOCK = 7_204_133  # any number that nothing else locks on


def upgrade(engine: Engine) -> None:
    """Run the migrations that the database lacks; nothing happens where it has them all.

    Raises
    ------
    Refused : a newer Arrears has brought the database to a revision that this one does not know.
    """
    with engine.connect() as connection:
        if _revision(connection) == newest():
            return
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        _refuse_what_a_newer_one_made(
            _revision(connection)
        )  # asked under the lock: a newer one may just have been here
        _run_missing(connection)


def is_current(engine: Engine) -> bool:
    """Whether a database has all migrations; none is run.

    Raises
    ------
    Refused : a newer Arrears has brought the database to a revision that this one does not know.
    """
    with engine.connect() as connection:
        revision = _revision(connection)
    _refuse_what_a_newer_one_made(revision)
    return revision == newest()


def newest() -> str:
    """The revision that this code needs: files are named by it, in order.

    Examples
    --------
    >>> newest() >= "v0001"
    True
    """
    return max(_known())


def _known() -> set[str]:
    return {file.stem.split("_")[0] for file in (_STEPS / "versions").glob("v*.py")}


def _refuse_what_a_newer_one_made(revision: str | None) -> None:
    if revision is not None and revision not in _known():
        raise Refused(
            asked="open the database",
            found=f"its tables stand at revision {revision}, this Arrears knows them up to {newest()}",
            do="Use the Arrears that wrote it, or a newer one; or name another database in DATABASE_URL.",
        )


def _revision(connection: Connection) -> str | None:
    # Asked without Alembic, whose import would cost every command a quarter of a second.
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _run_missing(connection: Connection) -> None:
    from alembic.operations import Operations
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    script = ScriptDirectory(str(_STEPS))
    context = MigrationContext.configure(connection)
    missing = list(script.iterate_revisions("head", context.get_current_revision() or "base"))
    with Operations.context(context):
        for step in reversed(missing):
            step.module.upgrade()
    context.stamp(script, "head")
