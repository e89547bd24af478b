"""Reads the macro calls of a page from its syntax tree, each with its line, and what else the template language finds there.

The generator names neither file nor line of a failing macro call, and renders a missing piece as nothing. So every
call on every page is read here before anything is rendered.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import yaml
from jinja2 import Environment, TemplateSyntaxError, nodes

from macros.base.markup import CODE_SPAN
from macros.base.problems import Problems

FRONT = re.compile(r"-{3}[ \t]*\n(?P<yaml>.*?\n)(?:-{3}|\.{3})[ \t]*\n", re.DOTALL)
FRONT_KEYS = {"title", "description", "hide", "search", "tags"}
RAW = "docs/contributing.md"  # the page that shows how macros are called


@dataclass(frozen=True)
class Call:
    """A macro call on a page: its name, its constant arguments, and where it stands."""

    name: str
    args: tuple[object, ...]
    kwargs: dict[str, object]
    file: str
    line: int


def body(text: str) -> str:
    """Return a page's text with its front matter blanked, so that line numbers stay."""
    match = FRONT.match(text)
    return "\n" * match[0].count("\n") + text[match.end() :] if match else text


def check_front_matter(text: str, file: str, problems: Problems) -> None:
    """Note front matter that is not YAML, and keys that change how a page is made."""
    remedy = f"front matter is YAML between two lines '---'; its keys: {', '.join(sorted(FRONT_KEYS))}"

    def bad(line: int, what: str, remedy: str = remedy) -> None:
        problems.bad(file, what, remedy, line=line)

    match = FRONT.match(text)
    if match is None:
        if text.startswith("---"):
            bad(1, "front matter that does not end")
        elif re.match(r" {0,3}[\w-]+:(?:\s|$)", text):
            bad(1, "a page that begins as front matter does")
        return None
    try:
        content = yaml.safe_load(match["yaml"])
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 2 if error.problem_mark else 1
        return bad(line, f"front matter that is not YAML: {error.problem}")
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        return bad(1, f"front matter that is not YAML: {error}")
    if not isinstance(content, dict):
        return bad(1, "front matter without a key")
    lines = match["yaml"].split("\n")
    for key, value in content.items():
        line = next((n for n, part in enumerate(lines, 2) if part.startswith(str(key))), 1)
        if key not in FRONT_KEYS:
            bad(line, f"the key '{key}' in the front matter")
        elif key == "hide":
            if not isinstance(value, list) or not set(map(str, value)) <= {"navigation", "toc", "footer", "path"}:
                bad(line, "'hide' is not a list of parts of the page", "write [navigation, toc]")
        elif key == "search":
            boost = value.get("boost") if isinstance(value, dict) and len(value) == 1 else None
            if isinstance(boost, bool) or not isinstance(boost, (int, float)) or not 0 < boost <= 10:
                bad(line, "'search' does not say how the search ranks the page", "write {boost: 0.5}, from 0 to 10")
        elif key == "tags":
            if not isinstance(value, list) or not all(isinstance(word, str) and "{" not in word for word in value):
                bad(line, "'tags' is not a list of words", "write [startup time, boot time]: what readers search for")
        elif not isinstance(value, str) or "{{" in value or "{%" in value:
            bad(line, f"'{key}' in the front matter is not plain text", "write it in quotes")
    return None


def _constant(node: nodes.Expr) -> object:
    if isinstance(node, nodes.Const):
        return node.value
    if isinstance(node, nodes.List):
        return [_constant(item) for item in node.items]
    if isinstance(node, nodes.Dict):
        keys = [_constant(pair.key) for pair in node.items]
        if not all(isinstance(key, str) for key in keys):
            raise nodes.Impossible
        if repeated := [key for n, key in enumerate(keys) if key in keys[:n]]:
            raise ValueError(f"the name '{repeated[0]}' twice")
        return {key: _constant(pair.value) for key, pair in zip(keys, node.items, strict=True)}
    raise nodes.Impossible


