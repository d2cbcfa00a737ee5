"""Which contacts are read beside those of the past weeks: what limits look back at for ever."""

from __future__ import annotations

from datetime import UTC, datetime

import duckdb
import pytest

from arrears.settings import default_settings
from arrears.tables import TABLES
from features.facts import lake_table
from serving.gate.conduct_facts import conduct_questions, past_weeks

NOW = datetime(2026, 6, 2, 12, tzinfo=UTC)
KINDS = {"string": "VARCHAR", "date": "DATE", "boolean": "BOOLEAN", "float64": "DOUBLE", "array<string>": "VARCHAR[]"}


def read(*contacts: dict[str, object]) -> list[str]:
    con = duckdb.connect()
    columns = {name: str(kind).lstrip("!") for name, kind in lake_table("contacts").schema().items()}
    told = ", ".join(f'"{name}" {KINDS.get(kind, "TIMESTAMPTZ")}' for name, kind in columns.items())
    con.execute(f"CREATE TABLE contacts ({told})")
    for place, contact in enumerate(contacts):
        row: dict[str, object] = {
            "contact_id": f"C{place}",
            "account_id": "A1",
            "debtor_id": "D1",
            "channel": "call",
            "direction": "out",
        }
        row |= {"recorded_at": contact["at"], "deleted": False} | contact
        names, marks = ", ".join(f'"{name}"' for name in row), ", ".join("?" * len(row))
        con.execute(f"INSERT INTO contacts ({names}) VALUES ({marks})", list(row.values()))
    present = {"contacts": frozenset(column.name for column in TABLES["contacts"].columns)}
    found = past_weeks(con, conduct_questions(present, default_settings()), NOW)
    assert found is not None
    return sorted(found["contact_id"].to_pylist())


def march(day: int, disposition: str = "callback", **more: object) -> dict[str, object]:
    return {"at": datetime(2026, 3, day, 12, tzinfo=UTC), "disposition": disposition} | more


def test_the_first_word_about_an_account_is_read_whatever_its_age_and_the_second_is_not():
    assert read(march(3), march(4), march(5, account_id="A2")) == ["C0", "C2"]


@pytest.mark.parametrize(
    "silent", [march(2, "no_answer"), march(2, "busy"), march(2, "refused", purpose="legal_notice")]
)
def test_what_told_nobody_of_the_debt_is_not_the_first_word(silent):
    assert read(silent, march(3), march(4)) == ["C1"]


def test_contacts_of_the_past_weeks_are_read_all():
    lately = {"at": datetime(2026, 5, 20, 12, tzinfo=UTC), "disposition": "no_answer"}
    assert read(lately, lately) == ["C0", "C1"]
