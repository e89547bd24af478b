"""The ten likeliest mistakes, and the message that each gives: `python -m tests.faults.mistakes --write`.

Each is made in a copy of the tree, which is then read as `make check` reads everything first. CONTRIBUTING.md shows what is
said; a test compares. Numbers of lines and counts differ with every edit, so they stand there as N.
"""

from __future__ import annotations

import re
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.faults import inject

START, END = "<!-- mistakes: written by python -m tests.faults.mistakes --write -->\n", "<!-- /mistakes -->\n"
PAGE = "docs/resources/disk.md"


@dataclass(frozen=True)
class Mistake:
    """A mistake in `file`: what `old` matches first becomes `new`; without `old`, `new` is added at the end.

    `says` is what somebody does who makes it.
    """

    says: str
    file: str
    old: str
    new: str


MISTAKES = (
    Mistake("You write a number into a sentence", PAGE, "", "\nIn short. It takes 12 ms.\n"),
    Mistake("You state a fact and cite nothing", PAGE, "", "\nAn engine keeps images on disk. It keeps them in layers. It removes none by itself.\n"),
    Mistake("You cite a source that `sources.yml` does not have", PAGE, r'cite\("[^"]+"', 'cite("my-source"'),
    Mistake("You misspell a macro", PAGE, r"\{\{ cite\(", "{{ site("),
    Mistake("You link to a page that is not there", PAGE, r"\]\(/[a-z/-]+\.md(?:#[a-z-]+)?\)", "](/resources/discs.md)"),
    Mistake("You type a command into a page", PAGE, "", "\n```bash\ndocker system df\n```\n"),
    Mistake("You add a page and not its line in `mkdocs.yml`", "docs/resources/mine.md", "", '# Mine\n\nSee [disk space](/resources/disk.md).\n'),
    Mistake("You misspell a verdict", "docs/data/claims.yml", r'verdict: "?holds"?', 'verdict: "hold"'),
    Mistake("You write a version without quotes", "docs/data/sources.yml", r'(?m)^  version: ".*"$', "  version: 1.10"),
    Mistake("You change a script and do not record it", "snippets/architecture/same-kernel/host.sh", r"\nuname -r\n", "\nuname -sr\n"),
)  # fmt: skip


def made(mistake: Mistake, root: Path) -> None:
    """Make a mistake in a tree. Raises ValueError where there is nothing to make it of."""
    path = root / mistake.file
    before = path.read_text("utf-8") if path.is_file() else ""
    if mistake.old:
        after, count = re.subn(mistake.old, mistake.new.replace("\\", r"\\"), before, count=1)
        if not count:
            raise ValueError(f"{mistake.file}: nothing matches {mistake.old}; change tests/faults/mistakes.py")
    else:
        after = before + mistake.new
    path.write_text(after, "utf-8")


def general(text: str) -> str:
    """Return a message with N for the numbers that differ with every edit; what is quoted stays."""
    parts = re.split(r"('[^']*')", re.sub(r"(?<=:)\d+(?=: )", "N", text))
    plain = [part if part.startswith("'") else re.sub(r"\b\d+\b(?:, \d+\b)*(?:, …)?", "N", part) for part in parts]
    return "".join(plain)


def message(mistake: Mistake, base: str) -> str:
    """Return what is said first of a mistake, in two lines."""
    tree = inject.copied(Path(tempfile.mkdtemp(dir=base)) / "tree")
    made(mistake, tree)
    found = inject.problems(tree, mistake.file)
    shown = [one for one in found if one.cause] or found
    if not shown:
        return "nothing is said"
    return general("\n".join(str(sorted(shown)[0]).split("\n")[:2]))


def section() -> str:
    """Return the mistakes with their messages, as CONTRIBUTING.md shows them."""
    with tempfile.TemporaryDirectory(prefix="mistakes") as base, ProcessPoolExecutor(2) as pool:
        said = list(pool.map(message, MISTAKES, [base] * len(MISTAKES)))
    parts = [
        f"**{number}. {one.says}.**\n\n```text\n{text}\n```\n"
        for number, (one, text) in enumerate(zip(MISTAKES, said, strict=True), 1)
    ]
    return "\n".join(["", *parts, ""]).rstrip("\n") + "\n\n"


def shown() -> str:
    """Return what CONTRIBUTING.md holds of it."""
    text = inject.PAGE.read_text("utf-8")
    return text.split(START)[1].split(END)[0]


def main(words: list[str]) -> int:
    """Print the section, or write it; return the exit code: 1 where it is not what CONTRIBUTING.md shows."""
    text = section()
    if words == ["--write"]:
        head, rest = inject.PAGE.read_text("utf-8").split(START)
        inject.PAGE.write_text(f"{head}{START}{text}{END}{rest.split(END)[1]}", "utf-8")
        return 0
    print(text)
    return int(text != shown())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
