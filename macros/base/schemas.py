"""Reads YAML, JSON and TOML without their traps, validates the content against a JSON schema, and knows where each part stands."""

from __future__ import annotations

import functools
import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, ValidationError

from macros.base.fits import surely_fits
from macros.base.problems import Problem, ProblemError, Problems, read, relative

Where = tuple[str | int, ...]
"""A path of keys and positions in a document: ("charts", 3, "title")."""
Trap = tuple[int, str, str]
"""A line, what is wrong there, and the remedy."""
# The library's messages about these rules describe the schema; these words describe the data.
WORDS = {"oneOf": "fits none of the forms it may have", "not": "is not allowed here", "then": "is incomplete"}
SYNTAX = "correct the syntax in that line"


@dataclass(frozen=True)
class Document:
    """A data file as it was read: its content, the line of each part of it, and the collector of what is wrong in it."""

    path: Path
    content: Any
    problems: Problems
    lines: Mapping[Where, int] = field(default_factory=dict)

    def line(self, where: Where) -> int:
        """Return the line of `where`, or of the nearest thing around it; 0 where that is unknown."""
        while where not in self.lines and where:
            where = where[:-1]
        return self.lines.get(where, 0)

    def bad(self, where: Where, what: str, remedy: str, *, stale: bool = False) -> None:
        """Note a mistake at `where`. See `Problem`."""
        self.problems.bad(self.path, what, remedy, line=self.line(where), stale=stale)


@functools.cache
def _validator(text: str) -> Draft202012Validator:
    rules = json.loads(text)
    if not isinstance(rules, dict):
        raise ValueError("no object")
    return Draft202012Validator(rules, format_checker=Draft202012Validator.FORMAT_CHECKER)


def _misfits(validator: Draft202012Validator, content: Any) -> list[ValidationError]:  # noqa: ANN401, whatever a file holds
    """Return each way in which content does not fit. Raises SchemaError for a schema that is none.

    The schema itself is checked only where it refuses something, which is slow; a test checks all schemas.
    """
    try:
        found = list(validator.iter_errors(content))
    except Exception:
        validator.check_schema(validator.schema)
        raise
    if found:
        validator.check_schema(validator.schema)
    return sorted(found, key=lambda error: [str(part) for part in error.absolute_path])


def _message(error: ValidationError) -> str:
    message = f"{error.instance!r} {WORDS[error.validator]}" if error.validator in WORDS else error.message
    return message if len(message) < 200 else f"{message[:200]}…"


def _description(rules: Any, error: ValidationError) -> str:  # noqa: ANN401, a part of a schema
    """Return the innermost description on the way to the rule that was broken, references within the schema included."""
    found: str = rules.get("description", "")
    node = rules
    for step in error.absolute_schema_path:
        # The library's path leaves references out.
        while isinstance(node, dict) and step not in node and "$ref" in node:
            node = functools.reduce(lambda part, key: part[key], node["$ref"].removeprefix("#/").split("/"), rules)
            found = node.get("description", found)
        node = node[step]
        if isinstance(node, dict) and isinstance(node.get("description"), str):
            found = node["description"]
    return found


def validate(document: Document, schema: Path) -> bool:
    """Note each way in which a document does not fit the JSON schema; return whether it fits."""
    problems, root = document.problems, document.problems.root
    remedy = "restore it: data is validated against it"
    try:
        text = read(schema, root)
        if surely_fits(text, document.content):
            return True
        validator = _validator(text)
    except ProblemError as error:
        problems.keep(error)
        return False
    except (ValueError, RecursionError) as error:
        problems.bad(schema, f"not a JSON schema: {error}", remedy, line=getattr(error, "lineno", 0))
        return False
    try:
        misfits = _misfits(validator, document.content)
    except SchemaError as error:
        problems.bad(schema, f"not a JSON schema: {error.message}", remedy)
        return False
    for misfit in misfits:
        at = tuple(misfit.absolute_path)
        where = ".".join(map(str, at)) or "the file"
        remedy = _description(validator.schema, misfit) or f"see {relative(schema, root)}"
        if misfit.validator == "additionalProperties" and misfit.validator_value is False:
            rules, instance = cast(tuple[dict[str, Any], dict[str, Any]], (misfit.schema, misfit.instance))
            known = rules.get("properties", {})
            for key in sorted(set(instance) - set(known)):
                document.bad((*at, key), f"{where}: unknown key '{key}'", f"one of: {', '.join(known)}")
        else:
            document.bad(at, f"{where}: {_message(misfit)}", remedy)
    return not misfits


