"""Charts as data: what docs/data/charts.yml asks for, checked against what was recorded and published."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from macros.base.schemas import Document, Where
from macros.base.statistics import Estimate, difference, estimate, ratio
from macros.base.units import TIMES, in_ours
from macros.model.examples import Example
from macros.model.findings import Finding
from macros.model.results import Recorded, SideRun, split_point
from macros.model.sources import Source

EMULATED = "tcg"
HARDWARE = "hardware virtualisation"
SPEEDS = frozenset(("s", "B", "B/s", "bit/s", "1/s"))  # units of what software emulation changes
YEAR = re.compile(r"\b(?:19|20)\d\d\b")
LABEL_COUNTS = re.compile(r"(\d+) [a-z]", re.IGNORECASE)
"""A label that begins with how many there are: 8 containers."""


@dataclass(frozen=True)
class Row:
    """A metric of a side, to be drawn: less that of `minus`, or divided by that of `over`, round by round."""

    label: str
    experiment: str
    side: str
    metric: str
    minus: str = ""
    over: str = ""
    name: str = ""


@dataclass(frozen=True)
class Published:
    """A figure of a source, to be drawn beside the rows; `at` is its point in a line chart, if it has one.

    `accelerator` and `side` are those that the source's figure says.
    """

    label: str
    source: str
    figure: str
    at: int | None = None
    name: str = ""
    accelerator: str = "none"
    side: str = "vm"


@dataclass(frozen=True)
class Chart:
    """A chart: `clock` holds the events between which time is measured, `unit` is that of all rows, `line` is where it stands."""

    id: str
    title: str
    kind: str
    rows: tuple[Row, ...]
    line: int
    unit: str = ""
    scale: str = "linear"
    across: str = "linear"
    clock: tuple[str, str] | None = None
    published: tuple[Published, ...] = ()
    no_published: str = ""
    finding: Finding | None = None

    @property
    def folds(self) -> bool:
        """Whether its rows under software emulation stand apart: where published ones say what hardware would do."""
        return self.kind == "bars" and any(one.accelerator == HARDWARE for one in self.published)


@dataclass(frozen=True)
class Reading:
    """What a row shows for one machine: an estimate by point (None: it has no points), or none where the run failed."""

    row: Row
    estimates: dict[int | None, Estimate]
    run: SideRun

    @property
    def emulated(self) -> bool:
        """Whether it was obtained under software emulation."""
        return self.run.accelerator == EMULATED


def reading(recorded: Recorded, machine: str, row: Row, *, lines: bool) -> Reading | None:
    """Return what `row` shows for a machine, or None where nothing was recorded. Raises ValueError for a ratio to a value that is not above 0."""
    run = recorded.runs.get((machine, row.experiment, row.side))
    if run is None:
        return None
    if run.error:
        return Reading(row, {}, run)
    mine = recorded.by_side.get((machine, row.experiment, row.side), {})
    found: dict[int | None, Estimate] = {}
    for name, samples in mine.items():
        metric, point = split_point(name)
        if (metric if lines else name) != row.metric:
            continue
        at = point if lines else None
        suffix = f"@{point}" if lines else ""
        other = mine.get(f"{row.minus or row.over}{suffix}")
        if row.minus or row.over:
            if other is None:
                continue
            found[at] = (difference if row.minus else ratio)(samples.values, other.values)
        else:
            found[at] = estimate(samples.values)
    return Reading(row, dict(sorted(found.items(), key=lambda item: item[0] or 0)), run) if found else None


def machines(chart: Chart, recorded: Recorded, order: Mapping[str, object]) -> list[str]:
    """Return the machines, in `order`, on which any row of the chart was recorded."""
    return [m for m in order if any((m, row.experiment, row.side) in recorded.runs for row in chart.rows)]


def published_value(published: Published, sources: Mapping[str, Source]) -> tuple[float, str]:
    """Return a published figure in our unit, and the unit. Raises ValueError where that cannot be done."""
    figure = sources[published.source].figures[published.figure]
    return in_ours(figure.value, figure.unit)


class _Reader:
    """Turns charts.yml into charts and notes what is wrong."""

    def __init__(
        self,
        document: Document,
        examples: Mapping[str, Example],
        recorded: Recorded,
        first: str,
        sources: Mapping[str, Source],
    ) -> None:
        self.document = document
        self.examples = examples
        self.recorded = recorded
        self.first = first
        self.sources = sources
        self.bad = document.bad

    def chart(self, position: int, entry: dict[str, Any]) -> Chart:
        lines = entry["kind"] == "lines"
        rows = tuple(Row(**row) for row in entry["rows"])
        published = tuple(self.of(Published(**one)) for one in entry.get("published", ()))
        at: Where = (position,)
        name = f"chart {entry['id']}"
        before = len(self.document.problems)
        units = [
            self.row((position, "rows", n), f"{name}, row '{row.label}'", row, lines=lines)
            for n, row in enumerate(rows)
        ]
        axes = {self.axis(row) for row in rows} if lines else set()
        unit = next(filter(None, units), "")
        for n, other in enumerate(units):
            if other not in {"", unit}:
                what = f"{name}, row '{rows[n].label}' is in {other}, the rows before it in {unit}"
                self.bad((position, "rows", n), what, "give each unit a chart of its own")
        for n, one in enumerate(published):
            where = (position, "published", n)
            self.published(where, f"{name}, published '{one.label}'", one, unit, lines=lines)
        if len(axes) > 1:
            what = f"{name} has lines over {' and '.join(sorted(axes))}"
            self.bad(at, what, "give each kind of points a chart of its own")
        if twice := [label for label, n in Counter(r.label for r in rows + published).items() if n > 1]:
            self.bad(at, f"{name} has two rows '{twice[0]}'", "say in the label in what they differ")
        if "across" in entry and not lines:
            self.bad((position, "across"), f"{name}: 'across' goes only with lines", "remove it")
        clock = (entry["clock"]["start"], entry["clock"]["end"]) if "clock" in entry else None
        rest = {key: entry[key] for key in ("scale", "across", "no_published") if key in entry}
        chart = Chart(
            id=entry["id"],
            title=entry["title"],
            kind=entry["kind"],
            rows=rows,
            line=self.document.line(at),
            unit=unit,
            clock=clock,
            published=published,
            finding=Finding(entry["finding"], tuple(entry["holds"])) if "finding" in entry else None,
            **rest,
        )
        if len(self.document.problems) == before:
            self.whole(at, chart, name)
        return chart

    def of(self, one: Published) -> Published:
        """Return a published row with what the source's figure says that it is of."""
        source = self.sources.get(one.source)
        figure = source.figures.get(one.figure) if source else None
        return replace(one, accelerator=figure.of.accelerator, side=figure.of.side) if figure and figure.of else one

    def axis(self, row: Row) -> str:
        """Return the word for the points of a row, or "" where it has none."""
        example = self.examples.get(row.experiment)
        metric = example.metrics.get(split_point(row.metric)[0]) if example else None
        return metric.at if metric else ""

    def row(self, where: Where, name: str, row: Row, *, lines: bool) -> str:
        """Check a row of a chart and return its unit, or "" if that is unknown."""
        example = self.examples.get(row.experiment)
        if example is None or not example.metrics:
            known = ", ".join(e.id for e in self.examples.values() if e.metrics)
            self.bad(where, f"{name}: there is no experiment '{row.experiment}'", f"one of: {known or 'none'}")
            return ""
        if row.side not in example.sides:
            self.bad(where, f"{name}: {example.id} has no side '{row.side}'", f"one of: {', '.join(example.sides)}")
            return ""
        units = []
        for written in filter(None, (row.metric, row.minus, row.over)):
            metric, point = split_point(written)
            declared = example.metrics.get(metric)
            if declared is None:
                what = f"{name}: {example.id} declares no metric '{metric}'"
                self.bad(where, what, f"one of: {', '.join(example.metrics)}")
                return ""
            if lines and (point is not None or not declared.at):
                what = f"{name}: '{written}' is not a metric with points"
                self.bad(
                    where, what, "lines take METRIC alone, of one that has 'at' in its example.toml; else draw bars"
                )
                return ""
            if not lines and (point is not None) != bool(declared.at):
                right = "METRIC@POINT, since it is sampled at points" if declared.at else "METRIC alone"
                self.bad(where, f"{name}: '{written}' is not how the metric is written", f"write {right}")
                return ""
            units.append(declared.unit)
        if len(set(units)) > 1:
            self.bad(where, f"{name}: a metric in {units[0]} and one in {units[1]}", "take two metrics of one unit")
            return ""
        # A difference to a point is the difference to 0 of them: the other point is what the label counts.
        points = {split_point(written)[1] for written in filter(None, (row.metric, row.minus, row.over))} - {None, 0}
        counted = LABEL_COUNTS.match(row.label)
        if points and counted and points != {int(counted[1])}:
            shown = " and ".join(str(point) for point in sorted(filter(None, points)))
            self.bad(
                where,
                f"{name}: the label counts {counted[1]}, the metric is that at {shown}",
                "let both say one number",
            )
        for machine in self.recorded.machines:
            try:
                found = reading(self.recorded, machine, row, lines=lines)
            except ValueError as error:
                self.bad(where, f"{name}: on {machine}: {error}", "divide by a metric whose samples are all above 0")
                continue
            if found is None and machine == self.first:
                wanted = " ".join((row.side, row.metric, row.minus or row.over)).strip()
                what = f"{name}: there is no result of {example.id} {wanted} on the first machine, {machine}"
                self.bad(where, what, f"run: make record EXAMPLE={example.id}, or take the row out")
        return TIMES if row.over else units[0]

    def published(self, where: Where, name: str, one: Published, unit: str, *, lines: bool) -> None:
        source = self.sources.get(one.source)
        if source is None:
            self.bad(where, f"{name}: there is no source '{one.source}'", "add it to docs/data/sources.yml")
            return
        if one.figure not in source.figures:
            remedy = f"one of: {', '.join(source.figures)}" if source.figures else "add it under the source's 'figures'"
            self.bad(where, f"{name}: the source '{source.key}' has no figure '{one.figure}'", remedy)
            return
        if (of := source.figures[one.figure].of) is None:
            what = f"{name}: the figure '{one.figure}' of '{source.key}' does not say what it is of"
            self.bad(where, what, "add to it, in sources.yml: of: {name: …, accelerator: …, side: …}")
        elif of.name.lower() not in one.label.lower():
            self.bad(where, f"{name}: the label does not name what the figure is of", f"let it say: {of.name}")
        if years := {year for year in YEAR.findall(one.label) if int(year) != source.year}:
            what = f"{name}: the label says {', '.join(sorted(years))}, the source is of {source.year}"
            self.bad(where, what, f"let it say {source.year}")
        if one.at is not None and not lines:
            self.bad(where, f"{name}: 'at' goes only with lines", "remove it")
        try:
            _, ours = published_value(one, self.sources)
        except ValueError as error:
            remedy = "give the figure as one number, in a unit that macros/base/units.py knows"
            self.bad(where, f"{name}: the figure cannot be drawn: {error}", remedy)
            return
        if unit and ours != unit:
            self.bad(where, f"{name} is in {ours}, the rows in {unit}", "take a figure of what the rows measure")

    def readings(self, chart: Chart) -> Iterator[tuple[int, Row, Reading]]:
        """Yield every reading of a chart, on every machine, with its row and the row's line."""
        for n, row in enumerate(chart.rows):
            for machine in self.recorded.machines:
                found = reading(self.recorded, machine, row, lines=chart.kind == "lines")
                if found is not None:
                    yield n, row, found

    def whole(self, where: Where, chart: Chart, name: str) -> None:
        """Check what only the rows together show."""
        remedy = "draw it on a linear scale, or take the row out"
        emulated = False
        for _, row, found in self.readings(chart):
            emulated |= found.emulated and chart.unit in SPEEDS
            if chart.scale == "log" and any(one.low <= 0 for one in found.estimates.values()):
                what = f"{name}, row '{row.label}' reaches 0 on {found.run.file.split('/')[-2]}, which a logarithmic scale does not have"
                self.bad(where, what, remedy)
            if chart.across == "log" and any(not point for point in found.estimates):
                what = f"{name}, row '{row.label}' has the point 0, which a logarithmic scale does not have"
                self.bad(where, what, "write across: linear")
        for one in chart.published:
            if chart.scale == "log" and published_value(one, self.sources)[0] <= 0:
                what = f"{name}, published '{one.label}' is 0, which a logarithmic scale does not have"
                self.bad(where, what, remedy)
        hardware = any(one.accelerator == HARDWARE for one in chart.published)
        if emulated and not hardware and not chart.no_published:
            what = f"{name} holds a figure under software emulation and none under hardware virtualisation"
            self.bad(where, what, "add one under 'published', or say in 'no_published' why there is none")
        if hardware and chart.no_published:
            self.bad(where, f"{name} says why there is no published figure, and has one", "remove 'no_published'")


def read_charts(
    document: Document,
    examples: Mapping[str, Example],
    recorded: Recorded,
    first: str,
    sources: Mapping[str, Source],
) -> dict[str, Chart]:
    """Return the charts by id, and note what is wrong with them; `first` is the machine that pages show first."""
    reader = _Reader(document, examples, recorded, first, sources)
    found: dict[str, Chart] = {}
    for position, entry in enumerate(document.content):
        chart = reader.chart(position, entry)
        if chart.id in found:
            what = f"the chart id '{chart.id}' occurs twice (first in line {found[chart.id].line})"
            document.bad((position,), what, "give each chart an id of its own")
        found[chart.id] = chart
    return found
