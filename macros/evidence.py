"""Which examples a test is about, read from its text: so a claim can say when its evidence was recorded, and where it is shown."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

Functions = dict[str, ast.FunctionDef | ast.AsyncFunctionDef]


def functions(tree: ast.Module) -> Functions:
    """Return the functions that a module defines at its top level, by name."""
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def parametrized(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Return whether a test has parameters, so that a case of it can be named: its own, or the examples' sides."""
    arguments = {argument.arg for argument in function.args.args}
    return "example_side" in arguments or any("parametrize" in ast.unparse(one) for one in function.decorator_list)


def _named(tree: ast.Module) -> dict[str, ast.AST]:
    """Return what a module gives a name at its top level: functions, and the values of constants."""
    found: dict[str, ast.AST] = dict(functions(tree))
    for node in tree.body:
        if isinstance(node, ast.Assign):
            found |= {target.id: node.value for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            found[node.target.id] = node.value
    return found


def _texts(node: ast.AST, named: dict[str, ast.AST], seen: set[str]) -> Iterator[str]:
    """Yield every text in a piece of a module, and in the functions and constants of the module that it names."""
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value
        elif isinstance(part, ast.Name) and part.id in named and part.id not in seen:
            seen.add(part.id)
            yield from _texts(named[part.id], named, seen)


def examples_of(tree: ast.Module, function: str, examples: Collection[str]) -> tuple[str, ...]:
    """Return the examples that a test names, itself or through what it uses of its module, in that order."""
    named = _named(tree)
    if function not in named:
        return ()
    found = _texts(named[function], named, {function})
    return tuple(dict.fromkeys(text for text in found if text in examples))
