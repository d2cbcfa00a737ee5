"""The feature table of any snapshots: which features a book can have, and the one SQL statement that computes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ibis import ir

from arrears.settings import Settings
from features.catalog import CATALOG
from features.columns import KEY, beside
from features.facts import Facts
from features.feature import Feature
from features.plan import Plan, compiled, compiled_once
from features.rows import SUMMED_BY, Rows


@dataclass(frozen=True)
class FeaturePlan(Plan):
    """A plan whose columns after account_id, debtor_id and as_of are features.

    Parameters
    ----------
    names : the features, in the order of the columns.
    absent : features this book cannot have, and what it lacks for each.
    """

    names: tuple[str, ...] = ()
    absent: Mapping[str, str] = field(default_factory=dict)


def plan(
    present: Mapping[str, frozenset[str]],
    settings: Settings,
    snapshots: str = "snapshots",
    *,
    names: Iterable[str] | None = None,
) -> FeaturePlan:
    """Choose the features that a book supplies and compile them.

    Parameters
    ----------
    present : the book's tables and the columns its source supplied.
    names : compute only these (with what they need beneath); all that the book supplies if None.

    Returns
    -------
    FeaturePlan; `run(con)` gives one row per snapshot, features as float64, sorted by account and day.
    """
    absent = missing(present)
    wanted = None if names is None else frozenset(names)
    chosen = [one for one in CATALOG if one.name not in absent and (wanted is None or one.name in wanted)]
    own = tuple(one.name for one in chosen)
    name = f"features of {snapshots}: {' '.join(own)}"

    def whole(present: Mapping[str, frozenset[str]], settings: Settings) -> ir.Table:
        return answer(Facts(present, settings, snapshots), chosen)

    if all(one.is_own for one in chosen):
        made = compiled_once(name, present, settings, whole)
    else:
        made = compiled(whole(present, settings), settings)
    return FeaturePlan(sql=made.sql, terms=made.terms, names=own, absent=absent)


def missing(present: Mapping[str, frozenset[str]]) -> dict[str, str]:
    """The features a book cannot have, each with the tables or columns it lacks."""
    lacks = {one.name: [read for read in one.reads if not _supplied(read, present)] for one in CATALOG}
    return {name: _why(reads, present) for name, reads in lacks.items() if reads}


def _supplied(read: str, present: Mapping[str, frozenset[str]]) -> bool:
    ways = (way.split(".") for way in read.split("|"))
    return any(column in present.get(table, ()) for table, column in ways)


def _why(reads: list[str], present: Mapping[str, frozenset[str]]) -> str:
    told = []
    for read in reads:
        ways = [way.split(".") for way in read.split("|")]
        told.append(" or ".join(dict.fromkeys(f"{t}.{c}" if t in present else f"table {t}" for t, c in ways)))
    return "the book has no " + ", no ".join(dict.fromkeys(told))


def answer(facts: Facts, chosen: Sequence[Feature]) -> ir.Table:
    """The feature table before it is compiled: one row per snapshot, a column for each chosen feature."""
    rows = Rows(facts)
    needed = _with_needs(chosen)
    row = rows.debtor.semi_join(facts.snapshots.select(*KEY), list(KEY))
    for over in SUMMED_BY:
        own = [one for one in needed if one.over == over]
        if own:
            row = _beside(row, getattr(rows, over), own)
    for one in [one for one in needed if one.over == "account"]:
        row = row.mutate(**{one.name: one.expression(row)})
    features = {one.name: row[one.name].cast("float64") for one in chosen}
    return row.select("account_id", "debtor_id", "as_of", **features).order_by(*KEY)


def _with_needs(chosen: Sequence[Feature]) -> list[Feature]:
    names = {one.name for one in chosen} | {need for one in chosen for need in one.needs}
    return [one for one in dict.fromkeys((*CATALOG, *chosen)) if one.name in names]


def _beside(row: ir.Table, rows: ir.Table, own: list[Feature]) -> ir.Table:
    key = SUMMED_BY[own[0].over]
    sums = rows.group_by(key).agg(**{one.name: one.expression(rows).cast("float64") for one in own})
    row = row.drop(*(name for name in sums.columns if name not in key and name in row.columns))
    joined = beside(row, sums, key)
    zeros = {one.name: joined[one.name].fill_null(0.0) for one in own if one.none_is_zero}
    return joined.mutate(**zeros) if zeros else joined
