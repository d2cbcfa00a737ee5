"""The console's charts, each a function from numbers to SVG."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from arrears.buckets import AGEING
from serving.console.plot import Plot, both_widths, ticks
from serving.console.words import MONTHS, big_money, money, month, share, signed

ROW = 25.0
LEAST_SHOWN = 0.005


def reasons(contributions: Mapping[str, float], *, title: str, rightwards_is_good: bool) -> Markup:
    """What each business concept adds to or takes from the log-odds: bars to the right and left of zero."""
    shown = sorted(contributions.items(), key=lambda pair: -abs(pair[1]))
    shown = [pair for pair in shown if abs(pair[1]) >= LEAST_SHOWN] or shown[:1]
    return both_widths(
        _reasons(shown, title, 600, 180, rightwards_is_good=rightwards_is_good),
        _reasons(shown, title, 345, 158, rightwards_is_good=rightwards_is_good),
    )


def _reasons(
    shown: Sequence[tuple[str, float]], title: str, width: float, names: float, *, rightwards_is_good: bool
) -> Markup:
    low, high = min(0.0, *(v for _, v in shown)), max(0.0, *(v for _, v in shown))
    # Room for the figure beside each bar, on the side to which bars go.
    left, right = names + (44 if low < 0 else 8), 44.0 if high > 0 else 8.0
    plot = Plot(title, width, ROW * len(shown) + 4, x=(low, high), pad=(2, right, 2, left))
    zero = plot.at_x(0)
    for place, (concept, value) in enumerate(shown):
        top, end = 2 + place * ROW, plot.at_x(value)
        plot.text(names - 6, top + 17, concept, anchor="end", kind="name")
        plot.box(
            min(zero, end),
            top + 5,
            abs(end - zero),
            ROW - 10,
            "for" if (value > 0) == rightwards_is_good else "against",
        )
        plot.text(end + (6 if value > 0 else -6), top + 17, signed(value), anchor="start" if value > 0 else "end")
    plot.rule(zero, 0, zero, plot.height, "zero")
    return plot.drawn()


@dataclass(frozen=True)
class MonthEnd:
    """An account at one statement: what it owed, how late it was, and what was paid since the one before."""

    day: date
    balance_minor: int | None
    bucket: str | None
    paid_minor: int


def timeline(months: Sequence[MonthEnd], *, limit_minor: int | None, currency: str) -> Markup:
    """Balance, payments and bucket of one account by statement month."""
    return both_widths(_timeline(months, limit_minor, currency, 800), _timeline(months, limit_minor, currency, 340))


def _timeline(months: Sequence[MonthEnd], limit_minor: int | None, currency: str, width: float) -> Markup:
    owed = [each.balance_minor or 0 for each in months]
    high = max([*owed, *(each.paid_minor for each in months), 1])
    with_limit = limit_minor is not None and limit_minor <= 2 * high
    top_value = max(high, limit_minor or 0) if with_limit else high
    low = min([*owed, 0])
    plot = Plot("Balance, payments and bucket by month", width, 250, (-0.5, len(months) - 0.5), (low, top_value * 1.06))
    plot.pad = (16, 12, 62, 58)
    plot.left_axis([(value, big_money(value, currency)) for value in ticks(low, top_value, 4)])
    room = plot.at_x(1) - plot.at_x(0)
    for place, each in enumerate(months):
        x, thick = plot.at_x(place), min(34.0, room * 0.36)
        if each.paid_minor > 0:
            y = plot.at_y(each.paid_minor)
            told = f"Paid in {month(each.day)}: {money(each.paid_minor, currency)}"
            plot.box(x - thick / 2, y, thick, plot.at_y(0) - y, "bar-pale", told=told)
        _bucket_mark(plot, x, plot.height - 36, each, room)
    plot.rule(plot.pad[3], plot.at_y(0), width - plot.pad[1], plot.at_y(0), "axis")
    if with_limit and limit_minor is not None:
        plot.line([(-0.5, limit_minor), (len(months) - 0.5, limit_minor)], "third")
        plot.text(width - plot.pad[1], plot.at_y(limit_minor) - 5, "credit limit", anchor="end", kind="over")
    known = [(place, each) for place, each in enumerate(months) if each.balance_minor is not None]
    plot.line([(place, each.balance_minor or 0) for place, each in known], "series")
    for place, each in known:
        told = f"Owed at {month(each.day)}: {money(each.balance_minor, currency)}"
        plot.dot(place, each.balance_minor or 0, "dot", told=told)
    return plot.drawn()


def _bucket_mark(plot: Plot, x: float, y: float, each: MonthEnd, room: float) -> None:
    plot.text(x, plot.height - plot.pad[2] + 17, MONTHS[each.day.month - 1], anchor="middle")
    if each.bucket is None:
        plot.text(x, y + 26, "not yet known" if room > 80 else "…", anchor="middle")  # noqa: PLR2004 - room for the words
        return
    rank = list(AGEING).index(each.bucket) if each.bucket in AGEING else len(AGEING) - 1  # type: ignore[arg-type]
    width = min(room - 6, 76.0)
    plot.box(x - width / 2, y, width, 9, f"step-{rank}", told=f"{month(each.day)}: {each.bucket}")
    said = "current" if rank == 0 else each.bucket
    plot.text(x, y + 26, said if room > 50 else _brief(each.bucket, narrow=True), anchor="middle")  # noqa: PLR2004 - as above


def columns(
    names: Sequence[str],
    values: Sequence[Sequence[float]],
    buckets: Sequence[str],
    *,
    say: Callable[[float], str],
    title: str,
) -> Markup:
    """A column a month, one layer a bucket, the worst on top."""
    return both_widths(
        _columns(names, values, buckets, say, title, 800), _columns(names, values, buckets, say, title, 340)
    )


def _columns(
    names: Sequence[str],
    values: Sequence[Sequence[float]],
    buckets: Sequence[str],
    say: Callable[[float], str],
    title: str,
    width: float,
) -> Markup:
    high = max([sum(column) for column in values] or [1]) or 1
    plot = Plot(title, width, 230, (-0.5, len(names) - 0.5), (0, high * 1.08), pad=(16, 10, 26, 56))
    plot.left_axis([(value, say(value)) for value in ticks(0, high, 4)])
    thick = min(56.0, (plot.at_x(1) - plot.at_x(0)) * 0.6)
    for place, column in enumerate(values):
        below = 0.0
        for bucket, value in zip(buckets, column, strict=True):
            top, foot = plot.at_y(below + value), plot.at_y(below)
            rank = list(AGEING).index(bucket)  # type: ignore[arg-type] # a Bucket is its text
            told = f"{names[place]}, {bucket}: {say(value)}"
            plot.box(plot.at_x(place) - thick / 2, top, thick, foot - top, f"step-{rank}", told=told)
            below += value
        plot.text(plot.at_x(place), plot.at_y(below) - 5, say(below), anchor="middle", kind="strong")
        plot.text(plot.at_x(place), plot.height - 8, names[place].split()[0], anchor="middle")
    return plot.drawn()


def heat_map(shares: Sequence[Sequence[float | None]], counts: Sequence[Sequence[str]], names: Sequence[str]) -> Markup:
    """A roll matrix: rows from, columns to; each cell's share as its fullness and its number."""
    return both_widths(_heat_map(shares, counts, names, 800, 36), _heat_map(shares, counts, names, 350, 30))


