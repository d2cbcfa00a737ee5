"""The drawings of a test: what its plan can find, its looks between their bounds, and each guardrail's interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from markupsafe import Markup

from serving.console.plot import Plot, Point, both_widths, ticks
from serving.console.words import decimal, money, share, short_day

_WIDTHS = (620, 340)
_NARROW = 400
_LEAST_SHOWN, _MOST_SHOWN = 3.0, 5.0
"""Standard errors up to which a boundary plot reaches: bounds beyond are not drawn."""

_DASH = 0.04
_CORNERS = 2
"""Bounds that make an area."""

_RIGHT = 0.7
"""Share of the debtors beyond which words stand left of their line."""


def power_curve(curve: Sequence[Sequence[float]], *, worth: float, power: float, currency: str) -> Markup:
    """The chance to find an effect, by its size in money a debtor.

    Parameters
    ----------
    curve : effect, power and mean stop.
    worth : the smallest effect worth finding.
    power : with which it is to be found.
    """
    return both_widths(*(_power(curve, worth, power, currency, width) for width in _WIDTHS))


def boundaries(looks: Sequence[Mapping[str, Any]], to_come: Sequence[Mapping[str, Any]]) -> Markup:
    """The difference of every look in standard errors, between the bounds that were and those to come."""
    return both_widths(*(_boundaries(looks, to_come, width) for width in _WIDTHS))


def interval(guardrail: Mapping[str, Any]) -> Markup:
    """How much worse the challenger is, with its interval, against nothing and the margin."""
    low, high, margin, worse = (float(guardrail[name]) for name in ("low", "high", "margin", "worse"))
    reach = 1.1 * max(margin, min(max(abs(low), abs(high)), 4 * margin))
    title = f"{guardrail['metric'].replace('_', ' ')}: interval, nothing and the margin"
    plot = Plot(title, 220, 26, (-reach, reach), (0, 1), pad=(2, 4, 2, 4))
    plot.rule(plot.at_x(0), 1, plot.at_x(0), 25, "axis")
    plot.rule(plot.at_x(margin), 1, plot.at_x(margin), 25, "moment")
    ends = [(min(max(each, -reach), reach), 0.5) for each in (low, high)]
    plot.line(ends, "span")
    plot.dot(min(max(worse, -reach), reach), 0.5, "dot")
    return plot.drawn()


def _power(curve: Sequence[Sequence[float]], worth: float, power: float, currency: str, width: float) -> Markup:
    last = curve[-1][0]
    plot = Plot("Chance to find an effect, by its size", width, 230, (0, last), (0, 1), pad=(14, 18, 42, 48))
    plot.left_axis([(part, share(part)) for part in (0.0, 0.25, 0.5, 0.75, 1.0)])
    plot.bottom_axis([(mark, money(mark, currency)) for mark in ticks(0, last, 4 if width < _NARROW else 8)])
    plot.text(plot.at_x(last / 2), plot.height - 6, f"more for each debtor, {currency}", anchor="middle")
    plot.rule(plot.at_x(worth), plot.pad[0], plot.at_x(worth), plot.height - plot.pad[2], "moment")
    plot.line([(0, power), (last, power)], "third")
    plot.line([(effect, found) for effect, found, _ in curve], "series")
    for effect, found, stop in curve:
        told = f"{money(effect, currency)} {currency}: found {share(found)}, ends after {share(stop)} of the debtors"
        plot.dot(effect, found, "dot", radius=3, told=told)
    return plot.drawn()


def _boundaries(looks: Sequence[Mapping[str, Any]], to_come: Sequence[Mapping[str, Any]], width: float) -> Markup:
    numbers = [abs(look["found"]["z"]) for look in looks]
    bounds = [abs(each[name]) for each in (*looks, *to_come) for name in ("low", "high") if each[name] is not None]
    shown = [each for each in bounds if each <= _MOST_SHOWN]
    reach = 1.12 * max([_LEAST_SHOWN, *numbers, *shown])
    title = "Difference in standard errors at each look, with its bounds"
    plot = Plot(title, width, 290, (0, 1), (-reach, reach), pad=(24, 16, 42, 36))
    plot.text(0, 12, "standard errors")
    _zones(plot, [*looks, *to_come], reach)
    plot.left_axis([(mark, decimal(mark, 0)) for mark in ticks(-reach, reach, 6)])
    plot.bottom_axis([(part, share(part)) for part in (0.0, 0.25, 0.5, 0.75, 1.0)])
    plot.text(plot.at_x(0.5), plot.height - 6, "of the planned debtors have matured", anchor="middle")
    plot.rule(plot.at_x(0), plot.at_y(0), plot.at_x(1), plot.at_y(0), "axis")
    for name in ("low", "high"):
        taken = _bounded(looks, name, reach)
        ahead = _bounded(to_come, name, reach)
        if taken and ahead:
            ahead = [taken[-1], *ahead]
        _course(plot, ahead, "third")
        _course(plot, taken, "other")
        for each in (one for one in to_come if _is_drawn(one[name], reach)):
            told = f"{_day_of(each)}: bound {decimal(each[name], 2)}, if debtors come in evenly"
            plot.dot(each["information"], each[name], "ahead", radius=2.5, told=told)
        for each in (one for one in looks if _is_drawn(one[name], reach)):
            told = f"look {each['number']}: bound {decimal(each[name], 2)}"
            plot.dot(each["information"], each[name], "dot-other", radius=3, told=told)
    if to_come:
        _next_look(plot, to_come[0], reach)
    found = [(look["information"], look["found"]["z"]) for look in looks]
    _course(plot, [(0.0, 0.0), *found], "series")
    for look, (x, y) in zip(looks, found, strict=True):
        told = f"look {look['number']}, {_day_of(look)}: {decimal(y, 2)} standard errors"
        plot.dot(x, y, "dot", radius=4.5, told=told)
    return plot.drawn()


def _zones(plot: Plot, looks: Sequence[Mapping[str, Any]], reach: float) -> None:
    """The ground beyond the bounds, with what it means in words: colour alone tells nothing."""
    told = (("zone-better", "the challenger wins", 16), ("zone-worse", "it does harm", -8))
    for (name, edge), (kind, words, off) in zip(_ends(reach), told, strict=True):
        bounds = _bounded(looks, name, reach)
        if len(bounds) < _CORNERS:
            continue
        plot.band(bounds, [(x, edge) for x, _ in bounds], kind)
        plot.text(plot.at_x(bounds[-1][0]) - 6, plot.at_y(edge) + off, words, anchor="end", kind="zone")


def _next_look(plot: Plot, look: Mapping[str, Any], reach: float) -> None:
    """An upright line where the next look is expected, with its day."""
    x = plot.at_x(look["information"])
    top, bottom = (plot.at_y(look[name] if _is_drawn(look[name], reach) else edge) for name, edge in _ends(reach))
    plot.rule(x, top, x, bottom, "next-look")
    is_right = look["information"] > _RIGHT
    words, anchor, off = f"next look {_day_of(look)}", "end" if is_right else "start", -6 if is_right else 6
    plot.text(x + off, plot.at_y(0) + 18, words, anchor=anchor, kind="zone")


def _ends(reach: float) -> tuple[tuple[str, float], tuple[str, float]]:
    return ("high", reach), ("low", -reach)


def _day_of(look: Mapping[str, Any]) -> str:
    return short_day(date.fromisoformat(look["on"]))


def _bounded(looks: Sequence[Mapping[str, Any]], name: str, reach: float) -> list[Point]:
    return [(each["information"], each[name]) for each in looks if _is_drawn(each[name], reach)]


def _is_drawn(bound: float | None, reach: float) -> bool:
    return bound is not None and abs(bound) <= reach


def _course(plot: Plot, points: Sequence[Point], kind: str) -> None:
    """A line; a lone point is a dash, which a dot upon it does not hide."""
    if len(points) == 1:
        ((x, y),) = points
        points = [(max(x - _DASH, 0.0), y), (min(x + _DASH, 1.0), y)]
    if points:
        plot.line(points, kind)
