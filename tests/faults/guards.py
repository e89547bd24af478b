"""The kinds of faults in what checks and builds: the guards' own settings, schemas, exceptions, tests, theme and scripts."""

from __future__ import annotations

import re
from random import Random

from tests.faults.content import PAGES, TESTS
from tests.faults.draw import Fault, Kind, Replace, Tree, add, append, encoded, halved, remove, swap

MAKEFILE, CONFIG, PROJECT = ("Makefile",), ("mkdocs.yml",), ("pyproject.toml",)
SCHEMAS, EXCEPTIONS = ("docs/data/schema/*.json",), ("docs/data/exceptions.yml",)
CSS, JS, SVG = ("docs/assets/css/*.css",), ("docs/assets/js/*.js",), ("docs/assets/diagrams/*.svg",)
TEMPLATES, THEME = ("macros/render/templates/*.j2",), ("theme/main.html",)
GENERATE = ("macros/pages/generate.py",)
FETCHED = (
    '@import "https://example.org/x.css";\n',
    "body { background: url(//example.org/x.png); }\n",
    "@font-face { font-family: x; src: url('https://example.org/x.woff2'); }\n",
)
# Where a recipe runs a check: what follows the line's tab.
CHECK = r"(?P<line>^\t@?[^\n]*-m (?:mypy|ruff|macros(?! sources| guards)|codespell_lib|pymarkdown|pytest|macros\.pages\.generate)\b[^\n\\#]*?)(?P<rest>(?: #[^\n]*|\s*\|\|[^\n]*|\s*&& \\)?)$"


def excepted(tree: Tree, random: Random) -> Fault:
    """Type a quantity into a page and except it, with any reason."""
    file = EXCEPTIONS[0]
    page = random.choice(tree.files(*PAGES)).removeprefix("docs/")
    entry = f'  - page: {page}\n    text: "{random.choice(["the", "and", "is a", "of the"])}"\n    reason: "It is known to everybody."\n'
    return Fault(file, (tree.text(file) + entry).encode(), f"{file}: an exception for {page}")


def loosened(match: re.Match[str], random: Random) -> str | None:
    """Return a rule of a schema that demands less."""
    if match["kind"] == "required":
        names = re.findall(r'"[^"]+"', match["value"])
        return f'"required": [{", ".join(names[1:])}]' if len(names) > 1 else None
    if match["kind"] == "additionalProperties":
        return '"additionalProperties": true'
    if match["kind"] == "pattern":
        return '"pattern": "."'
    return f'"{match["kind"]}": 0'


def presence(match: re.Match[str], _: Random) -> str:
    """Return an assertion of mere presence in the place of the last one of a test."""
    return f"{match['indent']}assert True\n"


B, X, T, W = "the guards' settings", "schemas and exceptions", "tests that are evidence", "the site's own files"
RULE = r'"(?P<kind>required|additionalProperties|pattern|minLength|minItems)": (?P<value>\[[^\]]*\]|false|"(?:[^"\\]|\\.)*"|\d+)'
SKIPS = ('pytest.skip("later")', "return")


def _skipped(match: re.Match[str], random: Random) -> str:
    return f"{match[0]}    {random.choice(SKIPS)}\n"


skipped: Replace = _skipped
# fmt: off
KINDS = [
    Kind(B, "--strict taken out of the build", swap(GENERATE, r', "--strict"', "")),
    Kind(B, "a check whose failure is ignored", swap(MAKEFILE, CHECK, lambda m, r: m["line"] + r.choice((" || true", "; true", " || :")) if not m["rest"].strip().startswith("||") else None)),
    Kind(B, "a check taken out of the Makefile", swap(MAKEFILE, CHECK.replace("[^\\n]*?-m", "[^\\n]*-m"), "")),
    Kind(B, "a line of a recipe that may fail", swap(MAKEFILE, r"^\t@(?=\$\((?:RUN\) -m (?:macros|mypy|ruff)\b(?! sources| guards)|PYTEST\)))", "\t-@")),
    Kind(B, "the shell's options", swap(MAKEFILE, r"-euo pipefail", "-uo pipefail")),
    Kind(B, "strict: true of mkdocs.yml", swap(CONFIG, r"^strict: true$", "strict: false")),
    Kind(B, "a level of validation", swap(CONFIG, r"(?<=: )warn(?=[,}])", lambda m, r: r.choice(("info", "ignore")))),
    Kind(B, "a macro that may fail", swap(CONFIG, r"(?P<k>on_error_fail: )!ENV \[MACROS_FAIL, true\]|on_undefined: strict", lambda m, r: "on_error_fail: false" if m["k"] else "on_undefined: keep")),
    Kind(B, "mypy less strict", swap(PROJECT, r"^strict = true$", "strict = false")),
    Kind(B, "rules of the linter fewer", swap(PROJECT, r'(?<=^select = \[)"E", "F", ', "")),
    Kind(B, "pytest leaves tests out", swap(PROJECT, r'(?<=^addopts = \[)', '"--deselect=tests/render", ')),
    Kind(B, "tests that are expected to fail", swap(PROJECT, r"^xfail_strict = true$", "xfail_strict = false")),
    Kind(X, "a schema loosened", swap(SCHEMAS, RULE, loosened)),
    Kind(X, "a schema emptied", swap(SCHEMAS, r'"enum": \[[^\]]+\]', '"type": "string"')),
    Kind(X, "a schema removed", remove(*SCHEMAS)),
    Kind(X, "an exception with any reason", excepted),
    Kind(X, "a data file that nothing reads", add("docs/data/cliams.yml", "[]\n")),
    Kind(T, "skipped or ended at its beginning", swap(TESTS, r"@pytest\.mark\.claim\([^\n]*\n(?:@[^\n]*\n)*def [^\n]*:\n(?:    \"\"\"[^\n]*\"\"\"\n)?", skipped)),
    Kind(T, "left with an assertion of mere presence", swap(TESTS, r"(?P<head>@pytest\.mark\.claim\([^\n]*\n(?:@[^\n]*\n)*def [^\n]*:\n)(?:    [^\n]*\n|\n(?=    ))+", lambda m, r: m["head"] + "    assert run_example\n")),
    Kind(W, "a style sheet that fetches from another host", append(CSS, lambda r: r.choice(FETCHED))),
    Kind(W, "half a script of the site", halved(*JS)),
    Kind(W, "half a drawing", halved(*SVG)),
    Kind(W, "text that reaches a page unescaped", swap(TEMPLATES, r"\{\{ ?(?P<name>[a-z_.]+)(?: \| literal)? ?\}\}", "{{ \\g<name> | safe }}")),
    Kind(W, "escaping turned off", swap(("macros/render/templates.py",), r"autoescape=True", "autoescape=False")),
    Kind(W, "a page that is in no navigation", add("docs/stray.md", "# Stray\n\nIt is here.\n")),
    Kind(W, "a style sheet in another encoding", encoded(*CSS)),
    Kind(W, "a term explained by itself", swap(("docs/data/glossary.yml",), r'(?<=term: ")(?P<t>[^"]+)(?P<mid>".*?meaning: ")[^"]+', lambda m, r: f"{m['t']}{m['mid']}{m['t'].capitalize()}, as used on this site.")),
]
# fmt: on
