"""The table of what was recorded: every cell comes from a recording, a missing value is named, and a wrong label is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from macros.base.problems import ProblemError
from macros.model.load import Data
from macros.pages.check import check_pages
from macros.pages.registry import MACROS
from macros.render.recordings import merged, recordings, rows
from tests.site import smallsite

COLUMNS = [["Container", "section/measured", "container", "show"], ["Hardened", "section/measured", "vm", "show"]]


@pytest.fixture
def site(tmp_path: Path) -> Path:
    site = smallsite.measure(smallsite.make(tmp_path / "site", lean=True), small="tcg")
    write(site, "container", "clock: the host's\nno row\nswap: 1 < 2 |x|")
    write(site, "vm", "clock: its own\nmodules: *none*\nswap: refused")
    file = site / "snippets" / "section" / "measured" / "recorded.json"
    records = json.loads(file.read_text("utf-8"))
    records["vm"]["accelerator"] = "tcg"
    file.write_text(json.dumps(records), "utf-8")
    return site


def write(site: Path, side: str, text: str) -> None:
    out = site / "snippets" / "section" / "measured" / f"{side}.out"
    out.write_text(f"--8<-- [start:show]\n{text}\n--8<-- [end:show]\n", "utf-8")


def call(site: Path, words: str) -> Data:
    page = site / "docs" / "kernels.md"
    page.write_text(page.read_text("utf-8") + f"\n{{{{ recordings({words}) }}}}\n", "utf-8")
    data = smallsite.load(site)
    check_pages(data, MACROS)
    return data


def refused(site: Path, words: str) -> str:
    with pytest.raises(ProblemError) as caught:
        call(site, words)
    assert [problem.file for problem in caught.value.problems] == ["docs/kernels.md"]
    return str(caught.value)


def test_rows_are_lines_with_a_label() -> None:
    assert rows("a: b\nno row\n: c\nd:\ne f: g: h\n  i: j\nk:l") == [("a", "b"), ("e f", "g: h")]


def test_labels_of_several_columns_keep_their_neighbours() -> None:
    assert merged([["a", "c"], ["a", "b", "c", "d"], ["e", "a"]]) == ["e", "a", "b", "c", "d"]
    assert merged([]) == []


def test_a_table_has_a_cell_for_each_recorded_value_and_names_what_is_missing(site: Path) -> None:
    data = call(site, json.dumps(COLUMNS))
    table, *below = recordings(data, COLUMNS, {"clock": "what `date` says"}, "Seen").split("\n")
    assert table.count("<tr ") == 4  # the heading, and clock, modules, swap
    assert table.index(">clock<") < table.index(">modules<") < table.index(">swap<")
    assert "<small>what `date` says</small>" in table and ">Seen</caption>" in table
    assert 'class="observed--container" data-label="Container" markdown="span">the host&#x27;s</td>' in table
    assert 'class="observed--vm" data-label="Hardened" markdown="span">its own</td>' in table
    assert table.count("not asked") == 1
    assert "1 &lt; 2 &#124;x&#124;" in table and "&#42;none&#42;" in table  # what was recorded is not markup
    assert "Hardened <small>(Virtual machine)</small>" in table and "Container <small>" not in table
    assert "[output](/snippets/section/measured/container.out)" in below[1]
    assert "[output](/snippets/section/measured/vm.out)" in below[3]
    assert "**Hardened.** Recorded 2026-01-02" in below[3] and "software emulation" in below[3]
    assert "software emulation" not in below[1]


def test_two_regions_of_one_recording_are_linked_once(site: Path) -> None:
    twice = [COLUMNS[0], ["Again", *COLUMNS[0][1:]]]
    text = recordings(call(site, json.dumps(twice)), twice)
    assert text.count("container.out") == 1 and "**Container, Again.** Recorded" in text


def test_a_label_that_no_column_has_is_refused(site: Path) -> None:
    message = refused(site, f'{json.dumps(COLUMNS)}, {{"clocks": "x"}}')
    assert "no column of this table has the label 'clocks'" in message
    assert "remedy: one of: clock, modules, swap" in message


def test_a_label_that_a_region_records_twice_is_refused(site: Path) -> None:
    write(site, "vm", "clock: a\nclock: b")
    assert "recorded the label 'clock' twice" in refused(site, json.dumps(COLUMNS))


def test_a_table_does_not_show_the_commands(site: Path) -> None:
    """A region whose commands no page shows is still a mistake, though a table has its output."""
    page = site / "docs" / "kernels.md"
    page.write_text(page.read_text("utf-8").replace('{{ example("section/measured") }}', ""), "utf-8")
    with pytest.raises(ProblemError, match="no page shows the region 'show'"):
        call(site, json.dumps(COLUMNS))


def test_an_edit_shows_in_the_next_build_and_not_within_one(tmp_path: Path) -> None:
    site = smallsite.make(tmp_path / "site", lean=True)
    data = smallsite.load(site)
    before = MACROS["example"].render(data, "section/kernel")
    output = site / "snippets" / "section" / "kernel" / "host.out"
    shown = data.examples["section/kernel"].sides["host"].output[0].text
    assert shown and shown in before
    output.write_text(output.read_text("utf-8").replace(shown, "edited"), "utf-8")
    assert MACROS["example"].render(data, "section/kernel") == before
    assert "\nedited\n" in MACROS["example"].render(smallsite.load(site), "section/kernel")
