"""Places where a page may break a rule: what docs/data/exceptions.yml holds."""

from __future__ import annotations

from dataclasses import dataclass

from macros.base.schemas import Document


@dataclass(frozen=True)
class PageException:
    """A place where a page may break a rule, and why: `text` is part of the line, `line` where the exception stands."""

    page: str
    text: str
    reason: str
    line: int


def read_exceptions(document: Document, kind: str) -> tuple[PageException, ...]:
    """Return the exceptions to one rule: `kind` is "shell" or "numbers"."""
    entries = enumerate(document.content[kind])
    return tuple(PageException(**entry, line=document.line((kind, position))) for position, entry in entries)
