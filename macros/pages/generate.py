"""Builds the site, checks what was built, and says what is wrong in a few lines: `python -m macros.pages.generate OUT`.

The generator prints hundreds of lines around the one that matters. Here its output is read for the mistakes in it, each
with file, line and remedy; they end the run alone. Without any, the output's last lines are shown.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from macros.base.problems import LINES, ROOT, Problem, told
from macros.pages import built

MISTAKE = re.compile(r"^(?:[A-Z]+ +- +)?(?P<where>[^\n]+)\n {4}remedy: (?P<remedy>[^\n]+)$", re.MULTILINE)
PLACE = re.compile(r"(?P<file>[^\s:][^:\n]*?)(?::(?P<line>\d+))?: (?P<what>.+)")
COMMAND = ("-m", "mkdocs", "build", "--strict")  # never -q, which hides the warnings that --strict counts

ARCHIVE = "build/offline.zip"


def mistakes(output: str) -> list[Problem]:
    """Return the mistakes that a text holds in the form in which problems are told."""
    found = []
    for match in MISTAKE.finditer(output):
        if place := PLACE.fullmatch(match["where"]):
            found.append(Problem(place["file"], int(place["line"] or 0), place["what"], match["remedy"]))
    return found


def why(output: str) -> str:
    """Return what a failed build's output says of the failure, in at most `LINES` lines."""
    if found := mistakes(output):
        return told(found)
    remedy = f"    remedy: correct what these lines name; all of the output: python {' '.join(COMMAND)}"
    lines = [line for line in output.splitlines() if line.strip()]
    return "\n".join(["mkdocs.yml: the generator ended with an error", remedy, *lines[2 - LINES :]])


def generate(out: Path, root: Path = ROOT) -> str:
    """Build the site at `root` into `out` and check it; return "" where all is well, else what is wrong."""
    words = [sys.executable, *COMMAND, "--site-dir", str(out)]
    done = subprocess.run(words, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    output = done.stdout.decode("utf-8", "replace")
    if done.returncode:
        return why(output)
    if os.environ.get("OFFLINE"):  # a page's foot links to the archive that `make offline` has made
        shutil.copy(root / ARCHIVE, out / Path(ARCHIVE).name)
    found = built.check(out)
    return told(mistakes("\n".join(found))) if found else ""


def main(words: list[str]) -> int:
    """Build into the directory given; print what is wrong; return the exit code."""
    if len(words) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    out = Path(words[0]).resolve()
    if wrong := generate(out):
        print(wrong, file=sys.stderr)
        return 1
    print(f"site: {len(list(out.rglob('*.html')))} pages, no mistake")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
