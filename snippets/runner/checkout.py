"""What git knows of this checkout, asked through snippets/lab/checkout.sh, which answers without git too."""

from __future__ import annotations

import os
import subprocess

from .paths import LAB_SCRIPTS, ROOT

# What the shell or repository that this was started from may have left in the environment, and what is not for ours:
# a file that every bash reads first, and the addresses of another repository.
FOREIGN = (
    *("BASH_ENV", "CDPATH", "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_NAMESPACE"),
    *("GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_CEILING_DIRECTORIES"),
)


def forget_foreign() -> None:
    """Remove FOREIGN from the environment of this process and of those that it starts."""
    for name in FOREIGN:
        os.environ.pop(name, None)


def _ask(*words: str) -> str:
    script = LAB_SCRIPTS / "checkout.sh"
    done = subprocess.run(
        ["bash", "-p", str(script), *words], cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=True
    )
    return done.stdout.strip()


def files(*patterns: str) -> list[str]:
    """Return the files that are tracked or could be, relative to the root; `*` in a pattern also matches `/`."""
    return _ask("files", *patterns).splitlines()


def commit() -> str:
    """Return the name of the checkout's commit, "" without git."""
    return _ask("commit")


def changed(*pathspecs: str) -> str:
    """Return what git says of tracked files that differ from the commit, "" where none does."""
    return _ask("changed", *pathspecs)
