"""Reads the examples under snippets/: each example.toml against its schema, and the rules that go across its files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from macros.base.problems import ROOT, Problem, ProblemError, Problems, folder, read, relative
from macros.base.schemas import Document, read_document
from macros.base.units import UNITS
from macros.model.accelerators import foreign, unnamed_platform
from macros.model.examples import DEFAULT_SECONDS, LAB, RUNNER, SIDES, Example, Metric, Side, Volatile, contracted
from macros.model.networks import findings
from macros.model.recordings import Record, unfit
from macros.model.regions import Region, regions
from macros.model.requirements import IMPLIED, requirements
from macros.model.scripts import misshapen, overreach
from macros.model.values import unfit_values

DIRECTORY = re.compile(r"[a-z0-9-]+")
# What no pattern of a value may match as a whole: words of a failure, and text of no kind in particular.
NONSENSE = (
    *("nonsense", "Permission denied", "command not found", "x" * 40, "a b", "Killed", "error: 7", "A1-b2:c3.d4 e5"),
    *("cannot allocate memory", "No such file or directory", "%$#@!", "0 errors, 1 warning", "-"),
)
# Those of this project, wherever the example lies: the runner's own tests have some elsewhere.
SCHEMAS = ROOT / "docs" / "data" / "schema"
SCRIPTS = ", ".join(f"{side}.sh" for side in SIDES)


class _Reader:
    """Reads one example and notes its problems."""

    def __init__(self, document: Document, snippets: Path) -> None:
        self.document = document
        self.bad = document.bad
        self.problems = document.problems
        self.directory = document.path.parent
        self.id = self.directory.relative_to(snippets).as_posix()
        self.again = f"run: make record EXAMPLE={self.id}"

    def read(self) -> Example:
        content = self.document.content
        network = content.get("network", "")
        sides = self.sides()
        self.companions(sides)
        self.accelerators(sides)
        self.scripts(sides, tuple(content.get("gives", ())))
        return Example(
            id=self.id,
            directory=self.directory,
            title=content["title"],
            touches=content["touches"],
            sides=sides,
            volatile=tuple(self.volatile()),
            metrics=self.metrics(),
            runs=content.get("runs", 1),
            warmup=content.get("warmup", True),
            depends=tuple(content.get("depends", ())),
            records=self.records(sides),
            network=network,
            networks=self.networks(sides, network),
        )

    def volatile(self) -> Iterator[Volatile]:
        seen = set[str]()
        for position, entry in enumerate(self.document.content.get("volatile", [])):
            where = ("volatile", position)
            if entry["name"] in seen:
                what = f"the volatile name '{entry['name']}' occurs twice"
                self.bad((*where, "name"), what, "join the patterns with |")
            seen.add(entry["name"])
            pattern = re.compile(entry["pattern"], re.MULTILINE)
            empty = any(match[0] == "" for text in ("", "nonsense") for match in pattern.finditer(text))
            if empty or any(pattern.fullmatch(text) for text in NONSENSE):
                remedy = "narrow it to what the value looks like, so that an error message does not match"
                self.bad((*where, "pattern"), f"the pattern of '{entry['name']}' matches nonsense", remedy)
            yield Volatile(name=entry["name"], pattern=pattern, host=entry.get("host"), what=entry.get("what", ""))

    def metrics(self) -> dict[str, Metric]:
        found = {name: Metric(**entry) for name, entry in self.document.content.get("metrics", {}).items()}
        for name, metric in found.items():
            if metric.unit not in UNITS:
                what = f"the unit of [metrics.{name}] is '{metric.unit}'"
                self.bad(("metrics", name, "unit"), what, f"one of: {', '.join(sorted(UNITS))}")
        return found

    def sides(self) -> dict[str, Side]:
        found: dict[str, Side] = {}
        scripts = {path.stem: path for path in sorted(self.directory.glob("*.sh"))}
        for stem in sorted(set(scripts) - set(SIDES)):
            remedy = f"name it after a side ({SCRIPTS}), or move it to snippets/{LAB}/"
            self.problems.bad(scripts[stem], "a script that belongs to no side", remedy)
        for stem in sorted({path.stem for path in self.directory.glob("*.out")} - set(scripts)):
            self.problems.bad(self.directory / f"{stem}.out", "a recorded output without its script", "remove it")
        for side in SIDES:
            table = self.document.content.get(side)
            if (table is None) != (side not in scripts):
                what = f"[{side}] and {side}.sh belong together, and one is missing"
                self.bad((side,), what, f"add both or neither in {relative(self.directory, self.problems.root)}/")
            elif table is not None:
                requires = table.get("requires", [])
                if requires and (unknown := sorted(set(requires) - set(requirements(ROOT / "snippets")))):
                    what = f"'requires' of [{side}] names '{unknown[0]}', which is not a requirement"
                    self.bad((side, "requires"), what, f"one of: {', '.join(sorted(requirements(ROOT / 'snippets')))}")
                output, misread = self.output(scripts[side].with_suffix(".out"))
                found[side] = Side(
                    example=self.id,
                    side=side,
                    script=scripts[side],
                    look=table["look"],
                    seconds=table.get("seconds", DEFAULT_SECONDS[side]),
                    requires=tuple(dict.fromkeys([*IMPLIED[side], *requires])),
                    regions=self.regions(scripts[side]),
                    runs=table.get("runs", 0),
                    accelerator=table.get("accelerator", ""),
                    interfaces=tuple(table.get("interfaces", ())),
                    output=output,
                    misread=misread,
                )
        if not found and not any(side in self.document.content for side in SIDES):
            self.bad((), "an example without a side", f"add one of {SCRIPTS}, and its table")
        return found

    def regions(self, script: Path) -> tuple[Region, ...]:
        try:
            found = regions(script, self.problems.root)
        except ProblemError as error:
            self.problems.keep(error)
            return ()
        raw = script.read_bytes()
        if b"\r" in raw or raw.startswith(b"\xef\xbb\xbf"):
            what = "a carriage return or a byte order mark, which the shell reads as text"
            self.problems.bad(script, what, "save the script with line feeds and without a byte order mark")
        if not found:
            remedy = "mark what readers see with '# --8<-- [start:show]' and '# --8<-- [end:show]'"
            self.problems.bad(script, "a script without a region", remedy)
        return found

    def output(self, file: Path) -> tuple[tuple[Region, ...], tuple[Problem, ...]]:
        """Return what was recorded, and what is wrong with it. `check_recordings` notes that, because recording again corrects it."""
        try:
            return (regions(file, self.problems.root) if file.is_file() else ()), ()
        except ProblemError as error:
            return (), tuple(error.problems)

    def networks(self, sides: dict[str, Side], reason: str) -> tuple[str, ...]:
        """Return which networks of the scripts are not internal; note those without a reason, and a reason without one."""
        seen = dict[str, None]()
        for side in sides.values():
            try:
                text = read(side.script, self.problems.root)
            except ProblemError:
                continue  # noted where its regions are read
            for found in findings(text):
                if found.excusable:
                    seen[found.what] = None
                if not (found.excusable and reason):
                    self.problems.bad(side.script, found.what, found.remedy, line=found.line)
        if reason and not seen:
            what = "a reason for a network, and every network of the scripts is internal"
            self.bad(("network",), what, "remove the key 'network'")
        return tuple(seen)

    def accelerators(self, sides: dict[str, Side]) -> None:
        """Note each accelerator that a script names other than the lab's, or than the emulation that it declares."""
        for side in sides.values():
            try:
                text = read(side.script, self.problems.root)
            except ProblemError:
                continue  # noted where its regions are read
            for line, what, remedy in (*foreign(text, side.accelerator), *unnamed_platform(text)):
                self.problems.bad(side.script, what, remedy, line=line)

    def scripts(self, sides: dict[str, Side], declared: tuple[str, ...]) -> None:
        """Note what scripts give to containers and guests and may not, and what they lack of the contract's form."""
        prelude = (self.problems.root / "snippets" / LAB / "prelude.sh").is_file()
        seen: set[str] = set()
        for side in sides.values():
            try:
                text = read(side.script, self.problems.root)
            except ProblemError:
                continue  # noted where its regions are read
            for line, what, remedy in (
                *overreach(text, declared, seen),
                *misshapen(text, side.regions, prelude=prelude),
            ):
                self.problems.bad(side.script, what, remedy, line=line)
        for idle in sorted(set(declared) - seen):
            self.bad(("gives",), f"'gives' lists '{idle}', which no script gives", "remove it from the list")

    def companions(self, sides: dict[str, Side]) -> None:
        """Note each file that is not part of the example: neither its own, nor named in a script."""
        for path in folder(self.directory, self.problems.root, "restore it"):
            if contracted(path.name):
                continue  # those that belong to no side are noted where sides are read
            if path.is_symlink() or not any(side.names(path) for side in sides.values()):
                what = "a file that no script of the example names"
                self.problems.bad(path, what, "remove it, or use it in a script")

    def records(self, sides: dict[str, Side]) -> dict[str, Record]:
        path = self.directory / "recorded.json"
        if not path.is_file():
            return {}
        document = read_document(path, SCHEMAS / "recorded.json", self.problems, self.again)
        if document is None:
            return {}
        found = {side: Record(**entry) for side, entry in document.content.items()}
        for side in sorted(set(found) - set(sides)):
            what = f"a record of side '{side}', which the example does not have"
            document.bad((side,), what, self.again)
        return found


