"""Lints the prose of the pages and of the data that they show, and draws sentences for an audit.

`make lint` runs it without arguments, `make check PAGE=` with one file. It reports what proselint finds, the words that docs/style.md gives up, and
sentences longer than a limit. tests/prose.toml has the words, the limit and each file's budget of findings; a budget
has to be used up, so that it can only shrink. `python -m tests.prose sample` prints 100 sentences drawn at random, with
the commit's hash as the seed, so that nobody chooses them.
"""

from __future__ import annotations

import random
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml
from proselint.checks import __register__
from proselint.config import DEFAULT
from proselint.registry import CheckRegistry
from proselint.registry.checks import Check, types
from proselint.tools import LintFile

from macros.base.quantities import plain_prose
from macros.pages.parse import body
from macros.pages.text import CALL, FENCE

ROOT = Path(__file__).parent.parent
RULES = tomllib.loads((ROOT / "tests" / "prose.toml").read_text("utf-8"))
# No typography: Markdown has straight quotes, and a macro call leaves a space on each side. No archaism: it takes
# "for every" for "for ever". No uncomparables ("more unique"): they take more time than the rest.
CHECKS = DEFAULT["checks"] | {"typography": False, "archaism": False, "uncomparables": False}
NEW_BLOCK = re.compile(r"\s*(?:[-*+]|\d+[.)]|#+|>|\||!!!|\?\?\?|===)\s|\s*$")
END = re.compile(r"(?<=[.!?])[\"')\]]*\s+(?=[^\s.])")
FIGURE = re.compile(r"\{[a-z0-9-]+:[a-z0-9-]+\}")


@dataclass(frozen=True)
class Sentence:
    """A sentence as a reader sees it: file below the root, line, and text with … for each figure."""

    file: str
    line: int
    text: str

    @property
    def words(self) -> int:
        """How many words it has; a figure is none."""
        return len(re.findall(r"[^\W\d_][\w'’-]*", self.text))


def _page_lines(text: str) -> list[str]:
    """Return a page's lines as prose; those of code blocks, comments and front matter are empty."""
    lines, fence = [], ""
    for line in CALL.sub(lambda call: " … " + "\n" * call[0].count("\n"), body(text)).split("\n"):
        match = FENCE.match(line)
        if match and (not fence or match["fence"].startswith(fence)):
            fence = "" if fence else match["fence"]
            lines.append("")
        else:
            lines.append("" if fence else line)
    return lines


@cache
def _blocks(file: Path) -> list[tuple[int, str]]:
    return list(_each_block(file))


def _each_block(file: Path) -> Iterator[tuple[int, str]]:
    """Yield each paragraph, list item and table cell of a page, or each text of a data file, with its first line."""
    text = file.read_text("utf-8")
    if file.suffix == ".yml":
        nodes = [yaml.compose(text, Loader=yaml.CSafeLoader)]
        while nodes:
            node = nodes.pop()
            if isinstance(node, yaml.ScalarNode):
                if " " in node.value:
                    yield node.start_mark.line + 1, plain_prose(FIGURE.sub(" … ", node.value).replace("\n", " "))
            elif isinstance(node, yaml.MappingNode):
                nodes += [part for key, value in node.value for part in (value, key)]
            elif node is not None:
                nodes += node.value
        return
    block: list[str] = []
    first = 1
    for number, line in enumerate([*_page_lines(text), ""], 1):
        if NEW_BLOCK.match(line) and block:
            yield first, " ".join(block)
            block = []
        if line.lstrip().startswith("|"):
            yield from ((number, plain_prose(cell)) for cell in line.strip().strip("|").split("|"))
        elif line.strip():
            first = first if block else number
            block.append(plain_prose(re.sub(r"^\s*(?:[-*+]|\d+[.)]|#+|>)\s+", "", line)).strip())


def sentences(file: Path) -> list[Sentence]:
    """Return the sentences of a page or a data file. What has no verb's worth of words, such as a heading, is none."""
    name = file.relative_to(ROOT).as_posix()
    found = [Sentence(name, line, " ".join(one.split())) for line, text in _blocks(file) for one in END.split(text)]
    return [one for one in found if one.words >= 4 and one.text.rstrip("\"')").endswith((".", "!", "?", ":"))]


def files() -> list[Path]:
    """Return the pages, and the data files whose texts they show."""
    docs = ROOT / "docs"
    pages = [page for page in docs.rglob("*.md") if not {"snippets", "tests"} & set(page.relative_to(docs).parts[:1])]
    return sorted([*pages, *(ROOT / name for name in RULES["data"])])


def findings(only: str = "") -> dict[str, list[str]]:
    """Return what is wrong with the prose of each file, or of one, a line each, beginning with its place."""
    read = [file for file in files() if only in {"", file.relative_to(ROOT).as_posix()}]
    every = {file.relative_to(ROOT).as_posix(): _blocks(file) for file in read}
    found: dict[str, list[tuple[int, str]]] = {name: [] for name in every}
    # One text for all files, which is quicker: a block on each odd line, and a stop between it and the next.
    places = [(name, line) for name, blocks in every.items() for line, _ in blocks]
    text = "\n.\n".join(" ".join(block.split()) for blocks in every.values() for _, block in blocks)
    for result in LintFile("prose", text).lint({"max_errors": 10_000, "checks": CHECKS}):
        name, line = places[(result.pos[0] - 1) // 2]
        found[name].append((line, f"{result.check_result.check_path}: {result.check_result.message}"))
    for one in (one for file in read for one in sentences(file)):
        if one.words > RULES["words"]:
            what = f"a sentence of {one.words} words, at most {RULES['words']}: {one.text}"
            found[one.file].append((one.line, what))
    return {name: [f"{name}:{line}: {what}" for line, what in sorted(hits)] for name, hits in found.items()}


@cache
def _register() -> None:
    """Tell proselint of its own checks and of the house's words, once."""
    house = Check(
        check_type=types.PreferredFormsSimple(items=RULES["instead"]),
        path="house",
        message="write '{}', not '{}' (docs/style.md)",
    )
    CheckRegistry().register_many([*__register__, house])
    CHECKS["house"] = True


def check(only: str = "") -> int:
    """Print the findings of each file, or of one, that has more, or fewer, than its budget; return the exit code."""
    _register()
    told, every = list[str](), findings(only)
    budget = {name: count for name, count in RULES["budget"].items() if only in {"", name}}
    for name, found in every.items():
        allowed = budget.pop(name, 0)
        if len(found) > allowed:
            told += [*found, f"    {len(found)} found, {allowed} allowed; remedy: mend the sentence"]
        elif len(found) < allowed:
            told.append(f"tests/prose.toml: {name} has {len(found)} findings, {allowed} allowed; remedy: lower it")
    told += [f"tests/prose.toml: there is no file {name}; remedy: remove it" for name in budget]
    count = sum(map(len, every.values()))
    print("\n".join(told or [f"prose: {count} findings in {len(every)} files, all within their budgets"]))
    return bool(told)


def sample(count: int = 100) -> int:
    """Print sentences of the pages drawn at random, seeded by the commit's hash; return the exit code."""
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True)
    every = [one for file in files() if file.suffix == ".md" for one in sentences(file)]
    print(f"seed {commit.stdout.strip()}: {count} of {len(every)} sentences")
    for one in random.Random(commit.stdout.strip()).sample(every, count):
        print(f"{one.file}:{one.line}: {one.text}")
    return 0


if __name__ == "__main__":
    sys.exit(sample() if sys.argv[1:] == ["sample"] else check(*sys.argv[1:2]))
