"""Checks every page before anything is rendered, and finds what no page shows."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from macros.base.problems import ProblemError, Problems, read, relative
from macros.model.claims import check_shown
from macros.model.examples import LAB
from macros.model.exceptions import DATA, TextException, check_used
from macros.model.load import Data
from macros.model.sources import FIGURE
from macros.pages.links import Text, check_links
from macros.pages.parse import Call, check_front_matter, macro_calls
from macros.pages.registry import Macro
from macros.pages.subjects import check_subjects
from macros.pages.surroundings import LINKS
from macros.pages.text import check_text
from macros.pages.uses import Page, Shown, Site, Use, Uses, as_page, with_pages

MARKDOWN = {".md", ".markdown", ".mdown", ".mkdn", ".mkd"}


def page_files(docs: Path, problems: Problems) -> list[Path]:
    """Return every page under docs/, and note each link and each page whose name does not end in .md."""
    found: list[Path] = []
    for folder, below, names in os.walk(docs):
        for name in sorted(below + names):
            path = Path(folder, name)
            if path.is_symlink():
                if path.parent != docs or name not in LINKS:
                    remedy = f"put the file itself there; links under docs/: {', '.join(LINKS)}"
                    problems.bad(path, "a link", remedy)
            elif name.endswith(".md"):
                found.append(path)
            elif path.suffix.lower() in MARKDOWN:
                problems.bad(path, "a page whose name does not end in .md", "name it ….md")
    return sorted(found)


@dataclass
class Checked:
    """A page as it was checked: its text, what is wrong with it, what it shows and needs, and what others refer to in it.

    `page` is None if its calls cannot be read.
    """

    text: str
    problems: Problems
    shown: Shown = field(default_factory=set)
    used: set[TextException] = field(default_factory=set)
    calls: tuple[Call, ...] = ()
    page: Page | None = None


Known = dict[str, Checked]
"""Pages that were checked before, by their files: see `check_pages`."""


def _check_page(data: Data, file: str, text: str, macros: Mapping[str, Macro]) -> Checked:
    """Check one page."""
    page = file.removeprefix("docs/")
    found = Checked(text, Problems(data.root))
    problems = found.problems
    check_front_matter(text, file, problems)
    check_text(text, file, page, data, found.used, problems)
    check_subjects(file, text, problems)
    calls = macro_calls(text, file, macros, problems)
    if calls is None:
        return found
    uses = Uses()
    for call in calls:
        macros[call.name].inspect(data, Use(call=call, problems=problems, shown=found.shown, uses=uses))
    found.calls, found.page = tuple(calls), as_page(page, text, uses)
    return found


def check_pages(data: Data, macros: Mapping[str, Macro], known: Known | None = None) -> Site:
    """Read every page under docs/ and return the data together with the pages. Raises ProblemError with every problem found.

    Also finds examples, regions and charts that no page shows, and exceptions that nothing needs. `known` holds pages
    that were checked with the same data and macros, and gets those that are checked: of a page whose text is the same,
    neither it nor its links are looked at again. This is for a draft, whose other pages nobody looks at.
    """
    docs = data.root / "docs"
    problems = Problems(data.root)
    files = page_files(docs, problems)
    if not files:
        problems.bad(docs, "no page was found", "pages are Markdown files under docs/")
    before = known or {}
    pages: Known = {}
    for path in files:
        file = relative(path, data.root)
        try:
            text = read(path, data.root)
        except ProblemError as error:
            problems.keep(error)
            continue
        same = before.get(file)
        pages[file] = same if same is not None and same.text == text else _check_page(data, file, text, macros)
        problems.found += pages[file].problems.found
    again = {file for file, page in pages.items() if before.get(file) is not page} if before else set(pages)
    if known is not None:
        known.clear()
        known.update(pages)
    shown = {one for page in pages.values() for one in page.shown}
    used = {one for page in pages.values() for one in page.used}
    found = tuple(page.page for page in pages.values() if page.page is not None)
    if len(found) == len(files) and not any(page.problems.found for page in pages.values()):
        _check_shown(data, shown, problems)
        of_pages = [e for e in data.shell_exceptions + data.number_exceptions if not e.page.startswith(DATA)]
        check_used(of_pages, used, problems)
    check_shown(problems, data.claims, data.recorded, data.machine)
    problems.raise_any()
    site = with_pages(data, found)
    texts = {one.page.path: Text(file, one.text, one.calls) for file, one in pages.items() if one.page is not None}
    check_links(site, texts, macros, problems, only=None if len(again) == len(pages) else again)
    _check_cited(site, problems)
    problems.raise_any()
    return site


def _check_cited(site: Site, problems: Problems) -> None:
    """Note each source, and each place in one, that nothing cites: what was left behind, or lost its last citation."""
    cited = {place for page in site.pages for place in page.cites}
    cited |= {(key, locator) for _, key, locator in site.cited_by_data}
    cited |= {source.through for source in site.sources.values()}
    for claim in site.claims.values():
        cited |= {(item.source, item.locator) for item in claim.evidence}
        for match in FIGURE.finditer(f"{claim.conditions} {claim.explanation}"):
            cited.add((match["source"], site.sources[match["source"]].figures[match["figure"]].locator))
    known = {key for key, _ in cited}
    lines = site.source_lines
    for key, source in site.sources.items():
        given = {figure.locator for figure in source.figures.values()}
        remedy = "cite it where it supports something, or remove it"
        if key not in known:
            problems.bad("docs/data/sources.yml", f"nothing cites the source '{key}'", remedy, line=lines.get(key, 0))
            continue
        for locator in source.locators:
            if (key, locator) not in cited and locator not in given:
                what = f"nothing cites '{key}' at '{locator}'"
                problems.bad("docs/data/sources.yml", what, remedy, line=lines.get(f"{key}/{locator}", 0))


def _check_shown(data: Data, shown: Shown, problems: Problems) -> None:
    """Note each region of an example or a script of the lab, and each chart, that no page shows."""
    for example in data.examples.values():
        for side in example.sides.values():
            for region in side.regions:
                if ("example", example.id, side.side, region.name) not in shown:
                    remedy = f'call {{{{ example("{example.id}") }}}} on a page, or remove the region'
                    what = f"no page shows the region '{region.name}'"
                    problems.bad(side.script, what, remedy, line=region.line - 1)
    for path in sorted((data.root / "snippets" / LAB).glob("*.sh")):
        try:
            parts = data.files.regions(path)
        except ProblemError as error:
            problems.keep(error)
            continue
        for part in parts:
            if ("script", f"{LAB}/{path.name}", part.name) not in shown:
                remedy = f'call {{{{ script("{LAB}/{path.name}", "{part.name}") }}}} on a page, or remove the region'
                problems.bad(path, f"no page shows the region '{part.name}'", remedy, line=part.line - 1)
    drawn = {one[1] for one in shown if one[0] == "chart"}
    for chart in data.charts.values():
        if chart.id not in drawn:
            remedy = f'call {{{{ chart("{chart.id}") }}}} on a page, or remove the chart'
            problems.bad("docs/data/charts.yml", f"no page shows the chart '{chart.id}'", remedy, line=chart.line)
