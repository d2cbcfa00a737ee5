"""Lists for machines: a dialer's limits, numbers in E.164 with their hours, tasks of a CRM."""

import csv
import io
from dataclasses import replace

import pytest

from arrears.errors import Refused
from arrears.queues.files.crm import crm_list
from arrears.queues.files.dialer import COLUMNS, Number, dialer_list, e164
from arrears.queues.files.listing import LONGEST_CELL, MOST_COLUMNS, listing, shortened, within_limits
from tests.queues.test_spreadsheet import ITEM

NEW_YORK = "America/New_York"
CALL = {
    "person": "D1",
    "part": "primary",
    "channel": "call",
    "point": "P1",
    "opens_at": "2026-06-02T12:00:00+00:00",
    "allowed_until": "2026-06-03T01:00:00+00:00",
    "conditions": ["NO_OVERSHADOW"],
}
LETTER = CALL | {"channel": "letter", "point": None, "opens_at": None, "allowed_until": None, "conditions": []}
NUMBERS = {"P1": Number("(212) 555-0100", "US"), "P2": Number("0912 345 678", "TW"), "P3": Number("12", "US")}


def rows_of(file):
    return list(csv.DictReader(io.StringIO("".join(file.lines))))


def dialled(*ways, by_machine=frozenset(), numbers=NUMBERS, **changed):
    item = replace(ITEM, ways=list(ways), **changed)
    made = dialer_list([item], numbers, {item.work_item_id: by_machine}, NEW_YORK)
    return made, [rows_of(file) for file in made.files]


def test_a_dialer_list_keeps_within_fifty_columns_of_which_ten_are_numbers():
    assert len(COLUMNS) == MOST_COLUMNS == 50
    assert sum(name.removeprefix("phone_").isdigit() for name in COLUMNS) == 10


def test_a_number_is_in_e164_with_its_own_end_and_how_it_may_be_dialled():
    _, [[row]] = dialled(CALL, CALL | {"point": "P2", "allowed_until": None}, by_machine=frozenset({"P2"}))
    assert (row["phone_1"], row["phone_1_until"], row["phone_1_dialled"]) == (
        "+12125550100",
        "2026-06-02T21:00:00-04:00",
        "by hand",
    )
    assert (row["phone_2"], row["phone_2_until"], row["phone_2_dialled"]) == ("+886912345678", "", "machine")
    assert row["phone_3"] == ""


def test_a_rows_hours_are_those_in_which_every_number_may_be_dialled():
    later = CALL | {
        "point": "P2",
        "opens_at": "2026-06-02T14:00:00+00:00",
        "allowed_until": "2026-06-02T23:00:00+00:00",
    }
    _, [[row]] = dialled(CALL, later)
    assert (row["callable_from"], row["callable_until"]) == ("2026-06-02T10:00:00-04:00", "2026-06-02T19:00:00-04:00")
    assert row["conditions"] == "NO_OVERSHADOW"


def test_one_number_of_two_people_is_dialled_once():
    _, [[row]] = dialled(CALL, CALL | {"person": "D2"})
    assert (row["phone_1"], row["phone_2"]) == ("+12125550100", "")


@pytest.mark.parametrize(
    ("ways", "left_out"), [([CALL | {"point": "P3"}], (1, 0)), ([LETTER], (0, 1)), ([CALL | {"point": None}], (1, 0))]
)
def test_an_item_without_a_number_that_can_be_dialled_is_left_out_and_counted(ways, left_out):
    made, [rows] = dialled(*ways)
    assert rows == []
    assert (made.unreadable, made.without_call) == left_out


def test_an_eleventh_number_is_left_out():
    numbers = {f"Q{n}": Number(f"212 555 01{n:02}", "US") for n in range(11)}
    _, [[row]] = dialled(*(CALL | {"point": point} for point in numbers), numbers=numbers)
    assert [row[f"phone_{n}"][-2:] for n in range(1, 11)] == [f"{n:02}" for n in range(10)]


def test_a_list_longer_than_a_file_may_be_is_several_files(monkeypatch):
    monkeypatch.setattr("arrears.queues.files.listing.MOST_ROWS", 2)
    files = within_limits("dialer", ["a"], [[1], [2], [3]])
    assert [(file.part, file.rows, file.lines[0]) for file in files] == [(1, 2, "a\r\n"), (2, 1, "a\r\n")]
    assert files[0].sha256 != files[1].sha256


@pytest.mark.parametrize("columns", [["a"] * 51, ["a" * 129]])
def test_a_list_beyond_the_limits_is_refused(columns):
    with pytest.raises(Refused, match="at most 50 columns"):
        within_limits("dialer", columns, [])


@pytest.mark.parametrize("text", ["x" * 600, "word " * 200, "=" * 600])
def test_no_cell_is_longer_than_a_dialer_takes_quoted_or_not(text):
    assert len(str(shortened(text))) < LONGEST_CELL
    [file] = within_limits("dialer", ["a"], [[text]])
    assert len(rows_of(file)[0]["a"]) <= LONGEST_CELL


def test_text_of_a_source_never_runs_in_a_spreadsheet():
    [row] = rows_of(listing("csv", ["a", "b"], [["=1+1", "@x"]]))
    assert row == {"a": "'=1+1", "b": "'@x"}


def test_a_task_names_its_owner_its_day_and_what_it_is_for():
    item = replace(ITEM, assigned_to="C1", lane="promise", because="A promise was broken", ways=[CALL, LETTER])
    [row] = rows_of(crm_list([item], NEW_YORK))
    told = {name: row[name] for name in ("external_id", "subject", "priority", "due_on", "owner", "channels")}
    assert told == {
        "external_id": "arrears-1",
        "subject": "Ask about the promise: D1",
        "priority": "High",
        "due_on": "2026-07-01",
        "owner": "C1",
        "channels": "call letter",
    }
    assert row["description"] == "A promise was broken; Paid last month"


@pytest.mark.parametrize(
    ("lane", "kind"), [("pay", "Contact"), ("legal_review", "Review"), ("payer", "Review")]
)  # fmt: skip
def test_a_task_says_whether_anybody_is_contacted(lane, kind):
    [row] = rows_of(crm_list([replace(ITEM, lane=lane)], "UTC"))
    assert row["type"] == kind


@pytest.mark.parametrize("value", ["", "abc", "+", "1"])
def test_what_is_no_number_is_told_as_none(value):
    assert e164(value, "US") is None
