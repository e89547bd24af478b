"""Renders the record of escapes: entries that can be filtered without a script, and its counts."""

from __future__ import annotations

from macros.base.markup import literal
from macros.model.escapes import BARRIERS, PARTS, Barrier, Escape
from macros.model.load import Data
from macros.pages.registry import macro
from macros.render import templates
from macros.render.filters import Facet, filtered, marks
from macros.render.marks import SIDE_LABELS, badge, side_name
from macros.render.sources import cite

TITLES = dict(zip(BARRIERS, ("A VM", "A user namespace", "seccomp"), strict=True))
MARKS = {"yes": ("✓", "holds"), "partly": ("◐", "outdated"), "no": ("✗", "false"), "unknown": ("?", "unknown")}
NONE = "none of the three"
UNTOLD = "not known of all three"
SIDES = ("container", "vm")
FACETS = (
    Facet("Boundary of", tuple(SIDE_LABELS[side].lower() for side in SIDES)),
    Facet("Flaw in", PARTS),
    Facet("Stopped or weakened by", (*(TITLES[name] for name in BARRIERS), NONE, UNTOLD)),
)
NVD = "https://nvd.nist.gov/vuln/detail"
_html = templates.of("escapes.html.j2")


def _values(one: Escape) -> tuple[list[str], list[str], list[str]]:
    """Return what an entry has of each of the facets."""
    helped = [TITLES[name] for name, barrier in one.barriers.items() if barrier.stops in {"yes", "partly"}]
    untold = any(barrier.stops == "unknown" for barrier in one.barriers.values())
    return [SIDE_LABELS[one.boundary].lower()], [one.part], helped or [UNTOLD if untold else NONE]


def _barrier(data: Data, barrier: Barrier) -> str:
    known = {
        "source": cite(data, barrier.source, barrier.locator) if barrier.source else "",
        "mechanism": _html("mechanism"),
        "unknown": "",
    }[barrier.known]
    return f"{_stops(barrier)} {literal(barrier.why)} {known}".strip()


def _stops(barrier: Barrier) -> str:
    return badge(barrier.stops, *MARKS[barrier.stops])


def _entry(data: Data, one: Escape) -> str:
    """Return an entry: what tells it from others, and folded below it all that is known."""
    return _html(
        "entry",
        one=one,
        classes=marks(FACETS, _values(one)),
        boundary=side_name(one.boundary),
        address=f"{NVD}/{one.id}",
        what=f"{literal(one.what)} *Reached:* {literal(one.reached)}. {cite(data, one.source, one.locator)}",
        barriers=[
            {"title": TITLES[name], "stops": _stops(one.barriers[name]), "why": _barrier(data, one.barriers[name])}
            for name in BARRIERS
        ],
    )


@macro()
def escapes(data: Data) -> str:
    """Return every entry, folded, below buttons by which they are filtered; without :has(), all show."""
    entries = "\n\n".join(_entry(data, one) for one in data.escapes)
    return filtered("escapes", FACETS, [_values(one) for one in data.escapes], entries)


@macro()
def escape_counts(data: Data) -> str:
    """Return, for each side, how many entries there are and how many each of the three would have stopped, at least partly."""
    lines = ["| Boundary of | Entries | " + " | ".join(TITLES.values()) + " |"]
    lines.append("|---|---:|" + "---:|" * len(BARRIERS))
    for side in SIDES:
        mine = [one for one in data.escapes if one.boundary == side]
        cells = []
        for name in BARRIERS:
            stops = [one.barriers[name].stops for one in mine]
            cells.append(f"{stops.count('yes')} yes, {stops.count('partly')} partly")
        lines.append(f"| {side_name(side)} | {len(mine)} | {' | '.join(cells)} |")
    return "\n".join(lines)
