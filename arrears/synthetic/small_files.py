"""The small world as files: the log that may be learned from, the debtors to be ranked, and the truth of both apart."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from arrears.errors import WrongUse
from arrears.synthetic import columns as to
from arrears.synthetic.make import check_folders
from arrears.synthetic.sink import Sink
from arrears.synthetic.small_world import FEATURES, LOGGED, Log, SmallBook, SmallTruth, small_world

SMALL_WORLDS: dict[str, Log] = {"small": "random", "small_targeted": "targeted"}
"""Names of the small worlds, each with how the debtors of its log were chosen."""

LEAST_DEBTORS = 20


@dataclass(frozen=True)
class SmallMade:
    """What was written, and where."""

    source: Path
    truth: Path
    name: str
    seed: int
    rows: dict[str, int]
    truth_rows: dict[str, int]

    def document(self) -> dict[str, Any]:
        """As JSON tells it."""
        return {
            "source": self.source,
            "truth": self.truth,
            "world": self.name,
            "seed": self.seed,
            "debtors": self.rows["log"],
            "rows": self.rows,
            "truth_rows": self.truth_rows,
        }


def make_small(source: Path, truth: Path, *, name: str, seed: int, debtors: int = LOGGED) -> SmallMade:
    """Write `log.parquet` and `judged.parquet`, and apart from them the truth of each under the same name.

    Parameters
    ----------
    source, truth : folders; neither may hold anything, and truth may not lie inside the source.
    name : one of `SMALL_WORLDS`.
    debtors : how many the log holds; half as many are to be ranked.

    Raises
    ------
    WrongUse : too few debtors, or folders that are not empty or lie in each other.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     made = make_small(Path(folder) / "book", Path(folder) / "truth", name="small", seed=1, debtors=40)
    >>> made.rows, made.truth_rows
    ({'log': 40, 'judged': 20}, {'log': 40, 'judged': 20})
    """
    asked = f"make the world {name} of {debtors} debtors"
    if debtors < LEAST_DEBTORS:
        raise WrongUse(asked=asked, found="too few debtors", do=f"Ask for at least {LEAST_DEBTORS} debtors.")
    check_folders(asked, source, truth)
    world, (first, second) = small_world(seed, log=SMALL_WORLDS[name], logged=debtors, judged=debtors // 2)
    books, truths = {"log": world.logged, "judged": world.judged}, {"log": first, "judged": second}
    with Sink(source) as sink, Sink(truth) as hidden:
        for part, book in books.items():
            sink.add(part, _seen(book) | (_happened(book) if part == "log" else {}))
            hidden.add(part, _hidden(book, truths[part]))
    return SmallMade(source, truth, name, seed, sink.rows, hidden.rows)


def _seen(book: SmallBook) -> dict[str, pa.Array]:
    facts = {name: pa.array(column) for name, column in zip(FEATURES, book.features.T, strict=True)}
    return {"debtor_id": to.ids("D", len(book)), **facts, "balance": to.money(book.balance_minor)}


def _happened(book: SmallBook) -> dict[str, pa.Array]:
    return {
        "called": pa.array(book.treated),
        "chosen_with_probability": pa.array(book.probability),
        "paid": pa.array(book.paid > 0),
    }


def _hidden(book: SmallBook, truth: SmallTruth) -> dict[str, pa.Array]:
    return {
        "debtor_id": to.ids("D", len(book)),
        "paid_without": pa.array(truth.paid_without),
        "paid_with": pa.array(truth.paid_with),
        "call_effect": pa.array(truth.added_minor(book) / 100),
    }