def read_document(path: Path, schema: Path, problems: Problems, remedy: str) -> Document | None:
    """Read a YAML, JSON or TOML file, as its suffix says, and validate it; return None, with the problems noted, if that fails.

    `remedy` says how to restore a file that is missing or is not JSON.
    """
    try:
        if path.suffix == ".yml":
            content, lines = read_yaml(path, problems.root)
        elif path.suffix == ".toml":
            content, lines = read_toml(path, problems.root)
        else:
            content, lines = read_json(path, problems.root, remedy), {}
    except ProblemError as error:
        problems.keep(error)
        return None
    document = Document(path, content, problems, lines)
    return document if validate(document, schema) and _one_paragraph(document) else None


def _one_paragraph(document: Document) -> bool:
    """Note each text of a YAML file with a line break, which is a blank line in the file; return whether there is none."""
    before = len(document.problems)
    for where in document.lines if document.path.suffix == ".yml" else ():
        part = document.content
        for step in where:
            part = part[step]
        if isinstance(part, str) and "\n" in part.strip():
            document.bad(where, "a text with a blank line in it", "write it as one paragraph: remove the blank line")
    return len(document.problems) == before


# -- JSON ------------------------------------------------------------------------------------------


def read_json(path: Path, root: Path, remedy: str) -> Any:  # noqa: ANN401, whatever the file holds
    """Return what a JSON file holds. Raises ProblemError for a file that is missing or is not JSON, and for a repeated key."""

    def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
        content = dict(pairs)
        if len(content) < len(pairs):
            keys = [key for key, _ in pairs]
            raise ValueError(f"the key '{min(key for key in keys if keys.count(key) > 1)}' occurs twice")
        return content

    text = read(path, root)
    try:
        return json.loads(text, object_pairs_hook=once)
    except RecursionError as error:
        raise ProblemError([Problem(relative(path, root), 0, "not JSON: nested too deeply", remedy)]) from error
    except ValueError as error:
        line = getattr(error, "lineno", 0)
        raise ProblemError([Problem(relative(path, root), line, f"not JSON: {error}", remedy)]) from error


# -- TOML ------------------------------------------------------------------------------------------

