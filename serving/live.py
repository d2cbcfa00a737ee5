"""Accounts read anew from current events: the night's own questions, asked of one debtor's rows.

The questions are compiled once for a lake's tables and settings; a request then changes only the rows beneath them.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pyarrow as pa
from sqlalchemy import Connection

from arrears.events.overlay import NOTHING, around
from arrears.lake import Lake, looking, show
from serving.gate.bench import Bench
from serving.gate.book import Questions, questions, read_book
from serving.scores.losses import Losses, losses_on
from serving.scores.scoring import PROPENSITY, ROLL_RATE, Champion, score
from serving.scores.standing import Standing


@dataclass
class _Opened:
    """What is kept for one state of the lake."""

    fingerprint: str
    asked: Questions
    bench: Bench
    losses: dict[date, Losses] = field(default_factory=dict)


@dataclass
class Live:
    """Reads debtors from the lake as they stand now.

    Compiling takes seconds: `warm` does it before anybody waits for it.
    """

    _opened: _Opened | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def warm(self, lake: Lake) -> None:
        """Compile the questions of a lake."""
        if lake.exists():
            self._open(lake).asked.between_loads  # noqa: B018 - compiled here, so that no first event waits for it

    def asked(self, lake: Lake) -> Questions:
        """The questions of a lake, compiled."""
        return self._open(lake).asked

    def bench(self, lake: Lake) -> Bench:
        """Where one debtor's rows are asked about."""
        return self._open(lake).bench

    def knows(self, lake: Lake, features: Iterable[str]) -> bool:
        """True where the lake has every one of these features."""
        return set(features) <= set(self._open(lake).asked.features.names)

    def standing(self, lake: Lake, account_id: str, day: date, connection: Connection | None = None) -> Standing | None:
        """Where an account stands on `day`; None where the lake knows no such account, or it has left.

        Parameters
        ----------
        connection : to the database, which keeps what came between loads; None: the lake alone is asked.
        """
        opened = self._open(lake)
        debtor = opened.bench.debtor_of(account_id)
        if debtor is None:
            return None
        overlay = NOTHING if connection is None else opened.bench.around(debtor, connection).overlay
        positions, features = opened.bench.ask(debtor, day, overlay)
        return _standing(positions, features, opened.asked.features.names, account_id, day)

    def standing_by_rules(
        self, lake: Lake, account_id: str, day: date, connection: Connection | None = None
    ) -> Standing | None:
        """The same with the rules score as its answer, for a model without a champion; slower."""
        opened = self._open(lake)
        debtor = opened.bench.debtor_of(account_id)
        if debtor is None:
            return None
        con = looking()
        try:
            overlay = NOTHING if connection is None else around(con, lake, connection, debtor).overlay
            rows = overlay.over(con, lake.rows_of_debtors(con, [debtor]))
            show(con, {table: rows[table] for table in lake.tables})
            book = read_book(con, opened.asked, day, past_due_only=False)
        finally:
            con.close()
        found = np.flatnonzero(book.account_id == account_id)
        if not len(found):
            return None
        row = int(found[0])
        rules = Champion(PROPENSITY, None), Champion(ROLL_RATE, None)
        return Standing(
            account_id=account_id,
            debtor_id=str(book.debtor_id[row]),
            as_of=day,
            bucket=str(book.bucket[row]),
            currency=str(book.currency[row]),
            features=dict(zip(book.names, book.x[row].tolist(), strict=True)),
            otherwise=score(book, *rules, self._losses(lake, opened, day)).reasons[row],
            otherwise_by={"propensity": f"{PROPENSITY}/{rules[0].version}", "roll": f"{ROLL_RATE}/{rules[1].version}"},
        )

    def close(self) -> None:
        """Clear the bench away."""
        with self._lock:
            if self._opened is not None:
                self._opened.bench.close()
                self._opened = None

    def _open(self, lake: Lake) -> _Opened:
        with self._lock:
            if self._opened is None or self._opened.fingerprint != lake.fingerprint:
                asked = questions(lake.present, lake.settings)
                self._opened = _Opened(lake.fingerprint, asked, Bench(lake, asked))
            return self._opened

    def _losses(self, lake: Lake, opened: _Opened, day: date) -> Losses:
        """The roll matrix that the rules score reads, kept for the day."""
        with self._lock:
            if day not in opened.losses:
                con = lake.connect()
                try:
                    opened.losses = {day: losses_on(con, lake.present, lake.settings, day)}
                finally:
                    con.close()
            return opened.losses[day]


def _standing(
    positions: pa.Table, features: pa.Table, names: tuple[str, ...], account_id: str, day: date
) -> Standing | None:
    ids = positions["account_id"].to_pylist()
    if account_id not in ids:
        return None
    place = ids.index(account_id)
    (position,), (known,) = positions.slice(place, 1).to_pylist(), features.slice(place, 1).to_pylist()
    return Standing(
        account_id=account_id,
        debtor_id=str(position["debtor_id"]),
        as_of=day,
        bucket=str(position["bucket"]),
        currency=str(position["currency"]),
        features={name: np.nan if known[name] is None else float(known[name]) for name in names},
        otherwise={},
        otherwise_by={},
    )
