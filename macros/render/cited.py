"""A Markdown extension: citations become numbers, and each part of a page ends with what its numbers stand for.

A citation is a link of the class `cite`, which the macro `cite` writes; without this extension it is the source's name
in brackets. One place in one source has one number on a page, and stands once in the list of each part that cites it.
A part reaches from one heading of the second level to the next. Where a place first stands in a list, its link holds the
source's own address, which is what a reader on paper can follow.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as etree
from collections.abc import Iterator, Mapping

from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString

CITE = "cite"
PART = "h2"
POINT = re.compile(r"[.,;:!?)]+")


class Citations(Treeprocessor):  # type: ignore[misc]  # the library has no types
    """Numbers the citations in the tree of a page. `addresses` has those of the sources, by what a citation links to."""

    def __init__(self, md: Markdown, addresses: Mapping[str, str]) -> None:
        super().__init__(md)
        self.addresses = addresses

    def run(self, root: etree.Element) -> None:
        """Replace the name of each citation by a number, and end each part with the list of its sources."""
        numbers: dict[tuple[str, str], int] = {}
        here: dict[int, etree.Element] = {}
        for child in list(root):
            if child.tag == PART and here:
                root.insert(list(root).index(child), _list(here))
                here = {}
            for parent, cite in list(_citations(child)):
                key = (cite.get("href", ""), "".join(cite.itertext()))
                address = "" if key in numbers else self.addresses.get(key[0], "")
                number = numbers.setdefault(key, len(numbers) + 1)
                if number not in here:
                    here[number] = _entry(cite, number, address)
                _number(parent, cite, number)
        if here:
            root.append(_list(here))


def _citations(element: etree.Element) -> Iterator[tuple[etree.Element, etree.Element]]:
    """Yield every citation within an element, with the element that holds it."""
    for parent in element.iter():
        for child in parent:
            if _cites(child):
                yield parent, child


def _entry(cite: etree.Element, number: int, address: str) -> etree.Element:
    """Return what a number stands for: the source, linked, and the place in it."""
    entry = etree.Element("li", {"value": str(number)})
    link = etree.SubElement(entry, "a", {"href": cite.get("href", "")} | ({"data-url": address} if address else {}))
    link.text = AtomicString("".join(cite.itertext()))
    if place := cite.get("title"):
        link.tail = AtomicString(f", {place}")
    return entry


def _list(entries: dict[int, etree.Element]) -> etree.Element:
    """Return the list that ends a part."""
    whole = etree.Element(
        "ol", {"class": "cited-here", "aria-label": "Sources of this part", "data-search-exclude": ""}
    )
    whole.extend(entry for _, entry in sorted(entries.items()))
    return whole


def _number(parent: etree.Element, cite: etree.Element, number: int) -> None:
    """Show a citation as its number, right behind the words, and behind the point that ends them."""
    name, place = "".join(cite.itertext()), cite.get("title", "")
    for child in list(cite):
        cite.remove(child)
    cite.text = AtomicString(str(number))
    cite.set("aria-label", f"Source {number}: {name}")
    cite.set("title", f"{name}: {place}" if place else name)
    cite.set("data-search-exclude", "")
    siblings = list(parent)
    first = siblings.index(cite)
    while first and _cites(siblings[first - 1]) and not (siblings[first - 1].tail or "").strip():
        siblings[first - 1].tail = ""
        first -= 1
    before = siblings[first - 1] if first else None
    words = ((parent.text if before is None else before.tail) or "").rstrip()
    if words and (point := POINT.match(cite.tail or "")):
        words += point[0]
        cite.tail = (cite.tail or "")[point.end() :]
    if before is None:
        parent.text = words
    else:
        before.tail = words


def _cites(element: etree.Element) -> bool:
    return element.tag == "a" and CITE in element.get("class", "").split()


class CitationsExtension(Extension):  # type: ignore[misc]  # the library has no types
    """Registers the numbering, after attributes are read and before links are resolved. See `Citations`."""

    def __init__(self, addresses: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self.addresses = addresses or {}

    def extendMarkdown(self, md: Markdown) -> None:
        """Register the processor."""
        md.treeprocessors.register(Citations(md, self.addresses), "citations", 4)
