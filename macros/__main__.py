"""Reads everything that pages are made from, once, and says what is wrong with it: `python -m macros`.

The checks begin with this: a mistake in the data, an example, a machine's record, a page or the checks' own settings
ends the run with that mistake alone, before anything that rests on it can fail for it.
"""

from __future__ import annotations

import os
import sys

from macros import MACROS
from macros.base.problems import ROOT, ProblemError, told
from macros.model.load import load
from macros.pages.check import check_pages
from macros.pages.project import check_project
from macros.pages.surroundings import prepare


def main() -> int:
    """Print what is wrong, in at most twenty lines; return the exit code."""
    try:
        check_project(ROOT)
        prepare(ROOT, os.environ)
        site = check_pages(load(ROOT), MACROS)
    except ProblemError as error:
        print(told(error.problems), file=sys.stderr)
        return 1
    print(f"read: {len(site.pages)} pages, {len(site.examples)} examples, {len(site.claims)} claims, no mistake")
    return 0


if __name__ == "__main__":
    sys.exit(main())
