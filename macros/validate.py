"""Validates data against the schemas in docs/data/schema, and reads YAML without its traps."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

from .problems import Problem, ProblemError, relative

Path_ = tuple[str | int, ...]


def validate(content: object, schema: Path, name: str, line: Callable[[Path_], int]) -> list[Problem]:
    """Return a problem for each way in which `content` does not fit the JSON schema.

    `name` is the file's name in messages; `line` gives the line of a path of keys and positions.
    """
    rules = json.loads(schema.read_text("utf-8"))
    problems = []
    for error in sorted(
        Draft202012Validator(rules).iter_errors(content), key=lambda e: [str(p) for p in e.absolute_path]
    ):
        where = ".".join(map(str, error.absolute_path)) or "the file"
        message = error.message if len(error.message) < 200 else f"{error.message[:200]}…"
        remedy = error.schema.get("description", "") if isinstance(error.schema, dict) else ""
        problems.append(
            Problem(
                name,
                line(tuple(error.absolute_path)),
                f"{where}: {message}",
                remedy or f"see docs/data/schema/{schema.name}",
            )
        )
    return problems


class _StrictLoader(yaml.SafeLoader):
    """Notes where each key stands, and refuses duplicate keys and scalars that YAML reads as something else."""

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self.found: list[tuple[int, str, str]] = []


TRAPS = {
    "tag:yaml.org,2002:float": "a number with a fraction",
    "tag:yaml.org,2002:timestamp": "a date",
    "tag:yaml.org,2002:bool": "a truth value",
}


def _check(node: yaml.Node, loader: _StrictLoader, lines: dict[Path_, int], path: Path_) -> None:
    lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        seen: dict[str, int] = {}
        for key, value in node.value:
            text = str(key.value)
            number = key.start_mark.line + 1
            if text in seen:
                loader.found.append(
                    (number, f"the key '{text}' stands twice (first in line {seen[text]})", "remove one of them")
                )
            seen[text] = number
            if key.tag != "tag:yaml.org,2002:str":
                loader.found.append(
                    (number, f"the key {text} is read as {key.tag.rpartition(':')[2]}", f'quote it: "{text}"')
                )
            _check(value, loader, lines, (*path, text))
            lines[(*path, text)] = number
    elif isinstance(node, yaml.SequenceNode):
        for position, value in enumerate(node.value):
            _check(value, loader, lines, (*path, position))
    elif isinstance(node, yaml.ScalarNode):
        plain = node.style is None
        kind = TRAPS.get(node.tag)
        if node.tag == "tag:yaml.org,2002:int" and not node.value.lstrip("-").isdigit():
            kind = "a number"
        if plain and kind and node.value not in {"true", "false"}:
            loader.found.append(
                (node.start_mark.line + 1, f"{node.value} is read as {kind}", f'quote it: "{node.value}"')
            )


def read_yaml(path: Path, root: Path) -> tuple[Any, Callable[[Path_], int]]:
    """Read a YAML file; return its content and a function from a path of keys to the line it stands in.

    Raises ProblemError for a file that is missing or is not YAML, a key that stands twice, and an unquoted
    scalar that YAML reads as a fraction, a date or a truth value (1.10 would become 1.1, 12:30 a number).
    """
    name = relative(path, root)
    if not path.is_file():
        raise ProblemError([Problem(name, 0, "the data file is missing", "restore it: pages are made from it")])
    loader = _StrictLoader(path.read_text("utf-8"))
    lines: dict[Path_, int] = {}
    try:
        node = loader.get_single_node()
        if node is None:
            raise ProblemError([Problem(name, 0, "the data file is empty", "restore its content")])
        _check(node, loader, lines, ())
        if loader.found:
            raise ProblemError(Problem(name, *found) for found in loader.found)
        content = loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise ProblemError(
            [Problem(name, mark.line + 1 if mark else 0, f"not YAML: {error.problem}", "mend the syntax")]
        ) from error
    finally:
        loader.dispose()

    def line(where: Path_) -> int:
        while where not in lines and where:
            where = where[:-1]
        return lines.get(where, 0)

    return content, line
