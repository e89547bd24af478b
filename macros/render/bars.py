"""Draws bars: a table with bars of CSS."""

from __future__ import annotations

from itertools import pairwise

from macros.base.markup import literal
from macros.base.statistics import Estimate
from macros.base.units import quantity
from macros.model.charts import Chart, published_value
from macros.model.load import Data
from macros.render.axis import Axis
from macros.render.marks import SIDE_LABELS
from macros.render.rows import (
    _mark,
    failed_words,
    how_obtained,
    interval_words,
    published_words,
    readings_of,
    row_classes,
)


def percent(share: float) -> str:
    """Return a share, from 0 to 1, as a length of CSS."""
    return f"{100 * share:.2f}".rstrip("0").rstrip(".") + "%"


def _bar(scale_: Axis, value: float, one: Estimate | None = None) -> str:
    """Return a bar from 0 (on a logarithmic axis, from its beginning) to `value`, with the whisker of its interval."""
    zero, end = scale_.share(scale_.low if scale_.log else 0), scale_.share(value)
    left, width = min(zero, end), abs(end - zero)
    bar = f'<span class="bar" style="left:{percent(left)};width:{percent(width)}"></span>' if width > 0 else ""
    if one and one.certain:
        low, high = scale_.share(one.low), scale_.share(one.high)
        bar += f'<span class="whisker" style="left:{percent(low)};width:{percent(high - low)}"></span>'
    return f'<td class="track" aria-hidden="true"><span class="rail">{bar}</span></td>'


def _line(classes: str, mark: str, label: str, how: str, cells: str) -> str:
    head = f'<th scope="row" markdown="span">{mark}{literal(label)} <small>{how}</small></th>'
    return f'<tr class="{classes}" markdown="block">{head}{cells}</tr>'


def bars(data: Data, chart: Chart, machine: str, scale_: Axis) -> str:
    """Return the rows of a bar chart for one machine as a table."""
    rows = []
    for row, found in zip(chart.rows, readings_of(data, chart, machine), strict=True):
        if found is None or not found.estimates:
            why = failed_words(found) if found else "not recorded on this machine"
            how = how_obtained(found) if found else SIDE_LABELS[row.side]
            rows.append(
                _line(
                    row_classes(row.side), _mark(row.side), row.label, how, f'<td colspan="3" class="none">{why}</td>'
                )
            )
            continue
        one = found.estimates[None]
        cells = f'<td class="value">{quantity(one.median, chart.unit)}</td><td class="interval">{interval_words(one, chart.unit)}</td>'
        cells += _bar(scale_, one.median, one)
        classes = row_classes(row.side, emulated=found.emulated)
        rows.append(_line(classes, _mark(row.side), row.label, how_obtained(found), cells))
    for published in chart.published:
        text, how = published_words(data, published)
        bar = _bar(scale_, published_value(published, data.sources)[0])
        cells = f'<td class="value">{literal(text)}</td><td class="interval">published</td>{bar}'
        rows.append(
            _line(row_classes(published.side, published=True), _mark(published.side), published.label, how, cells)
        )
    head = '<th scope="col">What</th><th scope="col">Median</th><th scope="col">95 % interval or range</th><td aria-hidden="true"></td>'
    steps = [scale_.share(b) - scale_.share(a) for a, b in pairwise(scale_.ticks)]
    return (
        f'<table class="bars" style="--step:{percent(steps[0])}" aria-label="{literal(chart.title)}, on {machine}" data-search-exclude markdown="block">'
        f'<thead markdown="block"><tr>{head}</tr></thead><tbody markdown="block">{"".join(rows)}</tbody></table>'
    )
