"""Takes out of the theme's style sheets what no page and no script of the built site can use.

A third of the theme's rules are for parts that this site does not have: admonitions, tabs, blogs, keyboard keys. A rule
goes if every one of its selectors asks for a class that stands in no page's markup and in no script, or for a colour of
the theme that no page sets. A custom property goes if nothing refers to it. What is in doubt stays.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from pathlib import Path

SHEETS = "assets/stylesheets/*.css"  # the theme's; the site's own lie in assets/css
TOKEN = re.compile(r"""/\*.*?\*/|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[{};]|[^"'{};/]+|.""", re.DOTALL)
STRING = re.compile(r""""(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'""")
ENCLOSING = re.compile(r"[\"'()\[\]]")  # what may enclose a sign: most selectors have none
CLASS = re.compile(r"\.(-?[A-Za-z_](?:[\w-]|\\.)*)")
COLOUR = re.compile(r"\[data-md-color-(?:accent|primary)=[\"']?([a-z-]+)")
GIVEN = re.compile(r"""class=(?:"|&quot;|\\")([^"&\\]*)|data-md-color-(?:accent|primary)="([^"]*)\"""")
WORD = re.compile(r"[A-Za-z_][\w-]*")
# Parts that the theme's script serves where a page has them, and never makes by itself: pages alone say whether they exist.
SERVED = (
    "tabbed-",
    "md-annotation",
    "mermaid",
    "md-version",
    "md-consent",
    "md-feedback",
    "md-source",
    "md-banner",
    "md-progress",
)
NESTED = ("@media", "@supports", "@layer", "@container")


def statements(css: str) -> Iterator[tuple[str, str | None]]:
    """Yield each statement of a style sheet: what stands before its braces, and in them; None for one without braces."""
    depth, head, body = 0, "", ""
    for found in TOKEN.finditer(css):
        part = found[0]
        if part.startswith("/*"):
            continue
        if part == "{":
            depth += 1
            if depth == 1:
                continue
        elif part == "}":
            depth -= 1
            if depth == 0:
                yield head.strip(), body
                head = body = ""
                continue
        elif part == ";" and depth == 0:
            yield head.strip(), None
            head = ""
            continue
        if depth:
            body += part
        else:
            head += part


def parted(text: str, at: str) -> list[str]:
    """Return a text parted at a character, except in strings, brackets and parentheses."""
    if not ENCLOSING.search(text):
        return text.split(at)
    out, depth, last = [], 0, 0
    masked = STRING.sub(lambda found: "_" * len(found[0]), text)
    for place, sign in enumerate(masked):
        if sign in "([":
            depth += 1
        elif sign in ")]":
            depth -= 1
        elif sign == at and depth == 0:
            out.append(text[last:place])
            last = place + 1
    return [*out, text[last:]]


def _without_functions(selector: str) -> str:
    """Return a selector without what stands in parentheses: what is negated is not asked for, and of a choice any will do."""
    plain = STRING.sub("", selector)
    if "(" not in plain and ")" not in plain:
        return plain
    depth, out = 0, ""
    for sign in plain:
        depth += sign == "("
        if depth == 0:
            out += sign
        depth -= sign == ")"
    return out


def usable(selector: str, words: Collection[str], prefixes: tuple[str, ...]) -> bool:
    """Return whether a selector can match something, as far as its classes and the theme's colours tell."""
    plain = _without_functions(selector)
    if any(colour not in words for colour in COLOUR.findall(selector)):
        return False
    names = [name.replace("\\", "") for name in CLASS.findall(re.sub(r"\[[^\]]*\]", "", plain))]
    return all(name in words or name.startswith(prefixes) for name in names)


def slim(css: str, words: Collection[str]) -> str:
    """Return a style sheet without the rules of which no selector can match."""
    # A script may put a class together: "md-tooltip2--" and a word.
    prefixes = tuple(word for word in words if word.endswith("-") and len(word) > 4) or ("\0",)
    return _slim(css, words, prefixes)


def _slim(css: str, words: Collection[str], prefixes: tuple[str, ...]) -> str:
    out = ""
    for head, body in statements(css):
        if body is None:
            out += f"{head};"
        elif head.startswith(NESTED):
            if inner := _slim(body, words, prefixes):
                out += f"{head}{{{inner}}}"
        elif head.startswith("@"):
            out += f"{head}{{{body}}}"
        elif kept := [one for one in parted(head, ",") if usable(one, words, prefixes)]:
            out += f"{','.join(kept)}{{{body}}}"
    return out


def referred(text: str, *, quoted: bool = False) -> set[str]:
    """Return the custom properties to which a text refers; a script does so in quotes, too."""
    found = set(re.findall(r"var\(\s*(--[\w-]+)", text))
    return found | set(re.findall(r"[\"'](--[\w-]+)[\"']", text)) if quoted else found


def without_unused(css: str, others: set[str]) -> str:
    """Return a style sheet without the custom properties to which it does not refer, and which are not among `others`."""
    used = referred(css) | others

    def rule(head: str, body: str | None) -> str:
        if body is None:
            return f"{head};"
        if head.startswith(NESTED):
            return f"{head}{{{''.join(rule(*one) for one in statements(body))}}}"
        if "--" not in body or head.startswith("@"):
            return f"{head}{{{body}}}"
        kept = [
            one
            for one in parted(body, ";")
            if one.strip() and not ((name := re.match(r"\s*(--[\w-]+)\s*:", one)) and name[1] not in used)
        ]
        return f"{head}{{{';'.join(kept)}}}" if kept else ""

    return "".join(rule(*one) for one in statements(css))


def vocabulary(pages: Collection[str], scripts: Collection[str]) -> set[str]:
    """Return the words that can be a class: those that pages give to elements, and every word of the scripts."""
    words = {word for text in pages for found in GIVEN.finditer(text) for word in (found[1] or found[2] or "").split()}
    inline = [script for text in pages for script in re.findall(r"<script>(.*?)</script>", text, re.DOTALL)]
    every = {word for text in [*scripts, *inline] for word in WORD.findall(text)}
    return words | {word for word in every if not word.startswith(SERVED)}


def slim_styles(out: Path) -> None:
    """Rewrite the theme's style sheets of a built site without what nothing in it can use."""
    pages = [path.read_text("utf-8") for path in sorted(out.rglob("*.html"))]
    scripts = [path.read_text("utf-8") for path in sorted((out / "assets").rglob("*.js"))]
    words = vocabulary(pages, scripts)
    sheets = {path: slim(path.read_text("utf-8"), words) for path in sorted(out.glob(SHEETS))}
    own = [path.read_text("utf-8") for path in sorted((out / "assets" / "css").glob("*.css"))]
    others = {name for text in [*sheets.values(), *own, *scripts, *pages] for name in referred(text, quoted=True)}
    for path, css in sheets.items():
        path.write_text(without_unused(css, others), "utf-8")
