"""The tests on which claims rest, read from their text: whether each exists, and which examples it is about.

A test says by markers which examples it is about, `@pytest.mark.example("section/name", …)` (the fixture that runs
examples refuses all others), and which claim's verdict it bears out, `@pytest.mark.claim("A1", "holds")`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from macros.base.problems import ProblemError, read, relative

Function = ast.FunctionDef | ast.AsyncFunctionDef
EXAMPLE, CLAIM = "example", "claim"  # the names of the markers
FOLDER = "tests"


class KnownTests:
    """The tests of the project, each file read once. A file that cannot be read has none."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._files: dict[str, dict[str, Function]] = {}

    def functions(self, file: str) -> dict[str, Function]:
        """Return the functions that a file defines at its top level, by name; `file` is relative to the root."""
        if file not in self._files:
            try:
                body = ast.parse(read(self.root / file, self.root)).body
            except (ProblemError, SyntaxError, ValueError, RecursionError):
                body = []
            self._files[file] = {node.name: node for node in body if isinstance(node, Function)}
        return self._files[file]

    def function(self, node_id: str) -> Function | None:
        """Return the function of a node id, FILE::FUNCTION or FILE::FUNCTION[CASE], or None if there is no such test."""
        file, _, name = node_id.partition("::")
        name, _, case = name.partition("[")
        found = self.functions(file).get(name)
        return None if found is None or (case and not parametrized(found)) else found

    def examples(self, node_id: str) -> tuple[str, ...]:
        """Return the examples that a test is about, in the order of its marker; none where there is no such test."""
        found = self.function(node_id)
        return () if found is None else tuple(dict.fromkeys(name for names in marked(found, EXAMPLE) for name in names))

    def verdicts(self, node_id: str) -> dict[str, str]:
        """Return the verdicts that a test bears out, by claim; none where there is no such test."""
        found = self.function(node_id)
        return {} if found is None else dict(pair for pair in marked(found, CLAIM) if len(pair) == 2)

    def evidence(self) -> dict[str, tuple[Path, int, dict[str, str]]]:
        """Return every test that bears out a verdict: by FILE::FUNCTION its file, its line and its verdicts by claim."""
        found = {}
        for path in sorted((self.root / FOLDER).rglob("test_*.py")):
            file = relative(path, self.root)
            for name, function in self.functions(file).items():
                if verdicts := self.verdicts(f"{file}::{name}"):
                    found[f"{file}::{name}"] = (path, function.lineno, verdicts)
        return found


def parametrized(function: Function) -> bool:
    """Return whether a test has parameters, so that a case of it can be named: its own, or the examples' sides."""
    arguments = {argument.arg for argument in function.args.args}
    return "example_side" in arguments or any("parametrize" in ast.unparse(one) for one in function.decorator_list)


def marked(function: Function, marker: str) -> Iterator[tuple[str, ...]]:
    """Yield the texts that each marker of this name gives to a test."""
    for decorator in function.decorator_list:
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == f"pytest.mark.{marker}":
            constants = (argument.value for argument in decorator.args if isinstance(argument, ast.Constant))
            yield tuple(value for value in constants if isinstance(value, str))


def weakness(function: Function) -> str:
    """Return why a test is no evidence: it is left out, ends before it asserts anything, or asserts mere presence; "" if it is."""
    for decorator in function.decorator_list:
        if re.search(r"\.(?:skip|skipif|xfail)\b", ast.unparse(decorator)):
            return "is skipped, or may fail"
    for node in function.body:
        if isinstance(node, ast.Return | ast.Raise):
            return "ends before it asserts anything"
        if isinstance(node, ast.Expr) and re.match(r"pytest\.(?:skip|xfail|importorskip)\(", ast.unparse(node)):
            return "is skipped, or may fail"
    for inner in ast.walk(function):
        if isinstance(inner, ast.Assert) and any(
            isinstance(part, ast.Compare | ast.Call) for part in ast.walk(inner.test)
        ):
            return ""
        if isinstance(inner, ast.Call) and re.match(r"_?(?:assert|check|hold|show|agree)", ast.unparse(inner.func)):
            return ""
    return "asserts nothing but that something is there"
