"""What rules read of a book that never changes: who lives where, numbers, consents, notices, wishes and licences."""

from __future__ import annotations

from datetime import UTC, datetime, time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from arrears.policy.assemble import Moment, assemble
from arrears.policy.facts import Facts
from arrears.settings import Settings
from arrears.synthetic.book import Book
from arrears.synthetic.chance import Ints
from arrears.synthetic.clocks import Clocks
from arrears.synthetic.setting import Setting
from arrears.synthetic.sink import Sink

_READ = ("debtors", "accounts", "points", "consents", "notices", "licences", "preferences")
_DAILY = ("contacts", "holds", "disputes", "promises", "accounts.status")
"""What a world's source has beside, and a morning brings."""


class BookFacts:
    """The book's own tables, assembled once as a night assembles them.

    Attributes
    ----------
    facts : of every debtor and account, in the world's order; `points` are telephone numbers only.
    point : (debtors, 2) the row of each number in `facts.points`, -1 where there is none.
    """

    def __init__(self, made: Setting, settings: Settings, clocks: Clocks) -> None:
        self.made, self.settings = made, settings
        tables = _tables(made, clocks)
        named = {f"{name}.{column}" for name, rows in tables.items() for column in rows.column_names}
        portfolio = settings.portfolio
        first = datetime.combine(made.calendar.on(0), time(), tzinfo=UTC)
        when = Moment(first, first.date(), portfolio.zone, portfolio.country)
        self.facts: Facts = assemble(tables, frozenset({*tables, *named, *_DAILY}), when)
        self.point: Ints = np.full(made.numbers.there.shape, -1)
        self.point[np.nonzero(made.numbers.there)] = np.arange(int(made.numbers.there.sum()))


def _tables(made: Setting, clocks: Clocks) -> dict[str, pa.Table]:
    with TemporaryDirectory() as folder:
        with Sink(Path(folder)) as sink:
            Book(made).write(sink, clocks)
        tables = {name: pq.read_table(Path(folder) / f"{name}.parquet") for name in _READ}
    points = tables["points"]
    tables["points"] = points.filter(pc.equal(points["kind"], "phone"))
    return tables
