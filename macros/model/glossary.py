"""The technical terms of the site: what docs/data/glossary.yml holds."""

from __future__ import annotations

import re
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


def _repeats(meaning: str, form: str) -> bool:
    """Return whether a meaning begins with the term; the words of an abbreviation may stand there, before a colon."""
    return re.match(rf"(?:an? |the )?{re.escape(form)}\b(?!:)", meaning, re.IGNORECASE) is not None


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
        if own := next((form for form in forms if _repeats(entry["meaning"], form)), ""):
            what = f"'{entry['term']}' is explained by itself: {own}"
            document.bad((position, "meaning"), what, "say what it is in words that a reader may know")
        page = entry.get("page", "")
        if page and not (document.problems.root / "docs" / page.partition("#")[0].lstrip("/")).is_file():
            document.bad((position, "page"), f"there is no page {page}", "write a page's path from '/'")
        marked = entry.get("mark", "yes") == "yes"
        found.append(Term(term=entry["term"], meaning=entry["meaning"], forms=forms, marked=marked, page=page))
    return tuple(found)
