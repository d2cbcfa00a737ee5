"""Books of monthly statements for tests of roll rates: drawn from a seed, loaded as any source is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt

from arrears.clock import SystemClock
from arrears.lake import Lake
from arrears.loading import load
from tests.lake.small_source import Row, account, write_csv

MONTHS = tuple(date(2026, month, day) for month, day in enumerate((31, 28, 31, 30, 31, 30), start=1))
"""The statement days."""

Days = npt.NDArray[np.int64]


def statement(
    account_id: str, cycle_end: date, days: int, balance: float = 100.0, recorded_on: date | None = None
) -> Row:
    """One statement, known at noon of its own day unless it says when."""
    return {
        "account_id": account_id,
        "cycle_end": str(cycle_end),
        "balance": f"{balance:.2f}",
        "days_past_due": str(days),
        "recorded_at": f"{recorded_on or cycle_end}T12:00:00Z",
    }


def statement_lake(folder: Path, accounts: int, statements: Sequence[Row]) -> Lake:
    """A lake of accounts A0, A1, ... of a debtor each, with these statements."""
    tables: dict[str, Sequence[Row]] = {
        "debtors": [{"debtor_id": f"D{number}", "kind": "person"} for number in range(accounts)],
        "accounts": [account(f"A{number}", f"D{number}") for number in range(accounts)],
        "statements": statements,
    }
    load(write_csv(folder / "source", tables), folder / "lake", SystemClock())
    return Lake(folder / "lake")


def drawn_lake(folder: Path, accounts: int, *, told_by_balance: bool, seed: int = 0) -> Lake:
    """A book in which three accounts of ten become late, and half of those 60 days late or more.

    Parameters
    ----------
    told_by_balance : the accounts of a middling balance do, which no sum of columns says; otherwise nothing tells who.
    """
    random = np.random.default_rng(seed)
    statements: list[Row] = []
    chance = np.full(accounts, 0.3)
    for cycle_end in MONTHS:
        late = random.random(accounts) < chance
        days = np.where(late, np.where(random.random(accounts) < 0.5, 70, 15), 0)
        balances = random.uniform(100, 1000, accounts)
        statements += [
            statement(f"A{number}", cycle_end, int(days[number]), float(balances[number])) for number in range(accounts)
        ]
        if told_by_balance:
            chance = np.where((balances > 400) & (balances < 700), 0.75, 0.08)
    return statement_lake(folder, accounts, statements)
