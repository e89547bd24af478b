"""One way to say what is wrong: file, line, what, remedy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, order=True)
class Problem:
    """A mistake in a file of this project.

    `file` is relative to the project's root, `line` counts from 1 (0: the whole file),
    `what` says what is wrong and `remedy` what would be right.
    """

    file: str
    line: int
    what: str
    remedy: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.what}\n    remedy: {self.remedy}"


class ProblemError(Exception):
    """Raised with every problem found in one reading, so that one run shows them all."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(set(problems))
        count = len(self.problems)
        head = f"{count} problem{'s' if count != 1 else ''}:"
        super().__init__("\n".join([head, *map(str, self.problems)]))


def relative(path: Path, root: Path) -> str:
    """Return `path` as it is written in messages: relative to `root` where it lies below it."""
    try:
        return path.relative_to(root).as_posix()
    except ValueError:
        return path.as_posix()
