"""What a build needs around it before anything is read: the links by which scripts are published, and a date that is one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from macros.base.problems import Problems

LINKS = ("snippets", "tests")  # the links under docs/, by which scripts and outputs are published
DATE = "SOURCE_DATE_EPOCH"
LAST = 253_402_300_799  # the last second of the year 9999, after which no calendar goes on


def prepare(root: Path, environment: Mapping[str, str]) -> None:
    """Make the links under docs/ where they are absent.

    Git does not keep them: a checkout or an unpacked archive may hold a text file in the place of a link. Raises
    ProblemError where something else lies there, where the file system holds no link, and for a date that is none.
    """
    problems = Problems(root)
    for name in LINKS:
        if (root / name).is_dir():
            _link(root, name, problems)
    given = environment.get(DATE)
    if given is not None and not (re.fullmatch(r"\d{1,12}", given, re.ASCII) and int(given) <= LAST):
        problems.bad(DATE, f"'{given}' is no date", "give the seconds since 1970 as a whole number, or unset it")
    problems.raise_any()


def _link(root: Path, name: str, problems: Problems) -> None:
    link = root / "docs" / name
    try:
        with suppress(FileExistsError):  # made before, or by a build beside this one
            link.symlink_to(Path("..", name), target_is_directory=True)
    except OSError as error:
        what = f"a link to ../{name} cannot be made here: {error.strerror or error}"
        remedy = "put the project where this user may write, on a file system that holds links"
        problems.bad(link, what, remedy)
        return
    if not link.is_symlink() or link.resolve() != (root / name).resolve():
        remedy = f"remove it (rm -r docs/{name}), then build again: the build makes the link"
        problems.bad(link, f"no link to ../{name}, by which scripts and recorded files are published", remedy)
