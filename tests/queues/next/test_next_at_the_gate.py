"""What an outcome makes known stops contact at once: its rows, given to the conduct gate, hold as they should."""

from datetime import date, datetime
from typing import Any

import pytest

from arrears.queues.next.outcome import History
from arrears.queues.next.promises import talk_days
from tests.policy.case import ACCOUNT, MOBILE, facts_of, held_by, judged
from tests.queues.next.told import following, house

ACCOUNT_ID, DEBTOR_ID, POINT_ID = ACCOUNT["account_id"], "D1", MOBILE["point_id"]
OURS: dict[str, Any] = {"debtor_id": DEBTOR_ID, "point_id": POINT_ID}


def gate(disposition: str, rule: str, later: str = "2026-06-02 15:00", lane: str = "pay", **own) -> str | None:
    """What a rule says of a call at a later hour, when all that is known is what one outcome made known."""
    discussed: dict[str, Any] = {"debts_discussed": (ACCOUNT_ID,)} if "debts_discussed" not in own else {}
    silent = disposition in ("deceased", "wrong_number", "opted_out", "cease", "attorney", "bankruptcy")
    then = following(disposition, history=History(), **OURS, **({} if silent else discussed), **own)
    tables: dict[str, Any] = {"contacts": [dict(then.contact)]}
    for fact in then.facts:
        if fact.over is None:
            tables.setdefault(fact.table, []).append(dict(fact.row))
        elif fact.table == "points":
            tables["points"] = [dict(fact.row)]  # a case's rows stand over the debtor's usual number
    for promise in tables.get("promises", []):
        promise["grace_ends_on"] = date(2026, 6, 17)  # the features tell it: three business days after the 12th
    return held_by(judged(facts_of(later, **tables), lane=lane), rule)


@pytest.mark.parametrize(
    ("disposition", "rule", "own"),
    [
        ("attorney", "RF-08", {}),
        ("attorney", "RF-08", {"contact_name": None, "contact_details": None, "not_given": True}),
        ("bankruptcy", "LS-01", {}),
        ("bankruptcy", "LS-01", {"chapter": "not_known"}),
        ("deceased", "RF-16", {}),
        ("cease", "RF-07", {"form": "written"}),
        ("cease", "RF-07", {"form": "electronic"}),
        ("cease", "RF-09", {"form": "oral"}),
        ("opted_out", "RF-09", {}),
        ("hardship", "LS-08", {}),
        ("complaint", "LS-07", {}),
        ("dispute", "RF-14", {"form": "written"}),
    ],
)
def test_a_legal_statement_holds_calls_from_the_same_day_on(disposition, rule, own):
    assert gate(disposition, rule, **own) == "null"
    assert gate(disposition, rule, "2027-06-02 15:00", **own) == "null"


@pytest.mark.parametrize(
    ("disposition", "rule", "lane"),
    [
        ("hardship", "LS-08", "hardship"),
        ("dispute", "RF-14", "dispute"),
        ("promise", "LS-08", "promise"),
    ],
)
def test_the_lane_that_follows_is_not_held_by_what_made_it(disposition, rule, lane):
    assert following(disposition).lane == lane
    assert gate(disposition, rule, lane=lane) == "allow"


def test_an_open_promise_holds_the_lane_pay_through_its_grace_and_not_the_lane_promise():
    assert gate("promise", "LS-08") == "2026-06-18 00:00"
    assert gate("promise", "LS-08", "2026-06-18 08:00") == "allow"
    assert gate("promise", "LS-08", lane="promise") == "allow"


def test_the_hour_at_which_a_broken_promise_comes_back_is_open_by_grace_and_by_law():
    for due_on in (date(2026, 6, 2), date(2026, 6, 12)):
        ready = following("promise", due_on=due_on).ready_at
        assert isinstance(ready, datetime)
        then = f"{ready:%Y-%m-%d %H:%M}"
        assert gate("promise", "RF-02", then, lane="promise", due_on=due_on) == "allow"


@pytest.mark.parametrize("days", [talk_days(house())])
def test_the_week_after_a_talk_is_as_long_here_as_at_the_gate(days):
    assert gate("refused", "RF-02") == f"2026-06-0{2 + days} 00:00"


@pytest.mark.parametrize(
    ("consent", "later", "expected"),
    [
        (True, "2026-06-08 15:00", "allow"),
        (False, "2026-06-08 15:00", "2026-06-09 00:00"),
        (None, "2026-06-09 08:00", "allow"),
    ],
)
def test_consent_given_in_the_talk_opens_the_call_back(consent, later, expected):
    assert gate("refused", "RF-02", later, consent_to_call=consent) == expected


def test_a_number_that_is_bad_is_asked_of_no_more():
    bad = [dict(fact.row) for fact in following("wrong_number", **OURS).facts]
    before, then = (judged(facts_of("2026-06-03 10:00", points=points)) for points in ([{}], bad))
    assert "call" in {each.channel for each in before.by_channel(0)}
    assert "call" not in {each.channel for each in then.by_channel(0)}
