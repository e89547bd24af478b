"""What the checks count: the rules of schemas, exceptions, unescaped values, sentences and rows of tables without evidence.

docs/data/guards.yml bounds each count. A sentence has evidence if a macro gives it any (a citation, a figure, a result) or
if it links to where the evidence is. Many sentences need none, so that only their number is bounded, page by page: a
citation that is taken out, or a statement that is added without one, shows as a number that somebody has to raise.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from macros.base.problems import ProblemError, Problems, read
from macros.base.schemas import read_document, read_yaml
from macros.pages.parse import body

GUARDS = Path("docs/data/guards.yml")
HEAD = (
    "# yaml-language-server: $schema=schema/guards.json\n"
    "# How strict the checks are, at least (rules), and how much may be excepted, at most (the rest).\n"
    "# `make guards` counts again; a number that is worse than before needs a reason in the commit's message.\n"
)
# Pages about this project itself, and those whose content macros make: their sentences state nothing of the subject.
OWN = re.compile(
    r"(?:contributing|deploying|house|style|checking|lab|claims|sources|glossary)\.md|(?:claims|sources)/.*"
)
CALL = re.compile(r"\{\{.*?\}\}", re.DOTALL)
EVIDENCE = "\x00"
FENCED = re.compile(r"(?ms)^ *(`{3,}|~{3,}).*?^ *\1 *$")
SENTENCE = re.compile(r"(?<=[.!?])[*_)]*\s+(?=[*_`\[(\"A-Z\x00])")
BARRIER = re.compile(r"^(?:#|<|!!!|\?\?\?|===|\||---|\[\^)")
ITEM = re.compile(r"^\s*(?:[-*+]|\d+\.)\s+|^:\s+")
SAFE = re.compile(r"\|\s*safe\b")
# What a schema demands, a rule for each: of a list, each entry counts.
DEMANDS = {
    "pattern",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "minimum",
    "maximum",
    "format",
    "enum",
    "const",
    "type",
}
DEMANDS |= {"minProperties", "uniqueItems", "propertyNames", "oneOf", "not", "if", "then", "else", "$ref"}
Counts = dict[str, dict[str, int]]


def rules(schema: object) -> int:
    """Return how much a schema demands: more is stricter."""
    if isinstance(schema, list):
        return sum(map(rules, schema))
    if not isinstance(schema, dict):
        return 0
    count = 0
    for key, value in schema.items():
        if key == "required":
            count += len(value)
        elif (key == "additionalProperties" and value is False) or (key in DEMANDS and value not in (0, ".", "")):
            count += 1
        if key not in {"enum", "const", "required"}:
            count += rules(value)
    return count


def _blocks(text: str) -> Iterator[tuple[int, str]]:
    """Yield each paragraph and each item of a list, with its line; no heading, table, code or HTML."""
    plain = FENCED.sub(lambda match: "\n" * match[0].count("\n"), body(text))
    plain = CALL.sub(lambda match: EVIDENCE + "\n" * match[0].count("\n"), plain)
    start, lines = 0, list[str]()
    for number, line in enumerate([*plain.split("\n"), ""], 1):
        ends = not line.strip() or BARRIER.match(line.strip())
        if (ends or ITEM.match(line)) and lines:
            yield start, " ".join(lines)
            lines = []
        if not ends:
            start = start if lines else number
            lines.append(ITEM.sub("", line).strip())


def unsupported(text: str) -> list[tuple[int, str]]:
    """Return the sentences of a page that no macro and no link supports, each with the line of its paragraph."""
    return [
        (line, sentence)
        for line, block in _blocks(text)
        for sentence in SENTENCE.split(block)
        if EVIDENCE not in sentence and "](" not in sentence and re.search(r"\w+ \w+", sentence)
    ]


def typed(text: str) -> list[tuple[int, str]]:
    """Return the rows of a page's tables that hold no macro call and no link, each with its line; heads are no rows."""
    plain = FENCED.sub(lambda match: "\n" * match[0].count("\n"), body(text)).split("\n")
    found, inside = list[tuple[int, str]](), False
    for number, line in enumerate(plain, 1):
        row = line.lstrip().startswith("|")
        if row and re.fullmatch(r"[\s|:-]+", line):
            inside = True
        elif row and inside and "{{" not in line and "](" not in line:
            found.append((number, line.strip()))
        inside = inside and row
    return found


def pages(root: Path) -> Iterator[tuple[str, str]]:
    """Yield each page's path below docs/, and its text. Raises ProblemError for one that cannot be read."""
    docs = root / "docs"
    for path in sorted(docs.rglob("*.md")):
        yield path.relative_to(docs).as_posix(), read(path, root)


