"""The example contract: reads `snippets/`, checks it, and renders examples as Markdown.

An example is a directory `snippets/<section>/<name>/` with an `example.toml`, one script per side and,
beside each script, the output recorded from it. Regions of a script lie between two comments,
`# --8<-- [start:NAME]` and `# --8<-- [end:NAME]`; a recorded output holds the same regions.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .figures import UNITS
from .networks import findings
from .problems import Problem, ProblemError, folder, read, relative
from .validate import read_json, validate

# Files of the lab by which a script measures, besides its programs in Python.
MEASURES = ("timed.sh", "system-calls")
SIDES = ("host", "container", "vm")
SIDE_NAMES = {"host": "On the host", "container": "Container", "vm": "Virtual machine"}
LAB = "lab"  # the folder of snippets/ that holds the lab and no examples

MARKER = re.compile(r"^\s*#?\s*--8<--\s*\[(?P<kind>start|end):(?P<name>[a-z0-9][a-z0-9-]*)\]\s*$")
LOOSE_MARKER = re.compile(r"--8<--")
SIDE_KEYS = {"look", "seconds", "requires", "accelerator", "runs"}
TOP_KEYS = {"title", "touches", "network", "volatile", "metrics", "runs", "warmup", "depends", *SIDES}
VOLATILE_KEYS = {"name", "pattern", "host"}
METRIC_KEYS = {"title", "unit", "at"}
# Where a machine's own directories and people's homes lie. /proc, /sys, /var/lib/docker and the like may appear.
LEAKS = re.compile(
    r"(?<![\w.-])/(?:home|root|Users|tmp|work|workspace|builds|github|runner|mnt|media|srv|data|opt)/[\w.-]+"
)
# What a side can require; tests/runner/engines.py says of each how it is seen and what helps where it is missing.
REQUIREMENTS = frozenset(
    (
        "docker",
        "local-docker",
        "qemu",
        "qemu-arm64",
        "runc",
        "unshare",
        "user-namespaces",
        "root",
        "linux",
        "amd64",
        "no-arm-translation",
        "lab",
        "arm64",
        "memtest",
        "debian",
        "tools",
        "ovmf",
        "qemu-user",
        "bullseye",
        "vsyscall",
        "cpio",
        "fincore",
        "write-limits",
        "bwrap",
        "uml",
        "uml-boots",
        "hyperfine",
        "ksm",
        "qemu-img",
        "containerd",
        "criu",
        "iptables",
        "virtiofsd",
        "cc",
        "strace",
    )
)
# What an experiment's results may depend on, so that those of two machines that differ in it are not compared.
DEPENDS = frozenset(("cgroups", "docker_storage"))
NAME = re.compile(r"[a-z][a-z0-9-]*")
DIRECTORY = re.compile(r"[a-z0-9-]+")
PLACEHOLDER = re.compile(r"<(?P<name>[a-z][a-z0-9-]*)>")
DEFAULT_SECONDS = {"host": 20, "container": 30, "vm": 60}


@dataclass(frozen=True)
class Region:
    """A named part of a file: its first line's number (from 1) and its lines, without the markers."""

    name: str
    line: int
    text: str


@dataclass(frozen=True)
class Volatile:
    """A declared pattern of values that differ from run to run.

    A matched value is stored as `<name>`; a second, different value as `<name-2>`; a value equal to the
    output of the command `host`, run on the host, as `<host-name>`.
    """

    name: str
    pattern: re.Pattern[str]
    host: str | None


def _own(name: str) -> bool:
    """Return whether a file of an example's directory is one that the contract names."""
    return name in {"example.toml", "recorded.json"} or name.endswith((".sh", ".out"))


