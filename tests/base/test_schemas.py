"""The schemas of the data: each is one, and one that is not is refused as soon as it would decide something."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from macros.base.problems import Problems
from macros.base.schemas import Document, validate
from macros.model.load import SCHEMAS
from snippets.runner.paths import ROOT


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_of_the_data_is_one(name: str) -> None:
    """The build checks a schema only where it refuses data, or cannot be followed."""
    rules = json.loads((ROOT / "docs/data/schema" / f"{name}.json").read_text("utf-8"))
    Draft202012Validator.check_schema(rules)
    assert rules["$schema"] == Draft202012Validator.META_SCHEMA["$id"]


def refused(where: Path, rules: object, content: object) -> list[tuple[str, str]]:
    """Return the file and the words of each problem of a content under these rules."""
    problems = Problems(where)
    (where / "rules.json").write_text(json.dumps(rules), "utf-8")
    validate(Document(where / "data.yml", content, problems), where / "rules.json")
    return [(problem.file, problem.what) for problem in problems.found]


@pytest.mark.parametrize(
    "rules",
    [
        {"type": "nope"},
        {"required": 3},
        {"properties": ["a"]},
        {"properties": {"a": {"minLength": "x"}}},
        {"properties": {"a": {"pattern": "("}}, "required": ["b"]},
        {"required": ["b"], "$defs": []},
        ["a"],
        "a",
        None,
        False,
    ],
    ids=json.dumps,
)
def test_a_schema_that_is_none_is_named_and_not_the_data(rules: object, tmp_path: Path) -> None:
    """Whether it cannot be followed, or refuses what is sound."""
    (problem,) = refused(tmp_path, rules, {"a": "text"})
    assert problem[0] == "rules.json"
    assert problem[1].startswith("not a JSON schema: ")


def test_what_does_not_fit_is_named_in_the_data(tmp_path: Path) -> None:
    assert refused(tmp_path, {"required": ["a"]}, {"a": 1}) == []
    assert refused(tmp_path, {"required": ["b"]}, {"a": 1}) == [("data.yml", "the file: 'b' is a required property")]
