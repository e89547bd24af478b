"""Reads the pages themselves, before anything is rendered, and finds what the generator lets pass.

The generator names neither file nor line of a failing macro call, and renders a missing piece as nothing. So every
call on every page is read from the page's syntax tree here, with its line, and held against the data.
"""

from __future__ import annotations

import html
import inspect
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import yaml
from jinja2 import Environment, TemplateSyntaxError, nodes

from .data import Data, Exception_, Page
from .examples import LAB, regions
from .problems import Problem, ProblemError, read, relative
from .render import slug

LANGUAGES = ("text", "yaml", "toml", "json", "python", "html")  # of code blocks; every other is excepted or refused
FENCE = re.compile(r"^(?:\s*>)*\s*(?P<fence>`{3,}|~{3,})\s*(?P<info>[^`]*)$")
INCLUDE = re.compile(r"^\s*-+8<-+(?:\s|$)")  # pymdownx's include
PROMPT = re.compile(r"^\s*\$ [A-Za-z]")
CONTAINER = re.compile(r"(?:[-*+]|\d+[.)])\s|!!!|\?\?\?|===|\[\^|:\s|<")  # what an indented line can belong to
FRONT = re.compile(r"-{3}[ \t]*\n(?P<yaml>.*?\n)(?:-{3}|\.{3})[ \t]*\n", re.DOTALL)
FRONT_KEYS = {"title", "description", "hide"}
RAW = "docs/contributing.md"  # the page that shows how macros are called
LINKS = {"snippets", "tests"}  # the links under docs/, by which scripts and outputs are published
MARKDOWN = {".md", ".markdown", ".mdown", ".mkdn", ".mkd"}

UNIT = (
    r"(?:(?:kilo|mega|giga|tera)(?:bytes?|bits?)|[kKMGT]i?[bB](?:ps)?|B|bytes?|[kKMGT]?bit/s|[kMG]?b/s|[kKMGT]i?B/s|mb|gb"
    r"|(?:nano|micro|milli)seconds?|[num]secs?|[nmuµμ]s|s|secs?|seconds?|minutes?|mins?|hours?|hrs?|h|days?|weeks?"
    r"|%|percent|per[ -]cent|[kMG]?Hz|×|x|times|fold|orders? of magnitude|k?W|watts?|IOPS"
    r"|req/s|(?:requests|operations|transactions) per second)"
)
GAP = r"(?: {0,2}| ?\n *|-)"
VALUE = r"\.?\d[\d,.]*(?:e[+-]?\d+)?"
# A plain "s" on a whole number is a plural (1990s, 12s), no second.
NUMBER = re.compile(
    rf"(?<![\w.§-]){VALUE}(?: ?[-–] ?{VALUE})?(?!(?<=\d)s(?!\w)){GAP}{UNIT}(?![\w/])|(?<![\w.§-])\d+\.\d+s(?!\w)"
)
SPACES = re.compile(r"[\u00a0\u2000-\u200a\u202f\u205f\u3000\t]")
NO_PROSE = re.compile(r"\{\{.*?\}\}|<!--.*?-->|\]\([^)]*\)|<https?:[^>]*>|\{[:#.][^}]*\}")
TAG = re.compile(r"</?[A-Za-z][^>]*>")
CODE_SPAN = re.compile(r"(`+)(?P<code>.+?)\1")

Shown = set[
    tuple[str, str, str]
]  # (example, side, region), ("chart", its id, the page), or ("script", its path, region)


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


def _texts(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, str) for one in value)


# By annotation of a macro's parameter: whether a value fits, what it should be, and how that is written.
KINDS: dict[str, tuple[Callable[[object], bool], str, str]] = {
    "str": (lambda value: isinstance(value, str), "a text", "write it in quotes"),
    "list[str]": (_texts, "a list of texts", 'write ["…", "…"]'),
    "list[list[str]]": (
        lambda value: isinstance(value, list) and bool(value) and all(map(_texts, value)),
        "a list of lists of texts",
        'write [["…", "…"], ["…", "…"]]',
    ),
    "dict[str, str] | None": (
        lambda value: isinstance(value, dict) and all(isinstance(one, str) for pair in value.items() for one in pair),
        "texts by name",
        'write {"…": "…"}',
    ),
}