@dataclass(frozen=True)
class Side:
    """One script of an example and what was recorded from it."""

    example: str
    side: str
    script: Path
    look: str
    seconds: int
    requires: tuple[str, ...]
    regions: tuple[Region, ...]
    runs: int = 0  # how many rounds of it are measured, where those are not as many as the experiment's; 0: as many
    accelerator: str = ""  # "tcg" where the script forces software emulation, "none" where it starts no VM

    @property
    def id(self) -> str:
        """`section/name/side`, as tests and messages name it."""
        return f"{self.example}/{self.side}"

    @property
    def recorded(self) -> Path:
        """Where the recorded output lies."""
        return self.script.with_suffix(".out")

    def digest(self) -> str:
        """Return the SHA-256 of the script, in hexadecimal, and of what else of the project measures in it.

        That is each file beside it that it names, each program or table of the lab that it names, and the lab's
        stopwatch where it calls `first_line`.
        """
        script = self.script.read_bytes()
        lab = self.script.parent.parent.parent / LAB
        beside = [path for path in self.script.parent.iterdir() if path.is_file() and not _own(path.name)]
        measures = [*lab.glob("*.py"), *(lab / name for name in MEASURES if (lab / name).is_file())]
        found = [path for path in sorted([*beside, *measures]) if path.name.encode() in script]
        if re.search(rb"\bfirst_line\b", script):
            found.append(lab / "stopwatch.py")
        return hashlib.sha256(b"".join([script, *(path.read_bytes() for path in found)])).hexdigest()


@dataclass(frozen=True)
class Record:
    """What is known of a recording: the script's digest, date, machine, accelerator, versions, and the run's seconds.

    `amended` says why the script could be changed afterwards without being recorded anew, or is "".
    """

    digest: str
    date: str
    machine: str
    accelerator: str
    versions: dict[str, str]
    seconds: float = 0.0
    amended: str = ""


@dataclass(frozen=True)
class Metric:
    """A quantity that an experiment samples: its title and the unit its samples are in.

    `at` names what the metric depends on, where it is sampled at several points: "instances", say. Then its
    samples are taken with `sample METRIC@POINT VALUE`.
    """

    title: str
    unit: str
    at: str = ""


@dataclass(frozen=True)
class Example:
    """A directory under `snippets/<section>/`; an experiment if it has metrics."""

    id: str
    directory: Path
    title: str
    touches: str
    sides: dict[str, Side]
    volatile: tuple[Volatile, ...]
    metrics: dict[str, Metric] = field(default_factory=dict)
    runs: int = 1
    warmup: bool = True  # whether a round goes before those that are measured
    depends: tuple[str, ...] = ()  # what, besides the accelerator, makes results of two machines incomparable
    records: dict[str, Record] = field(default_factory=dict)
    network: str = ""  # why its networks are not all internal, if they are not
    networks: tuple[str, ...] = ()  # what those are


def regions(path: Path, root: Path) -> tuple[Region, ...]:
    """Return the regions of the file at `path`, in order.

    Raises ProblemError where a marker is misspelt, unpaired, nested, repeated or empty.
    """
    problems: list[Problem] = []
    found: list[Region] = []
    name = relative(path, root)
    open_name, open_line, lines = "", 0, list[str]()

    def bad(line: int, what: str, remedy: str) -> None:
        problems.append(Problem(name, line, what, remedy))

    for number, line in enumerate(read(path, root).split("\n"), 1):
        marker = MARKER.match(line)
        if marker is None:
            if LOOSE_MARKER.search(line):
                bad(
                    number,
                    "a region marker that is not one",
                    "write '# --8<-- [start:NAME]' or '# --8<-- [end:NAME]' alone on the line, NAME in lower case",
                )
            elif open_name:
                lines.append(line)
            elif line.strip() and path.suffix == ".out":
                bad(number, "text outside the regions", "record it anew: a recorded output is never edited")
            continue
        kind, region = marker["kind"], marker["name"]
        if kind == "start":
            if open_name:
                bad(
                    number,
                    f"region '{region}' starts inside region '{open_name}' (line {open_line})",
                    f"end '{open_name}' first",
                )
            if any(r.name == region for r in found):
                bad(number, f"region '{region}' starts twice", "give each region of a file a name of its own")
            open_name, open_line, lines = region, number, []
        elif region != open_name:
            bad(
                number,
                f"region '{region}' ends but is not open",
                f"add '--8<-- [start:{region}]' above, or remove this line",
            )
        else:
            if not any(text.strip() for text in lines) and path.suffix == ".sh":
                bad(open_line, f"region '{region}' is empty", "put the command that readers see between the markers")
            found.append(Region(region, open_line + 1, dedent(lines)))
            open_name = ""
    if open_name:
        bad(open_line, f"region '{open_name}' has no end", f"add '# --8<-- [end:{open_name}]' after its last line")
    if problems:
        raise ProblemError(problems)
    return tuple(found)


