"""What is left to write: the words by which `make new-…` marks each place that only its author can fill."""

from __future__ import annotations

import re
from pathlib import Path

from macros.base.problems import Problems, relative

MARK = "TO WRITE: "
PLACE = re.compile(re.escape(MARK) + r"(?P<what>[^\"'\n]+)")
WHERE = ("docs/", "snippets/", "tests/examples/", "mkdocs.yml")


def check_written(path: Path, text: str, problems: Problems) -> None:
    """Note each place of a file that was begun and is left to write. Nothing else can be right before."""
    if MARK not in text or not relative(path, problems.root).startswith(WHERE):
        return
    for match in PLACE.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        what = f"left to write: {match['what'].rstrip(' .?*')}"
        problems.bad(path, what, f"write it in place of the words from '{MARK.strip()}' on", line=line)
