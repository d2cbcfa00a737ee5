"""A debtor's accounts read anew from current events: the night's own questions, asked of one debtor's rows.

The questions are compiled once for a lake's tables and settings; a request then opens only that debtor's rows.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import date

from arrears.lake import Lake
from serving.book import Book, Questions, questions, read_book
from serving.losses import Losses, losses_on
from serving.scoring import PROPENSITY, ROLL_RATE, Champion, score
from serving.standing import Standing


@dataclass
class Live:
    """Reads debtors from the lake as they stand now.

    Compiling takes a second: `warm` does it before anybody waits for it.
    """

    _compiled: dict[str, Questions] = field(default_factory=dict)
    _losses: dict[tuple[str, date], Losses] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def warm(self, lake: Lake) -> None:
        """Compile the questions of a lake."""
        if lake.exists():
            self._questions(lake)

    def debtor_of(self, lake: Lake, account_id: str) -> str | None:
        """The primary debtor of an account, None where the lake knows no such account."""
        if "accounts" not in lake.tables:
            return None
        con = lake.connect()
        try:
            sql = "SELECT debtor_id FROM accounts WHERE account_id = ? LIMIT 1"
            found = con.execute(sql, [account_id]).fetchone()
        finally:
            con.close()
        return None if found is None else str(found[0])

    def book(self, lake: Lake, debtor_id: str, as_of: date) -> Book:
        """All accounts of one debtor, current ones too, as known on `as_of`."""
        con = lake.connect(only_debtor=debtor_id)
        try:
            return read_book(con, self._questions(lake), as_of, past_due_only=False)
        finally:
            con.close()

    def losses(self, lake: Lake, as_of: date) -> Losses:
        """The roll matrix that the rules score reads, kept for the day."""
        key = (lake.fingerprint, as_of)
        with self._lock:
            if key not in self._losses:
                con = lake.connect()
                try:
                    self._losses = {key: losses_on(con, lake.present, lake.settings, as_of)}
                finally:
                    con.close()
            return self._losses[key]

    def _questions(self, lake: Lake) -> Questions:
        with self._lock:
            if lake.fingerprint not in self._compiled:
                self._compiled = {lake.fingerprint: questions(lake.present, lake.settings)}
            return self._compiled[lake.fingerprint]


def standings(book: Book, losses: Losses) -> list[Standing]:
    """The accounts of a book, one standing each; the rules answer where a model has no champion."""
    rules = Champion(PROPENSITY, None), Champion(ROLL_RATE, None)
    by_rules = score(book, *rules, losses)
    labels = {"propensity": f"{PROPENSITY}/{rules[0].version}", "roll": f"{ROLL_RATE}/{rules[1].version}"}
    return [
        Standing(
            account_id=str(book.account_id[row]),
            debtor_id=str(book.debtor_id[row]),
            as_of=book.as_of,
            bucket=str(book.bucket[row]),
            currency=str(book.currency[row]),
            features=dict(zip(book.names, book.x[row].tolist(), strict=True)),
            otherwise=by_rules.reasons[row],
            otherwise_by=labels,
        )
        for row in range(len(book))
    ]
