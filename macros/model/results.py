"""The result contract: reads `docs/data/results/` and computes from raw samples what pages show."""

from __future__ import annotations

import functools
import math
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from macros.base.problems import ProblemError, Problems, folder, relative
from macros.base.schemas import Document, read_document, read_toml
from macros.model.accelerators import ENGINE, GVISOR, PLATFORM
from macros.model.examples import Example

MACHINE = "machine.json"
RESULTS = "results"  # the folder of docs/data that pages are made from
# The folders of two recordings, made one after the other, which show how many medians were reproduced.
REPEATS = ("repeats/1", "repeats/2")
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
Results = dict[tuple[str, str, str], "Samples"]  # of one machine, by (experiment, side, metric)
POINT = re.compile(r"(?P<metric>[a-z][a-z0-9-]*)(?:@(?P<point>\d+))?")


@functools.cache  # there are as many names as metrics and points
def split_point(name: str) -> tuple[str, int | None]:
    """Return the metric and the point of a name under which samples are kept: "memory@8" is ("memory", 8).

    Raises ValueError for a name that is neither METRIC nor METRIC@POINT.
    """
    found = POINT.fullmatch(name)
    if found is None:
        raise ValueError(name)
    return found["metric"], None if found["point"] is None else int(found["point"])


def sample_problem(reading: object) -> str:
    """Return "" if a reading can be a sample, a finite number that is not negative; otherwise return what it is."""
    try:
        value = float(reading)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return "is not a number"
    except OverflowError:
        return "is not finite"
    if not math.isfinite(value):
        return "is not finite"
    return "is negative" if value < 0 else ""


@dataclass(frozen=True)
class Samples:
    """The raw samples of one metric on one side, in `unit`, one a round, and where they were taken.

    `metric` is the name under which they are kept: METRIC, or METRIC@POINT where a metric is sampled at several points.
    `release` is that of gVisor, where it ran, else "".
    """

    experiment: str
    side: str
    metric: str
    unit: str
    values: tuple[float, ...]
    accelerator: str
    machine: str
    date: str
    file: str
    release: str = ""

    @property
    def point(self) -> int | None:
        """The point at which the samples were taken, or None."""
        return split_point(self.metric)[1]


@dataclass(frozen=True)
class SideRun:
    """How a side was recorded: `seconds` is 0 where unknown, `error` the message of a run that failed, or "".

    `amended` says why the result still holds although the script changed, or is "". `release` is that of gVisor, where it ran.
    """

    accelerator: str
    date: str
    commit: str
    seconds: float
    rounds: int
    file: str
    error: str
    amended: str = ""
    release: str = ""


@dataclass(frozen=True)
class Failure:
    """A side of an experiment that failed when it was recorded, and its message."""

    experiment: str
    side: str
    machine: str
    message: str


