"""A result of gVisor names its release and its platform, or it is refused."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from macros.base.problems import ROOT, ProblemError
from macros.model.example_reader import load_examples
from macros.model.results import Recorded, load_results

SCRIPT = """#!/usr/bin/env bash
set -euo pipefail
# --8<-- [start:show]
true
# --8<-- [end:show]
"""
TOML = """title = "A measurement"
touches = "nothing"
runs = 1

[gvisor]
look = "one number"

[metrics.call]
title = "A call"
unit = "s"
"""


def read(root: Path, versions: dict[str, str], accelerator: str) -> Recorded:
    """Return what is read of one result of gVisor, recorded with these versions on this platform."""
    example = root / "snippets/s/e"
    example.mkdir(parents=True)
    (example / "gvisor.sh").write_text(SCRIPT)
    (example / "example.toml").write_text(TOML)
    shutil.copytree(ROOT / "docs/data/schema", root / "docs/data/schema")
    where = root / "docs/data/results/here"
    where.mkdir(parents=True)
    examples = load_examples(root / "snippets")
    first = next((ROOT / "docs/data/results").glob("*/machine.json"))
    machine: dict[str, Any] = json.loads(first.read_text())
    (where / "machine.json").write_text(json.dumps(machine | {"slug": "here"}))
    part = {
        "accelerator": accelerator,
        "digest": examples["s/e"].sides["gvisor"].digest(),
        "metrics": {"call": {"unit": "s", "samples": [1.0]}},
    }
    about = {"experiment": "s/e", "machine": "here", "date": "2026-01-31", "commit": "none", "versions": versions}
    (where / "s.e.json").write_text(json.dumps(about | {"sides": {"gvisor": part}}))
    return load_results(root / "docs/data", examples)


def test_the_release_stands_beside_each_reading(tmp_path: Path) -> None:
    found = read(tmp_path, {"runsc": "20240729.0"}, "systrap")
    assert [one.release for one in found.results["here"].values()] == ["20240729.0"]
    assert [run.release for run in found.runs.values()] == ["20240729.0"]


@pytest.mark.parametrize(("versions", "accelerator"), [({}, "systrap"), ({"runsc": "20240729.0"}, "none")])
def test_a_figure_without_release_or_platform_is_refused(
    versions: dict[str, str], accelerator: str, tmp_path: Path
) -> None:
    with pytest.raises(ProblemError, match="does not name its release and its platform"):
        read(tmp_path, versions, accelerator)
