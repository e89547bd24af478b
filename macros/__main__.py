"""Reads everything that pages are made from, once, and says what is wrong with it: `python -m macros`.

The checks begin with this: a mistake in the data, an example, a machine's record, a page or the checks' own settings
ends the run with that mistake alone, before anything that rests on it can fail for it.

`python -m macros sources KEY…` seals sources as somebody has read them, `python -m macros guards` counts again what
docs/data/guards.yml bounds, `python -m macros begin KIND…` begins an example, a claim or a page, and
`python -m macros page FILE` checks one page, rendered.
"""

from __future__ import annotations

import os
import sys

from macros.base.problems import ROOT, ProblemError, told
from macros.model.load import load
from macros.model.reading import seal_read
from macros.pages import begin, budgets
from macros.pages.check import check_pages
from macros.pages.project import check_guards, check_texts
from macros.pages.registry import MACROS
from macros.pages.surroundings import prepare


def read() -> str:
    """Read everything; return what there is. Raises ProblemError."""
    check_texts(ROOT)
    prepare(ROOT, os.environ)
    site = check_pages(load(ROOT), MACROS)
    check_guards(ROOT)
    return f"read: {len(site.pages)} pages, {len(site.examples)} examples, {len(site.claims)} claims, no mistake"


def main(words: list[str]) -> int:
    """Do what the words say; print what is wrong, in at most twenty lines; return the exit code."""
    try:
        match words:
            case []:
                print(read())
            case ["sources", _, *_]:
                print(seal_read(ROOT, words[1:]))
            case ["guards"]:
                print(budgets.write(ROOT))
            case ["begin", kind, *names]:
                print(begin.main(kind, names))
            case ["page", name]:
                from macros.pages import one  # it needs the generator

                print(one.check(name))
            case _:
                print(__doc__, file=sys.stderr)
                return 2
    except ProblemError as error:
        print(told(error.problems), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
