"""Reads and validates everything under docs/data, and what in it refers to something else."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .between import Technology, read_between
from .charts import Chart, read_charts
from .escapes import Escape, read_escapes
from .evidence import examples_of, functions, parametrized
from .examples import Example, load_examples, stale
from .expects import Expectation, complaint, read_expectations
from .guide import Guide, read_guide
from .planner import Planner, read_planner
from .problems import Problem, ProblemError, folder, read, relative
from .results import Failure, Recorded, Results, load_repeats, load_results
from .validate import read_yaml, validate

VERDICTS = ("holds", "holds with conditions", "outdated", "false", "cannot be shown here")
PRIMARY, REPORTED = "P", "S"
# In the text of a claim: a figure of a source, as {SOURCE:FIGURE}.
FIGURE = re.compile(r"\{(?P<source>[a-z0-9-]+):(?P<figure>[a-z0-9-]+)\}")
FILES = (
    "between.yml",
    "cases.yml",
    "charts.yml",
    "claims.yml",
    "comparison.yml",
    "escapes.yml",
    "exceptions.yml",
    "glossary.yml",
    "guide.yml",
    "machines.yml",
    "planner.yml",
    "sources.yml",
    "results",
    "repeats",
    "schema",
)  # of docs/data

SCHEMAS = (
    "between",
    "cases",
    "charts",
    "claims",
    "comparison",
    "escapes",
    "exceptions",
    "glossary",
    "guide",
    "machine",
    "machines",
    "planner",
    "recorded",
    "result",
    "sources",
)


@dataclass(frozen=True)
class Figure:
    """A number that a source gives, as text, with its unit and where in the source it stands."""

    value: str
    unit: str
    locator: str
    says: str


@dataclass(frozen=True)
class Source:
    """A citation. `read` says what was read: P the source itself, A its abstract, S another that quotes it.

    Of a source that was not read itself (S), `through` is the source that reports it, and where in that.
    """

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
    short: str = ""
    through: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class Evidence:
    """What a verdict rests on: a test's node id, with the examples that it is about, or a source with a locator."""

    test: str
    source: str
    locator: str
    examples: tuple[str, ...] = ()


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
    expects: tuple[Expectation, ...] = ()

    @property
    def tested(self) -> bool:
        """Whether the verdict rests on a test."""
        return any(item.test for item in self.evidence)

    @property
    def examples(self) -> tuple[str, ...]:
        """The examples that its tests are about, each once."""
        return tuple(dict.fromkeys(name for item in self.evidence for name in item.examples))


@dataclass(frozen=True)
class Term:
    """An entry of the glossary: the forms under which it is found on pages, unless it is only listed."""

    term: str
    meaning: str
    forms: tuple[str, ...]
    marked: bool
    page: str


@dataclass(frozen=True)
class Page:
    """A page as others refer to it: its path from '/', its title, the examples that it shows, each with its anchor, and what it cites."""

    path: str
    title: str
    examples: tuple[tuple[str, str], ...]
    cites: tuple[tuple[str, str], ...]


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
    recorded: Recorded
    machine: str  # the one whose results pages show first
    charts: dict[str, Chart]
    shell_exceptions: tuple[Exception_, ...]
    number_exceptions: tuple[Exception_, ...]
    guide: Guide
    planner: Planner
    again: tuple[Recorded, ...] = ()  # what was recorded besides, to be held against each other
    escapes: tuple[Escape, ...] = ()
    between: tuple[Technology, ...] = ()
    glossary: tuple[Term, ...] = ()
    cited_by_data: tuple[tuple[str, str, str], ...] = ()  # file, source, locator
    pages: tuple[Page, ...] = ()  # once they have been read: see pages.check_pages
    stale: tuple[Problem, ...] = ()  # in a draft: what was changed and has not been recorded anew

    @property
    def results(self) -> Results:
        """The results of the machine that pages show first."""
        return self.recorded.results.get(self.machine, {})

    @property
    def repeats(self) -> tuple[Results, ...]:
        """The recordings to hold against each other, of the machine that pages show first; empty where none was made."""
        return tuple(one.results.get(self.machine, {}) for one in self.again)

    @property
    def machines(self) -> dict[str, dict[str, Any]]:
        """Every machine, by name, the one that pages show first leading."""
        known = self.recorded.machines
        return {self.machine: known[self.machine]} | known

    @property
    def failures(self) -> tuple[Failure, ...]:
        """What failed when it was recorded."""
        return self.recorded.failures


