"""Which facts follow from an outcome: rows that the lake takes as they are, and that stop somebody at once."""

from datetime import date
from typing import Any

import pytest

from arrears.queues.next.entries import DISPOSITIONS
from arrears.queues.next.outcome import Fact, History
from arrears.tables import TABLES
from tests.queues.next.told import TUESDAY, clock, following, told

AT = clock("2026-06-02 09:30")


def rows(
    disposition: str, table: str, history: History | None = None, at: str = "2026-06-02 09:30", **own
) -> list[dict]:
    facts = following(disposition, at, history, **own).facts
    return [dict(fact.row) for fact in facts if fact.table == table]


# Every row fits its table --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("disposition", DISPOSITIONS)
def test_the_contact_is_a_row_of_its_table(disposition):
    contact = following(disposition).contact
    columns = {column.lake_name: column for column in TABLES["contacts"].columns}
    assert set(contact) <= set(columns)
    assert contact["disposition"] == disposition
    assert (contact["at"], contact["debtor_id"]) == (AT, "D")
    for name, value in contact.items():
        assert not columns[name].choices or value is None or value in columns[name].choices


def told_with(disposition: str) -> dict[str, Any]:
    """What may be told beside an outcome."""
    fits = {
        "consent_to_call": ("promise", "plan_made", "refused", "paid"),
        "replaces": ("promise", "plan_made"),
        "shared_line": ("third_party",),
    }
    return dict.fromkeys((name for name, outcomes in fits.items() if disposition in outcomes), True)


FACTS = [
    (disposition, fact)
    for disposition in DISPOSITIONS
    for fact in following(
        disposition,
        history=History(open_promises=("R",)),
        **told_with(disposition),
    ).facts
]


@pytest.mark.parametrize(("disposition", "fact"), FACTS, ids=[f"{name}-{fact.table}" for name, fact in FACTS])
def test_every_fact_is_a_row_of_its_table(disposition, fact):
    table = TABLES[fact.table]
    columns = {column.lake_name: column for column in table.columns}
    assert set(fact.row) <= set(columns) - set(table.key)
    for name, value in fact.row.items():
        assert not columns[name].choices or value is None or value in columns[name].choices
    if fact.over is None:  # a row of its own has all that its table asks for
        needed = {column.lake_name for column in table.columns if column.required} - set(table.key)
        assert needed <= {name for name, value in fact.row.items() if value is not None}
        assert all(any(fact.row.get(name) for name in group) for group in table.one_of)


def test_only_points_debtors_and_promises_called_off_are_corrections():
    assert {fact.table for _, fact in FACTS if fact.over is not None} == {"points", "debtors", "promises"}


# What follows from what ----------------------------------------------------------------------------------------------

KINDS = {
    "not_in_service": ["points"],
    "wrong_number": ["points"],
    "bounced": ["points"],
    "language": ["debtors"],
    "promise": ["points", "promises"],
    "plan_made": ["points", "promises", "promises", "promises"],
    "paid": ["points"],
    "settled": ["points"],
    "refused": ["points"],
    "inquiry": ["points"],
    "dispute": ["points", "disputes"],
    "hardship": ["holds", "points"],
    "complaint": ["holds"],
    "attorney": ["holds"],
    "bankruptcy": ["holds"],
    "deceased": ["holds"],
    "cease": ["holds"],
    "opted_out": ["preferences"],
}


@pytest.mark.parametrize("disposition", DISPOSITIONS)
def test_each_outcome_makes_its_own_facts_and_no_others(disposition):
    assert [fact.table for fact in following(disposition).facts] == KINDS.get(disposition, [])


# Points --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("disposition", ["wrong_number", "not_in_service", "bounced"])
def test_a_point_that_does_not_reach_the_debtor_is_bad(disposition):
    assert following(disposition).facts == (Fact("points", {"status": "bad"}, over="P"),)


def test_a_point_at_which_the_debtor_was_verified_is_good():
    assert Fact("points", {"status": "good"}, over="P") in following("refused").facts


@pytest.mark.parametrize("own", [{"liable": False}, {"verified_party": "authorised_user"}, {"point_id": None}])
def test_a_point_is_not_good_because_somebody_else_spoke_there(own):
    assert rows("refused", "points", **own) == []


@pytest.mark.parametrize(("answer", "expected"), [(True, [{"shared": True}]), (False, []), (None, [])])
def test_a_number_is_shared_only_where_somebody_said_so(answer, expected):
    assert rows("third_party", "points", shared_line=answer) == expected


