"""Small pieces of Markdown and HTML that the other modules share."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

SIDE_LABELS = {"host": "Host", "container": "Container", "vm": "Virtual machine"}
VERDICT_MARKS = {
    "holds": "✓",
    "holds with conditions": "◐",
    "outdated": "↺",
    "false": "✗",
    "cannot be shown here": "–",
}
ACCELERATORS = {
    "tcg": "software emulation (TCG)",
    "kvm": "hardware virtualisation (KVM)",
    "none": "",
}


def slug(text: str) -> str:
    """Return `text` as an HTML id: lower case, hyphens for everything else."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def escape(text: str) -> str:
    """Return `text` safe inside HTML and Markdown: markup characters become entities."""
    return re.sub(r"([*_`\[\]|])", lambda m: f"&#{ord(m[1])};", html.escape(text, quote=True))


def prose(text: str) -> str:
    """Return a text from the data safe inside HTML and Markdown, with what stands between backticks as code."""
    return re.sub(r"&#96;(.+?)&#96;", r"<code>\1</code>", escape(text))


def fence(text: str, language: str) -> str:
    """Return a fenced code block that no line of `text` can close."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    ticks = "`" * max(3, longest + 1)
    return f"{ticks}{language}\n{text}\n{ticks}"


def side_mark(side: str) -> str:
    """Return a side's shape, the same in every diagram, chart and table; it says nothing to who cannot see it."""
    return f'<span class="side-mark side-mark--{side}" aria-hidden="true"></span>'


def side_name(side: str) -> str:
    """Return a side's label with its shape."""
    return f"{side_mark(side)}{SIDE_LABELS[side]}"


def verdict(word: str) -> str:
    """Return a verdict as a badge: a mark and the word, never colour alone."""
    return f'<span class="verdict verdict--{slug(word)}"><span aria-hidden="true">{VERDICT_MARKS[word]}</span> {word}</span>'


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
