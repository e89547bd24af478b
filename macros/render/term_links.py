"""A Markdown extension: the first use of each technical term on a page carries its meaning, on hover and on focus.

The terms are those of docs/data/glossary.yml. A marked term is a link to its entry in the glossary, so that the
keyboard reaches it, followed by its meaning, which site.css shows while the link has the focus or the pointer is on
it; a screen reader reads it as the link's description. Nothing of this needs a script.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as etree
from collections.abc import Iterable

from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor
from markdown.util import HTML_PLACEHOLDER_RE, AtomicString

from macros.base.markup import slug
from macros.model.glossary import Term

PAGE = "/glossary.md"
PROSE = {"p", "li", "td", "dd"}  # where terms are looked for, with what stands in it
INLINE = {"em", "strong", "span", "small", "div"}  # what in those is looked into
NEVER = {
    "glossary",
    "provenance",
    "evidence",
    "example",
    "filter",
    "chart",
    "side",
    "output",
    "sources",
    "verdict",
    "cite",
}  # classes
BLOCKS = {
    "div",
    "section",
    "ul",
    "ol",
    "dl",
    "table",
    "thead",
    "tbody",
    "tr",
    "blockquote",
    "details",
    "p",
    "li",
    "td",
    "dd",
}


def _pattern(form: str) -> str:
    """Return a pattern of a form: as it is written, or with a capital at the beginning of a sentence."""
    first = form[0]
    head = f"[{first.upper()}{first}]" if first.islower() else re.escape(first)
    return head + re.escape(form[1:])


class Terms(Treeprocessor):  # type: ignore[misc]  # the library has no types
    """Marks terms in the tree of a page."""

    def __init__(self, md: Markdown, terms: Iterable[Term]) -> None:
        super().__init__(md)
        self.terms = {form: term for term in terms if term.marked for form in term.forms}
        forms = "|".join(_pattern(form) for form in sorted(self.terms, key=len, reverse=True))
        self.pattern = re.compile(rf"(?<![\w./-])(?:{forms or '(?!)'})(?![\w-]|\.\w)")
        self.used: set[str] = set()

    def run(self, root: etree.Element) -> None:
        """Mark the first use of each term in the page's prose, unless it is the glossary itself."""
        self.used = set()
        if not any("glossary" in element.get("class", "").split() for element in root.iter()):
            self._walk(root, prose=False)

    def _links(self, element: etree.Element) -> bool:
        """Return whether a block holds a link that was written as HTML: its text may not hold another link."""
        blocks = self.md.htmlStash.rawHtmlBlocks
        for match in HTML_PLACEHOLDER_RE.finditer("".join(element.itertext())):
            stashed = blocks[int(match[1])]
            if isinstance(stashed, str) and re.match(r"\s*<(?:a|summary|button|label)\b", stashed):
                return True
        return False

    def _walk(self, element: etree.Element, *, prose: bool) -> None:
        if NEVER & set(element.get("class", "").split()):
            return
        prose = prose or element.tag in PROSE
        if prose and element.tag in PROSE and self._links(element):
            return
        if prose:
            self._text(element)
        for child in list(element):
            if (child.tag in INLINE and prose) or child.tag in BLOCKS:
                self._walk(child, prose=prose)
            if prose:
                self._tail(element, child)

    def _text(self, element: etree.Element) -> None:
        if element.text and not isinstance(element.text, AtomicString):
            element.text, marked = self._split(element.text)
            for position, one in enumerate(marked):
                element.insert(position, one)

    def _tail(self, parent: etree.Element, child: etree.Element) -> None:
        if child.tail and not isinstance(child.tail, AtomicString):
            child.tail, marked = self._split(child.tail)
            at = list(parent).index(child) + 1
            for position, one in enumerate(marked):
                parent.insert(at + position, one)

    def _split(self, text: str) -> tuple[str, list[etree.Element]]:
        """Return the text before the first term that is marked, and an element for each marked term, its tail what follows."""
        marked: list[etree.Element] = []
        before, start = "", 0
        for match in self.pattern.finditer(text):
            form = match[0] if match[0] in self.terms else match[0][0].lower() + match[0][1:]
            term = self.terms[form]
            if term.term in self.used:
                continue
            self.used.add(term.term)
            between = text[start : match.start()]
            if marked:
                marked[-1].tail = between
            else:
                before = between
            marked.append(_mark(match[0], term))
            start = match.end()
        if not marked:
            return text, []
        marked[-1].tail = text[start:]
        return before, marked


def _mark(shown: str, term: Term) -> etree.Element:
    """Return a term as it stands in the text: a link to the glossary and the meaning that belongs to it."""
    name = slug(term.term)
    whole = etree.Element("span", {"class": "term"})
    link = etree.SubElement(whole, "a", {"href": f"{PAGE}#{name}", "aria-describedby": f"term-{name}"})
    link.text = AtomicString(shown)
    tip = etree.SubElement(whole, "span", {"role": "tooltip", "id": f"term-{name}", "data-search-exclude": ""})
    tip.text = AtomicString(term.meaning)
    return whole


class TermsExtension(Extension):  # type: ignore[misc]  # the library has no types
    """Registers the marking of terms after inline Markdown and before links are resolved."""

    def __init__(self, terms: Iterable[Term]) -> None:
        super().__init__()
        self.terms = tuple(terms)

    def extendMarkdown(self, md: Markdown) -> None:
        """Register the processor."""
        md.treeprocessors.register(Terms(md, self.terms), "terms", 15)
