"""A row that PostgreSQL refuses is told by kind: its own words would quote the row."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from arrears.errors import ArrearsError
from arrears.queues.record import record_night
from arrears.state.schema import nights

EMPTY = {"BIGINT": 0, "INTEGER": 0, "DOUBLE": 0.0, "TEXT": "", "JSONB": {}, "ARRAY": []}


def any_night() -> dict:
    moment = datetime(2026, 6, 30, tzinfo=UTC)
    own = {"as_of": moment.date(), "cutoff": moment, "ran_at": moment, "scored_by": "rules", "grouped_by": "client"}
    own |= {"served_on": moment.date(), "limits_on": moment.date()}
    left_out = ("night_id", "state", "superseded_by", "degraded_because", *own)
    rest = [column for column in nights.columns if column.name not in left_out]
    return own | {
        column.name: EMPTY[type(column.type).__name__.upper().replace("BIGINTEGER", "BIGINT")] for column in rest
    }


def test_a_refused_row_is_not_quoted(module_database):
    with pytest.raises(ArrearsError) as refused, module_database.begin() as connection:
        record_night(connection, any_night(), accounts=[("CANARY", "too few columns")], items=[], who="test")
    assert "CANARY" not in str(refused.value)
    assert refused.value.__cause__ is None
    with module_database.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM nights")).scalar_one() == 0
