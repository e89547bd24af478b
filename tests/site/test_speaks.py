"""A test that fails says what is wrong in the form of every other check."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from macros.base.problems import LINES
from snippets.runner.paths import ROOT
from tests import speaks

BARE = """\
import pytest

def test_two_and_two_are_five():
    assert 2 + 2 == 5

def test_nothing_is_wrong_here():
    pass

@pytest.mark.parametrize("name", ["one"])
def test_a_case_holds(name):
    assert name == "two", "names differ"

def test_it_speaks_by_itself():
    raise AssertionError("x.md:1: wrong\\n    remedy: write y")

@pytest.fixture
def broken():
    raise OSError("no such thing")

def test_what_is_needed_is_there(broken):
    pass
"""


def run(tmp_path: Path, text: str, *words: str) -> list[str]:
    (tmp_path / "test_bare.py").write_text(text)
    (tmp_path / "empty.ini").write_text("[pytest]\n")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.speaks", "-c", str(tmp_path / "empty.ini"), *words]
    done = subprocess.run([*command, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)
    assert "what is wrong" in done.stdout, done.stdout + done.stderr
    told = done.stdout.split("what is wrong")[1].split("\n")[1:]
    return [line for line in told if line.strip()]


@pytest.mark.parametrize("words", [(), ("-n", "1")], ids=["alone", "with workers"])
def test_a_bare_assertion_is_told_with_its_place_and_a_remedy(tmp_path: Path, words: tuple[str, ...]) -> None:
    lines = run(tmp_path, BARE, *words)
    assert lines[0] == "3 problems:"
    assert lines[1].startswith("test_bare.py:4: it does not hold that two and two are five: assert (2 + 2) == 5")
    assert lines[2].startswith("    remedy: correct ")
    assert lines[3].startswith("test_bare.py:11: it does not hold that a case holds (one): names differ")
    assert lines[5].startswith("test_bare.py:18: it does not hold that what is needed is there: OSError: no such thing")


def test_many_failures_fit_one_screen(tmp_path: Path) -> None:
    lines = run(tmp_path, "".join(f"def test_number_{n}():\n    assert not {n + 1}\n" for n in range(40)))
    told = lines[: next(n for n, line in enumerate(lines) if line.startswith("and "))]
    assert len(told) <= LINES
    assert lines[0] == "40 problems:"


@pytest.mark.parametrize(
    ("path", "examples", "wanted"),
    [
        ("tests/model/test_claims.py", (), "correct docs/data/claims.yml or macros/model/claims.py; "),
        ("tests/render/test_charts.py", (), "correct docs/data/charts.yml or macros/render/charts.py; "),
        ("tests/examples/test_memory.py", ("resources/memory",), "make record EXAMPLE=resources/memory"),
        ("tests/site/test_project.py", (), "correct the file that the message names; "),
        ("tests/runner/test_record.py", (), "correct snippets/runner/record.py; "),
    ],
    ids=["claims", "charts", "an example", "the project", "the runner"],
)
def test_a_remedy_names_what_the_test_is_about(path: str, examples: tuple[str, ...], wanted: str) -> None:
    assert wanted in speaks.remedy(path, examples)


def test_each_folder_of_tests_has_a_remedy() -> None:
    rooms = {"base", "model", "pages", "render"}  # a module of the same name says what a test is about
    folders = {path.parent.name for path in (ROOT / "tests").glob("*/test_*.py")}
    assert folders == rooms | set(speaks.FOLDERS)


def test_this_session_speaks(request: pytest.FixtureRequest) -> None:
    assert request.config.pluginmanager.has_plugin("tests.speaks")