def dedent(lines: list[str]) -> str:
    """Return the lines as one text, less the indentation that all non-blank lines share."""
    widths = [len(line) - len(line.lstrip(" ")) for line in lines if line.strip()]
    cut = min(widths, default=0)
    return "\n".join(line[cut:].rstrip() for line in lines)


def with_markers(parts: dict[str, str]) -> str:
    """Return recorded regions as the text of an `.out` file. Inverse of `regions`."""
    return "".join(
        f"--8<-- [start:{name}]\n{text}{'' if text.endswith(chr(10)) or not text else chr(10)}--8<-- [end:{name}]\n"
        for name, text in parts.items()
    )


def line_of(text: str, pattern: str) -> int:
    """Return the number of the first line of `text` in which the regular expression matches, or 0."""
    return next((n for n, line in enumerate(text.splitlines(), 1) if re.search(pattern, line)), 0)


class _Reader:
    """Reads one example and collects its problems."""

    def __init__(self, directory: Path, snippets: Path) -> None:
        self.directory = directory
        self.root = snippets.parent
        self.id = directory.relative_to(snippets).as_posix()
        self.toml = directory / "example.toml"
        self.file = relative(self.toml, self.root)
        self.text = ""
        self.problems: list[Problem] = []

    def bad(self, pattern: str, what: str, remedy: str) -> None:
        self.problems.append(Problem(self.file, line_of(self.text, pattern), what, remedy))

    def read(self) -> Example:
        if not self.toml.exists() and not self.toml.is_symlink():
            what = f"the example {self.id} has no example.toml"
            remedy = "add one with at least a title; CONTRIBUTING.md shows how"
            raise ProblemError([Problem(self.file, 0, what, remedy)])
        self.text = read(self.toml, self.root)
        try:
            data: dict[str, Any] = tomllib.loads(self.text)
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            where = re.search(r"line (\d+)", str(error))
            raise ProblemError(
                [Problem(self.file, int(where[1]) if where else 0, f"not TOML: {error}", "mend the syntax")]
            ) from error
        self.keys(data, TOP_KEYS, "")
        title = self.string(data, "title", required=True)
        touches = self.string(data, "touches", required=True)
        network = self.string(data, "network")
        volatile = tuple(self.volatile(data))
        metrics = self.metrics(data)
        runs = data.get("runs", 1)
        if type(runs) is not int or not 1 <= runs <= 100:
            self.bad(
                r"^runs\b", "'runs' is not a whole number from 1 to 100", "write how often 'make record' runs each side"
            )
        warmup = data.get("warmup", True)
        if type(warmup) is not bool or (not warmup and type(runs) is int and runs > 3):
            self.bad(
                r"^warmup\b",
                "'warmup' is neither true nor false, or it is false where rounds are short",
                "leave it out: only rounds of more than five seconds, of which three are taken, may warm up by themselves",
            )
        depends = data.get("depends", [])
        if not isinstance(depends, list) or not set(map(str, depends)) <= DEPENDS:
            self.bad(
                r"^depends\b", "'depends' is no list of what results may depend on", f"of: {', '.join(sorted(DEPENDS))}"
            )
            depends = []
        sides = self.sides(data)
        self.companions(sides)
        networks = self.networks(sides, network)
        records = self.records(sides)
        if self.problems:
            raise ProblemError(self.problems)
        return Example(
            self.id,
            self.directory,
            title,
            touches,
            sides,
            volatile,
            metrics,
            runs,
            warmup,
            tuple(map(str, depends)),
            records,
            network,
            networks,
        )

    def table(self, value: object, where: str) -> dict[str, Any]:
        """Return a table, or an empty one with the problem noted."""
        if isinstance(value, dict):
            return value
        key = re.escape(where.strip("[]").rpartition(".")[2])
        self.bad(rf"^\s*\[*(?:[\w.]+\.)?{key}\b", f"{where} is not a table", f"write {where} and its keys below it")
        return {}

    def keys(self, table: dict[str, Any], known: set[str], where: str) -> None:
        for key in sorted(set(table) - known):
            self.bad(
                rf"^\s*\[*\"?{re.escape(key)}\b", f"unknown key '{key}'{where}", f"one of: {', '.join(sorted(known))}"
            )

    def string(self, table: dict[str, Any], key: str, *, required: bool = False) -> str:
        value = table.get(key)
        if value is None and not required:
            return ""
        if not isinstance(value, str) or not value.strip():
            self.bad(rf"^\s*{key}\b", f"'{key}' is missing or not a text", f'write {key} = "…"')
            return ""
        return value

    def volatile(self, data: dict[str, Any]) -> Iterator[Volatile]:
        seen = set[str]()
        entries = data.get("volatile", [])
        if not isinstance(entries, list):
            self.bad(r"^\s*\[*volatile\b", "'volatile' is not a list of tables", "write [[volatile]] above each entry")
            return
        for entry in (self.table(entry, "[[volatile]]") for entry in entries):
            if not entry:
                continue
            self.keys(entry, VOLATILE_KEYS, " in [[volatile]]")
            name = self.string(entry, "name", required=True)
            source = self.string(entry, "pattern", required=True)
            if name in seen:
                self.bad(
                    rf"name\s*=\s*['\"]{re.escape(name)}['\"]",
                    f"the volatile name '{name}' stands twice",
                    "join the patterns with |",
                )
            seen.add(name)
            if name and not NAME.fullmatch(name):
                self.bad(
                    rf"name\s*=\s*['\"]{re.escape(name)}['\"]",
                    f"the volatile name '{name}' is not one",
                    "write lower-case letters, digits and hyphens: it becomes <name> in the output",
                )
            try:
                pattern = re.compile(source, re.MULTILINE)
            except re.error as error:
                self.bad(re.escape(source), f"the pattern of '{name}' is no regular expression: {error}", "mend it")
                continue
            empty = any(match[0] == "" for text in ("", "nonsense") for match in pattern.finditer(text))
            if empty or any(
                pattern.fullmatch(nonsense)
                for nonsense in ("nonsense", "Permission denied", "command not found", "x" * 40)
            ):
                self.bad(
                    re.escape(source),
                    f"the pattern of '{name}' matches nonsense",
                    "narrow it to what the value looks like, so that an error message does not match",
                )
            yield Volatile(name, pattern, self.string(entry, "host") or None)

    def metrics(self, data: dict[str, Any]) -> dict[str, Metric]:
        found = {}
        for key, value in self.table(data.get("metrics", {}), "[metrics]").items():
            entry = self.table(value, f"[metrics.{key}]")
            if not entry:
                continue
            if not NAME.fullmatch(key):
                self.bad(
                    re.escape(key), f"the metric '{key}' is no name", "write lower-case letters, digits and hyphens"
                )
            self.keys(entry, METRIC_KEYS, f" in [metrics.{key}]")
            texts = (self.string(entry, name, required=name != "at") for name in ("title", "unit", "at"))
            found[key] = Metric(*texts)
            if found[key].unit and found[key].unit not in UNITS:
                self.bad(
                    rf"^\s*unit\s*=\s*['\"]{re.escape(found[key].unit)}",
                    f"'unit' of [metrics.{key}] is '{found[key].unit}'",
                    f"one of: {', '.join(sorted(UNITS))}",
                )
        return found

    def sides(self, data: dict[str, Any]) -> dict[str, Side]:
        found: dict[str, Side] = {}
        scripts = {path.stem: path for path in sorted(self.directory.glob("*.sh"))}
        for stem in sorted(set(scripts) - set(SIDES)):
            self.problems.append(
                Problem(
                    relative(scripts[stem], self.root),
                    0,
                    "a script of no side",
                    f"name it {', '.join(s + '.sh' for s in SIDES)}, or move it to snippets/{LAB}/",
                )
            )
        for stem in sorted({p.stem for p in self.directory.glob("*.out")} - set(scripts)):
            self.problems.append(
                Problem(
                    relative(self.directory / f"{stem}.out", self.root),
                    0,
                    "a recorded output without its script",
                    "remove it",
                )
            )
        for side in SIDES:
            table = data.get(side)
            if (table is None) != (side not in scripts):
                self.bad(
                    rf"^\[{side}\]",
                    f"[{side}] and {side}.sh go together, one is missing",
                    f"add both or neither in {relative(self.directory, self.root)}/",
                )
                continue
            if table is None:
                continue
            if not isinstance(table, dict):
                self.table(table, f"[{side}]")
                continue
            self.keys(table, SIDE_KEYS, f" in [{side}]")
            seconds = table.get("seconds", DEFAULT_SECONDS[side])
            if type(seconds) is not int or not 0 < seconds <= 600:
                self.bad(
                    r"^\s*seconds\b",
                    f"'seconds' of [{side}] is not a whole number from 1 to 600",
                    "write the time limit of the script, in seconds",
                )
            requires = table.get("requires", [])
            if not isinstance(requires, list) or not all(isinstance(word, str) for word in requires):
                self.bad(
                    r"^\s*requires\b", f"'requires' of [{side}] is not a list of words", 'write requires = ["docker"]'
                )
                requires = []
            if unknown := sorted(set(requires) - REQUIREMENTS):
                self.bad(
                    rf"^\s*requires\b.*{re.escape(unknown[0])}",
                    f"'requires' of [{side}] names '{unknown[0]}', which is no requirement",
                    f"one of: {', '.join(sorted(REQUIREMENTS))}",
                )
            runs = table.get("runs", 0)
            if type(runs) is not int or not 0 <= runs <= 100:
                self.bad(
                    r"^\s*runs\b", f"'runs' of [{side}] is no whole number from 1 to 100", "write it, or leave it out"
                )
                runs = 0
            accelerator = table.get("accelerator", "")
            if accelerator not in ("", "tcg", "none"):
                self.bad(
                    r"^\s*accelerator\b",
                    f"'accelerator' of [{side}] is neither 'tcg' nor 'none'",
                    "write it only where the script forces software emulation, or starts no VM",
                )
            try:
                parts = regions(scripts[side], self.root)
                if b"\r" in scripts[side].read_bytes() or scripts[side].read_bytes().startswith(b"\xef\xbb\xbf"):
                    what = "a carriage return or a byte order mark, which the shell takes for text"
                    remedy = "save the script with line feeds and without a mark"
                    self.problems.append(Problem(relative(scripts[side], self.root), 0, what, remedy))
            except ProblemError as error:
                self.problems += error.problems
                parts = ()
            else:
                if not parts:
                    self.problems.append(
                        Problem(
                            relative(scripts[side], self.root),
                            0,
                            "a script without a region",
                            "mark what readers see with '# --8<-- [start:show]' and '# --8<-- [end:show]'",
                        )
                    )
            base = {"container": ["docker"], "vm": ["qemu", "amd64"], "host": []}[side]
            found[side] = Side(
                self.id,
                side,
                scripts[side],
                self.string(table, "look", required=True),
                seconds,
                tuple(dict.fromkeys(base + requires)),
                parts,
                runs,
                accelerator,
            )
        if not found and not self.problems:
            self.bad("^", "an example without a side", f"add one of {', '.join(s + '.sh' for s in SIDES)}")
        return found

    def networks(self, sides: dict[str, Side], reason: str) -> tuple[str, ...]:
        """Return what networks of the scripts are not internal; note those without a reason, and a reason without one."""
        seen = dict[str, None]()
        for side in sides.values():
            try:
                text = read(side.script, self.root)
            except ProblemError:
                continue  # noted where its regions are read
            for found in findings(text):
                if found.excusable:
                    seen[found.what] = None
                if not (found.excusable and reason):
                    name = relative(side.script, self.root)
                    self.problems.append(Problem(name, found.line, found.what, found.remedy))
        if reason and not seen:
            self.bad(r"^network\b", "a reason for a network that no script has", "remove the key 'network'")
        return tuple(seen)

    def companions(self, sides: dict[str, Side]) -> None:
        """Note what is no part of the example: neither its own files, nor named in a script."""
        for path in folder(self.directory, self.root, "restore it"):
            if _own(path.name):
                continue  # those of no side are named elsewhere
            named = any(path.name.encode() in side.script.read_bytes() for side in sides.values())
            if path.is_symlink() or not named:
                what = "a file that no script of the example names"
                self.problems.append(Problem(relative(path, self.root), 0, what, "remove it, or use it in a script"))

    def records(self, sides: dict[str, Side]) -> dict[str, Record]:
        path = self.directory / "recorded.json"
        if not path.is_file():
            return {}
        name = relative(path, self.root)
        try:
            data = read_json(path, self.root, f"run: make record EXAMPLE={self.id}")
        except ProblemError as error:
            self.problems += error.problems
            return {}
        new = validate(data, self.root / "docs" / "data" / "schema" / "recorded.json", name, lambda _: 0)
        self.problems += new
        if new:
            return {}
        found = {side: Record(**entry) for side, entry in data.items()}
        for side in sorted(set(found) - set(sides)):
            self.problems.append(
                Problem(
                    name,
                    0,
                    f"a record of side '{side}', which the example does not have",
                    f"run: make record EXAMPLE={self.id}",
                )
            )
        return found


