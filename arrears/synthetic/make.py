"""Makes a world's past: steps it under the old policy and writes source and truth, day by day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

from arrears.errors import WrongUse
from arrears.synthetic.book import Book
from arrears.synthetic.clocks import Clocks
from arrears.synthetic.diary import Diary
from arrears.synthetic.policy import decide
from arrears.synthetic.setting import Setting, setting
from arrears.synthetic.sink import Sink
from arrears.synthetic.truth import Truth
from arrears.synthetic.world import World

LEAST_DEBTORS, LEAST_DAYS, MOST_DAYS = 20, 35, 1095
Progress = Callable[[int], None]


def _silent(day: int) -> None:
    """Nobody watches."""
    del day


@dataclass(frozen=True)
class Made:
    """What was written, and where."""

    source: Path
    truth: Path
    setting: Setting
    rows: dict[str, int]
    truth_rows: dict[str, int]

    def document(self) -> dict[str, Any]:
        """As JSON tells it."""
        made = self.setting
        return {
            "source": self.source,
            "truth": self.truth,
            "world": made.name,
            "seed": made.seed,
            "drift_from": made.calendar.on(made.drift_day) if made.drift else None,
            "first_day": made.calendar.on(0),
            "last_day": made.calendar.on(made.days - 1),
            "debtors": len(made.people),
            "accounts": len(made.accounts),
            "rows": self.rows,
            "truth_rows": self.truth_rows,
        }


def make(
    source: Path,
    truth: Path,
    *,
    debtors: int,
    days: int,
    seed: int,
    name: str = "usual",
    drift: bool = False,
    progress: Progress = _silent,
) -> Made:
    """Write a world's source tables and, apart from them, its truth.

    Parameters
    ----------
    source, truth : folders; truth may not lie inside the source, where a load would meet it.
    progress : told the number of days done.

    Raises
    ------
    WrongUse : no such world, too small a world, or folders that are not empty or lie in each other.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     made = make(Path(folder) / "book", Path(folder) / "truth", debtors=50, days=40, seed=1)
    >>> made.rows["debtors"], str(made.document()["first_day"])
    (50, '2023-01-02')
    """
    _check(source, truth, debtors, days)
    made = setting(debtors=debtors, days=days, seed=seed, name=name, drift=drift)
    book, clocks, world = Book(made), Clocks(made), World.new(made)
    with Sink(source) as sink, Sink(truth) as hidden:
        told = Truth(made, book, hidden)
        book.write(sink, clocks)
        told.people()
        diary = Diary(world, book, clocks, sink)
        for day in range(days):
            actions, decided = decide(world)
            told.decisions(decided, day)
            diary.write(world.step(day, actions))
            progress(day + 1)
        told.effects(world)
        told.world(world)
    _write_settings(source, made)
    return Made(source, truth, made, sink.rows, hidden.rows)


def _check(source: Path, truth: Path, debtors: int, days: int) -> None:
    asked = f"make a world of {debtors} debtors and {days} days"
    if debtors < LEAST_DEBTORS or not LEAST_DAYS <= days <= MOST_DAYS:
        raise WrongUse(
            asked=asked,
            found="too few debtors, or too few or too many days",
            do=f"Ask for at least {LEAST_DEBTORS} debtors and {LEAST_DAYS} to {MOST_DAYS} days.",
        )
    check_folders(asked, source, truth)


def check_folders(asked: str, source: Path, truth: Path) -> None:
    """Refuse folders that hold something, or a truth that lies in the source.

    Raises
    ------
    WrongUse : either is so.
    """
    if truth.resolve().is_relative_to(source.resolve()):
        raise WrongUse(asked=asked, found="the truth would lie in the source", do="Name another folder for the truth.")
    for folder in (source, truth):
        if folder.exists() and any(folder.iterdir()):
            raise WrongUse(asked=asked, found=f"{folder} is not empty", do="Name a folder that does not exist yet.")


def _write_settings(source: Path, made: Setting) -> None:
    morning = made.calendar.on(0) + timedelta(days=made.days)
    text = (files("arrears.synthetic") / "portfolio.toml").read_text(encoding="utf-8")
    (source / "portfolio.toml").write_text(text.replace("STANDS_AT", f"{morning}T15:00:00+00:00"), encoding="utf-8")
