"""The smallest night that debtors can be brought into a test by."""

from sqlalchemy import Connection, text

_NEEDED = """
    SELECT column_name, data_type FROM information_schema.columns
    WHERE table_name = 'nights' AND is_nullable = 'NO' AND column_default IS NULL AND is_identity = 'NO'
"""
_TOLD = {"date": "'2026-06-01'", "jsonb": "'{}'", "ARRAY": "'{}'", "text": "'rules'"}


def smallest_night(connection: Connection) -> int:
    """Write a night in which nobody is past due; its id."""
    names = connection.execute(text(_NEEDED)).all()
    own = {"state": "'served'"}
    values = ", ".join(
        own.get(name) or _TOLD.get(kind, "'2026-06-01'" if kind.startswith("timestamp") else "1")
        for name, kind in names
    )
    sql = f"INSERT INTO nights ({', '.join(name for name, _ in names)}) VALUES ({values}) RETURNING night_id"
    return int(connection.execute(text(sql)).scalar_one())
