"""How many debtors a test needs, how long it takes and the least money it can find, from the portfolio's spread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from arrears.errors import BadInput, Refused
from arrears.experiments.boundaries import bounds, crossing
from arrears.experiments.design import Design
from arrears.experiments.noise import Noise
from arrears.experiments.schedule import looks
from arrears.experiments.staff import LEAST
from arrears.money import say_money


@dataclass(frozen=True)
class Spread:
    """What the metric was per debtor of the cohort in the months before.

    Attributes
    ----------
    mean, sd : of the metric, with its cap.
    uncapped_mean, uncapped_sd : without.
    explained : share of the variance that the covariates explain, 0-1.
    stock : debtors of the cohort there on the first day.
    per_week : debtors that come into the cohort in a week.
    collectors : in the team, who are dealt to arms that have staff of their own; 0: as few as may start.
    free_stock, free_per_week : those of `stock` and `per_week` whom no other version of the test holds; None: all.
    held : debtors of the cohort whom other versions hold.
    """

    mean: float
    sd: float
    uncapped_mean: float
    uncapped_sd: float
    stock: int
    per_week: float
    explained: float = 0.0
    collectors: int = 0
    free_stock: int | None = None
    free_per_week: float | None = None
    held: int = 0

    @property
    def cv(self) -> float:
        """Standard deviation as a multiple of the mean's size, capped: the mean of roll money may be below 0."""
        return self.sd / abs(self.mean) if self.mean else float("inf")

    @property
    def left_sd(self) -> float:
        """Standard deviation that the covariates leave."""
        return float(self.sd * np.sqrt(1 - self.explained))


@dataclass(frozen=True)
class Plan:
    """What a design can find.

    Attributes
    ----------
    debtors : all arms together, for the smallest effect at the designed power, the looks paid for; None: so few
        collectors of each arm's own never find it.
    fixed_debtors : the same with one look at the end.
    inflation : what looking weekly costs in debtors; 1 is nothing.
    weeks : of enrolment until that many have come in; None: the cohort never has so many.
    days : from the first day until the last look can be read.
    power : at the smallest effect, with the debtors that the design enrols.
    finds_minor : effect per debtor that they find with the designed power.
    finds_share : the same as a share of the mean's size.
    finds_total_minor : the same times the cohort's debtors of four weeks: what such an effect is worth a month.
    mean_stop : share of the information at which a test of the smallest effect ends on average.
    curve : effect per debtor, power and mean stop.
    """

    debtors: int | None
    fixed_debtors: int | None
    inflation: float
    weeks: int | None
    days: int
    power: float
    finds_minor: float
    finds_share: float
    finds_total_minor: float
    mean_stop: float
    curve: tuple[tuple[float, float, float], ...]

    def document(self) -> dict[str, Any]:
        """All of it as JSON."""
        return {**vars(self), "curve": [list(point) for point in self.curve]}


def spread_of(
    values: Sequence[float], *, cap: float | None, stock: int, per_week: float, explained: float = 0.0
) -> Spread:
    """The spread of a metric in a past cohort.

    Parameters
    ----------
    values : one a debtor, those who paid nothing included.
    cap : the design's; None: none.
    stock, per_week, explained : as `Spread` has them.

    Raises
    ------
    BadInput : fewer than two debtors, or a value that is no number.

    Examples
    --------
    >>> found = spread_of([0.0, 0.0, 0.0, 4000.0], cap=1000, stock=4, per_week=0)
    >>> found.mean, found.cv, found.uncapped_mean
    (250.0, 2.0, 1000.0)
    """
    told = np.asarray(values, dtype=np.float64)
    if len(told) < 2 or not np.isfinite(told).all():  # noqa: PLR2004 - one value has no spread
        found = f"{len(told)} values, {int((~np.isfinite(told)).sum())} of them no number"
        raise BadInput(asked="the spread of a metric", found=found, do="Give one number a debtor, of two or more.")
    capped = told if cap is None else np.clip(told, -cap, cap)
    return Spread(
        mean=float(capped.mean()),
        sd=float(capped.std(ddof=1)),
        uncapped_mean=float(told.mean()),
        uncapped_sd=float(told.std(ddof=1)),
        stock=stock,
        per_week=per_week,
        explained=explained,
    )


def planned(design: Design, spread: Spread) -> Plan:
    """What the design can find in a cohort of that spread.

    Examples
    --------
    >>> from arrears.experiments.design import read_design
    >>> from arrears.experiments.example import EXAMPLE
    >>> spread = Spread(mean=4000, sd=6800, uncapped_mean=4200, uncapped_sd=9600, stock=12_000, per_week=3000)
    >>> plan = planned(read_design(EXAMPLE), spread)
    >>> plan.debtors, plan.weeks, round(plan.power, 2), round(plan.finds_share, 3)
    (26434, 5, 0.85, 0.056)
    """
    noise = noise_of(design, spread)
    effect = design.primary.smallest_effect_minor
    fixed = _z_needed(_alpha(design), design.stop.power)
    needed_drift = _drift_of(design, spread, design.stop.power)
    error = noise.error(design.enrolment.debtors)
    schedule = _schedule(design)
    power, stop = _power(design, spread, effect / error)
    finds = needed_drift * error
    needed = noise.debtors(effect / needed_drift)
    return Plan(
        debtors=needed,
        fixed_debtors=noise.debtors(effect / fixed),
        inflation=float((needed_drift / fixed) ** 2),
        weeks=None if needed is None else _weeks_for(needed, spread, design),
        days=(schedule[-1].on - design.enrolment.starts).days + 1,
        power=power,
        finds_minor=finds,
        finds_share=finds / abs(spread.mean) if spread.mean else float("inf"),
        finds_total_minor=finds * (spread.stock + 4 * spread.per_week),
        mean_stop=stop,
        curve=tuple(_curve(design, spread, error)),
    )


