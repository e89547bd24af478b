"""Renders a chart as a figure: title, clock, a block for each machine with bars or lines, and where the readings come from."""

from __future__ import annotations

import re
from collections.abc import Sequence

from macros.base.units import NARROW, TIMES, quantity
from macros.model.chart_findings import named, true_everywhere
from macros.model.charts import Chart, machines, published_value
from macros.model.findings import BRACES
from macros.model.load import Data
from macros.pages.registry import macro
from macros.pages.uses import Use
from macros.render import templates
from macros.render.axis import Axis, axis
from macros.render.bars import bars
from macros.render.lines import across, lines
from macros.render.results import result_note
from macros.render.rows import Drawing, drawing

_html = templates.of("charts.html.j2")


def axis_of(data: Data, chart: Chart, drawings: Sequence[Drawing]) -> Axis:
    """Return the axis of a chart, the same for all machines."""
    known = [one for drawn in drawings for found in drawn.known for one in found.estimates.values()]
    values = [value for one in known for value in (one.low, one.median, one.high)]
    drawn = [one for one in chart.published if chart.kind == "bars" or one.at is not None]
    values += [published_value(one, data.sources)[0] for one in drawn]
    return axis(values, chart.unit, log=chart.scale == "log")


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
    drawings = [drawing(data, chosen, name) for name in machines(chosen, data.recorded, data.machines)]
    scale_ = axis_of(data, chosen, drawings)
    recorded = [(row.experiment, row.side) for row in chosen.rows]
    blocks = []
    for one in drawings:
        if chosen.kind == "bars":
            drawn = bars(data, chosen, one, scale_)
        else:
            drawn = lines(data, chosen, one, scale_, across(chosen, drawings))
        blocks.append({"name": one.machine, "drawn": drawn, "note": result_note(data, one.machine, recorded)})
    return _html(
        "figure",
        chart=chosen,
        finding=finding_words(data, chosen),
        machines=blocks,
        legend=legend(chosen, drawings, scale_),
    )


def finding_words(data: Data, chosen: Chart) -> str:
    """Return what a chart finds on the first machine, with the numbers of its rows, or "" where it says nothing."""
    if chosen.finding is None:
        return ""
    known = named(chosen, data.recorded, data.machine, data.sources)

    def number(found: re.Match[str]) -> str:
        above, _, below = found[1].partition(" / ")
        if below:
            quotient = known[above].estimate.median / known[below].estimate.median
            return quantity(quotient, TIMES, 2).removesuffix(f"{NARROW}times")
        return quantity(known[above].estimate.median, chosen.unit)

    text = BRACES.sub(number, chosen.finding.text)
    shown = machines(chosen, data.recorded, data.machines)
    if len(shown) > 1 and not true_everywhere(chosen, data.recorded, data.sources):
        return f"On {data.machine}: {text[0] if text[1:2].isupper() else text[0].lower()}{text[1:]}"
    return text


def legend(chosen: Chart, drawings: Sequence[Drawing], scale_: Axis) -> str:
    """Say what the axis is, and what the styles in the chart mean."""
    known = [found for drawn in drawings for found in drawn.known]
    certain = any(one.certain for r in known for one in r.estimates.values())
    words = [f"Scale: {scale_.words()}."] if chosen.kind == "lines" else []
    if certain:
        thing = "Thin line on a bar" if chosen.kind == "bars" else "Upright line at a point"
        words.append(f"{thing}: 95 % interval of the median; of fewer than six rounds, their range.")
    if any(r.emulated for r in known):
        style = "Hatched" if chosen.kind == "bars" else "Hollow"
        words.append(f"{style}: software emulation, which says nothing of hardware virtualisation.")
    if chosen.published:
        words.append(
            f"{'Outlined' if chosen.kind == 'bars' else 'Hollow and alone'}: published by others, on their machines."
        )
    return " ".join(words)
