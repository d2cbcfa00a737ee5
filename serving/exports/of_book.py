"""Who has paid since a day, what could go to an agency, what should be taken back: read from lake and events."""

# ruff: noqa: S608 - only names of the contract's tables enter these statements

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import duckdb
import pyarrow as pa
from sqlalchemy import Connection

from arrears.clock import day_of
from arrears.events.overlay import overlay_of
from arrears.lake import Lake
from arrears.queues import store
from arrears.queues.files.book_lists import Candidate, Paid
from arrears.queues.item import JudgedAccount
from serving.gate.book import Questions
from serving.gate.may_we import judge_now

LATE_BUCKET = "180+"
RECALL_AFTER_DAYS = 180
"""Placed for so long without a payment, an account is looked at again."""

_JUDGED_AT_ONCE = 20_000
_RECALLING = {
    "bankruptcy": "The debtor is bankrupt",
    "deceased": "The debtor has died",
    "identity_theft": "The debt is claimed to be a thief's",
    "litigation": "The debt is in litigation",
    "attorney": "An attorney represents the debtor",
    "complaint": "The debtor complained",
}


@dataclass(frozen=True)
class House:
    """Where an export reads: the lake, what came since, the rules' questions, and the moment it stands at."""

    lake: Lake
    asked: Questions
    connection: Connection
    at: datetime
    limits_on: date

    @property
    def zone(self) -> str:
        """The portfolio's."""
        return self.asked.settings.portfolio.zone

    @property
    def today(self) -> date:
        """The portfolio's day."""
        return day_of(self.at, self.zone)

    def known(self, con: duckdb.DuckDBPyConnection) -> dict[str, str]:
        """A FROM clause per table: its rows as they stand now, what came since the last load among them."""
        selects = {name: f"SELECT * FROM {self.lake.scan(name)}" for name in self.lake.tables}
        laid = overlay_of(self.connection, self.lake, None, ()).over(con, selects)
        standing = "known_until IS NULL AND NOT deleted"
        return {name: f"(SELECT * FROM ({select}) WHERE {standing})" for name, select in laid.items()}


def paid_since(house: House, since: date) -> list[Paid]:
    """Net money per account since a day, most first; each with what bars telling a bureau of it."""
    with house.lake.connect() as con:
        tables = house.known(con)
        if "payments" not in tables:
            return []
        sql = f"""
            SELECT p.account_id, coalesce(p.debtor_id, a.debtor_id) AS debtor_id, a.client,
                   coalesce(a.currency, (SELECT min(currency) FROM {tables["accounts"]} AS own
                                         WHERE own.debtor_id = p.debtor_id)) AS currency,
                   sum(p.amount_minor)::BIGINT AS paid_minor, count(*) FILTER (WHERE p.amount_minor > 0) AS payments,
                   min(p.paid_on) AS first_paid_on, max(p.paid_on) AS last_paid_on,
                   string_agg(DISTINCT coalesce(p.source, 'voluntary'), ' ' ORDER BY coalesce(p.source, 'voluntary'))
                       AS sources
            FROM {tables["payments"]} AS p LEFT JOIN {tables["accounts"]} AS a USING (account_id)
            WHERE p.paid_on BETWEEN ? AND ? AND coalesce(p.status, 'posted') = 'posted'
            GROUP BY ALL HAVING sum(p.amount_minor) > 0 ORDER BY paid_minor DESC, p.account_id
        """
        rows = con.execute(sql, [since, house.today]).to_arrow_table().to_pylist()
    paid = [Paid(**row) for row in rows]
    held = _held(house, [row.debtor_id for row in paid], "furnish")
    return [replace(row, held_for_furnishing=held.get(row.account_id or "", ())) for row in paid]


@dataclass(frozen=True)
class ToPlace:
    """Accounts that may go to an agency, how many may not, and how many of these each code holds."""

    free: list[Candidate]
    held: int
    because: Mapping[str, int]


def to_place(house: House) -> ToPlace:
    """Own accounts, long past due or charged off, that the rules let go to an agency; and what holds the others."""
    night = store.latest_night(house.connection)
    if night is None:
        return ToPlace([], 0, {})
    late = [each for each in _late(house, night.night_id) if each.role == "first_party" and each.placed_on is None]
    held = _held(house, [each.judged.debtor_id for each in late], "placement_review")
    because = Counter(code for each in late for code in held.get(each.judged.account_id, ()))
    free = [each.candidate(_why_place(each)) for each in late if each.judged.account_id not in held]
    return ToPlace(free, len(late) - len(free), because)


def to_recall(house: House, after_days: int = RECALL_AFTER_DAYS) -> list[Candidate]:
    """Placed accounts that should come back: a hold that the agency must heed, or nothing paid for long."""
    with house.lake.connect() as con:
        tables = house.known(con)
        if "placed_on" not in house.lake.columns("accounts"):
            return []
        found = con.execute(_placed(tables), [house.today, house.today]).to_arrow_table().to_pylist()
    before = house.today - timedelta(days=after_days)
    placed = [(row, _why_recall(row, before, after_days)) for row in found]
    return [_recalled(row, reasons) for row, reasons in placed if reasons]


