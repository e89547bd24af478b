"""Draws lines: an inline SVG, with the table of its values."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import pairwise

from macros.base.markup import cards, literal, slug
from macros.base.statistics import Estimate
from macros.base.units import quantity, tick
from macros.model.charts import Chart, Reading, published_value
from macros.model.load import Data
from macros.model.results import split_point
from macros.render.axis import Axis, axis
from macros.render.rows import (
    _mark,
    failed_words,
    how_obtained,
    interval_words,
    published_words,
    readings_of,
    row_classes,
)

WIDTH, HEIGHT = 380, 250  # of a line chart, in units of its viewBox
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 16, 40
CHARACTER = 6.4  # the width of one of a label, in the same units
ROW = 14  # the height of a line of a label


@dataclass(frozen=True)
class _Line:
    """A series as it is drawn: its points, and the lines of its label."""

    points: dict[int, Estimate]
    classes: str
    label: tuple[str, ...]
    hollow: bool
    shape: int

    @property
    def marks(self) -> str:
        """The classes of its markers."""
        return f"ln-mark {self.classes}{' ln-hollow' if self.hollow else ''}"


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _shape(kind: int, x: float, y: float, classes: str) -> str:
    """Return a marker: circle, square, triangle, diamond, cross, in turn."""
    if kind % 5 == 0:
        return f'<circle class="{classes}" cx="{_n(x)}" cy="{_n(y)}" r="4"/>'
    corners = (
        ((-3.6, -3.6), (3.6, -3.6), (3.6, 3.6), (-3.6, 3.6)),
        ((0, -4.8), (4.6, 3.6), (-4.6, 3.6)),
        ((0, -5.2), (5.2, 0), (0, 5.2), (-5.2, 0)),
        ((-4.6, -1.4), (-1.4, -1.4), (-1.4, -4.6), (1.4, -4.6), (1.4, -1.4), (4.6, -1.4), (4.6, 1.4), (1.4, 1.4),
         (1.4, 4.6), (-1.4, 4.6), (-1.4, 1.4), (-4.6, 1.4)),
    )[kind % 5 - 1]  # fmt: skip
    points = " ".join(f"{_n(x + dx)},{_n(y + dy)}" for dx, dy in corners)
    return f'<polygon class="{classes}" points="{points}"/>'


Box = tuple[float, float, float, float]  # left, top, right, bottom
Place = tuple[float, float]


def overlap(one: Box, other: Box) -> float:
    """Return the area that two boxes share."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    return wide * high if wide > 0 and high > 0 else 0


def along(places: list[Place]) -> list[Box]:
    """Return small boxes that cover a line through `places`, and bigger ones over its markers."""
    boxes = [(x - 6, y - 6, x + 6, y + 6) for x, y in places]
    for (x0, y0), (x1, y1) in pairwise(places):
        count = max(1, round(math.hypot(x1 - x0, y1 - y0) / 6))
        for n in range(count + 1):
            x, y = x0 + (x1 - x0) * n / count, y0 + (y1 - y0) * n / count
            boxes.append((x - 2, y - 2, x + 2, y + 2))
    return boxes


def place_label(text: tuple[str, ...], places: list[Place], taken: list[Box]) -> str:
    """Return a label near one of a line's points, the last if it can be, where it covers least; `taken` gets its place."""
    width, height = max(map(len, text)) * CHARACTER, ROW * len(text)
    found: list[tuple[float, Box, bool]] = []  # how far from where it should be, and whether it begins there
    for age, (x, y) in enumerate(reversed(places)):
        for left, right in ((x + 8, True), (x - 8 - width, False), (x - width / 2, True)):
            for step in range(-16, 17):
                top = y - height / 2 + step * ROW / 4
                box = (left, top, left + width, top + height)
                if left < LEFT + 2 or box[2] > WIDTH - 2 or top < 2 or box[3] > HEIGHT - BOTTOM - 2:
                    continue
                found.append((abs(step) * ROW / 4 + 24 * age, box, right))
    found.sort()
    corner = (0.0, (WIDTH - 2 - width, 2.0, WIDTH - 2.0, 2.0 + height), False)
    free = (one for one in found if not any(overlap(one[1], other) for other in taken))
    best = next(free, None) or min(
        found, default=corner, key=lambda one: (sum(overlap(one[1], other) for other in taken), one[0])
    )
    _, box, right = best
    taken.append(box)
    anchor, place = ("start", box[0]) if right else ("end", box[2])
    spans = "".join(
        f'<tspan x="{_n(place)}" y="{_n(box[1] + ROW * n + 11)}">{literal(part)}</tspan>' for n, part in enumerate(text)
    )
    return f'<text class="ln-text ln-label" text-anchor="{anchor}">{spans}</text>'


def _key(one: _Line) -> str:
    """Return a line's marker, to stand before its name under the chart."""
    return f'<svg class="ln-key" viewBox="-7 -7 14 14" aria-hidden="true">{_shape(one.shape, 0, 0, one.marks)}</svg>'


