"""What a page shows and cites, so that other pages can refer to it: noted while its macro calls are checked."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields

from macros.base.markup import slug
from macros.base.problems import Problems
from macros.model.load import Data
from macros.pages.parse import Call, body

Shown = set[tuple[str, ...]]
"""What pages show: ("example", id, side, region), ("chart", id, page) or ("script", path, region)."""


Columns = tuple[tuple[str, ...], ...]
"""The columns of a table of observations, each its title, example, side and region."""


@dataclass(frozen=True)
class Page:
    """A page as others refer to it: its path from '/', its title, the examples that it shows, each with its anchor, and what it cites.

    `observed` has its tables of observations: of each, the columns as the page writes them.
    """

    path: str
    title: str
    examples: tuple[tuple[str, str], ...]
    cites: tuple[tuple[str, str], ...]
    observed: tuple[Columns, ...] = ()


@dataclass(frozen=True)
class Site(Data):
    """The data of one build together with its pages, once those have been checked."""

    pages: tuple[Page, ...] = ()


@dataclass
class Uses:
    """What the calls of one page use, each thing once and in the order of the page."""

    examples: dict[tuple[str, str], None] = field(default_factory=dict)
    cites: dict[tuple[str, str], None] = field(default_factory=dict)
    observed: dict[Columns, None] = field(default_factory=dict)


@dataclass(frozen=True)
class Use:
    """A macro call while it is checked: its check notes here what is wrong with it, what it shows and what it cites."""

    call: Call
    problems: Problems
    shown: Shown
    uses: Uses

    def bad(self, what: str, remedy: str) -> None:
        """Note what is wrong with the call, and what would be right."""
        self.problems.bad(self.call.file, what, remedy, line=self.call.line)

    def shows_example(self, example: str, anchor: str) -> None:
        """Note that the page shows an example under this anchor."""
        self.uses.examples[(example, anchor)] = None

    def shows_observed(self, columns: Columns) -> None:
        """Note that the page shows a table of observations."""
        self.uses.observed[columns] = None

    def cites(self, source: str, locator: str) -> None:
        """Note that the page cites a place in a source."""
        self.uses.cites[(source, locator)] = None


def example_anchor(example: str, side: str = "", region: str = "") -> str:
    """Return the id under which a page shows an example, or a side or region of it."""
    return "-".join(filter(None, ("example", slug(example), side, region)))


def as_page(path: str, text: str, uses: Uses) -> Page:
    """Return what others refer to of a page; `path` is relative to docs/."""
    title = re.search(r"^# (.+?)\s*(?:\{.*\})?$", body(text), re.MULTILINE)
    return Page(
        path=f"/{path}",
        title=title[1] if title else path,
        examples=tuple(uses.examples),
        cites=tuple(uses.cites),
        observed=tuple(uses.observed),
    )


def with_pages(data: Data, pages: tuple[Page, ...]) -> Site:
    """Return the data together with the pages."""
    return Site(**{one.name: getattr(data, one.name) for one in fields(Data)}, pages=pages)
