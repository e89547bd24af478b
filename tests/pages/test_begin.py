"""What `make new-…` begins: only what its author must fill is refused, and once that is filled nothing else is."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from macros.base.problems import Problem, ProblemError, told
from macros.model.load import load
from macros.pages import begin
from macros.pages.check import check_pages
from macros.pages.project import check_texts
from macros.pages.registry import MACROS
from macros.pages.written import MARK, PLACE
from snippets.runner.paths import ROOT
from tests.faults.inject import copied
from tests.site import smallsite

CONFIG = "mkdocs.yml"


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the whole checkout."""
    return copied(tmp_path_factory.mktemp("begun") / "tree")


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Return a small site that has a folder in its navigation."""
    site = smallsite.make(tmp_path / "site", lean=True)
    config = site / CONFIG
    config.write_text(
        re.sub(r"nav: \[.*\]", "nav:\n  - Small:\n      - claims/kernels.md", config.read_text("utf-8")), "utf-8"
    )
    return site


def left(root: Path) -> list[Problem]:
    """Return what the check of the texts, which comes first, says of a tree; nothing else is told before that is right."""
    try:
        check_texts(root)
    except ProblemError as error:
        return error.problems
    return []


def wrong(site: Path) -> list[Problem]:
    """Return what the reading says of a small site."""
    try:
        check_texts(site)
        check_pages(load(site), MACROS)
    except ProblemError as error:
        return error.problems
    return []


def fill(site: Path, words: dict[str, str]) -> None:
    """Write each place that is marked, by what it is to be filled with: the first words of it that are given."""
    for path in [
        *(site / "docs").rglob("*.*"),
        *(site / "snippets").rglob("*.*"),
        *(site / "tests").rglob("*.py"),
        site / CONFIG,
    ]:
        if path.is_file() and MARK in (text := path.read_text("utf-8")):
            path.write_text(
                PLACE.sub(lambda m: next(v for k, v in words.items() if m["what"].startswith(k)), text), "utf-8"
            )


BEGUN: dict[str, tuple[Callable[[Path], str], set[str]]] = {
    "an example": (
        lambda root: begin.example(root, "resources/begun", ["host", "container", "vm"]),
        {
            *(f"snippets/resources/begun/{name}" for name in ("example.toml", "host.sh", "container.sh", "vm.sh")),
            "tests/examples/test_resources_begun.py",
        },
    ),
    "a claim": (lambda root: begin.claim(root, "resources"), {"docs/data/claims.yml"}),
    "a page": (lambda root: begin.page(root, "docs/resources/begun.md"), {"docs/resources/begun.md", CONFIG}),
}


@pytest.mark.parametrize("name", BEGUN)
def test_in_this_project_only_what_is_left_to_write_is_refused(name: str, tree: Path) -> None:
    """Each place with its line and what is to be written, on one screen; the tree is put back."""
    start, files = BEGUN[name]
    before = {file: (tree / file).read_bytes() if (tree / file).is_file() else None for file in files}
    try:
        said = start(tree)
        found = left(tree)
        assert {one.file for one in found} == files
        for one in found:
            assert one.what.startswith("left to write: ") and len(one.what) > 20
            assert MARK in (tree / one.file).read_text("utf-8").split("\n")[one.line - 1]
            assert one.file in said
        assert len(told(found).split("\n")) <= 17
    finally:
        for file, text in before.items():
            if text is None:
                (tree / file).unlink(missing_ok=True)
            else:
                (tree / file).write_bytes(text)
        if (tree / "snippets/resources/begun").is_dir():
            (tree / "snippets/resources/begun").rmdir()
    assert left(tree) == []


def test_an_example_that_is_written_lacks_its_recording_and_its_place_on_a_page(small: Path) -> None:
    begin.example(small, "section/begun", ["host"])
    words = {
        "what the example": "A start",
        "what it starts": "Nothing.",
        "what to look": "The one line.",
        "the command": "x",
        "what must": "one line",
    }
    fill(small, words)
    found = wrong(small)
    script = "snippets/section/begun/host.sh"
    assert [(one.file, one.what) for one in found] == [(script, "nothing was recorded from this script")]
    assert found[0].remedy == "run: make record EXAMPLE=section/begun"
    found = [one for one in _shown(small) if one.file == script]
    assert [one.what for one in found] == ["no page shows the region 'show'"]
    assert '{{ example("section/begun") }}' in found[0].remedy


def _shown(site: Path) -> list[Problem]:
    """Return what is said once the example was recorded."""
    with pytest.raises(ProblemError) as caught:
        check_pages(load(site, draft=True), MACROS)
    return caught.value.problems


def test_a_claim_that_is_written_is_right(small: Path) -> None:
    said = begin.claim(small, "kernels")
    assert "docs/data/claims.yml:10" in said
    words = {"the statement": "Every guest has a kernel.", "holds": "holds", "the explanation": "Yes. A guest boots one, as a machine does.",
             "the key": "manual", "the place": "Part 1"}  # fmt: skip
    fill(small, words)
    assert wrong(small) == []
    claims = load(small).claims
    assert list(claims) == ["A1", "A2"]
    assert (claims["A2"].section, claims["A2"].verdict) == ("kernels", "holds")


def test_a_page_that_is_written_is_right_and_in_the_navigation(small: Path) -> None:
    begin.page(small, "docs/claims/begun.md")
    words = {"the title": "Begun", "what the page": "Whether it was begun", "the same title": "Begun", "the question": "Was it begun?",
             "the answer": 'Yes {{ cite("manual", "Part 1") }}.', "what a reader": "It ends.", "a title": "Begun"}  # fmt: skip
    fill(small, words)
    assert wrong(small) == []
    text = (small / CONFIG).read_text("utf-8")
    assert '      - claims/kernels.md\n      - "Begun": claims/begun.md\n' in text


def test_a_claim_comes_after_the_last_of_its_letter(tree: Path) -> None:
    path = tree / begin.CLAIMS
    before = path.read_text("utf-8")
    try:
        begin.claim(tree, "resources")
        ids = re.findall(r'^- id: "(\w+)"', path.read_text("utf-8"), re.MULTILINE)
        letters = [one for one in ids if one[0] == "R"]
        assert ids[ids.index("R1") :][: len(letters)] == letters
        assert letters[-1] == f"R{len(letters)}"
    finally:
        path.write_text(before, "utf-8")


REFUSED: dict[str, tuple[Callable[[Path], str], str, str]] = {
    "a name without a section": (lambda root: begin.example(root, "begun", []), "'begun' is no name of an example", "write SECTION/NAME"),
    "a section that is not there": (lambda root: begin.example(root, "none/begun", []), "'none/begun' is no name", "sections: section"),
    "a side that is not there": (lambda root: begin.example(root, "section/begun", ["cloud"]), "no side 'cloud'", "host container vm"),
    "an example that is there": (lambda root: begin.example(root, "section/kernel", []), "the file exists already", "choose another name"),
    "no section of claims": (lambda root: begin.claim(root, "none"), "there is no section 'none'", "one of: kernels, later"),
    "a claim that is there": (lambda root: begin.claim(root, "kernels", "A1"), "the claim 'A1' exists already", "as A2"),
    "a page in no folder": (lambda root: begin.page(root, "docs/begun.md"), "'docs/begun.md' is no page that could be", "folders: claims"),
    "a page that is there": (lambda root: begin.page(root, "docs/claims/kernels.md"), "the file exists already", "edit that file"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_begun_is_refused_and_nothing_is_written(name: str, small: Path) -> None:
    start, what, remedy = REFUSED[name]
    before = {path: path.read_bytes() for path in small.rglob("*") if path.is_file()}
    with pytest.raises(ProblemError) as caught:
        start(small)
    (found,) = caught.value.problems
    assert what in found.what
    assert remedy in found.remedy
    assert {path: path.read_bytes() for path in small.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("kind", ["example", "claim", "page"])
def test_without_its_argument_the_command_says_what_it_takes(kind: str) -> None:
    words = [sys.executable, "-m", "macros", "begin", kind, ""]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 1
    lines = done.stderr.strip().split("\n")
    assert re.fullmatch(r"1 problem:", lines[0])
    assert lines[2].startswith("    remedy: ")
