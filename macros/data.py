"""Reads and validates everything under docs/data, and what in it refers to something else."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .examples import Example, load_examples, stale
from .problems import Problem, ProblemError, relative
from .results import Samples, load_results
from .validate import read_yaml, validate

VERDICTS = ("holds", "holds with conditions", "outdated", "false", "cannot be shown here")
PRIMARY = "P"


@dataclass(frozen=True)
class Figure:
    """A number that a source gives, as text, with its unit and where in the source it stands."""

    value: str
    unit: str
    locator: str
    says: str


@dataclass(frozen=True)
class Source:
    """A citation. `read` says what was read: P the source itself, A its abstract, S another that quotes it."""

    key: str
    title: str
    authors: str
    venue: str
    year: int
    url: str
    read: str
    version: str
    locators: dict[str, str]
    figures: dict[str, Figure]


@dataclass(frozen=True)
class Evidence:
    """What a verdict rests on: a test's node id, or a source with a locator."""

    test: str
    source: str
    locator: str


@dataclass(frozen=True)
class Claim:
    """A statement that people make, with its verdict. `line` is where it stands in claims.yml."""

    id: str
    section: str
    statement: str
    verdict: str
    conditions: str
    explanation: str
    evidence: tuple[Evidence, ...]
    line: int


@dataclass(frozen=True)
class Section:
    """A section of the comparison; `page` is "" while it is to come."""

    id: str
    title: str
    page: str
    question: str
    container: str
    vm: str
    claims: tuple[str, ...]


@dataclass(frozen=True)
class Exception_:
    """A place where a page may break a rule, and why."""

    page: str
    text: str
    reason: str
    line: int


@dataclass(frozen=True)
class Data:
    """All shared data of one build."""

    root: Path
    examples: dict[str, Example]
    claims: dict[str, Claim]
    sources: dict[str, Source]
    sections: dict[str, Section]
    results: dict[tuple[str, str, str], Samples]
    machines: dict[str, dict[str, Any]]
    shell_exceptions: tuple[Exception_, ...]
    number_exceptions: tuple[Exception_, ...]


