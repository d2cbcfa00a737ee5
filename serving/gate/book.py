"""The past-due book of one day as columns: where every account stands and what was known of it.

One reading serves the night, the look at one account and the replay: the same questions, compiled once, run over all
debtors or over one. What the numbers are worth is for `arrears.queues`, what a model makes of them for `scoring`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import cached_property, lru_cache
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from ibis import ir
from numpy.typing import NDArray

from arrears.buckets import AGEING, Bucket
from arrears.clock import end_of_day
from arrears.events.event import POSTED
from arrears.policy.columns import Days, Flags, Numbers, Rows, Words
from arrears.queues.value import CHARGED_OFF_RANK
from arrears.queues.work_group import work_groups
from arrears.settings import Settings
from arrears.tables import TABLES
from features.build import FeaturePlan, plan
from features.delinquency import positions_plan
from features.facts import Facts as Known
from features.plan import Plan, compiled_once
from features.snapshots import on_days
from serving.gate.conduct_facts import ConductQuestions, conduct_questions

AGENCY_ROLES = ("third_party", "debt_buyer")
PAST_DUE = (*(str(bucket) for bucket in AGEING[1:]), str(Bucket.CHARGED_OFF))
"""Buckets whose accounts are judged: a current account is no work, one that left is nobody's here."""


@dataclass(frozen=True)
class BetweenLoads:
    """Where accounts stand, and what the rules read, in a lake that has all that events may bring."""

    positions: Plan
    conduct: ConductQuestions


@dataclass(frozen=True)
class Questions:
    """What a day's book is asked, compiled once for a lake's tables and settings."""

    present: Mapping[str, frozenset[str]]
    settings: Settings
    positions: Plan
    features: FeaturePlan
    roles: Plan
    conduct: ConductQuestions

    @cached_property
    def between_loads(self) -> BetweenLoads:
        """The same of a lake over which events lie; compiled when it is first needed."""
        wide = dict(self.present) | {name: frozenset(column.name for column in TABLES[name].columns) for name in POSTED}
        return BetweenLoads(positions_plan(wide, self.settings), conduct_questions(wide, self.settings))

    @property
    def fingerprint(self) -> str:
        """Changes when a feature's definition, its order or a setting it reads does."""
        return self.features.fingerprint


@dataclass(frozen=True)
class Book:
    """Past-due accounts by id, all columns of one length n.

    Attributes
    ----------
    as_of, cutoff : the day we stand on, and its last microsecond in the portfolio's zone.
    client : "" where the book has one client.
    bucket_rank : 1 for 1-29 to 7 for 180+, 8 for charged off.
    days_past_due, past_due_minor, balance_minor, stop_roll_minor : NaN where unknown.
    rolls_on : NaT where no further bucket exists.
    work_group : the key of what one call may discuss, as `arrears.queues.work_group` has it.
    positions : where each stands, as it was read.
    names, x : the features and their (n, k) values, NaN where null.
    """

    as_of: date
    cutoff: datetime
    settings: Settings
    account_id: Words
    debtor_id: Words
    client: Words
    currency: Words
    role: Words
    status: Words
    bucket: Words
    bucket_rank: Rows
    days_past_due: Numbers
    past_due_minor: Numbers
    balance_minor: Numbers
    stop_roll_minor: Numbers
    rolls_on: Days
    charged_off: Flags
    work_group: Words
    positions: pa.Table
    names: tuple[str, ...]
    x: Numbers

    def __len__(self) -> int:
        return len(self.account_id)

    @property
    def is_agency(self) -> Flags:
        """Collected for somebody else, or bought."""
        return np.isin(self.role, AGENCY_ROLES)

    @property
    def days_to_roll(self) -> Numbers:
        """Days from `as_of` until the account enters the next bucket, NaN where there is none."""
        days = (self.rolls_on - np.datetime64(self.as_of, "D")).astype(float)
        return np.where(np.isnat(self.rolls_on), np.nan, days)

    def only(self, rows: Rows) -> Book:
        """Some of the accounts, in the order asked."""
        told: dict[str, Any] = {each.name: getattr(self, each.name) for each in fields(self)}
        chosen = {name: column[rows] for name, column in told.items() if isinstance(column, np.ndarray)}
        return Book(**(told | chosen | {"positions": self.positions.take(rows)}))

    def of_client(self, number: Callable[[Settings, str], float]) -> Numbers:
        """A number of each account's client and currency, from the settings."""
        pairs, place = np.unique(np.char.add(np.char.add(self.client, "\x1f"), self.currency), return_inverse=True)
        told = [
            number(self.settings.for_client(client), code) for client, code in (pair.split("\x1f") for pair in pairs)
        ]
        return np.array(told, dtype=float)[place]


