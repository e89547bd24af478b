"""Results as charts, tables and words: what is drawn, what is said, and what is refused."""

from __future__ import annotations

import functools
import html.parser
import http.server
import json
import re
import threading
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from macros.base import statistics
from macros.base.problems import ProblemError, Problems
from macros.base.units import NARROW
from macros.model.load import Data
from macros.model.results import SideRun
from macros.pages import built
from macros.pages.check import check_pages
from macros.pages.parse import Call
from macros.pages.registry import MACROS
from macros.pages.uses import Use, Uses
from macros.render.axis import axis
from macros.render.results import interval
from tests.browser.test_pages import AXE, Quiet, violations
from tests.site import smallsite

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

E = "section/measured"
CHARTS, PAGE, SOURCES = "docs/data/charts.yml", "docs/kernels.md", "docs/data/sources.yml"
TOML = "snippets/section/measured/example.toml"
RESULT = "docs/data/results/small/section.measured.json"
Sides = dict[str, dict[str, Any]]


def make(where: Path, *, lean: bool = True, **machines: str) -> Path:
    return smallsite.measure(smallsite.make(where, lean=lean), **(machines or {"small": "tcg", "fast": "kvm"}))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("measured") / "site", lean=False)


@pytest.fixture(scope="module")
def data(site: Path) -> Data:
    return smallsite.load(site)


@pytest.fixture(scope="module")
def kvm(tmp_path_factory: pytest.TempPathFactory) -> Data:
    return smallsite.load(make(tmp_path_factory.mktemp("kvm") / "site", small="kvm"))


def refused(data: Data, name: str, *words: str) -> str:
    """Return what the check of a call says, with its remedy, or ""."""
    problems = Problems(data.root)
    call = Call(name=name, args=words, kwargs={}, file="docs/kernels.md", line=1)
    MACROS[name].inspect(data, Use(call=call, problems=problems, shown=set(), uses=Uses()))
    return "\n".join(f"{one.what}\n{one.remedy}" for one in problems.found)


def said(data: Data, name: str, *words: str) -> str:
    assert refused(data, name, *words) == ""
    return re.sub(r"\]\([^)]*\)", "]", MACROS[name].render(data, *words)).replace(NARROW, " ")


def rewrite(site: Path, change: Callable[[Sides], None]) -> None:
    """Change the small machine's result of the experiment by `change`, a function of its sides."""
    path = site / RESULT
    content = json.loads(path.read_text("utf-8"))
    change(content["sides"])
    path.write_text(json.dumps(content), "utf-8")


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("unit", ["s", "B", "count", "1/s", "bit/s"])
def test_an_axis_holds_its_values(unit: str, log: bool) -> None:
    for values in (
        [1.0],
        [0.001, 0.001],
        [1e-9, 5e4],
        [3.3, 7.1, 9.99],
        [10.0, 100.0],
        [0.1, 0.3],
        [59.0, 61.0],
        [1e15, 2e15],
    ):
        found = axis(values, unit, log=log)
        assert found.low <= min(values) <= max(values) <= found.high * (1 + 1e-9)
        assert 2 <= len(found.ticks) <= (20 if log else 7)
        assert all(0 <= found.share(one) <= 1 for one in values)
        assert found.share(found.low) == 0
        assert found.share(found.high) == 1
        assert found.share(min(values)) > 0, "a bar has a length"
        labels = [found.label(one) for one in found.ticks]
        assert len(set(labels)) == len(labels)


def test_an_axis_of_nothing_and_of_less_than_nothing() -> None:
    assert axis([], "s").high > 0
    assert axis([0.0, 0.0], "s").share(0) == 0
    below = axis([-0.25, 0.5], "s")
    assert below.low <= -0.25
    assert 0 < below.share(0) < 1
    assert axis([], "s", log=True).share(0) == 0


# -- what is drawn ---------------------------------------------------------------------------------


