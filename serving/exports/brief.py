"""An account's brief: what the records say, each statement with its day and its table. Nothing is inferred."""

# ruff: noqa: S608 - only names of the contract's tables enter these statements

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from arrears.money import say_money
from arrears.queues import store
from serving.console.words import many, sentence
from serving.exports.of_book import House

Row = Mapping[str, Any]
TABLES = ("payments", "promises", "contacts", "disputes", "claims", "holds", "notices", "changes", "statements", "dues")


@dataclass(frozen=True)
class Statement:
    """One thing that a record says: `on` the day it is of, None where it has none."""

    on: date | None
    says: str
    source: str


@dataclass(frozen=True)
class Section:
    """Statements about one side of an account, oldest first."""

    title: str
    statements: tuple[Statement, ...]


@dataclass(frozen=True)
class Brief:
    """What is on record of one account at a moment."""

    account_id: str
    made_at: datetime
    sections: tuple[Section, ...]

    def text(self) -> str:
        """The brief as plain text, a statement a line."""
        lines = [f"Account {self.account_id}", f"Facts on record as of {self.made_at.isoformat(timespec='minutes')}"]
        for section in self.sections:
            lines += ["", section.title]
            lines += [f"  {each.on or '':<10}  {each.says}  [{each.source}]" for each in section.statements]
        return "\n".join(lines) + "\n"


def brief_of(house: House, account_id: str) -> Brief | None:
    """The brief of an account; None where nobody knows it."""
    rows = _rows(house, account_id)
    if not rows["accounts"]:
        return None
    account = rows["accounts"][0]
    tell = _Teller(str(account["currency"]), ZoneInfo(house.zone))
    sections = (
        Section("Account", tuple(tell.account(account))),
        Section("Where it stands", tuple(_standing(house, account_id))),
        Section("Payments", tuple(tell.payments(rows["payments"]))),
        Section("Promises", tuple(tell.promises(rows["promises"]))),
        Section("Contacts", tuple(tell.contacts(rows["contacts"]))),
        Section("Disputes and claims", tuple(tell.disputes(rows["disputes"], rows["claims"]))),
        Section("Holds", tuple(tell.holds(rows["holds"]))),
        Section("Notices and documents", tuple(tell.notices(rows["notices"], rows["statements"], rows["dues"]))),
        Section("Changes of terms", tuple(tell.changes(rows["changes"]))),
    )
    return Brief(account_id, house.at, tuple(each for each in sections if each.statements))


def _rows(house: House, account_id: str) -> dict[str, list[dict[str, Any]]]:
    with house.lake.connect() as con:
        known = house.known(con)
        found: dict[str, list[dict[str, Any]]] = {name: [] for name in ("accounts", *TABLES)}
        for name in found:
            if name in known:
                sql = f"SELECT * FROM {known[name]} WHERE account_id = ?"
                found[name] = con.execute(sql, [account_id]).to_arrow_table().to_pylist()
    return found


def _standing(house: House, account_id: str) -> Iterator[Statement]:
    night = store.latest_night(house.connection)
    judged = night and store.account(house.connection, night.night_id, account_id)
    if not night or not judged:
        return
    source = f"night {night.night_id}"
    if judged.balance_minor is not None:
        yield Statement(night.as_of, f"Balance {say_money(judged.balance_minor, judged.currency)}", source)
    if judged.past_due_minor is not None:
        yield Statement(night.as_of, f"Past due {say_money(judged.past_due_minor, judged.currency)}", source)
    if judged.days_past_due is not None:
        yield Statement(night.as_of, f"{many(judged.days_past_due, 'day')} past due, bucket {judged.bucket}", source)


