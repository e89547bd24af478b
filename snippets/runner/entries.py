"""Which entries of an example's recorded.json a recording replaces, so that values shown beside each other belong together."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from macros.model.examples import SIDES
from macros.model.recordings import Record
from macros.model.values import HOST


def renewed(old: Mapping[str, Record], new: Mapping[str, Record], unchanged: Collection[str]) -> dict[str, Record]:
    """Return the entries by side after a recording, in the order of sides.

    `new` has an entry for each side that was recorded, `unchanged` names those whose text, placeholders included, is as
    it was. If no entry says anything new, all stay, whatever the values of this run. If one does, all of `new` are
    taken, since values of two runs must not stand beside each other. A side that was not recorded this time keeps its
    values only where they agree with this recording about the host.
    """
    if all(_says_the_same(old.get(side), entry) and side in unchanged for side, entry in new.items()):
        return {side: old[side] for side in SIDES if side in old}
    host: dict[str, str] = {}
    for entry in new.values():
        host |= _of_host(entry)
    entries = dict(new)
    for side, entry in old.items():
        if side not in new:
            agrees = all(host.get(tag, value) == value for tag, value in _of_host(entry).items())
            entries[side] = entry if agrees else replace(entry, values={})
    return {side: entries[side] for side in SIDES if side in entries}


def _says_the_same(old: Record | None, new: Record) -> bool:
    """Return whether an entry need not be replaced: date, versions, seconds and values differ in each recording."""
    return (
        old is not None
        and bool(old.seconds)
        and (old.digest, old.machine, set(old.values)) == (new.digest, new.machine, set(new.values))
    )


def _of_host(entry: Record) -> dict[str, str]:
    return {tag: value for tag, value in entry.values.items() if tag.startswith(HOST)}