class _Loader:
    """Reads the files one by one and collects the problems of all."""

    def __init__(self, root: Path, *, draft: bool) -> None:
        self.root = root
        self.draft = draft
        self.stale: list[Problem] = []
        self.data = root / "docs" / "data"
        self.problems: list[Problem] = []
        self.known_tests: dict[str, ast.Module] = {}
        self.raw: dict[str, Any] = {}  # the content of each file that was read

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
        if not found:
            self.raw[name] = content
        return (None if found else content), line

    def bad(self, name: str, line: int, what: str, remedy: str) -> None:
        self.problems.append(Problem(relative(self.data / f"{name}.yml", self.root), line, what, remedy))

    def sources(self) -> dict[str, Source] | None:
        content, line = self.yaml("sources")
        if content is None:
            return None
        found = {}
        for key, entry in content.items():
            figures = {k: Figure(**v) for k, v in entry.get("figures", {}).items()}
            for name, figure in figures.items():
                if figure.locator not in entry["locators"]:
                    self.bad(
                        "sources",
                        line((key, "figures", name)),
                        f"figure '{name}' of '{key}' has the locator '{figure.locator}', which the source does not declare",
                        "add it under 'locators', with what stands there",
                    )
            through = (entry["through"]["source"], entry["through"]["locator"]) if "through" in entry else ("", "")
            found[key] = Source(key=key, **(entry | {"figures": figures, "through": through}))
        for key, source in found.items():
            if source.through[0]:
                self.reported(source, found, line((key, "through")))
        return found

    def reported(self, source: Source, sources: dict[str, Source], line: int) -> None:
        """Note what is wrong with the document through which a source was read."""
        key, locator = source.through
        other = sources.get(key)
        if other is None:
            self.bad(
                "sources", line, f"'{source.key}' was read through '{key}', which is no source", "add that document"
            )
        elif other.read == REPORTED:
            what = f"'{source.key}' was read through '{key}', which was not read itself"
            self.bad("sources", line, what, "name a document that was")
        elif locator not in other.locators:
            what = f"'{source.key}' was read through '{key}' at '{locator}', which that source does not declare"
            self.bad("sources", line, what, f"one of: {'; '.join(other.locators)}; or add it there")

    def sections(self) -> dict[str, Section] | None:
        content, line = self.yaml("comparison")
        if content is None:
            return None
        found: dict[str, Section] = {}
        for position, entry in enumerate(content["sections"]):
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

    def claims(
        self,
        sources: dict[str, Source] | None,
        sections: dict[str, Section] | None,
        examples: dict[str, Example],
        check: Callable[[Expectation], tuple[str, str] | None],
    ) -> dict[str, Claim]:
        """Read the claims. What could not be read, of sources or sections, is None: nothing is held against it.

        `check` says what is wrong with what a claim expects of the results.
        """
        content, line = self.yaml("claims")
        found: dict[str, Claim] = {}
        if content is None:
            return found
        for position, entry in enumerate(content):
            where = line((position,))
            evidence = tuple(
                Evidence(
                    e.get("test", ""),
                    e.get("source", ""),
                    e.get("locator", ""),
                    self.about(e.get("test", ""), examples),
                )
                for e in entry["evidence"]
            )

            def wrong(n: int, what: str, remedy: str, *, name: str = entry["id"], position: int = position) -> None:
                self.bad("claims", line((position, "expects", n)), f"claim {name}: expects {n + 1}: {what}", remedy)

            expects = read_expectations(entry.get("expects", []), wrong, check)
            more = {"evidence": evidence, "line": where, "expects": expects}
            claim = Claim(**({"conditions": ""} | entry | more))
            if claim.id in found:
                self.bad(
                    "claims",
                    where,
                    f"the claim id '{claim.id}' stands twice (first in line {found[claim.id].line})",
                    "give each claim an id of its own",
                )
            found[claim.id] = claim
            if sections is not None and claim.section not in sections:
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
            for match in FIGURE.finditer(f"{claim.conditions} {claim.explanation}") if sources is not None else ():
                source = (sources or {}).get(match["source"])
                if source is None or match["figure"] not in source.figures:
                    self.bad(
                        "claims",
                        line((position, "explanation")),
                        f"claim {claim.id}: no figure {match[0]}",
                        "write {SOURCE:FIGURE}, a key of docs/data/sources.yml and the name of one of its figures",
                    )
            for number, item in enumerate(evidence):
                self.evidence(claim, item, line((position, "evidence", number)), sources)
                first = evidence.index(item)
                if first != number:
                    what = item.test or f"source '{item.source}' at '{item.locator}'"
                    before = line((position, "evidence", first))
                    self.bad(
                        "claims",
                        line((position, "evidence", number)),
                        f"claim {claim.id}: {what} stands twice among the evidence (first in line {before})",
                        "remove one of them",
                    )
            primary = sources is None or any(
                e.test or (e.source in sources and sources[e.source].read == PRIMARY) for e in evidence
            )
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
        for section in (sections or {}).values():
            for claim_id in section.claims:
                if claim_id not in found:
                    self.bad(
                        "comparison",
                        0,
                        f"section '{section.id}' names the claim '{claim_id}', which does not exist",
                        "add it to docs/data/claims.yml, or remove it here",
                    )
        return found

    def tests(self, file: str) -> ast.Module:
        """Return a file of tests as a syntax tree, an empty one where it cannot be read."""
        if file not in self.known_tests:
            try:
                self.known_tests[file] = ast.parse(read(self.root / file, self.root))
            except (ProblemError, SyntaxError, ValueError, RecursionError):
                self.known_tests[file] = ast.Module([], [])
        return self.known_tests[file]

    def about(self, test: str, examples: dict[str, Example]) -> tuple[str, ...]:
        """Return the examples that a test is about."""
        file, _, name = test.partition("::")
        return examples_of(self.tests(file), name.partition("[")[0], examples) if test else ()

    def evidence(self, claim: Claim, item: Evidence, line: int, sources: dict[str, Source] | None) -> None:
        if item.test:
            file, _, name = item.test.partition("::")
            function, _, parameters = name.partition("[")
            tests = functions(self.tests(file))
            if function not in tests or (parameters and not parametrized(tests[function])):
                self.bad(
                    "claims",
                    line,
                    f"claim {claim.id}: no test {item.test}",
                    "write FILE::FUNCTION of a test that exists; `make check` also sees that it is collected",
                )
        elif sources is None:
            return
        elif item.source not in sources:
            self.bad("claims", line, f"claim {claim.id}: no source '{item.source}'", "add it to docs/data/sources.yml")
        elif item.locator not in sources[item.source].locators:
            self.bad(
                "claims",
                line,
                f"claim {claim.id}: source '{item.source}' declares no locator '{item.locator}'",
                f"one of: {'; '.join(sources[item.source].locators)}; or add it there, with what it says",
            )

    def glossary(self) -> tuple[Term, ...]:
        """Read the glossary; note a form under which two terms would be found."""
        content, line = self.yaml("glossary")
        found: list[Term] = []
        owners: dict[str, str] = {}
        for position, entry in enumerate(content or []):
            forms = (entry["term"], *entry.get("also", ()))
            for form in forms:
                if form.lower() in owners:
                    what = f"'{form}' is a form of '{entry['term']}' and of '{owners[form.lower()]}'"
                    self.bad("glossary", line((position,)), what, "give each form to one term")
                owners[form.lower()] = entry["term"]
            page = entry.get("page", "")
            if page and not (self.root / "docs" / page.partition("#")[0].lstrip("/")).is_file():
                self.bad("glossary", line((position, "page")), f"no page {page}", "write a page's path from '/'")
            found.append(Term(entry["term"], entry["meaning"], forms, entry.get("mark", "yes") == "yes", page))
        return tuple(found)

    def cited(self, sources: dict[str, Source]) -> tuple[tuple[str, str, str], ...]:
        """Return what data files other than the claims cite: file, source, locator.

        A mapping cites that has the keys source and locator, or source and figure.
        """
        found: dict[tuple[str, str, str], None] = {}

        def walk(name: str, node: object) -> None:
            if isinstance(node, dict):
                source = sources.get(str(node.get("source", "")))
                figure = source.figures.get(str(node.get("figure", ""))) if source else None
                locator = node.get("locator", figure.locator if figure else "")
                if source and isinstance(locator, str) and locator:
                    found[(name, source.key, locator)] = None
                for value in node.values():
                    walk(name, value)
            elif isinstance(node, list):
                for value in node:
                    walk(name, value)

        for name, content in self.raw.items():
            if name != "claims":
                walk(name, content)
        return tuple(found)

    def exceptions(self) -> tuple[tuple[Exception_, ...], tuple[Exception_, ...]]:
        content, line = self.yaml("exceptions")
        if content is None:
            return (), ()
        shell, numbers = (
            tuple(Exception_(**entry, line=line((kind, n))) for n, entry in enumerate(content[kind]))
            for kind in ("shell", "numbers")
        )
        return shell, numbers

    def machine(self) -> str:
        """Return the machine whose results pages show first, or "" with the problem noted."""
        content, _ = self.yaml("machines")
        return "" if content is None else str(content["first"])

    def charts(
        self, examples: dict[str, Example], recorded: Recorded, first: str, sources: dict[str, Source] | None
    ) -> dict[str, Chart]:
        """Read the charts; hold them against the rest of the data only where nothing is wrong with that."""
        content, line = self.yaml("charts")
        if content is None or sources is None or self.problems:
            return {}
        found, bad = read_charts(content, line, examples, recorded, first, sources)
        for wrong in bad:
            self.bad("charts", *wrong)
        return found

    def guide(self, sources: dict[str, Source] | None, claims: dict[str, Claim]) -> Guide | None:
        """Read the decision guide and its cases; hold them against the rest where nothing is wrong with that."""
        content, line = self.yaml("guide")
        cases, line_of_case = self.yaml("cases")
        if content is None or cases is None or sources is None:
            return None

        def known(name: str) -> str:
            if not name.startswith("/"):
                return "" if name in claims or not claims else f"no claim '{name}'"
            page = self.root / "docs" / name.partition("#")[0].lstrip("/")
            return "" if page.is_file() else f"no page {name}"

        found, bad = read_guide(content, cases, sources, known)
        for file, path, what, remedy in bad:
            self.bad(file, (line if file == "guide" else line_of_case)(path), what, remedy)
        for reason in found.reasons() if found else ():
            for match in FIGURE.finditer(reason.text):
                if match["source"] not in sources or match["figure"] not in sources[match["source"]].figures:
                    what = f"no figure {match[0]}"
                    self.bad("guide", 0, what, "write {SOURCE:FIGURE}, a key of sources.yml and one of its figures")
        return found

    def planner(self, sources: dict[str, Source] | None, recorded: Recorded, first: str) -> Planner | None:
        """Read what the capacity planner plans with, if nothing is wrong with the rest of the data."""
        content, line = self.yaml("planner")
        if content is None or sources is None or self.problems:
            return None
        found, bad = read_planner(content, sources, recorded.results.get(first, {}))
        for path, what, remedy in bad:
            self.bad("planner", line(path), what, remedy)
        return found

    def escapes(self, sources: dict[str, Source] | None) -> tuple[Escape, ...]:
        """Read the record of escapes; hold it against the sources where those could be read."""
        content, line = self.yaml("escapes")
        if content is None or sources is None:
            return ()
        found, bad = read_escapes(content, line, sources)
        for wrong in bad:
            self.bad("escapes", *wrong)
        return found

    def between(self, sources: dict[str, Source] | None, recorded: Recorded, first: str) -> tuple[Technology, ...]:
        """Read what lies between containers and VMs; hold it against sources, tests and results."""
        content, line = self.yaml("between")
        if content is None or sources is None:
            return ()

        def is_test(node: str) -> bool:
            file, _, name = node.partition("::")
            return any(isinstance(one, ast.FunctionDef) and one.name == name for one in self.tests(file).body)

        def is_result(example: str, side: str, metric: str) -> bool:
            return (example, side, metric) in recorded.results.get(first, {})

        found, bad = read_between(content, line, sources, is_test, is_result)
        for wrong in bad:
            self.bad("between", *wrong)
        return found

    def strays(self) -> None:
        """Note what lies in docs/data and is read by nobody."""
        try:
            entries = folder(self.data, self.root, "restore it: pages are made from it")
        except ProblemError as error:
            self.problems += error.problems
            return
        for name in SCHEMAS:
            if not (self.data / "schema" / f"{name}.json").is_file():
                lost = relative(self.data / "schema" / f"{name}.json", self.root)
                self.problems.append(Problem(lost, 0, "the schema is missing", "restore it: data is held against it"))
        for entry in entries:
            if entry.name not in FILES:
                self.problems.append(
                    Problem(relative(entry, self.root), 0, "a file that nothing reads", f"one of: {', '.join(FILES)}")
                )

    def load(self) -> Data:
        self.strays()
        sources = self.sources()
        sections = self.sections()
        shell, numbers = self.exceptions()
        glossary = self.glossary()
        escapes = self.escapes(sources)
        examples: dict[str, Example] = {}
        recorded = Recorded({}, {}, ())
        again: tuple[Recorded, ...] = ()
        first = self.machine()
        known = True
        try:
            examples = load_examples(self.root / "snippets")
            for example in examples.values():
                for problem in stale(example, self.root):
                    (self.stale if self.draft and problem.stale else self.problems).append(problem)
            recorded = load_results(self.data, examples, draft=self.draft)
            again = load_repeats(self.data, examples, draft=self.draft)
        except ProblemError as error:
            self.problems += error.problems
            known = False
        # Nothing is held against results that could not be read.
        claims = self.claims(
            sources, sections, examples, lambda one: complaint(one, examples, recorded, first) if known else None
        )
        guide = self.guide(sources, claims)
        if not self.problems and first not in recorded.machines:
            self.bad(
                "machines",
                1,
                f"first: nothing is known of the machine '{first}'",
                f"one of: {', '.join(recorded.machines)}",
            )
        if not self.problems:
            for example in examples.values():
                for side, record in example.records.items():
                    if record.machine not in recorded.machines:
                        self.problems.append(
                            Problem(
                                relative(example.directory / "recorded.json", self.root),
                                0,
                                f"side '{side}' was recorded on the machine '{record.machine}', of which nothing is known",
                                f"run: make record EXAMPLE={example.id}",
                            )
                        )
        between = self.between(sources, recorded, first) if known else ()
        charts = self.charts(examples, recorded, first, sources)
        planner = self.planner(sources, recorded, first)
        if self.problems or sources is None or sections is None or guide is None or planner is None:
            raise ProblemError(self.problems)
        return Data(
            *(self.root, examples, claims, sources, sections, recorded, first, charts, shell, numbers, guide, planner),
            again=again,
            escapes=escapes,
            between=between,
            glossary=glossary,
            cited_by_data=self.cited(sources),
            stale=tuple(self.stale),
        )


def load(root: Path, *, draft: bool = False) -> Data:
    """Read docs/data and snippets/ below `root`. Raises ProblemError with every problem found.

    In a draft it is no problem that a script was changed after it was recorded; what was stands in `stale`.
    """
    return _Loader(root, draft=draft).load()