def _heat_map(
    shares: Sequence[Sequence[float | None]],
    counts: Sequence[Sequence[str]],
    names: Sequence[str],
    width: float,
    height: float,
) -> Markup:
    narrow = width < 500  # noqa: PLR2004 - a telephone
    left, top = (56.0 if narrow else 92.0), 24.0
    across = (width - left) / len(names)
    plot = Plot("Share of each bucket that ends the month in each bucket", width, top + height * len(shares) + 2)
    for column, name in enumerate(names):
        plot.text(left + (column + 0.5) * across, 15, _brief(name, narrow=narrow), anchor="middle")
    for row, line in enumerate(shares):
        y = top + row * height
        plot.text(left - 8, y + height / 2 + 4, _brief(names[row], narrow=narrow), anchor="end", kind="name")
        for column, value in enumerate(line):
            x = left + column * across
            told = f"{names[row]} to {names[column]}: {counts[row][column]}"
            strength = 0.03 if not value else 0.08 + 0.92 * value**0.6
            plot.cell(x + 1, y + 1, across - 2, height - 2, strength, told)
            if value:
                kind = "on-heat" if strength > 0.72 else "name"  # noqa: PLR2004
                words = _per_cent(value, 0 if narrow or value >= 0.995 else 1)  # noqa: PLR2004
                plot.text(x + across / 2, y + height / 2 + 4, words, anchor="middle", kind=kind)
    return plot.drawn()