def with_arguments(render: Callable[..., str], check: Check) -> Check:
    """Return `check`, preceded by one of the arguments: those that `render` has, each of its kind in KINDS."""
    parameters = list(inspect.signature(render).parameters.values())[1:]  # the first is the data

    def whole(data: Data, call: Call, shown: Shown) -> str:
        remedy = f"write {{{{ {call.name}({', '.join(p.name for p in parameters)}) }}}}"
        try:
            bound = inspect.signature(render).bind(data, *call.args, **call.kwargs)
        except TypeError as error:
            return f"the arguments of '{call.name}': {error}\n{remedy}"
        given = {
            parameter.name: bound.arguments[parameter.name]
            for parameter in parameters
            if parameter.name in bound.arguments
        }
        for parameter in parameters:
            fits, kind, form = KINDS[parameter.annotation]
            if parameter.name in given and not fits(given[parameter.name]):
                return f"'{parameter.name}' of '{call.name}' is not {kind}\n{form}"
        return check(data, replace(call, args=(), kwargs=given), shown)

    return whole


def body(text: str) -> str:
    """Return a page's text with its front matter blanked, so that line numbers stay."""
    match = FRONT.match(text)
    return "\n" * match[0].count("\n") + text[match.end() :] if match else text


def front_problems(text: str, file: str) -> list[Problem]:
    """Return problems of a page's front matter: what is not YAML, and keys that change how a page is made."""
    remedy = f"front matter is YAML between two lines '---'; its keys: {', '.join(sorted(FRONT_KEYS))}"
    match = FRONT.match(text)
    if match is None:
        if text.startswith("---"):
            return [Problem(file, 1, "front matter that does not end", remedy)]
        if re.match(r" {0,3}[\w-]+:(?:\s|$)", text):
            return [Problem(file, 1, "a page that begins as front matter does", remedy)]
        return []
    try:
        content = yaml.safe_load(match["yaml"])
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 2 if error.problem_mark else 1
        return [Problem(file, line, f"front matter that is not YAML: {error.problem}", remedy)]
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        return [Problem(file, 1, f"front matter that is not YAML: {error}", remedy)]
    if not isinstance(content, dict):
        return [Problem(file, 1, "front matter without a key", remedy)]
    lines = match["yaml"].split("\n")
    problems = []
    for key, value in content.items():
        line = next((n for n, part in enumerate(lines, 2) if part.startswith(str(key))), 1)
        if key not in FRONT_KEYS:
            problems.append(Problem(file, line, f"the key '{key}' in the front matter", remedy))
        elif key == "hide":
            if not isinstance(value, list) or not set(map(str, value)) <= {"navigation", "toc", "footer", "path"}:
                problems.append(
                    Problem(file, line, "'hide' is no list of parts of the page", "write [navigation, toc]")
                )
        elif not isinstance(value, str) or "{{" in value or "{%" in value:
            problems.append(
                Problem(file, line, f"'{key}' in the front matter is not a plain text", "write it in quotes")
            )
    return problems


def _constant(node: nodes.Expr) -> object:
    if isinstance(node, nodes.Const):
        return node.value
    if isinstance(node, nodes.List):
        return [_constant(item) for item in node.items]
    if isinstance(node, nodes.Dict):
        keys = [_constant(pair.key) for pair in node.items]
        if not all(isinstance(key, str) for key in keys):
            raise nodes.Impossible
        if twice := [key for n, key in enumerate(keys) if key in keys[:n]]:
            raise ValueError(f"the name '{twice[0]}' twice")
        return {key: _constant(pair.value) for key, pair in zip(keys, node.items, strict=True)}
    raise nodes.Impossible


