"""Draws charts: bars as a table with bars of CSS, lines as SVG with its table, one block a machine."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise

from . import ledger
from .charts import EMULATED, Chart, Published, Reading, machines, published_value, reading
from .data import Data
from .estimates import Estimate
from .figures import NARROW, quantity, scale, span, tick
from .measured import provenance
from .pages import Call, Shown
from .render import ACCELERATORS, SIDE_LABELS, cards, escape, slug
from .results import split_point

WIDTH, HEIGHT = 380, 250  # of a line chart, in units of its viewBox
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 16, 40
CHARACTER = 6.4  # the width of one of a label, in the same units
ROW = 14  # the height of a line of a label


@dataclass(frozen=True)
class Axis:
    """An axis from `low` to `high`, with the values at which a line stands."""

    low: float
    high: float
    ticks: tuple[float, ...]
    log: bool
    unit: str

    def share(self, value: float) -> float:
        """Return where a value stands, from 0 to 1; what lies beyond an end stands at it."""
        low, high = (math.log10(self.low), math.log10(self.high)) if self.log else (self.low, self.high)
        if self.log:
            value = math.log10(value) if value > 0 else low
        return min(1.0, max(0.0, (value - low) / (high - low)))

    def words(self) -> str:
        """Say what the axis is."""
        ends = f"from {tick(self.low, self.unit, self._near(self.low))} to {tick(self.high, self.unit, self._near(self.high))}"
        if self.log:
            return f"logarithmic, {ends}; each line is ten times the one before"
        step = self.ticks[1] - self.ticks[0]
        return f"linear, {ends}, a line each {tick(step, self.unit, self.high)}"

    def _near(self, value: float) -> float:
        if self.log:
            return min(value, 1.0) if self.unit == "s" else value  # 100 s, not 1.67 min
        return max(abs(self.low), abs(self.high))

    def label(self, value: float) -> str:
        """Return the text of a tick."""
        return tick(value, self.unit, self._near(value))


def axis(values: Iterable[float], unit: str, *, log: bool = False) -> Axis:
    """Return an axis that holds all `values`; a linear one also holds 0. On a logarithmic one all must be above 0."""
    known = list(values)
    if log:
        least, most = min(known, default=1.0), max(known, default=10.0)
        low, high = math.floor(math.log10(least)), math.ceil(math.log10(most))
        low -= math.isclose(least, 10.0**low)  # a bar has a length
        high += high == low
        decades = tuple(float(Decimal(10) ** power) for power in range(low, high + 1))
        return Axis(decades[0], decades[-1], decades, log=True, unit=unit)
    low_, high_ = min([0.0, *known]), max([0.0, *known])
    if low_ == high_:
        high_ = 1.0
    size = float(scale(max(high_, -low_), unit)[1])
    reach = (high_ - low_) / size
    step = next(
        n * 10.0**power
        for power in range(math.floor(math.log10(reach)) - 2, math.floor(math.log10(reach)) + 2)
        for n in (1, 2, 5)
        if reach / (n * 10.0**power) <= 5
    )
    least_, most_ = math.floor(low_ / size / step + 1e-9), math.ceil(high_ / size / step - 1e-9)
    ticks = tuple(float(n * Decimal(repr(step)) * Decimal(repr(size))) for n in range(least_, most_ + 1))
    return Axis(ticks[0], ticks[-1], ticks, log=False, unit=unit)


# -- what both kinds share -------------------------------------------------------------------------


def _how(found: Reading) -> str:
    """Return under what a row was obtained, and what it is, in words."""
    words = [SIDE_LABELS[found.row.side], ACCELERATORS[found.run.accelerator]]
    words.append("difference, round by round" if found.row.minus else "")
    words.append("ratio, round by round" if found.row.over else "")
    return ", ".join(filter(None, words))


def _classes(side: str, *, emulated: bool = False, published: bool = False) -> str:
    return f"row--{side}{' row--emulated' if emulated else ''}{' row--published' if published else ''}"


def _mark(side: str) -> str:
    return f'<span class="side-mark side-mark--{side}" aria-hidden="true"></span>'


def _published(data: Data, one: Published) -> tuple[str, str]:
    """Return a published figure as its source writes it, and what it is, with its citation."""
    figure = data.sources[one.source].figures[one.figure]
    unit = f"{NARROW}{figure.unit.replace('1/s', 'a second')}" if figure.unit else ""
    under = "" if one.accelerator == "none" else f", {one.accelerator}"
    return (
        f"{figure.value}{unit}",
        f"{SIDE_LABELS[one.side]}, published{under} {ledger.cite(data, one.source, figure.locator)}",
    )


def _failed(found: Reading) -> str:
    return f"failed when it was recorded: {escape(found.run.error)}"


def _readings(data: Data, chart: Chart, machine: str) -> list[Reading | None]:
    return [reading(data.recorded, machine, row, lines=chart.kind == "lines") for row in chart.rows]


def _scale(data: Data, chart: Chart, names: list[str]) -> Axis:
    """Return the axis of a chart, the same for all machines."""
    known = [r for name in names for r in _readings(data, chart, name) if r]
    values = [v for r in known for one in r.estimates.values() for v in (one.low, one.median, one.high)]
    drawn = [one for one in chart.published if chart.kind == "bars" or one.at is not None]
    values += [published_value(one, data.sources)[0] for one in drawn]
    return axis(values, chart.unit, log=chart.scale == "log")


def _interval(one: Estimate, unit: str) -> str:
    return span(one.low, one.high, unit, one.median) if one.certain else "one round"


# -- bars ------------------------------------------------------------------------------------------


def _percent(share: float) -> str:
    return f"{100 * share:.2f}".rstrip("0").rstrip(".") + "%"


def _bar(scale_: Axis, value: float, one: Estimate | None = None) -> str:
    """Return a bar from 0 (on a logarithmic axis, from its beginning) to `value`, with the whisker of its interval."""
    zero, end = scale_.share(scale_.low if scale_.log else 0), scale_.share(value)
    left, width = min(zero, end), abs(end - zero)
    bar = f'<span class="bar" style="left:{_percent(left)};width:{_percent(width)}"></span>' if width > 0 else ""
    if one and one.certain:
        low, high = scale_.share(one.low), scale_.share(one.high)
        bar += f'<span class="whisker" style="left:{_percent(low)};width:{_percent(high - low)}"></span>'
    return f'<td class="track" aria-hidden="true"><span class="rail">{bar}</span></td>'


def _line(classes: str, mark: str, label: str, how: str, cells: str) -> str:
    head = f'<th scope="row" markdown="span">{mark}{escape(label)} <small>{how}</small></th>'
    return f'<tr class="{classes}" markdown="block">{head}{cells}</tr>'


def _bars(data: Data, chart: Chart, machine: str, scale_: Axis) -> str:
    """Return the rows of a bar chart for one machine as a table."""
    rows = []
    for row, found in zip(chart.rows, _readings(data, chart, machine), strict=True):
        if found is None or not found.estimates:
            why = _failed(found) if found else "not recorded on this machine"
            how = _how(found) if found else SIDE_LABELS[row.side]
            rows.append(
                _line(_classes(row.side), _mark(row.side), row.label, how, f'<td colspan="3" class="none">{why}</td>')
            )
            continue
        one = found.estimates[None]
        cells = f'<td class="value">{quantity(one.median, chart.unit)}</td><td class="interval">{_interval(one, chart.unit)}</td>'
        cells += _bar(scale_, one.median, one)
        classes = _classes(row.side, emulated=found.emulated)
        rows.append(_line(classes, _mark(row.side), row.label, _how(found), cells))
    for published in chart.published:
        text, how = _published(data, published)
        bar = _bar(scale_, published_value(published, data.sources)[0])
        cells = f'<td class="value">{escape(text)}</td><td class="interval">published</td>{bar}'
        rows.append(_line(_classes(published.side, published=True), _mark(published.side), published.label, how, cells))
    head = '<th scope="col">What</th><th scope="col">Median</th><th scope="col">95 % interval or range</th><td aria-hidden="true"></td>'
    steps = [scale_.share(b) - scale_.share(a) for a, b in pairwise(scale_.ticks)]
    return (
        f'<table class="bars" style="--step:{_percent(steps[0])}" aria-label="{escape(chart.title)}, on {machine}" data-search-exclude markdown="block">'
        f'<thead markdown="block"><tr>{head}</tr></thead><tbody markdown="block">{"".join(rows)}</tbody></table>'
    )


# -- lines -----------------------------------------------------------------------------------------


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


def _overlap(one: Box, other: Box) -> float:
    """Return the area that two boxes share."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    return wide * high if wide > 0 and high > 0 else 0


