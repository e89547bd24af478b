"""What an example may require: the one table snippets/lab/requirements.tsv, which the set-up and the runner read too."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

from macros.base.problems import Problem, ProblemError, read, relative

TABLE = Path("lab/requirements.tsv")  # below snippets/
HEAD = ("word", "kind", "arch", "step", "program", "debian", "fedora", "brew", "remedy")
KINDS = ("engine", "optional", "condition", "piece", "tool")
# What a side requires without saying so.
IMPLIED = {
    "host": (),
    "container": ("docker",),
    "rootless": ("linux", "podman", "newuidmap", "rootless", "lab"),
    "system": ("linux", "root", "lxc", "lab"),
    "gvisor": ("linux", "root", "runsc"),
    "vm": ("qemu", "amd64"),
}


@dataclass(frozen=True)
class Requirement:
    """A row of the table.

    `kind` is *engine* (its absence is a failure in CI), *optional* (a skip there too), *condition* (something that the
    host is or is not), *piece* (a part of the lab that is built only where an example names it), or *tool* (what the
    set-up and the lab need, and no example names). `arch` is the only processor that it is wanted on, `step` names the
    steps of the set-up that install it. `program` is looked up on PATH, "" if a probe decides instead; the packages
    that have it are named for Debian, Fedora and Homebrew. `remedy` says what helps where no package does, or what else
    is to be done.
    """

    word: str
    kind: str
    arch: str
    step: str
    program: str
    debian: str
    fedora: str
    brew: str
    remedy: str


@functools.cache
def table(snippets: Path) -> dict[str, Requirement]:
    """Return the rows of the table by word. Raises ProblemError for a row of another shape, kind, or a repeated word."""
    path = snippets / TABLE
    name = relative(path, snippets.parent)
    found: dict[str, Requirement] = {}
    for number, line in enumerate(read(path, snippets.parent).splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = ["" if cell == "-" else cell for cell in line.split("\t")]
        if len(cells) != len(HEAD) or cells[1] not in KINDS or cells[0] in found:
            remedy = f"write {', '.join(HEAD)}, set apart by tabs, '-' for an empty one; kinds: {', '.join(KINDS)}"
            raise ProblemError(
                [Problem(name, number, "not a row of the table of requirements, or a repeated one", remedy)]
            )
        found[cells[0]] = Requirement(*cells)
    return found


def requirements(snippets: Path) -> dict[str, Requirement]:
    """Return what an example may require, by word: every row that is not a tool of the set-up."""
    return {word: row for word, row in table(snippets).items() if row.kind != "tool"}
