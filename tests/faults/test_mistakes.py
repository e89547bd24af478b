"""The messages that CONTRIBUTING.md shows for the likeliest mistakes are those that the checks give."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from snippets.runner.paths import ROOT
from tests.faults import mistakes


@pytest.mark.slow
def test_each_mistake_gives_the_message_that_is_shown() -> None:
    assert mistakes.section() == mistakes.shown(), "run: .venv/bin/python -m tests.faults.mistakes --write"


def test_ten_mistakes_are_shown_with_a_place_and_a_remedy_each() -> None:
    text = mistakes.shown()
    assert re.findall(r"^\*\*\d+\. (.*)\.\*\*$", text, re.MULTILINE) == [one.says for one in mistakes.MISTAKES]
    blocks = re.findall(r"```text\n(.*?)\n```", text, re.DOTALL)
    assert len(blocks) == len(mistakes.MISTAKES) == 10
    for block, one in zip(blocks, mistakes.MISTAKES, strict=True):
        what, remedy = block.split("\n")
        assert re.match(rf"{re.escape(one.file)}(?::N)?: \S", what), what
        assert re.match(r"    remedy: \S", remedy), remedy


def test_each_mistake_can_be_made_of_the_real_content(tmp_path: Path) -> None:
    for one in mistakes.MISTAKES:
        path = tmp_path / one.file
        path.parent.mkdir(parents=True, exist_ok=True)
        before = (ROOT / one.file).read_bytes() if (ROOT / one.file).is_file() else b""
        path.write_bytes(before)
        mistakes.made(one, tmp_path)
        assert path.read_bytes() != before, one.says


def test_numbers_that_differ_with_every_edit_are_general() -> None:
    told = "docs/x.md:12: 5 sentences without evidence, at most 4: lines 9, 11, 30, …\n    remedy: cite '12 ms'"
    assert (
        mistakes.general(told)
        == "docs/x.md:N: N sentences without evidence, at most N: lines N\n    remedy: cite '12 ms'"
    )


def test_a_mistake_that_nothing_can_be_made_of_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.md").write_text("x\n")
    with pytest.raises(ValueError, match=re.escape("nothing matches y; change tests/faults/mistakes.py")):
        mistakes.made(mistakes.Mistake("x", "x.md", "y", "z"), tmp_path)
