"""Addresses within the site: of files, claims, sources and machines."""

from __future__ import annotations

from macros.base.markup import slug
from macros.model.claims import Claim
from macros.model.sources import Source, shelf

CLAIMS = "/claims.md"  # the list of all, with the permanent anchors; each claim stands on the page of its section


def address(file: str) -> str:
    """Return the address of a published file of this project: docs/data/x is /data/x, the rest as it is."""
    return f"/{file.removeprefix('docs/')}"


def claim_page(found: Claim) -> str:
    """Return the path of the page on which a claim stands in full."""
    return f"/claims/{found.section}.md"


def anchor(key: str, locator: str) -> str:
    """Return the id of a locator on a page of sources."""
    return f"{key}-{slug(locator)}"


def source_page(source: Source) -> str:
    """Return the path of the page on which a source stands."""
    return f"/sources/{shelf(source).id}.md"


def place(source: Source, locator: str) -> str:
    """Return the address of what the site says of a place in a source."""
    return f"{source_page(source)}#{anchor(source.key, locator)}"


def machine_link(name: str) -> str:
    """Return a link to what the site says of a machine, as Markdown."""
    return f"[{name}](/checking.md#machine-{slug(name)})"
