"""Shared data: what is read, what is refused, and what is computed from it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from macros.base.problems import ProblemError, Problems
from macros.base.schemas import Document, read_yaml
from macros.base.statistics import estimate
from macros.model.claims import WORDS
from macros.model.results import sample_problem
from tests.site import smallsite


@pytest.mark.parametrize(
    ("reading", "word"),
    [("-1", "negative"), ("nan", "finite"), ("inf", "finite"), ("x", "number"), (None, "number"), ("", "number")],
)
def test_what_cannot_be_a_sample(reading: object, word: str) -> None:
    assert word in sample_problem(reading)


@pytest.mark.parametrize("reading", ["0", "1.5", 3, "1e-9"])
def test_what_can_be_a_sample(reading: object) -> None:
    assert sample_problem(reading) == ""


def test_yaml_is_read_with_the_line_of_every_key(tmp_path: Path) -> None:
    path = tmp_path / "a.yml"
    path.write_text("a:\n  - b: x\n    c: true\nd: 2014\n")
    content, lines = read_yaml(path, tmp_path)
    assert content == {"a": [{"b": "x", "c": True}], "d": 2014}
    document = Document(path=path, content=content, problems=Problems(tmp_path), lines=lines)
    places = (("a",), ("a", 0, "c"), ("d",), ("a", 0, "none"))
    assert [document.line(place) for place in places] == [1, 3, 4, 2]


def _experiment(site: Path) -> Path:
    example = site / "snippets" / "section" / "kernel"
    text = smallsite.EXAMPLE + '[metrics.size]\ntitle = "Size"\nunit = "B"\n'
    (example / "example.toml").write_text(text)
    digest = json.loads((example / "recorded.json").read_text())["host"]["digest"]
    result = {
        "experiment": "section/kernel", "machine": "small", "date": "2026-01-02", "commit": "none", "versions": {},
        "sides": {"host": {"accelerator": "none", "digest": digest, "metrics": {"size": {"unit": "B", "samples": [3, 1, 2]}}}},
    }  # fmt: skip
    path = site / "docs" / "data" / "results" / "small" / "section.kernel.json"
    path.write_text(json.dumps(result))
    return path


def test_a_result_is_read_and_its_median_computed_from_raw_samples(tmp_path: Path) -> None:
    site = smallsite.make(tmp_path / "site", lean=True)
    _experiment(site)
    found = smallsite.load(site).results[("section/kernel", "host", "size")]
    assert (estimate(found.values).median, found.values, found.unit) == (2, (3, 1, 2), "B")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[3, 1, 2]", "[3, -1, 2]", "sides.host.metrics.size.samples.1: -1 is less than the minimum of 0"),
        ("[3, 1, 2]", "[]", "sides.host.metrics.size.samples: [] should be non-empty"),
        ("[3, 1, 2]", '["3"]', "sides.host.metrics.size.samples.0: '3' is not of type 'number'"),
        ("[3, 1, 2]", "[NaN]", "sides.host.metrics.size.samples[0]: nan is not finite"),
        ("[3, 1, 2]", "[Infinity]", "sides.host.metrics.size.samples[0]: inf is not finite"),
        (
            '"unit": "B"',
            '"unit": "s"',
            "example.toml:10: the unit of [metrics.size] is 'B', and what was recorded is in 's'",
        ),
        ('"unit": "B"', '"unit": "parsec"', "sides.host.metrics.size.unit: 'parsec' is not one of"),
        ('"section/kernel"', '"section/gone"', "a result of 'section/gone', which does not exist"),
        ('"accelerator": "none"', '"accelerator": "hvf"', "sides.host.accelerator: 'hvf' is not one of"),
        ('"digest": "', '"digest": "0', "sides.host.digest:"),
        ('"metrics": {"size"', '"error": "it failed", "metrics": {"size"', "sides.host.metrics:"),
    ],
)
def test_a_result_that_breaks_the_contract_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    site = smallsite.make(tmp_path / "site", lean=True)
    path = _experiment(site)
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(ProblemError) as caught:
        smallsite.load(site)
    assert message in str(caught.value)
    assert re.search(
        r"docs/data/results/small/section\.kernel\.json|snippets/section/kernel/example\.toml:", str(caught.value)
    )
    assert "remedy: " in str(caught.value)


def test_a_result_whose_script_changed_names_the_command_that_records_it_again(tmp_path: Path) -> None:
    site = smallsite.make(tmp_path / "site", lean=True)
    _experiment(site)
    script = site / "snippets" / "section" / "kernel" / "host.sh"
    script.write_text(script.read_text() + "# more\n")
    smallsite.record(site)
    with pytest.raises(
        ProblemError,
        match=r"sides\.host\.digest: .*host\.sh changed after this was recorded\n.*make record EXAMPLE=section/kernel",
    ):
        smallsite.load(site)


def test_an_explanation_that_is_too_long_is_refused(tmp_path: Path) -> None:
    site = smallsite.make(tmp_path / "site", lean=True)
    path = site / "docs" / "data" / "claims.yml"
    path.write_text(path.read_text().replace("A program asks", "word " * WORDS + "A program asks"))
    with pytest.raises(ProblemError, match=rf"the explanation has \d+ words\n.*at most {WORDS}"):
        smallsite.load(site)