def _per_cent(value: float, places: int) -> str:
    """As `share`, without its sign: every cell of a map is in per cent."""
    return share(value, places).removesuffix(" %")


def _brief(name: str, *, narrow: bool) -> str:
    if name == "CURRENT":
        return "0" if narrow else "Current"
    return name.split("-", 1)[0] + ("" if "+" in name else "–") if narrow else name  # noqa: RUF001 - an open range


@dataclass(frozen=True)
class Course:
    """One way a number may go: a middle and the interval around it, by month ahead."""

    name: str
    middle: Sequence[float]
    low: Sequence[float]
    high: Sequence[float]


def forecast(months: Sequence[date], seen: Sequence[float], model: Course, markov: Course, *, title: str) -> Markup:
    """What was seen, and how two models say it goes on, with their intervals."""
    return both_widths(
        _forecast(months, seen, model, markov, title, 460), _forecast(months, seen, model, markov, title, 330)
    )


def _forecast(
    months: Sequence[date], seen: Sequence[float], model: Course, markov: Course, title: str, width: float
) -> Markup:
    values = [*seen, *model.middle, *model.high, *model.low, *markov.middle, *markov.high, *markov.low]
    high, low = max(values), min(0.0, *values)
    plot = Plot(title, width, 220, (0, len(months) - 1), (low, high * 1.06), pad=(10, 14, 28, 52))
    plot.left_axis([(value, _brief_number(value)) for value in ticks(low, high, 4)])
    every = max(1, round(len(months) / (6 if width > 400 else 4)))  # noqa: PLR2004 - room for names
    plot.bottom_axis([(at, MONTHS[day.month - 1]) for at, day in enumerate(months) if at % every == 0])
    now = len(seen) - 1
    plot.rule(plot.at_x(now), plot.pad[0], plot.at_x(now), plot.height - plot.pad[2], "axis")
    for course, band, kind in ((markov, "band-other", "other"), (model, "band", "series")):
        start = [(float(now), seen[-1])]
        ahead = range(now + 1, now + 1 + len(course.middle))
        plot.band(
            start + list(zip(map(float, ahead), course.low, strict=True)),
            start + list(zip(map(float, ahead), course.high, strict=True)),
            band,
        )
        plot.line(start + list(zip(map(float, ahead), course.middle, strict=True)), kind)
    plot.line([(float(at), value) for at, value in enumerate(seen)], "series")
    for at, value in enumerate(seen):
        plot.dot(at, value, "dot", radius=3, told=f"{month(months[at])}: {value:,.0f}")
    return plot.drawn()


def _brief_number(value: float) -> str:
    for size, letter in ((1e9, "bn"), (1e6, "m"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:g} {letter}"
    return f"{value:g}"


def calibration(expected: Sequence[float], observed: Sequence[float], *, title: str) -> Markup:
    """How often what was said came true: points on the diagonal are right."""
    high = max([*expected, *observed, 0.05]) * 1.05
    plot = Plot(title, 330, 270, (0, high), (0, high), pad=(10, 12, 40, 46))
    marks = [(value, share(value)) for value in ticks(0, high, 4)]
    plot.left_axis(marks)
    plot.bottom_axis(marks)
    plot.line([(0, 0), (high, high)], "diagonal")
    plot.line(list(zip(expected, observed, strict=True)), "series")
    for said, came in zip(expected, observed, strict=True):
        plot.dot(said, came, "dot", told=f"said {share(said, 1)}, came true {share(came, 1)}")
    plot.text(plot.at_x(high / 2), plot.height - 5, "said", anchor="middle")
    return plot.drawn()


def gains(
    worked: Sequence[float], found: Sequence[float], *, title: str, rival: Sequence[float] | None = None
) -> Markup:
    """Share of those who pay that is found by working the list from its top."""
    plot = Plot(title, 330, 270, (0, 1), (0, 1), pad=(10, 12, 40, 46))
    marks = [(value, share(value)) for value in ticks(0, 1, 4)]
    plot.left_axis(marks)
    plot.bottom_axis(marks)
    plot.line([(0, 0), (1, 1)], "diagonal")
    if rival is not None:
        plot.line(list(zip(worked, rival, strict=True)), "other")
    plot.line(list(zip(worked, found, strict=True)), "series")
    plot.text(plot.at_x(0.5), plot.height - 5, "worked from the top", anchor="middle")
    return plot.drawn()
