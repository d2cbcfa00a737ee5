"""How fast the gate judges: a million accounts by four channels with ten million contacts, and one. Printed only.

The book is an agency's in the United States with every profile on, the case with the most rules.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from arrears.policy.ahead import judge_ahead
from arrears.policy.assemble import Moment, assemble
from arrears.policy.facts import Facts
from arrears.policy.judge import judge
from arrears.policy.limits import PROFILES, read_limits
from tests.benchmarks.sizes import sized
from tests.policy.case import everything

pytestmark = [pytest.mark.bench, pytest.mark.slow]

ACCOUNTS, CONTACTS = sized((1_000_000, 10_000_000), (20_000, 200_000))
MIDNIGHT = datetime(2026, 6, 2, 4, tzinfo=UTC)  # in New York
A_DAY = np.timedelta64(27, "h")  # to midnight in Los Angeles
CITIES = [
    ("NY", "12207", "Albany", "518"),
    ("NY", "10001", "New York", "212"),
    ("MA", "02108", "Boston", "617"),
    ("TX", "75001", "Addison", "214"),
    ("CA", "94103", "San Francisco", "415"),
    ("FL", "32801", "Orlando", "689"),
    ("WA", "98101", "Seattle", "206"),
    ("DC", "20001", "Washington", "202"),
    ("KY", "42101", "Bowling Green", "270"),
    ("IL", "60601", "Chicago", "312"),
]


def book(accounts: int, contacts: int, seed: int = 1) -> dict[str, pa.Table]:
    """An agency's book: one debtor an account, each with a mobile, an e-mail address and an address."""
    random = np.random.default_rng(seed)
    rows = np.arange(accounts)
    city = random.integers(0, len(CITIES), accounts)
    debtor, account = _ids("D", rows), _ids("A", rows)
    region, postal, town, code = (pa.array([each[at] for each in CITIES]).take(pa.array(city)) for at in range(4))
    number = pc.binary_join_element_wise("+1", code, _padded(random.integers(2_000_000, 9_999_999, accounts), 7), "")
    return {
        "debtors": pa.table(
            {
                "debtor_id": debtor,
                "kind": _all("person", accounts),
                "country": _all("US", accounts),
                "region": region,
                "postal_code": postal,
                "city": town,
            }
        ),
        "accounts": _accounts(account, debtor, random),
        "points": pa.concat_tables(
            [
                _points("M", debtor, number, "phone", "mobile"),
                _points(
                    "E", debtor, pc.binary_join_element_wise(debtor, _all("@mail.example", accounts), ""), "email", None
                ),
            ]
        ),
        "consents": _consents(debtor, random),
        "notices": pa.table(
            {
                "notice_id": account,
                "account_id": account,
                "kind": _all("validation", accounts),
                "channel": _all("letter", accounts),
                "sent_on": _all(date(2026, 2, 2), accounts),
            }
        ),
        "licences": pa.table(
            {
                "place": pa.array([f"US-{state}" for state in sorted({each[0] for each in CITIES})] + ["US-NY-NYC"]),
                "kind": _all("collection", 10),
                "starts_on": _all(date(2020, 1, 1), 10),
                "status": _all("active", 10),
            }
        ),
        "contacts": _contacts(accounts, contacts, random),
    }


def facts(tables: dict[str, pa.Table], at: datetime = MIDNIGHT) -> Facts:
    """The book as rules read it; the source supplied every table."""
    return assemble(tables, everything(), Moment(at, date(2026, 6, 2), "America/New_York", "US"))


def test_a_million_accounts_with_ten_million_contacts(record_property):
    tables, limits = book(ACCOUNTS, CONTACTS), read_limits(PROFILES)
    gc.collect()
    began = time.perf_counter()
    whole = facts(tables)
    assembled = time.perf_counter()
    told = judge_ahead(whole, limits, whole.at + A_DAY)
    judged = time.perf_counter()
    record_property("gate_million_assembled_s", f"{assembled - began:.1f}")
    record_property("gate_million_judged_s", f"{judged - assembled:.1f} (asked: both under 60 on 2 cores)")
    record_property("gate_million_held", f"{told.is_held.mean():.1%}")
    assert len(whole.asks) == 4 * ACCOUNTS


