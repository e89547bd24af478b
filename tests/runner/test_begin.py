"""What `make new-machine` says before anything is recorded."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from macros.model.examples import Example
from snippets.runner import begin, record
from snippets.runner.paths import DATA


@pytest.fixture(autouse=True)
def _apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Remember the machine's name elsewhere, and leave the environment as it was."""
    monkeypatch.setattr(record, "BUILD", tmp_path / "build")
    monkeypatch.setenv("MACHINE", "")


def test_a_machine_is_named_and_the_plan_shown(
    examples: dict[str, Example], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert begin.machine("a-laptop", list(examples.values())) == 0
    said = capsys.readouterr().out
    assert "machine" in said and "a-laptop" in said
    for wanted in ("kernel", "memory", "expected", "make record QUICK=1", "docs/data/results/a-laptop/"):
        assert wanted in said
    experiments = [one for one in examples.values() if one.metrics]
    assert sum(one.id in said for one in experiments) == len(experiments), "planned, or left out with a reason"
    assert (tmp_path / "build" / "machine").read_text() == "a-laptop\n"
    assert not (DATA / "results" / "a-laptop").exists()


@pytest.mark.parametrize("slug", ["My Laptop", "a_b", "-a", os.uname().nodename])
def test_a_name_that_is_none_or_the_hosts_is_refused(slug: str, examples: dict[str, Example]) -> None:
    with pytest.raises(
        record.ExampleError, match="write lower-case letters, digits and hyphens, and not the host name"
    ):
        begin.machine(slug, list(examples.values()))


def test_a_name_that_is_taken_is_refused(examples: dict[str, Example]) -> None:
    with pytest.raises(record.ExampleError, match="results of a machine of this name already\n    remedy: "):
        begin.machine("epyc-2", list(examples.values()))


def test_without_a_name_one_is_asked_for(examples: dict[str, Example]) -> None:
    with pytest.raises(record.ExampleError, match="choose a name for this machine once"):
        begin.machine("", list(examples.values()))