HEADER = re.compile(r"^\s*(?P<open>\[\[?)\s*(?P<name>[^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
KEY = re.compile(r"^\s*(?P<name>[A-Za-z0-9_.\"'-]+)\s*=\s*(?P<value>.*)$")
QUOTES = re.compile(r"'''|\"\"\"")


def read_toml(path: Path, root: Path) -> tuple[dict[str, Any], dict[Where, int]]:
    """Return what a TOML file holds and the line of each of its keys. Raises ProblemError for a file that is not TOML."""
    text = read(path, root)
    try:
        content = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        found = re.search(r"line (\d+)", str(error))
        line = int(found[1]) if found else 0
        raise ProblemError([Problem(relative(path, root), line, f"not TOML: {error}", SYNTAX)]) from error
    return content, _toml_lines(text)


def _toml_lines(text: str) -> dict[Where, int]:
    """Return the line of each table and key, which the standard library's parser does not report. Values may span lines."""
    lines: dict[Where, int] = {(): 1}
    table: Where = ()
    counts: dict[Where, int] = {}
    quote = ""  # the delimiter of a multi-line string that is open
    for number, line in enumerate(text.split("\n"), 1):
        if not quote:
            header, key = HEADER.match(line), KEY.match(line)
            if header:
                table = _toml_path(header["name"])
                if header["open"] == "[[":
                    lines.setdefault(table, number)
                    counts[table] = counts.get(table, -1) + 1
                    table = (*table, counts[table])
                lines.setdefault(table, number)
            elif key:
                lines.setdefault((*table, *_toml_path(key["name"])), number)
        for mark in QUOTES.findall(line):
            quote = "" if quote == mark else quote or mark
    return lines


def _toml_path(name: str) -> Where:
    return tuple(part.strip(" \"'") for part in name.split("."))


# -- YAML ------------------------------------------------------------------------------------------


class _StrictLoader(yaml.SafeLoader):
    """Notes where each key stands, and refuses duplicate keys and scalars that YAML reads as something else."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Refuse an alias: its value is not in the line that a message would name."""
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.MarkedYAMLError(problem="an alias", problem_mark=mark)
        return super().compose_node(parent, index)


TRAPS = {
    "tag:yaml.org,2002:float": "a number with a fraction",
    "tag:yaml.org,2002:timestamp": "a date",
    "tag:yaml.org,2002:bool": "a Boolean",
}


def _check(node: yaml.Node, found: list[Trap], lines: dict[Where, int], where: Where) -> None:
    lines[where] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        seen: dict[str, int] = {}
        for key, value in node.value:
            text = str(key.value)
            number = key.start_mark.line + 1
            if text in seen:
                found.append(
                    (number, f"the key '{text}' occurs twice (first in line {seen[text]})", "remove one of them")
                )
            seen[text] = number
            if key.tag != "tag:yaml.org,2002:str":
                found.append((number, f"the key {text} is read as {key.tag.rpartition(':')[2]}", f'quote it: "{text}"'))
            _check(value, found, lines, (*where, text))
            lines[(*where, text)] = number
    elif isinstance(node, yaml.SequenceNode):
        for position, value in enumerate(node.value):
            _check(value, found, lines, (*where, position))
    elif isinstance(node, yaml.ScalarNode):
        plain = not node.style  # None, or "" of the C parser
        kind = TRAPS.get(node.tag)
        if node.tag == "tag:yaml.org,2002:int" and not node.value.lstrip("-").isdigit():
            kind = "a number"
        if plain and kind and node.value not in {"true", "false"}:
            found.append((node.start_mark.line + 1, f"{node.value} is read as {kind}", f'quote it: "{node.value}"'))


def _read_fast(text: str) -> tuple[Any, dict[Where, int]] | None:
    """Read faultless YAML with the C parser, which takes a third of the time.

    Returns None if anything is wrong or there is no C parser; `_StrictLoader` then reads the text again and says what is wrong.
    """
    if not yaml.__with_libyaml__ or re.search(r"(?m)(?:^|[\s\[{,:])[&*]\S", text):
        return None
    lines: dict[Where, int] = {}
    loader = yaml.CSafeLoader(text)
    try:
        node = loader.get_single_node()
        found: list[Trap] = []
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


def read_yaml(path: Path, root: Path) -> tuple[Any, dict[Where, int]]:
    """Return what a YAML file holds and the line of each part of it.

    Raises ProblemError for a file that is missing or is not YAML, a repeated key, and an unquoted
    scalar that YAML reads as a fraction, a date or a Boolean (1.10 would become 1.1, 12:30 a number).
    """
    name = relative(path, root)
    if not path.exists():
        raise ProblemError([Problem(name, 0, "the data file is missing", "restore it: pages are made from it")])
    text = read(path, root)
    lines: dict[Where, int] = {}
    loader = None
    try:
        if fast := _read_fast(text):
            return fast
        loader = _StrictLoader(text)
        node = loader.get_single_node()
        if node is None:
            raise ProblemError([Problem(name, 0, "the data file is empty", "restore its content")])
        traps: list[Trap] = []
        _check(node, traps, lines, ())
        if traps:
            raise ProblemError(Problem(name, *trap) for trap in traps)
        content = loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        found = Problem(name, mark.line + 1 if mark else 0, f"not YAML: {error.problem}", SYNTAX)
        raise ProblemError([found]) from error
    except yaml.reader.ReaderError as error:
        line_ = text.count("\n", 0, error.position) + 1
        what = f"not YAML: the character #x{ord(text[error.position]):04x}"
        raise ProblemError([Problem(name, line_, what, "remove it")]) from error
    except RecursionError as error:
        raise ProblemError([Problem(name, 0, "not YAML: nested too deeply", SYNTAX)]) from error
    except (yaml.YAMLError, ValueError) as error:
        raise ProblemError([Problem(name, 0, f"not YAML: {error}", SYNTAX)]) from error
    finally:
        if loader is not None:
            loader.dispose()
    return content, lines
