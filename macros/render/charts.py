"""Renders a chart as a figure: title, clock, a block for each machine with bars or lines, and where the readings come from."""

from __future__ import annotations

from macros.base.markup import literal
from macros.model.charts import EMULATED, Chart, machines, published_value
from macros.model.load import Data
from macros.pages.registry import macro
from macros.pages.uses import Use
from macros.render.axis import Axis, axis
from macros.render.bars import bars
from macros.render.lines import across, lines
from macros.render.results import result_note
from macros.render.rows import readings_of


def _scale(data: Data, chart: Chart, names: list[str]) -> Axis:
    """Return the axis of a chart, the same for all machines."""
    known = [r for name in names for r in readings_of(data, chart, name) if r]
    values = [v for r in known for one in r.estimates.values() for v in (one.low, one.median, one.high)]
    drawn = [one for one in chart.published if chart.kind == "bars" or one.at is not None]
    values += [published_value(one, data.sources)[0] for one in drawn]
    return axis(values, chart.unit, log=chart.scale == "log")


def _chooser(chart: Chart, names: list[str]) -> str:
    """Return the choice of a machine, which shows only where JavaScript runs."""
    options = "".join(f'<option value="{name}">{name}</option>' for name in names)
    field = f"machine-of-{chart.id}"
    return (
        f'<div class="chooser" hidden data-search-exclude><label for="{field}">Recorded on</label> '
        f'<select id="{field}" autocomplete="off">{options}</select></div>'
    )


def check_chart(data: Data, use: Use, chart_id: str) -> None:
    """Check a call of `chart`, and note what it shows and cites."""
    if chart_id not in data.charts:
        known = ", ".join(data.charts) or "none"
        return use.bad(f"there is no chart '{chart_id}'", f"one of: {known}; or add it to docs/data/charts.yml")
    here = ("chart", chart_id, use.call.file)
    if here in use.shown:
        return use.bad(f"the chart '{chart_id}' occurs twice on the page", f"link to it: #chart-{chart_id}")
    use.shown.add(here)
    for one in data.charts[chart_id].published:
        use.cites(one.source, data.sources[one.source].figures[one.figure].locator)
    return None


@macro(check_chart)
def chart(data: Data, chart_id: str) -> str:
    """Return a chart as a figure: title, clock, a block a machine with its bars or lines and their table, and provenance."""
    chosen = data.charts[chart_id]
    names = machines(chosen, data.recorded, data.machines)
    scale_ = _scale(data, chosen, names)
    parts = [f'<figure class="chart chart--{chosen.kind}" id="chart-{chosen.id}" markdown="block">']
    parts.append(f'<figcaption markdown="span">{literal(chosen.title)}</figcaption>')
    if chosen.clock:
        start, end = map(literal, chosen.clock)
        parts.append(f'<p class="chart__clock" markdown="span">The clock runs from: {start}; to: {end}.</p>')
    if len(names) > 1:
        parts.append(_chooser(chosen, names))
    for name in names:
        parts.append(f'<div class="chart__machine" data-machine="{name}" markdown="block">')
        if len(names) > 1:
            parts.append(f'<p class="chart__name">On {name}</p>')
        if chosen.kind == "bars":
            parts.append(bars(data, chosen, name, scale_))
        else:
            parts.append(lines(data, chosen, name, scale_, across(data, chosen, names)))
        parts.append(result_note(data, name, [(row.experiment, row.side) for row in chosen.rows]))
        parts.append("</div>")
    parts.append(f'<p class="chart__note" data-search-exclude>{_legend(data, chosen, names, scale_)}</p>')
    if chosen.no_published:
        why = f"No published figure under hardware virtualisation stands here: {literal(chosen.no_published)}"
        parts.append(f'<p class="chart__note" markdown="span">{why}</p>')
    parts.append("</figure>")
    return "".join(parts)


def _legend(data: Data, chosen: Chart, names: list[str], scale_: Axis) -> str:
    """Say what the axis is, and what the styles mean that occur."""
    known = [r for name in names for r in readings_of(data, chosen, name) if r]
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
