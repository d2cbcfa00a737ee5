"""An effect as a picture: mean cash in bins on both sides of the cut, the two lines that meet it, and the cut."""

from __future__ import annotations

from typing import Any

import numpy as np

from arrears.money import exponents
from training.charts import COLOURS, GREY
from training.effect.judge import Effect
from training.effect.local import Floats

BINS = 15
"""Bins on each side, of equally many accounts."""

_SHOWN = 2.0
_SIDES = ("On the treated side", "On the other side")


def picture(effect: Effect) -> str:
    """The SVG text; only means of bins and the fitted lines are in it, no account."""
    import vl_convert

    return str(vl_convert.vegalite_to_svg(_drawn(effect).to_dict()))


def _drawn(effect: Effect) -> Any:  # noqa: ANN401 - an altair chart; altair is imported where it is used
    import altair as alt

    threshold = effect.rows.threshold
    x = alt.X("value:Q", title=threshold.label.capitalize(), scale=alt.Scale(zero=False))
    y = alt.Y("cash:Q", title=f"Cash an account, {effect.rows.currency}", scale=alt.Scale(zero=False))
    colour = alt.Color(
        "side:N",
        title=None,
        scale=alt.Scale(domain=list(_SIDES), range=list(COLOURS[:2])),
        legend=alt.Legend(orient="bottom"),
    )
    dots = alt.Chart(alt.InlineData(values=_bins(effect))).mark_circle(opacity=0.7)
    dots = dots.encode(x, y, colour, alt.Size("accounts:Q", legend=None, scale=alt.Scale(range=[15, 60])))
    lines = alt.Chart(alt.InlineData(values=_lines(effect))).mark_line(strokeWidth=2).encode(x, y, colour)
    cut = alt.Chart(alt.InlineData(values=[{"value": threshold.cut / _unit(effect, of_number=True)}]))
    rule = cut.mark_rule(strokeDash=[4, 4], color=GREY).encode(x="value:Q")
    chart = (rule + dots + lines).properties(width=420, height=300, background="transparent")
    chart = chart.configure_view(stroke=None).configure_legend(labelColor=GREY)
    return chart.configure_axis(labelColor=GREY, titleColor=GREY, gridColor=GREY, gridOpacity=0.2, domainColor=GREY)


def _bins(effect: Effect) -> list[dict[str, Any]]:
    rows, width = effect.rows, _SHOWN * effect.jump.widths.jump
    above = rows.threshold.holds(rows.value)
    shown = np.abs(rows.value - rows.threshold.cut) <= width
    return [
        {
            "value": float(rows.value[own].mean()) / _unit(effect, of_number=True),
            "cash": float(rows.cash[own].mean()) / _unit(effect),
            "accounts": len(own),
            "side": side,
        }
        for side, on_it in zip(_SIDES, (above, ~above), strict=True)
        for own in _equally_filled(rows.value, np.flatnonzero(shown & on_it))
    ]


def _equally_filled(value: Floats, rows: Any) -> list[Any]:  # noqa: ANN401 - places of rows, as numpy gives them
    edges = np.unique(np.quantile(value[rows], np.linspace(0, 1, BINS + 1)))
    place = np.searchsorted(edges[1:-1], value[rows], side="right")
    return [rows[place == each] for each in np.unique(place)]


def _lines(effect: Effect) -> list[dict[str, Any]]:
    rows, jump = effect.rows, effect.jump
    return [
        {
            "value": rows.threshold.at(at) / _unit(effect, of_number=True),
            "cash": (level + slope * at) / _unit(effect),
            "side": side,
        }
        for side, (level, slope), end in zip(
            _SIDES, (jump.above, jump.below), (jump.widths.jump, -jump.widths.jump), strict=True
        )
        for at in (0.0, end)
    ]


def _unit(effect: Effect, *, of_number: bool = False) -> float:
    """Minor units in what an axis shows: 1 where it shows no money."""
    if of_number and effect.rows.threshold.currency is None:
        return 1.0
    return float(10 ** exponents()[effect.rows.currency])
