"""What is said to fit a schema fits it as the library reads it: rule by rule, and for the data's own schemas."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from random import Random
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from macros.base.fits import KNOWN, WITHOUT_RULE, surely_fits
from macros.base.schemas import read_toml, read_yaml
from macros.model.load import NAMES, SCHEMAS
from snippets.runner.paths import ROOT

DATA = ROOT / "docs" / "data"
TEXT = {"type": "string"}
# Rules, what fits them, and what does not.
CASES: list[tuple[dict[str, Any], list[Any], list[Any]]] = [
    ({"type": "object"}, [{}], [[], "x", None, 1]),
    ({"type": "array"}, [[]], [{}, "x"]),
    (TEXT, [""], [1, None, []]),
    ({"type": "boolean"}, [True], [1, "true"]),
    ({"type": "null"}, [None], [False, 0, ""]),
    ({"type": "number"}, [1, 1.5, -0.0], [True, "1", None]),
    ({"type": "integer"}, [1, 2.0, -3], [1.5, False, "1"]),
    ({"type": ["string", "null"]}, ["x", None], [1, []]),
    ({"enum": ["a", "b"]}, ["a"], ["c", "", None, ["a"], {"a": 1}, 1]),
    ({"const": "a"}, ["a"], ["b", None, ["a"]]),
    ({"pattern": "^a+$"}, ["aa", 1, None], ["", "ba"]),
    ({"pattern": "b"}, ["abc"], ["ac"]),
    ({"format": "date"}, ["2026-01-31", 3], ["2026-02-31", "x"]),
    ({"format": "regex"}, ["a+"], ["("]),
    ({"minLength": 2, "maxLength": 3}, ["ab", "abc", 1, [1]], ["a", "abcd"]),
    ({"minItems": 1, "maxItems": 2}, [[1], [1, 2], "", {}], [[], [1, 2, 3]]),
    ({"minProperties": 1, "maxProperties": 2}, [{"a": 1}, []], [{}, {"a": 1, "b": 1, "c": 1}]),
    ({"minimum": 0, "maximum": 1}, [0, 0.5, 1, True, "9"], [-1, 1.5]),
    ({"uniqueItems": True}, [["a", "b"], [], "aa"], [["a", "a"]]),
    ({"uniqueItems": False}, [["a", "a"]], []),
    ({"items": TEXT}, [["a"], [], {"a": 1}], [["a", 1]]),
    ({"properties": {"a": TEXT}}, [{"a": "x"}, {"b": 1}, {}, [1]], [{"a": 1}]),
    ({"properties": {"a": TEXT}, "additionalProperties": False}, [{"a": "x"}, {}, 1], [{"b": 1}, {"a": "x", "b": 1}]),
    ({"properties": {"a": {}}, "additionalProperties": TEXT}, [{"a": 1, "b": "x"}], [{"a": 1, "b": 1}]),
    ({"additionalProperties": TEXT}, [{"a": "x"}, {}], [{"a": 1}]),
    ({"propertyNames": {"maxLength": 1}}, [{"a": 1}, "aa"], [{"aa": 1}]),
    ({"required": ["a", "b"]}, [{"a": 1, "b": None}, [], "a"], [{"a": 1}, {}]),
    ({"dependentRequired": {"a": ["b"]}}, [{"b": 1}, {"a": 1, "b": 1}, {}, []], [{"a": 1}]),
    ({"not": TEXT}, [1, None], ["x"]),
    ({"not": {}}, [], [1, "x"]),
    ({"allOf": [TEXT, {"minLength": 1}]}, ["x"], ["", 1]),
    ({"anyOf": [TEXT, {"minimum": 5}]}, ["x", 5], [4]),
    ({"oneOf": [{"required": ["a"]}, {"required": ["b"]}]}, [{"a": 1}, {"b": 1}], [{}, {"a": 1, "b": 1}]),
    ({"if": TEXT, "then": {"minLength": 1}, "else": {"minimum": 1}}, ["x", 1], ["", 0]),
    ({"if": TEXT, "then": {"minLength": 1}}, ["x", 0], [""]),
    ({"if": TEXT, "else": {"minimum": 1}}, ["", 1], [0]),
    ({"$ref": "#/$defs/t", "minLength": 1, "$defs": {"t": TEXT}}, ["x"], ["", 1]),
    ({"$defs": {"l": {"type": "array", "items": {"$ref": "#/$defs/l"}}}, "$ref": "#/$defs/l"}, [[], [[[]]]], [[[1]], 1]),
]


def as_the_library_reads(rules: Any, content: Any) -> bool:  # noqa: ANN401, whatever a file holds
    checker = Draft202012Validator.FORMAT_CHECKER
    return Draft202012Validator(rules, format_checker=checker).is_valid(content)


@pytest.mark.parametrize(("rules", "fit", "misfit"), CASES, ids=[json.dumps(case[0]) for case in CASES])
def test_a_rule_is_read_as_the_library_reads_it(rules: dict[str, Any], fit: list[Any], misfit: list[Any]) -> None:
    Draft202012Validator.check_schema(rules)
    for content in fit:
        assert as_the_library_reads(rules, content) and surely_fits(json.dumps(rules), content), content
    for content in misfit:
        assert not as_the_library_reads(rules, content) and not surely_fits(json.dumps(rules), content), content


def test_every_rule_that_is_known_has_a_case() -> None:
    used = {name for rules, _, _ in CASES for name in rules}
    assert set(KNOWN) <= used <= set(KNOWN) | WITHOUT_RULE | {"$ref"}


@pytest.mark.parametrize(
    ("rules", "content"),
    [
        ({"multipleOf": 2}, 4),
        ({"patternProperties": {"a": True}}, {"a": 1}),
        ({"enum": [1]}, 1),
        ({"const": 1}, 1),
        ({"uniqueItems": True}, [1, 2]),
        ({"not": {"uniqueItems": True}}, [1, 1]),
        ({"$ref": "https://example.org/rules"}, 1),
        ({"type": "nope"}, 1),
        (True, 1),
        ("a", 1),
        (None, 1),
    ],
    ids=json.dumps,
)
def test_what_is_not_known_is_left_to_the_library(rules: object, content: object) -> None:
    """A rule without a case above, and a schema that is none, which the library names."""
    assert not surely_fits(json.dumps(rules), content)


def test_content_without_end_is_left_to_the_library() -> None:
    rules = {"$defs": {"l": {"items": {"$ref": "#/$defs/l"}}}, "$ref": "#/$defs/l"}
    content: list[Any] = []
    content.append(content)
    assert not surely_fits(json.dumps(rules), content)


def examples_of(name: str) -> Any:  # noqa: ANN401, whatever a file holds
    """Return the content of a file that the schema is for."""
    if name == "example":
        return read_toml(ROOT / "snippets/architecture/same-kernel/example.toml", ROOT)[0]
    if name in (*NAMES, "guards"):
        return read_yaml(DATA / f"{name}.yml", ROOT)[0]
    files: dict[str, Path] = {
        "machine": min(DATA.glob("results/*/machine.json")),
        "result": min(one for one in DATA.glob("results/*/*.json") if one.name != "machine.json"),
        "recorded": ROOT / "snippets/architecture/same-kernel/recorded.json",
        **{one: DATA / f"{one}.json" for one in ("read", "sealed")},
    }
    return json.loads(files[name].read_text("utf-8"))


def few(content: Any) -> Any:  # noqa: ANN401, the same
    """Return a part of it, which the library reads quickly: two of each list, and of what has many keys the first."""
    if isinstance(content, list):
        return [few(one) for one in content[:2]]
    if isinstance(content, dict):
        return {key: few(part) for key, part in list(content.items())[:20]}
    return content


def changed(content: Any, random: Random) -> Any:  # noqa: ANN401, the same
    """Return a copy in which one thing is another, is absent, or is there as well."""
    copied = [copy.deepcopy(content)]
    within: Any = copied
    where: Any = 0
    while isinstance(within[where], (dict, list)) and within[where] and random.random() < 0.85:
        within = within[where]
        where = random.choice(list(within) if isinstance(within, dict) else range(len(within)))
    match random.randrange(4):
        case 0 if within is not copied:
            del within[where]
        case 1 if isinstance(within, list) and within is not copied:
            within.append(copy.deepcopy(within[where]))
        case 1 if isinstance(within, dict):
            within["hots"] = "x"
        case _:
            within[where] = random.choice([None, True, 0, -1, 2.5, "", "x", "some words of a text, not short", [], {}])
    return copied[0]


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_schema_of_the_data_is_followed_and_refuses_as_the_library_does(name: str) -> None:
    """The files themselves are said to fit; nothing that was changed is said to fit where the library refuses it."""
    text = (DATA / "schema" / f"{name}.json").read_text("utf-8")
    rules, content = json.loads(text), examples_of(name)
    assert surely_fits(text, content), "the library would read this file again, in many times the time"
    random = Random(name)
    small = few(content)
    told = [(surely_fits(text, one), as_the_library_reads(rules, one)) for one in (changed(small, random) for _ in range(12))]
    assert (True, False) not in told
    assert (False, False) in told
