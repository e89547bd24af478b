"""Puts hand-written SVG diagrams into pages, inline, so that they follow the colour scheme."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path

from macros.base.problems import ProblemError
from macros.model.load import Data
from macros.pages.registry import macro
from macros.pages.uses import Use
from macros.render import templates

FOLDER = Path("docs/assets/diagrams")
COLOUR = re.compile(
    r"#[0-9a-fA-F]{3,8}\b|\brgba?\(|\bhsla?\(|(?:fill|stroke)\s*[=:]\s*\"?(?!none|currentColor|url\(#|var\()[a-z]",
    re.IGNORECASE,
)
_html = templates.of("diagrams.html.j2")


def _svg(data: Data, name: str) -> str:
    text = data.files.text(data.root / FOLDER / f"{name}.svg")
    text = re.sub(r"<\?xml.*?\?>|<!--.*?-->", "", text, flags=re.DOTALL)
    return " ".join(line.strip() for line in text.splitlines() if line.strip())


def check_diagrams(data: Data, use: Use, names: list[str], caption: str) -> None:
    """Check a call of `diagrams`: each of them, and that there is a caption."""
    if not caption.strip():
        use.bad("a diagram without a caption", "say in a sentence what it shows")
    for name in names:
        for what, remedy in _wrong(data, name):
            use.bad(what, remedy)


def check_diagram(data: Data, use: Use, name: str, caption: str) -> None:
    """Check a call of `diagram`. See `check_diagrams`."""
    check_diagrams(data, use, [name], caption)


def _wrong(data: Data, name: str) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a diagram, each with what would be right."""
    if not re.fullmatch(r"[a-z0-9-]+", name):
        yield f"'{name}' is not the name of a diagram", "write it without folder and suffix, as boot-vm"
        return
    file = data.root / FOLDER / f"{name}.svg"
    if not file.is_file():
        yield f"there is no diagram '{name}'", f"add {FOLDER}/{name}.svg"
        return
    try:
        text = data.files.text(file)
        root = ElementTree.fromstring(text)
    except ProblemError as error:
        yield f"{error.problems[0].what} ({error.problems[0].file})", error.problems[0].remedy
        return
    except ElementTree.ParseError as error:
        yield f"{FOLDER}/{name}.svg is not well-formed XML: {error}", "correct the tag at that place"
        return
    if active := [node.tag for node in root.iter() if _active(node)]:
        tag = active[0].rpartition("}")[2]
        what = f"{FOLDER}/{name}.svg holds <{tag}>, or an address of something outside"
        yield what, "a diagram is shapes and text only"
    for wanted in ("viewBox=", 'role="img"', "<title id=", "<desc id=", "aria-labelledby="):
        if wanted not in text:
            remedy = "a diagram has a viewBox, role, title and desc, so that it can be read without being seen"
            yield f"{FOLDER}/{name}.svg lacks {wanted}", remedy
    if match := COLOUR.search(text):
        remedy = "use the classes of assets/css/site.css, which follow the colour scheme"
        yield f"{FOLDER}/{name}.svg has a colour of its own ({match[0]})", remedy
    if "NaN" in text:
        yield f"{FOLDER}/{name}.svg holds NaN", "correct the coordinate"


@macro(check_diagrams)
def diagrams(data: Data, names: list[str], caption: str) -> str:
    """Return one figure of several diagrams, side by side where there is room."""
    return _html("figure", panels=[_svg(data, name) for name in names], caption=caption)


@macro(check_diagram)
def diagram(data: Data, name: str, caption: str) -> str:
    """Return one diagram as a figure."""
    return diagrams(data, [name], caption)


def _active(node: ElementTree.Element) -> bool:
    """Whether an element does something, or fetches something from elsewhere."""
    for key, value in node.attrib.items():
        name = key.rpartition("}")[2].lower()
        if name.startswith("on") or (name == "href" and not value.startswith("#")):
            return True
    return node.tag.rpartition("}")[2] in {"script", "style", "foreignObject", "iframe", "image"}