class _Loader:
    """Reads the files one by one and collects the problems of all."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.data = root / "docs" / "data"
        self.problems: list[Problem] = []

    def yaml(self, name: str) -> tuple[Any, Callable[[tuple[str | int, ...]], int]]:
        """Return the validated content of docs/data/NAME.yml, or None with the problems noted."""
        path = self.data / f"{name}.yml"
        try:
            content, line = read_yaml(path, self.root)
        except ProblemError as error:
            self.problems += error.problems
            return None, lambda _: 0
        found = validate(content, self.data / "schema" / f"{name}.json", relative(path, self.root), line)
        self.problems += found
        return (None if found else content), line

    def bad(self, name: str, line: int, what: str, remedy: str) -> None:
        self.problems.append(Problem(relative(self.data / f"{name}.yml", self.root), line, what, remedy))

    def sources(self) -> dict[str, Source]:
        content, line = self.yaml("sources")
        found = {}
        for key, entry in (content or {}).items():
            figures = {k: Figure(**v) for k, v in entry.get("figures", {}).items()}
            for name, figure in figures.items():
                if figure.locator not in entry["locators"]:
                    self.bad(
                        "sources",
                        line((key, "figures", name)),
                        f"figure '{name}' of '{key}' has the locator '{figure.locator}', which the source does not declare",
                        "add it under 'locators', with what stands there",
                    )
            found[key] = Source(key=key, **(entry | {"figures": figures}))
        return found

    def sections(self) -> dict[str, Section]:
        content, line = self.yaml("comparison")
        found: dict[str, Section] = {}
        for position, entry in enumerate((content or {}).get("sections", [])):
            section = Section(**({"page": "", "claims": ()} | entry | {"claims": tuple(entry.get("claims", ()))}))
            if section.id in found:
                self.bad(
                    "comparison",
                    line(("sections", position)),
                    f"the section '{section.id}' stands twice",
                    "remove one of them",
                )
            if section.page and not (self.root / "docs" / section.page.lstrip("/")).is_file():
                self.bad(
                    "comparison",
                    line(("sections", position, "page")),
                    f"no page {section.page}",
                    "write the path of a page under docs/, from '/'",
                )
            found[section.id] = section
        return found

    def claims(self, sources: dict[str, Source], sections: dict[str, Section]) -> dict[str, Claim]:
        content, line = self.yaml("claims")
        found: dict[str, Claim] = {}
        for position, entry in enumerate(content or []):
            where = line((position,))
            evidence = tuple(
                Evidence(e.get("test", ""), e.get("source", ""), e.get("locator", "")) for e in entry["evidence"]
            )
            claim = Claim(**({"conditions": ""} | entry | {"evidence": evidence, "line": where}))
            if claim.id in found:
                self.bad(
                    "claims",
                    where,
                    f"the claim id '{claim.id}' stands twice (first in line {found[claim.id].line})",
                    "give each claim an id of its own",
                )
            found[claim.id] = claim
            if claim.section not in sections:
                self.bad(
                    "claims",
                    line((position, "section")),
                    f"claim {claim.id}: no section '{claim.section}'",
                    f"one of: {', '.join(sections)}",
                )
            words = len(claim.explanation.split())
            if words > 120:
                self.bad(
                    "claims",
                    line((position, "explanation")),
                    f"claim {claim.id}: the explanation has {words} words",
                    "at most 120",
                )
            for number, item in enumerate(evidence):
                self.evidence(claim, item, line((position, "evidence", number)), sources)
            primary = any(e.test or (e.source in sources and sources[e.source].read == PRIMARY) for e in evidence)
            if claim.verdict in {"holds", "holds with conditions", "false"} and not primary:
                self.bad(
                    "claims",
                    where,
                    f"claim {claim.id}: the verdict '{claim.verdict}' rests on no test and no primary source",
                    "add evidence: a test, or a source that was read itself (read: P)",
                )
            if claim.verdict == "outdated" and (not any(e.source for e in evidence) or len(evidence) < 2):
                self.bad(
                    "claims",
                    where,
                    f"claim {claim.id}: 'outdated' needs a source for then, and a test or source for now",
                    "add the evidence that is missing",
                )
            if claim.verdict == "cannot be shown here" and not any(e.source for e in evidence):
                self.bad(
                    "claims",
                    where,
                    f"claim {claim.id}: 'cannot be shown here' needs a source",
                    "cite what carries the claim instead",
                )
        for section in sections.values():
            for claim_id in section.claims:
                if claim_id not in found:
                    self.bad(
                        "comparison",
                        0,
                        f"section '{section.id}' names the claim '{claim_id}', which does not exist",
                        "add it to docs/data/claims.yml, or remove it here",
                    )
        return found

    def evidence(self, claim: Claim, item: Evidence, line: int, sources: dict[str, Source]) -> None:
        if item.test:
            file, _, name = item.test.partition("::")
            path = self.root / file
            function = name.partition("[")[0]
            if not path.is_file() or f"def {function}(" not in path.read_text("utf-8"):
                self.bad(
                    "claims",
                    line,
                    f"claim {claim.id}: no test {item.test}",
                    "write FILE::FUNCTION of a test that exists; `make check` also sees that it is collected",
                )
        elif item.source not in sources:
            self.bad("claims", line, f"claim {claim.id}: no source '{item.source}'", "add it to docs/data/sources.yml")
        elif item.locator not in sources[item.source].locators:
            self.bad(
                "claims",
                line,
                f"claim {claim.id}: source '{item.source}' declares no locator '{item.locator}'",
                f"one of: {'; '.join(sources[item.source].locators)}; or add it there, with what it says",
            )

    def exceptions(self) -> tuple[tuple[Exception_, ...], tuple[Exception_, ...]]:
        content, line = self.yaml("exceptions")
        if content is None:
            return (), ()
        shell, numbers = (
            tuple(Exception_(**entry, line=line((kind, n))) for n, entry in enumerate(content[kind]))
            for kind in ("shell", "numbers")
        )
        return shell, numbers

    def load(self) -> Data:
        sources = self.sources()
        sections = self.sections()
        claims = self.claims(sources, sections)
        shell, numbers = self.exceptions()
        examples: dict[str, Example] = {}
        results: dict[tuple[str, str, str], Samples] = {}
        try:
            examples = load_examples(self.root / "snippets")
            for example in examples.values():
                self.problems += stale(example, self.root)
            results = load_results(self.data, examples)
        except ProblemError as error:
            self.problems += error.problems
        machines: dict[str, dict[str, Any]] = {}
        if not self.problems:
            for path in sorted((self.data / "results").glob("*/machine.json")):
                machines[path.parent.name] = json.loads(path.read_text("utf-8"))
            for example in examples.values():
                for side, record in example.records.items():
                    if record.machine not in machines:
                        self.problems.append(
                            Problem(
                                relative(example.directory / "recorded.json", self.root),
                                0,
                                f"side '{side}' was recorded on the machine '{record.machine}', of which nothing is known",
                                f"run: make record EXAMPLE={example.id}",
                            )
                        )
        if self.problems:
            raise ProblemError(self.problems)
        return Data(self.root, examples, claims, sources, sections, results, machines, shell, numbers)


def load(root: Path) -> Data:
    """Read docs/data and snippets/ below `root`. Raises ProblemError with every problem found."""
    return _Loader(root).load()
