"""The ledger of this site: complete, and resting on tests that run."""

from __future__ import annotations

import dataclasses
import itertools
import os
import re
import subprocess
import sys

import pytest
from jinja2 import Environment

from macros.model.load import Data
from snippets.runner.paths import ROOT
from tests.conftest import COLLECTED


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
        f"    remedy: name one of those that pytest --collect-only lists, or correct the test's name and its cases"
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
    """Whatever markers a test has, exactly one of the selections of `make test` takes it."""
    selections = re.findall(r'-m "([^"]+)"', (ROOT / "Makefile").read_text("utf-8"))
    for engine, browser in itertools.product((False, True), repeat=2):
        taking = [one for one in selections if Environment().compile_expression(one)(engine=engine, browser=browser)]
        assert len(taking) == 1, (engine, browser, taking)


def test_the_comparison_names_claims_of_its_own_sections_each_once(data: Data) -> None:
    """In the order of the ledger; what a section does not name stands beside the comparison, under the letter M."""
    named = [claim for section in data.sections.values() for claim in section.claims]
    assert named, "the comparison names no claim"
    assert len(set(named)) == len(named)
    for section in data.sections.values():
        assert {data.claims[claim].section for claim in section.claims} <= {section.id}
        assert list(section.claims) == [claim for claim in data.claims if claim in section.claims]
    assert {claim[0] for claim in data.claims if claim not in named} <= {"M"}
    assert "M" not in {claim[0] for claim in named}


def test_the_numbers_of_claims_have_no_gap(data: Data) -> None:
    """Under each letter they are 1, 2, 3 …: a claim that was lost, or renumbered, leaves a gap."""
    for letter in {claim[0] for claim in data.claims}:
        numbers = [int(claim[1:]) for claim in data.claims if claim[0] == letter]
        assert numbers == list(range(1, len(numbers) + 1)), letter
