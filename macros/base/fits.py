"""Says whether content fits a JSON schema, in a fraction of the time that the library takes.

A schema becomes functions once, and each file is given to them. Only a yes counts: where content does not fit, or a
schema has a rule that is not known here, the library decides, and says what is wrong. A test compares the two.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from jsonschema import Draft202012Validator

Fits = Callable[[object], bool]
Rules = Any  # whatever a schema holds
Of = Callable[[Rules], Fits]
"""Returns the function for a part of the schema."""


class UnknownError(Exception):
    """A rule, or a case of one, which only the library decides."""


def _number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


TYPES: dict[str, Fits] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "number": _number,
    "integer": lambda value: _number(value) and value == int(value),  # type: ignore[call-overload]
}


def _type(value: Rules, _rules: Rules, _of: Of) -> Fits:
    if isinstance(value, str):
        return TYPES[value]
    several = [TYPES[name] for name in value]
    return lambda content: any(one(content) for one in several)


def _enum(value: Rules, _rules: Rules, _of: Of) -> Fits:
    if not all(isinstance(one, str) for one in value):
        raise UnknownError("a list of values of which one is no text")
    known = frozenset(value)
    return lambda content: isinstance(content, str) and content in known


def _const(value: Rules, rules: Rules, of: Of) -> Fits:
    return _enum([value], rules, of)


# -- objects ---------------------------------------------------------------------------------------


def _properties(value: Rules, _rules: Rules, of: Of) -> Fits:
    known = {key: of(part) for key, part in value.items()}

    def fits(content: object) -> bool:
        if isinstance(content, dict):
            for key, part in content.items():
                if key in known and not known[key](part):
                    return False
        return True

    return fits


def _additional(value: Rules, rules: Rules, of: Of) -> Fits:
    known, others = set(rules.get("properties", {})), of(value)
    return lambda content: (
        not isinstance(content, dict) or all(others(part) for key, part in content.items() if key not in known)
    )


def _names(value: Rules, _rules: Rules, of: Of) -> Fits:
    name = of(value)
    return lambda content: not isinstance(content, dict) or all(map(name, content))


def _required(value: Rules, _rules: Rules, _of: Of) -> Fits:
    needed = set(value)
    return lambda content: not isinstance(content, dict) or needed <= content.keys()


def _dependent(value: Rules, _rules: Rules, _of: Of) -> Fits:
    needed = {key: set(names) for key, names in value.items()}
    return lambda content: (
        not isinstance(content, dict) or all(names <= content.keys() for key, names in needed.items() if key in content)
    )


# -- arrays, texts and numbers ---------------------------------------------------------------------


def _items(value: Rules, _rules: Rules, of: Of) -> Fits:
    item = of(value)
    return lambda content: not isinstance(content, list) or all(map(item, content))


def _unique(value: Rules, _rules: Rules, _of: Of) -> Fits:
    def fits(content: object) -> bool:
        if not value or not isinstance(content, list):
            return True
        if not all(isinstance(one, str) for one in content):
            raise UnknownError("an array of which one is no text")
        return len(set(content)) == len(content)

    return fits


def _sized(kind: type, at_least: bool) -> Callable[[Rules, Rules, Of], Fits]:
    """Return the rule that bounds the length of what is of this kind."""

    def rule(value: Rules, _rules: Rules, _of: Of) -> Fits:
        if at_least:
            return lambda content: not isinstance(content, kind) or len(content) >= value  # type: ignore[arg-type]
        return lambda content: not isinstance(content, kind) or len(content) <= value  # type: ignore[arg-type]

    return rule


def _minimum(value: Rules, _rules: Rules, _of: Of) -> Fits:
    return lambda content: not _number(content) or content >= value  # type: ignore[operator]


def _maximum(value: Rules, _rules: Rules, _of: Of) -> Fits:
    return lambda content: not _number(content) or content <= value  # type: ignore[operator]


def _pattern(value: Rules, _rules: Rules, _of: Of) -> Fits:
    search = re.compile(value).search
    return lambda content: not isinstance(content, str) or search(content) is not None


def _format(value: Rules, _rules: Rules, _of: Of) -> Fits:
    checker = Draft202012Validator.FORMAT_CHECKER
    return lambda content: checker.conforms(content, value)


# -- rules made of rules ---------------------------------------------------------------------------


def _not(value: Rules, _rules: Rules, of: Of) -> Fits:
    one = of(value)
    return lambda content: not one(content)


def _all(value: Rules, _rules: Rules, of: Of) -> Fits:
    parts = [of(part) for part in value]
    return lambda content: all(part(content) for part in parts)


def _any(value: Rules, _rules: Rules, of: Of) -> Fits:
    parts = [of(part) for part in value]
    return lambda content: any(part(content) for part in parts)


def _one(value: Rules, _rules: Rules, of: Of) -> Fits:
    parts = [of(part) for part in value]
    return lambda content: sum(part(content) for part in parts) == 1


def _if(value: Rules, rules: Rules, of: Of) -> Fits:
    asked, then, otherwise = of(value), of(rules.get("then", True)), of(rules.get("else", True))
    return lambda content: then(content) if asked(content) else otherwise(content)


KNOWN: Mapping[str, Callable[[Rules, Rules, Of], Fits]] = {
    **{"type": _type, "enum": _enum, "const": _const, "format": _format, "pattern": _pattern},
    **{"properties": _properties, "additionalProperties": _additional, "propertyNames": _names},
    **{"required": _required, "dependentRequired": _dependent, "items": _items, "uniqueItems": _unique},
    **{"minLength": _sized(str, True), "maxLength": _sized(str, False), "minimum": _minimum, "maximum": _maximum},
    **{"minItems": _sized(list, True), "maxItems": _sized(list, False)},
    **{"minProperties": _sized(dict, True), "maxProperties": _sized(dict, False)},
    **{"not": _not, "allOf": _all, "anyOf": _any, "oneOf": _one, "if": _if},
}
WITHOUT_RULE = {"$schema", "$defs", "title", "description", "then", "else"}  # `if` reads the last two


def compiled(whole: Rules) -> Fits:
    """Return the function that says whether content fits a schema. Raises any exception for one that it cannot follow."""
    referred: dict[str, Fits] = {}

    def refer(address: str) -> Fits:
        """Return the function of a part that may refer to itself."""

        def fits(content: object) -> bool:
            if address not in referred:
                referred[address] = of(functools.reduce(lambda part, key: part[key], address[2:].split("/"), whole))
            return referred[address](content)

        if not re.fullmatch(r"#(/[^/~%]+)+", address):
            raise UnknownError(address)
        return fits

    def of(rules: Rules) -> Fits:
        if isinstance(rules, bool):
            return lambda _content: rules
        parts = []
        for name, value in rules.items():
            if name == "$ref":
                parts.append(refer(value))
            elif name not in WITHOUT_RULE:
                parts.append(KNOWN[name](value, rules, of))
        if len(parts) == 1:
            return parts[0]
        return lambda content: all(part(content) for part in parts)

    if not isinstance(whole, dict):
        raise UnknownError("no object")
    return of(whole)


@functools.cache
def _of_text(text: str) -> Fits | None:
    try:
        return compiled(json.loads(text))
    except Exception:  # whatever is wrong with the schema: the library says it
        return None


def surely_fits(schema: str, content: object) -> bool:
    """Return whether content fits the schema with this text, as far as can be said here: False is no answer."""
    fits = _of_text(schema)
    try:
        return fits is not None and fits(content)
    except Exception:  # the same: a rule that cannot be followed, or nesting without end
        return False
