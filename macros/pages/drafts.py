"""What `make serve` keeps from one build to the next, so that an edit costs what shows it and no more.

The generator renders again what is younger than its page. Here stands what else an edit changes: an edit of a page needs
no data read again; one of a macro needs its modules, one of the data both. Then the pages that are open in a browser
come first, and a second build makes those of the others that differ.
"""

from __future__ import annotations

import importlib
import logging
import os
import re
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from macros.model.load import Data
from macros.pages.check import Known
from macros.pages.copies import built, pages
from macros.pages.registry import Macro
from macros.pages.uses import Site

FLAG = "MACROS_DRAFT"  # set by macros/pages/serve.py
ROOMS = ("base", "model", "pages", "render")
# What each kind of edit is of, below the root.
PARTS = {
    "code": ("macros",),
    "data": ("docs/data", "docs/assets/diagrams", "snippets", "tests"),
    "look": ("theme", "mkdocs.yml"),
}
AGAIN = Path("build/serve/again/now")  # written where a second build is needed: `make serve` watches its folder
OPENED = 3  # how many of the pages that were opened last count as open
Stamps = dict[str, tuple[int, int]]


def on() -> bool:
    """Return whether this build is one of `make serve`."""
    return os.environ.get(FLAG) == "1"


def _files(path: Path) -> Iterator[os.DirEntry[str]]:
    with os.scandir(path) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                if not entry.name.startswith((".", "__")):
                    yield from _files(Path(entry.path))
            elif entry.is_file() and not entry.name.startswith("."):
                yield entry


def stamps(root: Path, parts: Collection[str]) -> Stamps:
    """Return when each file of these parts of the project was changed last, and its size."""
    found: Stamps = {}
    for part in parts:
        path = root / part
        for entry in _files(path) if path.is_dir() else ():
            about = entry.stat()
            found[entry.path] = (about.st_mtime_ns, about.st_size)
        if path.is_file():
            about = path.stat()
            found[str(path)] = (about.st_mtime_ns, about.st_size)
    return found


class Opened(logging.Handler):
    """Hears from the generator's server which pages browsers have opened, the last one last."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.paths: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the path of a page."""
        if found := re.match(r"Browser connected: (\S+)", record.getMessage()):
            path = urlsplit(found[1]).path.strip("/")
            self.paths = [*(one for one in self.paths if one != path), path][-OPENED:]


SERVER = logging.getLogger("mkdocs.livereload")


def opened() -> list[str]:
    """Return the paths of the pages that are open, without slashes around them."""
    return [path for one in SERVER.handlers if type(one).__name__ == Opened.__name__ for path in one.paths]  # type: ignore[attr-defined]


