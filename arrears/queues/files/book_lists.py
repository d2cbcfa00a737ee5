"""Lists of accounts that are not of a queue: who has paid since a day, and what may change hands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from arrears.money import to_major
from arrears.queues.files.listing import Listing, listing

PAID = (
    "account_id",
    "debtor_id",
    "client",
    "currency",
    "paid",
    "payments",
    "first_paid_on",
    "last_paid_on",
    "sources",
    "may_furnish",
    "reasons",
)
CANDIDATES = (
    "account_id",
    "debtor_id",
    "client",
    "product",
    "currency",
    "balance",
    "bucket",
    "days_past_due",
    "charged_off_on",
    "placed_on",
    "last_paid_on",
    "brief",
    "reasons",
)


@dataclass(frozen=True)
class Paid:
    """What came in on one account since a day, net of what was taken back; `account_id` None: for the debtor."""

    account_id: str | None
    debtor_id: str
    client: str | None
    currency: str
    paid_minor: int
    payments: int
    first_paid_on: date
    last_paid_on: date
    sources: str
    held_for_furnishing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Candidate:
    """An account that could change hands, and why."""

    account_id: str
    debtor_id: str
    client: str | None
    product: str | None
    currency: str
    balance_minor: int | None
    bucket: str | None
    days_past_due: int | None
    charged_off_on: date | None
    placed_on: date | None
    last_paid_on: date | None
    reasons: tuple[str, ...]


def paid_list(rows: Iterable[Paid], since: date) -> Listing:
    """Accounts on which money came in since a day: what is withdrawn elsewhere, and what a bureau's file must show."""
    return listing("paid", PAID, [_paid(row, since) for row in rows])


def candidates_list(kind: str, rows: Sequence[Candidate], brief_at: str) -> Listing:
    """Accounts for a person to decide on, each with where its brief of facts stands.

    Parameters
    ----------
    kind : placement or recall.
    brief_at : an address with a place for the account's id, as "/accounts/{}/brief".
    """
    return listing(kind, CANDIDATES, [_candidate(row, brief_at) for row in rows])


def _paid(row: Paid, since: date) -> list[object]:
    return [
        row.account_id,
        row.debtor_id,
        row.client,
        row.currency,
        to_major(row.paid_minor, row.currency),
        row.payments,
        row.first_paid_on,
        row.last_paid_on,
        row.sources,
        "no: " + " ".join(row.held_for_furnishing) if row.held_for_furnishing else "yes",
        f"Money came in since {since}",
    ]


def _candidate(row: Candidate, brief_at: str) -> list[object]:
    return [
        row.account_id,
        row.debtor_id,
        row.client,
        row.product,
        row.currency,
        None if row.balance_minor is None else to_major(row.balance_minor, row.currency),
        row.bucket,
        row.days_past_due,
        row.charged_off_on,
        row.placed_on,
        row.last_paid_on,
        brief_at.format(row.account_id),
        "; ".join(row.reasons),
    ]
