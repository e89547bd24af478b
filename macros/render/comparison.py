"""Renders the comparison of containers and VMs as one table."""

from __future__ import annotations

from macros.base.markup import literal
from macros.model.load import Data
from macros.pages.registry import macro
from macros.render import templates
from macros.render.marks import side_name
from macros.render.pieces import cards

_html = templates.of("comparison.html.j2")


@macro()
def comparison(data: Data) -> str:
    """Return the comparison as a table: a row a section, each cell linked to its section or marked as to come."""
    rows = []
    for section in data.sections.values():
        words = (section.question, section.container, section.vm)
        if section.page:
            rows.append([f"[{literal(text)}]({section.page})" for text in (section.title, *words)])
        else:
            rows.append([_html("to_come", text=text) for text in (section.title, *words)])
    return cards(["Section", "The question", side_name("container"), side_name("vm")], rows, extra="comparison")
