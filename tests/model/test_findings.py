"""What charts find: true of their rows, with no number typed, and refused where it is not."""

from __future__ import annotations

import dataclasses
import re

import pytest

from macros.base.problems import Problems
from macros.base.schemas import Document
from macros.base.statistics import estimate
from macros.base.units import quantity
from macros.model.chart_findings import check_finding, named
from macros.model.charts import Chart
from macros.model.findings import BRACES, Finding, Known, misfit, typed_numbers
from macros.model.load import Data
from macros.render.charts import finding_words
from snippets.runner.paths import ROOT


def known(*values: float, run: tuple[str, str] = ("a", "vm")) -> Known:
    return Known(estimate(values), values, run)


def test_every_chart_states_a_finding_with_numbers_of_its_rows(data: Data) -> None:
    for chart in data.charts.values():
        assert chart.finding, f"docs/data/charts.yml: {chart.id} states no finding"
        assert BRACES.search(chart.finding.text), chart.id
        words = finding_words(data, chart)
        rows = named(chart, data.recorded, data.machine, data.sources)
        for name in BRACES.findall(chart.finding.text):
            if " / " not in name:
                assert quantity(rows[name].estimate.median, chart.unit) in words
        assert not re.search(r"[{}]", words)


@pytest.mark.parametrize(
    ("one", "relation", "true"),
    [
        ("low < high", "<", True),
        ("high < low", "<", False),
        ("low = high", "=", False),
        ("near < also", "<", False),
        ("near = also", "=", True),
        ("1 < high", "<", True),
        ("high < 1", "<", False),
        ("absent < low", "<", True),
    ],
)
def test_a_comparison_is_true_or_named(one: str, relation: str, true: bool) -> None:
    rows = {
        "low": known(*[2.0, 2.1, 2.2] * 3),
        "high": known(*[5.0, 5.1, 5.2] * 3),
        "near": known(*[3.0, 3.5, 4.0] * 3, run=("a", "host")),
        "also": known(*[3.2, 3.6, 4.1] * 3, run=("b", "host")),
    }
    assert list(misfit(Finding("text", (one,)), rows)) == ([] if true else [one])


def test_rounds_of_one_run_are_compared_in_pairs() -> None:
    """A difference that each round shows is seen, though the rounds themselves differ by more."""
    rounds = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0)
    above = tuple(value * 1.1 for value in rounds)
    assert known(*rounds).below(known(*above))
    assert not known(*rounds).below(known(*above, run=("another", "vm")))


def test_a_typed_number_is_found_and_one_of_the_title_is_not() -> None:
    finding = Finding("4 KiB take 12 ms, {a@64} for 64", ("a@64 < b",))
    assert typed_numbers(finding, "writes of 4 KiB") == ["12"]


def noted(data: Data, chart: Chart) -> list[str]:
    """What checking a chart's finding notes."""
    problems = Problems(ROOT)
    document = Document(ROOT / "docs" / "data" / "charts.yml", [{}], problems)
    check_finding(document, 0, chart, data.recorded, data.machine, data.sources)
    return [problem.what for problem in problems.found]


@pytest.mark.parametrize(
    ("text", "holds", "says"),
    [
        ("After {docker-exec}.", "docker-bridge < docker-exec", "not true on"),
        ("After {nothing}.", "docker-exec < docker-bridge", "'nothing', which is no row"),
        ("After 3.5 s, {docker-exec}.", "docker-exec < docker-bridge", "the number 3.5 is typed"),
        ("After {microvm}.", "docker-exec < docker-bridge", "names a row under software emulation"),
        ("Under emulation, {microvm}.", "docker-exec < microvm", "compares docker-exec and microvm"),
        ("{system} there.", "docker-exec < docker-bridge", "two rows are called 'system'"),
    ],
)
def test_a_finding_that_is_not_so_is_refused(data: Data, text: str, holds: str, says: str) -> None:
    chart = data.charts["startup-ladder"]
    assert noted(data, chart) == []
    found = noted(data, dataclasses.replace(chart, finding=Finding(text, (holds,))))
    assert any(says in what for what in found), found
