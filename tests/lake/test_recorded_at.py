"""Which moment a row without recorded_at gets: the end of its fact's day on the first load, the load's own later."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from arrears.loading import load
from tests.lake.small_source import Standing, account, due, payment, rows_of, small_book, write_csv

ROME = '[portfolio]\nzone = "Europe/Rome"'


def moment_of(root: Path, table: str, where: str = "true") -> str:
    ((moment,),) = rows_of(root, f"SELECT DISTINCT recorded_at::VARCHAR FROM {table} WHERE {where}")
    return moment


def loaded(tmp_path: Path, **changes) -> Path:
    load(write_csv(tmp_path / "source", small_book() | changes, ROME), tmp_path / "lake", Standing())
    return tmp_path / "lake"


def test_a_day_ends_at_midnight_in_the_portfolios_zone(tmp_path: Path):
    root = loaded(tmp_path)
    assert moment_of(root, "payments") == "2025-02-10 22:59:59.999999+00"
    assert moment_of(root, "accounts") == "2025-01-01 22:59:59.999999+00"


def test_a_debtor_is_known_with_the_first_account(tmp_path: Path):
    later, first = account("A1", "D1", opened_on="2025-01-20"), account("A3", "D1", opened_on="2025-01-10")
    root = loaded(tmp_path, accounts=[later, first, account("A2", "D2")])
    assert moment_of(root, "debtors", "debtor_id = 'D1'") == "2025-01-10 22:59:59.999999+00"


def test_a_cosigner_without_an_account_is_known_with_the_account_they_sign_for(tmp_path: Path):
    debtors = [*small_book()["debtors"], {"debtor_id": "D3", "kind": "person"}]
    party = {"account_id": "A1", "debtor_id": "D3", "role": "cosigner", "liable": "true"}
    root = loaded(tmp_path, debtors=debtors, parties=[party])
    assert moment_of(root, "debtors", "debtor_id = 'D3'") == "2025-01-01 22:59:59.999999+00"
    assert moment_of(root, "parties") == "2025-01-01 22:59:59.999999+00"


def test_a_due_is_known_when_it_is_issued(tmp_path: Path):
    root = loaded(tmp_path, dues=[due("U1", "A1", "1.00", issued_on="2025-01-05")])
    assert moment_of(root, "dues") == "2025-01-05 22:59:59.999999+00"


def test_a_due_that_nobody_issued_is_known_when_it_falls_due(tmp_path: Path):
    root = loaded(tmp_path, dues=[due("U1", "A1", "1.00", issued_on="")])
    assert moment_of(root, "dues") == "2025-02-01 22:59:59.999999+00"


def test_a_decided_claim_is_not_known_before_its_decision(tmp_path: Path):
    claim = {"claim_id": "M1", "account_id": "A1", "payer": "fund", "status": "denied", "filed_on": "2025-01-05"}
    root = loaded(tmp_path, claims=[claim | {"decided_on": "2025-03-05"}])
    assert moment_of(root, "claims") == "2025-03-05 22:59:59.999999+00"


def test_a_fact_that_lies_ahead_is_known_since_the_load(tmp_path: Path):
    root = loaded(tmp_path, dues=[due("U1", "A1", "1.00", due_on="2027-01-01")])
    assert moment_of(root, "dues") == "2026-03-31 12:00:00+00"


def test_a_moment_that_the_source_gives_stands(tmp_path: Path):
    root = loaded(tmp_path, payments=[payment("P1", "A1", "1.00", recorded_at="2025-02-11T08:00:00+01:00")])
    assert moment_of(root, "payments") == "2025-02-11 07:00:00+00"


def test_later_loads_are_known_from_the_load_on(tmp_path: Path):
    root = loaded(tmp_path)
    later = datetime(2026, 4, 1, 9, tzinfo=UTC)
    load(write_csv(tmp_path / "more", {"payments": [payment("P2", "A2", "1.00")]}), root, Standing(later))
    assert moment_of(root, "payments", "payment_id = 'P2'") == "2026-04-01 09:00:00+00"


@pytest.mark.parametrize(("kind", "known"), [("2025-02-03T23:30:00+01:00", "03"), ("2025-02-03T23:30:00Z", "04")])
def test_the_day_of_a_moment_is_the_portfolios(tmp_path: Path, kind: str, known: str):
    contact = {"contact_id": "C1", "account_id": "A1", "at": kind, "channel": "call", "direction": "out"}
    root = loaded(tmp_path, contacts=[contact | {"disposition": "no_answer"}])
    assert moment_of(root, "contacts") == f"2025-02-{known} 22:59:59.999999+00"
