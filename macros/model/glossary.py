"""The technical terms of the site: what docs/data/glossary.yml holds."""

from __future__ import annotations

from dataclasses import dataclass

from macros.base.schemas import Document


@dataclass(frozen=True)
class Term:
    """An entry of the glossary: the forms under which it is found on pages, unless it is only listed."""

    term: str
    meaning: str
    forms: tuple[str, ...]
    marked: bool
    page: str


def read_glossary(document: Document) -> tuple[Term, ...]:
    """Return the terms; note a form that two terms share, and a page that does not exist."""
    found: list[Term] = []
    owners: dict[str, str] = {}
    for position, entry in enumerate(document.content):
        forms = (entry["term"], *entry.get("also", ()))
        for form in forms:
            if form.lower() in owners:
                what = f"'{form}' is a form of '{entry['term']}' and of '{owners[form.lower()]}'"
                document.bad((position,), what, "give each form to one term")
            owners[form.lower()] = entry["term"]
        page = entry.get("page", "")
        if page and not (document.problems.root / "docs" / page.partition("#")[0].lstrip("/")).is_file():
            document.bad((position, "page"), f"there is no page {page}", "write a page's path from '/'")
        marked = entry.get("mark", "yes") == "yes"
        found.append(Term(term=entry["term"], meaning=entry["meaning"], forms=forms, marked=marked, page=page))
    return tuple(found)