def _strange(environment: Environment, text: str, file: str) -> Iterator[Problem]:
    """Yield a problem for each comment and raw block of the template language, and each call in an HTML comment."""
    since = 0  # the line of the HTML comment that is open
    for line, kind, value in environment.lex(text):
        if kind == "comment_begin":
            yield Problem(file, line, "a comment of the template language", "write <!-- … -->, or remove it")
        elif kind == "raw_begin" and file != RAW:
            yield Problem(file, line, "a raw block", f"only {RAW} shows how macros are called")
        elif kind == "variable_begin" and since:
            yield Problem(file, line, "a macro call in an HTML comment", "remove it: it would be made and not be seen")
        elif kind == "data":
            for mark in re.finditer(r"<!--|-->", CODE_SPAN.sub(lambda m: " " * len(m[0]), value)):
                since = line + value.count("\n", 0, mark.start()) if mark[0] == "<!--" else 0
    if since:
        yield Problem(file, since, "an HTML comment that does not end", "close it with -->")


def _call(node: nodes.Call, name: str, file: str, checks: dict[str, Check]) -> Call | Problem:
    if name not in checks:
        return Problem(file, node.lineno, f"there is no macro '{name}'", f"one of: {', '.join(sorted(checks))}")
    constant = "write each argument as a text in quotes"
    keys = [pair.key for pair in node.kwargs]
    if node.dyn_args is not None or node.dyn_kwargs is not None or len(keys) != len(set(keys)):
        return Problem(file, node.lineno, f"arguments of '{name}' that are unpacked, or stand twice", constant)
    try:
        args = tuple(_constant(arg) for arg in node.args)
        kwargs = {pair.key: _constant(pair.value) for pair in node.kwargs}
    except nodes.Impossible:
        return Problem(file, node.lineno, f"an argument of '{name}' is not a constant", constant)
    except ValueError as error:
        return Problem(file, node.lineno, f"an argument of '{name}' holds {error}", "let each name stand once")
    return Call(name, args, kwargs, file, node.lineno)


def calls(text: str, file: str, checks: dict[str, Check]) -> tuple[list[Call], list[Problem]]:
    """Return the macro calls of a page, and a problem for each construct that is not a plain call.

    Raises ProblemError for a page whose calls cannot be told from its text.
    """
    environment = Environment(autoescape=False)
    try:
        tree = environment.parse(body(text))
        problems = list(_strange(environment, body(text), file))
    except (TemplateSyntaxError, RecursionError) as error:
        remedy = "pages hold macro calls only; a Go template or a shell expansion belongs in a script under snippets/"
        what = f"not a macro call: {getattr(error, 'message', error)}"
        raise ProblemError([Problem(file, getattr(error, "lineno", 0), what, remedy)]) from error
    found = []
    macros = f"pages call macros: {', '.join(sorted(checks))}"
    for top in tree.body:
        if not isinstance(top, nodes.Output):
            what = "a statement of the template language"
            problems.append(Problem(file, top.lineno, what, "pages hold macro calls only: {{ name(…) }}"))
            continue
        for node in top.nodes:
            if isinstance(node, nodes.TemplateData):
                continue
            if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name):
                one = _call(node, node.node.name, file, checks)
                if isinstance(one, Call):
                    found.append(one)
                else:
                    problems.append(one)
            elif isinstance(node, nodes.Name):
                problems.append(Problem(file, node.lineno, f"'{node.name}' is not defined", macros))
            elif isinstance(node, nodes.Call):
                problems.append(Problem(file, node.lineno, "a call of something that is no macro", macros))
            else:
                remedy = "compute it in a module of macros/, with a test, and call that"
                problems.append(
                    Problem(file, node.lineno, "arithmetic or a filter on a page, or a value alone", remedy)
                )
    return found, problems


def _excepted(exceptions: tuple[Exception_, ...], page: str, line: str, used: set[Exception_]) -> bool:
    for exception in exceptions:
        if exception.page == page and exception.text in line:
            used.add(exception)
            return True
    return False


def language_of(info: str) -> str:
    """Return the language that the text after an opening fence names, in lower case, or ""."""
    info = info.strip()
    if not info.startswith("{"):
        return re.split(r"[\s{]", info)[0].lower()
    plain = re.sub(r"\"[^\"]*\"|'[^']*'", "", info.strip("{} "))
    classes = [word[1:].lower() for word in plain.split() if word.startswith(".")]
    return next((word for word in classes if word not in LANGUAGES), classes[0] if classes else "")


