"""The linter of prose finds what it is for, where it stands, and holds each file to its budget."""

from pathlib import Path

import pytest

from tests import prose

PAGE = """---
title: A page
---

# A heading is no sentence

The file system is {{ figure("a", "b") }} wide. This sentence is
over two lines of the page. This and and that are here.

```text
The file system of a block is not read.
```

| One cell is too short | {long} |
"""


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "docs").mkdir()
    file = tmp_path / "docs" / "page.md"
    file.write_text(PAGE.replace("{long}", " ".join(f"word{chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(prose.RULES["words"] + 1)) + "."), "utf-8")
    monkeypatch.setattr(prose, "ROOT", tmp_path)
    monkeypatch.setattr(prose, "files", lambda: [file])
    return file


def test_sentences_have_the_line_at_which_their_paragraph_begins(page: Path) -> None:
    found = [(one.line, one.text) for one in prose.sentences(page)]
    assert found[:3] == [
        (7, "The file system is … wide."),
        (7, "This sentence is over two lines of the page."),
        (7, "This and and that are here."),
    ]
    assert [line for line, _ in found[3:]] == [14]


@pytest.mark.parametrize(("allowed", "code"), [(3, 0), (2, 1), (4, 1)])
def test_a_file_has_as_many_findings_as_its_budget(
    page: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], allowed: int, code: int
) -> None:
    """A word of the house's, a word twice and a long sentence: more are refused, and so is a budget with room to spare."""
    monkeypatch.setitem(prose.RULES, "budget", {"docs/page.md": allowed})
    assert prose.check() == code
    told = capsys.readouterr().out
    if allowed == 2:
        assert [line.split(":")[1] for line in told.splitlines()[:3]] == ["7", "7", "14"]
    if allowed == 4:
        assert "remedy: lower it" in told


def test_a_budget_of_a_file_that_is_gone_is_refused(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(prose.RULES, "budget", {"docs/page.md": 3, "docs/gone.md": 1})
    assert prose.check() == 1
