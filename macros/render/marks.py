"""How the subject's own words are marked everywhere: sides, verdicts, accelerators."""

from __future__ import annotations

from macros.base.markup import slug
from macros.render import templates

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
_html = templates.of("marks.html.j2")


def side_mark(side: str) -> str:
    """Return a side's shape, the same in every diagram, chart and table; screen readers skip it."""
    return _html("side", name=side)


def side_name(side: str) -> str:
    """Return a side's label with its shape."""
    return f"{side_mark(side)}{SIDE_LABELS[side]}"


def badge(word: str, mark: str, colour: str) -> str:
    """Return a badge: a mark and the word, never colour alone."""
    return _html("badge", colour=colour, mark=mark, word=word)


def verdict_badge(word: str) -> str:
    """Return a verdict as a badge."""
    return badge(word, VERDICT_MARKS[word], slug(word))


def side_marks(sides: tuple[str, ...]) -> str:
    """Return the shapes of several sides."""
    return "".join(side_mark(side) for side in sides)
