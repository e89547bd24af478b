"""CONTRIBUTING.md's first change: its commands exist, its calls are those of pages, and what it promises is there."""

from __future__ import annotations

import re
import shlex

import macros  # noqa: F401, registers the macros
from macros.pages.registry import MACROS
from macros.pages.settings import recipes
from snippets.runner.paths import ROOT

TEXT = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
FIRST = TEXT[TEXT.index("## How do you make a first change?") : TEXT.index("## Which mistakes are likeliest?")]


def commands() -> list[list[str]]:
    """Return the words of each command of the section."""
    blocks = re.findall(r"```(?:sh|text)\n(.*?)```", FIRST, re.DOTALL)
    return [shlex.split(line) for block in blocks for line in block.splitlines() if line.strip()]


def test_each_command_is_one_that_there_is() -> None:
    targets = recipes((ROOT / "Makefile").read_text("utf-8"))
    found = [words for words in commands() if words[0] == "make"]
    assert {words[1] for words in found} == {"serve", "check", "new-page", "new-claim", "new-example", "new-machine"}
    for words in found:
        assert words[1] in targets, words
    assert {words[0] for words in commands()} == {"git", "make", "cd"}


def test_arguments_are_those_that_the_targets_take() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for words in commands():
        for word in words[2:] if words[0] == "make" else []:
            name = word.partition("=")[0]
            assert f"$({name})" in makefile, word


def test_the_calls_that_it_explains_are_macros_and_the_page_exists() -> None:
    named = re.findall(r"\{\{ (\w+)\(", FIRST)
    assert set(named) == {"figure", "result", "cite", "example"} <= set(MACROS)
    for page in set(re.findall(r"docs/resources/(?:disk|index)\.md", FIRST)):
        assert (ROOT / page).is_file()


def test_it_asks_for_the_python_that_the_project_asks_for() -> None:
    (wanted,) = re.findall(r'requires-python = ">=([\d.]+)"', (ROOT / "pyproject.toml").read_text("utf-8"))
    assert f"Python {wanted} or newer" in FIRST
