"""The trailing ledger on a real PostgreSQL: what it keeps, what it corrects, and what one statement gives back."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest
from sqlalchemy import text

from arrears.errors import ArrearsError, BadInput
from arrears.queues.copying import copy_in, copy_out
from arrears.queues.ledger import LOOKS_BACK, TRAILING, import_weeks, record, trailing
from arrears.queues.reservations import release, reserve
from arrears.tables import TABLES

NOW = datetime(2026, 6, 14, 14, tzinfo=UTC)
A_DAY = timedelta(days=1)


def contact(number, **given):
    return {
        "contact_id": f"C{number}",
        "debtor_id": "D1",
        "account_id": "A1",
        "at": NOW - A_DAY,
        "channel": "call",
        "direction": "out",
        "disposition": "no_answer",
        "connect": "no_answer",
        "recorded_at": NOW - A_DAY,
    } | given


def arrow(*rows):
    names = dict.fromkeys(name for row in rows for name in row)
    return pa.table({name: pa.array([row.get(name) for row in rows]) for name in names})


@pytest.fixture
def connection(module_database):
    with module_database.connect() as connection:
        yield connection
        connection.rollback()


def read(connection, **asked):
    usual: dict[str, Any] = {"since": NOW - LOOKS_BACK, "at": NOW}
    return trailing(connection, **usual | asked).to_pylist()


def keep(connection, *rows):
    return [record(connection, row, recorded_at=row["recorded_at"]) for row in rows]


def test_every_fact_of_a_contact_comes_back(connection):
    whole = contact(
        1,
        debts_discussed=["A1", 'A "2",\\ {x}'],
        conversation=True,
        consented=False,
        purpose="collect",
        technology="manual",
        point_id="P1, the\nsecond",
    )
    keep(connection, whole)
    found = read(connection)
    assert found == [{name: whole.get(name) for name in TRAILING.names} | {"reserved": False}]


def test_what_nobody_knows_comes_back_as_null(connection):
    keep(connection, contact(1, account_id=None, connect=None), contact(2, debtor_id=None, debts_discussed=[]))
    first, second = sorted(read(connection), key=lambda row: row["debtor_id"] is None)
    assert [first[name] for name in ("account_id", "connect", "debts_discussed", "conversation")] == [None] * 4
    assert second["debts_discussed"] == []


def test_an_empty_ledger_has_the_same_columns(connection):
    assert trailing(connection, since=NOW - LOOKS_BACK, at=NOW).schema == TRAILING


def test_the_ledger_gives_every_column_of_a_contact_that_rules_read():
    read_by_rules = {each.name for each in TABLES["contacts"].columns} - {
        "contact_id",
        "verified_party",
        "collector_id",
        "decision_id",
        "talk_minutes",
        "wrap_minutes",
    }
    assert set(TRAILING.names) == read_by_rules | {"contact_id", "reserved"}


@pytest.mark.parametrize(("at", "found"), [(NOW - A_DAY, 1), (NOW - A_DAY - timedelta(microseconds=1), 0)])
def test_what_was_recorded_later_is_not_known_yet(connection, at, found):
    keep(connection, contact(1))
    assert len(read(connection, at=at)) == found


@pytest.mark.parametrize(("since", "found"), [(NOW - A_DAY, 1), (NOW - A_DAY + timedelta(microseconds=1), 0)])
def test_contacts_before_the_weeks_asked_for_are_left_out(connection, since, found):
    keep(connection, contact(1))
    assert len(read(connection, since=since)) == found


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ({"disposition": "opted_out"}, 1),
        ({"disposition": "wrong_number"}, 1),
        ({"direction": "in"}, 1),
        ({"purpose": "location"}, 1),
        ({"conversation": True}, 1),
        ({"disposition": "voicemail"}, 0),
    ],
)
def test_what_counts_for_ever_is_read_whatever_its_age(connection, told, found):
    keep(connection, contact(1, **told))
    assert len(read(connection, since=NOW + A_DAY)) == found


def test_some_debtors_are_read_with_all_that_was_said_about_their_accounts(connection):
    keep(
        connection,
        contact(1, account_id=None),
        contact(2, debtor_id="D2"),
        contact(3, debtor_id="D2", account_id="A9", debts_discussed=["A9", "A1"]),
        contact(4, debtor_id=None),
        contact(5, debtor_id="D2", account_id="A9"),
    )
    lease: dict[str, Any] = {"at": NOW, "expires_at": NOW + A_DAY, "channel": "call", "claimed_by": "ada"}
    reserve(connection, people=["D2"], accounts=["A1"], **lease)
    reserve(connection, people=["D3"], accounts=["A3"], **lease)
    whole, mine = read(connection), read(connection, debtors=["D1"], accounts=["A1"])
    assert len(whole) == 7
    assert sorted(mine, key=str) == sorted(
        (
            row
            for row in whole
            if row["debtor_id"] == "D1" or "A1" in (row["account_id"], *(row["debts_discussed"] or ()))
        ),
        key=str,
    )
    assert len(mine) == 5


def test_recording_twice_changes_nothing(connection):
    assert keep(connection, contact(1), contact(1), contact(1, recorded_at=NOW)) == [True, False, False]
    assert len(read(connection)) == 1


@pytest.mark.parametrize(("recorded_at", "found"), [(NOW, "busy"), (NOW - 2 * A_DAY, "no_answer")])
def test_a_correction_recorded_later_stands_and_one_recorded_earlier_does_not(connection, recorded_at, found):
    keep(connection, contact(1), contact(1, connect="busy", recorded_at=recorded_at))
    assert [row["connect"] for row in read(connection)] == [found]


@pytest.mark.parametrize(
    "wrong", [{"channel": "carrier pigeon"}, {"disposition": "lunch"}, {"debtor_id": None, "account_id": None}]
)
def test_a_contact_that_no_rule_could_read_is_refused(connection, wrong):
    with pytest.raises(BadInput):
        keep(connection, contact(1) | wrong)
    assert read(connection) == []


def test_the_first_import_takes_over_the_past_weeks(connection):
    old = contact(2, at=NOW - LOOKS_BACK - A_DAY)
    assert import_weeks(connection, arrow(contact(1), old), cutoff=NOW) == 1
    assert [row["debtor_id"] for row in read(connection, since=NOW - 2 * LOOKS_BACK)] == ["D1"]


def test_importing_twice_changes_nothing(connection):
    rows = arrow(contact(1, debts_discussed=["A1", "A2"]), contact(2, conversation=True))
    assert import_weeks(connection, rows, cutoff=NOW) == 2
    before = read(connection)
    assert import_weeks(connection, rows, cutoff=NOW) == 0
    assert sorted(read(connection), key=str) == sorted(before, key=str)


def test_importing_replaces_what_was_corrected_and_drops_what_was_removed(connection):
    import_weeks(connection, arrow(contact(1), contact(2), contact(3)), cutoff=NOW)
    corrected = contact(1, disposition="busy", connect="busy", recorded_at=NOW)
    assert import_weeks(connection, arrow(corrected, contact(3)), cutoff=NOW) == 2
    assert sorted(row["connect"] for row in read(connection)) == ["busy", "no_answer"]


def test_an_import_of_nothing_empties_what_loads_brought_and_leaves_the_desks(connection):
    import_weeks(connection, arrow(contact(1)), cutoff=NOW)
    keep(connection, contact(2, account_id="A2"))
    assert import_weeks(connection, arrow(contact(1)).slice(0, 0), cutoff=NOW) == 1
    assert [row["account_id"] for row in read(connection)] == ["A2"]


def test_an_import_of_what_is_new_removes_nothing(connection):
    import_weeks(connection, arrow(contact(1)), cutoff=NOW)
    assert import_weeks(connection, arrow(contact(2)), cutoff=NOW, whole=False) == 1
    assert len(read(connection)) == 2


def test_an_import_as_of_an_earlier_day_leaves_what_was_recorded_since(connection):
    import_weeks(connection, arrow(contact(1, recorded_at=NOW)), cutoff=NOW)
    assert import_weeks(connection, arrow(contact(2)), cutoff=NOW - A_DAY) == 1
    assert len(read(connection)) == 2


def test_what_the_desk_recorded_becomes_the_lakes_when_a_load_brings_it(connection):
    keep(connection, contact(1))
    assert import_weeks(connection, arrow(contact(1)), cutoff=NOW) == 1
    assert import_weeks(connection, arrow(contact(1)).slice(0, 0), cutoff=NOW) == 1
    assert read(connection) == []


def test_an_import_with_a_value_that_no_rule_knows_is_refused(connection):
    with pytest.raises(BadInput, match="a channel that no rule knows"):
        import_weeks(connection, arrow(contact(1, channel="telegraph")), cutoff=NOW)


def test_splitting_contacts_among_collectors_changes_nothing(connection):
    rows = [contact(number, at=NOW - number * A_DAY) for number in range(1, 6)]
    import_weeks(connection, arrow(*(row | {"collector_id": "ada"} for row in rows)), cutoff=NOW)
    one = read(connection)
    split = [row | {"collector_id": f"collector {place}"} for place, row in enumerate(rows)]
    assert import_weeks(connection, arrow(*split), cutoff=NOW) == 5
    assert sorted(read(connection), key=str) == sorted(one, key=str)


def test_a_reserved_contact_is_among_those_made(connection):
    lease: dict[str, Any] = {"at": NOW, "expires_at": NOW + A_DAY}
    reserve(connection, people=["D1"], accounts=["A1", "A2"], channel="call", claimed_by="ada", point_id="P1", **lease)
    [row] = read(connection)
    assert row == dict.fromkeys(TRAILING.names) | {
        "debtor_id": "D1",
        "debts_discussed": ["A1", "A2"],
        "at": NOW,
        "channel": "call",
        "direction": "out",
        "point_id": "P1",
        "reserved": True,
    }


@pytest.mark.parametrize(
    ("at", "found"), [(NOW + timedelta(minutes=30), 0), (NOW + timedelta(minutes=30, microseconds=-1), 1)]
)
def test_a_reservation_counts_until_the_end_of_its_lease(connection, at, found):
    lease: dict[str, Any] = {"at": NOW, "expires_at": NOW + timedelta(minutes=30)}
    reserve(connection, people=["D1"], accounts=["A1"], channel="call", claimed_by="ada", **lease)
    assert len(read(connection, at=at)) == found


def test_a_reservation_counts_until_its_outcome_and_then_the_contact_does(connection):
    lease: dict[str, Any] = {"at": NOW, "expires_at": NOW + A_DAY}
    mine = reserve(connection, people=["D1"], accounts=["A1"], channel="call", claimed_by="ada", **lease)
    record(connection, contact(1), recorded_at=NOW)
    assert release(connection, mine, at=NOW, contact_id="C1")
    assert not release(connection, mine, at=NOW + A_DAY)
    assert [row["reserved"] for row in read(connection)] == [False]
    kept = connection.execute(text("SELECT contact_id, ended_at FROM call_reservations")).one()
    assert tuple(kept) == ("C1", NOW)


def test_a_reservation_is_left_out_for_whoever_holds_it(connection):
    lease: dict[str, Any] = {"at": NOW, "expires_at": NOW + A_DAY, "channel": "call", "claimed_by": "ada"}
    mine = reserve(connection, people=["D1"], accounts=["A1"], **lease)
    reserve(connection, people=["D1"], accounts=["A2"], **lease)
    assert [row["debts_discussed"] for row in read(connection, without=mine)] == [["A2"]]


def test_rows_come_back_whole_over_many_blocks(connection, monkeypatch):
    monkeypatch.setattr("arrears.queues.copying._BLOCK_BYTES", 50)
    monkeypatch.setattr("arrears.queues.copying._BLOCK_ROWS", 3)
    rows = arrow(*(contact(number, debts_discussed=[f"A{number}", "A"]) for number in range(10)))
    import_weeks(connection, rows, cutoff=NOW)
    found = sorted(row["debts_discussed"][0] for row in read(connection))
    assert found == sorted(f"A{number}" for number in range(10))


def test_a_refused_row_is_told_without_its_values(connection):
    with pytest.raises(ArrearsError, match="PostgreSQL refused a row") as told:
        copy_in(connection, "contact_ledger", pa.table({"contact_id": ["CANARY"]}))
    assert "CANARY" not in str(told.value)


def test_numbers_and_moments_are_read_as_the_schema_says(connection):
    schema = pa.schema({"at": pa.timestamp("us", "UTC"), "flag": pa.bool_()})
    query = "SELECT timestamptz '2026-06-14 10:00-04', true UNION ALL SELECT NULL, NULL"
    assert copy_out(connection, query, {}, schema).to_pylist() == [
        {"at": NOW, "flag": True},
        {"at": None, "flag": None},
    ]
