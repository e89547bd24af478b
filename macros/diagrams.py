"""Puts hand-written SVG diagrams into pages, inline, so that they follow the colour scheme."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from .data import Data
from .pages import Call, Shown
from .problems import ProblemError, read
from .render import escape

FOLDER = Path("docs/assets/diagrams")
COLOUR = re.compile(
    r"#[0-9a-fA-F]{3,8}\b|\brgba?\(|\bhsla?\(|(?:fill|stroke)\s*[=:]\s*\"?(?!none|currentColor|url\(#|var\()[a-z]",
    re.IGNORECASE,
)


def _svg(data: Data, name: str) -> str:
    text = read(data.root / FOLDER / f"{name}.svg", data.root)
    text = re.sub(r"<\?xml.*?\?>|<!--.*?-->", "", text, flags=re.DOTALL)
    return " ".join(line.strip() for line in text.splitlines() if line.strip())


def diagrams(data: Data, names: list[str], caption: str) -> str:
    """Return one figure of several diagrams, side by side where there is room."""
    panels = "".join(f'<div class="diagram__panel">{_svg(data, name)}</div>' for name in names)
    return f'<figure class="diagram diagram--{len(names)}">{panels}<figcaption>{escape(caption)}</figcaption></figure>'


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


def check_diagrams(data: Data, call: Call, _: Shown) -> str:
    """Check a call of `diagram` or `diagrams`. See `pages.Check`."""
    given = dict(zip(("names", "caption"), call.args, strict=False)) | call.kwargs
    names = given.get("names", given.get("name", ""))
    if not str(given.get("caption", "")).strip():
        return "a diagram without a caption\nsay in a sentence what it shows"
    for name in names if isinstance(names, list) else [names]:
        if not re.fullmatch(r"[a-z0-9-]+", str(name)):
            return f"'{name}' is not the name of a diagram\nwrite it without folder and suffix, as boot-vm"
        file = data.root / FOLDER / f"{name}.svg"
        if not file.is_file():
            return f"there is no diagram '{name}'\nadd {FOLDER}/{name}.svg"
        try:
            text = read(file, data.root)
            root = ElementTree.fromstring(text)
        except ProblemError as error:
            return f"{error.problems[0].what} ({error.problems[0].file})\n{error.problems[0].remedy}"
        except ElementTree.ParseError as error:
            return f"{FOLDER}/{name}.svg is no well-formed XML: {error}\nmend the tag at that place"
        if active := [node.tag for node in root.iter() if _active(node)]:
            return f"{FOLDER}/{name}.svg holds <{active[0].rpartition('}')[2]}>, or an address of something outside\na diagram is shapes and text only"
        for wanted in ("viewBox=", 'role="img"', "<title id=", "<desc id=", "aria-labelledby="):
            if wanted not in text:
                return f"{FOLDER}/{name}.svg lacks {wanted}\na diagram has a viewBox, role, title and desc, so that it can be read without being seen"
        if match := COLOUR.search(text):
            return f"{FOLDER}/{name}.svg has a colour of its own ({match[0]})\nuse the classes of assets/css/site.css, which follow the colour scheme"
        if "NaN" in text:
            return f"{FOLDER}/{name}.svg holds NaN\nmend the coordinate"
    return ""
