"""What is counted: sentences without evidence, rows typed by hand, the rules of schemas."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from macros.base.problems import ROOT, Problems
from macros.pages import budgets

PAGE = """\
---
title: x
---
# A heading is no sentence

A kernel is shared {{ cite("a", "b") }}. It is one program. The rest is
[elsewhere](/x.md#y).

- An item is a sentence. {{ result("a", "b", "c") }} is another.

| Head | Head |
|---|---|
| typed | by hand |
| {{ figure("a", "b") }} | made |

```text
Code is no sentence. Really.
```
"""


def test_sentences_without_evidence_are_found_with_their_lines() -> None:
    assert budgets.unsupported(PAGE) == [(6, "It is one program."), (9, "An item is a sentence.")]


def test_a_citation_that_is_taken_out_leaves_a_sentence_without_evidence() -> None:
    assert len(budgets.unsupported(PAGE.replace(' {{ cite("a", "b") }}', ""))) == 3


def test_rows_that_no_macro_makes_are_found() -> None:
    assert budgets.typed(PAGE) == [(13, "| typed | by hand |")]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"additionalProperties": false', '"additionalProperties": true'),
        ('["a", "b"]', '["a"]'),
        ('"minLength": 3', '"minLength": 0'),
        ('"pattern": "^x$"', '"pattern": "."'),
        ('"enum": ["x"]', '"type": "string"'),
    ],
)
def test_a_schema_that_is_loosened_demands_less(old: str, new: str) -> None:
    text = (
        '{"type": "object", "additionalProperties": false, "required": ["a", "b"], "properties":'
        ' {"a": {"type": "string", "minLength": 3, "pattern": "^x$"}, "b": {"enum": ["x"], "type": "string"}}}'
    )
    assert old in text
    loose = json.loads(text.replace(old, new)) if "enum" not in old else json.loads(text.replace(f"{old}, ", ""))
    assert budgets.rules(loose) < budgets.rules(json.loads(text))


def test_what_exceeds_its_bound_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    real = budgets.counts(ROOT)
    worse = {kind: dict(found) for kind, found in real.items()}
    worse["rules"]["claims"] -= 1
    worse["exceptions"]["numbers"] += 1
    worse["unescaped"]["bars.html.j2"] = 99
    worse["unsupported"]["index.md"] = worse["unsupported"].get("index.md", 0) + 1
    worse["typed"]["lab.md"] = worse["typed"].get("lab.md", 0) + 1
    monkeypatch.setattr(budgets, "counts", lambda _: worse)
    monkeypatch.setattr(budgets, "typed", lambda _: [(3, "| x |")])
    problems = Problems(ROOT)
    budgets.check_budgets(ROOT, problems)
    assert {one.file for one in problems.found} == {
        "docs/data/schema/claims.json",
        "docs/data/exceptions.yml",
        "macros/render/templates/bars.html.j2",
        "docs/index.md",
        "docs/lab.md",
    }
    assert all("run: make guards" in one.remedy and one.line for one in problems.found)


def test_the_bounds_are_what_there_is(tmp_path: Path) -> None:
    """A bound that is too wide would let something pass: `make guards` was run after the last change."""
    problems = Problems(ROOT)
    budgets.check_budgets(ROOT, problems)
    assert problems.found == []