def text_problems(text: str, file: str, page: str, data: Data, used: set[Exception_]) -> list[Problem]:
    """Return problems of a page's text: shell that was typed, includes by the generator, numbers typed by hand."""
    problems = []
    shell = "put the command into a script under snippets/ and call its example; or list its first line in docs/data/exceptions.yml, with the reason"

    def bad(line: int, what: str, remedy: str) -> None:
        problems.append(Problem(file, line, what, remedy))

    fence, opened, language = "", 0, ""
    pending = False  # the next line is the first of a block that needs an exception
    contained, blank = False, True  # whether an indented line would belong to something; whether the last line is blank
    prose: list[str] = []
    for number, line in enumerate(body(text).split("\n"), 1):
        prose.append("")
        if INCLUDE.match(line):
            remedy = 'write {{ example("section/name") }} or {{ script("lab/file.sh", "region") }}'
            bad(number, "an include of the generator's, which loses a missing region without a word", remedy)
        if pending:
            pending = False
            if not _excepted(data.shell_exceptions, page, line, used):
                bad(opened, f"a {language} block typed into a page", f"{shell}. Other blocks: {', '.join(LANGUAGES)}")
        match = FENCE.match(line)
        if match and not fence:
            fence, opened, language = match["fence"], number, language_of(match["info"])
            if not language:
                bad(number, "a code block without a language", "name it after the opening fence; 'text' if it is none")
            pending = language not in ("", *LANGUAGES)
            blank = False
            continue
        if fence:
            if match and not match["info"] and match["fence"] == fence:
                fence = ""
            elif language == "text" and PROMPT.match(line) and not _excepted(data.shell_exceptions, page, line, used):
                bad(number, "a shell command typed into a page", shell)
            continue
        indented = line.startswith(("    ", "\t"))
        if line.strip() and not line.startswith((" ", "\t")):
            contained = bool(CONTAINER.match(line))
        elif line.strip() and indented and blank and not contained:
            bad(number, "an indented code block", "use a fence, with a language")
            contained = True  # one problem a block
        blank = not line.strip()
        if re.search(r"<pre\b", CODE_SPAN.sub("", line), re.IGNORECASE):
            bad(number, "a code block as HTML", "use a fence, with a language")
        prose[-1] = line
    if fence:
        bad(opened, "a code block that does not end", "close its fence, with the same characters")
    lines = body(text).split("\n")
    joined = "\n".join(map(plain_prose, prose))
    for hit in NUMBER.finditer(joined):
        number = joined.count("\n", 0, hit.start()) + 1
        spanned = " ".join(lines[number - 1 : number + hit[0].count("\n")])
        if not _excepted(data.number_exceptions, page, spanned, used):
            remedy = "take it from a source or a result: {{ figure(…) }}, {{ result(…) }}; or list it in docs/data/exceptions.yml, with the reason"
            bad(number, f"a quantity typed by hand: '{' '.join(hit[0].split())}'", remedy)
    return problems


def plain_prose(line: str) -> str:
    """Return a line of prose as a reader sees it, for the search of numbers: no markup, calls, addresses or code.

    Code that is nothing but a number and its unit stays.
    """

    def code(match: re.Match[str]) -> str:
        return match["code"] if NUMBER.fullmatch(match["code"].strip()) else " … "

    line = SPACES.sub(" ", html.unescape(NO_PROSE.sub(" … ", TAG.sub("", CODE_SPAN.sub(code, line)))))
    return re.sub(r"[*_`~]", "", line).rstrip()


def sources(docs: Path, root: Path) -> tuple[list[Path], list[Problem]]:
    """Return every page under docs/, and a problem for each link and each page that is not named as one."""
    found: list[Path] = []
    problems = []
    for folder, below, names in os.walk(docs):
        for name in sorted(below + names):
            path = Path(folder, name)
            if path.is_symlink():
                if path.parent != docs or name not in LINKS:
                    remedy = f"put the file itself there; links under docs/: {', '.join(sorted(LINKS))}"
                    problems.append(Problem(relative(path, root), 0, "a link", remedy))
            elif name.endswith(".md"):
                found.append(path)
            elif path.suffix.lower() in MARKDOWN:
                problems.append(Problem(relative(path, root), 0, "a page that is not named as one", "name it ….md"))
    return sorted(found), problems


