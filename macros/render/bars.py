"""Draws bars: a table with bars of CSS."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from macros.base.units import written_in
from macros.model.charts import Chart, Reading, Row, published_value
from macros.model.load import Data
from macros.render import templates
from macros.render.axis import Axis
from macros.render.marks import SIDE_LABELS
from macros.render.rows import Drawing, failed_words, how_obtained, interval_words, published_words, row_classes

_html = templates.of("bars.html.j2")


@dataclass(frozen=True)
class _Span:
    """A part of the axis, in lengths of CSS."""

    left: str
    width: str


@dataclass(frozen=True)
class _Row:
    """A row as it is drawn: `how` is inline Markdown; `none` says why there is no value."""

    side: str
    label: str
    how: str
    classes: str
    value: str = ""
    interval: str = ""
    none: str = ""
    bar: _Span | None = None
    whisker: _Span | None = None


def percent(share: float) -> str:
    """Return a share, from 0 to 1, as a length of CSS."""
    return f"{100 * share:.2f}".rstrip("0").rstrip(".") + "%"


def _span(start: float, end: float) -> _Span:
    return _Span(percent(start), percent(end - start))


def _bar(scale_: Axis, value: float) -> _Span | None:
    """Return a bar from 0 (on a logarithmic axis, from its beginning) to `value`, if it has a length."""
    zero, end = scale_.share(scale_.low if scale_.log else 0), scale_.share(value)
    return None if zero == end else _span(min(zero, end), max(zero, end))


def bars(data: Data, chart: Chart, drawing: Drawing, scale_: Axis) -> str:
    """Return the rows of a bar chart for one machine as a table; what is emulated folded below where the chart folds it."""
    apart = chart.folds and any(found and _folds(found) for found in drawing.readings)
    shown, folded = list[_Row](), list[_Row]()
    for row, found in zip(chart.rows, drawing.readings, strict=True):
        (folded if apart and found and _folds(found) else shown).append(_row(chart, row, found, scale_))
    for published in chart.published:
        text, how = published_words(data, published, scale_.scale)
        bar = _bar(scale_, published_value(published, data.sources)[0])
        classes = row_classes(published.side, published=True)
        shown.append(_Row(published.side, published.label, how, classes, text, interval="published", bar=bar))
    steps = [scale_.share(b) - scale_.share(a) for a, b in pairwise(scale_.ticks)]
    about = {
        "title": chart.title,
        "machine": drawing.machine,
        "step": percent(steps[0]),
        "unit": scale_.words(),
        "ticks": [(percent(scale_.share(one)), scale_.label(one)) for one in scale_.labelled()],
    }
    tables = _html("table", rows=shown, **about) if shown else ""
    return tables + (_html("folded", table=_html("table", rows=folded, **about), rows=folded) if folded else "")


def _folds(found: Reading) -> bool:
    """Return whether a reading is of the kind that is folded; a run that failed is said where it is looked for."""
    return found.emulated and bool(found.estimates)


def _row(chart: Chart, row: Row, found: Reading | None, scale_: Axis) -> _Row:
    """Return a row that was recorded as it is drawn, or why there is none."""
    how = how_obtained(found) if found else SIDE_LABELS[row.side]
    if found is None or not found.estimates:
        return _Row(row.side, row.label, how, row_classes(row.side), none=failed_words(found))
    one = found.estimates[None]
    return _Row(
        row.side,
        row.label,
        how,
        row_classes(row.side, emulated=found.emulated),
        value=written_in(one.median, scale_.scale),
        interval=interval_words(one, scale_.scale),
        bar=_bar(scale_, one.median),
        whisker=_span(scale_.share(one.low), scale_.share(one.high)) if one.certain else None,
    )
