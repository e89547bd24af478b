"""The tests on which claims rest, read from their text."""

from __future__ import annotations

from pathlib import Path

from macros.model.tests import KnownTests

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
