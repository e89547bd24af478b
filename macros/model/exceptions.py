"""Places where a page or a data file may break a rule: what docs/data/exceptions.yml holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from macros.base.problems import Problems
from macros.base.schemas import Document

DATA = "data/"  # what the path of a data file begins with, below docs/


@dataclass(frozen=True)
class TextException:
    """A place where a text may break a rule, and why.

    `page` is the path of a page or a data file below docs/, `text` is part of the line or of the value, and `line` is
    where exceptions.yml lists the exception.
    """

    page: str
    text: str
    reason: str
    line: int


def read_exceptions(document: Document, kind: str) -> tuple[TextException, ...]:
    """Return the exceptions to one rule: `kind` is "shell", "numbers" or "links"."""
    entries = enumerate(document.content[kind])
    return tuple(TextException(**entry, line=document.line((kind, position))) for position, entry in entries)


def excepted(exceptions: Iterable[TextException], page: str, text: str, used: set[TextException]) -> bool:
    """Return whether an exception covers a text of a page or a data file, and note that it is used."""
    for exception in exceptions:
        if exception.page == page and exception.text in text:
            used.add(exception)
            return True
    return False


def check_used(exceptions: Iterable[TextException], used: set[TextException], problems: Problems) -> None:
    """Note each exception that nothing needed."""
    for exception in sorted(set(exceptions) - used, key=lambda e: e.line):
        what = f"an exception that nothing needs: {exception.page}: {exception.text!r}"
        problems.bad("docs/data/exceptions.yml", what, "remove it", line=exception.line)
