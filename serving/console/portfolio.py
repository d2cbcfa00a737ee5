"""The page Portfolio: how late the book is, how it moves from month to month, and where that leads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

import duckdb
import numpy as np
import pyarrow as pa
from markupsafe import Markup
from pydantic import BaseModel, ConfigDict

from arrears.buckets import AGEING
from arrears.lake import Lake
from arrears.money import to_major
from arrears.roll_matrix import STATES
from arrears.roll_rates import RollRates, monthly, moves, pooled, settled_by
from arrears.settings import Settings
from arrears.state.reading import reading
from features.delinquency import cycle_statuses
from serving.console import charts
from serving.console.words import NOTHING, big_money, count, many, money, month
from serving.deployment import Deployment
from serving.kept import Kept
from serving.problems import Problem

MONTHS_AHEAD = 12
STEPS = (1, 3, 6, 12)
"""Months ahead that the table shows."""

LATE = tuple(bucket.value for bucket in AGEING[1:])


class Asked(BaseModel):
    """How somebody wants to see the book: shares of accounts or of money, of all months or of one."""

    model_config = ConfigDict(frozen=True)

    by: Literal["count", "balance"] = "count"
    month: str = ""


@dataclass(frozen=True)
class MonthOfBook:
    """The book at one statement month's end: accounts and money by bucket."""

    day: date
    accounts: Mapping[str, int]
    balance_minor: Mapping[str, int]


@dataclass(frozen=True)
class Facts:
    """What the page is drawn from; worked out once for a lake and a day."""

    currency: str
    months: tuple[MonthOfBook, ...]
    moved: tuple[RollRates, ...]


def facts_of(lake: Lake, settings: Settings, as_of: date) -> Facts:
    """Read the book's months and moves, as settled by a day."""
    con = lake.connect()
    try:
        statuses = cycle_statuses(lake.present, settings).run(con)
        currency = con.execute("SELECT currency FROM accounts GROUP BY ALL ORDER BY count(*) DESC LIMIT 1").fetchone()
    finally:
        con.close()
    settles = settings.delinquency.status_settles_days
    settled = settled_by(moves(statuses), as_of, zone=settings.portfolio.zone, settles_days=settles)
    return Facts(
        currency=str(currency[0]) if currency else "",
        months=tuple(_months(statuses)),
        moved=tuple(monthly(settled)),
    )


def months_of(deployment: Deployment) -> Kept[Facts]:
    """The book's months and moves, worked out once a lake and day."""
    return deployment.keeps(
        "portfolio",
        key=lambda: f"{deployment.lake.fingerprint} {deployment.day}",
        make=lambda: facts_of(deployment.lake, deployment.settings, deployment.day),
    )


def forecast_of(deployment: Deployment) -> Kept[Any] | None:
    """The months ahead, worked out once a lake, day and champion; None where nobody handed in how, or too early."""
    if deployment.forecaster is None or not deployment.champions.asked:
        return None  # without its champion it would be worked out twice

    def key() -> str:
        champion = deployment.champions.of("roll_rate")
        return f"{deployment.lake.fingerprint} {deployment.day} {champion.label if champion else None}"

    return deployment.keeps("forecast", key=key, make=lambda: _forecast(deployment))


def _forecast(deployment: Deployment) -> dict[str, Any] | None:
    facts = months_of(deployment).now()
    if deployment.forecaster is None or facts is None:
        return None
    champion = deployment.champions.of("roll_rate")
    return deployment.forecaster(deployment.lake, deployment.day, MONTHS_AHEAD, facts.currency, champion)


def shown(deployment: Deployment, asked: Asked) -> dict[str, Any]:
    """What the page shows; `facts` is None while they are being worked out."""
    kept = months_of(deployment)
    facts = kept.ask()
    if facts is None:
        return {"facts": None, "failed": kept.failed, "asked": asked}
    choices = [(f"{each.month_from:%Y-%m}", _span(each)) for each in facts.moved]
    if asked.month and asked.month not in dict(choices):
        told = ", ".join(dict(choices)) or "none yet"
        raise Problem("wrong-request", f"Roll rates of that month are not known. month is one of {told}.")
    chosen = _chosen(facts.moved, asked.month)
    return {
        "facts": facts,
        "asked": asked,
        "aging": _aging(facts, asked),
        "aging_rows": _aging_rows(facts, asked),
        "late": LATE,
        "live": live_months(facts, deployment.settings.delinquency.status_settles_days, deployment.day),
        "choices": choices,
        "rates": chosen and _rates(chosen, facts.currency, asked),
        "losses": _losses(deployment),
        "ahead": _ahead(deployment, facts, asked),
        "pending": _is_pending(deployment),
    }


