"""Small random books: several accounts a debtor, corrections, deletions, late records, returns and reversals."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from arrears.tables import TABLES
from tests.book import Book, Row, account, whole_book

FIRST = date(2026, 1, 1)
AS_OF = date(2026, 5, 15)
_days = st.integers(0, 150).map(lambda ahead: FIRST + timedelta(days=ahead))
_money = st.sampled_from([100, 500, 1000, 2500, 9000, 10_000])
_accounts = st.sampled_from(["A1", "A2", "A3"])
_or_none = st.none


def _maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(_or_none(), values)


def _signed(*, sign: int, **row: Any) -> Row:
    """A reversal has either sign; nothing else is below zero."""
    return row | {"amount_minor": row["amount_minor"] * (sign if row["reverses"] else 1)}


_STATEMENT = st.fixed_dictionaries(
    {
        "account_id": _accounts,
        "cycle_end": st.sampled_from([date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30), AS_OF]),
        "balance_minor": _maybe(st.sampled_from([-500, 0, 1000, 20_000])),
        "past_due_minor": _maybe(st.sampled_from([0, 500, 3000])),
        "days_past_due": _maybe(st.sampled_from([0, 1, 29, 30, 95, 200])),
        "cycles_past_due": _maybe(st.sampled_from([0, 1, 2, 4, 9])),
        "minimum_due_minor": _maybe(st.sampled_from([0, 300, 1000])),
        "due_on": _maybe(st.sampled_from([date(2026, 4, 20), AS_OF, date(2026, 5, 25)])),
    }
)
_DUE = st.fixed_dictionaries(
    {
        "due_id": st.sampled_from(["U1", "U2", "U3", "U4", "U5", "U6"]),
        "due_on": _days,
        "amount_minor": st.one_of(_money, st.just(-700)),
        "kind": st.sampled_from(["invoice", "instalment", "fee", "interest", "penalty", "adjustment"]),
        "issued_on": _maybe(_days),
    }
)
_PAYMENT = st.fixed_dictionaries(
    {
        "payment_id": st.sampled_from(["P1", "P2", "P3", "P4", "P5"]),
        "line": st.integers(1, 2),
        "due_id": _maybe(st.sampled_from(["U1", "U2", "U3"])),
        "paid_on": _days,
        "amount_minor": _money,
        "status": _maybe(st.sampled_from(["posted", "pending", "returned"])),
        "reverses": _maybe(st.sampled_from(["P1", "P2"])),
        "sign": st.sampled_from([1, -1]),
    }
).map(lambda row: _signed(**row))
_PROMISE = st.fixed_dictionaries(
    {
        "promise_id": st.sampled_from(["R1", "R2", "R3", "R4"]),
        "made_on": _days,
        "due_on": _days,
        "amount_minor": _money,
        "cancelled_on": _maybe(_days),
    }
)
_CONTACT = st.fixed_dictionaries(
    {
        "contact_id": st.sampled_from(["C1", "C2", "C3", "C4"]),
        "at": st.integers(0, 150 * 24).map(lambda hours: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hours)),
        "channel": st.sampled_from(["call", "visit", "letter", "sms", "portal"]),
        "direction": st.sampled_from(["out", "in"]),
        "disposition": st.sampled_from(["no_answer", "promise", "voicemail", "third_party", "refused"]),
        "connect": _maybe(st.sampled_from(["answered", "busy"])),
        "verified_party": _maybe(st.sampled_from(["primary", "guarantor", "patient"])),
        "conversation": _maybe(st.booleans()),
    }
)
_PARTY = st.fixed_dictionaries(
    {
        "account_id": _accounts,
        "debtor_id": st.sampled_from(["D1", "D2"]),
        "role": st.sampled_from(["primary", "guarantor", "patient"]),
        "liable": st.booleans(),
        "starts_on": _maybe(_days),
        "ends_on": _maybe(_days),
    }
)
_NOTICE = st.fixed_dictionaries(
    {
        "notice_id": st.sampled_from(["N1", "N2"]),
        "account_id": _accounts,
        "kind": st.just("first_bill"),
        "channel": st.just("letter"),
        "sent_on": _days,
        "level": _maybe(st.integers(1, 3)),
    }
)
_DISPUTE = st.fixed_dictionaries(
    {
        "dispute_id": st.sampled_from(["X1", "X2"]),
        "account_id": _accounts,
        "opened_on": _days,
        "form": st.just("written"),
        "amount_minor": _maybe(_money),
        "resolved_on": _maybe(_days),
    }
)
_HOLD = st.fixed_dictionaries(
    {
        "hold_id": st.just("H1"),
        "kind": st.sampled_from(["bankruptcy", "cease"]),
        "starts_on": _days,
        "ends_on": _maybe(_days),
    }
)
_LOOSE = st.sampled_from([None, None, None, "D1", "D1", "D2"])
"""The debtor of a row that names no account."""
_KNOWN = st.fixed_dictionaries(
    {"late": st.sampled_from([0, 0, 0, 3, 40, 200]), "deleted": st.sampled_from([False, False, False, True])}
)
_OWNED = ("dues",)
_TABLES = {
    "statements": _STATEMENT,
    "dues": _DUE,
    "payments": _PAYMENT,
    "promises": _PROMISE,
    "contacts": _CONTACT,
    "parties": _PARTY,
    "notices": _NOTICE,
    "disputes": _DISPUTE,
    "holds": _HOLD,
}


@st.composite
def facts(draw: st.DrawFn, name: str, size: int) -> list[Row]:
    """Rows of one table; a row whose key is there already is a later correction of it."""
    rows: list[Row] = []
    owners: dict[tuple[Any, ...], Row] = {}
    versions: dict[tuple[Any, ...], int] = {}
    for drawn in draw(st.lists(st.tuples(_TABLES[name], _KNOWN, _accounts, _LOOSE), max_size=size)):
        row, known, account_id, loose = drawn
        row = dict(row)
        key = tuple(row.get(column) for column in TABLES[name].key)
        owner = {"account_id": account_id}
        if loose and name in ("payments", "promises", "contacts", "holds"):
            owner = {"account_id": None, "debtor_id": loose}
        # A correction keeps the account its row was about.
        row |= owners.setdefault(key, {} if "account_id" in row else owner)
        happened = next((row[name] for name in ("cycle_end", "paid_on", "made_on", "sent_on") if row.get(name)), FIRST)
        versions[key] = versions.get(key, 0) + 1
        moment = datetime.combine(happened, datetime.min.time(), tzinfo=UTC) + timedelta(
            days=known["late"], minutes=versions[key] * 7
        )
        rows.append(row | {"recorded_at": moment, "deleted": known["deleted"]})
    return _in_order(rows, name)


def _in_order(rows: list[Row], name: str) -> list[Row]:
    """Two versions of one row never share the moment at which they were recorded."""
    taken = set()
    for row in rows:
        while (row["recorded_at"], name) in taken:
            row["recorded_at"] += timedelta(seconds=1)
        taken.add((row["recorded_at"], name))
    return rows


_CHANGE = st.fixed_dictionaries(
    {},
    optional={
        "debtor_id": st.sampled_from(["D1", "D2"]),
        "client": st.sampled_from([None, "strict"]),
        "credit_limit_minor": st.sampled_from([None, 50_000]),
        "status": st.sampled_from([None, "open", "closed", "sold", "settled"]),
        "closed_on": _maybe(_days),
        "charged_off_on": _maybe(_days),
        "opened_on": _days,
    },
)


@st.composite
def _corrected(draw: st.DrawFn, accounts: list[Row]) -> list[Row]:
    """Later versions of some accounts: who owes them, for whom, and how they stand may all turn out otherwise."""
    changes = draw(st.lists(st.tuples(st.sampled_from(accounts), _days, _CHANGE), max_size=3))
    start = datetime.min.time()
    return [
        row | change | {"recorded_at": datetime.combine(day, start, tzinfo=UTC) + timedelta(minutes=at)}
        for at, (row, day, change) in enumerate(changes)
    ]


@st.composite
def books(draw: st.DrawFn) -> Book:
    """Two debtors, one with up to two accounts, and up to a handful of facts in each table they keep."""
    clients = draw(st.sampled_from([(None, None), (None, "strict"), ("strict", "strict")]))
    status = draw(st.sampled_from([None, "open", "closed", "paid", "sold"]))
    closed_on = draw(_maybe(_days))
    limit = draw(_maybe(st.sampled_from([0, 100_000])))
    accounts = [
        account("A1", "D1", client=clients[0], credit_limit_minor=limit, placed_on=draw(_maybe(_days))),
        account("A2", "D1", client=clients[1], status=status, closed_on=closed_on),
        account("A3", "D2", client=clients[1], charged_off_on=draw(_maybe(_days)), credit_limit_minor=limit),
    ]
    tables: dict[str, list[Row]] = {
        "accounts": accounts + draw(_corrected(accounts)),
        "debtors": [{"debtor_id": "D1", "kind": "person"}, {"debtor_id": "D2", "kind": "person"}],
    }
    # Few shapes of books, so that few plans are compiled: what is absent altogether has tests of its own.
    kept = draw(st.sampled_from([("dues",), ("statements",), ("dues", "statements")]))
    for name in kept:
        tables[name] = draw(facts(name, 6))
    for name, size in {
        "payments": 6,
        "promises": 4,
        "contacts": 4,
        "parties": 4,
        "notices": 2,
        "disputes": 2,
        "holds": 2,
    }.items():
        tables[name] = draw(facts(name, size))
    return whole_book(tables)


@st.composite
def promised_books(draw: st.DrawFn) -> Book:
    """One debtor who promises much and pays often within a few weeks, so that windows cross and money runs short."""
    day = st.integers(0, 30).map(lambda ahead: date(2026, 3, 1) + timedelta(days=ahead))
    amount = st.integers(1, 6).map(lambda units: units * 100)
    made = draw(st.lists(st.tuples(day, day, amount), min_size=2, max_size=7))
    came = draw(st.lists(st.tuples(day, amount, _accounts), min_size=1, max_size=7))
    return whole_book(
        {
            "accounts": [account(name, "D1") for name in ("A1", "A2", "A3")],
            "debtors": [{"debtor_id": "D1", "kind": "person"}],
            "promises": [
                {"promise_id": f"R{at}", "account_id": "A1", "made_on": on, "due_on": due_on, "amount_minor": minor}
                for at, (on, due_on, minor) in enumerate(made)
            ],
            "payments": [
                {"payment_id": f"P{at}", "line": 1, "account_id": name, "paid_on": on, "amount_minor": minor}
                for at, (on, minor, name) in enumerate(came)
            ],
        }
    )
