"""Whom other versions of a test hold: they keep their arm and are read there, so a successor finds only the others."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from sqlalchemy import Connection, text

from arrears.experiments import records
from arrears.experiments.design import Design
from arrears.experiments.lots import STEPS
from arrears.experiments.power import Spread

_SINCE = text("""
    SELECT d.debtor_id, min(d.enrolled_on) AS since FROM experiment_debtors d JOIN experiments e USING (experiment_id)
    WHERE e.name = :name AND e.version <> :version GROUP BY d.debtor_id
""")


@dataclass(frozen=True)
class Held:
    """Whom other versions of a test hold, ended ones included.

    Attributes
    ----------
    since : by debtor the day on which they came in.
    drawn_until : the last day on which another version takes whoever comes; None: none takes anybody any more.
    draws_from : the first day of the last version that does; where versions take the stock alone, they take it then.
    """

    since: Mapping[str, date] = field(default_factory=dict)
    drawn_until: date | None = None
    draws_from: date | None = None


@dataclass(frozen=True)
class Present:
    """The debtors of a test's cohort on an evening, and a while before.

    Attributes
    ----------
    day : the later of the two evenings.
    now, before : their ids on either.
    began : the earlier evening.
    """

    day: date
    now: Collection[str]
    began: date
    before: Collection[str]


NOBODY = Held()


def held(connection: Connection, design: Design) -> Held:
    """Whom other versions of a design's test hold, and until when one of them takes whoever comes before it does."""
    others = [each for each in records.every(connection) if each.design.name == design.name]
    others = [each for each in others if each.design.version != design.version and each.started_on is not None]
    if not others:
        return NOBODY
    told = connection.execute(_SINCE, {"name": design.name, "version": design.version})
    drawing = [each.design.enrolment for each in others if each.state == "running" and each.closed_on is None]
    whose = Held({row.debtor_id: row.since for row in told})
    if not drawing:
        return whose
    before = design.enrolment.starts - timedelta(days=1)
    until, begun = max(each.last_day for each in drawing), max(each.starts for each in drawing)
    return replace(whose, drawn_until=min(until, before), draws_from=min(begun, before))


def left_over(spread: Spread, design: Design, whose: Held, present: Present) -> Spread:
    """A spread with the debtors who are left for a design: those there on its first day, and those who come in a week.

    Both count debtors of all slots, as the spread's own do. Where another version draws until then, only who comes
    afterwards is left. Of those who come into the cohort some have been there before and are held: their part is taken
    to be that of the days between the two evenings.

    Examples
    --------
    >>> from arrears.experiments.design import read_design
    >>> from arrears.experiments.example import EXAMPLE
    >>> whole = Spread(mean=4000, sd=6800, uncapped_mean=4200, uncapped_sd=9600, stock=4, per_week=8)
    >>> present = Present(date(2026, 5, 31), ["D1", "D2", "D3", "D4"], date(2026, 5, 3), ["D1", "D2"])
    >>> whose = Held({"D1": date(2026, 1, 5), "D3": date(2026, 1, 5)})
    >>> found = left_over(whole, read_design(EXAMPLE), whose, present)
    >>> found.free_stock, found.free_per_week, found.held
    (2, 4.0, 2)
    """
    low, high = design.slots
    slots = (high - low) / STEPS
    came = set(present.now) - set(present.before)
    back = sum(whose.since.get(debtor, present.day) <= present.began for debtor in came)
    # Whoever is held was of the design's slots, and who is counted here may be of any.
    per_week = spread.per_week * (max(1 - back / (len(came) * slots), 0.0) if came else 1.0)
    inside = sum(debtor in whose.since for debtor in present.now)
    # A version that takes the stock alone leaves whoever came after its first day; before that it has taken nobody yet.
    drawn = whose.draws_from if design.cohort.entry == "stock" else whose.drawn_until
    since = max(drawn or present.day, present.day)
    there = 0 if since > present.day else max(len(present.now) - round(inside / slots), 0)
    waits = max((design.enrolment.starts - since).days - 1, 0)
    stock = min(there + round(per_week * waits / 7), len(present.now))
    return replace(spread, free_stock=stock, free_per_week=per_week, held=inside)
