"""Renders what lies between containers and VMs as one table."""

from __future__ import annotations

from macros.base.markup import literal
from macros.model.load import Data
from macros.model.technologies import ASPECTS, Cell, Technology
from macros.pages.registry import macro
from macros.render import templates
from macros.render.pieces import cards, noted
from macros.render.results import result
from macros.render.sources import cite, explained

_html = templates.of("technologies.html.j2")


def _cell(data: Data, cell: Cell) -> str:
    """Return what is said, and what it rests on, as inline Markdown."""
    said = explained(data, cell.text)
    if cell.source:
        return f"{said} {cite(data, cell.source, cell.locator)}"
    if cell.result:
        experiment, side, metric, *machine = cell.result
        return f"{said} {result(data, experiment, side, metric, machine=''.join(machine))}"
    file, _, name = cell.test.partition("::")
    return f"{said} {_html('tested', file=file, name=name)}"


def _name(one: Technology) -> str:
    return noted(f"**{literal(one.name)}**", literal(one.family))


@macro()
def technologies(data: Data) -> str:
    """Return one row a technology, a column an aspect, each cell with what it rests on; cards on a narrow screen."""
    rows = [[_name(one), *(_cell(data, one.cells[aspect]) for aspect in ASPECTS)] for one in data.technologies]
    attributes = [{"id": one.id} for one in data.technologies]
    return cards(["Technology", *ASPECTS.values()], rows, extra="between", attributes=attributes)