class _Reader:
    """Reads the results of every machine and notes what is wrong with them."""

    def __init__(self, data: Path, examples: dict[str, Example], *, draft: bool = False) -> None:
        self.draft = draft
        self.data = data
        self.examples = examples
        self.problems = Problems(data.parent.parent)
        self.machines: dict[str, dict[str, Any]] = {}
        self.found: dict[str, Results] = {}
        self.errors: list[Failure] = []
        self.runs: dict[tuple[str, str, str], SideRun] = {}

    def read(self, name: str = RESULTS) -> None:
        remedy = "restore it: pages say where things were recorded"
        try:
            entries = folder(self.data / name, self.problems.root, remedy)
        except ProblemError as error:
            self.problems.keep(error)
            return
        for entry in entries:
            if entry.is_symlink() or not entry.is_dir() or not SLUG.fullmatch(entry.name):
                remedy = f"keep results in docs/data/{name}/MACHINE/"
                self.problems.bad(entry, "not the directory of a machine", remedy)
                continue
            self.machine(entry)

    def recorded(self) -> Recorded:
        """Return what was read. Raises ProblemError with every problem found."""
        self.problems.raise_any()
        return Recorded(results=self.found, machines=self.machines, failures=tuple(self.errors), runs=self.runs)

    def document(self, path: Path, schema: str) -> Document | None:
        return read_document(path, self.data / "schema" / f"{schema}.json", self.problems, "record it again")

    def machine(self, directory: Path) -> None:
        paths = folder(directory, self.problems.root, "restore it")
        if directory / MACHINE not in paths:
            remedy = "record on that machine, or remove the directory"
            self.problems.bad(directory, f"a machine without its {MACHINE}", remedy)
        for path in paths:
            if path.is_symlink() or not path.is_file() or path.suffix != ".json":
                remedy = f"a machine has a {MACHINE} and a SECTION.EXAMPLE.json for each experiment"
                self.problems.bad(path, "not a result", remedy)
            elif path.name != MACHINE:
                self.result(path)
            elif (document := self.document(path, "machine")) is not None:
                if document.content["slug"] != directory.name:
                    what = f"slug: '{document.content['slug']}' lies in the directory of '{directory.name}'"
                    document.bad(("slug",), what, "name the directory after the machine")
                self.machines[directory.name] = document.content

    def result(self, path: Path) -> None:
        document = self.document(path, "result")
        if document is None:
            return
        content = document.content
        if content["machine"] != path.parent.name:
            what = f"machine: '{content['machine']}' lies in the directory of '{path.parent.name}'"
            document.bad(("machine",), what, "move the file to its machine's directory")
        wanted = f"{content['experiment'].replace('/', '.')}.json"
        if path.name != wanted:
            what = f"a result of '{content['experiment']}' under another name"
            document.bad(("experiment",), what, f"name it {wanted}")
        example = self.examples.get(content["experiment"])
        if example is None:
            what = f"a result of '{content['experiment']}', which does not exist"
            document.bad(("experiment",), what, "remove the file, or restore the example")
            return
        for side, part in content["sides"].items():
            self.side(document, example, side, part)

    def side(self, document: Document, example: Example, side: str, part: dict[str, Any]) -> None:
        path, content = document.path, document.content
        number = path.parent.parent.name
        repeat = f" REPEAT={number}" if f"repeats/{number}" in REPEATS else ""
        remedy = f"run: make record{repeat} EXAMPLE={example.id}"
        name = relative(path, self.problems.root)
        if side not in example.sides:
            document.bad(("sides", side), f"a result of side '{side}', which {example.id} does not have", remedy)
            return
        # A draft's examples report the same change.
        if part["digest"] != example.sides[side].digest() and not self.draft:
            script = relative(example.sides[side].script, self.problems.root)
            what = f"sides.{side}.digest: {script} changed after this was recorded"
            document.bad(("sides", side, "digest"), what, remedy, stale=True)
        release = content["versions"].get(ENGINE, "") if side == GVISOR else ""
        if side == GVISOR and (part["accelerator"] != PLATFORM or not release):
            what = f"sides.{side}: a figure of gVisor that does not name its release and its platform"
            document.bad(("sides", side), what, remedy)
        error = part.get("error", "")
        self.runs[(content["machine"], example.id, side)] = SideRun(
            accelerator=part["accelerator"],
            date=content["date"],
            commit=content["commit"],
            seconds=float(part.get("seconds", 0)),
            rounds=max((len(entry["samples"]) for entry in part["metrics"].values()), default=0),
            file=name,
            error=error,
            amended=part.get("amended", ""),
            release=release,
        )
        if error:
            failure = Failure(experiment=example.id, side=side, machine=content["machine"], message=error)
            self.errors.append(failure)
        for metric, entry in part["metrics"].items():
            declared = example.metrics.get(split_point(metric)[0])
            where = f"sides.{side}.metrics.{metric}"
            at = ("sides", side, "metrics", metric)
            if declared is None:
                document.bad(at, f"{where}: {example.id}/example.toml declares no such metric", remedy)
                continue
            if declared.unit != entry["unit"]:
                self.other_unit(example, split_point(metric)[0], declared.unit, entry["unit"], remedy)
            elif bool(declared.at) != ("@" in metric):
                points = "at what points" if declared.at else "no point"
                what = f"{where}: {example.id}/example.toml says {points} it is sampled"
                document.bad(at, what, remedy)
            for position, sample in enumerate(entry["samples"]):
                if wrong := sample_problem(sample):
                    what = f"{where}.samples[{position}]: {str(sample)[:40]} {wrong}"
                    document.bad((*at, "samples", position), what, remedy)
            mine = self.found.setdefault(content["machine"], {})
            mine[(example.id, side, metric)] = Samples(
                experiment=example.id,
                side=side,
                metric=metric,
                unit=entry["unit"],
                values=tuple(entry["samples"]),
                accelerator=part["accelerator"],
                machine=content["machine"],
                date=content["date"],
                file=name,
                release=release,
            )

    def other_unit(self, example: Example, metric: str, declared: str, recorded: str, remedy: str) -> None:
        """Note a unit that is not the one recorded, once, where it is declared: nobody has edited what is sealed."""
        toml = example.directory / "example.toml"
        line = read_toml(toml, self.problems.root)[1].get(("metrics", metric, "unit"), 0)
        what = f"the unit of [metrics.{metric}] is '{declared}', and what was recorded is in '{recorded}'"
        fix = f'write unit = "{recorded}"; or, if the script now samples in {declared}, {remedy}'
        self.problems.bad(toml, what, fix, line=line)


