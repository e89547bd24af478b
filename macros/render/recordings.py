"""Renders what several examples recorded as one table: a row a label, a column a recording.

A script prints what it finds as lines `LABEL: VALUE`. Regions of recorded output that speak of the same things use the
same labels, and stand side by side here. Nothing in a cell is typed by hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from macros.base.markup import literal
from macros.model.load import Data
from macros.pages.registry import macro
from macros.pages.uses import Site, Use
from macros.render import tables, templates
from macros.render.examples import recording_note
from macros.render.marks import SIDE_LABELS
from macros.render.pieces import provenance
from macros.render.values import kept, marked

LINE = re.compile(r"(?P<label>[^\s:][^:]*): +(?P<value>\S.*)")
# Words by which a title says of itself which side its column is.
SIDE_WORDS = {
    "host": ("host",),
    "container": ("container",),
    "rootless": ("rootless",),
    "system": ("system container", "lxc"),
    "gvisor": ("gvisor", "runsc"),
    "vm": ("vm", "virtual machine", "guest"),
}
PARTS = ("title", "example", "side", "region")  # of a column
FORM = 'write ["TITLE", "SECTION/NAME", "SIDE", "REGION"]'
_html = templates.of("recordings.html.j2")


def rows(text: str) -> list[tuple[str, str]]:
    """Return the lines `LABEL: VALUE` of a recorded region, in order; other lines are not rows."""
    found = (LINE.fullmatch(line.rstrip()) for line in text.splitlines())
    return [(match["label"], match["value"]) for match in found if match]


def merged(columns: Iterable[Iterable[str]]) -> list[str]:
    """Return every label of every column once. A label that a column adds comes after the one it follows there."""
    order: list[str] = []
    for column in columns:
        after = -1
        for label in column:
            if label not in order:
                order.insert(after + 1, label)
            after = order.index(label)
    return order


def _recorded(data: Data, example_id: str, side: str, region: str) -> list[tuple[str, str]]:
    """Return the labels and values of a region. It may be missing in a draft alone: see `load`."""
    parts = data.examples[example_id].sides[side].output
    return rows(next((part.text for part in parts if part.name == region), ""))


def _unsaid(title: str, side: str) -> str:
    """Return the side's name, or "" where a column's title says it."""
    said = any(re.search(rf"\b{word}", title.lower()) for word in SIDE_WORDS[side])
    return "" if said else SIDE_LABELS[side]


def check_recordings(data: Data, use: Use, columns: list[list[str]], labels: dict[str, str] | None) -> None:
    """Check a call of `recordings`.

    It does not count as showing a region: the commands are shown by `example`, here or on another page.
    """
    known: list[list[str]] = []
    for column in columns:
        if len(column) != 4:
            return use.bad(f"a column of 'recordings' has {len(column)} parts, not 4", FORM)
        title, example_id, side, region = column
        chosen = data.examples.get(example_id)
        if not title.strip():
            return use.bad("a column of 'recordings' has no title", FORM)
        if chosen is None:
            return use.bad(f"there is no example '{example_id}'", f"one of: {', '.join(data.examples)}")
        if side not in chosen.sides:
            return use.bad(f"the example {example_id} has no side '{side}'", f"one of: {', '.join(chosen.sides)}")
        names = [part.name for part in chosen.sides[side].regions]
        if region not in names:
            what = f"the example {example_id} has no region '{region}' on its side {side}"
            return use.bad(what, f"one of: {', '.join(names)}")
        found = [label for label, _ in _recorded(data, example_id, side, region)]
        if not found and not data.stale:
            what = f"the region '{region}' of {example_id}/{side} recorded no line 'LABEL: VALUE'"
            return use.bad(what, "let the script print such lines, then record it again")
        if repeated := sorted({label for label in found if found.count(label) > 1}):
            what = f"the region '{region}' of {example_id}/{side} recorded the label '{repeated[0]}' twice"
            return use.bad(what, "let the script print each label once")
        known.append(found)
    if not data.stale and (lost := [label for label in labels or {} if label not in merged(known)]):
        what = f"no column of this table has the label '{lost[0]}'"
        return use.bad(what, f"one of: {', '.join(merged(known))}")
    use.shows_observed(tuple(map(tuple, columns)))
    return None


def files(data: Site) -> dict[str, str]:
    """Return the files of the pages' tables of observations, by name."""
    made: dict[str, str] = {}
    for page in data.pages:
        for columns in page.observed:
            found = [
                {
                    label: kept(value, data.examples[example], side)
                    for label, value in _recorded(data, example, side, region)
                }
                for _, example, side, region in columns
            ]
            name, rows = tables.observed_name(columns), tables.observed(columns, found, merged(found))
            titles = [title for title, *_ in columns]
            about = {"page": page.path, "columns": [dict(zip(PARTS, one, strict=True)) for one in columns]}
            made[f"{name}.csv"] = tables.as_csv(["observed", *titles], rows)
            made[f"{name}.json"] = tables.as_json(about, rows)
    return made


@macro(check_recordings)
def recordings(data: Data, columns: list[list[str]], labels: dict[str, str] | None = None, caption: str = "") -> str:
    """Return a table of what was recorded, as Markdown, with links to every recording.

    Each of `columns` is a title, an example's id, a side and a region. `labels` says of a label, in inline Markdown,
    what it means. The arguments have been checked by `check_recordings`.
    """
    explained = labels or {}
    found = [dict(_recorded(data, *place)) for _, *place in columns]
    shown = [
        {
            "title": title,
            "side": side,
            "label": _unsaid(title, side),
            "found": {label: marked(value, data.examples[example_id], side) for label, value in cells.items()},
        }
        for (title, example_id, side, _), cells in zip(columns, found, strict=True)
    ]
    body = [{"label": label, "told": explained.get(label, "")} for label in merged(found)]
    lines = [_html("table", columns=shown, rows=body, caption=caption), ""]
    for example_id, side in dict.fromkeys((example_id, side) for _, example_id, side, _ in columns):
        mine = [n for n, (_, *place) in enumerate(columns) if place[:2] == [example_id, side]]
        chosen = data.examples[example_id]
        values = [value for n in mine for value in found[n].values()]
        titles = ", ".join(literal(columns[n][0]) for n in mine)
        if side in chosen.records:
            lines += [recording_note(chosen, chosen.sides[side], values, titles), ""]
    lines += [provenance(tables.links(tables.observed_name(columns))), ""]
    return "\n".join(lines)
