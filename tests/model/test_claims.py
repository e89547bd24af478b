"""The ledger of this site: complete, and resting on tests that run."""

from __future__ import annotations

import dataclasses
import os
import re
import subprocess
import sys

import pytest

from macros.model.load import Data
from snippets.runner.paths import ROOT
from tests.conftest import COLLECTED

SECTIONS = {
    "architecture": [f"A{n}" for n in range(1, 9)],
    "resources": [f"R{n}" for n in range(1, 8)],
    "isolation": [f"S{n}" for n in range(1, 6)],
    "performance": [f"P{n}" for n in range(1, 6)],
    "use-cases": [f"U{n}" for n in range(1, 7)],
    "conclusion": ["C1", "C2"],
}


@pytest.fixture(scope="module")
def collected(request: pytest.FixtureRequest) -> set[str]:
    """Return the node ids that `make test` runs: the default selection, which its calls of pytest split."""
    if request.config.args == request.config.getini("testpaths"):
        return set(request.config.stash[COLLECTED])  # this session's own, before the selection
    words = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", "tests"]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
    done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return {line for line in done.stdout.splitlines() if "::" in line}


def not_collected(data: Data, collected: set[str]) -> list[str]:
    """Return a message for each test that a claim names and pytest does not collect, as a whole or in the case named."""
    named = [(claim, item.test) for claim in data.claims.values() for item in claim.evidence if item.test]
    assert named, "no claim rests on a test"
    return [
        f"docs/data/claims.yml:{claim.line}: claim {claim.id} names {test}, which pytest does not collect\n"
        f"    remedy: name one of those that pytest --collect-only lists, or mend the test's name and its cases"
        for claim, test in named
        if not any(node == test or node.startswith(f"{test}[") for node in collected)
    ]


def test_every_test_that_a_claim_names_is_collected(data: Data, collected: set[str]) -> None:
    assert not_collected(data, collected) == []


def test_a_test_that_is_not_collected_is_found(data: Data, collected: set[str]) -> None:
    """A test that pytest leaves out, as with __test__ = False, and a case that a parametrised test does not have."""
    plain = next(item.test for claim in data.claims.values() for item in claim.evidence if item.test in collected)
    left_out = not_collected(data, collected - {plain})
    assert left_out and all(f"names {plain}, which pytest does not collect" in one for one in left_out)
    whole = next(
        item.test
        for claim in data.claims.values()
        for item in claim.evidence
        if item.test and item.test not in collected
    )
    assert any(
        f"names {whole}," in one for one in not_collected(data, {n for n in collected if not n.startswith(f"{whole}[")})
    )
    claim = next(claim for claim in data.claims.values() if any(item.test == whole for item in claim.evidence))
    evidence = tuple(
        dataclasses.replace(item, test=f"{whole}[no such case]") if item.test == whole else item
        for item in claim.evidence
    )
    wrong = dataclasses.replace(data, claims=data.claims | {claim.id: dataclasses.replace(claim, evidence=evidence)})
    assert [one.split(", which")[0] for one in not_collected(wrong, collected)] == [
        f"docs/data/claims.yml:{claim.line}: claim {claim.id} names {whole}[no such case]"
    ]


def test_make_test_runs_everything_that_is_collected() -> None:
    """The three selections of the Makefile together take every test, and no test twice."""
    selections = re.findall(r'-m "([^"]+)"', (ROOT / "Makefile").read_text("utf-8"))
    assert selections == ["not engine and not browser", "browser", "engine and not browser"]


@pytest.mark.parametrize("section", SECTIONS)
def test_every_claim_of_a_section_is_judged(data: Data, section: str) -> None:
    """Those of the comparison, in its order; what is often said beside it (M) stands with them."""
    letter = SECTIONS[section][0][0]
    assert [claim.id for claim in data.claims.values() if claim.id[0] == letter] == SECTIONS[section]
    assert {claim.section for claim in data.claims.values() if claim.id[0] == letter} == {section}
    assert list(data.sections[section].claims) == SECTIONS[section]


def test_the_whole_comparison_is_judged(data: Data) -> None:
    """33 statements of the comparison and 26 that are often made beside it."""
    assert sum(map(len, SECTIONS.values())) == 33
    assert len(data.claims) == 33 + 26


def test_every_other_statement_that_is_often_made_is_judged(data: Data) -> None:
    assert [claim.id for claim in data.claims.values() if claim.id[0] == "M"] == [f"M{n}" for n in range(1, 27)]
