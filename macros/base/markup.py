"""Small pieces of Markdown and HTML."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Sequence


def slug(text: str) -> str:
    """Return `text` as an HTML id: lower case, hyphens for everything else."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def literal(text: str) -> str:
    """Return `text` safe inside HTML and Markdown: markup characters become entities."""
    return re.sub(r"([*_`\[\]|])", lambda m: f"&#{ord(m[1])};", html.escape(text, quote=True))


def prose(text: str) -> str:
    """Return a text from the data safe inside HTML and Markdown, with what stands between backticks as code."""
    return re.sub(r"&#96;(.+?)&#96;", r"<code>\1</code>", literal(text))


def fence(text: str, language: str) -> str:
    """Return a fenced code block that no line of `text` can close."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    ticks = "`" * max(3, longest + 1)
    return f"{ticks}{language}\n{text}\n{ticks}"


def cards(head: list[str], rows: list[list[str]], *, extra: str = "", attributes: Sequence[str] = ()) -> str:
    """Return a table whose rows become cards on a narrow screen; the first cell of a row is its heading.

    Cells are Markdown for inline text. `extra` is added to the table's classes; `attributes` has what is to stand in
    each row's tag, such as an id.
    """
    top = "".join(f'<th scope="col" markdown="span">{cell}</th>' for cell in head)
    body = []
    for (first, *rest), more in zip(rows, attributes or [""] * len(rows), strict=True):
        labels = [re.sub(r"<[^>]+>", "", label) for label in head[1:]]
        cells = "".join(
            f'<td data-label="{label}" markdown="span">{cell}</td>' for label, cell in zip(labels, rest, strict=True)
        )
        body.append(
            f'<tr{" " if more else ""}{more} markdown="block"><th scope="row" markdown="span">{first}</th>{cells}</tr>'
        )
    classes = f"cards {extra}".strip()
    return (
        f'<table class="{classes}" markdown="block"><thead markdown="block"><tr markdown="block">{top}</tr></thead>'
        f'<tbody markdown="block">{"".join(body)}</tbody></table>'
    )


def json_attribute(content: object) -> str:
    """Return data as JSON, fit for an attribute in double quotes."""
    return html.escape(json.dumps(content, ensure_ascii=False, separators=(",", ":")), quote=True)


def unsearched(text: str) -> str:
    """Return Markdown that the search does not index, as what says the same in full elsewhere."""
    return f'<div data-search-exclude markdown="1">\n\n{text}\n\n</div>'