def given_to(call: Call, *names: str) -> dict[str, str]:
    """Return the arguments of a call by name, as texts; `names` are those of the parameters, in order."""
    return {k: str(v) for k, v in (dict(zip(names, call.args, strict=False)) | call.kwargs).items()}


def example_anchor(example: str, side: str = "", region: str = "") -> str:
    """Return the id under which a page shows an example, or a side or region of it."""
    return "-".join(filter(None, ("example", slug(example), side, region)))


def as_page(data: Data, path: str, text: str, found: list[Call]) -> Page:
    """Return what others refer to of a page: its title, the examples that it shows, and what it cites, charts included.

    The calls have been checked.
    """
    title = re.search(r"^# (.+?)\s*(?:\{.*\})?$", body(text), re.MULTILINE)
    examples: dict[tuple[str, str], None] = {}
    cites: dict[tuple[str, str], None] = {}
    for call in found:
        if call.name == "example":
            given = given_to(call, "example_id", "side", "region")
            anchor = example_anchor(given["example_id"], given.get("side", ""), given.get("region", ""))
            examples[(given["example_id"], anchor)] = None
        elif call.name == "cite":
            given = given_to(call, "key", "locator")
            cites[(given["key"], given["locator"])] = None
        elif call.name == "figure":
            given = given_to(call, "key", "name")
            cites[(given["key"], data.sources[given["key"]].figures[given["name"]].locator)] = None
        elif call.name == "chart":
            for one in data.charts[given_to(call, "chart_id")["chart_id"]].published:
                cites[(one.source, data.sources[one.source].figures[one.figure].locator)] = None
    return Page(f"/{path}", title[1] if title else path, tuple(examples), tuple(cites))


def check_pages(data: Data, checks: dict[str, Check]) -> tuple[Page, ...]:
    """Read every page under docs/ and return what others refer to of each. Raises ProblemError with every problem found.

    Also finds examples, regions and charts that no page shows, and exceptions that nothing needs.
    """
    docs = data.root / "docs"
    shown: Shown = set()
    used: set[Exception_] = set()
    read_pages: list[Page] = []
    parsed = True
    pages, problems = sources(docs, data.root)
    if not pages:
        what = "no page was found"
        raise ProblemError([Problem(relative(docs, data.root), 0, what, "pages are Markdown files under docs/")])
    for path in pages:
        file, page = relative(path, data.root), relative(path, docs)
        try:
            text = read(path, data.root)
            problems += front_problems(text, file)
            problems += text_problems(text, file, page, data, used)
            found, new = calls(text, file, checks)
        except ProblemError as error:
            problems += error.problems
            parsed = False
            continue
        problems += new
        mistakes = []
        for call in found:
            if wrong := checks[call.name](data, call, shown):
                what, _, remedy = wrong.partition("\n")
                mistakes.append(Problem(file, call.line, what, remedy))
        problems += mistakes
        if not mistakes:
            read_pages.append(as_page(data, page, text, found))
    for example in data.examples.values() if parsed else ():
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
    for path in sorted((data.root / "snippets" / LAB).glob("*.sh")) if parsed else ():
        try:
            parts = regions(path, data.root)
        except ProblemError as error:
            problems += error.problems
            continue
        for part in parts:
            if ("script", f"{LAB}/{path.name}", part.name) not in shown:
                what = f"no page shows the region '{part.name}'"
                remedy = f'call {{{{ script("{LAB}/{path.name}", "{part.name}") }}}} on a page, or remove the region'
                problems.append(Problem(relative(path, data.root), part.line - 1, what, remedy))
    drawn = {name for kind, name, _ in shown if kind == "chart"}
    for chart in data.charts.values() if parsed else ():
        if chart.id not in drawn:
            what = f"no page shows the chart '{chart.id}'"
            remedy = f'call {{{{ chart("{chart.id}") }}}} on a page, or remove the chart'
            problems.append(Problem("docs/data/charts.yml", chart.line, what, remedy))
    unused = set(data.shell_exceptions + data.number_exceptions) - used if parsed else ()
    for exception in sorted(unused, key=lambda e: e.line):
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
    return tuple(read_pages)
