"""How a text is written in Markdown and HTML: escaped, as code, as an id."""

from __future__ import annotations

import html
import re

CODE_SPAN = re.compile(r"(`+)(?P<code>.+?)\1")


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
