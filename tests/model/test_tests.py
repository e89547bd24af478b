"""The tests on which claims rest, read from their text."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from macros.model.tests import KnownTests, weakness

FILE = "tests/test_it.py"
TEXT = """
@pytest.mark.example("a/one", "b/two")
def test_it(run): return run("b/two", "vm"), "c/none"
@pytest.mark.parametrize("x", ["b/three"])
@pytest.mark.example("b/three")
def test_cases(x): pass
def test_nothing(): "a/one"
# def test_ghost(): pass
"""


def test_a_marker_says_which_examples_a_test_is_about(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / FILE).write_text(TEXT)
    tests = KnownTests(tmp_path)
    assert tests.examples(f"{FILE}::test_it") == ("a/one", "b/two")
    assert tests.examples(f"{FILE}::test_cases[b/three]") == ("b/three",)
    assert tests.examples(f"{FILE}::test_nothing") == ()
    assert tests.examples(f"{FILE}::test_gone") == ()


def test_a_test_exists_where_it_is_defined_and_a_case_where_it_has_parameters(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / FILE).write_text(TEXT)
    tests = KnownTests(tmp_path)
    assert tests.function(f"{FILE}::test_it") and tests.function(f"{FILE}::test_cases[b/three]")
    for missing in (f"{FILE}::test_ghost", f"{FILE}::test_it[x]", "tests/none.py::test_it"):
        assert tests.function(missing) is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("def test_it(): assert 1 == 2", ""),
        ("def test_it(): assert_equal(1, 2)", ""),
        ("def test_it():\n    for x in y: assert isinstance(x, int)", ""),
        ("@pytest.mark.skip(reason='later')\ndef test_it(): assert 1 == 1", "is skipped, or may fail"),
        ("@pytest.mark.xfail\ndef test_it(): assert 1 == 1", "is skipped, or may fail"),
        ("def test_it():\n    pytest.skip('later')\n    assert 1 == 1", "is skipped, or may fail"),
        ("def test_it():\n    return\n    assert 1 == 1", "ends before it asserts anything"),
        ("def test_it(run): assert run", "asserts nothing but that something is there"),
        ("def test_it(): pass", "asserts nothing but that something is there"),
    ],
)
def test_what_is_no_evidence(text: str, why: str) -> None:
    function = ast.parse(text).body[0]
    assert isinstance(function, ast.FunctionDef)
    assert weakness(function) == why
