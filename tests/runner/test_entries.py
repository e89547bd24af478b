"""Which entries of recorded.json a recording replaces: none for nothing new, and never values of two runs side by side."""

from __future__ import annotations

from dataclasses import replace

from macros.model.recordings import Record
from snippets.runner.entries import renewed

HOST = Record("d1", "2026-01-01", "m", "none", {}, 1.0, values={"host-id": "1"})
INSIDE = Record("d2", "2026-01-01", "m", "none", {}, 1.0, values={"host-id": "1", "pid": "7"})
VM = Record("d3", "2026-01-01", "m", "tcg", {}, 1.0, values={"id": "3"})
OLD = {"host": HOST, "container": INSIDE, "vm": VM}


def later(entry: Record, **values: str) -> Record:
    return replace(entry, date="2026-02-02", seconds=2.0, values=values)


NEW = {
    "host": later(HOST, **{"host-id": "9"}),
    "container": later(INSIDE, **{"host-id": "9", "pid": "8"}),
    "vm": later(VM, id="4"),
}


def test_a_recording_that_says_nothing_new_leaves_all_as_it_was() -> None:
    assert renewed(OLD, NEW, set(OLD)) == OLD


def test_one_new_text_renews_the_values_of_every_side() -> None:
    assert renewed(OLD, NEW, {"host", "container"}) == NEW


def test_values_are_kept_as_soon_as_there_are_some() -> None:
    bare = {side: replace(entry, values={}) for side, entry in OLD.items()}
    assert renewed(bare, NEW, set(OLD)) == NEW


def test_a_side_that_did_not_run_keeps_only_values_that_agree_about_the_host() -> None:
    new = {"container": NEW["container"], "vm": NEW["vm"]}
    assert renewed(OLD, new, set())["host"] == replace(HOST, values={})
    agreeing = {"container": later(INSIDE, **{"host-id": "1", "pid": "8"})}
    found = renewed(OLD, agreeing, set())
    assert (found["host"], found["vm"]) == (HOST, VM)
    assert list(found) == ["host", "container", "vm"]


def test_a_changed_script_or_machine_renews() -> None:
    assert renewed(OLD, NEW | {"vm": replace(NEW["vm"], digest="d4")}, set(OLD))["host"] == NEW["host"]
    assert renewed(OLD, {s: replace(e, machine="n") for s, e in NEW.items()}, set(OLD))["host"].machine == "n"
