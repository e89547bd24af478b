"""Small pieces of Markdown and HTML that the other modules share."""

from __future__ import annotations

import html
import re

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


def fence(text: str, language: str) -> str:
    """Return a fenced code block that no line of `text` can close."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    ticks = "`" * max(3, longest + 1)
    return f"{ticks}{language}\n{text}\n{ticks}"


def side_name(side: str) -> str:
    """Return a side's label with its shape, the same in every diagram, chart and table."""
    return f'<span class="side-mark side-mark--{side}" aria-hidden="true"></span>{SIDE_LABELS[side]}'


def verdict(word: str) -> str:
    """Return a verdict as a badge: a mark and the word, never colour alone."""
    return f'<span class="verdict verdict--{slug(word)}"><span aria-hidden="true">{VERDICT_MARKS[word]}</span> {word}</span>'
