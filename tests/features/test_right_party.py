"""A right-party contact is a talk with a verified liable party: who is liable is what `parties` says of the day."""

from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import pytest

from features import snapshots
from features.build import FeaturePlan, plan
from tests.book import account, opened, settings, supplied, whole_book

AS_OF = date(2026, 3, 31)
SPOKE_ON = date(2026, 3, 20)


@cache
def _plan(tables: tuple[str, ...]) -> FeaturePlan:
    return plan(supplied({name: [] for name in tables}), settings(), names=["rpc_count_30d"])


def right(verified: str, *parties: dict, **contact) -> bool:
    talk = {"contact_id": "C", "account_id": "A", "at": datetime(2026, 3, 20, 12, tzinfo=UTC), "channel": "call"}
    talk |= {"direction": "out", "disposition": "refused", "verified_party": verified} | contact
    tables = {"accounts": [account(), account("B", "E")], "dues": [], "contacts": [talk]}
    book = whole_book(tables | ({"parties": list(parties)} if parties else {}))
    con = opened(book)
    snapshots.on_days(con, settings(), [AS_OF])
    rows = _plan(tuple(book)).run(con).to_pylist()
    return next(row["rpc_count_30d"] for row in rows if row["account_id"] == "A") == 1


def party(role: str, debtor_id: str = "X", *, liable: bool = True, **own) -> dict:
    return {"account_id": "A", "debtor_id": debtor_id, "role": role, "liable": liable} | own


@pytest.mark.parametrize(("verified", "expected"), [("primary", True), ("joint", False), ("patient", False)])
def test_without_parties_the_primary_debtor_alone_is_liable(verified, expected):
    assert right(verified) == expected


@pytest.mark.parametrize("role", ["joint", "guarantor", "patient", "estate"])
def test_a_party_of_any_role_is_the_right_one_if_liable_and_only_then(role):
    assert right(role, party(role))
    assert not right(role, party(role, liable=False))
    assert not right(role, party(role) | {"account_id": "B"})


def test_a_primary_debtor_who_is_not_liable_is_not_the_right_party():
    assert right("primary", party("guarantor"))
    assert not right("primary", party("guarantor"), party("patient", "D", liable=False))


@pytest.mark.parametrize(
    ("starts", "ends", "expected"), [(20, 20, True), (21, None, False), (None, 19, False), (None, None, True)]
)
def test_a_part_counts_from_its_first_to_its_last_day(starts, ends, expected):
    days: dict[str, Any] = {
        name: SPOKE_ON.replace(day=day) if day else None for name, day in (("starts_on", starts), ("ends_on", ends))
    }
    assert right("guarantor", party("guarantor", **days)) == expected


def test_a_talk_about_no_account_is_with_whoever_owes_any_of_the_debtors():
    assert right("guarantor", party("guarantor"), account_id=None, debtor_id="D")
    assert not right("guarantor", party("guarantor") | {"account_id": "B"}, account_id=None, debtor_id="D")
