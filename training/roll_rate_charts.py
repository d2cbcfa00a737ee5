"""Roll-rate heat maps: where a forecast sent the accounts of each bucket, beside where they went."""

from __future__ import annotations

from typing import Any

import numpy as np

from arrears.buckets import AGEING
from arrears.roll_matrix import Matrix
from models.scorer import Floats, Ranks

NAMES = [bucket.value for bucket in AGEING]


def charts(answer: Floats, origin_rank: Ranks, next_rank: Ranks) -> dict[str, str]:
    """SVG texts by file name, from (n, 8) forecasts and the ranks that came true."""
    forecast, actual = np.zeros((2, len(NAMES), len(NAMES)))
    np.add.at(forecast, origin_rank, answer)
    np.add.at(actual, (origin_rank, next_rank), 1.0)
    return {"roll_rates.svg": heat_maps({"Forecast": forecast, "What happened": actual})}


def heat_maps(counts: dict[str, Matrix]) -> str:
    """Matrices of counts side by side on one scale, as SVG: shares of each row, with the counts written in.

    Parameters
    ----------
    counts : title -> (8, 8) accounts from row to column, in the order of the ageing buckets.
    """
    import vl_convert

    spec = _drawn(counts).to_dict()
    return str(vl_convert.vegalite_to_svg(spec))


def _drawn(counts: dict[str, Matrix]) -> Any:  # noqa: ANN401 - an altair chart; altair is imported where it is used
    import altair as alt

    panels = [_panel(title, matrix) for title, matrix in counts.items()]
    return (
        alt.hconcat(*panels, spacing=24)
        .configure_view(strokeWidth=0)
        .configure_axis(domain=False, ticks=False, labelFontSize=11, titleFontWeight="normal")
        .configure(font="system-ui, sans-serif", background="transparent")
    )


def _panel(title: str, matrix: Matrix) -> Any:  # noqa: ANN401 - as above
    import altair as alt

    data = alt.InlineData(values=_cells(matrix))
    x = alt.X(
        "to:N",
        sort=NAMES,
        scale=alt.Scale(domain=NAMES),
        title="a month later",
        axis=alt.Axis(orient="top", labelAngle=-40),
    )
    y = alt.Y("from:N", sort=NAMES, scale=alt.Scale(domain=NAMES), title="bucket")
    # A square root scale: cures and rolls of a few per cent are what the eye is here for.
    scale = alt.Scale(scheme="blues", domain=[0, 1], type="sqrt")
    cells = alt.Chart(data).mark_rect(cornerRadius=2).encode(x, y, alt.Color("share:Q", scale=scale, legend=None))
    ink = alt.condition("datum.share > 0.4", alt.value("white"), alt.value("#33415c"))
    words = alt.Chart(data).mark_text(fontSize=9).encode(x, y, alt.Text("said:N"), color=ink)
    return (cells + words).properties(title=title, width=330, height=300)


def _cells(matrix: Matrix) -> list[dict[str, str | float]]:
    totals = matrix.sum(axis=1)
    return [
        {
            "from": NAMES[row],
            "to": NAMES[column],
            "share": matrix[row, column] / totals[row],
            "said": _said(matrix[row, column], totals[row]),
        }
        for row in range(len(NAMES))
        for column in range(len(NAMES))
        if totals[row] > 0
    ]


def _said(count: float, total: float) -> str:
    """A share as a cell can hold it; nothing where nothing went.

    Examples
    --------
    >>> _said(1, 3), _said(0.4, 1000), _said(0, 9)
    ('33%', '<1%', '')
    """
    share = count / total
    if round(count, 1) == 0:
        return ""
    return f"{share:.0%}" if share >= 0.005 else "<1%"  # noqa: PLR2004 - what rounds to one per cent
