"""The record of escapes as data: what docs/data/escapes.yml holds, checked against the sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from macros.base.schemas import Document
from macros.model.sources import Source, check_place

BARRIERS = ("vm", "userns", "seccomp")
PARTS = ("engine or runtime", "system calls", "device emulation", "hypervisor", "processor")


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


def read_escapes(document: Document, sources: Mapping[str, Source]) -> tuple[Escape, ...]:
    """Return the escapes, latest first, and note what is wrong with them."""
    found: dict[str, Escape] = {}
    for position, entry in enumerate(document.content):
        where = (position,)
        barriers = {name: Barrier(**entry[name]) for name in BARRIERS}
        plain = {key: value for key, value in entry.items() if key not in BARRIERS}
        one = Escape(**(plain | {"scores": tuple(Score(**s) for s in entry["scores"]), "barriers": barriers}))
        if one.id in found:
            document.bad(where, f"{one.id} occurs twice", "remove one of them")
        found[one.id] = one
        if one.boundary == "vm" and one.barriers["vm"].stops == "yes":
            what = f"{one.id} crossed the boundary of a VM, and a VM would have stopped it"
            document.bad((position, "vm"), what, "write stops: no, and why")
        for source, locator in sorted(citations((one,))):
            check_place(document, where, one.id, sources, source, locator)
    return tuple(sorted(found.values(), key=lambda e: (-e.year, e.id)))
