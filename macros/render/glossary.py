"""Renders the glossary. On pages, terms are linked by term_links.py, an extension of the Markdown renderer."""

from __future__ import annotations

import re

from macros.base.markup import slug
from macros.model.load import Data
from macros.pages.registry import macro
from macros.pages.uses import Use
from macros.render import templates

_markdown = templates.of("glossary.md.j2")


def check_glossary(data: Data, use: Use) -> None:
    """Check a call of `glossary`."""
    if not data.glossary:
        use.bad("the glossary is empty", "add terms to docs/data/glossary.yml")


@macro(check_glossary)
def glossary(data: Data) -> str:
    """Return every term with its other names, its meaning, and where the site says more, each with an anchor."""
    terms = []
    for one in sorted(data.glossary, key=lambda term: term.term.lower()):
        plain = [form for form in one.forms[1:] if not re.fullmatch(rf"{re.escape(one.term)}e?s", form, re.IGNORECASE)]
        terms.append({"id": slug(one.term), "term": one, "also": ", ".join(plain)})
    return _markdown("glossary", terms=terms)
