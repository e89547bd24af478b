"""The tests on which claims rest, read from their text: whether each exists, and which examples it is about.

A test says which examples it is about by a marker, `@pytest.mark.example("section/name", …)`; the fixture that runs
examples refuses all others.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from macros.base.problems import ProblemError, read

Function = ast.FunctionDef | ast.AsyncFunctionDef
MARKER = "example"


class Tests:
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
        return () if found is None else tuple(dict.fromkeys(marked_examples(found)))


def parametrized(function: Function) -> bool:
    """Return whether a test has parameters, so that a case of it can be named: its own, or the examples' sides."""
    arguments = {argument.arg for argument in function.args.args}
    return "example_side" in arguments or any("parametrize" in ast.unparse(one) for one in function.decorator_list)


def marked_examples(function: Function) -> Iterator[str]:
    """Yield the examples that the markers of a test name."""
    for decorator in function.decorator_list:
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == f"pytest.mark.{MARKER}":
            for argument in decorator.args:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield argument.value
