"""One way to say what is wrong: file, line, what, remedy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, order=True)
class Problem:
    """A mistake in a file of this project.

    `file` is relative to the project's root, `line` counts from 1 (0: the whole file),
    `what` says what is wrong and `remedy` what would be right. `stale` says that nothing is wrong but that something
    has to be recorded anew: a draft, as `make serve` shows it, goes on without.
    """

    file: str
    line: int
    what: str
    remedy: str
    stale: bool = field(default=False, compare=False)

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


def read(path: Path, root: Path) -> str:
    """Return the text of a UTF-8 file, every line end as a line feed, without a byte order mark.

    Raises ProblemError for what cannot be read, is not UTF-8 (with its line), or holds a NUL byte.
    """
    name = relative(path, root)
    try:
        raw = path.read_bytes()
    except OSError as error:
        what = f"the file cannot be read: {error.strerror or error}"
        raise ProblemError([Problem(name, 0, what, "restore it, as a file with text")]) from error
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        what = f"not UTF-8: the byte 0x{raw[error.start]:02x}"
        raise ProblemError([Problem(name, line, what, "save the file as UTF-8")]) from error
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise ProblemError([Problem(name, line, "holds a NUL byte", "remove it: it is no text")])
    return text.replace("\r\n", "\n").replace("\r", "\n")


def folder(path: Path, root: Path, remedy: str) -> list[Path]:
    """Return what lies in a directory, sorted, without what begins with a dot or is named as __pycache__ is.

    Raises ProblemError where there is no such directory.
    """
    try:
        found = sorted(path.iterdir())
    except OSError as error:
        raise ProblemError([Problem(relative(path, root), 0, "the directory is missing", remedy)]) from error
    return [entry for entry in found if not entry.name.startswith((".", "__"))]
