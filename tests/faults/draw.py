"""What a fault is, and how one is drawn from the project's real content: a place in a file, and what stands there instead."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

Replace = Callable[[re.Match[str], Random], str | None]
"""Returns what replaces a match, or None for a match that no fault can be made of."""


@dataclass(frozen=True)
class Fault:
    """One change of the tree: `file` becomes `text`, or is removed where that is None. `says` describes it in a line.

    `blamed` are other files in which a message may rightly see the mistake: of two that must agree, either may be wrong.
    """

    file: str
    text: bytes | None
    says: str
    blamed: tuple[str, ...] = ()
    added: bool = False


@dataclass(frozen=True)
class Tree:
    """The content from which faults are drawn: a checkout, which is only read."""

    root: Path

    def files(self, *patterns: str) -> list[str]:
        """Return the files that the patterns match, relative to the root, sorted."""
        found = {path for pattern in patterns for path in self.root.glob(pattern) if path.is_file()}
        return sorted(path.relative_to(self.root).as_posix() for path in found if "__pycache__" not in path.parts)

    def text(self, file: str) -> str:
        """Return a file's text."""
        return (self.root / file).read_text("utf-8")


Draw = Callable[[Tree, Random], Fault]


@dataclass(frozen=True)
class Kind:
    """A kind of fault. `group` is the row of the table to which it belongs; `name` says what is done.

    `recorded` says that what only has to be recorded again is what should be noticed. `seen` is false for what no program
    can know to be wrong: it is drawn and tried all the same, and counted apart.
    """

    group: str
    name: str
    draw: Draw
    recorded: bool = False
    seen: bool = True


class NothingToBreakError(Exception):
    """Raised where the content holds no place for a fault of a kind."""


def swap(patterns: tuple[str, ...], pattern: str, new: str | Replace, *, blamed: tuple[str, ...] = ()) -> Draw:
    """Return a drawer that replaces one match of `pattern`, anywhere in the files, by `new`."""
    compiled = re.compile(pattern, re.MULTILINE)

    def draw(tree: Tree, random: Random) -> Fault:
        files = tree.files(*patterns)
        random.shuffle(files)
        for file in files:
            text = tree.text(file)
            matches = list(compiled.finditer(text))
            random.shuffle(matches)
            for match in matches:
                put = match.expand(new) if isinstance(new, str) else new(match, random)
                if put is None or put == match[0]:
                    continue
                changed = text[: match.start()] + put + text[match.end() :]
                line = text.count("\n", 0, match.start()) + 1
                says = f"{file}:{line}: {_short(match[0])} → {_short(put)}"
                return Fault(file, changed.encode(), says, blamed)
        raise NothingToBreakError(pattern)

    return draw


def _short(text: str) -> str:
    text = " ".join(text.split())
    return f"'{text}'" if len(text) < 70 else f"'{text[:69]}…'"


def remove(*patterns: str) -> Draw:
    """Return a drawer that removes one of the files."""

    def draw(tree: Tree, random: Random) -> Fault:
        file = random.choice(tree.files(*patterns))
        return Fault(file, None, f"{file}: removed")

    return draw


def append(patterns: tuple[str, ...], new: str | Callable[[Random], str]) -> Draw:
    """Return a drawer that adds a text to the end of one of the files."""

    def draw(tree: Tree, random: Random) -> Fault:
        file = random.choice(tree.files(*patterns))
        text = new if isinstance(new, str) else new(random)
        return Fault(file, (tree.text(file) + text).encode(), f"{file}: {_short(text)} at the end")

    return draw


def add(file: str, text: str) -> Draw:
    """Return a drawer that adds a file."""
    return lambda tree, random: Fault(file, text.encode(), f"{file}: added", added=True)


def encoded(*patterns: str) -> Draw:
    """Return a drawer that saves one of the files in another encoding."""

    def draw(tree: Tree, random: Random) -> Fault:
        file = random.choice(tree.files(*patterns))
        raw = (tree.root / file).read_bytes() + "\n# café\n".encode("latin-1")
        return Fault(file, raw, f"{file}: saved in Latin-1")

    return draw


def halved(*patterns: str) -> Draw:
    """Return a drawer that cuts one of the files somewhere in its middle."""

    def draw(tree: Tree, random: Random) -> Fault:
        file = random.choice(tree.files(*patterns))
        text = tree.text(file)
        cut = random.randrange(len(text) // 4, 3 * len(text) // 4)
        return Fault(file, text[:cut].encode(), f"{file}: cut after {cut} characters")

    return draw


def other(values: tuple[str, ...]) -> Replace:
    """Return a replacement of a match's group `old` by another of the values."""

    def put(match: re.Match[str], random: Random) -> str | None:
        rest = [value for value in values if value != match["old"]]
        start, end = match.start("old") - match.start(), match.end("old") - match.start()
        return match[0][:start] + random.choice(rest) + match[0][end:]

    return put


def digit(match: re.Match[str], random: Random) -> str:
    """Return a match with one of its digits changed."""
    places = [n for n, character in enumerate(match[0]) if character.isdigit()]
    at = random.choice(places)
    new = str((int(match[0][at]) + random.randrange(1, 10)) % 10)
    return match[0][:at] + new + match[0][at + 1 :]
