"""On which shelf a source stands: the Sources pages are one a shelf, so that each stays small as sources are added.

A shelf is told by a source's venue, so that nobody has to choose one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .data import Source


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