@dataclass(frozen=True)
class _Late:
    judged: JudgedAccount
    role: str
    client: str | None
    product: str | None
    charged_off_on: date | None
    placed_on: date | None
    last_paid_on: date | None

    def candidate(self, reasons: tuple[str, ...]) -> Candidate:
        own = self.judged
        return Candidate(
            account_id=own.account_id,
            debtor_id=own.debtor_id,
            client=self.client,
            product=self.product,
            currency=own.currency,
            balance_minor=own.balance_minor,
            bucket=own.bucket,
            days_past_due=own.days_past_due,
            charged_off_on=self.charged_off_on,
            placed_on=self.placed_on,
            last_paid_on=self.last_paid_on,
            reasons=reasons,
        )


def _late(house: House, night_id: int) -> list[_Late]:
    judged = {each.account_id: each for each in store.late_accounts(house.connection, night_id, LATE_BUCKET)}
    if not judged:
        return []
    with house.lake.connect() as con:
        tables = house.known(con)
        con.register("late", pa.table({"account_id": list(judged)}))
        sql = f"""
            SELECT a.account_id, a.role, a.client, a.product, a.charged_off_on, a.placed_on, {_last_paid(tables)}
            FROM {tables["accounts"]} AS a SEMI JOIN late USING (account_id)
            WHERE coalesce(a.status, 'open') = 'open' ORDER BY a.account_id
        """
        rows = con.execute(sql).to_arrow_table().to_pylist()
    return [_Late(judged[row.pop("account_id")], **row) for row in rows]


def _why_place(each: _Late) -> tuple[str, ...]:
    late = "Charged off" if each.judged.charged_off else "180 or more days past due"
    paid = f"Last paid on {each.last_paid_on}" if each.last_paid_on else "No payment is known"
    return late, paid, "No rule bars a placement today"


def _placed(tables: Mapping[str, str]) -> str:
    if "holds" in tables:
        standing = "(h.account_id = a.account_id OR h.debtor_id = a.debtor_id) AND h.starts_on <= ?"
        standing += " AND (h.ends_on IS NULL OR h.ends_on >= ?)"
        holds = f"(SELECT list(DISTINCT h.kind ORDER BY h.kind) FROM {tables['holds']} AS h WHERE {standing})"
    else:
        holds = "CASE WHEN ? = ? THEN NULL::VARCHAR[] END"
    return f"""
        SELECT a.account_id, a.debtor_id, a.client, a.product, a.currency, a.charged_off_on, a.placed_on,
               {_last_paid(tables)}, {holds} AS holds
        FROM {tables["accounts"]} AS a
        WHERE a.placed_on IS NOT NULL AND a.role = 'first_party' AND coalesce(a.status, 'open') = 'open'
        ORDER BY a.placed_on, a.account_id
    """


def _recalled(row: Mapping[str, Any], reasons: tuple[str, ...]) -> Candidate:
    return Candidate(
        account_id=row["account_id"],
        debtor_id=row["debtor_id"],
        client=row["client"],
        product=row["product"],
        currency=row["currency"],
        balance_minor=None,  # an agency has it: no night of ours says where it stands
        bucket=None,
        days_past_due=None,
        charged_off_on=row["charged_off_on"],
        placed_on=row["placed_on"],
        last_paid_on=row["last_paid_on"],
        reasons=reasons,
    )


def _why_recall(row: Mapping[str, Any], before: date, after_days: int) -> tuple[str, ...]:
    reasons = [sentence for kind, sentence in _RECALLING.items() if kind in (row["holds"] or ())]
    placed_on, paid_on = row["placed_on"], row["last_paid_on"]
    if placed_on <= before and (paid_on is None or paid_on < placed_on):
        reasons.append(f"Placed on {placed_on}, nothing paid in {after_days} days")
    return tuple(reasons)


def _last_paid(tables: Mapping[str, str]) -> str:
    if "payments" not in tables:
        return "NULL::DATE AS last_paid_on"
    own = "p.account_id = a.account_id AND coalesce(p.status, 'posted') = 'posted'"
    kept = f"""
        SELECT min(p.paid_on) AS paid_on FROM {tables["payments"]} AS p WHERE {own}
        GROUP BY coalesce(p.reverses, p.payment_id) HAVING sum(p.amount_minor) > 0"""
    return f"(SELECT max(paid_on) FROM ({kept})) AS last_paid_on"


def _held(house: House, debtors: Sequence[str], lane: str) -> dict[str, tuple[str, ...]]:
    """Codes of what bars accounts of some debtors in a lane without contact; those that nothing bars are left out."""
    found: dict[str, tuple[str, ...]] = {}
    wanted = sorted(set(debtors))
    for first in range(0, len(wanted), _JUDGED_AT_ONCE):
        some = wanted[first : first + _JUDGED_AT_ONCE]
        judgement = judge_now(
            house.lake, house.asked, house.connection, some, house.at, limits_on=house.limits_on, lane=lane
        )
        for row, account in enumerate(judgement.facts.accounts.id.tolist()):
            if row < len(judgement.is_held) and judgement.is_held[row] and len(judgement.asks_of(row)):
                found[account] = tuple(dict.fromkeys(hold.code for hold in judgement.verdict(row).holds))
    return found