@dataclass
class Drafts:
    """The data, the pages as they were checked, and what each page's macros returned when it was last rendered."""

    data: Data | None = None
    known: Known = field(default_factory=dict)
    seen: dict[str, Stamps] = field(default_factory=dict)
    pending: set[str] = field(default_factory=set)  # kinds of edits that no build has shown yet
    outputs: dict[str, list[str]] = field(default_factory=dict)  # by the page's source
    salt: str = ""  # what every page shows that no macro returns
    later: set[str] = field(default_factory=set)  # sources that the second build looks at
    whole: bool = False  # whether it makes all of them, because it cannot tell which differ
    made: set[str] = field(default_factory=set)  # sources that this build has rendered
    page: str = ""
    observed: tuple[object, ...] | None = None  # the pages' tables of observations, of which files are made

    def look(self, root: Path) -> list[Path]:
        """Note what was edited since the last look; return the files of macros/ among it."""
        code: list[Path] = []
        for kind, parts in PARTS.items():
            now, before = stamps(root, parts), self.seen.get(kind)
            self.seen[kind] = now
            if before is None or now == before:
                continue
            self.pending.add(kind)
            if kind == "code":
                code = [Path(name) for name in now.keys() | before.keys() if now.get(name) != before.get(name)]
        return code

    def read(self, load: Callable[[], Data]) -> Data:
        """Return the data, read again where they were edited. Raises what `load` raises."""
        if self.data is None or "data" in self.pending:
            self.data = None
            self.known.clear()
            self.data = load()
        return self.data

    def published(self, site: Site) -> bool:
        """Return whether files that are made of the data may have changed, and note that they are written."""
        now = tuple(page.observed for page in site.pages)
        same = self.observed == now and not self.pending & {"code", "data"}
        self.observed = now
        return not same

    def choose(self, site: Site, macros: Mapping[str, Macro], config: Mapping[str, Any], salt: str) -> None:
        """Have the generator render again what an edit changes besides the page that was edited."""
        out, nav = Path(config["site_dir"]), config["nav"]
        mount = urlsplit(config["site_url"] or "").path.strip("/")  # where the server serves the site
        sources = [source for _, source in pages(nav)]
        if self.later and not self.pending:
            changed = [one for one in sorted(self.later) if self.whole or self._differs(site, macros, one)]
            self.later.clear()
            self.whole = False
        elif self.pending or (not self.outputs and any(built(out, one).is_file() for one in sources)):
            first = {one.removeprefix(mount).strip("/") for one in opened()}
            changed = [one for one in sources if _path(one) in first]
            self.later |= set(sources) - set(changed)
            self.whole |= "look" in self.pending or salt != self.salt or not self.outputs
        else:
            changed = []
        for source in changed:
            if (page := built(out, source)).is_file():
                os.utime(page, (0, 0))  # older than its source
        self.salt = salt
        self.pending.clear()

    def _differs(self, site: Site, macros: Mapping[str, Macro], source: str) -> bool:
        """Return whether a page's macros return something else than when it was last rendered."""
        record = self.known.get(f"docs/{source}")
        if record is None or source not in self.outputs:
            return True
        try:
            made = [macros[call.name].render(site, *call.args, **call.kwargs) for call in record.calls]
        except Exception:
            return True  # rendering it says what is wrong
        return made != self.outputs[source]

    def begin(self, source: str) -> None:
        """Note that a page is rendered from here on."""
        self.page = source
        self.made.add(source)
        self.outputs[source] = []

    def note(self, made: str) -> None:
        """Note what a macro returned on that page."""
        if self.page:
            self.outputs[self.page].append(made)

    def end(self, root: Path) -> set[str]:
        """Return the sources of the pages that this build has rendered; ask for the second build where it is needed."""
        made, self.made, self.page = self.made, set(), ""
        if self.later:
            again = root / AGAIN
            again.parent.mkdir(parents=True, exist_ok=True)
            again.write_text(f"{sorted(self.later)}\n", "utf-8")
        return made


def _path(source: str) -> str:
    """Return the path of a source's page, without slashes around it."""
    return re.sub(r"(?:^|/)index$", "", source.removesuffix(".md"))


DRAFTS = Drafts()


def current() -> Drafts:
    """Return what is kept now: an edit of a module of this room begins anew, and a caller may be of the time before."""
    kept: Drafts = importlib.import_module(__name__).DRAFTS
    return kept


def reload(edited: Collection[Path], root: Path) -> None:
    """Drop the modules of the rooms that were edited, and of those that import from them; import macros/ again."""
    rooms = {path.relative_to(root / "macros").parts[0] for path in edited}
    first = min((ROOMS.index(one) if one in ROOMS else len(ROOMS) for one in rooms), default=len(ROOMS))
    names = ["macros", "macros.__main__", *(f"macros.{room}" for room in ROOMS[first:])]
    for name in list(sys.modules):
        if name in names or name.startswith(tuple(f"{one}." for one in names[2:])):
            del sys.modules[name]
    if first == ROOMS.index("render"):  # its modules register again with a registry that stays
        sys.modules["macros.pages.registry"].MACROS.clear()
    if (drafts := sys.modules.get("macros.pages.drafts")) is not None:
        drafts.DRAFTS.known.clear()
    importlib.import_module("macros")
