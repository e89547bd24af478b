"""The links of pages, checked where they are written: the page, the anchor in it, and whether the text tells where it leads."""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from macros.base.markup import CODE_SPAN
from macros.base.problems import Problems
from macros.model.exceptions import TextException, check_used, excepted
from macros.pages.parse import Call, body
from macros.pages.registry import Macro
from macros.pages.uses import Site

LINK = re.compile(r"(?<!!)\[(?P<text>(?:[^\[\]]|\[[^\]]*\])+)\]\((?P<page>/[^)#\s]*\.md)?(?:#(?P<anchor>[^)\s]+))?\)")
HEADING = re.compile(r"^(?P<level>#+)\s+(?P<title>.+?)\s*(?:\{:?(?P<attributes>[^}]*)\}\s*)?$", re.MULTILINE)
GIVEN = re.compile(r"""\{:?[^{}]*?#(?P<list>[A-Za-z][\w-]*)|\bid=["'](?P<html>[^"']+)""")
FENCED = re.compile(r"(?ms)^ *(`{3,}|~{3,}).*?^ *\1 *$")
WORD = re.compile(r"[a-z0-9]{2,}")
# Words that tell nothing of where a link leads.
EMPTY = frozenset(
    [
        "the",
        "and",
        "for",
        "with",
        "from",
        "what",
        "how",
        "why",
        "does",
        "are",
        "can",
        "its",
        "this",
        "that",
        "here",
        "there",
        "page",
        "more",
        "than",
        "into",
        "not",
        "is",
        "in",
        "on",
        "to",
        "of",
        "an",
        "or",
        "it",
        "at",
        "as",
        "by",
        "be",
        "md",
        "no",
        "has",
        "so",
    ]
)
# What a page is called besides its title.
ALSO = {"index": "overview", "choosing": "guide", "claims": "ledger", "checking": "machines"}
STEM = 4  # letters that two forms of a word share


@dataclass(frozen=True)
class Text:
    """A page as its links and anchors are read: its file, its text and its macro calls."""

    file: str
    text: str
    calls: tuple[Call, ...]


def _plain(text: str) -> str:
    return FENCED.sub(lambda match: "\n" * match[0].count("\n"), body(text))


def slugs(text: str) -> dict[str, str]:
    """Return the anchors of a page that its own text makes, each with the heading that it stands at, or ""."""
    from markdown.extensions.toc import slugify, unique

    found: dict[str, str] = {}
    used: set[str] = set()
    plain = _plain(text)
    for match in HEADING.finditer(plain):
        named = re.search(r"#([\w-]+)", match["attributes"] or "")
        title = re.sub(r"[`*_]", "", match["title"])
        found[named[1] if named else unique(slugify(title, "-"), used)] = title
    for match in GIVEN.finditer(plain):
        found.setdefault(match["list"] or match["html"], "")
    return found


def _made(site: Site, page: Text, macros: Mapping[str, Macro]) -> set[str]:
    """Return the anchors that a page's macros make."""
    found: set[str] = set()
    for call in page.calls:
        one = macros[call.name]
        made = one.render(site, *call.args, **call.kwargs)
        found |= {match["list"] or match["html"] for match in GIVEN.finditer(made)}
        found |= set(slugs(made))
    return found


def _links(text: str) -> Iterator[tuple[int, re.Match[str]]]:
    """Yield each link of a page to a page or an anchor of this site, with its line."""
    plain = _plain(text)
    plain = CODE_SPAN.sub(lambda match: match[0] if "](" not in match[0] else " " * len(match[0]), plain)
    for match in LINK.finditer(plain):
        if match["page"] or match["anchor"]:
            yield plain.count("\n", 0, match.start()) + 1, match


def words(text: str) -> set[str]:
    """Return the beginnings of the words of a text that tell something."""
    return {word[:STEM] for word in WORD.findall(text.lower()) if word not in EMPTY}


def words_of(path: str) -> set[str]:
    """Return the parts of a page's path."""
    return set(re.split(r"[/.]", path))


def _told(text: str, anchor: str) -> str:
    """Return what a page says at an anchor, up to the next heading; without one, its description."""
    if not anchor:
        found = re.search(r"^description: (.+)$", text, re.MULTILINE)
        return found[1] if found else ""
    plain = _plain(text)
    ends = [match.start() for match in HEADING.finditer(plain)] + [len(plain)]
    for match, end in zip(HEADING.finditer(plain), ends[1:], strict=True):
        if anchor in slugs(match[0]):
            return plain[match.start() : end]
    return ""


_own = functools.lru_cache(maxsize=256)(slugs)  # a process that reads a tree again finds nearly every page unchanged


def check_links(
    site: Site,
    texts: Mapping[str, Text],
    macros: Mapping[str, Macro],
    problems: Problems,
    only: Collection[str] | None = None,
) -> None:
    """Note each link to a page or an anchor that there is not, and each whose text shares no word with where it leads.

    `texts` holds every page under its path from '/'. With `only`, links on the pages of these files alone are looked at.
    """
    own = {name: _own(page.text) for name, page in texts.items()}
    titles = {page.path: page.title for page in site.pages}

    used: set[TextException] = set()

    @functools.cache
    def made(name: str) -> set[str]:
        return _made(site, texts[name], macros)

    for name, page in texts.items():
        for line, match in _links(page.text) if only is None or page.file in only else ():
            target, anchor = match["page"] or name, match["anchor"] or ""

            def bad(what: str, remedy: str, file: str = page.file, line: int = line) -> None:
                problems.bad(file, what, remedy, line=line)

            if target not in texts:
                near = ", ".join(difflib.get_close_matches(target, texts, 3)) or "one of docs/"
                bad(f"a link to a page that does not exist: {target}", f"write a page's path from '/': {near}")
                continue
            if anchor and anchor not in own[target] and anchor not in made(target):
                near = ", ".join(difflib.get_close_matches(anchor, own[target], 3, 0.3)) or "one of its headings"
                bad(
                    f"a link to an anchor that does not exist: {target}#{anchor}",
                    f"write one that the page has: {near}",
                )
                continue
            if match["page"] and target != name:
                told = f"{titles.get(target, '')} {target} {anchor} {_told(texts[target].text, anchor)}"
                also = " ".join(other for known, other in ALSO.items() if known in words_of(target))
                if not words(match["text"]) & words(f"{told} {also}") and not excepted(
                    site.link_exceptions, name.lstrip("/"), match["text"], used
                ):
                    what = f"the text of a link, '{match['text']}', shares no word with where it leads: {titles.get(target, target)}"
                    bad(
                        what,
                        "name the page or the section that it leads to, or correct the address; or list it in docs/data/exceptions.yml, under links",
                    )
    if only is None:
        check_used(site.link_exceptions, used, problems)
