"""Citations: what docs/data/sources.yml holds, and the shelf, a page of sources, to which each source belongs.

A source's venue decides its shelf, so that nobody has to choose one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from macros.base.schemas import Document, Where

PRIMARY, REPORTED = "P", "S"
# In a text of the data: a figure of a source, as {SOURCE:FIGURE}.
FIGURE = re.compile(r"\{(?P<source>[a-z0-9-]+):(?P<figure>[a-z0-9-]+)\}")


@dataclass(frozen=True)
class Of:
    """What a figure is of, as a chart says it: a technology's `name`, an accelerator, a side."""

    name: str
    accelerator: str
    side: str


@dataclass(frozen=True)
class Figure:
    """A number that a source gives, as text, with its unit and its place in the source.

    `of` says what it is of, for a figure that a chart draws; `quote` is a few words of the source that hold both.
    """

    value: str
    unit: str
    locator: str
    says: str
    quote: str = ""
    of: Of | None = None


@dataclass(frozen=True)
class Source:
    """A citation. `read` says what was read: P the source itself, A its abstract, S another that quotes it.

    For a source that was not read itself (S), `through` is the source that reports it, and the place there.
    """

    key: str
    title: str
    authors: str
    venue: str
    year: int
    url: str
    read: str
    version: str
    locators: dict[str, str]
    figures: dict[str, Figure]
    short: str = ""
    through: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class Shelf:
    """A page of sources: docs/sources/ID.md. `venues` says whose publications stand there; the last shelf takes the rest."""

    id: str
    title: str
    venues: re.Pattern[str]


SHELVES = (
    Shelf("docker", "Docker and its parts", re.compile(r"docker|moby|containerd|buildkit|runc", re.IGNORECASE)),
    Shelf(
        "linux", "Linux", re.compile(r"linux|systemd|debian|ubuntu|red hat|fedora|canonical|apparmor", re.IGNORECASE)
    ),
    Shelf(
        "machines",
        "Virtual machines and sandboxes",
        re.compile(
            r"qemu|firecracker|cloud hypervisor|xen|virtualbox|libvirt|vmware|libguestfs|memtest|gvisor|kata|ovmf"
            r"|unikraft documentation|incus|\blx[cd]\b|podman|webassembly|wasm|crosvm|criu",
            re.IGNORECASE,
        ),
    ),
    Shelf(
        "standards",
        "Standards and advisories",
        re.compile(
            r"\boci\b|oasis|\bnist\b|vulnerab|advisor|\bcve\b|\brfc\b|\bcisa\b|\bgsma\b|\bbsi\b|security bulletin",
            re.IGNORECASE,
        ),
    ),
    Shelf(
        "platforms",
        "Kubernetes, clouds, Windows, Mac",
        re.compile(
            r"kubernetes|microsoft|windows|\baws\b|amazon|google cloud|azure|apple|openshift|\bcncf\b", re.IGNORECASE
        ),
    ),
    Shelf("studies", "Papers, measurements, and the rest", re.compile("")),
)


def shelf(source: Source) -> Shelf:
    """Return the shelf of a source: the first whose pattern its venue holds."""
    return next(one for one in SHELVES if one.venues.search(source.venue))


# -- reading ---------------------------------------------------------------------------------------

ADD_SOURCE = "add it to docs/data/sources.yml"


def read_sources(document: Document) -> dict[str, Source]:
    """Return the sources of sources.yml by key; note figures and reporting documents that do not exist."""
    found: dict[str, Source] = {}
    for key, entry in document.content.items():
        figures = {
            name: Figure(**figure | {"of": Of(**figure["of"]) if "of" in figure else None})
            for name, figure in entry.get("figures", {}).items()
        }
        for name, figure in figures.items():
            if figure.quote and not {figure.value, *figure.unit.split()[:1]} <= _said(figure.quote):
                what = f"the quotation of '{key}', figure '{name}', does not hold '{figure.value}' and '{figure.unit}'"
                document.bad((key, "figures", name), what, "quote the words of the source in which the figure stands")
            if figure.locator not in entry["locators"]:
                what = (
                    f"figure '{name}' of '{key}' has the locator '{figure.locator}', which the source does not declare"
                )
                document.bad((key, "figures", name), what, "add it under 'locators', with what stands there")
        through = (entry["through"]["source"], entry["through"]["locator"]) if "through" in entry else ("", "")
        found[key] = Source(key=key, **(entry | {"figures": figures, "through": through}))
    for key, source in found.items():
        if source.through[0]:
            _check_reporter(document, (key, "through"), source, found)
    return found


def _said(quote: str) -> set[str]:
    """Return the words of a quotation, those that are written as one also apart: 2GB, max_instances; and of GBs the unit."""
    parts = re.findall(r"[\d.,]*\d|[^\d\s.,;:()_]+|%", quote)
    return {*quote.split(), *parts, *(one[:-1] for one in parts if re.fullmatch(r"[kMGT]i?Bs", one))}


def _check_reporter(document: Document, where: Where, source: Source, sources: Mapping[str, Source]) -> None:
    """Note what is wrong with the document through which a source was read."""
    key, locator = source.through
    other = sources.get(key)
    if other is None:
        what = f"'{source.key}' was read through '{key}', which is not a source"
        document.bad(where, what, "add that document")
    elif other.read == REPORTED:
        what = f"'{source.key}' was read through '{key}', which was not read itself"
        document.bad(where, what, "name a document that was")
    elif locator not in other.locators:
        what = f"'{source.key}' was read through '{key}' at '{locator}', which that source does not declare"
        document.bad(where, what, f"one of: {'; '.join(other.locators)}; or add it there")


def check_place(
    document: Document, where: Where, name: str, sources: Mapping[str, Source], key: str, locator: str
) -> None:
    """Note a source that does not exist, or a locator that it does not declare; `name` says whose citation it is."""
    if key not in sources:
        document.bad(where, f"{name}: there is no source '{key}'", ADD_SOURCE)
    elif locator not in sources[key].locators:
        what = f"{name}: source '{key}' declares no locator '{locator}'"
        known = "; ".join(sources[key].locators)
        document.bad(where, what, f"one of: {known}; or add it there, with what it says")


def check_figures(document: Document, where: Where, name: str, sources: Mapping[str, Source], text: str) -> None:
    """Note each {SOURCE:FIGURE} of a text that names no figure; `name` says whose text it is."""
    for match in FIGURE.finditer(text):
        source = sources.get(match["source"])
        if source is None or match["figure"] not in source.figures:
            remedy = "write {SOURCE:FIGURE}, a key of docs/data/sources.yml and the name of one of its figures"
            document.bad(where, f"{name}: there is no figure {match[0]}", remedy)


def cited_by(content: object, sources: Mapping[str, Source]) -> Iterator[tuple[str, str]]:
    """Yield the source and the locator of each citation in data: a mapping with a source and a locator, or a figure."""
    if isinstance(content, dict):
        source = sources.get(str(content.get("source", "")))
        figure = source.figures.get(str(content.get("figure", ""))) if source else None
        locator = content.get("locator", figure.locator if figure else "")
        if source and isinstance(locator, str) and locator:
            yield source.key, locator
        for value in content.values():
            yield from cited_by(value, sources)
    elif isinstance(content, list):
        for value in content:
            yield from cited_by(value, sources)
