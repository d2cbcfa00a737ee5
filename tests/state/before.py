"""A database as an earlier version left it."""

from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from arrears.state import migrate


def as_of_version(connection: Connection, version: str) -> None:
    """Make an empty database that of a version: whatever is laid out in it then is what that version could write."""
    script = ScriptDirectory(str(migrate._STEPS))
    context = MigrationContext.configure(connection)
    with Operations.context(context):
        for step in reversed(list(script.iterate_revisions(version, "base"))):
            step.module.upgrade()
    context.stamp(script, version)
