"""The record of escapes as data: what docs/data/escapes.yml holds, held against the sources."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .data import Source

BARRIERS = ("vm", "userns", "seccomp")
STOPS = ("yes", "partly", "no", "unknown")
PARTS = ("engine or runtime", "system calls", "device emulation", "hypervisor", "processor")
Complaint = tuple[int, str, str]
"""A line of escapes.yml, what is wrong there, and what would be right."""


@dataclass(frozen=True)
class Barrier:
    """Whether something would have stopped an escape, how that is known (source, mechanism or unknown), and why."""

    stops: str
    known: str
    why: str
    source: str = ""
    locator: str = ""


@dataclass(frozen=True)
class Score:
    """A CVSS score as text, and who gave it by which version."""

    value: str
    by: str


@dataclass(frozen=True)
class Escape:
    """A flaw by which a boundary was crossed. `boundary` is a side, `part` says where the flaw was, `fixed` which releases lack it."""

    id: str
    boundary: str
    component: str
    part: str
    reached: str
    year: int
    scores: tuple[Score, ...]
    what: str
    source: str
    locator: str
    barriers: Mapping[str, Barrier]
    name: str = ""
    exploited: bool = False
    fixed: str = ""


def citations(escapes: tuple[Escape, ...]) -> set[tuple[str, str]]:
    """Return every source that an entry rests on, each with its locator."""
    found = {(one.source, one.locator) for one in escapes}
    return found | {(b.source, b.locator) for one in escapes for b in one.barriers.values() if b.source}


def read_escapes(
    content: list[dict[str, Any]], line: Callable[[tuple[str | int, ...]], int], sources: Mapping[str, Source]
) -> tuple[tuple[Escape, ...], list[Complaint]]:
    """Return the escapes, latest first, and what is wrong with them.

    `content` fits the schema; `line` gives the line of a path of keys and positions.
    """
    found: dict[str, Escape] = {}
    bad: list[Complaint] = []
    for position, entry in enumerate(content):
        barriers = {name: Barrier(**entry[name]) for name in BARRIERS}
        plain = {key: value for key, value in entry.items() if key not in BARRIERS}
        one = Escape(**(plain | {"scores": tuple(Score(**s) for s in entry["scores"]), "barriers": barriers}))
        if one.id in found:
            bad.append((line((position,)), f"{one.id} stands twice", "remove one of them"))
        found[one.id] = one
        if one.boundary == "vm" and one.barriers["vm"].stops == "yes":
            what = f"{one.id} crossed the boundary of a VM, and a VM would have stopped it"
            bad.append((line((position, "vm")), what, "write stops: no, and why"))
        where = line((position,))
        for source, locator in sorted(citations((one,))):
            if source not in sources:
                bad.append((where, f"{one.id}: no source '{source}'", "add it to docs/data/sources.yml"))
            elif locator not in sources[source].locators:
                what = f"{one.id}: source '{source}' declares no locator '{locator}'"
                bad.append((where, what, f"one of: {'; '.join(sources[source].locators)}; or add it there"))
    return tuple(sorted(found.values(), key=lambda e: (-e.year, e.id))), bad