def load_example(directory: Path, snippets: Path) -> Example:
    """Read one example. Raises ProblemError with every problem of its files."""
    problems = Problems(snippets.parent)
    toml = directory / "example.toml"
    if not toml.exists() and not toml.is_symlink():
        what = f"the example {directory.relative_to(snippets).as_posix()} has no example.toml"
        problems.bad(toml, what, "add one with at least a title; CONTRIBUTING.md shows how")
    schema = SCHEMAS / "example.json"
    document = None if problems else read_document(toml, schema, problems, "restore it")
    found = _Reader(document, snippets).read() if document is not None else None
    problems.raise_any()
    assert found is not None
    return found


def load_examples(snippets: Path) -> dict[str, Example]:
    """Read every example under `snippets`, by id. Raises ProblemError with the problems of all."""
    problems = Problems(snippets.parent)
    found: dict[str, Example] = {}
    root = snippets.parent
    remedy = f"an example is a directory snippets/SECTION/NAME/, in lower case; shared files belong in snippets/{LAB}/"
    for section in folder(snippets, root, "restore it: it holds the examples"):
        if section.name in {LAB, RUNNER}:
            continue
        if section.is_symlink() or not section.is_dir():
            problems.bad(section, "not an example", remedy)
            continue
        for directory in folder(section, root, "restore it"):
            if directory.is_symlink() or not directory.is_dir() or not DIRECTORY.fullmatch(directory.name):
                problems.bad(directory, "not an example", remedy)
                continue
            try:
                example = load_example(directory, snippets)
            except ProblemError as error:
                problems.keep(error)
            else:
                found[example.id] = example
    problems.raise_any()
    return found


