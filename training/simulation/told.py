"""A simulation as a table in Markdown and as a chart."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from training.charts import COLOURS, GREY
from training.simulation.measures import Row
from training.simulation.strategies import NOBODY

HEADERS = (
    "strategy",
    "net cash beyond nobody, a minute",
    "of the oracle's",
    "lead over value at risk",
    "lead over severity",
    "calls per 1,000",
    "talks",
    "promises",
    "kept",
    "held by the gate",
)


def cells(row: Row) -> tuple[str, ...]:
    """A row as a table shows it; "" where a column says nothing of it."""
    if row.strategy == NOBODY:
        return (row.strategy, "0", *("" for _ in HEADERS[2:]))
    leads = [row.leads[other].told(2) if other in row.leads else "" for other in ("value_at_risk", "severity")]
    return (
        row.strategy,
        row.added_per_minute.told(2),
        "" if np.isnan(row.of_oracle.mean) else row.of_oracle.told(2),
        *leads,
        "" if np.isnan(row.calls_per_thousand.mean) else f"{row.calls_per_thousand.mean:,.1f}",
        f"{row.talks.mean:,.0f}",
        f"{row.promises.mean:,.0f}",
        "" if np.isnan(row.kept_share.mean) else f"{row.kept_share.mean:.0%}",
        f"{row.held_share.mean:.0%}",
    )


def markdown(rows: Sequence[Row]) -> str:
    """A table."""
    lines = ["| " + " | ".join(HEADERS) + " |", "|" + "---|" * len(HEADERS)]
    return "\n".join([*lines, *("| " + " | ".join(cells(row)) + " |" for row in rows)]) + "\n"


def chart(rows: Sequence[Row]) -> str:
    """Net cash a minute by strategy with its interval, as SVG."""
    import altair as alt
    import vl_convert

    shown = [row for row in rows if row.strategy != NOBODY]
    values = [
        {"strategy": row.strategy, "mean": row.added_per_minute.mean, "low": bounds[0], "high": bounds[1]}
        for row in shown
        for bounds in [(row.added_per_minute.low, row.added_per_minute.high)]
    ]
    order = [row.strategy for row in shown]
    base = alt.Chart(alt.InlineData(values=values)).encode(
        y=alt.Y("strategy:N", sort=order, title=None, axis=alt.Axis(labelLimit=200))
    )
    title = "Net cash beyond nobody, a minute"
    lines = base.mark_rule(color=COLOURS[0], strokeWidth=2).encode(x=alt.X("low:Q", title=title), x2="high:Q")
    points = base.mark_point(filled=True, size=60, color=COLOURS[0]).encode(x="mean:Q")
    picture = (lines + points).properties(width=420, height=26 * len(shown), background="transparent")
    picture = picture.configure_view(stroke=None)
    picture = picture.configure_axis(
        labelColor=GREY, titleColor=GREY, gridColor=GREY, gridOpacity=0.2, domainColor=GREY
    )
    return str(vl_convert.vegalite_to_svg(picture.to_dict()))
