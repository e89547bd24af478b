"""Renders what lies between containers and VMs as one table."""

from __future__ import annotations

from .between import ASPECTS, Cell, Technology
from .data import Data
from .ledger import cite, explained
from .measured import result
from .render import cards, escape


def _cell(data: Data, cell: Cell) -> str:
    """Return what is said, and what it rests on, as inline Markdown."""
    said = explained(data, cell.text)
    if cell.source:
        return f"{said} {cite(data, cell.source, cell.locator)}"
    if cell.result:
        return f"{said} {result(data, *cell.result)}"
    file, _, name = cell.test.partition("::")
    return f'{said} <span class="cite">[[tested](/{file} "{escape(name)}")]</span>'


def _name(one: Technology) -> str:
    return f"**{escape(one.name)}**<br><small>{escape(one.family)}</small>"


def between(data: Data) -> str:
    """Return one row a technology, a column an aspect, each cell with what it rests on; cards on a narrow screen."""
    rows = [[_name(one), *(_cell(data, one.cells[aspect]) for aspect in ASPECTS)] for one in data.between]
    return cards(
        ["Technology", *ASPECTS.values()], rows, extra="between", attributes=[f'id="{o.id}"' for o in data.between]
    )
