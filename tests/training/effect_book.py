"""A book about a threshold with a known effect, as a source: balances, calls, and the payments that followed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from arrears.clock import SystemClock
from arrears.lake import Lake
from arrears.loading import load
from tests.lake.small_source import Row, account, payment, write_csv

Floats = npt.NDArray[np.float64]
AS_OF = date(2026, 3, 31)
CUT = 5000
EFFECT = 200.0
"""What being called adds to the money of an account, on average, in major units."""


@dataclass(frozen=True)
class Book:
    """The lake, and what it should tell of each account: the balance, the cash of 30 days, who was called."""

    lake: Lake
    balance: Floats
    paid: Floats
    called: npt.NDArray[np.bool_]


def threshold_book(
    folder: Path, accounts: int, *, seed: int = 0, chance_below: float = 0.0, effect: float = EFFECT
) -> Book:
    """Accounts late by 1 to 59 days; who owes 5,000 or more is called, and of the others the share `chance_below`.

    Of every tenth account a payment is reversed within 30 days, and another comes in after them: neither is an effect.
    """
    random = np.random.default_rng(seed)
    balance: Any = np.round(np.exp(random.normal(np.log(4500), 0.5, accounts)), 2)
    late = random.integers(1, 60, accounts)
    called = (balance >= CUT) | (random.random(accounts) < chance_below)
    paid: Floats = np.round(
        random.exponential(150, accounts) + 0.01 * balance + called * random.exponential(effect, accounts), 2
    )
    tables: dict[str, list[Row]] = {
        "debtors": [{"debtor_id": f"D{each:05}", "kind": "person"} for each in range(accounts)],
        "accounts": [account(f"A{each:05}", f"D{each:05}") for each in range(accounts)],
        "statements": [statement(f"A{each:05}", balance[each], int(late[each])) for each in range(accounts)],
        "contacts": [_call(each, AS_OF + timedelta(days=3)) for each in np.flatnonzero(called).tolist()],
        "payments": [row for each in range(accounts) for row in _payments(each, float(paid[each]))],
    }
    load(write_csv(folder / "source", tables), folder / "lake", SystemClock())
    return Book(Lake(folder / "lake"), balance, paid, called)


def statement(account_id: str, balance: float, late: int) -> Row:
    """What an account owes on the day before, and how late it is."""
    return {
        "account_id": account_id,
        "cycle_end": str(AS_OF - timedelta(days=1)),
        "balance": f"{balance:.2f}",
        "past_due": f"{balance / 10:.2f}",
        "days_past_due": str(late),
        "recorded_at": f"{AS_OF - timedelta(days=1)}T12:00:00Z",
    }


def _call(each: int, on: date) -> Row:
    at = f"{on}T10:00:00Z"
    return {
        "contact_id": f"C{each}",
        "account_id": f"A{each:05}",
        "at": at,
        "channel": "call",
        "direction": "out",
        "disposition": "no_answer",
        "recorded_at": at,
    }


def _payments(each: int, paid: float) -> list[Row]:
    """What stays, what is taken back, and what comes too late to count."""
    within, after = AS_OF + timedelta(days=10), AS_OF + timedelta(days=31 + each % 30)
    stays = _payment(f"P{each}", each, paid, within)
    if each % 10:
        return [stays]
    bounced = _payment(f"B{each}", each, 900.0, within)
    back = _payment(f"R{each}", each, -900.0, within + timedelta(days=2)) | {"reverses": f"B{each}"}
    return [stays, bounced, back, _payment(f"L{each}", each, 700.0, after)]


def _payment(payment_id: str, each: int, amount: float, on: date) -> Row:
    return payment(payment_id, f"A{each:05}", f"{amount:.2f}", paid_on=str(on), recorded_at=f"{on}T12:00:00Z")