@dataclass(frozen=True)
class _Teller:
    currency: str
    zone: ZoneInfo

    def account(self, row: Row) -> Iterator[Statement]:
        dated = {
            "opened_on": "Opened",
            "first_bill_on": "First bill",
            "first_delinquent_on": "First day of the delinquency never cured",
            "charged_off_on": "Charged off",
            "placed_on": "Placed for collection",
            "limitation_on": "Suit is barred after this day",
            "closed_on": "Closed",
        }
        yield Statement(None, f"{sentence(row['role'])}, {row['product'] or 'product not told'}", "accounts")
        if row["client"]:
            yield Statement(None, f"Creditor {row['client']}", "accounts")
        if row["charged_off_balance_minor"] is not None:
            yield Statement(
                row["charged_off_on"],
                f"Balance at charge-off {self._money(row['charged_off_balance_minor'])}",
                "accounts",
            )
        for name, words in dated.items():
            if row[name] is not None:
                yield Statement(row[name], words, "accounts")

    def payments(self, rows: Sequence[Row]) -> Iterator[Statement]:
        posted = [row for row in rows if row["status"] in (None, "posted")]
        if posted:
            total = self._money(sum(row["amount_minor"] for row in posted))
            yield Statement(None, f"{len(posted)} posted, net {total}", "payments")
        for row in _by_day(rows, "paid_on"):
            status = "" if row["status"] in (None, "posted") else f", {row['status']}"
            reversal = f", takes back {row['reverses']}" if row["reverses"] else ""
            yield Statement(row["paid_on"], f"{self._money(row['amount_minor'])}{status}{reversal}", "payments")

    def promises(self, rows: Sequence[Row]) -> Iterator[Statement]:
        for row in _by_day(rows, "made_on"):
            off = f", called off on {row['cancelled_on']}" if row["cancelled_on"] else ""
            says = f"Promised {self._money(row['amount_minor'])} by {row['due_on']}{off}"
            yield Statement(row["made_on"], says, "promises")

    def contacts(self, rows: Sequence[Row]) -> Iterator[Statement]:
        counts = Counter(f"{row['channel']} {'in' if row['direction'] == 'in' else 'out'}" for row in rows)
        if counts:
            told = ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items()))
            yield Statement(None, f"{many(len(rows), 'contact')}: {told}", "contacts")
        for row in _by_day(rows, "at"):
            spoke = f", spoke with {row['verified_party']}" if row["verified_party"] else ""
            says = f"{sentence(row['channel'])}: {sentence(row['disposition'])}{spoke}"
            yield Statement(row["at"].astimezone(self.zone).date(), says, "contacts")

    def disputes(self, disputes: Sequence[Row], claims: Sequence[Row]) -> Iterator[Statement]:
        for row in _by_day(disputes, "opened_on"):
            what = "all of it" if row["amount_minor"] is None else self._money(row["amount_minor"])
            end = f", resolved on {row['resolved_on']}" if row["resolved_on"] else ", not resolved"
            yield Statement(row["opened_on"], f"Disputes {what}, {row['form']}{end}", "disputes")
        for row in _by_day(claims, "filed_on"):
            why = f", code {row['denial_code']}" if row["denial_code"] else ""
            yield Statement(row["filed_on"], f"Claim to {row['payer']}: {row['status']}{why}", "claims")

    def holds(self, rows: Sequence[Row]) -> Iterator[Statement]:
        for row in _by_day(rows, "starts_on"):
            end = f" until {row['ends_on']}" if row["ends_on"] else ", no end told"
            yield Statement(row["starts_on"], f"{sentence(row['kind'])}{end}", "holds")

    def notices(self, notices: Sequence[Row], statements: Sequence[Row], dues: Sequence[Row]) -> Iterator[Statement]:
        for row in _by_day(notices, "sent_on"):
            back = f", came back on {row['returned_on']}" if row["returned_on"] else ""
            yield Statement(row["sent_on"], f"{sentence(row['kind'])} by {row['channel']}{back}", "notices")
        if statements:
            days = [row["cycle_end"] for row in statements]
            yield Statement(max(days), f"{many(len(days), 'statement')} since {min(days)}", "statements")
        if dues:
            days = [row["due_on"] for row in dues]
            yield Statement(max(days), f"{many(len(days), 'due')} since {min(days)}", "dues")

    def changes(self, rows: Sequence[Row]) -> Iterator[Statement]:
        for row in _by_day(rows, "on"):
            amount = f" of {self._money(row['amount_minor'])}" if row["amount_minor"] is not None else ""
            until = f" until {row['until']}" if row["until"] else ""
            yield Statement(row["on"], f"{sentence(row['kind'])}{amount}{until}", "changes")

    def _money(self, minor: int) -> str:
        return say_money(minor, self.currency)


def _by_day(rows: Iterable[Row], name: str) -> list[Row]:
    return sorted(rows, key=lambda row: row[name])
