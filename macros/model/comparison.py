"""The comparison of containers and VMs in one table: what docs/data/comparison.yml holds."""

from __future__ import annotations

from dataclasses import dataclass

from macros.base.schemas import Document


@dataclass(frozen=True)
class Section:
    """A section of the comparison; `page` is "" while it is to come."""

    id: str
    title: str
    page: str
    question: str
    container: str
    vm: str
    claims: tuple[str, ...]


def read_sections(document: Document) -> dict[str, Section]:
    """Return the sections by id, in their order; note a repeated id and a page that does not exist."""
    found: dict[str, Section] = {}
    for position, entry in enumerate(document.content["sections"]):
        section = Section(**({"page": "", "claims": ()} | entry | {"claims": tuple(entry.get("claims", ()))}))
        where = ("sections", position)
        if section.id in found:
            document.bad(where, f"the section '{section.id}' occurs twice", "remove one of them")
        if section.page and not (document.problems.root / "docs" / section.page.lstrip("/")).is_file():
            remedy = "write the path of a page under docs/, from '/'"
            document.bad((*where, "page"), f"there is no page {section.page}", remedy)
        found[section.id] = section
    return found
