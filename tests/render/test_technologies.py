"""What lies between containers and VMs: the data, the contract that it keeps, and the table that is made of it."""

from __future__ import annotations

import re

import pytest

from macros.base.problems import ROOT, Problems
from macros.base.schemas import Document
from macros.model.load import Data
from macros.model.technologies import ASPECTS, read_technologies
from macros.model.tests import KnownTests
from macros.render.technologies import technologies

TEST = "tests/render/test_technologies.py::test_an_entry_that_fits_is_accepted"
ENTRY = {
    "id": "a-thing",
    "name": "A thing",
    "family": "a family",
    **{a: {"text": "said", "test": TEST} for a in ASPECTS},
}


def complaints(**changed: dict[str, object]) -> list[str]:
    """Return what is wrong with an entry that has some cells changed."""
    entry = ENTRY | changed
    document = Document(path=ROOT / "docs/data/technologies.yml", content=[entry], problems=Problems(ROOT))
    read_technologies(document, {}, KnownTests(ROOT), lambda *_: False)
    return [problem.what for problem in document.problems.found]


def test_the_table_goes_from_the_container_to_the_vm(data: Data) -> None:
    names = [one.id for one in data.technologies]
    assert names[0] == "docker" and names[-1] == "vm" and len(names) > 2


def test_every_cell_says_something_and_rests_on_something(data: Data) -> None:
    for one in data.technologies:
        assert set(one.cells) == set(ASPECTS)
        for aspect, cell in one.cells.items():
            assert bool(cell.source) + bool(cell.test) + bool(cell.result) == 1, (one.id, aspect)


def test_the_table_links_what_each_cell_rests_on(data: Data) -> None:
    text = technologies(data)
    cells = re.findall(r"<td [^>]*>(.*?)</td>", text)
    assert len(cells) == len(data.technologies) * len(ASPECTS)
    assert all("](/" in cell for cell in cells)
    for one in data.technologies:
        assert f'<tr id="{one.id}"' in text


def test_an_entry_that_fits_is_accepted() -> None:
    assert complaints() == []


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ({"text": "said", "source": "nobody", "locator": "x"}, "there is no source 'nobody'"),
        ({"text": "said", "test": "other"}, "there is no test other"),
        ({"text": "said", "result": ["a/b", "vm", "c"]}, "there is no result a/b vm c"),
        ({"text": "said {nobody:figure}", "test": TEST}, "there is no figure {nobody:figure}"),
        ({"text": "takes 5 steps", "test": TEST}, "a number typed by hand"),
    ],
)
def test_a_cell_that_rests_on_nothing_is_named(cell: dict[str, object], message: str) -> None:
    assert complaints(kernel=cell) == [f"a-thing, kernel: {message}"]
