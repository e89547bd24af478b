"""Statements that people make about containers and VMs, each with a verdict and its evidence: what docs/data/claims.yml holds."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from macros.base.problems import Problems
from macros.base.schemas import Document, Where
from macros.model.expectations import SHOWN, Expectation, ExpectationCheck, judge, read_expectations
from macros.model.results import Recorded
from macros.model.sources import PRIMARY, Source, check_figures, check_place
from macros.model.tests import KnownTests, weakness

VERDICTS = ("holds", "holds with conditions", "outdated", "false", "cannot be shown here")
WORDS = 120  # the most words of an explanation


@dataclass(frozen=True)
class Evidence:
    """What a verdict rests on: a test's node id, with the examples that it is about, or a source with a locator."""

    test: str
    source: str
    locator: str
    examples: tuple[str, ...] = ()


@dataclass(frozen=True)
class Claim:
    """A statement that people make, with its verdict. `when` is its conditions in a few words, or "". `line` is where it stands in claims.yml."""

    id: str
    section: str
    statement: str
    verdict: str
    conditions: str
    explanation: str
    evidence: tuple[Evidence, ...]
    line: int
    expects: tuple[Expectation, ...] = ()
    when: str = ""

    @property
    def tested(self) -> bool:
        """Whether the verdict rests on a test."""
        return any(item.test for item in self.evidence)

    @property
    def examples(self) -> tuple[str, ...]:
        """The examples that its tests are about, each once."""
        return tuple(dict.fromkeys(name for item in self.evidence for name in item.examples))


# -- reading ---------------------------------------------------------------------------------------


def read_claims(
    document: Document,
    sources: Mapping[str, Source] | None,
    sections: Collection[str] | None,
    tests: KnownTests,
    check: ExpectationCheck,
) -> dict[str, Claim]:
    """Return the claims by id, and note what is wrong with each.

    Sources or sections that could not be read are None: nothing is checked against those. `check` says what is wrong
    with what a claim expects of the results.
    """
    found: dict[str, Claim] = {}
    for position, entry in enumerate(document.content):
        where = (position,)
        name = f"claim {entry['id']}"
        evidence = tuple(
            Evidence(
                test=one.get("test", ""),
                source=one.get("source", ""),
                locator=one.get("locator", ""),
                examples=tests.examples(one["test"]) if "test" in one else (),
            )
            for one in entry["evidence"]
        )
        expects = read_expectations(document, (position, "expects"), name, entry.get("expects", []), check)
        more = {"evidence": evidence, "line": document.line(where), "expects": expects}
        claim = Claim(**({"conditions": ""} | entry | more))
        if claim.id in found:
            what = f"the claim id '{claim.id}' occurs twice (first in line {found[claim.id].line})"
            document.bad(where, what, "give each claim an id of its own")
        found[claim.id] = claim
        if sections is not None and claim.section not in sections:
            what = f"{name}: there is no section '{claim.section}'"
            document.bad((position, "section"), what, f"one of: {', '.join(sections)}")
        words = len(claim.explanation.split())
        if words > WORDS:
            document.bad((position, "explanation"), f"{name}: the explanation has {words} words", f"at most {WORDS}")
        if sources is not None:
            text = f"{claim.conditions} {claim.explanation}"
            check_figures(document, (position, "explanation"), name, sources, text)
        _check_evidence(document, (position, "evidence"), claim, sources, tests)
        _check_verdict(document, where, claim, sources)
    return found


