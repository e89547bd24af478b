"""Has a test that fails say what is wrong as every other check does: file, line, what, remedy, at the end of the run.

A bare assertion shows two values and no more. Here the test's name, which is a sentence, says what does not hold; the
assertion says by which values; and where the test lies says what may have to be corrected. conftest.py registers this.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from macros.base.problems import Problem, told
from snippets.runner.paths import ROOT

PROPERTY = "problem"
# What a test of a folder is about, where no file of the same name says so.
FOLDERS = {
    "browser": "the page or the part of theme/ and docs/assets/ that the message names",
    "examples": "the script, or the test if the example means something else; where the new output is right: make record",
    "faults": "the reader or the check that let the fault pass",
    "lab": "the script of snippets/lab/ that the test names",
    "runner": "snippets/runner/, or the example that the message names",
    "site": "the file that the message names",
}


def sentence(name: str) -> str:
    """Return a test's name as what it says: `test_it_holds[x]` is "it holds (x)"."""
    match = re.fullmatch(r"(?:test_)?(?P<words>[^\[]+)(?:\[(?P<case>.*)\])?", name, re.DOTALL)
    assert match
    words = match["words"].replace("_", " ").strip()
    return f"{words} ({match['case']})" if match["case"] else words


def remedy(path: str, examples: tuple[str, ...] = (), root: Path = ROOT) -> str:
    """Return what may have to be corrected where a test of this file, about these examples, fails."""
    folder, name = Path(path).parent.name, Path(path).stem.removeprefix("test_")
    if examples:
        return f"correct {FOLDERS['examples']} EXAMPLE={examples[0]}"
    mine = [
        f"docs/data/{name}.yml",
        f"docs/data/{name}s.yml",
        f"macros/{folder}/{name}.py",
        f"snippets/runner/{name}.py",
    ]
    found = [file for file in mine if (root / file).is_file()]
    where = " or ".join(found) or FOLDERS.get(folder, "what the message names")
    return f"correct {where}; correct the test only if what it says should no longer hold"


def problem(path: str, line: int, name: str, message: str, examples: tuple[str, ...] = ()) -> Problem:
    """Return a failed test as a mistake: that its sentence does not hold, by what the assertion says."""
    by = " ".join(message.split()).removeprefix("AssertionError: ")
    return Problem(path, line, f"it does not hold that {sentence(name)}: {by or 'no message'}", remedy(path, examples))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Iterator[None]:  # a generator, as pytest wants a wrapper
    """Note of a failed test what `problem` returns, unless its own message has a remedy."""
    report: pytest.TestReport = yield  # type: ignore[assignment]
    if report.failed and call.excinfo is not None:
        message = call.excinfo.exconly(tryshort=True)
        if "remedy: " not in message:
            line = next((one.lineno + 1 for one in reversed(call.excinfo.traceback) if one.path == item.path), 0)
            path = item.path.relative_to(ROOT).as_posix() if item.path.is_relative_to(ROOT) else item.path.name
            examples = tuple(one for marker in item.iter_markers("example") for one in marker.args)
            found = problem(path, line, item.name, message, examples)
            report.user_properties.append((PROPERTY, [found.file, found.line, found.what, found.remedy]))
    return report  # type: ignore[return-value]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell what failed, in the form in which mistakes are told."""
    reports = [one for kind in ("failed", "error") for one in terminalreporter.stats.get(kind, [])]
    found = [Problem(*value) for one in reports for name, value in one.user_properties if name == PROPERTY]
    if found:
        terminalreporter.section("what is wrong")
        terminalreporter.line(told(found))
