"""One way to say what is wrong (file, line, what, remedy), and one collector of it for every reader and every check."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, order=True)
class Problem:
    """A mistake in a file of this project.

    `file` is relative to the project's root, `line` counts from 1 (0: the whole file),
    `what` says what is wrong and `remedy` what would be right. `stale` says that nothing is wrong but that something
    has to be recorded again: a draft, as `make serve` shows it, is still built. `cause` says that other problems may
    only follow from this one, so that it is told alone: a recorded file that was edited also contradicts its readers.
    """

    file: str
    line: int
    what: str
    remedy: str
    stale: bool = field(default=False, compare=False)
    cause: bool = field(default=False, compare=False)

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.what}\n    remedy: {self.remedy}"


LINES = 17  # the most lines in which problems are told: `make` adds a line for each of its levels, which makes 20
LONG = 300  # the most characters of one line of it


def told(problems: Iterable[Problem], lines: int = LINES) -> str:
    """Return what a run says of problems before it ends, in at most so many lines: each in two, causes alone.

    What does not fit is counted: it may be gone once the first are corrected.
    """

    def short(text: str) -> str:
        text = " ".join(text.split())
        return text if len(text) <= LONG else f"{text[: LONG - 1]}…"

    every = sorted(set(problems))
    causes = [one for one in every if one.cause]
    shown = causes or every
    fits = shown[: max(1, (lines - 2) // 2)]
    out = [f"{len(shown)} problem{'s' if len(shown) != 1 else ''}:"]
    for one in fits:
        what, remedy = short(str(one).partition("\n")[0]), short(one.remedy)
        out += [what, f"    remedy: {remedy}"]
    if more := len(shown) - len(fits):
        out.append(f"and {more} more: correct these first")
    return "\n".join(out)


class ProblemError(Exception):
    """Raised with every problem found in one reading, so that one run shows them all."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(set(problems))
        count = len(self.problems)
        head = f"{count} problem{'s' if count != 1 else ''}:"
        super().__init__("\n".join([head, *map(str, self.problems)]))


class Problems:
    """Collects the problems of one reading: every reader and every check notes what it finds here.

    `root` is the project's root, to which messages name files.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.found: list[Problem] = []

    def bad(
        self, path: Path | str, what: str, remedy: str, *, line: int = 0, stale: bool = False, cause: bool = False
    ) -> None:
        """Note a mistake in the file at `path`, absolute or relative to the root. See `Problem`."""
        name = path if isinstance(path, str) else relative(path, self.root)
        self.found.append(Problem(name, line, what, remedy, stale, cause))

    def keep(self, error: ProblemError) -> None:
        """Note what a reader raised."""
        self.found += error.problems

    def __bool__(self) -> bool:
        return bool(self.found)

    def __len__(self) -> int:
        return len(self.found)

    def raise_any(self) -> None:
        """Raise ProblemError if anything was noted."""
        if self.found:
            raise ProblemError(self.found)


def relative(path: Path, root: Path) -> str:
    """Return `path` as it is written in messages: relative to `root` where it lies below it."""
    try:
        return path.relative_to(root).as_posix()
    except ValueError:
        return path.as_posix()


def read(path: Path, root: Path) -> str:
    """Return the text of a UTF-8 file, every line end as a line feed, without a byte order mark.

    Raises ProblemError for a file that cannot be read, is not UTF-8 (with its line), or holds a NUL byte.
    """
    name = relative(path, root)
    try:
        raw = path.read_bytes()
    except OSError as error:
        what = f"the file cannot be read: {error.strerror or error}"
        raise ProblemError([Problem(name, 0, what, "restore it as a text file")]) from error
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        what = f"not UTF-8: the byte 0x{raw[error.start]:02x}"
        raise ProblemError([Problem(name, line, what, "save the file as UTF-8")]) from error
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise ProblemError([Problem(name, line, "holds a NUL byte", "remove it: text files hold none")])
    return text.replace("\r\n", "\n").replace("\r", "\n")


def folder(path: Path, root: Path, remedy: str) -> list[Path]:
    """Return what lies in a directory, sorted, except names that begin with a dot or with two underscores.

    Raises ProblemError where there is no such directory.
    """
    try:
        found = sorted(path.iterdir())
    except OSError as error:
        raise ProblemError([Problem(relative(path, root), 0, "the directory is missing", remedy)]) from error
    return [entry for entry in found if not entry.name.startswith((".", "__"))]
