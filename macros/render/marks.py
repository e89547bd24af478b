"""How the subject's own words are marked everywhere: sides, verdicts, accelerators."""

from __future__ import annotations

from macros.base.markup import slug

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


def side_mark(side: str) -> str:
    """Return a side's shape, the same in every diagram, chart and table; screen readers skip it."""
    return f'<span class="side-mark side-mark--{side}" aria-hidden="true"></span>'


def side_name(side: str) -> str:
    """Return a side's label with its shape."""
    return f"{side_mark(side)}{SIDE_LABELS[side]}"


def verdict_badge(word: str) -> str:
    """Return a verdict as a badge: a mark and the word, never colour alone."""
    return f'<span class="verdict verdict--{slug(word)}"><span aria-hidden="true">{VERDICT_MARKS[word]}</span> {word}</span>'


def side_marks(sides: tuple[str, ...]) -> str:
    """Return the shapes of several sides."""
    return "".join(side_mark(side) for side in sides)
