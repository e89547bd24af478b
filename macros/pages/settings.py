"""The guards' own settings: what the Makefile, mkdocs.yml and pyproject.toml must say so that a check that fails is seen.

What is counted (the rules of each schema, the exceptions, what templates pass on unescaped, sentences and rows of tables
without evidence) has its bound in docs/data/guards.yml, so that loosening any of it is a change that somebody reads.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from macros.base.problems import ProblemError, Problems, read

# What each target of the Makefile must run, as words that stand in one line of its recipe, in this order.
RUNS: dict[str, tuple[str, ...]] = {
    "build": ("-m macros.pages.generate",),
    "check": ("$(MAKE) -j2 lint types built", "$(MAKE) units BUILT_SITE=build/built"),
    "read": ("-m macros",),
    "built": ("-m macros.pages.generate build/half-built", "mv build/half-built build/built"),
    "lint": ("-m ruff check", "-m ruff format --check", "-m codespell_lib"),
    "build/pymarkdown.stamp": ("-m pymarkdown --config pyproject.toml scan $(PAGES)",),
    "build/shellcheck.stamp": (".venv/bin/shellcheck -x -P snippets/lab $(SCRIPTS)",),
    "types": ("-m mypy",),
    "units": ('$(PYTEST) -n $(WORKERS) -m "not engine and not browser and not slow"',),
    "test": ('$(PYTEST) -m "browser or slow"', '$(PYTEST) -m "engine and not browser"'),
}
NEEDS = {
    "check": ("read",),
    "test": ("check",),
    "lint": ("build/pymarkdown.stamp", "build/shellcheck.stamp"),
}
# What would let a recipe go on after a check that failed, or leave a part of it out.
IGNORED = re.compile(
    r"^@?\s*-|(?:\|\||;)\s*(?:true\b|:(?!\S)|exit 0\b)|\s&\s*$|(?<!\S)(?:-k|--ignore|--deselect|--exit-zero)\b"
)
SHELL = ".SHELLFLAGS := -p -euo pipefail -c"
GUARDED = {
    "lint",
    "types",
    "units",
    "read",
    "built",
    "check",
    "test",
    "build",
    "build/pymarkdown.stamp",
    "build/shellcheck.stamp",
}
CONFIG: dict[str, Any] = {
    "strict": True,
    "validation": {
        "nav": {"omitted_files": "warn", "not_found": "warn", "absolute_links": "warn"},
        "links": {
            "not_found": "warn",
            "anchors": "warn",
            "absolute_links": "relative_to_docs",
            "unrecognized_links": "warn",
        },
    },
}
PLUGINS = {
    "search": {},
    "macros": {"module_name": "macros", "on_undefined": "strict", "on_error_fail": ["MACROS_FAIL", True]},
}
NEVER = ("hooks", "repo_url")
# Of pyproject.toml: what must be so, and what lists must hold.
SETTINGS: dict[str, Any] = {
    "tool.pytest.ini_options.testpaths": ["tests"],
    "tool.pytest.ini_options.addopts": ["--import-mode=importlib", "--strict-markers", "--strict-config", "-ra"],
    "tool.pytest.ini_options.xfail_strict": True,
    "tool.mypy.strict": True,
    "tool.mypy.files": ["macros", "snippets/runner", "tests"],
}
RULES = {"E", "F", "W", "I", "B", "UP", "SIM", "RUF", "PTH", "C4", "PIE", "RET", "ANN", "D1", "S602", "S604"}
COMMAND = 'COMMAND = ("-m", "mkdocs", "build", "--strict")'


class _Config(yaml.SafeLoader):
    """Reads mkdocs.yml, in which !ENV stands before a list of a variable and its default."""


def _environment(loader: yaml.SafeLoader, node: yaml.Node) -> object:
    assert isinstance(node, yaml.SequenceNode)
    return loader.construct_sequence(node)


_Config.add_constructor("!ENV", _environment)


def line_of(text: str, words: str) -> int:
    """Return the line in which words stand first, 1 where they stand nowhere."""
    return next((number for number, line in enumerate(text.split("\n"), 1) if words in line), 1)


def recipes(text: str) -> dict[str, tuple[int, list[str], list[tuple[int, str]]]]:
    """Return each target of a Makefile: its line, what it needs, and its recipe's lines with their numbers, continued ones joined."""
    found: dict[str, tuple[int, list[str], list[tuple[int, str]]]] = {}
    target, joined = "", False
    for number, line in enumerate(text.split("\n"), 1):
        if line.startswith("\t") and target:
            body = found[target][2]
            if joined:
                body[-1] = (body[-1][0], body[-1][1].rstrip("\\ ") + " " + line.strip())
            else:
                body.append((number, line.strip()))
            joined = line.endswith("\\")
        elif head := re.match(r"^([A-Za-z][\w./-]*):(?!=)\s*([^#]*)", line):
            target, joined = head[1], False
            found[target] = (number, head[2].split(), [])
    return found


def _holds(line: str, words: str) -> bool:
    """Return whether a line holds the words in their order, whatever stands between them."""
    return re.search(r".*?".join(rf"(?<![^\s@]){re.escape(word)}(?!\S)" for word in words.split()), line) is not None


