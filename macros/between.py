"""What lies between containers and VMs: what docs/data/between.yml holds, held against what it rests on, and its table."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .data import Source

ASPECTS = {
    "kernel": "Kernel",
    "boundary": "Boundary",
    "start": "Start",
    "memory": "Memory",
    "compatibility": "What runs in it",
    "lost": "What is lost",
    "users": "Who uses it",
}
FIGURE = re.compile(r"\{(?P<source>[a-z0-9-]+):(?P<figure>[a-z0-9-]+)\}")
BY_HAND = re.compile(r"\b(?!20\d\d\b)\d")  # a number that is no year
Complaint = tuple[int, str, str]
"""A line of between.yml, what is wrong there, and what would be right."""


@dataclass(frozen=True)
class Cell:
    """What is said of one aspect, and what it rests on: a source with its locator, a test, or a result of ours."""

    text: str
    source: str = ""
    locator: str = ""
    test: str = ""
    result: tuple[str, str, str] | None = None


@dataclass(frozen=True)
class Technology:
    """A row: its id, name, family, and a cell for each of ASPECTS."""

    id: str
    name: str
    family: str
    cells: Mapping[str, Cell]


def _wrong(
    cell: Cell,
    sources: Mapping[str, Source],
    is_test: Callable[[str], bool],
    is_result: Callable[[str, str, str], bool],
) -> Iterator[tuple[str, str]]:
    """Yield what a cell names and is not there, each with what would be right."""
    if cell.source and cell.source not in sources:
        yield f"no source '{cell.source}'", "add it to docs/data/sources.yml"
    elif cell.source and cell.locator not in sources[cell.source].locators:
        what = f"the source '{cell.source}' declares no locator '{cell.locator}'"
        yield what, f"one of: {'; '.join(sources[cell.source].locators)}; or add it there"
    if cell.test and not is_test(cell.test):
        yield f"no test {cell.test}", "write FILE::FUNCTION of a test that exists"
    if cell.result and not is_result(*cell.result):
        yield f"no result {' '.join(cell.result)}", "write [SECTION/NAME, SIDE, METRIC] of a recorded result"
    for match in FIGURE.finditer(cell.text):
        if match["source"] not in sources or match["figure"] not in sources[match["source"]].figures:
            yield (
                f"no figure {match[0]}",
                "write {SOURCE:FIGURE}, a key of docs/data/sources.yml and one of its figures",
            )
    if BY_HAND.search(FIGURE.sub("", cell.text)):
        yield "a number typed by hand", "write it as {SOURCE:FIGURE}, or as a result"


def read_between(
    content: list[dict[str, Any]],
    line: Callable[[tuple[str | int, ...]], int],
    sources: Mapping[str, Source],
    is_test: Callable[[str], bool],
    is_result: Callable[[str, str, str], bool],
) -> tuple[tuple[Technology, ...], list[Complaint]]:
    """Return the technologies in their order, and what is wrong with them.

    `content` fits the schema; `line` gives the line of a path of keys and positions; `is_test` and `is_result` say
    whether a test, and a result of the machine shown first, exist.
    """
    found: dict[str, Technology] = {}
    bad: list[Complaint] = []
    for position, entry in enumerate(content):
        cells = {}
        for aspect in ASPECTS:
            given = dict(entry[aspect])
            result = given.pop("result", None)
            cells[aspect] = Cell(**given, result=tuple(result) if result else None)
            for what, remedy in _wrong(cells[aspect], sources, is_test, is_result):
                bad.append((line((position, aspect)), f"{entry['id']}, {aspect}: {what}", remedy))
        if entry["id"] in found:
            bad.append((line((position,)), f"'{entry['id']}' stands twice", "remove one of them"))
        found[entry["id"]] = Technology(entry["id"], entry["name"], entry["family"], cells)
    return tuple(found.values()), bad
