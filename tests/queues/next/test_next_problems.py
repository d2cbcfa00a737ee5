"""What an outcome lacks or contradicts is told all at once, by field, and never repeats what was typed."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arrears.errors import BadInput
from arrears.queues.next.asked import asks
from arrears.queues.next.entries import DISPOSITIONS, entries
from arrears.queues.next.outcome import Outcome, read_outcome
from arrears.queues.next.problems import problems_of
from tests.queues.next.told import ANSWERS, NEW_YORK, clock, house, told

AT = clock("2026-06-02 09:30")


def faults(disposition: str, settings=None, **own) -> list[str]:
    """The fields of which something is wrong."""
    return sorted({each.field for each in problems_of(told(disposition, **own), AT, NEW_YORK, settings or house())})


@pytest.mark.parametrize("disposition", DISPOSITIONS)
def test_an_outcome_that_answers_what_is_asked_has_no_problem(disposition):
    assert faults(disposition) == []


@pytest.mark.parametrize("disposition", DISPOSITIONS)
def test_an_outcome_that_answers_nothing_lacks_all_that_is_required(disposition):
    bare = Outcome("o-1", "D", disposition, channel=told(disposition).channel)
    needed = {field.name for field in asks(disposition) if field.required}
    assert {each.field for each in problems_of(bare, AT, NEW_YORK, house())} == needed


NO_CONTACT = [name for name, entry in entries().items() if entry.group == "no_contact"]


@pytest.mark.parametrize("disposition", NO_CONTACT)
def test_an_attempt_that_reached_nobody_asks_nothing(disposition):
    assert [field.name for field in asks(disposition) if field.required] == []


# Pairs: just right, just wrong ---------------------------------------------------------------------------------------

JUST = [
    ("promise", {"amount_minor": 1}, []),
    ("promise", {"amount_minor": 0}, ["amount_minor"]),
    ("promise", {"due_on": date(2026, 6, 2)}, []),
    ("promise", {"due_on": date(2026, 6, 1)}, ["due_on"]),
    ("promise", {"due_on": date(2026, 7, 2)}, []),
    ("promise", {"due_on": date(2026, 7, 3)}, ["due_on"]),
    ("promise", {"method": "scheduled"}, []),
    ("promise", {"method": "cheque"}, ["method"]),
    ("promise", {"verified_party": None}, ["verified_party"]),
    ("promise", {"verified_party": None, "channel": "portal"}, []),
    ("promise", {"debts_discussed": ()}, ["debts_discussed"]),
    ("promise", {"conversation": False}, ["conversation"]),
    ("promise", {"connect": "voicemail"}, ["connect"]),
    ("plan_made", {"instalment_count": 2}, []),
    ("plan_made", {"instalment_count": 1}, ["instalment_count"]),
    ("plan_made", {"instalment_count": 120}, []),
    ("plan_made", {"instalment_count": 121}, ["instalment_count"]),
    ("plan_made", {"every": "fortnight"}, ["every"]),
    ("plan_made", {"due_on": date(2026, 7, 3)}, ["due_on"]),
    ("attorney", {"contact_name": None}, ["contact_name"]),
    ("attorney", {"contact_name": "  "}, ["contact_name"]),
    ("attorney", {"contact_details": None}, ["contact_details"]),
    ("attorney", {"contact_name": None, "contact_details": None, "not_given": True}, []),
    ("attorney", {"contact_details": None, "not_given": True}, []),
    ("attorney", {"not_given": True}, ["not_given"]),
    ("cease", {"form": None}, ["form"]),
    ("cease", {"form": "shouted"}, ["form"]),
    ("bankruptcy", {"chapter": "not_known"}, []),
    ("bankruptcy", {"chapter": None}, ["chapter"]),
    ("bankruptcy", {"chapter": "8"}, ["chapter"]),
    ("bankruptcy", {"happened_on": date(2026, 6, 2)}, []),
    ("bankruptcy", {"happened_on": date(2026, 6, 3)}, ["happened_on"]),
    ("deceased", {"told_by": "not_known"}, []),
    ("deceased", {"told_by": None}, ["told_by"]),
    ("deceased", {"happened_on": date(2026, 6, 3)}, ["happened_on"]),
    ("dispute", {"whole": None}, ["amount_minor", "whole"]),
    ("dispute", {"whole": False, "amount_minor": 5}, []),
    ("dispute", {"whole": False}, ["amount_minor"]),
    ("dispute", {"whole": True, "amount_minor": 5}, ["amount_minor"]),
    ("dispute", {"whole": False, "amount_minor": 5, "debts_discussed": ("A", "B")}, ["debts_discussed"]),
    ("dispute", {"debts_discussed": ("A", "B")}, []),
    ("dispute", {"form": None}, ["form"]),
    ("dispute", {"submitted_on": date(2026, 6, 2)}, []),
    ("dispute", {"submitted_on": date(2026, 6, 3)}, ["submitted_on"]),
    ("language", {"language": ""}, ["language"]),
    ("complaint", {"reason": None}, ["reason"]),
    ("refused", {"verified_party": "neighbour"}, ["verified_party"]),
    ("refused", {"consent_to_call": True}, []),
    ("refused", {"consent_to_call": True, "liable": False}, ["consent_to_call"]),
    ("no_answer", {"conversation": True}, ["conversation"]),
    ("no_answer", {"verified_party": "primary"}, ["verified_party"]),
    ("no_answer", {"connect": "answered"}, ["connect"]),
    ("hung_up", {"connect": "dropped"}, []),
    ("hung_up", {"verified_party": "primary"}, ["debts_discussed"]),
    ("opted_out", {"opt_out_of": "pigeon"}, ["opt_out_of"]),
    ("delivered", {"channel": "call"}, ["channel"]),
    ("delivered", {"channel": "letter"}, []),
    ("inquiry", {"channel": "telex"}, ["channel"]),
]


@pytest.mark.parametrize(("disposition", "own", "expected"), JUST)
def test_what_is_wrong_is_told_by_field(disposition, own, expected):
    assert faults(disposition, **own) == expected


def test_an_outcome_that_does_not_exist_is_the_only_problem():
    assert [each.field for each in problems_of(Outcome("o", "D", "vanished"), AT, NEW_YORK, house())] == ["disposition"]


def test_a_client_may_take_longer_promises():
    settings = house(promise_longest_days=45)
    assert faults("promise", settings, due_on=date(2026, 7, 17)) == []
    assert faults("promise", settings, due_on=date(2026, 7, 18)) == ["due_on"]


# Callbacks -----------------------------------------------------------------------------------------------------------

VERIFIED = {"verified_party": "primary", "debts_discussed": ("A",)}


@pytest.mark.parametrize(
    ("when", "own", "expected"),
    [
        ("2026-06-12 15:00", {}, []),
        ("2026-06-02 09:30", {}, ["callback_at"]),
        ("2026-06-02 09:31", {}, []),
        ("2026-06-12 08:00", {}, []),
        ("2026-06-12 07:59", {}, ["callback_at"]),
        ("2026-06-12 20:59", {}, []),
        ("2026-06-12 21:00", {}, ["callback_at"]),
        ("2026-07-02 09:30", {}, []),
        ("2026-07-02 09:31", {}, ["callback_at"]),
        # Who was spoken with on the 2nd may be called again without consent from the 9th on.
        ("2026-06-08 20:00", VERIFIED, ["consent_to_call"]),
        ("2026-06-08 20:00", VERIFIED | {"consent_to_call": False}, ["consent_to_call"]),
        ("2026-06-08 20:00", VERIFIED | {"consent_to_call": True}, []),
        ("2026-06-09 08:00", VERIFIED, []),
        ("2026-06-03 08:00", {}, []),  # nobody was verified, so nobody was talked with
    ],
)
def test_a_callback_is_agreed_for_a_lawful_hour(when, own, expected):
    assert faults("callback", callback_at=clock(when), **own) == expected


def test_a_callback_needs_the_zone_of_its_hour():
    without = datetime.fromisoformat("2026-06-12 15:00")
    assert faults("callback", callback_at=without) == ["callback_at"]


# Never a value -------------------------------------------------------------------------------------------------------


@settings(deadline=None)
@given(
    st.sampled_from(DISPOSITIONS),
    st.fixed_dictionaries(
        {},
        optional={
            "amount_minor": st.integers(-9_999_999, -1_000_000),
            "contact_name": st.just("Quixote"),
            "contact_details": st.just("dulcinea@toboso"),
            "chapter": st.just("Rocinante"),
            "form": st.just("Quixote"),
            "method": st.just("Quixote"),
            "language": st.just("Quixote"),
            "told_by": st.just("Quixote"),
            "verified_party": st.just("Quixote"),
            "connect": st.just("Quixote"),
            "opt_out_of": st.just("Quixote"),
            "debts_discussed": st.just(("Quixote",)),
            "due_on": st.just(date(1999, 1, 1)),
            "happened_on": st.just(date(2099, 1, 1)),
            "callback_at": st.just(AT - timedelta(days=9_999)),
        },
    ),
)
def test_no_problem_repeats_what_was_typed(disposition, own):
    sentences = " ".join(each.sentence for each in problems_of(told(disposition, **own), AT, NEW_YORK, house()))
    for value in own.values():
        for piece in value if isinstance(value, tuple) else (value,):
            assert str(piece) not in sentences


# Reading -------------------------------------------------------------------------------------------------------------


def test_an_outcome_is_read_from_a_document():
    document = {
        "outcome_id": "o-1",
        "debtor_id": "D",
        "disposition": "promise",
        "verified_party": "primary",
        "debts_discussed": ["A"],
        "amount_minor": 10_000,
        "due_on": "2026-06-12",
        "method": "verbal",
        "reason": "",
        "callback_at": None,
    }
    assert read_outcome(document) == told("promise", point_id=None)


def test_a_moment_in_a_document_keeps_its_offset():
    document = {"outcome_id": "o", "debtor_id": "D", "disposition": "callback"}
    read = read_outcome(document | {"callback_at": "2026-06-12T15:00:00-04:00"})
    assert read.callback_at == ANSWERS["callback_at"]


def test_a_document_with_a_field_that_does_not_exist_is_refused_by_name_alone():
    with pytest.raises(BadInput, match="ammount") as refused:
        read_outcome({"outcome_id": "o", "debtor_id": "D", "disposition": "promise", "ammount": "Quixote"})
    assert "Quixote" not in str(refused.value)


def test_a_value_that_cannot_be_read_is_refused_without_it():
    with pytest.raises(BadInput, match="due_on") as refused:
        read_outcome({"outcome_id": "o", "debtor_id": "D", "disposition": "promise", "due_on": "Quixote"})
    assert "Quixote" not in str(refused.value)
