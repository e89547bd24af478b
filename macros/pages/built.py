"""Reads a built site and finds the mistakes that the generator does not report: `python -m macros.pages.built site`."""

from __future__ import annotations

import html.parser
import posixpath
import re
import sys
from collections import Counter
from pathlib import Path
from urllib.parse import unquote, urlsplit

LEFT_OVER = re.compile(r"\{\{|\}\}|\{%|--8<--|Macro (?:Rendering|Syntax) Error|\[\w+\]: |\]\(|\]\[|\[\^")
COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b|\brgba?\(|\bhsla?\(")
OPAQUE = {"script", "style", "pre", "code", "noscript", "template"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"}
LINK_SCHEMES = {"", "http", "https", "mailto"}
LOCAL = {"127.0.0.1", "localhost", "0.0.0.0", "::1"}
SERVED = ("contributing/index.html", "http://127.0.0.1:8000")  # the page that says where `make serve` shows the site
FETCHED = re.compile(r"url\(\s*[\"']?([^\"')]+)|@import\s+[\"']([^\"']+)")
ACTIVE = {"script", "style", "iframe", "form", "object", "embed", "link", "meta", "base", "frame", "applet"}
OPTIONAL = {"p", "li", "td", "th", "tr", "thead", "tbody", "tfoot", "dd", "dt", "option", "colgroup"}  # end tags
RESOURCE_LINKS = {"canonical", "prev", "next", "alternate", "edit"}


class Page(html.parser.HTMLParser):
    """What of one built page is checked; every finding has its line."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.ids: list[tuple[int, str]] = []
        self.links: list[tuple[int, str]] = []
        self.resources: list[tuple[int, str]] = []
        self.found: list[tuple[int, str, str]] = []
        self.headings = 0
        self._open: list[tuple[str, int]] = []
        self._inside: Counter[str] = Counter()  # how many of each are open
        self._opaque = 0
        self._svg = 0
        self.feed(text)
        self.close()
        for tag, line in self._open:
            self._unclosed(tag, line)

    def _unclosed(self, tag: str, line: int) -> None:
        if tag not in OPTIONAL:
            self.found.append((line, f"<{tag}> is not closed", "close it in the page's source, the macro or the theme"))

    def _enter(self, tag: str, line: int) -> None:
        self._open.append((tag, line))
        self._inside[tag] += 1
        self._opaque += tag in OPAQUE

    def _leave(self) -> tuple[str, int]:
        tag, line = self._open.pop()
        self._inside[tag] -= 1
        self._opaque -= tag in OPAQUE
        return tag, line

    def _active(self, line: int, tag: str, given: dict[str, str]) -> None:
        """Note what in an element would run, or would lead elsewhere by itself."""
        remedy = "pages contain text; scripts and forms belong in the theme or in docs/assets/js"
        if self._inside["article"]:
            if tag in ACTIVE and not (tag == "style" and self._svg):
                self.found.append((line, f"<{tag}> in the text of a page", remedy))
            for key in given:
                if key.startswith("on") or key == "srcdoc":
                    self.found.append((line, f"the attribute {key} of <{tag}>", remedy))
        if given.get("http-equiv", "").lower() == "refresh":
            self.found.append((line, "a page that redirects to another", remedy))
        for key in ("href", "xlink:href", "action", "formaction"):
            if given.get(key) and tag not in {"a", "link", "base"}:
                self.resources.append((line, given[key]))
        self._fetched(line, given.get("style", ""))

    def _fetched(self, line: int, style: str) -> None:
        for match in FETCHED.finditer(style):
            address = (match[1] or match[2]).strip()
            if not address.startswith(("data:", "#")):
                self.resources.append((line, address))

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Note ids, links, resources and what is wrong in an element."""
        line = self.getpos()[0]
        given = {key: value or "" for key, value in attributes}
        self._active(line, tag, given)
        if tag not in VOID:
            self._enter(tag, line)
        self._svg += tag == "svg"
        self.headings += tag == "h1"
        if given.get("id"):
            self.ids.append((line, given["id"]))
        if tag == "a" and "href" in given:
            self.links.append((line, given["href"]))
        if tag == "a" and given.get("name") and given["name"] != given.get("id"):
            self.ids.append((line, given["name"]))
        for key in ("src", "poster", "data"):
            if given.get(key):
                self.resources.append((line, given[key]))
        if given.get("srcset"):
            self.resources += [(line, part.split()[0]) for part in given["srcset"].split(",")]
        if tag == "link" and given.get("href") and not set(given.get("rel", "").split()) & RESOURCE_LINKS:
            self.resources.append((line, given["href"]))
        if tag == "img" and "alt" not in given:
            self.found.append((line, "an image without an alternative text", 'write alt="…"'))
        if self._svg:
            for key, value in given.items():
                if "NaN" in value:
                    self.found.append(
                        (line, f"NaN in the attribute {key} of an SVG", "correct the coordinate in its source")
                    )
                if key in {"fill", "stroke", "style", "color"} and COLOUR.search(re.sub(r"var\([^)]*\)", "", value)):
                    self.found.append((line, f"a literal colour in an SVG: {value}", "use a class, or var(--…)"))

    def handle_endtag(self, tag: str) -> None:
        """Leave an element, and those in it that were not closed."""
        if tag in VOID:
            return
        if not self._inside[tag]:
            if tag != "p":  # a browser makes an empty paragraph of it
                self.found.append((self.getpos()[0], f"</{tag}> closes nothing", "remove it, or open the element"))
            return
        while (last := self._leave())[0] != tag:
            self._unclosed(*last)
        self._svg -= tag == "svg"

    def handle_data(self, text: str) -> None:
        """Note text that was left unrendered."""
        if self._inside["style"]:
            self._fetched(self.getpos()[0], text)
        if not self._opaque and (match := LEFT_OVER.search(text)):
            self.found.append(
                (
                    self.getpos()[0],
                    f"unrendered text: {text.strip()[:60]!r} ({match[0]!r})",
                    "correct the macro call or the Markdown on the page's source",
                )
            )


class _Targets:
    """The files to which addresses lead, each looked up once: every page links to nearly all others."""

    def __init__(self, root: Path) -> None:
        self.root = root.as_posix()
        self.known: dict[str, tuple[Path, bool]] = {}

    def of(self, folder: str, path: str) -> tuple[Path, bool]:
        """Return the file to which a path leads from a page in `folder`, and whether there is one."""
        whole = posixpath.normpath(f"{self.root if path.startswith('/') else folder}/{path.lstrip('/')}")
        if whole not in self.known:
            file = Path(whole, "index.html") if Path(whole).is_dir() else Path(whole)
            self.known[whole] = (file, file.is_file())
        return self.known[whole]


def check(root: Path) -> list[str]:
    """Return a line for each mistake in the built site: file, line, what, remedy. `root` must hold a page."""
    pages = {path: Page(path.read_text("utf-8")) for path in sorted(root.rglob("*.html"))}
    if not pages:
        return [f"{root}: no built page\n    remedy: run: make build"]
    ids = {path: {name for _, name in page.ids} for path, page in pages.items()}
    targets = _Targets(root)
    out: list[str] = []
    for path, page in pages.items():
        folder = path.parent.as_posix()
        name = path.relative_to(root).as_posix()

        def bad(line: int, what: str, remedy: str, name: str = name) -> None:
            out.append(f"{name}:{line}: {what}\n    remedy: {remedy}")

        seen: dict[str, int] = {}
        for line, identifier in page.ids:
            if identifier in seen:
                bad(
                    line,
                    f"the id '{identifier}' occurs twice (first in line {seen[identifier]})",
                    "give each heading and element an id of its own; an example shown twice on a page must differ by side or region",
                )
            seen[identifier] = line
        for line, what, remedy in page.found:
            bad(line, what, remedy)
        if name == "404.html":
            continue  # its links are absolute, made for whatever address was missed
        if page.headings != 1:
            bad(0, f"{page.headings} headings of the first level", "one '# ' heading a page")
        for kind, line, address in [("link", n, a) for n, a in page.links] + [
            ("resource", n, a) for n, a in page.resources
        ]:
            try:
                parts = urlsplit(address.strip())
            except ValueError:
                bad(line, f"a {kind} that is not an address: {address}", "correct it")
                continue
            if kind == "resource" and parts.scheme == "data":
                continue
            if kind == "link" and (parts.scheme not in LINK_SCHEMES or parts.hostname in LOCAL):
                if (name, address.rstrip("/")) != SERVED:
                    bad(
                        line,
                        f"a link that works on one machine only, or runs something: {address}",
                        "link a page, or https",
                    )
                continue
            if parts.scheme == "mailto":
                continue
            if parts.scheme or parts.netloc:
                if kind == "resource":
                    bad(line, f"a resource from another host: {address}", "put the file under docs/assets/")
                continue
            target, there = targets.of(folder, unquote(parts.path)) if parts.path else (path, True)
            if not there:
                bad(
                    line,
                    f"a {kind} to a file that does not exist: {address}",
                    "correct the address in the page's source, the macro or the raw HTML",
                )
            elif parts.fragment and target in ids and unquote(parts.fragment) not in ids[target]:
                bad(line, f"a link to an anchor that does not exist: {address}", "correct the part after '#'")
    return out


def main(words: list[str]) -> int:
    """Check the site in the directory given; print what was found; return the exit code."""
    if len(words) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    root = Path(words[0]).resolve()
    found = check(root)
    for line in found:
        print(line, file=sys.stderr)
    count = len(list(root.rglob("*.html")))
    print(f"site: {count} pages, {len(found)} mistakes", file=sys.stderr if found else sys.stdout)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