def questions(present: Mapping[str, frozenset[str]], settings: Settings) -> Questions:
    """Compile what a book is asked; takes seconds, so a process does it once for the same tables and settings.

    Parameters
    ----------
    present : tables and columns the book has, as `Lake.present`.
    """
    return _questions(tuple(sorted(present.items())), settings.model_dump_json())


@lru_cache(maxsize=4)
def _questions(supplied: tuple[tuple[str, frozenset[str]], ...], told: str) -> Questions:
    present, settings = dict(supplied), Settings.model_validate_json(told)
    return Questions(
        present=present,
        settings=settings,
        positions=positions_plan(present, settings),
        features=plan(present, settings),
        roles=compiled_once("roles", present, settings, lambda *asked: _roles(Known(*asked))),
        conduct=conduct_questions(present, settings),
    )


def read_book(con: duckdb.DuckDBPyConnection, asked: Questions, as_of: date, *, past_due_only: bool = True) -> Book:
    """The book on a connection of `Lake.connect`, as known on `as_of`.

    Parameters
    ----------
    past_due_only : leave out accounts that are current; a look at one account wants those too.
    """
    on_days(con, asked.settings, [as_of])
    positions = asked.positions.run(con)
    features = asked.features.run(con)
    kept = np.arange(len(positions))
    if past_due_only:
        kept = np.flatnonzero(np.isin(_words(positions["bucket"]), PAST_DUE))
    positions, features = positions.take(kept), features.take(kept)
    account_id, client, currency = (_words(positions[name]) for name in ("account_id", "client", "currency"))
    charged_off = _flags(positions["charged_off"])
    return Book(
        as_of=as_of,
        cutoff=end_of_day(as_of, asked.settings.portfolio.zone),
        settings=asked.settings,
        account_id=account_id,
        debtor_id=_words(positions["debtor_id"]),
        client=client,
        currency=currency,
        role=_role_of(asked.roles.run(con), account_id),
        status=_words(positions["status"]),
        bucket=_words(positions["bucket"]),
        bucket_rank=bucket_ranks(_words(positions["bucket"])),
        days_past_due=_numbers(positions["days_past_due"]),
        past_due_minor=_numbers(positions["past_due_minor"]),
        balance_minor=_numbers(positions["balance_minor"]),
        stop_roll_minor=_numbers(positions["stop_roll_minor"]),
        rolls_on=_days(positions["rolls_on"]),
        charged_off=charged_off,
        work_group=work_groups(client, currency, charged_off),
        positions=positions,
        names=asked.features.names,
        x=_matrix(features, asked.features.names),
    )


def bucket_ranks(bucket: Words) -> Rows:
    """The rank of each bucket: 0 where nothing is past due or nothing is known, 8 for charged off.

    Examples
    --------
    >>> bucket_ranks(np.array(["1-29", "180+", "CHARGED_OFF", ""])).tolist()
    [1, 7, 8, 0]
    """
    places = {str(each): place for place, each in enumerate(AGEING)} | {str(Bucket.CHARGED_OFF): CHARGED_OFF_RANK}
    return np.array([places.get(each, 0) for each in bucket.tolist()], dtype=np.int64)


def _roles(known: Known) -> ir.Table:
    return known.on_accounts("accounts").select("account_id", "role").order_by("account_id")


def _role_of(roles: pa.Table, account_id: Words) -> Words:
    by_account = dict(zip(roles["account_id"].to_pylist(), roles["role"].to_pylist(), strict=True))
    return np.array([by_account.get(account) or "" for account in account_id.tolist()], dtype=np.str_)


def _matrix(features: pa.Table, names: tuple[str, ...]) -> Numbers:
    columns = [_numbers(features[name]) for name in names]
    return np.column_stack(columns) if columns else np.empty((len(features), 0))


def _words(column: pa.ChunkedArray) -> Words:
    return np.array(pc.fill_null(column.cast(pa.string()), "").to_pylist(), dtype=np.str_)


def _numbers(column: pa.ChunkedArray) -> Numbers:
    return np.asarray(column.cast(pa.float64()).to_numpy(), dtype=np.float64)


def _days(column: pa.ChunkedArray) -> Days:
    return np.asarray(column.cast(pa.date32()).to_numpy(), dtype="M8[D]")


def _flags(column: pa.ChunkedArray) -> NDArray[np.bool_]:
    return np.asarray(pc.fill_null(column, False).to_numpy(), dtype=np.bool_)  # noqa: FBT003 - Arrow takes it by position
