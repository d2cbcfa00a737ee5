"""A portfolio's and its clients' settings as three small tables that expressions join.

`terms` has one row per client and currency, `due_terms` one per client and kind of due, `promise_days` one per client
and calendar day. A client without a section of its own shares the rows named ''.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache
from typing import get_args

import ibis
import pyarrow as pa
from ibis import ir

from arrears.clock import is_business_day
from arrears.money import exponents
from arrears.settings import DueKind, Settings

MILLION = 1_000_000
SMALL_REST = Decimal(10)  # a due whose rest is within 10.00 and a tenth of it counts as paid
FIRST_DAY, LAST_DAY = date(1995, 1, 1), date(2040, 12, 31)  # of the calendar of holidays
_FREE_DAYS = 40
"""More than any weekend and holidays in a row; over a longer time every other day at least is a business day."""

TERMS = {
    "terms_client": "string",
    "terms_currency": "string",
    "source": "string",
    **{f"edge_{number}": "int64" for number in range(1, 8)},
    "paid_parts": "int64",
    "small_rest_minor": "int64",
    "small_balance_minor": "int64",
    "settles_days": "int64",
    "kept_parts": "int64",
    "grace_business_days": "int64",
}
DUE_TERMS = {"terms_client": "string", "kind": "string", "pays_rank": "int64", "ages": "boolean"}
_ARROW_TYPES = {
    "string": pa.string(),
    "int64": pa.int64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamp('UTC')": pa.timestamp("us", tz="UTC"),
}
PROMISE_DAYS = {"terms_client": "string", "due_on": "date", "grace_ends_on": "date"}


def terms_client(client: ir.StringValue, settings: Settings) -> ir.StringValue:
    """The key under which a client's settings are filed: its own name if it has a section, else ''."""
    own = client.isin(list(settings.clients)) if settings.clients else ibis.literal(value=False)
    return ibis.ifelse(own, client, ibis.literal(""))


def terms(settings: Settings) -> pa.Table:
    """One row per client and ISO currency: edges, tolerances in minor units, shares in parts per million.

    Examples
    --------
    >>> from arrears.settings import default_settings
    >>> rows = terms(default_settings()).to_pylist()
    >>> [row["small_rest_minor"] for row in rows if row["terms_currency"] in ("JPY", "USD")]
    [10, 1000]
    """
    rows = [_terms_row(settings, client, currency) for client in _clients(settings) for currency in sorted(exponents())]
    return pa.Table.from_pylist(rows, schema=arrow_schema(TERMS))


def due_terms(settings: Settings) -> pa.Table:
    """One row per client and kind of due: its place in the order of payment, and whether it makes an account late."""
    rows = []
    for client in _clients(settings):
        chosen = settings.for_client(client).delinquency
        for kind in get_args(DueKind):
            place = next((rank for rank, kinds in enumerate(chosen.pays) if kind in kinds), len(chosen.pays))
            rows.append({"terms_client": client, "kind": kind, "pays_rank": place, "ages": kind in chosen.ages})
    return pa.Table.from_pylist(rows, schema=arrow_schema(DUE_TERMS))


def promise_days(settings: Settings, first: date = FIRST_DAY, last: date = LAST_DAY) -> pa.Table:
    """One row per client and day on which a promise can fall due, within the calendar: the last day of its grace.

    Examples
    --------
    >>> from arrears.settings import default_settings
    >>> promise_days(default_settings(), date(2026, 3, 5), date(2026, 3, 5)).to_pylist()[0]["grace_ends_on"]
    datetime.date(2026, 3, 10)
    """
    graces = [(client, settings.for_client(client).promises.grace_business_days) for client in _clients(settings)]
    return _calendar(settings.portfolio.country or None, tuple(graces), first, last)


@lru_cache(maxsize=16)
def _calendar(country: str | None, graces: tuple[tuple[str, int], ...], first: date, last: date) -> pa.Table:
    """The days of forty-five years, the same for every question of a portfolio."""
    beyond = _FREE_DAYS + 2 * max(grace for _, grace in graces)
    days = [first + timedelta(days=ahead) for ahead in range((last - first).days + beyond)]
    business = [place for place, day in enumerate(days) if is_business_day(day, country)]
    rows = []
    for client, grace in graces:
        ahead = 0
        for place, day in enumerate(days):
            if day > last:
                break
            while business[ahead] <= place:
                ahead += 1
            ends = days[business[ahead + grace - 1]] if grace else day
            rows.append({"terms_client": client, "due_on": day, "grace_ends_on": ends})
    return pa.Table.from_pylist(rows, schema=arrow_schema(PROMISE_DAYS))


def part_of(amount: ir.IntegerValue, parts: ir.IntegerValue) -> ir.IntegerValue:
    """So many millionths of an amount, rounded up to a whole minor unit: against the debtor, and alike on every engine.

    Millions and their rest go apart: the product of a large amount would not fit, nor be exact as a float.
    """
    rest = amount % MILLION
    return (amount - rest) // MILLION * parts - ((-rest * parts) // MILLION)


def minor(major: float, currency: str) -> int:
    """Whole minor units of an amount from the settings, rounded half to even."""
    return int(Decimal(str(major)).scaleb(exponents()[currency]).quantize(Decimal(1), ROUND_HALF_EVEN))


def _clients(settings: Settings) -> tuple[str, ...]:
    return ("", *(name for name in settings.clients if name))


def _terms_row(settings: Settings, client: str, currency: str) -> dict[str, str | int]:
    chosen = settings.for_client(client)
    delinquency = chosen.delinquency
    edges = {f"edge_{number}": day for number, day in enumerate(delinquency.edges, start=1)}
    return {
        "terms_client": client,
        "terms_currency": currency,
        "source": delinquency.source,
        **edges,
        "paid_parts": round(delinquency.paid_share * MILLION),
        "small_rest_minor": minor(float(SMALL_REST), currency),
        "small_balance_minor": minor(delinquency.small_balance, currency),
        "settles_days": delinquency.status_settles_days,
        "kept_parts": round(chosen.promises.kept_share * MILLION),
        "grace_business_days": chosen.promises.grace_business_days,
    }


def arrow_schema(columns: Mapping[str, str]) -> pa.Schema:
    """The Arrow schema of columns told in Ibis' words."""
    return pa.schema([(name, _ARROW_TYPES[kind]) for name, kind in columns.items()])
