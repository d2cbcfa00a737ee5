"""Which debtor is in which test, and in which arm.

A debtor is drawn once, on the first day on which a running test's cohort holds it, and then keeps what was drawn: the
record of earlier nights comes first, whatever a later design says. The draw itself follows from ids, salts and, where
arms are dealt within strata, from who else came in on that day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from arrears.errors import BadInput
from arrears.experiments.design import Design
from arrears.experiments.lots import STEPS, Lots, lots, numbers
from arrears.policy.columns import Flags, Words

NONE = ""
"""Test and arm of whoever is in none."""


@dataclass(frozen=True)
class Debtors:
    """Everybody whom a night asks about, one row each.

    Attributes
    ----------
    debtor_id : each once.
    household : the household's id; None: each debtor is one.
    held_out : of the random holdout: in no test, whatever was drawn before; None: nobody.
    """

    debtor_id: Words
    household: Words | None = None
    held_out: Flags | None = None


@dataclass(frozen=True)
class Arms:
    """Test and arm of each debtor, in the order asked.

    Attributes
    ----------
    test : the design's label, as `earlier_calls/1`; `NONE` for none.
    arm : the arm's name; `NONE` for none.
    """

    test: Words
    arm: Words


@dataclass(frozen=True)
class Eligible:
    """Who may be enrolled into one test today.

    Attributes
    ----------
    flags : of each debtor.
    stratum : of each debtor, as `Cohort.stratum` tells it; None where the design has no strata.
    """

    flags: Flags
    stratum: Words | None = None


def arm_of(
    designs: Sequence[Design],
    debtors: Debtors,
    *,
    day: date,
    eligible: Mapping[str, Eligible],
    recorded: Arms | None = None,
) -> Arms:
    """Test and arm of every debtor on a day.

    Parameters
    ----------
    designs : that run, a successor beside what it follows; else none may overlap another (`refuse_overlap`).
    day : the night's day; who has no arm yet is enrolled if it lies within the weeks of a test's newest version.
    eligible : by the design's label.
    recorded : what earlier nights drew, row by row; None: nothing. Whoever has an arm of any version of a running test
        keeps it, and so does who comes into a household that has one.

    Raises
    ------
    BadInput : a debtor twice, or columns of different lengths.

    Examples
    --------
    >>> from arrears.experiments.design import read_design
    >>> from arrears.experiments.example import EXAMPLE
    >>> design = read_design(EXAMPLE.replace('strata = ["bucket", "balance_band", "entry"]', ""))
    >>> people = Debtors(np.array(["D1", "D2", "D3", "D4"]))
    >>> drawn = arm_of([design], people, day=date(2026, 6, 3), eligible={design.label: Eligible(np.full(4, True))})
    >>> drawn.arm.tolist()
    ['champion', 'champion', 'challenger', 'champion']
    """
    count = len(debtors.debtor_id)
    _check(debtors, eligible, recorded, count)
    test, arm = np.full(count, NONE, dtype=object), np.full(count, NONE, dtype=object)
    if recorded is not None:
        runs = _of_running(designs, recorded.test)
        test[runs], arm[runs] = recorded.test[runs], recorded.arm[runs]
    for design in _newest(designs, day):
        if design.label in eligible:
            _enrol(design, debtors, eligible[design.label], day, test, arm)
    if debtors.held_out is not None:
        test[debtors.held_out] = arm[debtors.held_out] = NONE
    return Arms(test.astype(np.str_), arm.astype(np.str_))


def _of_running(designs: Sequence[Design], test: Words) -> Flags:
    """Which records are of any version of a running test."""
    names = {design.name for design in designs}
    labels, told = np.unique(test, return_inverse=True)
    runs: Flags = np.array([label.partition("/")[0] in names for label in labels.tolist()], dtype=np.bool_)[told]
    return runs


def _newest(designs: Sequence[Design], day: date) -> list[Design]:
    """Of each test the version that was in force on that day."""
    begun = sorted((each for each in designs if each.enrolment.starts <= day), key=lambda each: each.version)
    return list({design.name: design for design in begun}.values())


def _enrol(
    design: Design, debtors: Debtors, eligible: Eligible, day: date, test: NDArray[np.object_], arm: NDArray[np.object_]
) -> None:
    """Give an arm to whoever may come in today and is in no test yet."""
    if not design.enrolment.starts <= day <= design.enrolment.last_day:
        return
    open_now = eligible.flags & (arm == NONE)
    if debtors.held_out is not None:
        open_now &= ~debtors.held_out
    rows = np.flatnonzero(open_now)
    together = design.household_together and debtors.household is not None
    keys = (debtors.household if together and debtors.household is not None else debtors.debtor_id)[rows]
    low, high = design.slots
    mine = _in_slots(design.group, keys, low, high)
    rows, keys = rows[mine], keys[mine]
    if not len(rows):
        return
    names, home = np.unique(keys, return_inverse=True)
    stratum = None if eligible.stratum is None or not design.strata else _stratum_of(keys, eligible.stratum[rows])
    drawn = np.array([each.name for each in design.arms], dtype=object)[_places(design, names, stratum, day)][home]
    label = np.full(len(rows), design.label, dtype=object)
    if together and debtors.household is not None:
        _follow_mates(design, debtors.household, rows, test, arm, (label, drawn))
    test[rows], arm[rows] = label, drawn


def _in_slots(group: str, keys: Words, low: int, high: int) -> Flags:
    if (low, high) == (0, STEPS):
        return np.ones(len(keys), dtype=np.bool_)
    slot = lots("slot", group, keys.tolist())
    return (slot >= low) & (slot < high)


def _stratum_of(keys: Words, stratum: Words) -> Words:
    """Of each key, in their order, the first of its strata: the same whatever the order of the rows."""
    order = np.lexsort((stratum, keys))
    _, first = np.unique(keys[order], return_index=True)
    return stratum[order][first]


def _places(design: Design, keys: Words, stratum: Words | None, day: date) -> NDArray[np.int64]:
    """The place among the design's arms that each key draws."""
    told = keys.tolist()
    lot = lots("arm", design.salt, told) if stratum is None else _dealt(design.salt, told, stratum, day)
    return np.searchsorted(np.cumsum([arm.steps for arm in design.arms]), lot, side="right")