def load_example(directory: Path, snippets: Path) -> Example:
    """Read one example. Raises ProblemError with every problem of its files."""
    return _Reader(directory, snippets).read()


def _stray(path: Path, root: Path) -> Problem:
    remedy = (
        f"an example is a directory snippets/SECTION/NAME/, in lower case; what several share lies in snippets/{LAB}/"
    )
    return Problem(relative(path, root), 0, "no example", remedy)


def load_examples(snippets: Path) -> dict[str, Example]:
    """Read every example under `snippets`, by id. Raises ProblemError with the problems of all."""
    problems: list[Problem] = []
    found: dict[str, Example] = {}
    root = snippets.parent
    for section in folder(snippets, root, "restore it: it holds the examples"):
        if section.name == LAB:
            continue
        if section.is_symlink() or not section.is_dir():
            problems.append(_stray(section, root))
            continue
        for directory in folder(section, root, "restore it"):
            if directory.is_symlink() or not directory.is_dir() or not DIRECTORY.fullmatch(directory.name):
                problems.append(_stray(directory, root))
                continue
            try:
                example = load_example(directory, snippets)
            except ProblemError as error:
                problems += error.problems
            else:
                found[example.id] = example
    if problems:
        raise ProblemError(problems)
    return found


def _unfit(line: str, example: Example) -> list[str]:
    """Return what a line of recorded output may not hold: a path of the machine, a placeholder of no pattern."""
    found = [f"names a directory of the machine on which it was recorded: {leak[0]}" for leak in LEAKS.finditer(line)]
    declared = {name for volatile in example.volatile for name in (volatile.name, f"host-{volatile.name}")}
    for word in PLACEHOLDER.finditer(line):
        if not {word["name"], re.sub(r"-\d+$", "", word["name"])} & declared:
            found.append(f"the placeholder {word[0]}, of which no volatile pattern has the name")
    return found


