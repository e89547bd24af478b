"""What editors and the dev container are told: each schema is wired to the files that it is for, and what is named exists."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from macros.model.load import SCHEMAS
from macros.pages.settings import recipes
from snippets.runner.paths import ROOT

DATA = ROOT / "docs" / "data"
MODELINE = re.compile(r"# yaml-language-server: \$schema=(?P<schema>\S+)")


def read(name: str) -> Any:  # noqa: ANN401, whatever the file holds
    return json.loads((ROOT / name).read_text("utf-8"))


@pytest.mark.parametrize("path", sorted(DATA.glob("*.yml")), ids=lambda path: path.stem)
def test_a_data_file_names_its_schema_in_its_first_line(path: Path) -> None:
    match = MODELINE.fullmatch(path.read_text("utf-8").split("\n")[0])
    assert match, f"{path.name}:1: write # yaml-language-server: $schema=schema/{path.stem}.json"
    schema = path.parent / match["schema"]
    assert schema.stem == path.stem
    jsonschema.validate(yaml.safe_load(path.read_text("utf-8")), json.loads(schema.read_text("utf-8")))


def test_every_schema_is_wired_to_files_that_fit_it() -> None:
    wired = {path.stem for path in DATA.glob("*.yml")}
    for one in read(".vscode/settings.json")["json.schemas"]:
        schema = ROOT / one["url"]
        files = [path for pattern in one["fileMatch"] for path in ROOT.glob(pattern.lstrip("/"))]
        assert files, one
        for path in files[:20]:
            jsonschema.validate(json.loads(path.read_text("utf-8")), json.loads(schema.read_text("utf-8")))
        wired.add(schema.stem)
    (rule,) = tomllib.loads((ROOT / ".taplo.toml").read_text("utf-8"))["rule"]
    assert len([path for pattern in rule["include"] for path in ROOT.glob(pattern)]) > 50
    wired.add((ROOT / rule["schema"]["path"]).stem)
    assert wired == set(SCHEMAS)


def test_the_tag_of_the_configuration_is_known() -> None:
    assert "!ENV [" in (ROOT / "mkdocs.yml").read_text("utf-8")
    assert read(".vscode/settings.json")["yaml.customTags"] == ["!ENV sequence"]


def commands(words: str) -> None:
    """Assert that a command is a target of make, or a script that is there."""
    first, second, *_ = [*words.split(), ""]
    if first == "make":
        assert second in recipes((ROOT / "Makefile").read_text("utf-8")), words
    else:
        assert first == "bash" and (ROOT / second).is_file(), words


def test_tasks_are_targets_of_make() -> None:
    tasks = read(".vscode/tasks.json")["tasks"]
    assert len(tasks) == 3
    for task in tasks:
        commands(task["command"])
    pattern = tasks[0]["problemMatcher"]["pattern"]
    match = re.match(pattern["regexp"], "docs/index.md:7: a quantity typed by hand: '12 ms'")
    assert match and match.groups() == ("docs/index.md", "7", "a quantity typed by hand: '12 ms'")


def test_the_dev_container_sets_up_by_make_and_serves_the_port() -> None:
    given = read(".devcontainer/devcontainer.json")
    assert (ROOT / ".devcontainer" / given["build"]["dockerfile"]).is_file()
    commands(given["postCreateCommand"])
    commands(given["postStartCommand"])
    assert given["forwardPorts"] == [8000]
    assert set(given["customizations"]["vscode"]["extensions"]) <= set(read(".vscode/extensions.json")["recommendations"])
    text = (ROOT / ".devcontainer" / "Dockerfile").read_text("utf-8")
    for package in ("git", "make", "python3-venv"):
        assert f" {package} " in text or f" {package}\n" in text
