"""Every list that leaves the house, made at this moment: what the rules hold by now is in none of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, Literal, get_args

import pyarrow as pa

from arrears.clock import start_of_day
from arrears.errors import WrongUse
from arrears.lake import quoted
from arrears.queues import store
from arrears.queues.files.book_lists import candidates_list, paid_list
from arrears.queues.files.crm import crm_list
from arrears.queues.files.dialer import Number, dialer_list
from arrears.queues.files.listing import Listing
from arrears.queues.files.spreadsheet import rows_of_csv
from arrears.queues.item import WorkItem
from arrears.queues.supervise.chosen import Filter
from arrears.queues.supervise.lists import items_by
from arrears.state.audit_trail import note
from serving.exports.of_book import RECALL_AFTER_DAYS, House, paid_since, to_place, to_recall
from serving.gate.second_look import Again, look_again

Kind = Literal["csv", "dialer", "crm", "paid", "placement", "recall"]
KINDS: tuple[Kind, ...] = get_args(Kind)
OF_A_QUEUE = ("csv", "dialer", "crm")
"""Lists of work items; the others are of accounts."""

SENTENCES: Mapping[Kind, str] = {
    "csv": "The queue for a spreadsheet: best first, with reasons, hours and amounts.",
    "dialer": "For a dialer: numbers in E.164 with their hours, 50 columns, at most a million rows a file.",
    "crm": "As tasks of a CRM: one an item, with owner, day and what it is for.",
    "paid": "Accounts on which money came in since a day, net of what was taken back.",
    "placement": "Own accounts that could go to an agency today, each with its brief of facts.",
    "recall": "Placed accounts that should come back, and why.",
}
BRIEF_AT = "/v1/accounts/{}/brief"
PAGE = 20_000
_PAUSED = "SELECT lane, client FROM paused_queues WHERE ended_at IS NULL"
_ON_A_DESK = "SELECT person FROM leases WHERE ended_at IS NULL AND expires_at > %(at)s"


@dataclass(frozen=True)
class Exported:
    """The files of a list, and what is not in them.

    Attributes
    ----------
    held : items or accounts that a rule holds by now.
    because : how many of them each code holds.
    left_out : how many others, by why.
    """

    kind: Kind
    files: list[Listing]
    held: int = 0
    because: Mapping[str, int] = field(default_factory=dict)
    left_out: Mapping[str, int] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """In all files."""
        return sum(file.rows for file in self.files)

    def document(self) -> dict[str, Any]:
        """The export as the audit trail and `--json` tell it."""
        return {
            "kind": self.kind,
            "rows": self.rows,
            "held": self.held,
            "because": dict(self.because),
            "left_out": dict(self.left_out),
            "files": [{"part": file.part, "rows": file.rows, "sha256": file.sha256} for file in self.files],
        }


def export(
    house: House,
    kind: Kind,
    *,
    fits: Filter | None = None,
    sort: str = "rank",
    since: date | None = None,
    after_days: int = RECALL_AFTER_DAYS,
) -> Exported:
    """A list as it may leave now.

    Parameters
    ----------
    fits : of a queue: which items, of those that can be worked on the portfolio's day; by default all.
    sort : of a queue: one of `arrears.queues.supervise.lists.SORTS`.
    since : of `paid`: the first day that counts; by default the first of the portfolio's month.
    after_days : of `recall`: placed for so long without a payment.

    Raises
    ------
    WrongUse : no night has run, for a list of a queue, or no such sort.
    """
    if kind == "paid":
        first = since or house.today.replace(day=1)
        return Exported(kind, [paid_list(paid_since(house, first), first)])
    if kind == "placement":
        found = to_place(house)
        return Exported(kind, [candidates_list(kind, found.free, BRIEF_AT)], found.held, found.because)
    if kind == "recall":
        return Exported(kind, [candidates_list(kind, to_recall(house, after_days), BRIEF_AT)])
    return _of_queue(house, kind, *_free(house, _items(house, fits or Filter(), sort)))


def record_export(house: House, exported: Exported, *, who: str) -> None:
    """Note that a list left the house, in the transaction of the house's connection."""
    note(house.connection, at=house.at, who=who, did="list.exported", subject=exported.kind, detail=exported.document())