def stale(example: Example, root: Path) -> list[Problem]:
    """Return a problem for each side whose recorded output is missing or older than its script."""
    problems = []
    remedy = f"run: make record EXAMPLE={example.id}"
    for name, side in example.sides.items():
        record = example.records.get(name)
        if record is None or not side.recorded.is_file():
            what = "nothing was recorded from this script"
            problems.append(Problem(relative(side.script, root), 0, what, remedy, stale=True))
            continue
        if record.digest != side.digest():
            what = "the script changed after its output was recorded"
            problems.append(Problem(relative(side.script, root), 0, what, remedy, stale=True))
        try:
            text = read(side.recorded, root)
        except ProblemError as error:
            problems += error.problems
            continue
        for number, line in enumerate(text.split("\n"), 1):
            for what in _unfit(line, example):
                fix = f"print less, or declare a volatile pattern; then {remedy}"
                problems.append(Problem(relative(side.recorded, root), number, what, fix))
        try:
            parts = [part.name for part in regions(side.recorded, root)]
        except ProblemError as error:
            problems += error.problems
            continue
        wanted = [part.name for part in side.regions]
        if parts != wanted:
            what = f"holds the regions {parts}, the script has {wanted}"
            changed = record.digest != side.digest()
            problems.append(Problem(relative(side.recorded, root), 0, what, remedy, stale=changed))
    return problems