def live_months(facts: Facts, settles_days: int, day: date) -> str | None:
    """Which months' statuses may still change, and what leaves them out; None where all have settled.

    Examples
    --------
    >>> months = [MonthOfBook(date(2005, month, 30), {}, {}) for month in (8, 9)]
    >>> live_months(Facts("TWD", tuple(months), ()), 28, date(2005, 10, 3)).split(": ")[0]
    'Sep 2005 is live'
    >>> live_months(Facts("TWD", tuple(months), ()), 0, date(2005, 10, 3)) is None
    True
    """
    live = [month(each.day) for each in facts.months if each.day + timedelta(days=settles_days) > day]
    if not live:
        return None
    return (
        f"{' and '.join(live)} {'is' if len(live) == 1 else 'are'} live: a status settles "
        f"{many(settles_days, 'day')} after its month's end, and may change until then. Live statuses decide who is "
        "worked today; roll rates, losses and the forecast rest on settled ones alone."
    )


def _is_pending(deployment: Deployment) -> bool:
    """Whether the months ahead will be there in a moment."""
    kept = forecast_of(deployment)
    if kept is None:
        return deployment.forecaster is not None
    return kept.ask() is None and not kept.failed


def _ahead(deployment: Deployment, facts: Facts, asked: Asked) -> dict[str, Any] | None:
    """The months ahead as two charts and a table; None while they are worked out, or where nobody can."""
    kept = forecast_of(deployment)
    told = kept.ask() if kept is not None else None
    if told is None:
        return None
    scale = 1.0 if asked.by == "count" else float(to_major(1, facts.currency))
    courses = {name: by[asked.by] for name, by in told["forecasts"].items()}
    settled = [each for each in facts.months if each.day <= told["settled_on"]]
    seen = [scale * _late(_of(each, asked)) for each in settled]
    total = scale * sum(_of(settled[-1], asked).values()) if settled else 0.0
    days = [each.day for each in settled] + [_months_after(settled[-1].day, step + 1) for step in range(told["months"])]
    names = [*courses, *courses][:2]
    late = [_course(name, courses[name], scale, total, _past_due) for name in names]
    lost = [_course(name, courses[name], scale, total, _lost) for name in names]
    return {
        "said": told["said"],
        "names": list(courses),
        "late": charts.forecast(days, seen, late[0], late[-1], title="Past due, seen and expected"),
        "lost": charts.forecast(days[len(seen) - 1 :], [0.0], lost[0], lost[-1], title="Lost by then"),
        "lost_at": told["lost_at"],
        "table": [_row_ahead(name, courses[name], scale) for name in courses],
        "steps": [step for step in STEPS if step <= told["months"]],
    }


def _course(name: str, aheads: Sequence[Mapping[str, Any]], scale: float, total: float, what: Any) -> charts.Course:  # noqa: ANN401 - one of the two below
    bands = [what(ahead, total / scale) for ahead in aheads]
    return charts.Course(name, *([scale * band[part] for band in bands] for part in ("expected", "low", "high")))


def _past_due(ahead: Mapping[str, Any], total: float) -> dict[str, float]:
    """All that is not current; what left the book is in neither."""
    current = ahead["totals"]["CURRENT"]
    gone = sum(band["expected"] for state, band in ahead["totals"].items() if state not in ("CURRENT", *LATE))
    whole = total - gone
    return {
        "expected": whole - current["expected"],
        "low": max(whole - current["high"], 0.0),
        "high": whole - current["low"],
    }


def _lost(ahead: Mapping[str, Any], total: float) -> dict[str, float]:
    del total
    return dict(ahead["lost"])


def _row_ahead(name: str, aheads: Sequence[Mapping[str, Any]], scale: float) -> tuple[str, list[tuple[str, list[str]]]]:
    """One answer's expectations by bucket, at the months that are shown."""
    shown = {ahead["month"]: ahead for ahead in aheads if ahead["month"] in STEPS}
    rows = [(bucket, [shown[step]["totals"].get(bucket) for step in shown]) for bucket in ("CURRENT", *LATE)]
    rows.append(("lost by then", [shown[step]["lost"] for step in shown]))
    return name, [(bucket, [_band(band, scale) for band in bands]) for bucket, bands in rows]


