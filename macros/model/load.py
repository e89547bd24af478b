"""Puts the model together: reads every file of docs/data and every example, and what in them refers to something else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from macros.base.problems import Problem, ProblemError, Problems, folder
from macros.base.schemas import Document, read_document
from macros.model.chart_findings import check_finding
from macros.model.charts import Chart, read_charts
from macros.model.claims import Claim, check_markers, check_sections, read_claims
from macros.model.comparison import Section, read_sections
from macros.model.escapes import Escape, read_escapes
from macros.model.example_reader import check_recordings, load_examples
from macros.model.examples import Example
from macros.model.exceptions import TextException, read_exceptions
from macros.model.expectations import wrong_with
from macros.model.files import Files
from macros.model.glossary import Term, read_glossary
from macros.model.guide import Guide
from macros.model.guide_reader import read_guide
from macros.model.numbers import check_numbers
from macros.model.planner import Planner, read_planner
from macros.model.reading import READ, check_read
from macros.model.results import Failure, Recorded, Results, load_repeats, load_results
from macros.model.seal import SEAL, check_seal
from macros.model.sources import Source, cited_by, read_sources
from macros.model.technologies import Technology, read_technologies
from macros.model.tests import KnownTests

# The data files docs/data/NAME.yml, each with its schema.
NAMES = (
    *("cases", "charts", "claims", "comparison", "escapes", "exceptions", "glossary", "guide", "machines", "planner"),
    *("sources", "technologies"),
)
FILES = (
    *(f"{name}.yml" for name in NAMES),
    "results",
    "repeats",
    "schema",
    SEAL.name,
    READ.name,
    "guards.yml",
)  # of docs/data
SCHEMAS = (*NAMES, "guards", "read", "example", "machine", "recorded", "result", "sealed")


@dataclass(frozen=True)
class Data:
    """All shared data of one build.

    `files` holds what pages show of files, once it was read. `machine` is the one whose results pages show first. `again` holds two more recordings, which are compared with each
    other. `cited_by_data` says which data file cites which source and locator. `stale` lists, in a draft, what was
    changed and has not been recorded again.
    """

    root: Path
    files: Files
    examples: dict[str, Example]
    claims: dict[str, Claim]
    sources: dict[str, Source]
    sections: dict[str, Section]
    recorded: Recorded
    machine: str
    charts: dict[str, Chart]
    shell_exceptions: tuple[TextException, ...]
    number_exceptions: tuple[TextException, ...]
    link_exceptions: tuple[TextException, ...]
    guide: Guide
    planner: Planner
    again: tuple[Recorded, ...] = ()
    escapes: tuple[Escape, ...] = ()
    technologies: tuple[Technology, ...] = ()
    glossary: tuple[Term, ...] = ()
    cited_by_data: tuple[tuple[str, str, str], ...] = ()  # file, source, locator
    stale: tuple[Problem, ...] = ()
    source_lines: dict[str, int] = field(default_factory=dict)  # by SOURCE and SOURCE/PLACE, of sources.yml

    @property
    def results(self) -> Results:
        """The results of the machine that pages show first."""
        return self.recorded.results.get(self.machine, {})

    @property
    def repeats(self) -> tuple[Results, ...]:
        """The recordings to compare with each other, of the machine that pages show first; empty if none was made."""
        return tuple(one.results.get(self.machine, {}) for one in self.again)

    @property
    def machines(self) -> dict[str, dict[str, Any]]:
        """Every machine, by name; the one that pages show first comes first."""
        known = self.recorded.machines
        return {self.machine: known[self.machine]} | known

    @property
    def failures(self) -> tuple[Failure, ...]:
        """What failed when it was recorded."""
        return self.recorded.failures


class _Loader:
    """Reads the files one by one and notes the problems of all.

    What could not be read is None, or empty, and nothing is checked against it: one mistake gives one message.
    """

    def __init__(self, root: Path, *, draft: bool) -> None:
        self.root = root
        self.draft = draft
        self.data = root / "docs" / "data"
        self.problems = Problems(root)
        self.stale: list[Problem] = []
        self.tests = KnownTests(root)
        self.documents = {name: self.document(name) for name in NAMES}

    def document(self, name: str) -> Document | None:
        """Return the validated docs/data/NAME.yml, or None with the problems noted."""
        schema = self.data / "schema" / f"{name}.json"
        return read_document(self.data / f"{name}.yml", schema, self.problems, "restore it: pages are made from it")

    def strays(self) -> None:
        """Note schemas that are missing, and files of docs/data that nothing reads."""
        try:
            entries = folder(self.data, self.root, "restore it: pages are made from it")
        except ProblemError as error:
            self.problems.keep(error)
            return
        for name in SCHEMAS:
            if not (schema := self.data / "schema" / f"{name}.json").is_file():
                self.problems.bad(schema, "the schema is missing", "restore it: data is validated against it")
        for entry in entries:
            if entry.name not in FILES:
                self.problems.bad(entry, "a file that nothing reads", f"one of: {', '.join(FILES)}")

    def examples(self) -> dict[str, Example] | None:
        """Return the examples, with the problems of their recordings noted; None where one could not be read."""
        try:
            found = load_examples(self.root / "snippets")
        except ProblemError as error:
            self.problems.keep(error)
            return None
        recordings = Problems(self.root)
        for example in found.values():
            check_recordings(example, recordings)
        for problem in recordings.found:
            (self.stale if self.draft and problem.stale else self.problems.found).append(problem)
        return found

    def recorded(self, examples: dict[str, Example]) -> tuple[Recorded, tuple[Recorded, ...]] | None:
        """Return the results and their repeats; None where one could not be read."""
        try:
            found = load_results(self.data, examples, draft=self.draft)
            again = load_repeats(self.data, examples, draft=self.draft)
        except ProblemError as error:
            self.problems.keep(error)
            return None
        return found, again

    def machines(self, examples: dict[str, Example], recorded: Recorded, first: str) -> None:
        """Note machines that are named and have no machine.json."""
        machines = self.documents["machines"]
        if machines is not None and first not in recorded.machines:
            what = f"first: there is no machine '{first}'"
            machines.bad(("first",), what, f"one of: {', '.join(recorded.machines)}")
        for example in examples.values():
            for side, record in example.records.items():
                if record.machine not in recorded.machines:
                    what = f"side '{side}' was recorded on the machine '{record.machine}', which has no machine.json"
                    remedy = f"run: make record EXAMPLE={example.id}"
                    self.problems.bad(example.directory / "recorded.json", what, remedy)

    def known_link(self, claims: dict[str, Claim]) -> Callable[[str], str]:
        """Return a function that says of a claim's id or a page's path what is wrong with it, or ""."""

        def known(name: str) -> str:
            if not name.startswith("/"):
                return "" if name in claims or not claims else f"there is no claim '{name}'"
            page = self.root / "docs" / name.partition("#")[0].lstrip("/")
            return "" if page.is_file() else f"there is no page {name}"

        return known

    def source_lines(self) -> dict[str, int]:
        """Return where each source and each place in one stands."""
        document = self.documents["sources"]
        lines = document.lines if document else {}
        found = {str(where[0]): line for where, line in lines.items() if len(where) == 1}
        return found | {f"{w[0]}/{w[2]}": line for w, line in lines.items() if len(w) == 3 and w[1] == "locators"}

    def load(self) -> Data:
        self.strays()
        check_seal(self.problems)
        docs = self.documents
        sources = read_sources(docs["sources"]) if docs["sources"] else None
        if docs["sources"]:
            check_read(docs["sources"])
        sections = read_sections(docs["comparison"]) if docs["comparison"] else None
        glossary = read_glossary(docs["glossary"]) if docs["glossary"] else ()
        escapes = read_escapes(docs["escapes"], sources) if docs["escapes"] and sources is not None else ()
        if docs["exceptions"]:
            check_numbers(docs, read_exceptions(docs["exceptions"], "numbers"), self.problems)
        first = str(docs["machines"].content["first"]) if docs["machines"] else ""
        examples = self.examples()
        both = self.recorded(examples) if examples is not None else None
        examples = examples or {}
        recorded, again = both or (Recorded(results={}, machines={}, failures=()), ())
        claims: dict[str, Claim] = {}
        if docs["claims"]:
            check = (lambda one: wrong_with(one, examples, recorded, first)) if both else (lambda _: None)
            claims = read_claims(docs["claims"], sources, sections, self.tests, check)
            check_markers(self.problems, claims, self.tests)
            if docs["comparison"] and sections is not None:
                check_sections(docs["comparison"], {one.id: one.claims for one in sections.values()}, claims)
        guide = None
        if docs["guide"] and docs["cases"] and sources is not None:
            guide = read_guide(docs["guide"], docs["cases"], sources, self.known_link(claims))
        technologies: tuple[Technology, ...] = ()
        if docs["technologies"] and sources is not None and both:
            technologies = read_technologies(
                docs["technologies"], sources, self.tests, lambda result: recorded.has(result, first)
            )
        if not self.problems:
            self.machines(examples, recorded, first)
        self.problems.raise_any()
        # What follows is checked against all of the rest.
        assert sources is not None and sections is not None and guide is not None
        assert docs["charts"] and docs["planner"] and docs["exceptions"]
        charts = read_charts(docs["charts"], examples, recorded, first, sources)
        if not self.problems:
            for position, chart in enumerate(charts.values()):
                check_finding(docs["charts"], position, chart, recorded, first, sources)
        planner = read_planner(docs["planner"], sources, recorded.results.get(first, {}))
        self.problems.raise_any()
        cited = [
            (name, *place)
            for name, document in docs.items()
            if name != "claims" and document is not None
            for place in cited_by(document.content, sources)
        ]
        return Data(
            root=self.root,
            files=Files(self.root),
            examples=examples,
            claims=claims,
            sources=sources,
            sections=sections,
            recorded=recorded,
            machine=first,
            charts=charts,
            shell_exceptions=read_exceptions(docs["exceptions"], "shell"),
            number_exceptions=read_exceptions(docs["exceptions"], "numbers"),
            link_exceptions=read_exceptions(docs["exceptions"], "links"),
            guide=guide,
            planner=planner,
            again=again,
            escapes=escapes,
            technologies=technologies,
            glossary=glossary,
            cited_by_data=tuple(dict.fromkeys(cited)),
            stale=tuple(self.stale),
            source_lines=self.source_lines(),
        )


def load(root: Path, *, draft: bool = False) -> Data:
    """Read docs/data and snippets/ below `root`. Raises ProblemError with every problem found.

    In a draft, a script may have been changed after it was recorded; `stale` says which were.
    """
    return _Loader(root, draft=draft).load()