# Right-party contacts ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("disposition", "own", "expected"),
    [
        ("refused", {}, True),
        ("refused", {"channel": "visit"}, True),
        ("refused", {"direction": "in"}, True),
        ("refused", {"channel": "email", "direction": "in"}, False),
        ("refused", {"verified_party": "guarantor"}, True),
        ("refused", {"verified_party": "insurer"}, False),
        ("refused", {"verified_party": "patient"}, False),
        ("refused", {"verified_party": "patient", "liable": True}, True),
        ("refused", {"verified_party": "joint", "liable": False}, False),
        ("callback", {}, False),
        ("callback", {"verified_party": "primary", "debts_discussed": ("A",)}, True),
        ("complaint", {"verified_party": "primary", "debts_discussed": ("A",), "conversation": False}, False),
        ("no_answer", {}, False),
        ("unverified", {}, False),
        ("third_party", {}, False),
        ("voicemail", {}, False),
    ],
)
def test_a_right_party_contact_is_a_talk_with_a_verified_person_who_owes(disposition, own, expected):
    assert following(disposition, **own).is_right_party is expected


# The contact ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("disposition", "own", "connect", "conversation"),
    [
        ("no_answer", {}, "no_answer", False),
        ("busy", {}, "busy", False),
        ("voicemail", {}, "voicemail", False),
        ("not_in_service", {}, "not_in_service", False),
        ("abandoned", {}, "dropped", False),
        ("wrong_number", {}, "answered", False),
        ("promise", {}, "answered", True),
        ("hung_up", {}, "answered", None),
        ("hung_up", {"connect": "dropped"}, "dropped", None),
        ("cease", {"conversation": True}, "answered", True),
        ("unverified", {"conversation": True}, "answered", True),
        ("promise", {"channel": "visit"}, None, True),
        ("promise", {"channel": "portal"}, None, False),
        ("delivered", {}, None, False),
    ],
)
def test_what_the_line_said_need_not_be_typed(disposition, own, connect, conversation):
    contact = following(disposition, **own).contact
    assert (contact["connect"], contact["conversation"]) == (connect, conversation)


# Holds ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("disposition", ["hardship", "complaint", "attorney", "bankruptcy", "deceased", "cease"])
def test_a_legal_statement_holds_from_the_same_day_and_comes_first(disposition):
    first = following(disposition).facts[0]
    assert first.table == "holds"
    assert {"kind": disposition, "starts_on": TUESDAY, "debtor_id": "D", "received_at": AT}.items() <= first.row.items()
    assert "ends_on" not in first.row


def test_the_day_of_a_hold_is_the_debtors():
    assert rows("cease", "holds", at="2026-06-02 23:30")[0]["starts_on"] == TUESDAY


@pytest.mark.parametrize(("chapter", "kept"), [("13", "13"), ("not_known", None)])
def test_a_bankruptcy_keeps_its_chapter_and_the_day_of_the_petition(chapter, kept):
    hold = rows("bankruptcy", "holds", chapter=chapter, happened_on=date(2026, 5, 20))[0]
    assert (hold["chapter"], hold["starts_on"]) == (kept, date(2026, 5, 20))


def test_a_death_is_held_from_its_day_where_it_is_known():
    assert rows("deceased", "holds", happened_on=date(2026, 5, 1))[0]["starts_on"] == date(2026, 5, 1)


def test_an_attorney_is_kept_with_name_and_details():
    hold = rows("attorney", "holds")[0]
    assert (hold["contact_name"], hold["contact_details"]) == ("Lee & Partners", "lee@example.org")


def test_an_attorney_whose_name_was_not_given_holds_all_the_same():
    hold = rows("attorney", "holds", contact_name=None, contact_details=None, not_given=True)[0]
    assert hold["kind"] == "attorney"
    assert "contact_name" not in hold


@pytest.mark.parametrize("form", ["oral", "written", "electronic"])
def test_a_wish_to_stop_keeps_its_form(form):
    assert rows("cease", "holds", form=form)[0]["form"] == form


# Disputes ------------------------------------------------------------------------------------------------------------


def test_a_dispute_is_of_each_account_talked_about():
    disputed = rows("dispute", "disputes", debts_discussed=("A", "B"))
    assert [row["account_id"] for row in disputed] == ["A", "B"]
    assert {row["amount_minor"] for row in disputed} == {None}
    assert disputed[0]["opened_on"] == TUESDAY


