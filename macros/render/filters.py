"""Filters of a list that need no script: radio buttons, and rules in site.css that hide what does not fit.

Where a browser does not know the selector :has(), the buttons do not show and every entry does. site.css has rules for
FACETS filters with MOST values each, whatever they are called here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from macros.render import templates
from macros.render.pieces import block

FACETS = "abc"  # the letters of the classes, one for each filter of a list
MOST = 12  # values of one filter for which site.css has rules
_html = templates.of("filters.html.j2")
Values = Sequence[Sequence[str]]
"""Of one entry: for each facet, the values that it has."""


@dataclass(frozen=True)
class Facet:
    """Something by which entries can be chosen: its title, and its values in the order in which they are offered."""

    title: str
    values: tuple[str, ...]


def _class(facet: int, value: int) -> str:
    return f"f{FACETS[facet]}{value}"


def marks(facets: Sequence[Facet], values: Values) -> str:
    """Return the classes of an entry, or of a group of entries, which has every value that one of them has.

    Raises ValueError for a value that the facet does not list.
    """
    found = [
        _class(n, facet.values.index(value) + 1)
        for n, facet in enumerate(facets)
        for value in facet.values
        if value in values[n]
    ]
    for facet, mine in zip(facets, values, strict=True):
        if strange := set(mine) - set(facet.values):
            raise ValueError(f"{facet.title}: no value {', '.join(sorted(strange))}")
    return " ".join(["filter__item", *found])


def bar(name: str, facets: Sequence[Facet], entries: Sequence[Values]) -> str:
    """Return the buttons, on one line of HTML: of each facet, All and every value, with how many entries have it.

    `name` distinguishes the buttons of one list from those of another on the same page. Raises ValueError for more facets or
    values than site.css has rules for.
    """
    if len(facets) > len(FACETS) or any(len(facet.values) > MOST for facet in facets):
        raise ValueError(f"at most {len(FACETS)} facets with {MOST} values each; add rules to site.css for more")
    groups = []
    for n, facet in enumerate(facets):
        buttons = [{"class": "all", "label": "All", "count": len(entries)}]
        for position, value in enumerate(facet.values, 1):
            if count := sum(value in entry[n] for entry in entries):
                label = value[:1].upper() + value[1:]
                buttons.append({"class": _class(n, position), "label": label, "count": count})
        groups.append({"name": f"{name}-{FACETS[n]}", "title": facet.title, "buttons": buttons})
    return _html("bar", groups=groups)


def filtered(name: str, facets: Sequence[Facet], entries: Sequence[Values], body: str) -> str:
    """Return `body`, Markdown in which each entry carries the classes of `marks`, below the buttons that filter it."""
    return block(f"{bar(name, facets, entries)}\n\n{body}\n\n{_html('some')}", "filter")
