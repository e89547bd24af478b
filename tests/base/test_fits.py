"""What the fast library lets pass, the one that says what is wrong lets pass too: for each of the data's schemas."""

from __future__ import annotations

import copy
import datetime
import json
from pathlib import Path
from random import Random
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from macros.base.fits import surely_fits
from macros.base.schemas import read_toml, read_yaml
from macros.model.load import NAMES, SCHEMAS
from snippets.runner.paths import ROOT

DATA = ROOT / "docs" / "data"


def as_the_library_reads(rules: Any, content: Any) -> bool:  # noqa: ANN401, whatever a file holds
    checker = Draft202012Validator.FORMAT_CHECKER
    return Draft202012Validator(rules, format_checker=checker).is_valid(content)


@pytest.mark.parametrize(("schema", "content"), [("{", 1), ('{"type": "nope"}', 1), ("{}", datetime.date(2026, 1, 31))])
def test_what_cannot_be_followed_is_left_to_the_other(schema: str, content: object) -> None:
    """A schema that is none, and content that JSON cannot hold."""
    assert not surely_fits(schema, content)


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
    told = [
        (surely_fits(text, one), as_the_library_reads(rules, one))
        for one in (changed(small, random) for _ in range(12))
    ]
    assert (True, False) not in told
    assert (False, False) in told
