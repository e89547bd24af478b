"""Renders sources, and citations and figures of them."""

from __future__ import annotations

import re

from macros.base.markup import literal, prose
from macros.base.units import NARROW
from macros.model.load import Data
from macros.model.sources import ADD_SOURCE, FIGURE, PRIMARY, REPORTED, SHELVES, Figure, Source, shelf
from macros.pages.registry import macro
from macros.pages.uses import Site, Use
from macros.render import templates
from macros.render.links import anchor, claim_page, place, source_page
from macros.render.pieces import anchored, block, unsearched

READ = {
    "P": "the source itself was read",
    "A": "its abstract or front page was read",
    "S": "as reported by another document",
}
_html = templates.of("sources.html.j2")


def called(data: Data, source: Source) -> str:
    """Return what citations call a source: its short name, and of one that was not read itself, who reports it."""
    name = source.short or source.title
    if source.read == REPORTED:
        other = data.sources[source.through[0]]
        return f"{name}, as reported by {other.short or other.title}"
    return name


def check_cite(data: Data, use: Use, key: str, locator: str) -> None:
    """Check a call of `cite`, and note what it cites."""
    source = data.sources.get(key)
    if source is None:
        return use.bad(f"there is no source '{key}'", ADD_SOURCE)
    if locator not in source.locators:
        known = "; ".join(source.locators)
        remedy = f"one of: {known}; or add it to docs/data/sources.yml, with what stands there"
        return use.bad(f"the source '{key}' declares no locator '{locator}'", remedy)
    return use.cites(key, locator)


@macro(check_cite)
def cite(data: Data, key: str, locator: str) -> str:
    """Return an inline citation: a link to what the site says of this place in the source, which `cited` numbers."""
    source = data.sources[key]
    return _html("cite", name=called(data, source), address=place(source, locator), locator=locator)


def addresses(data: Data) -> dict[str, str]:
    """Return each source's own address by that of each place in it on this site, to which citations link."""
    return {place(source, locator): source.url for source in data.sources.values() for locator in source.locators}


def worded(found: Figure) -> str:
    """Return a published figure with its unit, as in a sentence."""
    unit = {"1/s": " a second", "IOPS": f"{NARROW}IOPS", "": ""}.get(found.unit, f"{NARROW}{found.unit}")
    return f"{found.value}{unit}"


def check_figure(data: Data, use: Use, key: str, name: str) -> None:
    """Check a call of `figure`, and note what it cites."""
    source = data.sources.get(key)
    if source is None:
        return use.bad(f"there is no source '{key}'", ADD_SOURCE)
    if name not in source.figures:
        remedy = f"one of: {', '.join(source.figures)}" if source.figures else "add it under its 'figures'"
        return use.bad(f"the source '{key}' has no figure '{name}'", remedy)
    return use.cites(key, source.figures[name].locator)


@macro(check_figure)
def figure(data: Data, key: str, name: str) -> str:
    """Return a published figure with its unit and citation."""
    found = data.sources[key].figures[name]
    return f"{worded(found)} {cite(data, key, found.locator)}"


def explained(data: Data, text: str) -> str:
    """Return a claim's text as Markdown: each {SOURCE:FIGURE} becomes the figure, linked to where it stands in the source."""

    def link(match: re.Match[str]) -> str:
        source = data.sources[match["source"]]
        found = source.figures[match["figure"]]
        return f"[{worded(found)}]({place(source, found.locator)})"

    return FIGURE.sub(link, prose(text))


def citations(data: Site) -> dict[tuple[str, str], tuple[str, ...]]:
    """Return who cites what: by source and locator, links to the pages, claims, data files and sources that do."""
    found: dict[tuple[str, str], dict[str, None]] = {}

    def note(key: str, locator: str, link: str) -> None:
        found.setdefault((key, locator), {})[link] = None

    for page in data.pages:
        for key, locator in page.cites:
            note(key, locator, f"[{literal(page.title)}]({page.path})")
    for one in data.claims.values():
        link = f"[{one.id}]({claim_page(one)}#{one.id})"
        for item in one.evidence:
            if item.source:
                note(item.source, item.locator, link)
        for match in FIGURE.finditer(f"{one.conditions} {one.explanation}"):
            note(match["source"], data.sources[match["source"]].figures[match["figure"]].locator, link)
    for source in data.sources.values():
        if source.through[0]:
            note(*source.through, f"[{literal(source.short or source.title)}]({source_page(source)}#{source.key})")
    for file, key, locator in data.cited_by_data:
        if file not in {
            "sources",
            "charts",
        }:  # a source reports another; a chart is on a page, which is named instead
            note(key, locator, f"[{file}.yml](/data/{file}.yml)")
    return {key: tuple(links) for key, links in found.items()}


def _entry(data: Data, source: Source, cited: dict[tuple[str, str], tuple[str, ...]]) -> str:
    lines = [
        _html("title", key=source.key, text=source.title),
        "",
        f"{literal(source.authors)}. {literal(source.venue)}, {source.year}. <{source.url}>",
        "",
    ]
    if source.read == REPORTED:
        other = data.sources[source.through[0]]
        by = f"[{literal(other.title)}]({place(other, source.through[1])})"
        lines += [f"Not read itself: as reported by {by}; {literal(source.version)}.", ""]
    else:
        lines += [f"Read: {READ[source.read]}; {literal(source.version)}.", ""]
    for locator, says in source.locators.items():
        links = cited.get((source.key, locator), ())
        lines.append(f"- {_html('locator', id=anchor(source.key, locator), name=locator, says=says, cited=links)}")
    return "\n".join(lines)


def check_sources(data: Data, use: Use, kind: str) -> None:
    """Check a call of `sources`."""
    known = sorted({shelf(source).id for source in data.sources.values()})
    if kind not in known:
        use.bad(f"no source stands on a shelf '{kind}'", f"one of: {', '.join(known)}")


@macro(check_sources)
def sources(data: Site, kind: str) -> str:
    """Return the sources of a shelf, each with what was read, what stands where in it, and who cites that."""
    cited = citations(data)
    mine = [source for source in data.sources.values() if shelf(source).id == kind]
    entries = [_entry(data, source, cited) for source in sorted(mine, key=lambda s: s.title.lower())]
    return block("\n\n".join(entries), "sources", searched=False)


@macro()
def catalogue(data: Data) -> str:
    """Return the list of all sources by shelf, each with a permanent anchor and a link to its entry."""
    read = {kind: sum(s.read == kind for s in data.sources.values()) for kind in READ}
    parts = [
        f"{len(data.sources)} sources. Of {read[PRIMARY]} the source itself was read; of {read['A']} the abstract or front page; "
        f"{read[REPORTED]} were not read, and each citation says who reports them.",
        "",
    ]
    for one in SHELVES:
        mine = [source for source in data.sources.values() if shelf(source) == one]
        if not mine:
            continue
        parts += [f"## {one.title} {{ #shelf-{one.id} }}", ""]
        lines = []
        for source in sorted(mine, key=lambda s: s.title.lower()):
            link = f"[{literal(source.title)}]({source_page(source)}#{source.key})"
            lines.append(f"- {anchored(source.key, link)}, {literal(source.authors)}, {source.year}")
        parts += [unsearched("\n".join(lines)), ""]  # its page names each source in full
    return "\n".join(parts)
