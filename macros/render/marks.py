"""How the subject's own words are marked everywhere: sides, verdicts, accelerators."""

from __future__ import annotations

import re

from macros.base.markup import slug
from macros.model.accelerators import PLATFORM
from macros.render import templates

SIDE_LABELS = {
    "host": "Host",
    "container": "Container",
    "rootless": "Rootless container",
    "system": "System container",
    "gvisor": "gVisor",
    "vm": "Virtual machine",
}
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
    "systrap": "gVisor's platform systrap",
    "none": "",
}
_html = templates.of("marks.html.j2")


def in_text(side: str) -> str:
    """Return a side's label within a sentence."""
    label = SIDE_LABELS[side]
    return label if label[1].isupper() else label.lower()


def under(accelerator: str, release: str = "") -> str:
    """Return under what something ran, in words: the accelerator, or gVisor's release and platform; "" for neither."""
    if accelerator != PLATFORM:
        return ACCELERATORS[accelerator]
    day = re.match(r"(\d{4})(\d\d)(\d\d)", release)
    return f"gVisor's release of {'-'.join(day.groups()) if day else release}, platform {PLATFORM}"


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
