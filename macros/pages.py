"""Reads the pages themselves, before anything is rendered, and finds what the generator lets pass.

The generator names neither file nor line of a failing macro call, and renders a missing piece as nothing. So every
call on every page is read from the page's syntax tree here, with its line, and held against the data.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, TemplateSyntaxError, nodes

from .data import Data, Exception_
from .problems import Problem, ProblemError, relative

SHELL = {
    "sh",
    "bash",
    "shell",
    "console",
    "zsh",
    "ksh",
    "fish",
    "dash",
    "terminal",
    "shell-session",
    "sh-session",
    "bash-session",
    "powershell",
    "ps1",
    "bat",
    "cmd",
    "docker",
}
FENCE = re.compile(r"^\s*(?P<fence>`{3,}|~{3,})\s*(?P<info>.*)$")
INCLUDE = re.compile(r"^\s*-+8<-+(?:\s|$)")  # pymdownx's include

UNIT = r"(?:[kKMGT]i?B|B|bytes?|bits?|[nµm]s|s|secs?|seconds?|minutes?|min|hours?|%|percent|per cent|[kMG]?Hz|×|x|times|fold|W|[GM]b/s|IOPS|req/s)"
NUMBER = re.compile(rf"(?<![\w.§-])\d[\d,.\u202f]*(?:\s|&nbsp;|\u00a0|\u202f|-)?{UNIT}(?![\w/])")
CODE_SPAN = re.compile(r"(`+).+?\1|\{\{.*?\}\}|<[^>]+>|\]\([^)]*\)")

Shown = set[tuple[str, str, str]]  # (example, side, region)


@dataclass(frozen=True)
class Call:
    """A macro call on a page: its name, its constant arguments, and where it stands."""

    name: str
    args: tuple[object, ...]
    kwargs: dict[str, object]
    file: str
    line: int


Check = Callable[[Data, Call, Shown], str]
"""Returns "" if the call can be rendered, else what is wrong and, after a line break, what would be right."""


def body(text: str) -> str:
    """Return a page's text with its front matter blanked, so that line numbers stay."""
    match = re.match(r"---\n.*?\n---\n", text, re.DOTALL)
    return "\n" * match[0].count("\n") + text[match.end() :] if match else text


def calls(text: str, file: str, checks: dict[str, Check]) -> tuple[list[Call], list[Problem]]:
    """Return the macro calls of a page, and a problem for each construct that is not a plain call."""
    problems: list[Problem] = []
    try:
        tree = Environment(autoescape=False).parse(body(text))
    except TemplateSyntaxError as error:
        remedy = "pages hold macro calls only; a Go template or a shell expansion belongs in a script under snippets/"
        return [], [Problem(file, error.lineno, f"not a macro call: {error.message}", remedy)]
    found = []
    called: set[int] = set()
    for node in tree.find_all(nodes.Call):
        if not isinstance(node.node, nodes.Name):
            problems.append(
                Problem(
                    file, node.lineno, "a call of something that is no macro", f"one of: {', '.join(sorted(checks))}"
                )
            )
            continue
        called.add(id(node.node))
        if node.node.name not in checks:
            problems.append(
                Problem(
                    file, node.lineno, f"there is no macro '{node.node.name}'", f"one of: {', '.join(sorted(checks))}"
                )
            )
            continue
        try:
            args = tuple(arg.as_const() for arg in node.args)
            kwargs = {pair.key: pair.value.as_const() for pair in node.kwargs}
        except nodes.Impossible:
            problems.append(
                Problem(
                    file,
                    node.lineno,
                    f"an argument of '{node.node.name}' is not a constant",
                    "write the argument as a text in quotes",
                )
            )
            continue
        found.append(Call(node.node.name, args, kwargs, file, node.lineno))
    for name in tree.find_all(nodes.Name):
        if id(name) not in called:
            problems.append(
                Problem(
                    file,
                    name.lineno,
                    f"'{name.name}' is not defined",
                    f"pages call macros: {', '.join(sorted(checks))}",
                )
            )
    for other in tree.find_all((nodes.BinExpr, nodes.Filter, nodes.UnaryExpr, nodes.Compare)):
        problems.append(
            Problem(
                file,
                other.lineno,
                "arithmetic or a filter on a page",
                "compute it in a module of macros/, with a test, and call that",
            )
        )
    return found, problems


