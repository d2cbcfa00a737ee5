"""What nobody knows, and clocks that differ, are read so that nothing opens too early; refusals repeat no value."""

from __future__ import annotations

from datetime import UTC, date
from typing import Any

import pytest

from arrears.errors import BadInput
from arrears.policy import lasting
from tests.policy.case import CALL, asking, at, facts_of, held_by, judged

SAID = "not on 212 555 0100, I have cancer"
PREFERENCE = {"preference_id": "W1", "debtor_id": "D1", "starts_on": date(2026, 1, 1)}
AGREED = {"consent_id": "K1", "debtor_id": "D1", "kind": "call_window", "given_on": date(2026, 5, 1)}
BOTH_COASTS: dict[str, Any] = {
    "points": [{"value": "+12125550100"}],
    "debtors": [{"region": "CA", "postal_code": "94110", "city": ""}],
}


@pytest.mark.parametrize("kind", ["channel", "time"])
def test_a_wish_that_nobody_can_read_is_refused_without_its_words(kind):
    wish = PREFERENCE | {"kind": kind, "rule": SAID, "allow": False}
    with pytest.raises(BadInput) as refused:
        facts_of("2026-06-02 10:00", preferences=[wish])
    assert SAID not in str(refused.value) + refused.value.asked + refused.value.found + refused.value.do


def test_a_kind_that_no_list_knows_is_refused_without_its_words():
    hold = {"hold_id": "H1", "account_id": "A1", "kind": SAID, "starts_on": date(2026, 6, 1)}
    with pytest.raises(BadInput, match="a kind of hold that no rule knows") as refused:
        facts_of("2026-06-02 10:00", holds=[hold])
    assert SAID not in refused.value.found


def test_a_debt_whose_role_nobody_says_may_be_a_third_partys():
    silent = facts_of("2026-06-02 22:00", accounts=[{"role": None}])
    assert held_by(judged(silent, "us_federal"), "RF-04") == "2026-06-03 08:00"


@pytest.mark.parametrize(("ended", "expected"), [(date(2026, 6, 2), "null"), (date(2026, 6, 1), "allow")])
def test_a_co_debtors_part_ends_by_the_portfolios_day_however_the_moment_is_written(ended, expected):
    parties = [
        {"account_id": "A1", "debtor_id": "D1", "role": "primary", "liable": True},
        {"account_id": "A1", "debtor_id": "D2", "role": "joint", "liable": True, "ends_on": ended},
    ]
    filed = {"hold_id": "H1", "debtor_id": "D2", "kind": "bankruptcy", "chapter": "13", "starts_on": date(2026, 5, 1)}
    late = at("2026-06-02 20:30").astimezone(UTC)  # the third of June in UTC
    facts = facts_of(
        late, limits_on=date(2026, 6, 2), debtors=[{}, {"debtor_id": "D2"}], parties=parties, holds=[filed]
    )
    assert held_by(judged(asking(facts, "call", person="D1"), "us_federal"), "LS-03") == expected


@pytest.mark.parametrize(("ends", "expected"), [(date(2026, 6, 2), "allow"), (date(2026, 6, 1), "2026-06-02 11:00")])
def test_a_wish_for_hours_opens_none_once_its_last_day_is_over_anywhere(ends, expected):
    wish = PREFERENCE | {"kind": "time", "rule": "21:00-06:00", "allow": True, "ends_on": ends}
    facts = facts_of("2026-06-02 02:00", preferences=[wish], consents=[AGREED], **BOTH_COASTS)
    assert held_by(judged(facts, "us_federal"), "RF-04") == expected


def test_whoever_else_answered_an_address_is_remembered_for_ever():
    assert set(lasting.SOMEBODY_ELSE) <= set(lasting.LASTING_DISPOSITIONS)


def test_a_first_word_months_ago_without_a_notice_still_holds():
    told = CALL | {"contact_id": "C1", "at": at("2026-02-02 10:00"), "disposition": "callback"}
    assert held_by(judged(facts_of("2026-06-02 10:00", contacts=[told]), "us_federal"), "RF-13") == "null"