def _svg(name: str, title: str, said: str, series: list[_Line], up: Axis, across: Axis, over: str) -> str:
    """Return a line chart as inline SVG: classes and no colours, every series with a shape of its own."""
    wide, high = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def x(value: float) -> float:
        return LEFT + wide * across.share(value)

    def y(value: float) -> float:
        return TOP + high * (1 - up.share(value))

    parts = []
    for value in up.ticks:
        parts.append(f'<path class="ln-grid" d="M{LEFT} {_n(y(value))}H{WIDTH - RIGHT}"/>')
        parts.append(
            f'<text class="ln-text" x="{LEFT - 5}" y="{_n(y(value) + 4)}" text-anchor="end">{up.label(value)}</text>'
        )
    last = -math.inf
    for value in across.ticks:
        if x(value) - last < 18:  # no two numbers on each other
            continue
        last = x(value)
        parts.append(f'<path class="ln-axis" d="M{_n(last)} {HEIGHT - BOTTOM}v4"/>')
        parts.append(
            f'<text class="ln-text" x="{_n(last)}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{tick(value, "count", value)}</text>'
        )
    parts.append(f'<path class="ln-axis" d="M{LEFT} {HEIGHT - BOTTOM}H{WIDTH - RIGHT}"/>')
    parts.append(
        f'<text class="ln-text" x="{_n(LEFT + wide / 2)}" y="{HEIGHT - 6}" text-anchor="middle">{literal(over)}</text>'
    )
    taken: list[Box] = []
    for one in series:
        places = [(x(point), y(found.median), found) for point, found in one.points.items()]
        if len(places) > 1:
            path = "L".join(f"{_n(px)} {_n(py)}" for px, py, _ in places)
            parts.append(f'<path class="ln-line {one.classes}" d="M{path}"/>')
        for px, py, found in places:
            if found.certain:
                ends = f"M{_n(px)} {_n(y(found.low))}V{_n(y(found.high))}"
                parts.append(f'<path class="ln-range {one.classes}" d="{ends}"/>')
            parts.append(_shape(one.shape, px, py, one.marks))
        taken += along([(px, py) for px, py, _ in places])
    for one in series:
        if one.points:
            parts.append(
                place_label(one.label, [(x(point), y(found.median)) for point, found in one.points.items()], taken)
            )
    return (
        f'<div class="plot" data-search-exclude><svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="{name}-title {name}-desc">'
        f'<title id="{name}-title">{literal(title)}</title><desc id="{name}-desc">{literal(said)}</desc>{"".join(parts)}</svg></div>'
    )


def _values(chart: Chart, recorded: list[Reading], over: str) -> str:
    """Return the values of a line chart as a table: a row a point, a column a line."""
    head = [literal(over), *(f"{_mark(f.row.side)}{literal(f.row.label)}" for f in recorded)]
    rows = []
    for point in sorted({p for found in recorded for p in found.estimates if p is not None}):
        cells = [f'<span class="points__at">{literal(over)}: </span>{point}']
        for one in (found.estimates.get(point) for found in recorded):
            cells.append(
                f"{quantity(one.median, chart.unit)} <small>({interval_words(one, chart.unit)})</small>"
                if one
                else "none"
            )
        rows.append(cells)
    return (
        '<details class="chart__values" open data-search-exclude markdown="block">'
        f"<summary>The values, each with its 95 % interval or range</summary>{cards(head, rows, extra='points')}</details>"
    )


def lines(data: Data, chart: Chart, machine: str, up: Axis, across: Axis) -> str:
    """Return a line chart for one machine: the SVG, what its lines are, and its table, drawn from the same rows."""
    example = data.examples[chart.rows[0].experiment]
    over = example.metrics[split_point(chart.rows[0].metric)[0]].at
    series: list[_Line] = []
    notes, recorded = [], []
    for n, (row, found) in enumerate(zip(chart.rows, readings_of(data, chart, machine), strict=True)):
        if found is None or not found.estimates:
            why = failed_words(found) if found else "not recorded on this machine"
            notes.append(f"{_mark(row.side)} {literal(row.label)}: {why}.")
            continue
        recorded.append(found)
        points = {point: one for point, one in found.estimates.items() if point is not None}
        label = (row.label, *(("software emulation",) if found.emulated else ()))
        series.append(
            _Line(points, row_classes(row.side, emulated=found.emulated), label, hollow=found.emulated, shape=n)
        )
        notes.append(f"{_key(series[-1])} {literal(row.label)}: <small>{how_obtained(found)}</small>.")
    for n, one in enumerate(chart.published, len(chart.rows)):
        value = published_value(one, data.sources)[0]
        text, how = published_words(data, one)
        key, at = _mark(one.side), ""
        if one.at is not None:
            points = {one.at: Estimate(value, value, value, 1)}
            classes = row_classes(one.side, published=True)
            series.append(_Line(points, classes, (one.label, "published"), hollow=True, shape=n))
            key, at = _key(series[-1]), f" ({literal(over)}: {one.at})"
        notes.append(f"{key} {literal(one.label)}{at}: {literal(text)} <small>{how}</small>.")
    name = f"chart-{chart.id}-{slug(machine)}"
    said = f"Lines over {over}; the table beneath holds the same values."
    plot = _svg(name, f"{chart.title}, on {machine}", said, series, up, across, over) if series else ""
    lines = "".join(f'<p class="chart__note" data-search-exclude markdown="span">{note}</p>' for note in notes)
    return f"{plot}{lines}{_values(chart, recorded, over) if recorded else ''}"


def across(data: Data, chart: Chart, names: list[str]) -> Axis:
    """Return the horizontal axis of a line chart, the same for all machines."""
    points = {p for name in names for r in readings_of(data, chart, name) if r for p in r.estimates if p is not None}
    points |= {one.at for one in chart.published if one.at is not None}
    values = sorted(map(float, points)) or [1.0]
    if chart.across == "log":
        return Axis(values[0], max(values[-1], values[0] * 2), tuple(values), log=True, unit="count")
    found = axis(values, "count")
    end = values[-1] or found.high
    return replace(found, high=end, ticks=tuple(one for one in found.ticks if one <= end))
