"""Validates data against the schemas in docs/data/schema, and reads YAML without its traps."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, ValidationError

from .problems import Problem, ProblemError, read, relative

Path_ = tuple[str | int, ...]
Found = tuple[int, str, str]  # the line, what is wrong there, and the remedy
# What the library says of these rules is about the schema; this is about the data.
WORDS = {"oneOf": "fits none of the forms it may have", "not": "must not stand here", "then": "is incomplete"}


@functools.cache
def _validator(text: str) -> Draft202012Validator:
    rules = json.loads(text)
    Draft202012Validator.check_schema(rules)
    return Draft202012Validator(rules, format_checker=Draft202012Validator.FORMAT_CHECKER)


def _message(error: ValidationError) -> str:
    message = f"{error.instance!r} {WORDS[error.validator]}" if error.validator in WORDS else error.message
    return message if len(message) < 200 else f"{message[:200]}…"


def validate(content: object, schema: Path, name: str, line: Callable[[Path_], int]) -> list[Problem]:
    """Return a problem for each way in which `content` does not fit the JSON schema.

    `name` is the file's name in messages; `line` gives the line of a path of keys and positions.
    """
    root = schema.parents[3]
    try:
        validator = _validator(read(schema, root))
    except ProblemError as error:
        return error.problems
    except (ValueError, SchemaError, RecursionError) as error:
        what = f"no JSON schema: {getattr(error, 'message', error)}"
        return [
            Problem(relative(schema, root), getattr(error, "lineno", 0), what, "restore it: data is held against it")
        ]
    problems = []
    for misfit in sorted(validator.iter_errors(content), key=lambda e: [str(p) for p in e.absolute_path]):
        where = ".".join(map(str, misfit.absolute_path)) or "the file"
        remedy = misfit.schema.get("description", "") if isinstance(misfit.schema, dict) else ""
        at = line(tuple(misfit.absolute_path))
        problems.append(
            Problem(name, at, f"{where}: {_message(misfit)}", remedy or f"see docs/data/schema/{schema.name}")
        )
    return problems


def read_json(path: Path, root: Path, remedy: str) -> Any:  # noqa: ANN401, whatever the file holds
    """Read a JSON file. Raises ProblemError for one that is missing or is not JSON, and a key that stands twice."""

    def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
        keys = [key for key, _ in pairs]
        if twice := sorted({key for key in keys if keys.count(key) > 1}):
            raise ValueError(f"the key '{twice[0]}' stands twice")
        return dict(pairs)

    text = read(path, root)
    try:
        return json.loads(text, object_pairs_hook=once)
    except RecursionError as error:
        raise ProblemError([Problem(relative(path, root), 0, "not JSON: nested too deeply", remedy)]) from error
    except ValueError as error:
        line = getattr(error, "lineno", 0)
        raise ProblemError([Problem(relative(path, root), line, f"not JSON: {error}", remedy)]) from error


class _StrictLoader(yaml.SafeLoader):
    """Notes where each key stands, and refuses duplicate keys and scalars that YAML reads as something else."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Refuse an alias: what it stands for would be somewhere else than the line that a message names."""
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.MarkedYAMLError(problem="an alias", problem_mark=mark)
        return super().compose_node(parent, index)


TRAPS = {
    "tag:yaml.org,2002:float": "a number with a fraction",
    "tag:yaml.org,2002:timestamp": "a date",
    "tag:yaml.org,2002:bool": "a truth value",
}


def _check(node: yaml.Node, found: list[Found], lines: dict[Path_, int], path: Path_) -> None:
    lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        seen: dict[str, int] = {}
        for key, value in node.value:
            text = str(key.value)
            number = key.start_mark.line + 1
            if text in seen:
                found.append(
                    (number, f"the key '{text}' stands twice (first in line {seen[text]})", "remove one of them")
                )
            seen[text] = number
            if key.tag != "tag:yaml.org,2002:str":
                found.append((number, f"the key {text} is read as {key.tag.rpartition(':')[2]}", f'quote it: "{text}"'))
            _check(value, found, lines, (*path, text))
            lines[(*path, text)] = number
    elif isinstance(node, yaml.SequenceNode):
        for position, value in enumerate(node.value):
            _check(value, found, lines, (*path, position))
    elif isinstance(node, yaml.ScalarNode):
        plain = not node.style  # None, or "" of the C parser
        kind = TRAPS.get(node.tag)
        if node.tag == "tag:yaml.org,2002:int" and not node.value.lstrip("-").isdigit():
            kind = "a number"
        if plain and kind and node.value not in {"true", "false"}:
            found.append((node.start_mark.line + 1, f"{node.value} is read as {kind}", f'quote it: "{node.value}"'))


def _read_fast(text: str) -> tuple[Any, dict[Path_, int]] | None:
    """Read faultless YAML with the C parser, which takes a third of the time.

    Returns None where anything is wrong, or there is no C parser: the messages, and aliases, are `_StrictLoader`'s business.
    """
    if not yaml.__with_libyaml__ or re.search(r"(?m)(?:^|[\s\[{,:])[&*]\S", text):
        return None
    lines: dict[Path_, int] = {}
    loader = yaml.CSafeLoader(text)
    try:
        node = loader.get_single_node()
        found: list[Found] = []
        if node is None:
            return None
        _check(node, found, lines, ())
        if found:
            return None
        return loader.construct_document(node), lines
    except (yaml.YAMLError, ValueError, RecursionError):
        return None
    finally:
        loader.dispose()


def read_yaml(path: Path, root: Path) -> tuple[Any, Callable[[Path_], int]]:
    """Read a YAML file; return its content and a function from a path of keys to the line it stands in.

    Raises ProblemError for a file that is missing or is not YAML, a key that stands twice, and an unquoted
    scalar that YAML reads as a fraction, a date or a truth value (1.10 would become 1.1, 12:30 a number).
    """
    name = relative(path, root)
    if not path.exists():
        raise ProblemError([Problem(name, 0, "the data file is missing", "restore it: pages are made from it")])
    text = read(path, root)
    lines: dict[Path_, int] = {}
    loader = None
    try:
        if fast := _read_fast(text):
            content, lines = fast
            return content, functools.partial(_line, lines)
        loader = _StrictLoader(text)
        node = loader.get_single_node()
        if node is None:
            raise ProblemError([Problem(name, 0, "the data file is empty", "restore its content")])
        traps: list[Found] = []
        _check(node, traps, lines, ())
        if traps:
            raise ProblemError(Problem(name, *trap) for trap in traps)
        content = loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        found = Problem(name, mark.line + 1 if mark else 0, f"not YAML: {error.problem}", "mend the syntax")
        raise ProblemError([found]) from error
    except yaml.reader.ReaderError as error:
        line_ = text.count("\n", 0, error.position) + 1
        what = f"not YAML: the character #x{ord(text[error.position]):04x}"
        raise ProblemError([Problem(name, line_, what, "remove it")]) from error
    except RecursionError as error:
        raise ProblemError([Problem(name, 0, "not YAML: nested too deeply", "mend the syntax")]) from error
    except (yaml.YAMLError, ValueError) as error:
        raise ProblemError([Problem(name, 0, f"not YAML: {error}", "mend the syntax")]) from error
    finally:
        if loader is not None:
            loader.dispose()

    return content, functools.partial(_line, lines)


def _line(lines: Mapping[Path_, int], where: Path_) -> int:
    """Return the line of `where`, or of the nearest thing around it."""
    while where not in lines and where:
        where = where[:-1]
    return lines.get(where, 0)