def _excepted(exceptions: tuple[Exception_, ...], page: str, line: str, used: set[Exception_]) -> bool:
    for exception in exceptions:
        if exception.page == page and exception.text in line:
            used.add(exception)
            return True
    return False


def text_problems(text: str, file: str, page: str, data: Data, used: set[Exception_]) -> list[Problem]:
    """Return problems of a page's text: shell that was typed, includes by the generator, numbers typed by hand."""
    problems = []
    fence = ""
    pending: tuple[int, str] | None = None
    for number, line in enumerate(body(text).splitlines(), 1):
        if INCLUDE.match(line):
            problems.append(
                Problem(
                    file,
                    number,
                    "an include of the generator's, which loses a missing region without a word",
                    'write {{ example("section/name") }} or {{ script("lab/file.sh", "region") }}',
                )
            )
        if pending is not None:
            start, language = pending
            pending = None
            if not _excepted(data.shell_exceptions, page, line, used):
                problems.append(
                    Problem(
                        file,
                        start,
                        f"a {language} block typed into a page",
                        "put the command into a script under snippets/ and call its example; or list its first line in docs/data/exceptions.yml, with the reason",
                    )
                )
        match = FENCE.match(line)
        if match and not fence:
            fence = match["fence"]
            language = re.split(r"[\s{.]+", match["info"].strip(" {.}"))[0].lower()
            if not language:
                problems.append(
                    Problem(
                        file,
                        number,
                        "a code block without a language",
                        "name it after the opening fence; 'text' if it is none",
                    )
                )
            elif language in SHELL:
                pending = (number, language)
            continue
        if match and match["info"] == "" and match["fence"].startswith(fence):
            fence = ""
            continue
        if fence:
            continue
        prose = CODE_SPAN.sub(" ", line)
        for hit in NUMBER.finditer(prose):
            if not _excepted(data.number_exceptions, page, line, used):
                problems.append(
                    Problem(
                        file,
                        number,
                        f"a quantity typed by hand: '{hit[0]}'",
                        "take it from a source or a result: {{ figure(…) }}, {{ result(…) }}; or list it in docs/data/exceptions.yml, with the reason",
                    )
                )
    if fence:
        problems.append(Problem(file, 0, "a code block that does not end", "close its fence"))
    return problems


def check_pages(data: Data, checks: dict[str, Check]) -> None:
    """Read every page under docs/. Raises ProblemError with every problem found.

    Also finds examples and regions that no page shows, and exceptions that nothing needs.
    """
    docs = data.root / "docs"
    problems: list[Problem] = []
    shown: Shown = set()
    used: set[Exception_] = set()
    pages = [path for path in sorted(docs.rglob("*.md")) if not _linked(path, docs)]
    if not pages:
        raise ProblemError(
            [Problem(relative(docs, data.root), 0, "no page was found", "pages are Markdown files under docs/")]
        )
    for path in pages:
        text = path.read_text("utf-8")
        file, page = relative(path, data.root), relative(path, docs)
        found, new = calls(text, file, checks)
        problems += new
        for call in found:
            if wrong := checks[call.name](data, call, shown):
                what, _, remedy = wrong.partition("\n")
                problems.append(Problem(file, call.line, what, remedy))
        problems += text_problems(text, file, page, data, used)
    for example in data.examples.values():
        for side in example.sides.values():
            for region in side.regions:
                if (example.id, side.side, region.name) not in shown:
                    problems.append(
                        Problem(
                            relative(side.script, data.root),
                            region.line - 1,
                            f"no page shows the region '{region.name}'",
                            f'call {{{{ example("{example.id}") }}}} on a page, or remove the region',
                        )
                    )
    for exception in sorted(set(data.shell_exceptions + data.number_exceptions) - used, key=lambda e: e.line):
        problems.append(
            Problem(
                "docs/data/exceptions.yml",
                exception.line,
                f"an exception that nothing needs: {exception.page}: {exception.text!r}",
                "remove it",
            )
        )
    if problems:
        raise ProblemError(problems)


def _linked(path: Path, docs: Path) -> bool:
    """Whether a path under docs/ lies in a linked folder (docs/snippets, docs/tests): no pages there."""
    return any(parent.is_symlink() for parent in path.parents if docs in parent.parents)
