"""Checks one page as the whole check does, in seconds: everything is read, and that page alone is rendered.

`make check PAGE=docs/name.md` runs it. What a built site shows and this cannot is only what several pages make together:
a number that the search's index has, a page's neighbours in the navigation.
"""

from __future__ import annotations

import difflib
import logging
import tempfile
from pathlib import Path

from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort, MkDocsException
from mkdocs.structure.files import Files, get_files
from mkdocs.structure.nav import get_navigation

from macros.base.problems import ROOT, Problem, ProblemError, read
from macros.pages import built, generate
from macros.pages.locate import line_of
from macros.pages.project import check_guards, check_texts


class _Heard(logging.Handler):
    """Keeps what the generator warns of."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one message."""
        self.messages.append(record.getMessage())


def _page(root: Path, name: str) -> str:
    """Return the page's path below docs/. Raises ProblemError where there is none."""
    path = name.removeprefix("./")
    if path.startswith("docs/") and path.endswith(".md") and (root / path).is_file() and ".." not in path:
        return path.removeprefix("docs/")
    every = [f"docs/{one.relative_to(root / 'docs').as_posix()}" for one in sorted((root / "docs").rglob("*.md"))]
    near = difflib.get_close_matches(path, every, 3, 0.5) or ["docs/resources/start-up.md"]
    remedy = f"name a page from the root of the project: {', '.join(near)}"
    raise ProblemError([Problem(name or "docs", 0, "there is no such page", remedy)])


def _render(root: Path, page: str, out: str) -> str:
    """Return the page's HTML, as the generator makes it within the theme."""
    config: MkDocsConfig = load_config(str(root / "mkdocs.yml"), site_dir=out)
    config.plugins.on_startup(command="build", dirty=False)
    config = config.plugins.on_config(config)  # reads everything, and ends where anything is wrong
    config.plugins.on_pre_build(config=config)
    files: Files = get_files(config)
    files.add_files_from_theme(config.theme.get_env(), config)
    files = config.plugins.on_files(files, config=config)
    config.plugins.on_nav(get_navigation(files, config), config=config, files=files)
    file = files.get_file_from_path(page)
    assert file is not None and file.page is not None  # it exists, and each page is in the navigation
    mine = file.page
    config._current_page = mine
    mine.read_source(config)
    mine.markdown = config.plugins.on_page_markdown(mine.markdown or "", page=mine, config=config, files=files)
    mine.render(config, files)
    content = config.plugins.on_page_content(mine.content or "", page=mine, config=config, files=files)
    mine.validate_anchor_links(files=files, log_level=config.validation.links.anchors)
    return content or ""


def shown(content: str, name: str, text: str) -> list[Problem]:
    """Return what is wrong with a rendered page: what the check of the built site finds in it, by itself."""
    page = built.Page(f"<article>\n{content}\n</article>")
    found = [Problem(name, line_of(text, what.split("'")[0]), what, remedy) for _, what, remedy in page.found]
    if page.headings != 1:
        found.append(Problem(name, 1, f"{page.headings} headings of the first level", "one '# ' heading a page"))
    seen: set[str] = set()
    for _, identifier in page.ids:
        if identifier in seen:
            remedy = "give each heading and element an id of its own; an example shown twice on a page must differ by side or region"
            what = f"the id '{identifier}' occurs twice"
            found.append(Problem(name, line_of(text, f"#{identifier}", 2), what, remedy))
        seen.add(identifier)
    for _, address in page.resources:
        if address.startswith(("http:", "https:", "//")):
            remedy = "put the file under docs/assets/"
            found.append(Problem(name, line_of(text, address), f"a resource from another host: {address}", remedy))
    return found


def check(name: str, root: Path = ROOT) -> str:
    """Check one page; return that nothing is wrong. Raises ProblemError with what is."""
    page = _page(root, name)
    check_texts(root)
    text = read(root / "docs" / page, root)
    heard, logger = _Heard(), logging.getLogger("mkdocs")
    logger.addHandler(heard)
    logger.propagate = False
    ended, content = "", ""
    try:
        with tempfile.TemporaryDirectory(prefix="page") as out:
            content = _render(root, page, out)
    except (Abort, MkDocsException, SystemExit) as error:  # a macro that raises ends the generator
        ended = f"{error}"
    finally:
        logger.removeHandler(heard)
        logger.propagate = True
    found = generate.mistakes("\n".join([*heard.messages, ended]))
    if not found and (heard.messages or ended):
        what = "; ".join([*heard.messages, ended])
        found = [Problem(f"docs/{page}", 0, what, "correct what this names; make check shows all of the output")]
    found = found or shown(content, f"docs/{page}", text)
    if found:
        raise ProblemError(found)
    check_guards(root)
    return f"page: docs/{page}, no mistake"
