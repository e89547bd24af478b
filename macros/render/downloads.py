"""Writes what a chart shows as files, each at an address of its own: docs/charts/ID.csv, ID.json and ID.svg.

`published` writes them. The SVG shows the first machine, in colours of its own, and needs neither style sheet nor script.
"""

from __future__ import annotations

import csv
import io
import json
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from macros.base.units import written_in
from macros.model.charts import Chart, machines, published_value
from macros.model.load import Data
from macros.render import templates
from macros.render.axis import Axis
from macros.render.charts import axis_of, finding_words, legend
from macros.render.lines import picture
from macros.render.rows import drawing, how_obtained, published_text, row_classes

FOLDER = Path("docs/charts")
COLUMNS = (
    *("machine", "label", "side", "accelerator", "point", "median", "low", "high", "rounds", "unit"),
    *("experiment", "metric", "minus", "over", "date", "commit", "source", "locator"),
)
WIDTH, LEFT, VALUES, LINE, ROW = (
    900,
    330,
    110,
    20,
    38,
)  # of an SVG, in pixels: all, labels, values, a line of text, a row
_html = templates.of("downloads.html.j2")


def rows(data: Data, chart: Chart) -> list[dict[str, Any]]:
    """Return every value of a chart, on every machine, in its base unit; published figures have a source and no machine."""
    found = []
    for machine in machines(chart, data.recorded, data.machines):
        for one in drawing(data, chart, machine).known:
            row, run = one.row, one.run
            for point, value in one.estimates.items():
                found.append(
                    dict.fromkeys(COLUMNS)
                    | {
                        "machine": machine,
                        "label": row.label,
                        "side": row.side,
                        "accelerator": f"{run.accelerator} {run.release}".strip(),
                    }
                    | {"point": point, "median": value.median, "low": value.low, "high": value.high}
                    | {"rounds": value.count, "unit": chart.unit, "experiment": row.experiment, "metric": row.metric}
                    | {"minus": row.minus or None, "over": row.over or None, "date": run.date, "commit": run.commit}
                )
    for published in chart.published:
        figure = data.sources[published.source].figures[published.figure]
        found.append(
            dict.fromkeys(COLUMNS)
            | {"label": published.label, "side": published.side, "accelerator": published.accelerator}
            | {"point": published.at, "median": published_value(published, data.sources)[0], "unit": chart.unit}
            | {"source": published.source, "locator": figure.locator}
        )
    return found


def as_csv(data: Data, chart: Chart) -> str:
    """Return a chart's values as CSV (RFC 4180), a line a value."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    writer.writerows(rows(data, chart))
    return text.getvalue()


def as_json(data: Data, chart: Chart) -> str:
    """Return a chart's values as JSON, with what it finds and what its clock measures."""
    about = {"id": chart.id, "finding": finding_words(data, chart) or None, "title": chart.title, "clock": chart.clock}
    return json.dumps(about | {"unit": chart.unit, "rows": rows(data, chart)}, indent=1, ensure_ascii=False) + "\n"


@dataclass(frozen=True)
class _Bar:
    """A row of an SVG: its text, where it stands, and its bar and interval from 0 to 1."""

    label: str
    how: str
    value: str
    classes: str
    y: int
    start: float = 0.0
    end: float = 0.0
    low: float | None = None
    high: float | None = None


def _bars(data: Data, chart: Chart, machine: str, scale: Axis) -> list[_Bar]:
    zero = scale.share(scale.low if scale.log else 0)
    found = []
    for row, one in zip(chart.rows, drawing(data, chart, machine).readings, strict=True):
        if one is None or not one.estimates:
            continue
        value = one.estimates[None]
        ends = (scale.share(value.low), scale.share(value.high)) if value.certain else (None, None)
        place = sorted((zero, scale.share(value.median)))
        shown = written_in(value.median, scale.scale)
        classes = row_classes(row.side, emulated=one.emulated)
        found.append(_Bar(row.label, how_obtained(one), shown, classes, 0, *place, *ends))
    for published in chart.published:
        figure = data.sources[published.source].figures[published.figure]
        place = sorted((zero, scale.share(published_value(published, data.sources)[0])))
        shown = published_text(figure.value, figure.unit, scale.scale)
        how = f"published, {published.source}" + (
            "" if published.accelerator == "none" else f", {published.accelerator}"
        )
        found.append(_Bar(published.label, how, shown, row_classes(published.side, published=True), 0, *place))
    found.sort(key=lambda bar: chart.folds and "emulated" in bar.classes)  # what is emulated last, as on the page
    return [_Bar(**(vars(bar) | {"y": n * ROW})) for n, bar in enumerate(found)]


def as_svg(data: Data, chart: Chart) -> str:
    """Return a chart as a picture that stands by itself, of the machine whose results pages show first."""
    machine = next(iter(machines(chart, data.recorded, data.machines)))
    drawings = [drawing(data, chart, machine)]
    scale = axis_of(data, chart, drawings)
    title = textwrap.wrap(finding_words(data, chart) or chart.title, 88)
    small = textwrap.wrap(chart.title, 125) if chart.finding else []
    notes = textwrap.wrap(f"Recorded on {machine}. {legend(chart, drawings, scale)}", 125)
    top = 16 + LINE * (len(title) + len(small)) + 12
    found = _bars(data, chart, machine, scale) if chart.kind == "bars" else []
    plot, keys = ("", list[str]()) if found else picture(data, chart, drawings[0], scale)
    body = ROW * len(found) + 34 if found else 490 + LINE * len(keys)
    track = WIDTH - LEFT - VALUES - 24
    return (
        _html(
            "picture",
            id=chart.id,
            width=WIDTH,
            height=top + body + LINE * len(notes) + 10,
            title=title,
            small=small,
            notes=notes,
            top=top,
            body=body,
            line=LINE,
            left=LEFT,
            values=LEFT + VALUES - 10,
            start=LEFT + VALUES,
            track=track,
            bars=found,
            plot=plot,
            keys=keys,
            unit=scale.words(),
            ticks=[(scale.share(one), scale.label(one)) for one in scale.labelled()],
            grid=[scale.share(one) for one in scale.ticks],
        )
        + "\n"
    )


def files(data: Data) -> dict[str, str]:
    """Return the files of all charts, by name."""
    made = (("csv", as_csv), ("json", as_json), ("svg", as_svg))
    return {f"{one.id}.{kind}": make(data, one) for one in data.charts.values() for kind, make in made}
