"""What a simulation measured, over seeds: cash per minute, shares of the oracle, and leads over other strategies.

All strategies of a seed meet the same luck, so differences between them are far surer than any of their values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from training.simulation.simulate import Plan, SeedRun
from training.simulation.strategies import NOBODY, ORACLE
from training.simulation.working import Tally

LEVEL = 0.95
COMPARED_WITH = ("value_at_risk", "severity")
MINOR = 100


@dataclass(frozen=True)
class Interval:
    """A mean over seeds and where it may lie; bounds NaN with one seed.

    Examples
    --------
    >>> interval([1.0, 2.0, 3.0]).told(1)
    '2.0 (-0.5 to 4.5)'
    """

    mean: float
    low: float
    high: float

    def told(self, digits: int) -> str:
        """As a person reads it."""
        if np.isnan(self.low):
            return f"{self.mean:,.{digits}f}"
        return f"{self.mean:,.{digits}f} ({self.low:,.{digits}f} to {self.high:,.{digits}f})"


def interval(values: Sequence[float]) -> Interval:
    """The mean of independent values with its Student interval of 95 %."""
    from scipy.stats import t

    mean = float(np.mean(values))
    if len(values) < 2:  # noqa: PLR2004 - one value has no spread
        return Interval(mean, float("nan"), float("nan"))
    half = float(t.ppf((1 + LEVEL) / 2, len(values) - 1) * np.std(values, ddof=1) / np.sqrt(len(values)))
    return Interval(mean, mean - half, mean + half)


@dataclass(frozen=True)
class Row:
    """One strategy over all seeds; money in major units.

    Attributes
    ----------
    added_per_minute : cash beyond what comes in if nobody is called, less the minutes' cost, per minute.
    net_per_minute : all cash less the minutes' cost, per minute.
    added : cash beyond nobody. `of_oracle` : that as a share of what the oracle adds.
    calls_per_thousand : calls for each 1,000 of cash beyond nobody; NaN where nothing was added.
    leads : by strategy, `added_per_minute` over that one's in the same seed.
    """

    strategy: str
    added_per_minute: Interval
    net_per_minute: Interval
    added: Interval
    of_oracle: Interval
    calls: Interval
    calls_per_thousand: Interval
    talks: Interval
    promises: Interval
    kept_share: Interval
    disputes: Interval
    ceases: Interval
    held_share: Interval
    leads: Mapping[str, Interval]


def rows(plan: Plan, runs: Sequence[SeedRun], *, minute_cost: float) -> list[Row]:
    """A row for each strategy, the best first.

    Parameters
    ----------
    minute_cost : of a collector's minute, major units.
    """
    measured = _Measured(runs, minute_cost)
    found = [measured.row(name, [other for other in COMPARED_WITH if other in plan.worked]) for name in plan.worked]
    return sorted(found, key=lambda row: -row.added_per_minute.mean)


def document(plan: Plan, runs: Sequence[SeedRun], *, minute_cost: float) -> dict[str, Any]:
    """Everything as JSON keeps it."""
    return {
        "plan": asdict(plan),
        "minute_cost": minute_cost,
        "strategies": [asdict(row) for row in rows(plan, runs, minute_cost=minute_cost)],
        "seeds": [
            {
                "seed": run.seed,
                "groups_past_due": run.groups,
                "logged_rows": run.rows,
                "holdout_months": run.months,
                "capacity": run.capacity,
                "chosen": {segment: {"ranking": name, "because": why} for segment, (name, why) in run.choices.items()},
                "tallies": {name: asdict(tally) for name, tally in run.tallies.items()},
            }
            for run in runs
        ],
    }


class _Measured:
    def __init__(self, runs: Sequence[SeedRun], minute_cost: float) -> None:
        self._runs, self._cost = runs, minute_cost

    def row(self, name: str, others: Sequence[str]) -> Row:
        def over(value: Callable[[SeedRun], float]) -> Interval:
            return interval([value(run) for run in self._runs])

        def counted(field: str) -> Interval:
            return over(lambda run: float(getattr(run.tallies[name], field)))

        return Row(
            strategy=name,
            added_per_minute=over(lambda run: self._per_minute(run, name)),
            net_per_minute=over(lambda run: self._net_per_minute(run.tallies[name])),
            added=over(lambda run: _added(run, name)),
            of_oracle=over(lambda run: _share(_added(run, name), _added(run, ORACLE))),
            calls=counted("calls"),
            calls_per_thousand=over(lambda run: _share(1000.0 * run.tallies[name].calls, _added(run, name))),
            talks=counted("talks"),
            promises=counted("promises"),
            kept_share=over(lambda run: _share(run.tallies[name].promises_kept, run.tallies[name].promises_over)),
            disputes=counted("disputes"),
            ceases=counted("ceases"),
            held_share=over(lambda run: _share(run.tallies[name].held, run.tallies[name].asked)),
            leads={other: self._lead(name, other) for other in others if other != name},
        )

    def _lead(self, name: str, other: str) -> Interval:
        return interval([self._per_minute(run, name) - self._per_minute(run, other) for run in self._runs])

    def _per_minute(self, run: SeedRun, name: str) -> float:
        minutes = run.tallies[name].minutes
        return (_added(run, name) / minutes - self._cost) if minutes else 0.0

    def _net_per_minute(self, tally: Tally) -> float:
        return tally.cash_minor / MINOR / tally.minutes - self._cost if tally.minutes else float("nan")


def _added(run: SeedRun, name: str) -> float:
    return (run.tallies[name].cash_minor - run.tallies[NOBODY].cash_minor) / MINOR


def _share(part: float, whole: float) -> float:
    return part / whole if whole > 0 else float("nan")