def _foreign(environment: Environment, text: str, file: str) -> Iterator[tuple[int, str, str]]:
    """Yield line, mistake and remedy of each comment and raw block of the template language, and each call in an HTML comment."""
    since = 0  # the line of the HTML comment that is open
    for line, kind, value in environment.lex(text):
        if kind == "comment_begin":
            yield line, "a comment of the template language", "write <!-- … -->, or remove it"
        elif kind == "raw_begin" and file != RAW:
            yield line, "a raw block", f"only {RAW} shows how macros are called"
        elif kind == "variable_begin" and since:
            yield line, "a macro call in an HTML comment", "remove it: it would be rendered, but not shown"
        elif kind == "data":
            for mark in re.finditer(r"<!--|-->", CODE_SPAN.sub(lambda m: " " * len(m[0]), value)):
                since = line + value.count("\n", 0, mark.start()) if mark[0] == "<!--" else 0
    if since:
        yield since, "an HTML comment that does not end", "close it with -->"


def _read_call(node: nodes.Call, name: str, file: str, known: Collection[str], problems: Problems) -> Call | None:
    """Return a call, or None with the problem noted."""

    def bad(what: str, remedy: str) -> None:
        problems.bad(file, what, remedy, line=node.lineno)

    if name not in known:
        bad(f"there is no macro '{name}'", f"one of: {', '.join(sorted(known))}")
        return None
    constant = "write each argument as a text in quotes"
    keys = [pair.key for pair in node.kwargs]
    if node.dyn_args is not None or node.dyn_kwargs is not None or len(keys) != len(set(keys)):
        bad(f"arguments of '{name}' that are unpacked or repeated", constant)
        return None
    try:
        args = tuple(_constant(arg) for arg in node.args)
        kwargs = {pair.key: _constant(pair.value) for pair in node.kwargs}
    except nodes.Impossible:
        bad(f"an argument of '{name}' is not a constant", constant)
        return None
    except ValueError as error:
        bad(f"an argument of '{name}' holds {error}", "write each name once")
        return None
    return Call(name=name, args=args, kwargs=kwargs, file=file, line=node.lineno)


ENVIRONMENT = Environment(autoescape=False)


@functools.lru_cache(maxsize=256)  # a process that reads a tree again finds nearly every page unchanged
def _tree(text: str) -> nodes.Template:
    """Return the syntax tree of a page, which nothing changes."""
    return ENVIRONMENT.parse(text)


def macro_calls(text: str, file: str, known: Collection[str], problems: Problems) -> list[Call] | None:
    """Return the macro calls of a page, and note each construct that is not a plain call of a `known` macro.

    None for a page whose calls cannot be read from its text.
    """

    def bad(line: int, what: str, remedy: str) -> None:
        problems.bad(file, what, remedy, line=line)

    try:
        tree = _tree(body(text))
        for found in _foreign(ENVIRONMENT, body(text), file):
            bad(*found)
    except (TemplateSyntaxError, RecursionError) as error:
        remedy = "pages hold macro calls only; a Go template or a shell expansion belongs in a script under snippets/"
        what = f"not a macro call: {getattr(error, 'message', error)}"
        bad(getattr(error, "lineno", 0), what, remedy)
        return None
    calls = []
    macros = f"pages call macros: {', '.join(sorted(known))}"
    for top in tree.body:
        if not isinstance(top, nodes.Output):
            bad(top.lineno, "a statement of the template language", "pages hold macro calls only: {{ name(…) }}")
            continue
        for node in top.nodes:
            if isinstance(node, nodes.TemplateData):
                continue
            if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name):
                if (one := _read_call(node, node.node.name, file, known, problems)) is not None:
                    calls.append(one)
            elif isinstance(node, nodes.Name):
                bad(node.lineno, f"'{node.name}' is not defined", macros)
            elif isinstance(node, nodes.Call):
                bad(node.lineno, "a call of something that is not a macro", macros)
            else:
                remedy = "compute it in a module of macros/, with a test, and call that"
                bad(node.lineno, "arithmetic or a filter on a page, or a value alone", remedy)
    return calls
