"""What lies between containers and VMs: what docs/data/technologies.yml holds, checked against what it rests on."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from macros.base.quantities import quantities
from macros.base.schemas import Document, Where
from macros.model.sources import FIGURE, Source, check_figures, check_place
from macros.model.tests import KnownTests

ASPECTS = {
    "kernel": "Kernel",
    "boundary": "Boundary",
    "start": "Start",
    "memory": "Memory",
    "compatibility": "What runs in it",
    "lost": "What is lost",
    "users": "Who uses it",
}
BY_HAND = re.compile(r"\b(?!20\d\d\b)\d")  # a number that is not a year


@dataclass(frozen=True)
class Cell:
    """What is said of one aspect, and what it rests on: a source with its locator, a test, or a result of ours.

    A result is an experiment, a side and a metric; a fourth word names a machine other than the one shown first.
    """

    text: str
    source: str = ""
    locator: str = ""
    test: str = ""
    result: tuple[str, ...] = ()


@dataclass(frozen=True)
class Technology:
    """A row: its id, name, family, and a cell for each of ASPECTS."""

    id: str
    name: str
    family: str
    cells: Mapping[str, Cell]


IsResult = Callable[[tuple[str, ...]], bool]
"""Whether there is a result of an experiment, a side and a metric, of a named machine or of the one that pages show first."""


def _check(
    document: Document,
    where: Where,
    name: str,
    cell: Cell,
    sources: Mapping[str, Source],
    tests: KnownTests,
    is_result: IsResult,
) -> None:
    """Note what a cell names that does not exist. `name` names the cell."""
    if cell.source:
        check_place(document, where, name, sources, cell.source, cell.locator)
    if cell.test and tests.function(cell.test) is None:
        document.bad(where, f"{name}: there is no test {cell.test}", "write FILE::FUNCTION of a test that exists")
    if cell.result and not is_result(cell.result):
        what = f"{name}: there is no result {' '.join(cell.result)}"
        document.bad(
            where, what, "write [SECTION/NAME, SIDE, METRIC] of a recorded result, and a MACHINE if it is not the first"
        )
    check_figures(document, where, name, sources, cell.text)
    plain = FIGURE.sub("", cell.text)
    if BY_HAND.search(plain) and not quantities(plain):  # macros/model/numbers.py refuses a quantity
        document.bad(where, f"{name}: a number typed by hand", "write it as {SOURCE:FIGURE}, or as a result")


def read_technologies(
    document: Document, sources: Mapping[str, Source], tests: KnownTests, is_result: IsResult
) -> tuple[Technology, ...]:
    """Return the technologies in their order, and note what is wrong with them."""
    found: dict[str, Technology] = {}
    for position, entry in enumerate(document.content):
        cells = {}
        for aspect in ASPECTS:
            given = dict(entry[aspect])
            result = given.pop("result", ())
            cells[aspect] = Cell(**given, result=tuple(result))
            name = f"{entry['id']}, {aspect}"
            _check(document, (position, aspect), name, cells[aspect], sources, tests, is_result)
        if entry["id"] in found:
            document.bad((position,), f"'{entry['id']}' occurs twice", "remove one of them")
        found[entry["id"]] = Technology(id=entry["id"], name=entry["name"], family=entry["family"], cells=cells)
    return tuple(found.values())
