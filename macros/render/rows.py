"""What bars and lines share: what is drawn for a machine, and the words and classes of a row."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal

from macros.base.statistics import Estimate
from macros.base.units import GIVEN, NARROW, span_in
from macros.model.charts import Chart, Published, Reading, reading
from macros.model.load import Data
from macros.render.marks import SIDE_LABELS, under
from macros.render.sources import cite


@dataclass(frozen=True)
class Drawing:
    """What a chart draws for one machine: a reading for each of its rows, None where nothing was recorded."""

    machine: str
    readings: tuple[Reading | None, ...]

    @property
    def known(self) -> list[Reading]:
        """What was recorded."""
        return [one for one in self.readings if one]


def drawing(data: Data, chart: Chart, machine: str) -> Drawing:
    """Return what a chart draws for a machine."""
    lines = chart.kind == "lines"
    return Drawing(machine, tuple(reading(data.recorded, machine, row, lines=lines) for row in chart.rows))


def how_obtained(found: Reading) -> str:
    """Return under what a row was obtained, and what it is, in words."""
    words = [SIDE_LABELS[found.row.side], under(found.run.accelerator, found.run.release)]
    words.append("difference, round by round" if found.row.minus else "")
    words.append("ratio, round by round" if found.row.over else "")
    return ", ".join(filter(None, words))


def row_classes(side: str, *, emulated: bool = False, published: bool = False) -> str:
    """Return the classes of a row or a line."""
    return f"row--{side}{' row--emulated' if emulated else ''}{' row--published' if published else ''}"


def published_text(value: str, unit: str, scale: tuple[str, Decimal]) -> str:
    """Return a figure of a source in the chart's scale, with as many digits as the source gives."""
    name, size = scale
    exact = Decimal(value.replace(",", "")) * GIVEN[unit][1] / size
    digits = max(2, len(re.sub(r"\D", "", value).lstrip("0")))
    text = f"{Context(prec=digits, rounding=ROUND_HALF_UP).create_decimal(exact).normalize():,f}".replace(",", NARROW)
    return f"{text}{NARROW}{name}" if name else text


def published_words(data: Data, one: Published, scale: tuple[str, Decimal]) -> tuple[str, str]:
    """Return a published figure in the chart's scale, and what it is, with its citation, as inline Markdown."""
    figure = data.sources[one.source].figures[one.figure]
    how = "" if one.accelerator == "none" else f", {one.accelerator}"
    return (
        published_text(figure.value, figure.unit, scale),
        f"{SIDE_LABELS[one.side]}, published{how} {cite(data, one.source, figure.locator)}",
    )


def failed_words(found: Reading | None) -> str:
    """Return what a row shows that has no value."""
    return f"failed when it was recorded: {found.run.error}" if found else "not recorded on this machine"


def interval_words(one: Estimate, scale: tuple[str, Decimal]) -> str:
    """Return the ends of an interval in words, in the chart's scale."""
    return span_in(one.low, one.high, scale) if one.certain else "one round"