def _check_makefile(root: Path, problems: Problems) -> None:
    path = root / "Makefile"
    text = read(path, root)
    found = recipes(text)
    if SHELL not in text:
        problems.bad(
            path, "a shell that does not stop at a failure", f"write: {SHELL}", line=line_of(text, ".SHELLFLAGS")
        )
    for words in (r"^MAKEFLAGS\b.*\s-\w*[ik]\w*", r"^\.IGNORE\b"):
        if match := re.search(words, text, re.MULTILINE):
            line = text.count("\n", 0, match.start()) + 1
            problems.bad(path, f"failures are ignored: {match[0]}", "remove it", line=line)
    for target, wanted in RUNS.items():
        line, needs, body = found.get(target, (1, [], []))
        for words in wanted:
            if not any(_holds(one.replace('"$$out"', ""), words) for _, one in body):
                problems.bad(
                    path, f"the target '{target}' does not run: {words}", "restore that line of its recipe", line=line
                )
        for name in NEEDS.get(target, ()):
            if name not in needs:
                problems.bad(
                    path, f"the target '{target}' does not need '{name}'", "restore it after the colon", line=line
                )
    for target in sorted(GUARDED & set(found)):
        for line, one in found[target][2]:
            if match := IGNORED.search(one.partition(" #")[0]):
                what = f"the target '{target}' goes on after a failure, or leaves something out: {match[0].strip()}"
                problems.bad(path, what, "remove that from its recipe", line=line)


def _differences(wanted: object, found: object, where: str = "") -> Iterator[tuple[str, object]]:
    """Yield the place and the wanted value of each part that differs; a mapping may hold more than is wanted."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        for key, value in wanted.items():
            yield from _differences(value, found.get(key), f"{where}.{key}".lstrip("."))
    elif wanted != found:
        yield where, wanted


def _check_config(root: Path, problems: Problems) -> None:
    path = root / "mkdocs.yml"
    text = read(path, root)
    try:
        content = yaml.load(text, _Config)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problems.bad(
            path,
            f"not YAML: {getattr(error, 'problem', error)}",
            "correct the syntax",
            line=mark.line + 1 if mark else 1,
        )
        return
    plugins = {
        name: more or {}
        for one in content.get("plugins", [])
        for name, more in (one.items() if isinstance(one, dict) else [(one, {})])
    }
    for where, wanted in [*_differences(CONFIG, content), *_differences(PLUGINS, plugins, "plugins")]:
        key = where.rpartition(".")[2]
        problems.bad(
            path,
            f"{where} is not {wanted!r}",
            "restore it: the build must end where something is wrong",
            line=line_of(text, f"{key}:"),
        )
    for name in sorted(set(plugins) - set(PLUGINS)):
        problems.bad(path, f"a plugin more: {name}", "CONTRIBUTING.md says why there is none", line=line_of(text, name))
    for key in NEVER:
        if key in content:
            problems.bad(path, f"the key '{key}'", "remove it: CONTRIBUTING.md says why", line=line_of(text, key))
    listed = set(re.findall(r"[\w/-]+\.md", text.partition("\nnav:")[2].partition("\n\n")[0]))
    for page in sorted((root / "docs").rglob("*.md")):
        name = page.relative_to(root / "docs").as_posix()
        if name not in listed and not name.startswith(("snippets/", "tests/")):
            problems.bad(page, "the page is not in the navigation", "add it to nav in mkdocs.yml", line=1)


def _check_settings(root: Path, problems: Problems) -> None:
    path = root / "pyproject.toml"
    text = read(path, root)
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        problems.bad(path, f"not TOML: {error}", "correct the syntax", line=int(line[1]) if line else 1)
        return

    def value(where: str) -> Any:  # noqa: ANN401, whatever the file holds
        part: Any = content
        for key in where.split("."):
            part = part.get(key) if isinstance(part, dict) else None
        return part

    for where, wanted in SETTINGS.items():
        if value(where) != wanted:
            key = where.rpartition(".")[2]
            problems.bad(
                path, f"{where} is not {wanted!r}", "restore it: a check rests on it", line=line_of(text, f"{key} = ")
            )
    if lacking := sorted(RULES - set(value("tool.ruff.lint.select") or ())):
        problems.bad(
            path,
            f"ruff no longer checks: {', '.join(lacking)}",
            "restore them under select",
            line=line_of(text, "select = "),
        )
    for one in value("tool.mypy.overrides") or ():
        if set(one) - {"module", "ignore_missing_imports"}:
            problems.bad(
                path, f"mypy checks less of {one.get('module')}", "remove the override", line=line_of(text, "overrides")
            )


def check_settings(root: Path, problems: Problems) -> None:
    """Note each setting of the checks that lets a mistake pass."""
    for check in (_check_makefile, _check_config, _check_settings):
        try:
            check(root, problems)
        except ProblemError as error:
            problems.keep(error)
    path = root / "macros" / "pages" / "generate.py"
    text = read(path, root)
    if COMMAND not in text:
        what = "the generator is not called with --strict alone"
        problems.bad(path, what, f"write: {COMMAND}", line=line_of(text, "COMMAND ="))
    path = root / "macros" / "render" / "templates.py"
    text = read(path, root)
    if not re.search(r"^    autoescape=True,$", text, re.MULTILINE):
        problems.bad(
            path,
            "templates do not escape what they are given",
            "write: autoescape=True",
            line=line_of(text, "autoescape"),
        )