def _band(band: Mapping[str, float] | None, scale: float) -> str:
    if band is None:
        return NOTHING
    return f"{band['expected'] * scale:,.0f} ({band['low'] * scale:,.0f} to {band['high'] * scale:,.0f})"


def _late(found: Mapping[str, int]) -> int:
    return sum(found.get(bucket, 0) for bucket in LATE)


def _months_after(day: date, months: int) -> date:
    place = day.year * 12 + day.month - 1 + months
    return date(place // 12, place % 12 + 1, 1)


def _losses(deployment: Deployment) -> list[tuple[str, float]]:
    """Share of a balance that is lost from each bucket, as the serving night reckoned it."""
    with reading(deployment.engine) as connection:
        night = deployment.night(connection)
    factors = night.loss_factors if night else {}
    return [(bucket.value, float(factors[bucket.value])) for bucket in AGEING if bucket.value in factors]


def _months(statuses: pa.Table) -> list[MonthOfBook]:
    con = duckdb.connect()
    con.register("statuses", statuses)
    rows = con.execute(
        "SELECT last_day(cycle_end), bucket, count(*), coalesce(sum(greatest(balance_minor, 0)), 0)::BIGINT"
        " FROM statuses GROUP BY ALL ORDER BY 1"
    ).fetchall()
    con.close()
    days = dict.fromkeys(day for day, *_ in rows)
    return [
        MonthOfBook(
            day,
            {bucket: accounts for on, bucket, accounts, _ in rows if on == day},
            {bucket: balance for on, bucket, _, balance in rows if on == day},
        )
        for day in days
    ]


def _aging(facts: Facts, asked: Asked) -> Markup:
    values = [_of(each, asked) for each in facts.months]
    return charts.columns(
        [month(each.day) for each in facts.months],
        [[found.get(bucket, 0) for bucket in LATE] for found in values],
        LATE,
        say=_say(facts.currency, asked),
        title="Past due by bucket at each statement month's end",
    )


def _aging_rows(facts: Facts, asked: Asked) -> list[tuple[str, list[str], str, float]]:
    say = _say(facts.currency, asked)
    rows = []
    for each in facts.months:
        found = _of(each, asked)
        late, whole = sum(found.get(bucket, 0) for bucket in LATE), sum(found.values())
        rows.append((month(each.day), [say(found.get(b, 0)) for b in LATE], say(late), late / whole if whole else 0.0))
    return rows


def _of(each: MonthOfBook, asked: Asked) -> Mapping[str, int]:
    return each.accounts if asked.by == "count" else each.balance_minor


def _say(currency: str, asked: Asked) -> Any:  # noqa: ANN401 - a function of one number
    return count if asked.by == "count" else lambda minor: big_money(minor, currency)


def _chosen(moved: Sequence[RollRates], asked: str) -> RollRates | None:
    if not moved:
        return None
    one = [each for each in moved if f"{each.month_from:%Y-%m}" == asked]
    return one[0] if one else pooled(moved)


def _rates(rates: RollRates, currency: str, asked: Asked) -> dict[str, Any]:
    """The matrix as the chart and the table take it; states that nobody was ever in are left out."""
    amounts, part = rates.counts(asked.by), rates.shares(asked.by)
    seen = (rates.accounts.sum(axis=0) + rates.accounts.sum(axis=1)) > 0
    keep = [place for place, state in enumerate(STATES) if seen[place] or state in AGEING]
    rows = [place for place in keep if STATES[place] in AGEING]
    say = count if asked.by == "count" else lambda minor: money(minor, currency)
    names = [STATES[place].value for place in keep]
    cells = [[None if np.isnan(part[row, to]) else float(part[row, to]) for to in keep] for row in rows]
    told = [[say(float(amounts[row, to])) for to in keep] for row in rows]
    return {
        "span": _span(rates),
        "chart": charts.heat_map(cells, told, names),
        "names": names,
        "rows": [(names[at], told[at], cells[at], say(float(amounts[rows[at]].sum()))) for at in range(len(rows))],
    }


def _span(rates: RollRates) -> str:
    return f"{month(rates.month_from)} to {month(rates.month_to)}"