class Cells(html.parser.HTMLParser):
    """The rows of the first table of a text: each its class and the text of its cells."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.rows: list[tuple[str, list[str]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append((dict(attributes).get("class") or "", []))
        if tag in {"th", "td"} and self.rows:
            self.rows[-1][1].append("")

    def handle_data(self, text: str) -> None:
        if self.rows and self.rows[-1][1]:
            self.rows[-1][1][-1] += text.replace(NARROW, " ")


def block(text: str, machine: str) -> str:
    """Return the part of a chart that shows one machine."""
    return re.split(r'<div class="chart__machine"', text.split(f'data-machine="{machine}"')[1])[0]


def test_the_small_site_reads(site: Path, data: Data) -> None:
    check_pages(data, MACROS)


def test_a_chart_is_a_table_of_its_rows_in_four_styles(data: Data) -> None:
    text = MACROS["chart"].render(data, "start")
    assert '<figcaption markdown="span">From the command to the first line <a class="headerlink"' in text
    assert "The clock runs from: the command starts; to: the first line is written." in text
    rows = Cells(block(text, "small")).rows[1:]
    assert [row[0] for row in rows] == [
        "row--container",
        "row--container",
        "row--vm row--published",
        "axis",
        "",
        "row--vm row--emulated",
        "axis",
    ]
    container, network, theirs, axis_, _, guest, _ = (row[1] for row in rows)
    assert container[:3] == ["A container Container", "310 ms", "290 to 330 ms"]
    assert network[:3] == ["of which network Container, difference, round by round", "100 ms", "100 to 100 ms"]
    assert guest[:3] == ["A guest Virtual machine, software emulation (TCG)", "3 100 ms", "2 900 to 3 300 ms"]
    assert theirs[0].startswith("A guest of theirs Virtual machine, published, hardware virtualisation [A manual]")
    assert theirs[1:3] == ["125 ms", "published"]
    assert axis_[0] == "Scale: logarithmic, each line is ten times the one before, in ms"
    # What is emulated is folded below what is published, in a part that opens without a script.
    assert re.search(r'<details class="chart__folded"[^>]*>(?:(?!</details>).)*row--emulated', block(text, "small"))
    assert block(text, "small").index("row--published") < block(text, "small").index("chart__folded")


def test_two_machines_stand_below_each_other_with_a_chooser(data: Data) -> None:
    for name in ("start", "memory"):
        text = MACROS["chart"].render(data, name)
        assert re.findall(r'data-machine="(\w+)"', text) == ["small", "fast"]
        assert 'class="chooser" hidden' in text
        assert f'<label for="machine-of-{name}">' in text
        assert f'<select id="machine-of-{name}"' in text
        assert "software emulation (TCG)" in block(text, "small")
        assert "hardware virtualisation (KVM)" in block(text, "fast")
        assert "software emulation (TCG)" not in block(text, "fast")
        assert "row--emulated" not in block(text, "fast")
        assert "/data/results/fast/section.measured.json" in block(text, "fast")


def test_one_machine_needs_no_chooser(kvm: Data) -> None:
    text = MACROS["chart"].render(kvm, "start")
    assert "chooser" not in text
    assert "row--emulated" not in text
    assert "Hatched" not in text


def test_provenance_names_date_machine_rounds_commit_and_files(data: Data) -> None:
    for name, words in (("chart", ("start",)), ("results", (E,))):
        text = MACROS[name].render(data, *words)
        line = re.search(r'<p class="provenance" data-search-exclude markdown="1">(.*?)</p>', text)
        assert line is not None
        assert line[1] == (
            "Recorded 2026-01-03 on [small](/checking.md#machine-small) at commit 0123abc. section/measured, 5 rounds: "
            "[raw samples](/data/results/small/section.measured.json) · scripts: "
            "[container](/snippets/section/measured/container.sh) · [vm](/snippets/section/measured/vm.sh)."
        )


def test_a_line_chart_and_its_table_hold_the_same_values(data: Data) -> None:
    text = block(MACROS["chart"].render(data, "memory"), "small")
    rows = [row[1] for row in Cells(text).rows]
    assert rows[0] == ["instances", "Containers", "Guests"]
    assert [row[0] for row in rows[1:]] == ["instances: 1", "instances: 2", "instances: 4"]
    assert rows[1][1].startswith("3.00 MB (3.00 to 3.00 MB)")
    assert rows[3][2].startswith("120 MB")
    svg = ElementTree.fromstring(re.findall(r"<svg.*?</svg>", text)[0])
    marks = [one.attrib for one in svg.iter() if "ln-mark" in one.attrib.get("class", "")]
    assert len(marks) == 3 + 3 + 1
    assert sum("ln-hollow" in one["class"] for one in marks) == 3 + 1
    assert "Theirs (instances: 1): 5.2 MB" in text.replace(NARROW, " ")


def test_the_key_shows_each_line_as_it_is_drawn(data: Data) -> None:
    """No label stands in the drawing: under it, each line has its own dashes and marker before its name."""
    for machine in ("small", "fast"):
        text = block(MACROS["chart"].render(data, "memory"), machine)
        plot, *keys = (ElementTree.fromstring(svg) for svg in re.findall(r"<svg.*?</svg>", text))
        names = re.findall(r"</svg> ([^:<(]+?)(?: \(instances: 1\))?:", text)
        assert names == ["Containers", "Guests", "Theirs"]
        drawn = [one.attrib["class"] for one in plot.iter("path") if "ln-line" in one.attrib["class"]]
        assert [one.attrib["class"] for key in keys for one in key.iter("path")] == drawn
        looks = [(one.tag, one.attrib["class"]) for key in keys for one in key if "ln-mark" in one.attrib["class"]]
        assert len(looks) == len(set(looks)) == 3
        assert set(looks) == {
            (one.tag, one.attrib["class"]) for one in plot if "ln-mark" in one.attrib.get("class", "")
        }
        assert all(key.attrib["aria-hidden"] == "true" for key in keys), "a name stands beside each"


def test_what_was_not_committed_is_said(tmp_path: Path) -> None:
    site = make(tmp_path / "site")
    path = site / RESULT
    path.write_text(path.read_text("utf-8").replace('"0123abc"', '"0123abc+"'), "utf-8")
    text = MACROS["chart"].render(smallsite.load(site), "start")
    assert "at commit 0123abc, with changes that were not committed. section" in text


def svgs(data: Data) -> list[str]:
    return [
        svg
        for name in data.charts
        for svg in re.findall(r'<svg viewBox="0 0.*?</svg>', MACROS["chart"].render(data, name))
    ]


def test_an_svg_has_numbers_classes_and_words(data: Data, kvm: Data) -> None:
    for text in svgs(data) + svgs(kvm):
        svg = ElementTree.fromstring(text)
        assert svg.attrib["role"] == "img"
        assert svg.find("title") is not None
        assert svg.find("desc") is not None
        assert float(svg.attrib["viewBox"].split()[2]) <= 380
        assert "nan" not in text.lower().replace("instances", "")
        assert "inf" not in text.lower()
        for one in svg.iter():
            assert not {"fill", "stroke", "style", "color"} & set(one.attrib)
            for key in ("x", "y", "cx", "cy"):
                assert 0 <= float(one.attrib.get(key, 0)) <= 380


@pytest.mark.parametrize("across", ["linear", "log"])
@pytest.mark.parametrize("scale", ["linear", "log"])
@pytest.mark.parametrize("values", [[1], [5, 5, 5], [1e-9, 1e9, 3], [2**60, 1, 7]])
def test_no_value_draws_nonsense(tmp_path: Path, values: list[float], scale: str, across: str) -> None:
    site = make(tmp_path / "site")

    def change(sides: Sides) -> None:
        for point in (1, 2, 4):
            sides["container"]["metrics"][f"memory@{point}"]["samples"] = values

    rewrite(site, change)
    path = site / CHARTS
    path.write_text(
        path.read_text("utf-8").replace("kind: lines\n", f"kind: lines\n  scale: {scale}\n  across: {across}\n")
    )
    for text in svgs(smallsite.load(site)):
        ElementTree.fromstring(text)
        assert not re.search(r"\b(?:nan|inf)\b", text, re.IGNORECASE)


def test_a_failed_side_is_drawn_with_its_message(tmp_path: Path) -> None:
    site = make(tmp_path / "site")
    rewrite(site, lambda sides: sides.update(vm=sides["vm"] | {"metrics": {}, "error": "no *guest* came up"}))
    data = smallsite.load(site)
    check_pages(data, MACROS)
    text = MACROS["chart"].render(data, "start")
    rows = Cells(block(text, "small")).rows
    words = ["A guest Virtual machine, software emulation (TCG)", "failed when it was recorded: no *guest* came up"]
    assert rows[3] == ("row--vm", words)
    assert "620" in block(text, "fast")
    assert "Guests: failed when it was recorded: no" in block(MACROS["chart"].render(data, "memory"), "small")
    assert "failed when it was recorded: no *guest* came up" in refused(data, "result", E, "vm", "start")
    listed = MACROS["failures"].render(data)
    assert listed.startswith("- A start, virtual machine, on small: no &#42;guest")
    assert "Failed when it was recorded" in MACROS["results"].render(data, E)


def test_what_another_machine_did_not_record_is_said(tmp_path: Path) -> None:
    site = make(tmp_path / "site")
    path = site / RESULT.replace("small", "fast")
    content = json.loads(path.read_text("utf-8"))
    del content["sides"]["vm"]
    path.write_text(json.dumps(content), "utf-8")
    data = smallsite.load(site)
    assert "not recorded on this machine" in block(MACROS["chart"].render(data, "start"), "fast")
    assert "Guests: not recorded on this machine" in block(MACROS["chart"].render(data, "memory"), "fast")


# -- what is said ----------------------------------------------------------------------------------


def test_a_result_in_words(data: Data, kvm: Data) -> None:
    assert said(data, "result", E, "container", "start") == "[310 ms]"
    assert said(data, "result", E, "container", "memory@4") == "[12.0 MB]"
    assert said(data, "result", E, "vm", "start") == "[3.10 s] under software emulation"
    assert said(data, "result", E, "vm", "threads") == "[3] under software emulation"
    assert said(kvm, "result", E, "vm", "start") == "[3.10 s]"
    with_interval = said(data, "result", E, "vm", "start", "interval")
    assert with_interval == "[3.10 s] (range of 5 rounds 2.90 to 3.30 s) under software emulation"


def test_what_is_used_in_a_minute_in_words(data: Data, kvm: Data) -> None:
    at = (E, "container", "bare")
    readings = data.results[at].values
    assert (
        said(data, "a_minute", *at, "bare") == f"[1.00 min] a minute (range of {len(readings)} rounds 1.00 to 1.00 min)"
    )
    assert said(data, "a_minute", E, "vm", "start", "start").endswith("under software emulation")
    assert not said(kvm, "a_minute", E, "vm", "start", "start").endswith("under software emulation")
    assert "no result" in refused(data, "a_minute", E, "container", "bare", "window")
    assert "not a window of bare" in refused(data, "a_minute", E, "container", "bare", "threads")


def test_a_comparison_in_words(data: Data, kvm: Data) -> None:
    pair = (E, "container", "start", E, "container", "bare")
    assert said(data, "ratio", *pair) == "[1.48 times] (range of 5 rounds 1.43 to 1.53)"
    assert said(data, "difference", *pair) == "[100 ms] (range of 5 rounds 100 to 100 ms)"
    assert said(kvm, "ratio", E, "vm", "start", E, "container", "start").startswith(
        "[10.0 times] (range of 5 rounds 10.0"
    )
    guests = said(data, "ratio", E, "vm", "start", E, "vm", "bare")
    assert guests == "[1.48 times] (range of 5 rounds 1.43 to 1.53) under software emulation"


def test_few_rounds_have_a_range_and_no_interval() -> None:
    """From the least to the greatest of five lies the median in less than 95 % of cases, of six in more."""
    five, six = (statistics.estimate(tuple(float(value) for value in range(1, count + 1))) for count in (5, 6))
    assert interval(five, "s").startswith("range of 5 rounds 1.00 to 5.00")
    assert interval(six, "s").startswith("95 % interval")


def test_no_difference_is_said_in_words(tmp_path: Path) -> None:
    site = make(tmp_path / "site")

    def change(sides: Sides) -> None:
        sides["container"]["metrics"]["bare"]["samples"] = [0.30, 0.31, 0.32, 0.29, 0.33]

    rewrite(site, change)
    path = site / CHARTS
    path.write_text(path.read_text("utf-8").replace("scale: log", "scale: linear"), "utf-8")
    data = smallsite.load(site)
    words = said(data, "ratio", E, "container", "start", E, "container", "bare")
    assert words == "no difference that this experiment can tell ([1.00 times], range of 5 rounds 0.968 to 1.03)"
    words = said(data, "difference", E, "container", "start", E, "container", "bare")
    assert words.startswith("no difference that this experiment can tell ([")


def test_one_round_has_no_interval(tmp_path: Path) -> None:
    site = make(tmp_path / "site")

    def change(sides: Sides) -> None:
        for entry in sides["container"]["metrics"].values():
            del entry["samples"][1:]

    rewrite(site, change)
    data = smallsite.load(site)
    assert said(data, "result", E, "container", "start", "interval") == "[310 ms] (one round, no interval)"
    assert (
        said(data, "ratio", E, "container", "start", E, "container", "bare") == "[1.48 times] (one round, no interval)"
    )
    assert "one round" in MACROS["chart"].render(data, "start")


def test_what_one_more_costs(data: Data) -> None:
    assert said(data, "per_instance", E, "container", "memory") == "[3.00 MB] (range of 5 rounds 3.00 to 3.00 MB)"
    assert said(data, "per_instance", E, "vm", "memory").endswith("under software emulation")


def test_software_emulation_is_not_ranked(data: Data, kvm: Data) -> None:
    for name in ("ratio", "difference"):
        for words in ((E, "vm", "start", E, "container", "start"), (E, "container", "start", E, "vm", "start")):
            message = refused(data, name, *words)
            assert "a figure under software emulation is not ranked against that of a container" in message
            assert "published figure" in message.partition("\n")[2]
            assert refused(kvm, name, *words) == ""


@pytest.mark.parametrize(
    ("name", "words", "message"),
    [
        (
            "result",
            (E, "vm", "none"),
            "there is no result section/measured vm none\none of: section/measured container bare",
        ),
        ("result", (E, "vm", "start", "loud"), "'loud' is not a detail of a result\nwrite \"interval\""),
        ("ratio", (E, "vm", "none", E, "vm", "start"), "there is no result section/measured vm none"),
        ("ratio", (E, "vm", "start", E, "host", "start"), "there is no result section/measured host start"),
        ("ratio", (E, "vm", "start", E, "vm", "start"), "a result compared with itself"),
        ("difference", (E, "vm", "start", E, "vm", "threads"), "a comparison of s with count"),
        (
            "per_instance",
            (E, "vm", "start"),
            "there are no two points of section/measured vm start\none of: section/measured container memory",
        ),
        ("chart", ("none",), "there is no chart 'none'\none of: start, memory"),
        ("results", ("section/none",), "there is no result of 'section/none'\none of: section/measured"),
        ("failures", ("x",), "the arguments of 'failures'"),
    ],
)
def test_a_call_that_cannot_be_rendered_is_refused(data: Data, name: str, words: tuple[str, ...], message: str) -> None:
    assert message in refused(data, name, *words)
    assert "\n" in refused(data, name, *words), "a remedy"


def test_a_ratio_to_zero_is_refused(data: Data) -> None:
    results = {key: replace(one, values=(0.0,) * 5) for key, one in data.results.items()}
    zeros = replace(data, recorded=replace(data.recorded, results={"small": results}))
    assert "which holds 0\nwrite difference" in refused(zeros, "ratio", E, "vm", "start", E, "vm", "bare")


def test_the_plan_lists_every_experiment(data: Data) -> None:
    text = MACROS["experiments"].render(data).replace(NARROW, " ")
    row = Cells(text).rows[1][1]
    assert row[0].startswith("[A start]")
    assert row[2:4] == ["5 rounds", "4.5 s"]
    assert row[4].startswith("software emulation (TCG)")
    assert "One experiment, 4.5 s of recording in all" in text


def test_no_failure_is_said_too(data: Data) -> None:
    assert MACROS["failures"].render(data) == "None of the runs that were recorded failed."


def test_how_a_side_was_recorded_is_read(data: Data) -> None:
    assert data.recorded.runs[("small", E, "container")] == SideRun("none", "2026-01-03", "0123abc", 4.5, 5, RESULT, "")


# -- what is refused -------------------------------------------------------------------------------

GUEST = '{label: "A guest", experiment: section/measured, side: vm, metric: start}'
THEIRS = '    - {label: "A guest of theirs", source: manual, figure: boot}\n'
CASES: dict[str, tuple[tuple[str, str, str], str]] = {
    "experiment": ((CHARTS, GUEST, GUEST.replace("measured", "none")), f"{CHARTS}:9: chart start, row 'A guest': there is no experiment 'section/none'"),
    "no-experiment": ((CHARTS, GUEST, GUEST.replace("measured", "kernel")), "there is no experiment 'section/kernel'"),
    "side": ((CHARTS, GUEST, GUEST.replace("vm", "host")), f"{CHARTS}:9: chart start, row 'A guest': section/measured has no side 'host'"),
    "side-word": ((CHARTS, GUEST, GUEST.replace("vm", "guest")), f"{CHARTS}:9: 0.rows.2.side: 'guest' is not one of"),
    "metric": ((CHARTS, GUEST, GUEST.replace("start", "stop")), f"{CHARTS}:9: chart start, row 'A guest': section/measured declares no metric 'stop'"),
    "minus": ((CHARTS, "minus: bare", "minus: none"), f"{CHARTS}:8: chart start, row 'of which network': section/measured declares no metric 'none'"),
    "minus-and-over": ((CHARTS, "minus: bare", "minus: bare, over: bare"), f"{CHARTS}:8: 0.rows.1:"),
    "minus-unit": ((CHARTS, "minus: bare", "minus: threads"), "a metric in s and one in count"),
    "point-missing": ((CHARTS, GUEST, GUEST.replace("start", "memory")), "'memory' is not how the metric is written"),
    "point-superfluous": ((CHARTS, GUEST, GUEST.replace("start", "start@1")), "'start@1' is not how the metric is written"),
    "point-label": ((CHARTS, GUEST, GUEST.replace("metric: start", 'metric: "memory@2"').replace("A guest", "3 guests")), "row '3 guests': the label counts 3, the metric is that at 2"),
    "point-none": ((CHARTS, GUEST, GUEST.replace("metric: start", 'metric: "memory@3"')), "there is no result of section/measured vm memory@3 on the first machine, small"),
    "line-without-points": ((CHARTS, "side: vm, metric: memory", "side: vm, metric: threads"), f"{CHARTS}:17: chart memory, row 'Guests': 'threads' is not a metric with points"),
    "line-with-point": ((CHARTS, "side: vm, metric: memory", 'side: vm, metric: "memory@1"'), "'memory@1' is not a metric with points"),
    "units-mixed": ((CHARTS, GUEST, GUEST.replace("start", "threads")), f"{CHARTS}:9: chart start, row 'A guest' is in count, the rows before it in s"),
    "units-mixed-ratio": ((CHARTS, "minus: bare", "over: bare"), "row 'of which network' is in times, the rows before it in s"),
    "source": ((CHARTS, "source: manual, figure: boot", "source: none, figure: boot"), f"{CHARTS}:11: chart start, published 'A guest of theirs': there is no source 'none'"),
    "figure": ((CHARTS, "figure: boot", "figure: reboot"), f"{CHARTS}:11: chart start, published 'A guest of theirs': the source 'manual' has no figure 'reboot'"),
    "figure-unit": ((CHARTS, "figure: boot", "figure: each"), "published 'A guest of theirs' is in B, the rows in s"),
    "figure-unknown-unit": ((CHARTS, "figure: boot", "figure: pages"), "the figure cannot be drawn: the unit 'pages' is none of"),
    "figure-range": ((SOURCES, '"125"', '"125 to 150"'), "the figure cannot be drawn: '125 to 150' is not one number"),
    "accelerator": ((SOURCES, '"hardware virtualisation"', '"kvm"'), f"{SOURCES}:14: manual.figures.boot.of.accelerator: 'kvm' is not one of"),
    "accelerator-typed": ((CHARTS, "figure: boot}", "figure: boot, accelerator: none}"), f"{CHARTS}:11: 0.published.0: unknown key 'accelerator'"),
    "label-of-another": ((CHARTS, "A guest of theirs", "A native program"), f"{CHARTS}:11: chart start, published 'A native program': the label does not name what the figure is of"),
    "label-of-another-year": ((CHARTS, "A guest of theirs", "A guest of theirs, 1999"), "the label says 1999, the source is of 2024"),
    "of-nothing": ((SOURCES, ', of: {name: "theirs", accelerator: "hardware virtualisation", side: "vm"}', ""), "the figure 'boot' of 'manual' does not say what it is of"),
    "quoted": ((SOURCES, 'says: "How long it takes."', 'says: "How long it takes.", quote: "in all, 152 ms"'), "the quotation of 'manual', figure 'boot', does not hold '125' and 'ms'"),
    "at-on-bars": ((CHARTS, "figure: boot}", "figure: boot, at: 1}"), f"{CHARTS}:11: chart start, published 'A guest of theirs': 'at' goes only with lines"),
    "across-on-bars": ((CHARTS, "scale: log", "scale: log\n  across: log"), f"{CHARTS}:6: chart start: 'across' goes only with lines"),
    "id-twice": ((CHARTS, "id: memory", "id: start"), f"{CHARTS}:12: the chart id 'start' occurs twice (first in line 1)"),
    "label-twice": ((CHARTS, '"A guest"', '"A container"'), f"{CHARTS}:1: chart start has two rows 'A container'"),
    "nobody-shows": ((PAGE, '{{ chart("memory") }}', ""), f"{CHARTS}:12: no page shows the chart 'memory'"),
    "shown-twice": ((PAGE, '{{ chart("memory") }}', '{{ chart("memory") }}\n\n{{ chart("memory") }}'), f"{PAGE}:19: the chart 'memory' occurs twice on the page"),
    "unpublished": ((CHARTS, f"  published:\n{THEIRS}", ""), f"{CHARTS}:1: chart start holds a figure under software emulation and none under hardware virtualisation"),
    "published-emulated": ((SOURCES, '"hardware virtualisation"', '"software emulation"'), "chart start holds a figure under software emulation and none under hardware"),
    "published-and-not": ((CHARTS, "scale: log", "scale: log\n  no_published: There is none that anybody knows."), "chart start says why there is no published figure, and has one"),
    "log-zero": ((RESULT, "0.31,", "0, 0, 0, 0,"), f"{CHARTS}:1: chart start, row 'A container' reaches 0 on small, which a logarithmic scale does not have"),
    "log-published-zero": ((SOURCES, '"125"', '"0"'), f"{CHARTS}:1: chart start, published 'A guest of theirs' is 0"),
    "unrecorded": ((RESULT, '"bare"', '"gone"'), "sides.container.metrics.gone: section/measured/example.toml declares no such metric"),
    "kind": ((CHARTS, "kind: bars", "kind: pie"), f"{CHARTS}:4: 0.kind: 'pie' is not one of"),
    "key": ((CHARTS, "kind: bars", "kind: bars\n  colour: red"), "unknown key 'colour'"),
    "clock": ((CHARTS, "{start: \"the command starts\", ", "{"), f"{CHARTS}:3: 0.clock: 'start' is a required property"),
    "no-list": ((CHARTS, "- id: start", "id: start"), f"{CHARTS}:"),
    "schema": (("docs/data/schema/charts.json", '"title"', "title"), "docs/data/schema/charts.json"),
    "first-machine": (("docs/data/machines.yml", "small", "nowhere"), "docs/data/machines.yml:1: first: there is no machine 'nowhere'"),
    "ranked": ((PAGE, '{{ chart("memory") }}', '{{ chart("memory") }}\n\n{{ ratio("section/measured", "vm", "start", "section/measured", "container", "start") }}'), f"{PAGE}:19: a figure under software emulation is not ranked"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_mistake_in_a_chart_is_refused(name: str, tmp_path: Path) -> None:
    (file, old, new), message = CASES[name]
    site = make(tmp_path / "site")
    path = site / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(ProblemError) as caught:
        check_pages(smallsite.load(site), MACROS)
    assert message in str(caught.value)
    assert "remedy: " in str(caught.value)


def test_an_experiment_without_a_result_leaves_no_hole(tmp_path: Path) -> None:
    site = make(tmp_path / "site")
    (site / RESULT).unlink()
    with pytest.raises(ProblemError) as caught:
        smallsite.load(site)
    message = str(caught.value)
    assert (
        f"{CHARTS}:7: chart start, row 'A container': there is no result of {E} container start on the first machine, small"
        in message
    )
    assert f"remedy: run: make record EXAMPLE={E}" in message


def test_a_ratio_to_zero_in_a_chart_is_refused(tmp_path: Path) -> None:
    site = make(tmp_path / "site")
    rewrite(site, lambda sides: sides["container"]["metrics"]["bare"].update(samples=[0, 0, 0, 0, 0]))
    path = site / CHARTS
    path.write_text(path.read_text("utf-8").replace("minus: bare", "over: bare"), "utf-8")
    with pytest.raises(
        ProblemError,
        match=r"charts\.yml:8: chart start, row 'of which network': on small: a ratio to a value that is not above 0",
    ):
        smallsite.load(site)


def test_a_reason_stands_in_for_a_published_figure(tmp_path: Path) -> None:
    site = make(tmp_path / "site")
    path = site / CHARTS
    reason = "  no_published: Nobody is known to have measured it.\n"
    path.write_text(path.read_text("utf-8").replace(f"  published:\n{THEIRS}", reason), "utf-8")
    data = smallsite.load(site)
    check_pages(data, MACROS)
    assert "hardware virtualisation: Nobody is known to have measured it." in MACROS["chart"].render(data, "start")


def test_lines_over_different_things_are_refused(tmp_path: Path) -> None:
    site = make(tmp_path / "site")
    toml = (site / TOML).read_text("utf-8")
    (site / TOML).write_text(f'{toml}[metrics.kept]\ntitle = "Kept"\nunit = "B"\nat = "files"\n', "utf-8")
    rewrite(site, lambda sides: sides["vm"]["metrics"].update({"kept@1": {"unit": "B", "samples": [1, 2, 3, 4, 5]}}))
    path = site / CHARTS
    text = path.read_text("utf-8").replace("side: vm, metric: memory", "side: vm, metric: kept")
    path.write_text(text, "utf-8")
    with pytest.raises(ProblemError, match="chart memory has lines over files and instances"):
        smallsite.load(site)


# -- the built page --------------------------------------------------------------------------------


def test_both_machines_are_built_side_by_side(tmp_path: Path) -> None:
    """The whole chain, from a result file with kvm beside one with tcg to the page and its search index."""
    site = make(tmp_path / "site", lean=False)
    done = smallsite.build(site)
    assert done.returncode == 0, done.stdout
    assert built.check(site / "built") == []
    page = (site / "built" / "kernels" / "index.html").read_text("utf-8")
    assert page.count("software emulation (TCG)") >= 2
    assert page.count("hardware virtualisation (KVM)") >= 2
    assert page.count('class="chooser" hidden') == 2
    assert "machines.js" in page
    assert "{{" not in page
    index = json.loads((site / "built" / "search" / "search_index.json").read_text("utf-8"))
    text = " ".join(entry["text"] for entry in index["docs"])
    assert "From the command to the first line" in text
    for word in ("A guest of theirs", "290", "raw samples", "Recorded 20"):
        assert word not in text


def shown(page: Page) -> list[str]:
    """Return the machine of each block of a chart that can be seen."""
    blocks = page.locator("figure.chart [data-machine]")
    return [str(one.get_attribute("data-machine")) for one in blocks.all() if one.is_visible()]


@pytest.mark.browser
def test_a_reader_chooses_a_machine_by_keyboard_and_is_remembered(tmp_path: Path, browser: Browser) -> None:
    """With JavaScript one machine at a time, the same in every chart; without, all below each other. axe finds nothing."""
    site = make(tmp_path / "site", lean=False)
    done = smallsite.build(site)
    assert done.returncode == 0, done.stdout
    handler = functools.partial(Quiet, directory=str(site / "built"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/kernels/"
        plain = browser.new_context(java_script_enabled=False).new_page()
        plain.goto(address)
        assert shown(plain) == ["small", "fast"] * 2
        assert not any(one.is_visible() for one in plain.locator(".chooser").all())

        context = browser.new_context(viewport={"width": 1440, "height": 900}, color_scheme="light")
        page = context.new_page()
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(address, wait_until="networkidle")
        assert shown(page) == ["small"] * 2
        page.get_by_label("Recorded on").first.focus()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        assert shown(page) == ["fast"] * 2
        assert [one.input_value() for one in page.locator(".chooser select").all()] == ["fast"] * 2
        page.reload(wait_until="networkidle")
        assert shown(page) == ["fast"] * 2
        page.evaluate("localStorage.setItem('cvm-machine', 'gone')")
        page.reload(wait_until="networkidle")
        assert shown(page) == ["small"] * 2

        page.add_style_tag(content="* { transition: none !important; animation: none !important }")
        page.evaluate(AXE)
        for scheme in ("light", "dark"):
            if scheme == "dark":
                page.locator("[data-md-component=palette] input").nth(1).evaluate("one => one.click()")
            for width in (1440, 390):
                page.set_viewport_size({"width": width, "height": 900})
                page.wait_for_timeout(100)
                assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
                assert violations(page, scheme, width) == []
        assert complaints == []

        phone = browser.new_context(viewport={"width": 390, "height": 900}).new_page()
        phone.goto(address)
        folded = phone.locator("details.chart__values:visible")
        assert folded.count() == 1
        assert folded.get_attribute("open") is None, "the long table is folded on a phone"

        refusing = browser.new_context()
        refusing.add_init_script(
            "Object.defineProperty(window, 'localStorage', { get() { throw new Error('refused') } })"
        )
        page = refusing.new_page()
        page.goto(address)
        page.locator(".chooser select").first.select_option("fast")
        assert shown(page) == ["fast"] * 2
        server.shutdown()
