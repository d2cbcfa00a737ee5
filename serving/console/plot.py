"""Drawing on a sheet of numbers: scales, ticks and the few SVG marks that our charts are made of.

Marks carry classes, never colours: the page's style sheet paints them, so one drawing serves light and dark and passes
a content policy without inline style. Altair would bring both, and a second to import.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from markupsafe import Markup, escape

Point = tuple[float, float]


def ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Round numbers that divide a range, at most so many steps apart.

    Examples
    --------
    >>> ticks(0, 100), ticks(0, 0.37, 4)
    ([0.0, 20.0, 40.0, 60.0, 80.0, 100.0], [0.0, 0.1, 0.2, 0.3])
    """
    if high <= low:
        return [low]
    rough = (high - low) / most
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(size * factor for factor in (1, 2, 2.5, 5, 10) if size * factor >= rough * (1 - 1e-9))
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [round(place * step, 10) for place in range(first, last + 1)]


@dataclass
class Plot:
    """One drawing, `width` x `height`, whose middle maps `x` and `y` ranges to the sheet.

    Parameters
    ----------
    title : what the drawing shows, for those who cannot see it.
    x, y : the ranges of the data.
    pad : room at the top, right, bottom and left for words.
    """

    title: str
    width: float
    height: float
    x: tuple[float, float] = (0.0, 1.0)
    y: tuple[float, float] = (0.0, 1.0)
    pad: tuple[float, float, float, float] = (10, 10, 28, 44)
    _marks: list[Markup] = field(default_factory=list)

    def at_x(self, value: float) -> float:
        """Where a value of x lies on the sheet."""
        _, right, _, left = self.pad
        low, high = self.x
        return left + (value - low) / ((high - low) or 1.0) * (self.width - left - right)

    def at_y(self, value: float) -> float:
        """Where a value of y lies on the sheet; it grows upwards."""
        top, _, bottom, _ = self.pad
        low, high = self.y
        return self.height - bottom - (value - low) / ((high - low) or 1.0) * (self.height - top - bottom)

    def line(self, points: Iterable[Point], kind: str) -> None:
        """A line through points of the data."""
        self._path("M" + "L".join(f"{self.at_x(x):.1f} {self.at_y(y):.1f}" for x, y in points), kind)

    def steps(self, points: Sequence[Point], kind: str) -> None:
        """A line that keeps each value until the next point."""
        bent = [points[0]]
        for (_, before), (x, y) in pairwise(points):
            bent += [(x, before), (x, y)]
        self.line(bent, kind)

    def band(self, low: Sequence[Point], high: Sequence[Point], kind: str = "band") -> None:
        """The area between two lines."""
        corners = [*high, *reversed(low)]
        self._path("M" + "L".join(f"{self.at_x(x):.1f} {self.at_y(y):.1f}" for x, y in corners) + "Z", kind)

    def dot(self, x: float, y: float, kind: str, *, radius: float = 3.5, told: str | None = None) -> None:
        """A point of the data; `told` shows when it is pointed at."""
        mark = Markup('<circle class="{}" cx="{:.1f}" cy="{:.1f}" r="{}">{}</circle>')
        self._marks.append(mark.format(kind, self.at_x(x), self.at_y(y), radius, _told(told)))

    def box(self, left: float, top: float, width: float, height: float, kind: str, *, told: str | None = None) -> None:
        """A rectangle, in places of the sheet."""
        mark = Markup('<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}">{}</rect>')
        self._marks.append(mark.format(kind, left, top, max(width, 0.0), max(height, 0.0), _told(told)))

    def cell(self, left: float, top: float, width: float, height: float, strength: float, told: str) -> None:
        """A rectangle of the heat map: the stronger, the fuller."""
        mark = Markup(
            '<rect class="cell" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" rx="2" fill-opacity="{:.3f}">'
            "{}</rect>"
        )
        self._marks.append(mark.format(left, top, width, height, strength, _told(told)))

    def rule(self, x1: float, y1: float, x2: float, y2: float, kind: str = "grid") -> None:
        """A straight line, in places of the sheet."""
        mark = Markup('<line class="{}" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}"/>')
        self._marks.append(mark.format(kind, x1, y1, x2, y2))

    def text(self, x: float, y: float, words: str, *, anchor: str = "start", kind: str = "") -> None:
        """Words, in places of the sheet."""
        mark = Markup('<text class="{}" x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>')
        self._marks.append(mark.format(kind, x, y, anchor, words))

    def left_axis(self, marks: Sequence[tuple[float, str]]) -> None:
        """Horizontal grid lines with their words at the left."""
        _, right, _, left = self.pad
        for value, words in marks:
            y = self.at_y(value)
            self.rule(left, y, self.width - right, y)
            self.text(left - 7, y + 4, words, anchor="end")

    def bottom_axis(self, marks: Sequence[tuple[float, str]]) -> None:
        """Words under the drawing."""
        for value, words in marks:
            self.text(self.at_x(value), self.height - self.pad[2] + 18, words, anchor="middle")

    def drawn(self) -> Markup:
        """The drawing as SVG."""
        head = Markup('<svg viewBox="0 0 {:g} {:g}" role="img" aria-label="{}">').format(
            self.width, self.height, self.title
        )
        return head + Markup("").join(self._marks) + Markup("</svg>")

    def _path(self, course: str, kind: str) -> None:
        self._marks.append(Markup('<path class="{}" d="{}"/>').format(kind, course))


def both_widths(wide: Markup, narrow: Markup) -> Markup:
    """A drawing for a desk and one for a telephone: the style sheet shows the one that fits."""
    return Markup('<div class="wide">{}</div><div class="narrow">{}</div>').format(wide, narrow)


def _told(words: str | None) -> Markup:
    return Markup("") if words is None else Markup("<title>{}</title>").format(escape(words))
