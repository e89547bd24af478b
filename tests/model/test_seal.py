"""The seal: a recorded file that was changed, removed or added by hand is named with what helps."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from macros.base.problems import ROOT, ProblemError, Problems
from macros.model.load import load
from macros.model.seal import SEAL, check_seal, recorded_files
from tests.site import smallsite

RESULT = "docs/data/results/small/section.measured.json"
OUTPUT = "snippets/section/kernel/host.out"
RECORD = "snippets/section/kernel/recorded.json"
MACHINE = "docs/data/results/small/machine.json"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return smallsite.measure(smallsite.make(tmp_path / "site", lean=True), small="tcg")


def test_every_recorded_file_of_this_project_is_sealed() -> None:
    problems = Problems(ROOT)
    check_seal(problems)
    assert not problems.found, "\n".join(map(str, problems.found))
    assert len(recorded_files(ROOT)) > 250


def swap(old: str, new: str) -> Callable[[str], str]:
    """Return an edit that must find what it replaces."""

    def edit(text: str) -> str:
        assert re.search(old, text), old
        return re.sub(old, new, text, count=1)

    return edit


EDITS = {
    "an emulated figure called hardware virtualisation": (RESULT, swap('"tcg"', '"kvm"')),
    "a sample times ten": (RESULT, swap(r"0\.31", "3.1")),
    "a date": (RESULT, swap("2026-01-03", "2026-02-03")),
    "a commit": (RESULT, swap("0123abc", "abc0123")),
    "the memory of the machine": (MACHINE, swap(r"1\.0 GiB", "2.0 GiB")),
    "a word of the output": (OUTPUT, swap("<kernel>", "<kernel> allowed")),
    "an example's accelerator": (RECORD, swap('"none"', '"kvm"')),
}


@pytest.mark.parametrize("name", EDITS)
def test_a_recorded_file_that_is_edited_is_refused(name: str, site: Path) -> None:
    file, edit = EDITS[name]
    path = site / file
    path.write_text(edit(path.read_text("utf-8")), "utf-8")
    with pytest.raises(ProblemError) as raised:
        load(site)
    assert f"{file}: changed since it was recorded\n    remedy: restore it: git checkout -- {file}" in str(raised.value)


def test_a_recorded_file_that_is_gone_or_that_nobody_recorded_is_refused(site: Path) -> None:
    (site / RESULT).rename(site / "docs/data/results/small/section.kernel.json")
    problems = Problems(site)
    check_seal(problems)
    told = {problem.file: problem.what for problem in problems.found}
    assert told == {
        RESULT: "a recorded file is missing",
        "docs/data/results/small/section.kernel.json": "a file that the recorder did not write",
    }
    assert "make record EXAMPLE=section/measured" in str(problems.found[-1])


def test_without_its_seal_nothing_is_taken_for_recorded(site: Path) -> None:
    (site / SEAL).unlink()
    with pytest.raises(ProblemError, match=r"docs/data/sealed\.json: the file cannot be read"):
        load(site)
    (site / SEAL).write_text(json.dumps({}))
    with pytest.raises(ProblemError, match=r"docs/data/sealed\.json: the file: \{\} should be non-empty"):
        load(site)
