"""Pieces that the pages of several macros share: tables, blocks, notes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from macros.render import templates

_html = templates.of("pieces.html.j2")
_markdown = templates.of("pieces.md.j2")


def cards(
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    extra: str = "",
    attributes: Sequence[Mapping[str, str]] = (),
    unsearched_columns: Sequence[str] = (),
) -> str:
    """Return a table whose rows become cards on a narrow screen; the first cell of a row is its heading.

    Cells are Markdown for inline text. `extra` is added to the table's classes; `attributes` has what is to stand in
    each row's tag, such as an id. The search leaves out the cells below the headings `unsearched_columns`: their tag says
    so, because in the search plugin an excluded element ends where an element of the same name ends inside it.
    """
    labels = [re.sub(r"<[^>]+>", "", label) for label in head[1:]]
    omitted = [label in unsearched_columns for label in head[1:]]
    content = [
        {"first": first, "rest": list(zip(labels, rest, omitted, strict=True)), "attributes": more}
        for (first, *rest), more in zip(rows, attributes or [{}] * len(rows), strict=True)
    ]
    return _html("cards", classes=f"cards {extra}".strip(), head=head, rows=content)


def noted(text: str, note: str) -> str:
    """Return inline Markdown with a note, in small print, on a line of its own; without one where `note` is ""."""
    return _html("noted", text=text, note=note) if note else text


def anchored(name: str, text: str = "") -> str:
    """Return inline Markdown to which a link can lead."""
    return _html("anchored", id=name, text=text)


def provenance(text: str) -> str:
    """Return where something that was recorded comes from, inline Markdown, as a paragraph that the search leaves out."""
    return _html("provenance", text=text)


def block(text: str, classes: str = "", *, searched: bool = True) -> str:
    """Return Markdown in a block with these classes, which the search indexes or leaves out."""
    return _markdown("block", text=text, classes=classes, searched=searched)


def unsearched(text: str) -> str:
    """Return Markdown that the search does not index, as what says the same in full elsewhere."""
    return block(text, searched=False)
