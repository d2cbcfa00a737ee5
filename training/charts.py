"""Pictures of a model's test as SVG: does it mean what it says, and how much of the money is in the first tenths.

Drawn by Vega without a browser. The colours hold on light and dark grounds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from training.evaluate import gains, reliability

Floats = npt.NDArray[np.float64]
COLOURS = ("#2f6fb0", "#c9792b", "#7a7a7a", "#4c9a6a", "#a65a8a", "#8a8f2f", "#5b5bb5")
GREY = "#808080"


def calibration_chart(
    y: Floats,
    answers: Mapping[str, Floats],
    *,
    happened: str = "Share that paid",
    expected: str = "Probability said",
) -> str:
    """Share in which it happened against mean probability, in ten equally filled bins of each answer.

    Parameters
    ----------
    happened, expected : what the upright and the level axis are called.
    """
    rows = [
        {"answer": name, "expected": mean, "happened": share, "accounts": count}
        for name, p in answers.items()
        for mean, share, count in reliability(y, p)
    ]
    return _svg(rows, list(answers), x=("expected", expected), y=("happened", happened), points=True)


def gains_chart(worth: Floats, scores: Mapping[str, Floats]) -> str:
    """Share of the money collected against share of accounts worked, for each way of ranking."""
    rows = [
        {"answer": name, "worked": worked, "money": money}
        for name, score in scores.items()
        for worked, money in gains(score, worth)
    ]
    return _svg(rows, list(scores), x=("worked", "Share of accounts worked"), y=("money", "Share of the money"))


def _svg(
    rows: list[dict[str, Any]], names: list[str], *, x: tuple[str, str], y: tuple[str, str], points: bool = False
) -> str:
    import altair as alt
    import vl_convert

    scale = alt.Scale(domain=[0, 1])
    lines = (
        alt.Chart(alt.InlineData(values=rows))
        .mark_line(point=points, strokeWidth=2)
        .encode(
            x=alt.X(f"{x[0]}:Q", title=x[1], scale=scale, axis=alt.Axis(format="%", tickCount=5)),
            y=alt.Y(f"{y[0]}:Q", title=y[1], scale=scale, axis=alt.Axis(format="%", tickCount=5)),
            color=alt.Color(
                "answer:N",
                title=None,
                scale=alt.Scale(domain=names, range=list(COLOURS[: len(names)])),
                legend=alt.Legend(orient="bottom", columns=2, labelLimit=260),
            ),
        )
    )
    even = (
        alt.Chart(alt.InlineData(values=[{"a": 0, "b": 0}, {"a": 1, "b": 1}]))
        .mark_line(strokeDash=[4, 4], color=GREY, strokeWidth=1)
        .encode(x="a:Q", y="b:Q")
    )
    chart = (even + lines).properties(width=360, height=300, background="transparent")
    chart = chart.configure_view(stroke=None)
    chart = chart.configure_axis(labelColor=GREY, titleColor=GREY, gridColor=GREY, gridOpacity=0.2, domainColor=GREY)
    chart = chart.configure_legend(labelColor=GREY)
    return str(vl_convert.vegalite_to_svg(chart.to_dict()))
