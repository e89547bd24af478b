"""Draws lines: an inline SVG, a list of what its lines are, and the table of its values."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from macros.base.markup import literal, slug
from macros.base.statistics import Estimate
from macros.base.units import tick, written_in
from macros.model.charts import Chart, Reading, published_value
from macros.model.load import Data
from macros.model.results import split_point
from macros.render import templates
from macros.render.axis import Axis, axis
from macros.render.pieces import cards
from macros.render.rows import Drawing, failed_words, how_obtained, interval_words, published_words, row_classes

WIDTH, HEIGHT = 380, 250  # of a line chart, in units of its viewBox
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 26, 40
FRAME = {
    "width": WIDTH,
    "height": HEIGHT,
    "left": LEFT,
    "right": WIDTH - RIGHT,
    "bottom": HEIGHT - BOTTOM,
    "middle": LEFT + (WIDTH - LEFT - RIGHT) // 2,
}
CORNERS = (  # of the markers of lines, in turn: none (a circle), square, triangle, diamond, cross
    (),
    ((-3.6, -3.6), (3.6, -3.6), (3.6, 3.6), (-3.6, 3.6)),
    ((0, -4.8), (4.6, 3.6), (-4.6, 3.6)),
    ((0, -5.2), (5.2, 0), (0, 5.2), (-5.2, 0)),
    ((-4.6, -1.4), (-1.4, -1.4), (-1.4, -4.6), (1.4, -4.6), (1.4, -1.4), (4.6, -1.4), (4.6, 1.4), (1.4, 1.4),
     (1.4, 4.6), (-1.4, 4.6), (-1.4, 1.4), (-4.6, 1.4)),
)  # fmt: skip
_html = templates.of("lines.html.j2")


@dataclass(frozen=True)
class _Mark:
    """A marker: where it stands, and its corners, "" for a circle."""

    x: str
    y: str
    corners: str


@dataclass(frozen=True)
class _Tick:
    """A tick: where it stands on its axis, its label, and where the label's line of text does."""

    at: str
    base: str
    label: str


@dataclass(frozen=True)
class _Point:
    """A point of a line: its marker, and its interval, "" where it has none."""

    mark: _Mark
    range: str


@dataclass(frozen=True)
class _Line:
    """A line as it is drawn: its path, "" for one point alone, its points, and a sample of its marker."""

    path: str
    points: tuple[_Point, ...]
    sample: _Mark
    classes: str
    marks: str


@dataclass(frozen=True)
class _Note:
    """What a line is: its label, its text, and how it was obtained, as inline Markdown; `at` is where a single point stands."""

    side: str
    label: str
    text: str = ""
    how: str = ""
    at: int | None = None
    line: _Line | None = None


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _mark(shape: int, x: float, y: float) -> _Mark:
    corners = " ".join(f"{_n(x + dx)},{_n(y + dy)}" for dx, dy in CORNERS[shape % len(CORNERS)])
    return _Mark(_n(x), _n(y), corners)


