"""The record of escapes: its data, the contract that it keeps, and the list that is made of it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from macros.base.markup import literal
from macros.base.problems import ProblemError
from macros.model.escapes import BARRIERS
from macros.model.load import Data, load
from macros.render.escapes import FACETS, escape_counts, escapes
from tests.site import smallsite

BARRIER = {"stops": "no", "known": "mechanism", "why": "It is what was crossed."}
ENTRY = {
    "id": "CVE-2024-0001",
    "boundary": "vm",
    "component": "a device",
    "part": "device emulation",
    "reached": "the monitor's process",
    "year": 2024,
    "scores": [{"value": "7.5", "by": "somebody"}],
    "what": "Something is written outside of a buffer.",
    "source": "manual",
    "locator": "Part 1",
    **dict.fromkeys(BARRIERS, BARRIER),
}
SOURCED = {"stops": "no", "known": "source", "why": "The manual says so.", "source": "manual", "locator": "Part 1"}


def read(tmp_path: Path, *entries: dict[str, Any]) -> Data:
    """Return the data of a small site with these entries."""
    site = smallsite.make(tmp_path / "site", lean=True)
    path = site / "docs" / "data" / "escapes.yml"
    path.write_text(json.dumps(entries, indent=1), "utf-8")  # JSON is YAML
    return load(site)


def test_both_sides_and_every_part_have_entries(data: Data) -> None:
    sides = [one.boundary for one in data.escapes]
    assert min(sides.count("container"), sides.count("vm")) > len(sides) / 4, "the record is about both"
    assert {one.part for one in data.escapes} == set(FACETS[1].values)
    for side in ("container", "vm"):
        assert any(one.exploited for one in data.escapes if one.boundary == side), side


def test_entries_come_latest_first(data: Data) -> None:
    assert [one.year for one in data.escapes] == sorted((one.year for one in data.escapes), reverse=True)


def test_every_kernel_flaw_would_have_met_a_guests_kernel_first(data: Data) -> None:
    """What the pages say of the record: each flaw behind a system call is one that a VM would have stopped."""
    kernel = [one for one in data.escapes if one.part == "system calls"]
    assert kernel
    assert {one.barriers["vm"].stops for one in kernel} == {"yes"}


def test_a_flaw_of_the_hypervisor_is_in_no_process_that_a_user_namespace_confines(data: Data) -> None:
    hypervisor = [one for one in data.escapes if one.part == "hypervisor"]
    assert hypervisor
    assert {one.barriers["userns"].stops for one in hypervisor} == {"no"}


def test_a_user_namespace_helps_against_more_than_half_of_the_runtimes_flaws(data: Data) -> None:
    """What the page says of the record; a count, which the next entry may change, and then the page."""
    runtimes = [one.barriers["userns"].stops for one in data.escapes if one.part == "engine or runtime"]
    assert sum(stops in {"yes", "partly"} for stops in runtimes) > len(runtimes) / 2


def test_exploited_is_what_the_cited_source_says(data: Data) -> None:
    for one in data.escapes:
        places = [(one.source, one.locator), *((b.source, b.locator) for b in one.barriers.values() if b.source)]
        said = any("listed by CISA" in data.sources[source].locators[locator] for source, locator in places)
        assert said == one.exploited, one.id


def test_the_table_names_the_releases_that_lack_a_flaw(data: Data) -> None:
    text = escapes(data)
    assert any(one.fixed for one in data.escapes)
    for one in data.escapes:
        row = re.search(rf'<div class="escape__body" id="{one.id}".*?</details>', text)
        assert row, one.id
        assert (f"fixed in: {literal(one.fixed)}" in row[0]) if one.fixed else ("fixed in:" not in row[0])


def test_some_scores_of_one_flaw_lie_more_than_a_point_apart(data: Data) -> None:
    spans = [[float(score.value) for score in one.scores] for one in data.escapes]
    assert sum(max(span) - min(span) > 1 for span in spans) >= 2


def test_no_vm_stops_what_crossed_a_vms_boundary(data: Data) -> None:
    assert {one.barriers["vm"].stops for one in data.escapes if one.boundary == "vm"} == {"no"}


def test_an_entry_is_read(tmp_path: Path) -> None:
    (one,) = read(tmp_path, ENTRY | {"seccomp": SOURCED}).escapes
    assert (one.id, one.year, one.scores[0].value, one.exploited) == ("CVE-2024-0001", 2024, "7.5", False)
    assert (one.barriers["seccomp"].known, one.barriers["seccomp"].source) == ("source", "manual")


BROKEN: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "source without place": (lambda e: e.update(vm=BARRIER | {"known": "source"}), "'source' is a required property"),
    "place without source": (lambda e: e.update(vm=SOURCED | {"known": "mechanism"}), "'source' goes only with"),
    "unknown, but no": (
        lambda e: e.update(vm=BARRIER | {"known": "unknown"}),
        "known: unknown goes with stops: unknown",
    ),
    "known, but unknown": (lambda e: e.update(vm=BARRIER | {"stops": "unknown"}), "what is known is yes, partly or no"),
    "no number": (lambda e: e.update(id="VENOM"), "a CVE number"),
    "no such side": (lambda e: e.update(boundary="host"), "container or vm"),
    "no such part": (lambda e: e.update(part="luck"), "engine or runtime"),
    "no score": (lambda e: e.update(scores=[]), "should be non-empty"),
    "a key too many": (lambda e: e.update(mood="bad"), "unknown key 'mood'"),
    "no such source": (lambda e: e.update(source="none"), "CVE-2024-0001: there is no source 'none'"),
    "no such place": (lambda e: e.update(locator="Part 9"), "declares no locator 'Part 9'"),
    "no such place for a barrier": (
        lambda e: e.update(seccomp=SOURCED | {"locator": "Part 9"}),
        "declares no locator 'Part 9'",
    ),
    "a VM against a VM's flaw": (lambda e: e.update(vm=BARRIER | {"stops": "yes"}), "a VM would have stopped it"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_entry_is_refused_with_its_line(tmp_path: Path, case: str) -> None:
    change, message = BROKEN[case]
    entry = dict(ENTRY)
    change(entry)
    with pytest.raises(ProblemError) as caught:
        read(tmp_path, entry)
    assert message in str(caught.value)
    assert re.search(r"docs/data/escapes\.yml:\d+: ", str(caught.value))


def test_an_entry_stands_once(tmp_path: Path) -> None:
    with pytest.raises(ProblemError, match="CVE-2024-0001 occurs twice"):
        read(tmp_path, ENTRY, ENTRY)


def test_the_table_says_everything_in_words(data: Data) -> None:
    """Each entry is folded, with its number as address; each barrier has a word beside its mark, and how it is known."""
    text = escapes(data)
    for one in data.escapes:
        row = re.search(rf'<div class="escape__body" id="{one.id}".*?</details>', text)
        assert row, one.id
        cells = re.findall(r"<dd.*?</dd>", row[0])
        assert len(cells) == len(BARRIERS)
        for name, cell in zip(BARRIERS, cells, strict=True):
            barrier = one.barriers[name]
            assert f"</span> {barrier.stops}</span>" in cell
            known = {"source": "{: .cite }", "mechanism": "by the mechanism", "unknown": ""}[barrier.known]
            assert known in cell
        assert all(score.value in row[0] for score in one.scores)
        assert ("exploited" in row[0]) == one.exploited


def test_the_table_is_filtered_by_its_classes(data: Data) -> None:
    """A button offers each value with the number of rows that carry its class."""
    text = escapes(data)
    buttons = re.findall(r'class="(f[abc]\d+)"[^>]*> [^<]+ <small>\((\d+)\)', text)
    assert len(buttons) >= 10
    for name, count in buttons:
        assert len(re.findall(rf'<details class="[^"]*\b{name}\b', text)) == int(count)


def test_the_counts_are_those_of_the_record(data: Data) -> None:
    _, _, *lines = escape_counts(data).splitlines()
    for line, side in zip(lines, ("container", "vm"), strict=True):
        mine = [one for one in data.escapes if one.boundary == side]
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        assert cells[1] == str(len(mine))
        assert cells[2].startswith(f"{sum(one.barriers['vm'].stops == 'yes' for one in mine)} yes, ")
