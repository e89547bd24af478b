"""The seal of what was read: what a source is said to say changes only when somebody says to have read it again."""

from __future__ import annotations

from pathlib import Path

import pytest

from macros.base.problems import ProblemError
from macros.model.load import load
from macros.model.reading import READ, seal_read
from tests.site import smallsite


@pytest.fixture
def site(tmp_path: Path) -> Path:
    site = smallsite.make(tmp_path / "site", lean=True)
    seal_read(site, ["manual"])
    load(site)
    return site


@pytest.mark.parametrize(
    ("old", "new", "line", "place"),
    [
        ('value: "12"', 'value: "13"', 12, "the source 'manual', figure 'pages', changed since it was read"),
        ('unit: "MiB"', 'unit: "GiB"', 13, "the source 'manual', figure 'own', changed since it was read"),
        ("year: 2024", "year: 2051", 1, "the source 'manual' changed since it was read"),
        ('title: "A manual"', 'title: "A novel"', 1, "the source 'manual' changed since it was read"),
        (
            "It says what",
            "It does not say what",
            10,
            "the source 'manual', locator 'Part 1', changed since it was read",
        ),
        (
            "  figures:",
            '    "Part 2": "It says more than that."\n  figures:',
            11,
            "locator 'Part 2', was not read by anybody",
        ),
    ],
)
def test_a_part_that_changed_is_named_until_it_is_read_again(
    site: Path, old: str, new: str, line: int, place: str
) -> None:
    path = site / "docs" / "data" / "sources.yml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(ProblemError) as caught:
        load(site)
    assert f"docs/data/sources.yml:{line}: " in str(caught.value)
    assert place in str(caught.value)
    assert "run: make read-sources SOURCE=manual" in str(caught.value)
    seal_read(site, ["manual"])
    load(site)


def test_a_part_that_is_gone_is_missed(site: Path) -> None:
    path = site / "docs" / "data" / "sources.yml"
    path.write_text("\n".join(line for line in path.read_text("utf-8").split("\n") if "    own:" not in line), "utf-8")
    (site / "docs" / "data" / "planner.yml").write_text("kept_for_host: {memory_mib: 512}\n", "utf-8")
    with pytest.raises(ProblemError, match="a part of the source 'manual' is gone since it was read"):
        load(site)


def test_only_a_source_that_there_is_can_be_read(site: Path) -> None:
    with pytest.raises(ProblemError, match="there is no source 'novel'"):
        seal_read(site, ["novel"])
    assert (site / READ).is_file()