def _of_queue(house: House, kind: Kind, items: Sequence[WorkItem], left_out: Mapping[str, int]) -> Exported:
    again = _again(house, items)
    if kind == "csv":
        return Exported(
            kind, [Listing(kind, tuple(rows_of_csv(again.items, house.zone)))], again.held, again.because, left_out
        )
    if kind == "crm":
        return Exported(kind, [crm_list(again.items, house.zone)], again.held, again.because, left_out)
    made = dialer_list(again.items, _numbers(house, again.items), _by_machine(house, again.items), house.zone)
    unwritten = {"no number in E.164": made.unreadable, "no call is open": made.without_call}
    left_out = {**left_out, **{why: count for why, count in unwritten.items() if count}}
    return Exported(kind, made.files, again.held, again.because, left_out)


def _free(house: House, items: Sequence[WorkItem]) -> tuple[list[WorkItem], dict[str, int]]:
    """The items that nobody paused and whose people nobody works at this moment; how many others, by why."""
    paused = {tuple(row) for row in house.connection.exec_driver_sql(_PAUSED)}
    leased = set(house.connection.exec_driver_sql(_ON_A_DESK, {"at": house.at}).scalars())
    left_out, kept = Counter[str](), []
    for item in items:
        if paused & {(item.lane, None), (item.lane, item.client)}:
            left_out["paused"] += 1
        elif item.state == "claimed" or leased.intersection(item.people):
            left_out["on a desk"] += 1
        else:
            kept.append(item)
    return kept, dict(left_out)


def _items(house: House, fits: Filter, sort: str) -> list[WorkItem]:
    if store.latest_night(house.connection) is None:
        raise WrongUse(asked="export a queue", found="no night has run", do="Run one: arrears night --as-of DAY.")
    tomorrow = start_of_day(house.today + timedelta(days=1), house.zone)
    return items_by(house.connection, fits, by=tomorrow, sort=sort)


def _again(house: House, items: Sequence[WorkItem], technology: str = "manual") -> Again:
    """The second look, a day at a time: an item is judged through the day it was served for, or today."""
    kept, held, because = [], 0, dict[str, int]()
    through = max([house.today, *(item.judged_for for item in items)])
    for first in range(0, len(items), PAGE):
        again = look_again(
            house.lake,
            house.asked,
            house.connection,
            items[first : first + PAGE],
            house.at,
            through=through,
            limits_on=house.limits_on,
            technology=technology,
        )
        kept += again.items
        held += again.held
        because |= {code: because.get(code, 0) + count for code, count in again.because.items()}
    return Again([replace(item, judged_for=through) for item in kept], held, because)


def _by_machine(house: House, items: Sequence[WorkItem]) -> dict[int, frozenset[str]]:
    """Per item the points that a machine may dial."""
    again = _again(house, items, technology="auto")
    return {
        item.work_item_id: frozenset(way["point"] for way in item.ways if way["channel"] == "call" and way["point"])
        for item in again.items
    }


def _numbers(house: House, items: Sequence[WorkItem]) -> dict[str, Number]:
    wanted = {way["point"] for item in items for way in item.ways if way["channel"] == "call" and way["point"]}
    if not wanted:
        return {}
    country = house.asked.settings.portfolio.country
    with house.lake.connect() as con:
        known = house.known(con)
        if "points" not in known:
            return {}
        con.register("wanted", pa.table({"point_id": sorted(wanted)}))
        sql = f"""
            SELECT p.point_id, p.value, coalesce(d.country, {quoted(country)})
            FROM {known["points"]} AS p SEMI JOIN wanted USING (point_id) JOIN {known["debtors"]} AS d USING (debtor_id)
        """  # noqa: S608 - names of the contract's tables, and a country of our settings
        return {point: Number(value, country) for point, value, country in con.execute(sql).fetchall()}