def refuse_small(design: Design, spread: Spread) -> Plan:
    """The plan, if the cohort is large enough for the smallest effect.

    Raises
    ------
    Refused : too few debtors come in, or the design enrols too few, with the numbers.
    """
    plan = planned(design, spread)
    come = int(coming(spread, design.enrolment.weeks, design))
    enrolled = design.enrolment.debtors

    def say(minor: float) -> str:
        return say_money(round(minor), design.cohort.currency)

    if come < enrolled or plan.power < design.stop.power:
        raise Refused(
            asked=f"find {say(design.primary.smallest_effect_minor)} per debtor by {design.label}",
            found=f"{_takes(plan)}; the design enrols {enrolled}, whose power is {plan.power:.2f} "
            f"(asked {design.stop.power:g}), and {come} come in over {design.enrolment.weeks} weeks. {enrolled} find "
            f"{say(plan.finds_minor)}, {plan.finds_share:.1%} of the mean",
            do=f"{_to_do(plan)}, or look for {say(plan.finds_minor)} or more.",
        )
    return plan


def _takes(plan: Plan) -> str:
    if plan.debtors is None:
        return "collectors differ by more than so few of them in each arm can tell, however many debtors come in"
    return f"that takes {plan.debtors} debtors"


def _to_do(plan: Plan) -> str:
    if plan.debtors is None:
        return 'Let everybody work all arms (staff = "shared"), give each arm more collectors'
    return f"Enrol {plan.debtors} debtors" + (
        f" over {plan.weeks} weeks" if plan.weeks else ", which this cohort never has"
    )


def noise_of(design: Design, spread: Spread) -> Noise:
    """What the error of the smallest challenger's effect is made of.

    Notes
    -----
    Where arms have staff of their own, collectors are dealt by the shares of the arms, and between them lies the share
    of the variance that the design assumes. Covariates take nothing of that part away.
    """
    least = min(arm.share for arm in design.challengers)
    parts = 1 / least + 1 / design.champion.share
    if design.staff == "shared":
        return Noise(spread.left_sd**2 * parts)
    collectors = spread.collectors or LEAST / min(arm.share for arm in design.arms)
    between = design.between_collectors
    return Noise((1 - between) * spread.left_sd**2 * parts, between * spread.sd**2 * parts / collectors)


def coming(spread: Spread, weeks: int, design: Design) -> float:
    """Debtors that come into the test over its first weeks; who is in another version of it does not."""
    there = spread.stock if spread.free_stock is None else spread.free_stock
    per_week = spread.per_week if spread.free_per_week is None else spread.free_per_week
    stock = 0 if design.cohort.entry == "new" else there
    arriving = 0.0 if design.cohort.entry == "stock" else per_week * weeks
    low, high = design.slots
    return (stock + arriving) * (high - low) / 10_000


def _alpha(design: Design) -> float:
    """The error that one challenger may make: each has its share."""
    return design.stop.alpha / len(design.challengers)


def _z_needed(alpha: float, power: float) -> float:
    from scipy.special import ndtri

    return float(ndtri(power) - ndtri(alpha / 2))


def _schedule(design: Design) -> Sequence[Any]:
    return looks(design.enrolment, design.watch)


def _weeks_for(debtors: int, spread: Spread, design: Design) -> int | None:
    least = design.enrolment.weeks_to_promote or 1
    return next((weeks for weeks in range(least, 105) if coming(spread, weeks, design) >= debtors), None)


def _information(design: Design, spread: Spread) -> tuple[list[float], list[bool]]:
    """Share of the information expected at each look, and whether the look may promote."""
    whole = coming(spread, design.enrolment.weeks, design)
    shares, may = list[float](), list[bool]()
    for look in _schedule(design):
        share = min(coming(spread, look.number, design) / whole, 1.0) if whole else look.number / design.enrolment.weeks
        if not shares or share > shares[-1]:
            shares.append(share)
            may.append(look.may_promote)
        else:
            may[-1] = may[-1] or look.may_promote
    return shares, may


def _power(design: Design, spread: Spread, drift: float) -> tuple[float, float]:
    """Chance of promoting, and share of the information at which the test ends on average."""
    shares, may = _information(design, spread)
    found = bounds(
        shares,
        alpha=_alpha(design),
        spending=design.stop.spending,
        harm=design.stop.harm,
        may_promote=may,
        ended=True,
    )
    below, above = crossing(found.information, found.low, found.high, drift=drift)
    left = 1 - float(below.sum() + above.sum())
    return min(float(above.sum()), 1.0), float(np.array(shares) @ (below + above)) + left


def _drift_of(design: Design, spread: Spread, power: float) -> float:
    """The drift at which the looks have that power."""
    from scipy.optimize import brentq

    return float(brentq(lambda drift: _power(design, spread, drift)[0] - power, 0.0, 20.0, xtol=1e-6))


def _curve(design: Design, spread: Spread, error: float) -> list[tuple[float, float, float]]:
    effects = design.primary.smallest_effect_minor * np.linspace(0, 2, 21)
    return [(float(effect), *_power(design, spread, float(effect) / error)) for effect in effects]
