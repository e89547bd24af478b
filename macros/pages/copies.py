"""Writes what readers other than browsers take of the built site: copies, llms.txt, structured data, a feed.

Each page has its copy beside it: `index.md` beside `index.html`. `llms.txt` lists the copies by room, as
<https://llmstxt.org> describes it. A copy that is younger than its page is left as it is, which `make serve` profits by.
"""

from __future__ import annotations

import html
import re
import uuid
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import markdown as renderer

from macros.base.problems import read
from macros.pages.markdown import markdown
from macros.pages.structured import with_structured

CHANGES = "CHANGELOG.md"
FEED, LIST = "changes.xml", "llms.txt"
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def copy_of(page: Path) -> Path:
    """Return where the copy of a built page lies."""
    return page.with_suffix(".md")


def built(out: Path, source: str) -> Path:
    """Return the built page of a source below docs/, whichever form its address has."""
    plain = out / Path(source).with_suffix(".html")
    return plain if plain.name == "index.html" or plain.is_file() else plain.with_suffix("") / "index.html"


def pages(nav: object, room: str = "") -> Iterator[tuple[str, str]]:
    """Yield the room and the source of each page of a navigation, in its order."""
    if isinstance(nav, str):
        yield room, nav
    elif isinstance(nav, list):
        for one in nav:
            yield from pages(one, room)
    elif isinstance(nav, Mapping):
        for name, one in nav.items():
            yield from pages(one, room or ("" if isinstance(one, str) else str(name)))


def titled(nav: object, titles: Mapping[str, str]) -> object:
    """Return a navigation in which each page has a title: a generator that has not read a page knows none."""
    if isinstance(nav, str):
        return {titles[nav]: nav} if nav in titles else nav
    if isinstance(nav, list):
        return [titled(one, titles) for one in nav]
    if isinstance(nav, Mapping):
        return {name: one if isinstance(one, str) else titled(one, titles) for name, one in nav.items()}
    return nav


def address(out: Path, page: Path, site: str) -> str:
    """Return the address of a built page: whole where the site has one, else from the site's root."""
    path = page.relative_to(out).as_posix()
    return f"{site}{path.removesuffix('index.html')}"


def _head(text: str) -> tuple[str, str]:
    """Return the title and the description of a built page."""
    title = re.search(r"<h1[^>]*>(.*?)(?:<a class=\"headerlink|</h1>)", text, re.DOTALL)
    about = re.search(r'<meta name="description" content="([^"]*)"', text)
    name = re.sub(r"<[^>]+>", "", title[1]) if title else ""
    return " ".join(html.unescape(name).split()), html.unescape(about[1]) if about else ""


def write_copies(
    out: Path, nav: object, name: str, about: str, site: str = "", only: Collection[str] | None = None
) -> None:
    """Write the copy of each page, and the list of all; with `only`, the copies of these sources and no list."""
    lines, last = [f"# {name}", "", f"> {about}", ""], None
    for room, source in pages(nav):
        page = built(out, source)
        if not page.is_file() or (only is not None and source not in only):
            continue
        text = page.read_text("utf-8")
        copy = copy_of(page)
        if not copy.is_file() or copy.stat().st_mtime_ns < page.stat().st_mtime_ns:
            if site:
                text = with_structured(text, source, address(out, page, site), site)
                page.write_text(text, "utf-8")
            copy.write_text(markdown(text, address(out, page, site) if site else ""), "utf-8")
        if room != last:
            lines += [*([""] if last is not None else []), f"## {room or name}", ""]
            last = room
        title, said = _head(text)
        where = f"{site}{copy.relative_to(out).as_posix()}"
        lines.append(f"- [{title}]({where})" + (f": {said}" if said and said != about else ""))
    if only is None:
        (out / LIST).write_text("\n".join(lines) + "\n", "utf-8")


def _parts(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield the release, the heading and the text of each part of a changelog."""
    release, heading, lines = "", "", list[str]()
    for line in [*text.split("\n"), "## "]:
        if found := re.match(r"(###?)(?!#) *(.*)", line):
            if release and "".join(lines).strip():
                yield release, heading, "\n".join(lines).strip()
            lines = []
            release, heading = (found[2], "") if found[1] == "##" else (release, found[2])
        else:
            lines.append(line)


def feed(text: str, name: str, day: str, site: str = "") -> str:
    """Return a changelog as an Atom feed: an entry for each part. `day` is the date of what is not released.

    An entry keeps its id as long as its release and its heading keep their names.
    """
    entries, newest = [], day
    for release, heading, said in _parts(text):
        found = DAY.search(release)
        updated = found[0] if found else day
        newest = max(newest, updated)
        title = f"{release}: {heading}" if heading else release
        link = f'<link href="{escape(site)}"/>' if site else ""
        entries.append(
            f"<entry><id>{_id(site, title)}</id><title>{escape(title)}</title><updated>{updated}T00:00:00Z</updated>{link}"
            f'<content type="html">{escape(renderer.markdown(said))}</content></entry>'
        )
    own = f'<link rel="self" href="{escape(site)}{FEED}"/><link href="{escape(site)}"/>' if site else ""
    head = f"<id>{_id(site, '')}</id><title>{escape(name)}: changes</title><updated>{newest}T00:00:00Z</updated>"
    author = "<author><name>The contributors</name></author>"
    body = "\n".join([f"{head}{author}{own}", *entries])
    return f'<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">{body}\n</feed>\n'


def _id(site: str, title: str) -> str:
    return uuid.uuid5(uuid.NAMESPACE_URL, f"{site}{FEED}#{title}").urn


def publish_copies(root: Path, config: Mapping[str, Any], only: Collection[str] | None = None) -> None:
    """Write all of it into the built site, as the generator's configuration describes the site. See `write_copies`."""
    out, site, name = Path(config["site_dir"]), config["site_url"] or "", config["site_name"]
    write_copies(out, config["nav"], name, config["site_description"] or "", site, only)
    date = config["extra"].get("date")
    if isinstance(date, int):  # theme/main.html links to the feed where there is one
        day = datetime.fromtimestamp(date, tz=UTC).date().isoformat()
        path = root / CHANGES
        (out / FEED).write_text(feed(read(path, root) if path.is_file() else "", name, day, site), "utf-8")