@dataclass(frozen=True)
class Recorded:
    """What was recorded, of all machines.

    `results` is by machine; `machines` holds what each machine is, by name; `failures` are the runs kept as errors;
    `runs` says how each side was recorded, failed ones included, by (machine, experiment, side).
    """

    results: dict[str, Results]
    machines: dict[str, dict[str, Any]]
    failures: tuple[Failure, ...]
    runs: dict[tuple[str, str, str], SideRun] = field(default_factory=dict)

    def has(self, result: tuple[str, ...], first: str) -> bool:
        """Return whether there is a result of (experiment, side, metric), or of (experiment, side, metric, machine).

        Without a machine, of the one that pages show `first`.
        """
        experiment, side, metric, *machine = result
        return (experiment, side, metric) in self.results.get(machine[0] if machine else first, {})

    @functools.cached_property
    def by_side(self) -> dict[tuple[str, str, str], dict[str, Samples]]:
        """The samples by metric of each (machine, experiment, side)."""
        found: dict[tuple[str, str, str], dict[str, Samples]] = {}
        for machine, results in self.results.items():
            for (experiment, side, metric), samples in results.items():
                found.setdefault((machine, experiment, side), {})[metric] = samples
        return found


def load_results(data: Path, examples: dict[str, Example], *, draft: bool = False) -> Recorded:
    """Read every result of every machine.

    Raises ProblemError for a file that does not fit its schema or lies where it does not belong, a sample that
    cannot be, a result without its experiment, and, unless this is a draft, a result whose script changed afterwards.
    """
    reader = _Reader(data, examples, draft=draft)
    reader.read()
    return reader.recorded()


def load_repeats(data: Path, examples: dict[str, Example], *, draft: bool = False) -> tuple[Recorded, ...]:
    """Read the two recordings of the machines that made them. Raises ProblemError as `load_results`."""
    readers = []
    for name in REPEATS:
        readers.append(_Reader(data, examples, draft=draft))
        if (data / name).is_dir():
            readers[-1].read(name)
    return tuple(reader.recorded() for reader in readers)


def load_machine(data: Path, directory: Path, examples: dict[str, Example]) -> Recorded:
    """Read one machine's results from a directory that need not lie in `data`. Raises ProblemError as `load_results`."""
    reader = _Reader(data, examples)
    reader.machine(directory)
    return reader.recorded()
