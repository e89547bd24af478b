"""Renders the glossary. On pages, terms are marked by terms.py, an extension of the Markdown renderer."""

from __future__ import annotations

import re

from .data import Data
from .render import escape, slug


def glossary(data: Data) -> str:
    """Return every term with its other names, its meaning, and where the site says more, each with an anchor."""
    parts = ['<dl class="glossary" markdown="1">', ""]
    for one in sorted(data.glossary, key=lambda term: term.term.lower()):
        plain = [form for form in one.forms[1:] if not re.fullmatch(rf"{re.escape(one.term)}e?s", form, re.IGNORECASE)]
        names = f' <span class="glossary__also">also: {escape(", ".join(plain))}</span>' if plain else ""
        more = f" [More]({one.page})." if one.page else ""
        parts += [
            f'<dt id="{slug(one.term)}" markdown="span">**{escape(one.term)}**{names}</dt>',
            f'<dd markdown="span">{escape(one.meaning)}{more}</dd>',
        ]
    return "\n".join([*parts, "", "</dl>"])


def check_glossary(data: Data, _call: object, _shown: object) -> str:
    """Check a call of `glossary`. See `pages.Check`."""
    return "" if data.glossary else "the glossary is empty\nadd terms to docs/data/glossary.yml"
