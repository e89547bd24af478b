"""Serves the site and shows what is saved: `python -m macros.pages.serve ADDRESS`, as host:port.

The generator's own server does it, with its builds that render only what changed; drafts.py says what an edit changes.
What a build would do over and over is kept: templates as bytecode, and the list of the theme's templates, which holds
every icon.
"""

from __future__ import annotations

import functools
import logging
import os
import runpy
import sys

import jinja2

from macros.base.problems import ROOT
from macros.pages import drafts

NOISE = "A 'dirty' build is being performed"  # its warning: what it warns of is told by drafts.py, or mended


def _keep_templates() -> None:
    """Have Jinja keep compiled templates, and lists of templates where packages are installed."""
    folder = ROOT / "build" / "serve" / "templates"
    folder.mkdir(parents=True, exist_ok=True)
    cache = jinja2.FileSystemBytecodeCache(str(folder))  # asks for the template's content: an edit shows
    plain = jinja2.Environment.__init__
    jinja2.Environment.__init__ = functools.partialmethod(plain, bytecode_cache=cache)  # type: ignore[assignment]
    every = jinja2.FileSystemLoader.list_templates
    known: dict[tuple[str, ...], list[str]] = {}

    def listed(self: jinja2.FileSystemLoader) -> list[str]:
        fixed = tuple(one for one in self.searchpath if "site-packages" in one)
        if not fixed:
            return every(self)
        if fixed not in known:
            known[fixed] = every(jinja2.FileSystemLoader(fixed))
        own = [one for one in self.searchpath if one not in fixed]
        return sorted({*known[fixed], *(every(jinja2.FileSystemLoader(own)) if own else ())})

    jinja2.FileSystemLoader.list_templates = listed  # type: ignore[method-assign]


def main(words: list[str]) -> int:
    """Serve until interrupted; return the exit code."""
    if len(words) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    os.environ |= {"MACROS_FAIL": "false", drafts.FLAG: "1"}
    _keep_templates()
    drafts.SERVER.addHandler(drafts.Opened())
    logging.getLogger("mkdocs.commands.build").addFilter(lambda record: not record.getMessage().startswith(NOISE))
    again = ROOT / drafts.AGAIN
    again.parent.mkdir(parents=True, exist_ok=True)
    again.write_text("", "utf-8")
    sys.argv = ["mkdocs", "serve", "--dirty", "--no-strict", "--livereload", "--dev-addr", words[0]]
    sys.argv += ["--watch", str(again.parent)]
    runpy.run_module("mkdocs", run_name="__main__", alter_sys=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
