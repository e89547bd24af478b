"""Turns the text of a built page into Markdown: what macros wrote stands in it as readers see it.

Navigation, forms, pictures' shapes and the meanings that show on hover are left out; a picture is told by its title and
its description.
"""

from __future__ import annotations

import html.parser
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urljoin

VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
LEFT_OUT = {"script", "style", "form", "select", "button", "input", "template", "label", "fieldset", "defs", "marker"}
CLASSES = {"headerlink", "page-foot", "md-content__button", "chooser", "filter__bar", "filter__some", "guide-reasons"}
BLOCKS = {
    *(
        "p",
        "ul",
        "ol",
        "dl",
        "table",
        "pre",
        "figure",
        "figcaption",
        "div",
        "details",
        "section",
        "blockquote",
        "aside",
    ),
    *("h1", "h2", "h3", "h4", "h5", "h6", "summary", "hr", "article", "caption", "svg"),
}
SPECIAL = re.compile(r"([\\`*\[\]<])|(?<!\w)_|_(?!\w)")
MARKS = {"strong": "**", "b": "**", "em": "*", "i": "*"}


@dataclass
class Node:
    """An element, or a text in `text` with the tag ""."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Node] = field(default_factory=list)
    text: str = ""

    @property
    def hidden(self) -> bool:
        """Whether it is no part of the text."""
        return (
            self.tag in LEFT_OUT
            or "hidden" in self.attributes
            or bool(CLASSES & set(self.attributes.get("class", "").split()))
            or self.attributes.get("role") == "tooltip"
            or (self.attributes.get("aria-hidden") == "true" and self.tag != "svg")
        )

    def every(self, tag: str) -> Iterator[Node]:
        """Yield each element of this tag below, in the order of the page."""
        for child in self.children:
            if child.tag == tag:
                yield child
            yield from child.every(tag)

    def plain(self) -> str:
        """Return the text of it, as it is written."""
        return self.text if not self.tag else "".join(one.plain() for one in self.children if not one.hidden)


class _Tree(html.parser.HTMLParser):
    """Reads an HTML page into nodes. What is not closed ends with the element around it."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("root")
        self.open = [self.root]
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element."""
        one = Node(tag, {key: value or "" for key, value in attrs})
        self.open[-1].children.append(one)
        if tag not in VOID:
            self.open.append(one)

    def handle_endtag(self, tag: str) -> None:
        """Close an element, and those in it."""
        for depth in range(len(self.open) - 1, 0, -1):
            if self.open[depth].tag == tag:
                del self.open[depth:]
                return

    def handle_data(self, data: str) -> None:
        """Keep a text."""
        self.open[-1].children.append(Node("", text=data))


def tree(text: str) -> Node:
    """Return an HTML page as nodes."""
    return _Tree(text).root


class _Writer:
    """Writes nodes as Markdown; `base` is the page's own address, from which relative links lead, or ""."""

    def __init__(self, base: str) -> None:
        self.base = base

    def inline(self, nodes: list[Node], *, table: bool = False) -> str:
        """Return nodes as text on one line."""
        text = "".join(self._piece(one, table=table) for one in nodes if not one.hidden)
        return re.sub(r"[ \t\n]+", " ", text).strip()

    def _piece(self, one: Node, *, table: bool) -> str:
        if not one.tag:
            text = SPECIAL.sub(lambda found: f"\\{found[0]}", one.text)
            return text.replace("|", "\\|") if table else text
        if one.tag == "br":
            return " "
        inner, plain = self.inline(one.children, table=table), one.plain()
        lead, trail = (" " if plain[:1].isspace() else ""), (" " if plain[-1:].isspace() else "")
        if one.tag == "code":
            code = " ".join(plain.split())
            fence = "``" if "`" in code else "`"
            return f"{fence}{code}{fence}".replace("|", "\\|" if table else "|")
        if one.tag == "a" and one.attributes.get("href"):
            return f"{lead}{self._link(one, inner)}{trail}"
        if one.tag in MARKS and inner:
            return f"{lead}{MARKS[one.tag]}{inner}{MARKS[one.tag]}{trail}"
        if one.tag == "small" and inner:
            return f" ({inner})" if not inner.startswith("(") else f" {inner}"
        if one.tag in BLOCKS:
            return f" {inner} "
        return f"{lead}{inner}{trail}"

    def _link(self, one: Node, inner: str) -> str:
        address = one.attributes["href"]
        if self.base:
            address = urljoin(self.base, address)
        if "cite" in one.attributes.get("class", "").split():  # a number; the part ends with its sources
            return f" [\\[{inner}\\]]({address})"
        return f"[{inner}]({address})" if inner else ""

    def blocks(self, nodes: list[Node]) -> list[str]:
        """Return nodes as blocks of Markdown."""
        out: list[str] = []
        run: list[Node] = []

        def flush() -> None:
            if text := self.inline(run):
                out.append(text)
            run.clear()

        for one in nodes:
            if one.hidden:
                continue
            if one.tag in BLOCKS:
                flush()
                out += self._block(one)
            else:
                run.append(one)
        flush()
        return out

    def _block(self, one: Node) -> list[str]:
        tag = one.tag
        if re.fullmatch("h[1-6]", tag):
            return [f"{'#' * int(tag[1])} {self.inline(one.children)}"]
        if tag == "pre":
            return [self._code(one)]
        if tag in {"ul", "ol"}:
            return [self._list(one)]
        if tag == "dl":
            return self._terms(one)
        if tag == "table":
            return self._table(one)
        if tag == "svg":
            told = [" ".join(part.plain().split()) for name in ("title", "desc") for part in one.every(name)]
            return [f"*Picture: {' '.join(told)}*"] if told else []
        if tag == "hr":
            return ["---"]
        if tag in {"summary", "figcaption", "caption"}:
            text = self.inline(one.children)
            return [f"**{text}**"] if text else []
        inner = self.blocks(one.children)
        if tag == "blockquote":
            return ["\n".join(f"> {line}".rstrip() for line in "\n\n".join(inner).split("\n"))]
        return inner

    @staticmethod
    def _code(one: Node) -> str:
        text = one.plain().strip("\n")
        fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", text)), default=0))
        return f"{fence}\n{text}\n{fence}"

    def _list(self, one: Node) -> str:
        items = []
        for number, item in enumerate((child for child in one.children if child.tag == "li"), 1):
            mark = f"{number}. " if one.tag == "ol" else "- "
            body = "\n\n".join(self.blocks(item.children)).replace("\n", f"\n{' ' * len(mark)}")
            body = re.sub(r"\n\s+(\n\s*(?:[-*]|\d+\.) )", r"\1", body)  # a list in a list follows its item at once
            items.append(re.sub(r"[ \t]+$", "", f"{mark}{body}", flags=re.MULTILINE))
        return "\n".join(items)

    def _terms(self, one: Node) -> list[str]:
        out = []
        for child in one.children:
            if child.tag == "dt":
                text = self.inline(child.children)
                out.append(text if text.startswith("**") else f"**{text}**")
            elif child.tag == "dd":
                out.append(": " + "\n\n".join(self.blocks(child.children)).replace("\n", "\n  ") + "\n")
        return ["\n".join(out).rstrip()]

    def _table(self, one: Node) -> list[str]:
        out = [f"**{text}**" for found in one.every("caption") if (text := self.inline(found.children))]
        rows = []
        for row in one.every("tr"):
            if row.hidden:
                continue
            cells = [cell for cell in row.children if cell.tag in {"th", "td"} and not cell.hidden]
            rows.append([self.inline(cell.children, table=True) for cell in cells])
        rows = [row for row in rows if row]
        if not rows:
            return out
        width = max(map(len, rows))
        lines = [f"| {' | '.join([*row, *[''] * (width - len(row))])} |" for row in rows]
        return [*out, "\n".join([lines[0], "|" + "---|" * width, *lines[1:]])]


def markdown(page: str, base: str = "") -> str:
    """Return the text of a built page, its article, as Markdown; links are absolute where `base` is the page's address."""
    start, end = page.find("<article"), page.rfind("</article>")
    if start < 0 or end < 0:
        return ""
    article = next(tree(page[start:end]).every("article"))
    return "\n\n".join(_Writer(base).blocks(article.children)) + "\n"
