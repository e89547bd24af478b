"""The files that pages show: scripts, diagrams, the table of system calls, each read once in a build."""

from __future__ import annotations

from pathlib import Path

from macros.base.problems import read
from macros.model.regions import Region, regions


class Files:
    """Reads files below `root` and keeps what they hold. It lives as long as the data of one build, so that an edit shows."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._texts: dict[Path, str] = {}
        self._regions: dict[Path, tuple[Region, ...]] = {}

    def text(self, path: Path) -> str:
        """Return the text of a file. Raises ProblemError for one that cannot be read."""
        if path not in self._texts:
            self._texts[path] = read(path, self.root)
        return self._texts[path]

    def regions(self, path: Path) -> tuple[Region, ...]:
        """Return the regions of a file. Raises ProblemError where a marker is wrong."""
        if path not in self._regions:
            self._regions[path] = regions(path, self.root)
        return self._regions[path]