def test_one_account_at_its_claim(record_property):
    tables, limits = book(1, 20), read_limits(PROFILES)
    given = facts(tables, MIDNIGHT + timedelta(hours=12))
    # Asking anew throws away what an earlier judgement has worked out of the facts.
    judged = min(_milliseconds(lambda: judge(given.asking(given.asks), limits)) for _ in range(50))
    assembled = min(_milliseconds(lambda: facts(tables)) for _ in range(20))
    record_property("gate_one_row_assembled_ms", f"{assembled:.2f}")
    record_property("gate_one_row_judged_ms", f"{judged:.2f} (asked: under 3)")
    assert len(given.asks) == 4


def _milliseconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1_000


def _accounts(account: pa.Array, debtor: pa.Array, random: np.random.Generator) -> pa.Table:
    count = len(account)
    roles = pa.array(["third_party", "debt_buyer"]).take(pa.array(random.integers(0, 2, count)))
    classes = pa.array(["consumer", "consumer", "medical"]).take(pa.array(random.integers(0, 3, count)))
    return pa.table(
        {
            "account_id": account,
            "debtor_id": debtor,
            "client": _all("bank", count),
            "currency": _all("USD", count),
            "role": roles,
            "debt_class": classes,
            "status": _all("open", count),
            "opened_on": _all(date(2024, 1, 1), count),
            "first_delinquent_on": _all(date(2025, 9, 1), count),
            "limitation_on": _all(date(2030, 1, 1), count),
            "placed_on": _all(date(2026, 1, 5), count),
            "first_bill_on": _all(date(2025, 8, 1), count),
            "bucket": _all("60-89", count),
            "balance_minor": pa.array(random.integers(5_000, 500_000, count)),
            "past_due_minor": pa.array(random.integers(1_000, 5_000, count)),
            "small_balance_minor": _all(0.0, count),
            "days_past_due": _all(70, count),
            "payment_pending": _all(False, count),
        }
    )


def _points(prefix: str, debtor: pa.Array, value: pa.Array, kind: str, line: str | None) -> pa.Table:
    count = len(debtor)
    return pa.table(
        {
            "point_id": _ids(prefix, np.arange(count)),
            "debtor_id": debtor,
            "kind": _all(kind, count),
            "value": value,
            "line_type": pa.nulls(count, pa.string()) if line is None else _all(line, count),
            "is_work": _all(False, count),
            "shared": _all(False, count),
            "source": _all("consumer", count),
            "status": _all("good", count),
            "checked_on": _all(date(2026, 5, 20), count),
            "reassigned": _all(False, count),
        }
    )


def _consents(debtor: pa.Array, random: np.random.Generator) -> pa.Table:
    rows = np.flatnonzero(random.random(len(debtor)) < 0.5)  # every other debtor agreed
    kinds = pa.array(["sms", "email"]).take(pa.array(random.integers(0, 2, len(rows))))
    given = _all(date(2026, 5, 1), len(rows))
    return pa.table({"debtor_id": debtor.take(pa.array(rows)), "kind": kinds, "given_on": given})


def _contacts(accounts: int, contacts: int, random: np.random.Generator) -> pa.Table:
    who = random.integers(0, accounts, contacts)
    at = np.datetime64(MIDNIGHT.replace(tzinfo=None), "us") - random.integers(1, 30 * 86_400, contacts).astype("m8[s]")
    channel = pa.array(["call", "call", "call", "sms", "email"]).take(pa.array(random.integers(0, 5, contacts)))
    ends = random.random(contacts)
    talked = pa.array(ends < 0.05)  # one call in twenty is a talk
    return pa.table(
        {
            "contact_id": _ids("C", np.arange(contacts)),
            "debtor_id": _ids("D", who),
            "account_id": _ids("A", who),
            "at": pa.array(at).cast(pa.timestamp("us", "UTC")),
            "channel": channel,
            "direction": _all("out", contacts),
            "connect": pc.if_else(talked, "answered", "no_answer"),
            "disposition": pc.if_else(talked, "callback", "no_answer"),
            "conversation": talked,
        }
    )


def _ids(prefix: str, rows: np.ndarray) -> pa.Array:
    return pc.binary_join_element_wise(prefix, _padded(rows, 8), "")


def _padded(numbers: np.ndarray, width: int) -> pa.Array:
    return pc.utf8_lpad(pa.array(numbers).cast(pa.string()), width=width, padding="0")


def _all(value: object, count: int) -> pa.Array:
    return pa.repeat(value, count) if count else pa.array([])
