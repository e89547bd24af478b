"""The one table of what examples may require: the runner, the lab and the set-up read it, and each row is used."""

from __future__ import annotations

import platform
import shutil
import subprocess
from pathlib import Path

import pytest

from macros.base.problems import ProblemError
from macros.model.examples import Example
from macros.model.requirements import IMPLIED, TABLE, requirements, table
from snippets.runner import engines, lab
from snippets.runner.paths import LAB_SCRIPTS, SNIPPETS

SETUP = LAB_SCRIPTS / "setup.sh"


def test_each_requirement_is_one_that_an_example_names(examples: dict[str, Example]) -> None:
    named = {word for example in examples.values() for side in example.sides.values() for word in side.requires}
    assert set(requirements(SNIPPETS)) == named | {word for words in IMPLIED.values() for word in words}


def test_each_requirement_can_be_probed(examples: dict[str, Example]) -> None:
    """By a program on PATH, by a probe, or since the lab builds it; and no probe or builder is for a word of no row."""
    rows = requirements(SNIPPETS)
    assert set(engines.PROBES) <= set(rows)
    assert set(lab.PIECES) | {"lab"} == {word for word, row in rows.items() if row.kind == "piece"}
    for word, row in rows.items():
        assert row.program or word in engines.PROBES or row.kind == "piece", word
        assert row.kind != "condition" or (row.remedy and word in engines.PROBES), word
        assert row.kind not in {"engine", "optional"} or (row.debian and "engines" in row.step), word


def test_the_set_up_reads_the_same_table(tmp_path: Path) -> None:
    """Its rows of each step are those of the table, for the processor that this is."""
    text = SETUP.read_text("utf-8")
    functions = tmp_path / "setup.sh"
    functions.write_text(text[: text.index("for step; do")] + 'rows "$1"\n', "utf-8")
    shutil.copy(SNIPPETS / TABLE, tmp_path)
    steps = {step for row in table(SNIPPETS).values() for step in row.step.split(",") if step}
    assert steps == {"venv", "engines", "containers", "hosts", "boot"}
    for step in steps:
        told = subprocess.run(["bash", str(functions), step], capture_output=True, text=True, check=True).stdout
        rows = [(word, row) for word, row in table(SNIPPETS).items() if step in row.step.split(",")]
        wanted = [word for word, row in rows if row.arch in {"", platform.machine()}]
        assert [line.split("\t")[0] for line in told.splitlines()] == wanted
        assert f"want_rows {step}" in text


@pytest.mark.parametrize(
    "line", ["docker\tengine", "x\tnovel\t-\t-\t-\t-\t-\t-\t-", "cpio\tengine\t-\t-\tcpio\tcpio\t-\t-\t-"]
)
def test_a_row_of_another_shape_or_kind_or_a_repeated_one_is_refused(line: str, tmp_path: Path) -> None:
    (tmp_path / TABLE).parent.mkdir()
    (tmp_path / TABLE).write_text(f"cpio\tengine\t-\t-\tcpio\tcpio\t-\t-\t-\n{line}\n")
    with pytest.raises(ProblemError, match=r"requirements\.tsv:2: not a row"):
        table(tmp_path)
