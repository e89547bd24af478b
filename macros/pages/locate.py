"""Says where a mistake is that only the build finds: the generator names the page, this adds the line and the remedy."""

from __future__ import annotations

import inspect
import logging
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from macros.base.problems import Problem, relative

LINK = re.compile(r"^Doc file '(?P<page>[^']+)' contains .*?'(?P<link>[^']+)'")
STRAY = 'exist in the docs directory, but are not included in the "nav"'
LOGGERS = ("mkdocs.structure.pages", "mkdocs.structure.nav")
log = logging.getLogger("mkdocs.macros")


def line_of(text: str, what: str, number: int = 1) -> int:
    """Return the line, from 1, of the `number`th occurrence of `what` in a text, or of the last; 0 if there is none."""
    places = [match.start() for match in re.finditer(re.escape(what), text)]
    return text.count("\n", 0, places[:number][-1]) + 1 if places else 0


def written_in(link: str, docs: Path) -> tuple[str, int] | None:
    """Return the data file that holds a link, or the module of macros/ that does, with the line; None where none does."""
    root = docs.parent
    for path in [*sorted((docs / "data").glob("*.yml")), *sorted((root / "macros").rglob("*.py"))]:
        if line := line_of(path.read_text("utf-8"), link):
            return relative(path, root), line
    return None


def located(message: str, docs: Path) -> str:
    """Return a warning of the generator about a link or about the navigation, with file, line and remedy; others unchanged."""
    if STRAY in message:
        pages = re.findall(r"^\s+- (.+)$", message, re.MULTILINE)
        told = (
            Problem(f"docs/{page}", 1, "the page is not in the navigation", "add it to nav in mkdocs.yml")
            for page in pages
        )
        return "\n".join([message, *map(str, told)])
    found = LINK.match(message)
    if not found:
        return message
    path = docs / found["page"]
    text = path.read_text("utf-8") if path.is_file() else ""
    line = line_of(text, f"({found['link']})") or line_of(text, found["link"])
    file = f"docs/{found['page']}"
    if not line:  # a macro wrote it, out of a data file or out of a module
        file, line = written_in(found["link"], docs) or (file, 0)
    remedy = "write the page's path from the root of docs/, as /lab.md, and an anchor that it has, as /lab.md#the-files"
    mistake = Problem(file, line, f"a link to a page or anchor that does not exist: {found['link']}", remedy)
    return f"{message}\n{mistake}"


class Located(logging.Filter):
    """Lets every record pass, and adds to the generator's warnings what `located` does."""

    def __init__(self, docs: Path) -> None:
        super().__init__()
        self.docs = docs

    def filter(self, record: logging.LogRecord) -> bool:
        """Change the record's message in place. See `located`."""
        record.msg, record.args = located(record.getMessage(), self.docs), ()
        return True


def locate_warnings(docs: Path) -> None:
    """Have the generator's warnings say file, line and remedy from now on; a filter of an earlier build is replaced."""
    for logger in map(logging.getLogger, LOGGERS):
        for old in [one for one in logger.filters if type(one).__name__ == Located.__name__]:
            logger.removeFilter(old)
        logger.addFilter(Located(docs))


class Raised:
    """Reports a macro that raises while a page is rendered: the page's file and line, and the macro's own."""

    def __init__(self, root: Path, page: Callable[[], Any]) -> None:
        self.root = root
        self.page = page  # returns the page that is being rendered
        self.calls: Counter[tuple[str, str]] = Counter()  # of each macro on each page, so far

    def called(self, name: str) -> None:
        """Note a call: the second call of a macro on a page belongs to its second occurrence there."""
        self.calls[(self._path(), name)] += 1

    def tell(self, name: str, render: Callable[..., str], error: Exception) -> Problem:
        """Log, as an error, where the macro was called and where it is written; return that."""
        path = self._path()
        text = (self.root / path).read_text("utf-8") if path else ""
        line = line_of(text, f"{name}(", self.calls[(path, name)])
        file = relative(Path(inspect.getsourcefile(render) or ""), self.root)
        what = f"the macro '{name}' raised {type(error).__name__}: {error}"
        found = Problem(
            path or "docs", line, what, f"correct {file}:{inspect.getsourcelines(render)[1]}, then run: make check"
        )
        log.error(str(found))
        return found

    def _path(self) -> str:
        try:
            return f"docs/{self.page().file.src_uri}"
        except AttributeError:  # no page is being rendered, or another generator's
            return ""
