"""Whether the site's scripts parse: asked of the JavaScript engine that the browser's driver brings along."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable
from pathlib import Path

from playwright._impl._driver import compute_driver_executable

from macros.base.problems import Problem, relative

SCRIPTS = "docs/assets/js/*.js"
PLACE = re.compile(r":(?P<line>\d+)\n")
ERROR = re.compile(r"^(?P<what>\w*Error: .*)$", re.MULTILINE)


def unparsable(files: Iterable[Path], root: Path) -> list[Problem]:
    """Return a problem for each script that the engine cannot parse."""
    engine = compute_driver_executable()[0]
    found = []
    for file in files:
        done = subprocess.run([engine, "--check", str(file)], capture_output=True, text=True, timeout=600, check=False)
        if done.returncode:
            place, error = PLACE.search(done.stderr), ERROR.search(done.stderr)
            what = f"not a script: {error['what'] if error else done.stderr[:200]}"
            found.append(
                Problem(relative(file, root), int(place["line"]) if place else 0, what, "correct the syntax there")
            )
    return found
