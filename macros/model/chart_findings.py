"""Checks the findings of charts against the rows that the charts draw; see `findings`."""

from __future__ import annotations

from collections.abc import Mapping

from macros.base.schemas import Document
from macros.base.statistics import Estimate
from macros.model.charts import SPEEDS, Chart, published_value, reading
from macros.model.findings import Known, misfit, typed_numbers
from macros.model.results import Recorded
from macros.model.sources import Source


def named(chart: Chart, recorded: Recorded, machine: str, sources: Mapping[str, Source]) -> dict[str, Known]:
    """Return what a finding may name: what every row shows on a machine, and the published figures."""
    found: dict[str, Known] = {}
    for row in chart.rows:
        one = reading(recorded, machine, row, lines=chart.kind == "lines")
        plain = {} if row.minus or row.over else recorded.by_side.get((machine, row.experiment, row.side), {})
        for point, value in (one.estimates if one else {}).items():
            suffix = "" if point is None else f"@{point}"
            samples = plain.get(row.metric + suffix)
            values = tuple(samples.values) if samples else ()
            found[(row.name or row.metric) + suffix] = Known(value, values, (row.experiment, row.side))
    for published in chart.published:
        figure = published_value(published, sources)[0]
        found[published.name or published.figure] = Known(Estimate(figure, figure, figure, 1))
    return found


def true_everywhere(chart: Chart, recorded: Recorded, sources: Mapping[str, Source]) -> bool:
    """Return whether a chart's finding is true on every machine that has its rows."""
    finding = chart.finding
    return finding is None or not any(
        True for machine in recorded.machines for _ in misfit(finding, named(chart, recorded, machine, sources))
    )


def check_finding(
    document: Document,
    position: int,
    chart: Chart,
    recorded: Recorded,
    first: str,
    sources: Mapping[str, Source],
) -> None:
    """Note what is wrong with a chart's finding: a row that is not there, or a comparison that is not true.

    `position` is the chart's in the document; `first` is the machine that pages show first.
    """
    finding = chart.finding
    if finding is None:
        return
    at, name = (position, "finding"), f"chart {chart.id}"
    keys = [row.name or row.metric for row in chart.rows] + [one.name or one.figure for one in chart.published]
    if twice := sorted({key for key in keys if keys.count(key) > 1} & {n.partition("@")[0] for n in finding.names()}):
        document.bad(at, f"{name}: two rows are called '{twice[0]}'", "give one of them a 'name'")
        return
    known = named(chart, recorded, first, sources)
    for one in sorted(set(finding.names()) - set(known)):
        document.bad(at, f"{name}: the finding names '{one}', which is no row", f"one of: {', '.join(known)}")
    if typed := typed_numbers(
        finding, " ".join([chart.title, *(row.label for row in chart.rows), *(one.label for one in chart.published)])
    ):
        document.bad(at, f"{name}: the number {typed[0]} is typed into the finding", "name a row: {METRIC}")
    emulated = {
        (row.name or row.metric)
        for row in chart.rows
        if (found := reading(recorded, first, row, lines=chart.kind == "lines")) and found.emulated
    }
    said = {one.partition("@")[0] for one in finding.names()}
    if chart.unit in SPEEDS and not chart.no_published and said & emulated and "emulation" not in finding.text:
        document.bad(
            at, f"{name}: the finding names a row under software emulation", "say so in it, or leave the row out"
        )
    for pair in finding.pairs():
        if len({one.partition("@")[0] in emulated for one in pair}) > 1 and not chart.no_published:
            document.bad(at, f"{name}: the finding compares {' and '.join(pair)}", "never rank what is emulated")
    for false in misfit(finding, known):
        document.bad(
            (position, "holds"),
            f"{name}: not true on {first}: {false}",
            "say what the rows show; see macros/model/findings.py",
        )
