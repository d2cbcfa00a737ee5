"""The chain of migrations ends where the schema says, and a second run does nothing."""

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from arrears.errors import Refused
from arrears.state import migrate, server
from arrears.state.schema import work_items

CATALOG = {
    "columns": """
        SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
               pg_get_expr(d.adbin, d.adrelid), col_description(c.oid, a.attnum)
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 ORDER BY 1, a.attnum""",
    "constraints": """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2""",
    "indexes": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1",
    "triggers": "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1",
    "functions": "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY 1",
}


def _catalog(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    with engine.connect() as connection:
        found = {what: [tuple(row) for row in connection.execute(text(sql))] for what, sql in CATALOG.items()}
    return {what: [row for row in rows if not str(row[0]).startswith("alembic")] for what, rows in found.items()}


@pytest.mark.parametrize("what", CATALOG)
def test_the_chain_of_migrations_equals_the_schema(what, database, empty_database):
    work_items.metadata.create_all(empty_database)
    assert _catalog(database)[what] == _catalog(empty_database)[what]


def test_a_current_database_is_left_alone(database):
    before = _catalog(database)
    migrate.upgrade(database)
    assert _catalog(database) == before


def test_a_database_that_a_newer_version_made_is_refused_and_left_alone(database):
    before = _catalog(database)
    with database.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'v9999'"))
    with pytest.raises(Refused, match="revision v9999, this Arrears knows them up to v0"):
        server.connect(database.url.render_as_string(hide_password=False))
    assert _catalog(database) == before


def test_the_newest_file_is_the_head_of_the_chain():
    chain = ScriptDirectory(str(migrate._STEPS))
    assert chain.get_heads() == [migrate.newest()]


@pytest.mark.parametrize("statement", ["UPDATE audit SET who = 'other'", "DELETE FROM audit", "TRUNCATE audit"])
def test_the_audit_trail_refuses_every_change(database, statement):
    with database.begin() as connection:
        connection.execute(
            text("INSERT INTO audit (at, who, did, subject, detail) VALUES ('2005-10-03Z', 'a', 'b', 'c', '{}')")
        )
    with pytest.raises(IntegrityError, match="only grows"), database.begin() as connection:
        connection.execute(text(statement))


@pytest.mark.parametrize("statement", ["UPDATE alias_moves SET state = 'moved'", "DELETE FROM alias_moves"])
def test_the_history_of_aliases_refuses_every_change(database, statement):
    with pytest.raises(IntegrityError, match="only grows"), database.begin() as connection:
        connection.execute(text(statement))