def _dealt(salt: str, keys: list[str], stratum: Words, day: date) -> Lots:
    """Lots that are spread evenly over each stratum, in an order drawn by hash, from a start drawn by hash."""
    order = np.lexsort((np.array(keys), numbers("arm", salt, keys), stratum))
    names, first, among = np.unique(stratum[order], return_index=True, return_inverse=True)
    size = np.bincount(among)[among]
    start = lots("stratum", salt, [f"{day} {name}" for name in names.tolist()])[among]
    dealt = np.empty(len(keys), dtype=np.int64)
    # With the start drawn evenly from the steps every key has each lot with the same chance, whatever the size.
    dealt[order] = ((np.arange(len(keys)) - first[among]) * STEPS + start) // size
    return dealt


def _follow_mates(
    design: Design,
    household: Words,
    rows: NDArray[np.intp],
    test: NDArray[np.object_],
    arm: NDArray[np.object_],
    drawn: tuple[NDArray[np.object_], NDArray[np.object_]],
) -> None:
    """Whoever comes into a household that has an arm of this test takes that arm, of the version it was drawn by."""
    known = {
        home: (label, name)
        for home, label, name in zip(household.tolist(), test.tolist(), arm.tolist(), strict=True)
        if label.partition("/")[0] == design.name
    }
    for place, home in enumerate(household[rows].tolist()):
        if home in known:
            drawn[0][place], drawn[1][place] = known[home]


def _check(debtors: Debtors, eligible: Mapping[str, Eligible], recorded: Arms | None, count: int) -> None:
    columns = {"household": debtors.household, "held_out": debtors.held_out}
    columns |= {f"eligible for {label}": each.flags for label, each in eligible.items()}
    columns |= {f"stratum for {label}": each.stratum for label, each in eligible.items()}
    columns |= {"recorded": None if recorded is None else recorded.arm}
    uneven = [f"{len(each)} of {name}" for name, each in columns.items() if each is not None and len(each) != count]
    twice = count - len(set(debtors.debtor_id.tolist()))
    if uneven or twice:
        raise BadInput(
            asked=f"the arms of {count} debtors",
            found=", ".join([*uneven, *([f"{twice} debtors more than once"] if twice else [])]),
            do="Give each debtor one row in every column.",
        )