@dataclass(frozen=True)
class _Plane:
    """Two axes, and what stands where between them."""

    up: Axis
    across: Axis

    def x(self, value: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * self.across.share(value)

    def y(self, value: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - self.up.share(value))

    def line(self, points: dict[int, Estimate], classes: str, *, hollow: bool, shape: int) -> _Line:
        places = [(self.x(point), self.y(found.median), found) for point, found in points.items()]
        path = "M" + "L".join(f"{_n(x)} {_n(y)}" for x, y, _ in places) if len(places) > 1 else ""
        drawn = tuple(
            _Point(
                _mark(shape, x, y),
                f"M{_n(x)} {_n(self.y(found.low))}V{_n(self.y(found.high))}" if found.certain else "",
            )
            for x, y, found in places
        )
        marks = f"ln-mark {classes}{' ln-hollow' if hollow else ''}"
        return _Line(path, drawn, _mark(shape, 0, 0), classes, marks)

    def ticks_up(self) -> list[_Tick]:
        places = [(self.y(value), self.up.label(value)) for value in self.up.ticks]
        return [_Tick(_n(y), _n(y + 4), label) for y, label in places]

    def ticks_across(self) -> list[_Tick]:
        found = []
        last = -math.inf
        for value in self.across.ticks:
            if self.x(value) - last < 18:  # no two numbers on each other
                continue
            last = self.x(value)
            found.append(_Tick(_n(last), str(HEIGHT - BOTTOM + 16), tick(value, "count", value)))
        return found


def _values(scale: tuple[str, Decimal], recorded: list[Reading], over: str) -> str:
    """Return the values of a line chart as a table: a row a point, a column a line."""
    head = [literal(over), *(_html("head", side_name=f.row.side, label=f.row.label) for f in recorded)]
    rows = []
    for point in sorted({p for found in recorded for p in found.estimates if p is not None}):
        estimates = [found.estimates.get(point) for found in recorded]
        cells = [
            _html("value", median=written_in(one.median, scale), interval=interval_words(one, scale)) if one else "none"
            for one in estimates
        ]
        rows.append([_html("at", over=over, point=point), *cells])
    return _html("values", table=cards(head, rows, extra="points"))


def _notes(data: Data, chart: Chart, drawing: Drawing, plane: _Plane) -> tuple[list[_Note], list[Reading]]:
    """Return what each line of a chart is, with how it is drawn, and the readings that were recorded."""
    notes, recorded = [], []
    for n, (row, found) in enumerate(zip(chart.rows, drawing.readings, strict=True)):
        if found is None or not found.estimates:
            notes.append(_Note(row.side, row.label, failed_words(found)))
            continue
        recorded.append(found)
        points = {point: one for point, one in found.estimates.items() if point is not None}
        classes = row_classes(row.side, emulated=found.emulated)
        line = plane.line(points, classes, hollow=found.emulated, shape=n)
        notes.append(_Note(row.side, row.label, how=how_obtained(found), line=line))
    for n, one in enumerate(chart.published, len(chart.rows)):
        text, how = published_words(data, one, plane.up.scale)
        alone = None
        if one.at is not None:
            value = published_value(one, data.sources)[0]
            points = {one.at: Estimate(value, value, value, 1)}
            alone = plane.line(points, row_classes(one.side, published=True), hollow=True, shape=n)
        notes.append(_Note(one.side, one.label, text, how, one.at, alone))
    return notes, recorded


def _over(data: Data, chart: Chart) -> str:
    """Return the word for what a line chart's points are."""
    return data.examples[chart.rows[0].experiment].metrics[split_point(chart.rows[0].metric)[0]].at


def _plot(piece: str, chart: Chart, drawing: Drawing, plane: _Plane, over: str, notes: list[_Note]) -> str:
    """Return the SVG of a line chart by a piece of the template, or "" where nothing was recorded."""
    series = [note.line for note in notes if note.line]
    if not series:
        return ""
    return _html(
        piece,
        id=f"chart-{chart.id}-{slug(drawing.machine)}",
        title=f"{chart.title}, on {drawing.machine}",
        said=f"Lines over {over}; the table beneath holds the same values.",
        over=over,
        unit=plane.up.words(),
        frame=FRAME,
        up=plane.ticks_up(),
        across=plane.ticks_across(),
        series=series,
    )


def lines(data: Data, chart: Chart, drawing: Drawing, up: Axis, across: Axis) -> str:
    """Return a line chart for one machine: the SVG, what its lines are, and its table, drawn from the same rows."""
    over, plane = _over(data, chart), _Plane(up, across)
    notes, recorded = _notes(data, chart, drawing, plane)
    told = "".join(_html("note", one=note, over=over) for note in notes)
    values = _values(up.scale, recorded, over) if recorded else ""
    return f"{_plot('plot', chart, drawing, plane, over, notes)}{told}{values}"


def picture(data: Data, chart: Chart, drawing: Drawing, up: Axis) -> tuple[str, list[str]]:
    """Return a line chart for one machine as SVG that stands by itself, and what its lines are, each with its key as SVG."""
    over, plane = _over(data, chart), _Plane(up, across(chart, [drawing]))
    notes, _ = _notes(data, chart, drawing, plane)
    keys = [_html("told", line=note.line, label=note.label, text=note.text) for note in notes]
    return _plot("plane", chart, drawing, plane, over, notes), keys


def across(chart: Chart, drawings: Sequence[Drawing]) -> Axis:
    """Return the horizontal axis of a line chart, the same for all machines."""
    points = {p for drawn in drawings for found in drawn.known for p in found.estimates if p is not None}
    points |= {one.at for one in chart.published if one.at is not None}
    values = sorted(map(float, points)) or [1.0]
    if chart.across == "log":
        return Axis(values[0], max(values[-1], values[0] * 2), tuple(values), log=True, unit="count")
    found = axis(values, "count")
    end = values[-1] or found.high
    return replace(found, high=end, ticks=tuple(one for one in found.ticks if one <= end))
