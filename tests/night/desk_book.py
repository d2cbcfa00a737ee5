"""Rows of a small book in Albany as its source would tell them on a Friday, and a clock at its Monday."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from arrears.clock import SystemClock
from arrears.lake import Lake
from arrears.loading import load

AS_OF, DAY = date(2026, 6, 12), date(2026, 6, 15)  # a Friday, and the Monday after it
KNOWN = datetime(2026, 6, 12, 12, tzinfo=UTC)
MORNING = datetime(2026, 6, 15, 13, 30, tzinfo=UTC)  # 09:30 in Albany
Rows = Sequence[Mapping[str, object]]


@dataclass
class StandingClock:
    """Stands where it is put."""

    at: datetime = MORNING

    def now(self) -> datetime:
        return self.at


def debtor(name: str, **own: object) -> dict[str, object]:
    base = {"debtor_id": name, "kind": "person", "country": "US", "region": "NY", "postal_code": "12207"}
    return base | {"city": "Albany"} | own


def account(name: str, of: str, **own: object) -> dict[str, object]:
    base = {"account_id": name, "debtor_id": of, "opened_on": date(2025, 1, 1), "currency": "USD"}
    return base | {"role": "first_party", "client": "bank", "debt_class": "consumer", "status": "open"} | own


def statement(name: str, **own: object) -> dict[str, object]:
    base = {"account_id": name, "cycle_end": date(2026, 6, 5), "balance": 900, "past_due": 90, "days_past_due": 40}
    return base | {"minimum_due": 45} | own


def phone(owner: str, **own: object) -> dict[str, object]:
    base = {"point_id": f"P-{owner}", "debtor_id": owner, "kind": "phone", "value": "+15185550100"}
    return base | {"line_type": "mobile", "status": "good"} | own


def people(*names: str) -> dict[str, list[dict[str, object]]]:
    """Debtors with one past-due account and one good number each: D1 has A1."""
    return {
        "debtors": [debtor(name) for name in names],
        "accounts": [account(f"A{name[1:]}", name) for name in names],
        "statements": [statement(f"A{name[1:]}") for name in names],
        "points": [phone(name) for name in names],
    }


def lake_of(folder: Path, tables: Mapping[str, Rows], *, settings: str = "") -> Lake:
    """A lake of these rows, all of which were known on Friday noon unless they say when."""
    source = folder / f"source-{len(list(folder.iterdir()))}"
    write(source, tables)
    own = '[portfolio]\nzone = "America/New_York"\ncountry = "US"\n'
    (source / "portfolio.toml").write_text(own + settings)
    root = folder / f"{source.name}-lake"
    load(source, root, SystemClock())
    return Lake(root)


def write(source: Path, tables: Mapping[str, Rows]) -> None:
    source.mkdir()
    for table, rows in tables.items():
        told = [{"recorded_at": KNOWN.isoformat()} | dict(row) for row in rows]
        columns = list(dict.fromkeys(column for row in told for column in row))
        with (source / f"{table}.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(told)