def counts(root: Path) -> Counts:
    """Return what the project holds of each thing that is bounded. Raises ProblemError for a file that cannot be read."""
    texts = dict(pages(root))
    exceptions, _ = read_yaml(root / "docs" / "data" / "exceptions.yml", root)
    schemas = sorted((root / "docs" / "data" / "schema").glob("*.json"))
    templates = sorted((root / "macros" / "render" / "templates").glob("*.j2"))
    some = {path.name: len(SAFE.findall(read(path, root))) for path in templates}
    return {
        "rules": {path.stem: rules(json.loads(read(path, root))) for path in schemas},
        "exceptions": {kind: len(entries) for kind, entries in exceptions.items()},
        "unescaped": {name: count for name, count in some.items() if count},
        "unsupported": {
            name: count for name, text in texts.items() if not OWN.fullmatch(name) and (count := len(unsupported(text)))
        },
        "typed": {name: count for name, text in texts.items() if (count := len(typed(text)))},
    }


def write(root: Path) -> str:
    """Write the counts as bounds, and return what was done. Raises ProblemError for a file that cannot be read."""
    lines = [HEAD]
    for kind, found in counts(root).items():
        lines.append(f"{kind}:{'' if found else ' {}'}\n")
        lines += [f'  "{name}": {count}\n' for name, count in sorted(found.items())]
    (root / GUARDS).write_text("".join(lines), "utf-8")
    return f"{GUARDS}: counted; see with git diff what became worse"


REMEDIES = {
    "unsupported": "cite what supports it, {{ cite(…) }}, or link to it",
    "typed": "let a macro make the row, or link to where its content is shown",
}
RAISED = "; or, if that cannot be, run: make guards, and say why in the commit's message"


def check_budgets(root: Path, problems: Problems) -> None:
    """Note each count that is beyond its bound, with the first place that may be one too many."""
    schema = root / "docs" / "data" / "schema" / "guards.json"
    document = read_document(root / GUARDS, schema, problems, f"restore it: git checkout -- {GUARDS}")
    try:
        found = counts(root) if document is not None else {}
    except ProblemError as error:
        problems.keep(error)
        return
    except ValueError:
        return  # a schema that is not JSON is told where data is validated
    if document is not None:
        _check_machinery(root, found, document.content, problems)
        _check_pages(root, found, document.content, problems)


def _check_machinery(root: Path, found: Counts, bounds: Counts, problems: Problems) -> None:
    """Note schemas that demand less, exceptions too many, and templates that pass on more unescaped."""
    for name in sorted(set(bounds["rules"]) | set(found["rules"])):
        have, least = found["rules"].get(name, 0), bounds["rules"].get(name, 0)
        if have < least or not least:
            what = f"the schema demands less than it did: {have} rules, at least {least}"
            problems.bad(f"docs/data/schema/{name}.json", what, f"restore what was loosened{RAISED}", line=1)
    for kind, have in found["exceptions"].items():
        most = bounds["exceptions"].get(kind, 0)
        if have > most:
            file = "docs/data/exceptions.yml"
            what = f"{have} exceptions of the kind '{kind}', at most {most}"
            line = read(root / file, root).count("\n")
            problems.bad(file, what, f"correct the text instead of excepting it{RAISED}", line=line)
    for name, have in found["unescaped"].items():
        most = bounds["unescaped"].get(name, 0)
        if have > most:
            path = root / "macros" / "render" / "templates" / name
            what = f"{have} values that are passed on unescaped, at most {most}"
            problems.bad(path, what, f"take out the filter safe{RAISED}", line=_first(read(path, root), SAFE))


def _check_pages(root: Path, found: Counts, bounds: Counts, problems: Problems) -> None:
    """Note pages with more sentences without evidence, or more rows typed by hand, than they may have."""
    texts = dict(pages(root))
    for kind, listed, words in (
        ("unsupported", unsupported, "sentences without evidence"),
        ("typed", typed, "rows of tables typed by hand"),
    ):
        for name, have in found[kind].items():
            most = bounds[kind].get(name, 0)
            if have > most:
                places = listed(texts[name])
                where = ", ".join(str(line) for line, _ in places[:12])
                what = f"{have} {words}, at most {most}: lines {where}{', …' if have > 12 else ''}"
                problems.bad(f"docs/{name}", what, f"{REMEDIES[kind]}{RAISED}", line=places[-1][0])


def _first(text: str, pattern: re.Pattern[str]) -> int:
    found = pattern.search(text)
    return text.count("\n", 0, found.start()) + 1 if found else 1
