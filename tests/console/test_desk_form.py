"""What is typed at the desk, read: amounts, days and hours as people write them, and only what an outcome asks."""

from datetime import UTC, date, datetime

import pytest

from arrears.queues.item import WorkItem
from arrears.settings import default_settings
from serving.console.desk_form import Typed, choices, questions, read_form

SETTINGS = default_settings()
ITEM = WorkItem(
    **dict.fromkeys(WorkItem.__dataclass_fields__)
    | {"accounts": ["A1", "A2"], "currency": "USD", "stop_roll_minor": 12_050, "lane": "pay"}
)
NEW_YORK = "America/New_York"
MORNING = datetime(2026, 6, 5, 14, 20, tzinfo=UTC)  # a Friday, 10:20 in New York


def read(**typed) -> Typed:
    return read_form({name: told if isinstance(told, list) else [told] for name, told in typed.items()}, ITEM, NEW_YORK)


@pytest.mark.parametrize(
    ("typed", "minor"),
    [("1250", 125_000), ("1250.5", 125_050), ("1,250.50", 125_050), ("1 250", 125_000), ("12,345,678", 1_234_567_800)],
)
def test_an_amount_is_read_as_people_write_it(typed, minor):
    assert read(disposition="promise", amount_minor=typed).document["amount_minor"] == minor


@pytest.mark.parametrize("typed", ["12,50", "1.250,00", "ten", "12.505", "1,25,000.00"])
def test_an_amount_that_may_be_two_is_asked_again(typed):
    told = read(disposition="promise", amount_minor=typed)
    assert told.faults == (("amount_minor", "Write the amount in USD, as 1250 or 1250.50."),)


def test_the_hour_of_a_callback_is_the_debtors():
    told = read(disposition="callback", callback_at="2026-06-08T14:30")
    assert told.document["callback_at"] == "2026-06-08T14:30:00-04:00"


def test_only_what_the_outcome_asks_is_kept():
    told = read(disposition="no_answer", amount_minor="100", due_on="2026-06-08", verified_party="primary")
    assert set(told.document) == {"disposition", "channel", "direction"}


def test_the_number_that_was_dialled_goes_along():
    document = read(disposition="busy", way="call|P1|D1").document
    assert (document["channel"], document["point_id"]) == ("call", "P1")


def test_accounts_of_somebody_else_are_not_taken():
    told = read(disposition="paid", verified_party="primary", debts_discussed=["A2", "A9"])
    assert told.document["debts_discussed"] == ["A2"]


@pytest.mark.parametrize("disposition", ["", "made_up"])
def test_an_outcome_is_one_of_the_list(disposition):
    assert read(disposition=disposition).faults == (("disposition", "Choose what came of it."),)


def test_a_form_begins_as_a_collector_would_fill_it():
    asked = questions(ITEM, SETTINGS, date(2026, 6, 5), NEW_YORK, MORNING)
    values = {ask.field.name: ask.value for ask in asked}
    assert values["amount_minor"] == "120.50"
    assert values["due_on"] == "2026-06-08", "the next business day after a Friday"
    assert values["callback_at"] == "2026-06-08T10:00"


def test_messages_are_offered_where_the_contact_was_one():
    spoken = {choice.disposition for group in choices(SETTINGS).values() for choice in group}
    written = {choice.disposition for group in choices(SETTINGS, written=True).values() for choice in group}
    assert written - spoken == {"delivered", "bounced"}


def test_an_outcome_that_holds_is_marked():
    marked = {choice.disposition for group in choices(SETTINGS).values() for choice in group if choice.holds}
    assert marked >= {"attorney", "cease", "bankruptcy", "deceased", "dispute"}
    assert "promise" not in marked