def recording_problems(example: Example, root: Path) -> list[Problem]:
    """Return what `check_recordings` notes of one example."""
    problems = Problems(root)
    check_recordings(example, problems)
    return problems.found


def check_recordings(example: Example, problems: Problems) -> None:
    """Note each side whose recorded output is missing, older than its script, or holds what it may not."""
    remedy = f"run: make record EXAMPLE={example.id}"
    declared = frozenset(volatile.name for volatile in example.volatile)
    for name, side in example.sides.items():
        record = example.records.get(name)
        if record is None or not side.recorded.is_file():
            problems.bad(side.script, "nothing was recorded from this script", remedy, stale=True)
            continue
        changed = record.digest != side.digest()
        if changed:
            problems.bad(side.script, "the script changed after its output was recorded", remedy, stale=True)
        problems.found += side.misread
        if side.misread:
            continue
        for part in side.output:
            for number, line in enumerate(part.text.split("\n"), part.line):
                for what in unfit(line, declared):
                    fix = f"print less, or declare a volatile pattern; then {remedy}"
                    problems.bad(side.recorded, what, fix, line=number)
        parts = [part.name for part in side.output]
        wanted = [part.name for part in side.regions]
        if parts != wanted:
            what = f"holds the regions {parts}, the script has {wanted}"
            problems.bad(side.recorded, what, remedy, stale=changed)
        texts = {part.name: part.text for part in side.output}
        for what in unfit_values(texts, record.values, example.volatile) if parts == wanted else ():
            problems.bad(example.directory / "recorded.json", f"{name}: {what}", remedy, stale=changed)