def _check_evidence(
    document: Document, where: Where, claim: Claim, sources: Mapping[str, Source] | None, tests: KnownTests
) -> None:
    """Note evidence that does not exist, or is given twice."""
    name = f"claim {claim.id}"
    for number, item in enumerate(claim.evidence):
        here = (*where, number)
        if item.test:
            if tests.function(item.test) is None:
                remedy = "write FILE::FUNCTION of a test that exists; `make check` also sees that it is collected"
                document.bad(here, f"{name}: there is no test {item.test}", remedy)
            elif (told := tests.verdicts(item.test).get(claim.id)) != claim.verdict:
                says = f"bears out '{told}'" if told else "says nothing of this claim"
                what = f"{name}: the verdict is '{claim.verdict}', and its evidence {item.test} {says}"
                remedy = (
                    f'correct the verdict, or mark the test with @pytest.mark.claim("{claim.id}", "{claim.verdict}")'
                )
                document.bad(here, what, f"{remedy} if it shows that")
        elif sources is not None:
            check_place(document, here, name, sources, item.source, item.locator)
        if (first := claim.evidence.index(item)) != number:
            what = item.test or f"source '{item.source}' at '{item.locator}'"
            before = document.line((*where, first))
            document.bad(
                here, f"{name}: {what} occurs twice in the evidence (first in line {before})", "remove one of them"
            )


def _check_verdict(document: Document, where: Where, claim: Claim, sources: Mapping[str, Source] | None) -> None:
    """Note a verdict without the evidence that it needs."""
    name, cited = f"claim {claim.id}", [item.source for item in claim.evidence if item.source]
    primary = sources is None or any(key in sources and sources[key].read == PRIMARY for key in cited)
    if claim.verdict in {"holds", "holds with conditions", "false"} and not (claim.tested or primary):
        what = f"{name}: the verdict '{claim.verdict}' rests on no test and no primary source"
        document.bad(where, what, "add evidence: a test, or a source that was read itself (read: P)")
    if claim.verdict == "outdated" and (not cited or len(claim.evidence) < 2):
        what = f"{name}: 'outdated' needs a source for then, and a test or source for now"
        document.bad(where, what, "add the evidence that is missing")
    if claim.verdict == "cannot be shown here" and not cited:
        document.bad(where, f"{name}: 'cannot be shown here' needs a source", "cite what supports the claim instead")


def check_markers(problems: Problems, claims: Mapping[str, Claim], tests: KnownTests) -> None:
    """Note each test that is marked as evidence for a claim which does not name it."""
    named = {(claim.id, item.test.partition("[")[0]) for claim in claims.values() for item in claim.evidence}
    for node_id, (path, line, verdicts) in tests.evidence().items():
        function = tests.function(node_id)
        if function is not None and (weak := weakness(function)):
            what = f"the test {node_id}, on which {' and '.join(verdicts)} rests, {weak}"
            problems.bad(
                path, what, "let it assert what the verdict says, on every machine that has the engines", line=line
            )
        for claim in verdicts:
            if (claim, node_id) not in named:
                what = f"the test {node_id} bears out claim {claim}, whose evidence does not name it"
                remedy = f'add "- test: {node_id}" to the claim in docs/data/claims.yml, or remove the marker'
                problems.bad(path, what, remedy, line=line)


def check_shown(problems: Problems, claims: Mapping[str, Claim], recorded: Recorded, first: str) -> None:
    """Note each verdict whose expectation the results of the machine that pages show first do not show."""
    for claim in claims.values():
        for one in claim.expects:
            outcome = judge(one, recorded, first)
            if outcome is not None and outcome.word != SHOWN:
                what = (
                    f"claim {claim.id}, {claim.verdict!r}, expects of '{one.says}' that it is {one.relation} {one.bound:g};"
                    f" {outcome.file} gives {outcome.estimate.low:g} to {outcome.estimate.high:g}: {outcome.word}"
                )
                remedy = "correct the verdict or what it expects; the results are sealed"
                problems.bad("docs/data/claims.yml", what, remedy, line=claim.line)


def check_sections(document: Document, sections: Mapping[str, Collection[str]], claims: Mapping[str, Claim]) -> None:
    """Note claims that a section of the comparison names and that do not exist; `sections` has each section's claims."""
    for number, (section, named) in enumerate(sections.items()):
        for claim_id in named:
            if claim_id not in claims:
                what = f"section '{section}' names the claim '{claim_id}', which does not exist"
                remedy = "add it to docs/data/claims.yml, or remove it here"
                document.bad(("sections", number, "claims"), what, remedy)