def test_a_part_that_is_disputed_is_kept_with_its_amount():
    assert rows("dispute", "disputes", whole=False, amount_minor=4_000)[0]["amount_minor"] == 4_000


# Promises ------------------------------------------------------------------------------------------------------------


def test_a_promise_on_one_account_is_the_accounts():
    promise = rows("promise", "promises")[0]
    assert promise == {
        "account_id": "A",
        "made_on": TUESDAY,
        "due_on": date(2026, 6, 12),
        "amount_minor": 10_000,
        "method": "verbal",
    }


def test_a_promise_on_several_accounts_of_one_creditor_is_the_debtors():
    assert rows("promise", "promises", debts_discussed=("A", "B"))[0]["debtor_id"] == "D"


def test_a_promise_on_several_accounts_names_one_where_the_debtor_has_other_creditors():
    several = History(one_book=False)
    assert rows("promise", "promises", several, debts_discussed=("A", "B"))[0]["account_id"] == "A"


def test_a_plan_is_a_promise_for_each_instalment_under_one_name():
    plan = rows("plan_made", "promises")
    assert [row["due_on"] for row in plan] == [date(2026, 6, 12), date(2026, 7, 12), date(2026, 8, 12)]
    assert {row["arrangement_id"] for row in plan} == {"o-1"}


@pytest.mark.parametrize(
    ("first", "every", "count", "expected"),
    [
        (date(2027, 1, 31), "month", 3, [date(2027, 1, 31), date(2027, 2, 28), date(2027, 3, 31)]),
        (date(2028, 1, 30), "month", 2, [date(2028, 1, 30), date(2028, 2, 29)]),
        (date(2026, 12, 15), "month", 2, [date(2026, 12, 15), date(2027, 1, 15)]),
        (date(2026, 6, 26), "week", 2, [date(2026, 6, 26), date(2026, 7, 3)]),
        (date(2026, 6, 26), "two_weeks", 2, [date(2026, 6, 26), date(2026, 7, 10)]),
    ],
)
def test_instalments_keep_the_day_of_the_first(first, every, count, expected):
    at = f"{first:%Y-%m-%d} 12:00"
    plan = rows("plan_made", "promises", at=at, due_on=first, every=every, instalment_count=count)
    assert [row["due_on"] for row in plan] == expected


@pytest.mark.parametrize("left_out", ["due_on", "amount_minor", "instalment_count", "every"])
def test_a_plan_that_is_not_told_whole_has_no_instalments(left_out):
    assert len(told("plan_made").instalments) == 3
    assert told("plan_made", **{left_out: None}).instalments == ()


def test_a_promise_in_place_of_others_calls_them_off():
    facts = following("promise", history=History(open_promises=("R", "S")), replaces=True).facts
    called_off = [fact for fact in facts if fact.over in ("R", "S")]
    assert [fact.row for fact in called_off] == [{"cancelled_on": TUESDAY}] * 2


@pytest.mark.parametrize("answer", [None, False])
def test_a_promise_beside_others_leaves_them(answer):
    facts = following("promise", history=History(open_promises=("R",)), replaces=answer).facts
    assert [fact for fact in facts if fact.over == "R"] == []


# Wishes --------------------------------------------------------------------------------------------------------------


def test_consent_to_be_called_again_is_of_this_number_and_this_day():
    assert rows("refused", "consents", consent_to_call=True) == [
        {"debtor_id": "D", "kind": "call_window", "given_on": TUESDAY, "point_id": "P"}
    ]


@pytest.mark.parametrize("answer", [None, False])
def test_no_consent_is_written_that_was_not_given(answer):
    assert rows("refused", "consents", consent_to_call=answer) == []


@pytest.mark.parametrize(("named", "channel"), [(None, "call"), ("sms", "sms")])
def test_an_opt_out_closes_the_channel_named_or_this_one(named, channel):
    assert rows("opted_out", "preferences", opt_out_of=named) == [
        {"debtor_id": "D", "kind": "channel", "rule": channel, "allow": False, "starts_on": TUESDAY}
    ]


def test_a_language_that_is_needed_is_the_debtors_from_now_on():
    assert following("language", language="ES").facts == (Fact("debtors", {"language": "es"}, over="D"),)