def _along(places: list[Place]) -> list[Box]:
    """Return small boxes that cover a line through `places`, and bigger ones over its markers."""
    boxes = [(x - 6, y - 6, x + 6, y + 6) for x, y in places]
    for (x0, y0), (x1, y1) in pairwise(places):
        count = max(1, round(math.hypot(x1 - x0, y1 - y0) / 6))
        for n in range(count + 1):
            x, y = x0 + (x1 - x0) * n / count, y0 + (y1 - y0) * n / count
            boxes.append((x - 2, y - 2, x + 2, y + 2))
    return boxes


def _label(text: tuple[str, ...], places: list[Place], taken: list[Box]) -> str:
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
    free = (one for one in found if not any(_overlap(one[1], other) for other in taken))
    best = next(free, None) or min(
        found, default=corner, key=lambda one: (sum(_overlap(one[1], other) for other in taken), one[0])
    )
    _, box, right = best
    taken.append(box)
    anchor, place = ("start", box[0]) if right else ("end", box[2])
    spans = "".join(
        f'<tspan x="{_n(place)}" y="{_n(box[1] + ROW * n + 11)}">{escape(part)}</tspan>' for n, part in enumerate(text)
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
        f'<text class="ln-text" x="{_n(LEFT + wide / 2)}" y="{HEIGHT - 6}" text-anchor="middle">{escape(over)}</text>'
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
        taken += _along([(px, py) for px, py, _ in places])
    for one in series:
        if one.points:
            parts.append(_label(one.label, [(x(point), y(found.median)) for point, found in one.points.items()], taken))
    return (
        f'<div class="plot" data-search-exclude><svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="{name}-title {name}-desc">'
        f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-desc">{escape(said)}</desc>{"".join(parts)}</svg></div>'
    )


def _values(chart: Chart, recorded: list[Reading], over: str) -> str:
    """Return the values of a line chart as a table: a row a point, a column a line."""
    head = [escape(over), *(f"{_mark(f.row.side)}{escape(f.row.label)}" for f in recorded)]
    rows = []
    for point in sorted({p for found in recorded for p in found.estimates if p is not None}):
        cells = [f'<span class="points__at">{escape(over)}: </span>{point}']
        for one in (found.estimates.get(point) for found in recorded):
            cells.append(
                f"{quantity(one.median, chart.unit)} <small>({_interval(one, chart.unit)})</small>" if one else "none"
            )
        rows.append(cells)
    return (
        '<details class="chart__values" open data-search-exclude markdown="block">'
        f"<summary>The values, each with its 95 % interval or range</summary>{cards(head, rows, extra='points')}</details>"
    )


def _lines(data: Data, chart: Chart, machine: str, up: Axis, across: Axis) -> str:
    """Return a line chart for one machine: the SVG, what its lines are, and its table, drawn from the same rows."""
    example = data.examples[chart.rows[0].experiment]
    over = example.metrics[split_point(chart.rows[0].metric)[0]].at
    series: list[_Line] = []
    notes, recorded = [], []
    for n, (row, found) in enumerate(zip(chart.rows, _readings(data, chart, machine), strict=True)):
        if found is None or not found.estimates:
            why = _failed(found) if found else "not recorded on this machine"
            notes.append(f"{_mark(row.side)} {escape(row.label)}: {why}.")
            continue
        recorded.append(found)
        points = {point: one for point, one in found.estimates.items() if point is not None}
        label = (row.label, *(("software emulation",) if found.emulated else ()))
        series.append(_Line(points, _classes(row.side, emulated=found.emulated), label, hollow=found.emulated, shape=n))
        notes.append(f"{_key(series[-1])} {escape(row.label)}: <small>{_how(found)}</small>.")
    for n, one in enumerate(chart.published, len(chart.rows)):
        value = published_value(one, data.sources)[0]
        text, how = _published(data, one)
        key, at = _mark(one.side), ""
        if one.at is not None:
            points = {one.at: Estimate(value, value, value, 1)}
            classes = _classes(one.side, published=True)
            series.append(_Line(points, classes, (one.label, "published"), hollow=True, shape=n))
            key, at = _key(series[-1]), f" ({escape(over)}: {one.at})"
        notes.append(f"{key} {escape(one.label)}{at}: {escape(text)} <small>{how}</small>.")
    name = f"chart-{chart.id}-{slug(machine)}"
    said = f"Lines over {over}; the table beneath holds the same values."
    plot = _svg(name, f"{chart.title}, on {machine}", said, series, up, across, over) if series else ""
    lines = "".join(f'<p class="chart__note" data-search-exclude markdown="span">{note}</p>' for note in notes)
    return f"{plot}{lines}{_values(chart, recorded, over) if recorded else ''}"


def _across(data: Data, chart: Chart, names: list[str]) -> Axis:
    """Return the horizontal axis of a line chart, the same for all machines."""
    points = {p for name in names for r in _readings(data, chart, name) if r for p in r.estimates if p is not None}
    points |= {one.at for one in chart.published if one.at is not None}
    values = sorted(map(float, points)) or [1.0]
    if chart.across == "log":
        return Axis(values[0], max(values[-1], values[0] * 2), tuple(values), log=True, unit="count")
    found = axis(values, "count")
    end = values[-1] or found.high
    return replace(found, high=end, ticks=tuple(one for one in found.ticks if one <= end))


# -- the macro -------------------------------------------------------------------------------------


def _chooser(chart: Chart, names: list[str]) -> str:
    """Return the choice of a machine, which shows only where JavaScript runs."""
    options = "".join(f'<option value="{name}">{name}</option>' for name in names)
    field = f"machine-of-{chart.id}"
    return (
        f'<div class="chooser" hidden data-search-exclude><label for="{field}">Recorded on</label> '
        f'<select id="{field}" autocomplete="off">{options}</select></div>'
    )


def chart(data: Data, chart_id: str) -> str:
    """Return a chart as a figure: title, clock, a block a machine with its bars or lines and their table, and provenance."""
    chosen = data.charts[chart_id]
    names = machines(chosen, data.recorded, data.machines)
    scale_ = _scale(data, chosen, names)
    parts = [f'<figure class="chart chart--{chosen.kind}" id="chart-{chosen.id}" markdown="block">']
    parts.append(f'<figcaption markdown="span">{escape(chosen.title)}</figcaption>')
    if chosen.clock:
        start, end = map(escape, chosen.clock)
        parts.append(f'<p class="chart__clock" markdown="span">The clock runs from: {start}; to: {end}.</p>')
    if len(names) > 1:
        parts.append(_chooser(chosen, names))
    for name in names:
        parts.append(f'<div class="chart__machine" data-machine="{name}" markdown="block">')
        if len(names) > 1:
            parts.append(f'<p class="chart__name">On {name}</p>')
        if chosen.kind == "bars":
            parts.append(_bars(data, chosen, name, scale_))
        else:
            parts.append(_lines(data, chosen, name, scale_, _across(data, chosen, names)))
        parts.append(provenance(data, name, [(row.experiment, row.side) for row in chosen.rows]))
        parts.append("</div>")
    parts.append(f'<p class="chart__note" data-search-exclude>{_legend(data, chosen, names, scale_)}</p>')
    if chosen.no_published:
        why = f"No published figure under hardware virtualisation stands here: {escape(chosen.no_published)}"
        parts.append(f'<p class="chart__note" markdown="span">{why}</p>')
    parts.append("</figure>")
    return "".join(parts)


def _legend(data: Data, chosen: Chart, names: list[str], scale_: Axis) -> str:
    """Say what the axis is, and what the styles mean that occur."""
    known = [r for name in names for r in _readings(data, chosen, name) if r]
    certain = any(one.certain for r in known for one in r.estimates.values())
    words = [f"Scale: {scale_.words()}."]
    if certain:
        thing = "Thin line on a bar" if chosen.kind == "bars" else "Upright line at a point"
        words.append(f"{thing}: 95 % interval of the median; of fewer than six rounds, their range.")
    if any(r.run.accelerator == EMULATED for r in known):
        style = "Hatched" if chosen.kind == "bars" else "Hollow"
        words.append(f"{style}: software emulation, which says nothing of hardware virtualisation.")
    if chosen.published:
        words.append(
            f"{'Outlined' if chosen.kind == 'bars' else 'Hollow and alone'}: published by others, on their machines."
        )
    return " ".join(words)


def check_chart(data: Data, call: Call, shown: Shown) -> str:
    """Check a call of `chart`, and note what it shows. See `pages.Check`."""
    chart_id = str(call.kwargs.get("chart_id", ""))
    if chart_id not in data.charts:
        return f"there is no chart '{chart_id}'\none of: {', '.join(data.charts) or 'none'}; or add it to docs/data/charts.yml"
    here = ("chart", chart_id, call.file)
    if here in shown:
        return f"the chart '{chart_id}' stands twice on the page\nlink to it: #chart-{chart_id}"
    shown.add(here)
    return ""
