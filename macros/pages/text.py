"""The rules for a page's text: what shell, which code blocks and which numbers may be typed into it."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from macros.base.markup import CODE_SPAN
from macros.base.problems import Problems
from macros.base.quantities import plain_prose, quantities
from macros.model.exceptions import TextException, excepted
from macros.model.load import Data
from macros.model.numbers import note_typed
from macros.pages.parse import body

LANGUAGES = ("text", "yaml", "toml", "json", "python", "html")  # of code blocks; any other language needs an exception
FENCE = re.compile(r"^(?:\s*>)*\s*(?P<fence>`{3,}|~{3,})\s*(?P<info>[^`]*)$")
INCLUDE = re.compile(r"^\s*-+8<-+(?:\s|$)")  # pymdownx's include
CALL = re.compile(r"\{\{(?:(?!\{\{|\n\n).)*?\}\}", re.DOTALL)  # a macro call
PROMPT = re.compile(r"^\s*\$ [A-Za-z]")
CONTAINER = re.compile(r"(?:[-*+]|\d+[.)])\s|!!!|\?\?\?|===|\[\^|:\s|<")  # what an indented line can belong to


ELEMENT = re.compile(r"<(?P<end>/?)(?P<name>[A-Za-z][A-Za-z0-9]*)(?P<rest>(?:\s[^<>]*)?/?)>")
ACTIVE = {"script", "style", "iframe", "form", "object", "embed", "link", "meta", "base", "frame", "applet"}
RUNS = re.compile(r"(?i)\s(?:on[a-z]+|srcdoc)\s*=|javascript:")
# Elements that may span lines of a page and must be closed; what stands within a paragraph is checked where it is built.
BLOCKS = {"div", "section", "details", "figure", "table", "ul", "ol", "dl", "blockquote"}


def language_of(info: str) -> str:
    """Return the language that the text after an opening fence names, in lower case, or ""."""
    info = info.strip()
    if not info.startswith("{"):
        return re.split(r"[\s{]", info)[0].lower()
    plain = re.sub(r"\"[^\"]*\"|'[^']*'", "", info.strip("{} "))
    classes = [word[1:].lower() for word in plain.split() if word.startswith(".")]
    return next((word for word in classes if word not in LANGUAGES), classes[0] if classes else "")


def check_text(text: str, file: str, page: str, data: Data, used: set[TextException], problems: Problems) -> None:
    """Note what a page's text may not hold: typed shell, includes by the generator, numbers typed by hand.

    `page` is the page's path below docs/; `used` collects the exceptions that were needed.
    """

    def bad(line: int, what: str, remedy: str) -> None:
        problems.bad(file, what, remedy, line=line)

    prose = _check_blocks(text, page, data, used, bad)
    _check_html(prose, bad)
    _check_numbers(text, prose, page, data, used, bad)


Bad = Callable[[int, str, str], None]
SHELL = "put the command into a script under snippets/ and call its example; or list its first line in docs/data/exceptions.yml, with the reason"


def _check_blocks(text: str, page: str, data: Data, used: set[TextException], bad: Bad) -> list[str]:
    """Note what is wrong with code blocks and includes; return the lines of prose, each line of a block as an empty one."""
    fence, opened, language = "", 0, ""
    pending = False  # the next line is the first of a block that needs an exception
    contained, blank = False, True  # whether an indented line would belong to something; whether the last line is blank
    prose: list[str] = []
    for number, line in enumerate(body(text).split("\n"), 1):
        prose.append("")
        if INCLUDE.match(line):
            remedy = 'write {{ example("section/name") }} or {{ script("lab/file.sh", "region") }}'
            bad(number, "an include by the generator, which silently drops a missing region", remedy)
        if pending:
            pending = False
            if not excepted(data.shell_exceptions, page, line, used):
                bad(opened, f"a {language} block typed into a page", f"{SHELL}. Other blocks: {', '.join(LANGUAGES)}")
        match = FENCE.match(line)
        if match and not fence:
            fence, opened, language = match["fence"], number, language_of(match["info"])
            if not language:
                bad(
                    number,
                    "a code block without a language",
                    "name it after the opening fence; 'text' if there is none",
                )
            pending = language not in ("", *LANGUAGES)
            blank = False
            continue
        if fence:
            if match and not match["info"] and match["fence"] == fence:
                fence = ""
            elif language == "text" and PROMPT.match(line) and not excepted(data.shell_exceptions, page, line, used):
                bad(number, "a shell command typed into a page", SHELL)
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
    return prose


def _check_html(prose: list[str], bad: Bad) -> None:
    """Note HTML that would run, and elements that a page opens and does not close, or the reverse."""
    opened: list[tuple[str, int]] = []
    for number, line in enumerate(prose, 1):
        for tag in ELEMENT.finditer(CODE_SPAN.sub("", line)):
            name = tag["name"].lower()
            if name in ACTIVE or RUNS.search(tag["rest"]):
                remedy = "pages contain text; scripts and forms belong in the theme or in docs/assets/js"
                bad(number, f"HTML that would run: {tag[0]}", remedy)
            elif name not in BLOCKS or tag["rest"].endswith("/"):
                continue
            elif not tag["end"]:
                opened.append((name, number))
            elif opened and opened[-1][0] == name:
                opened.pop()
            else:
                bad(number, f"</{name}> closes nothing", "remove it, or open the element")
    for name, number in opened:
        bad(number, f"<{name}> is not closed", f"write </{name}> where it ends")


def _check_numbers(text: str, prose: list[str], page: str, data: Data, used: set[TextException], bad: Bad) -> None:
    """Note each quantity typed by hand."""
    lines = body(text).split("\n")
    calls = CALL.sub(lambda call: " … " + "\n" * call[0].count("\n"), "\n".join(prose))  # over several lines, too
    joined = "\n".join(map(plain_prose, calls.split("\n")))
    for hit in quantities(joined):
        number = joined.count("\n", 0, hit.start()) + 1
        spanned = " ".join(lines[number - 1 : number + hit[0].count("\n")])
        if not excepted(data.number_exceptions, page, spanned, used):
            note_typed(hit, "take it from a source or a result: {{ figure(…) }}, {{ result(…) }}", partial(bad, number))
