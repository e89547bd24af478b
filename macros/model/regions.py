"""Named regions of scripts and recorded outputs: what readers see of them.

A region of a script lies between two comments, `# --8<-- [start:NAME]` and `# --8<-- [end:NAME]`; a recorded output
holds the same regions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from macros.base.problems import Problems, read

MARKER = re.compile(r"^\s*#?\s*--8<--\s*\[(?P<kind>start|end):(?P<name>[a-z0-9][a-z0-9-]*)\]\s*$")
LOOSE_MARKER = re.compile(r"--8<--")


@dataclass(frozen=True)
class Region:
    """A named part of a file: its first line's number (from 1) and its lines, without the markers."""

    name: str
    line: int
    text: str


def regions(path: Path, root: Path) -> tuple[Region, ...]:
    """Return the regions of the file at `path`, in order.

    Raises ProblemError where a marker is misspelt, unpaired, nested, repeated or empty.
    """
    problems = Problems(root)
    found: list[Region] = []
    open_name, open_line, lines = "", 0, list[str]()
    for number, line in enumerate(read(path, root).split("\n"), 1):
        marker = MARKER.match(line)
        if marker is None:
            if LOOSE_MARKER.search(line):
                remedy = "write '# --8<-- [start:NAME]' or '# --8<-- [end:NAME]' alone on the line, NAME in lower case"
                problems.bad(path, "a misspelt region marker", remedy, line=number)
            elif open_name:
                lines.append(line)
            elif line.strip() and path.suffix == ".out":
                remedy = "record it again: a recorded output is never edited"
                problems.bad(path, "text outside the regions", remedy, line=number)
            continue
        kind, region = marker["kind"], marker["name"]
        if kind == "start":
            if open_name:
                what = f"region '{region}' starts inside region '{open_name}' (line {open_line})"
                problems.bad(path, what, f"end '{open_name}' first", line=number)
            if any(r.name == region for r in found):
                what = f"region '{region}' starts twice"
                problems.bad(path, what, "give each region of a file a name of its own", line=number)
            open_name, open_line, lines = region, number, []
        elif region != open_name:
            remedy = f"add '--8<-- [start:{region}]' above, or remove this line"
            problems.bad(path, f"region '{region}' ends but is not open", remedy, line=number)
        else:
            if not any(text.strip() for text in lines) and path.suffix == ".sh":
                remedy = "put the command that readers see between the markers"
                problems.bad(path, f"region '{region}' is empty", remedy, line=open_line)
            found.append(Region(name=region, line=open_line + 1, text=dedent(lines)))
            open_name = ""
    if open_name:
        remedy = f"add '# --8<-- [end:{open_name}]' after its last line"
        problems.bad(path, f"region '{open_name}' has no end", remedy, line=open_line)
    problems.raise_any()
    return tuple(found)


def dedent(lines: list[str]) -> str:
    """Return the lines as one text, less the indentation that all non-blank lines share."""
    widths = [len(line) - len(line.lstrip(" ")) for line in lines if line.strip()]
    cut = min(widths, default=0)
    return "\n".join(line[cut:].rstrip() for line in lines)


def with_markers(parts: dict[str, str]) -> str:
    """Return recorded regions as the text of an `.out` file. Inverse of `regions`."""
    return "".join(
        f"--8<-- [start:{name}]\n{text}{'' if text.endswith(chr(10)) or not text else chr(10)}--8<-- [end:{name}]\n"
        for name, text in parts.items()
    )
