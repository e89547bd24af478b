"""Renders the comparison of containers and VMs as one table."""

from __future__ import annotations

from macros.base.markup import cards, literal
from macros.model.load import Data
from macros.pages.registry import macro
from macros.render.marks import side_name


@macro()
def comparison(data: Data) -> str:
    """Return the comparison as a table: a row a section, each cell linked to its section or marked as to come."""
    rows = []
    for section in data.sections.values():
        texts = [literal(text) for text in (section.question, section.container, section.vm)]
        if section.page:
            rows.append(
                [f"[{literal(section.title)}]({section.page})", *(f"[{text}]({section.page})" for text in texts)]
            )
        else:
            soon = '<span class="to-come">to come</span>'
            rows.append([f"{literal(section.title)} {soon}", *(f"{text} {soon}" for text in texts)])
    return cards(["Section", "The question", side_name("container"), side_name("vm")], rows, extra="comparison")
